"""Communities selected before are recognised as a clerk would: for certain, or likely with what speaks for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.naming import looked_up
from config.divisions import divisions
from config.matching import Named
from config.selected import Selected, Selection, load_selected
from config.settings import load_settings
from ingest.desk import open_desk
from reports.finding import Assessment, Finding
from tests.desks import take, write_settings
from tests.inbox import Sent, list_files, mail
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
HEAD = "浙江省物业管理协会"
CODE = "eligibility.already_selected"
Listed = Callable[..., list[Finding]]


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[Listed]:
    """Give the findings of a list of cases against rows of those selected before."""
    opened = []

    def judged(rows: str, *cases: Sent) -> list[Finding]:
        path = write_settings(tmp_path)
        (tmp_path / "selected.csv").write_text(f"province,city,community,company\n{rows}", encoding="utf-8")
        opened.append(open_desk(load_settings(path, {})))
        done: Assessment = take(
            opened[0],
            tmp_path / "inbox",
            mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), list_files(HEAD, cases)),
        )
        return [finding for finding in done.findings if finding.code == CODE]

    yield judged
    for one in opened:
        one.close()


def test_the_same_community_in_the_same_city_is_certain(listed: Listed) -> None:
    (found,) = listed("浙江省,杭州市,春江花園（住宅小区）,春江物业公司\n", A)
    assert found.message == "此前已入选（浙江省杭州市春江花園（住宅小区）（春江物业公司）），不再重复申报"
    assert found.evidence == "已入选名单，确定：浙江省杭州市春江花園（住宅小区）（春江物业公司）"
    assert (found.severity, found.community) == ("error", "春江花园")


def test_a_slip_in_the_name_with_the_same_company_is_likely_and_says_why(listed: Listed) -> None:
    (found,) = listed("浙江省,杭州市,春江花苑,杭州春江物业管理有限公司\n", A)
    assert found.message == (
        "疑似此前已入选（浙江省杭州市春江花苑（杭州春江物业管理有限公司），仅后缀不同：春江花园/春江花苑，企业相同），请核对是否同一小区"
    )
    assert found.evidence.startswith("已入选名单，疑似：")
    assert found.severity == "error"


def test_an_equal_name_whose_city_the_list_leaves_open_is_only_likely(listed: Listed) -> None:
    (found,) = listed("浙江省,,春江花园,某公司\n", A)
    assert found.message.startswith("疑似此前已入选（浙江省春江花园（某公司），名称相同，企业不同，城市待核）")


def test_the_same_name_in_another_city_another_phase_and_a_sister_are_not_selected(listed: Listed) -> None:
    rows = (
        "浙江省,宁波市,春江花园,杭州春江物业服务有限公司\n江苏省,杭州市,春江花园,杭州春江物业服务有限公司\n"
        "浙江省,杭州市,秋江花园,杭州春江物业服务有限公司\n浙江省,杭州市,春江花园二期,浙江绿城物业服务有限公司\n"
    )
    assert listed(rows, A) == []


def test_of_two_phases_only_the_selected_one_is_said(listed: Listed) -> None:
    first, second = replace(A, community="春江花园一期"), replace(A, community="春江花园二期")
    (found,) = listed("浙江,杭州,春江花园（Ⅱ期）,\n", first, second)
    assert found.community == "春江花园二期"
    assert found.message == "此前已入选（浙江杭州春江花园（Ⅱ期）），不再重复申报"


def test_where_one_is_certain_the_likely_ones_are_not_said(listed: Listed) -> None:
    rows = "浙江省,杭州市,春江花苑,杭州春江物业服务有限公司\n浙江省,杭州市,春江花园,杭州春江物业服务有限公司\n"
    (found,) = listed(rows, A)
    assert "春江花苑" not in found.message


def test_an_old_district_name_in_the_list_is_understood() -> None:
    selection = Selection([Selected("浙江省", "杭州市下城区", "朝晖六区", "")])
    (match,) = selection.find(Named("拱墅区朝晖六区", "杭州市"), "浙江")
    assert match.doubt == ""
    assert selection.find(Named("西湖区朝晖六区", "杭州市"), "浙江") == ()


def test_a_row_without_a_province_is_found_by_its_city(tmp_path: Path) -> None:
    path = tmp_path / "selected.csv"
    path.write_bytes("province,city,community,company\n,杭州市,春江花园,\n,,,\n".encode("gbk"))
    selection = load_selected(path)
    assert selection is not None
    assert len(selection) == 1
    assert [match.doubt for match in selection.find(Named("春江花园", "杭州市"), "浙江")] == [""]


def test_a_whole_campaign_is_looked_up_in_a_moment() -> None:
    seconds, found = looked_up(1_500, divisions().provinces)
    # The aim is 0.3 s, and it takes 0.05; a busy machine gets time to breathe.
    assert seconds < 1.5
    assert found > 1_300
