"""The campaign file: what the notice fixes is there, and whatever is wrong with a file is said in one line."""

from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.campaign import Campaign, load_campaign
from config.errors import ConfigError
from reports.judge import prove

SHIPPED = (resources.files("config") / "campaigns" / "2026-haofuwu.toml").read_text(encoding="utf-8")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    assert old in SHIPPED
    path = tmp_path / "call.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_last_moment_is_the_end_of_the_deadline_in_beijing(campaign: Campaign) -> None:
    assert campaign.call.last_moment == datetime(2026, 8, 5, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_both_published_addresses_are_known(campaign: Campaign) -> None:
    assert campaign.call.addresses == ("wzglzzh@ecpmi.org.cn", "wylzzh@ecpmi.org.cn")


def test_every_rule_proves_itself_by_its_own_examples(campaign: Campaign) -> None:
    prove(campaign)


def test_an_unknown_key_is_named_with_file_line_row_and_the_nearest_right_key(tmp_path: Path) -> None:
    path = changed(tmp_path, 'code = "submission.none"', 'kode = "submission.none"')
    line = SHIPPED.splitlines().index('code = "submission.none"') + 1
    with pytest.raises(ConfigError, match=rf"call.toml:{line} \[rule\] 第 1 项: 不认识的键 kode，是不是 code？"):
        load_campaign(str(path))


def test_a_wrong_type_is_named(tmp_path: Path) -> None:
    path = changed(tmp_path, "quota = 3 ", 'quota = "three" ')
    with pytest.raises(ConfigError, match=r"\[campaign\]: quota: 应为整数"):
        load_campaign(str(path))


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    path = changed(tmp_path, "deadline = 2026-08-05", "# deadline")
    with pytest.raises(ConfigError, match="deadline: 缺少这个键"):
        load_campaign(str(path))


def test_a_code_that_stands_twice_on_one_subject_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, 'code = "list.word_missing"', 'code = "submission.none"')
    with pytest.raises(ConfigError, match="规则编号重复：submission.none"):
        load_campaign(str(path))


def test_an_unknown_campaign_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="是不是 2026-haofuwu？"):
        load_campaign("2026-haofuw", tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('fact = "messages"', 'fact = "mesages"', "submission.none: fact: 没有 mesages，是不是 messages？"),
        ('check = "at_least"', 'check = "atleast"', "check: 没有 atleast，是不是 at_least？"),
        ('on = "association"', 'on = "asociation"', "on: 没有 asociation，是不是 association？"),
        ("{province}尚未报送", "{provence}尚未报送", "say: 没有 provence，是不是 province？"),
        ("passes = [1, 12]", "passes = [0]", "例子 0 的结果与期望不符"),
        ("fails = [0]", "fails = []", "规则至少要有一个例子"),
        ('value = "@deadline"', 'value = "@dedline"', "没有 dedline，是不是 deadline？"),
    ],
)
def test_a_rule_that_speaks_of_what_is_not_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    campaign = load_campaign(str(changed(tmp_path, old, new)))
    with pytest.raises(ConfigError) as caught:
        prove(campaign)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Shangai"', "是不是 Asia/Shanghai？"),
        ('required = ["community"', 'required = ["comunity"', "required: 没有 comunity，是不是 community？"),
        ("[sender.address]", "[sender.adress]", "没有 adress，是不是 address？"),
        ("[sender.city]", "[sender.provinz]", "没有 provinz"),
        ('name = "summary_list"', 'name = "summarylist"', "没有 summarylist，是不是 summary_list？"),
        ("只有{association}在用", "只有{asociation}在用", "占位符只能是"),
        ("quota = 3 ", "quota = -3 ", "quota"),
    ],
)
def test_names_that_lead_nowhere_are_refused_at_once(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_campaign(str(changed(tmp_path, old, new)))
    assert said in str(caught.value)
    assert "call.toml" in str(caught.value)


def test_a_brace_that_is_not_closed_is_said(tmp_path: Path) -> None:
    path = changed(tmp_path, "{province}尚未报送", "{province尚未报送")
    with pytest.raises(ConfigError, match="call.toml .*花括号没有配对"):
        prove(load_campaign(str(path)), path.name)


def test_next_years_call_is_one_new_file(tmp_path: Path) -> None:
    path = changed(tmp_path, "deadline = 2026-08-05", "deadline = 2027-08-04")
    assert load_campaign(path.name, tmp_path).call.deadline.isoformat() == "2027-08-04"
