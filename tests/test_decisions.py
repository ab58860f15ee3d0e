"""What a person decides: it outranks every inference, survives every reread, and can be undone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.decisions.settling import DecisionError, assign, set_kind, undo
from ingest.desk import Desk
from ingest.intake import take_in
from reports import telling
from reports.incoming import MessageView
from store import decisions, mail
from store.decisions import Person
from tests.desks import assessed, codes, desk, everything, take
from tests.inbox import Sent, list_files
from tests.inbox import mail as mail_of
from tests.sample import day
from tests.test_cli import zhengji

WHEN = day("07-21T09:00:00")
CHEN = Person("陈静", WHEN)
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
N = Sent("玄武花园", "南京玄武物业服务有限公司", "南京市物业管理协会", photos=0)
NAMELESS = "风轻云淡 <fq@qq.com>"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def inbox(opened: Desk, tmp_path: Path) -> Any:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


def unclear(number: int, sender: str = NAMELESS) -> bytes:
    return mail_of(sender, f"好服务案例{number}", day(f"07-2{number}T10:00:00"), {f"{number}.jpg": b"\xff\xd8\xff"})


def clear(submitter: str, case: Sent, sender: str = NAMELESS, when: str = "07-25T10:00:00") -> bytes:
    return mail_of(sender, "报送", day(when), list_files(submitter, [case], scanned=False))


def mails(opened: Desk) -> dict[int, MessageView]:
    return {one.id: one for one in assessed(opened).picture.messages}


def settle(opened: Desk, target: str, province: str, *, only_this: bool = False, **more: str) -> list[str]:
    return assign(opened, target, {"province": province, **more}, CHEN, only_this=only_this)


def test_what_was_decided_of_one_mail_is_learned_for_its_address(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1), unclear(2), unclear(3, "别人 <other@qq.com>"))
    lines = settle(opened, "1", "浙江省")
    assert lines[0] == "已认定（编号 1）：来信 1 属于浙江，fq@qq.com 的来信都照此"
    assert "归入浙江的来信：1、2（共 2 封）" in lines
    assert "fq@qq.com 的来信共 2 封，归入浙江 2 封" in lines
    found = mails(opened)
    assert [found[n].province for n in (1, 2, 3)] == ["浙江", "浙江", None]
    assert [found[n].sender_level for n in (1, 2)] == ["provincial", "provincial"]
    assert found[1].sender_clues[0] == "人工认定（陈静，2026-07-21）：此信属于浙江"
    assert found[2].sender_clues[0] == "人工认定（陈静，2026-07-21）：地址 fq@qq.com 属于浙江"
    assert (found[1].sender_decided, found[2].sender_decided, found[3].sender_decided) == ("message", "address", None)
    assert found[2].sender_decided_by == "陈静"
    later = inbox(unclear(1), unclear(2), unclear(3, "别人 <other@qq.com>"), unclear(4))
    assert later.picture.messages[-1].province == "浙江"


def test_a_decision_on_this_mail_alone_teaches_nothing(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1), unclear(2))
    settle(opened, "1", "浙江", only_this=True)
    assert [one.province for one in mails(opened).values()] == ["浙江", None]


def test_an_address_can_be_settled_before_anything_comes_from_it(opened: Desk, inbox: Any) -> None:
    assert settle(opened, "FQ@qq.com", "浙江")[-1] == "还没有 fq@qq.com 的来信，以后来的会照此认定"
    assert inbox(unclear(1)).picture.messages[0].province == "浙江"


def test_a_learned_address_gives_way_to_documents_that_speak_against_it(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1), clear("江苏省物业管理协会", N))
    assert mails(opened)[2].province == "江苏"
    lines = settle(opened, "1", "浙江")
    assert "另有线索相反、仍须逐封认定的来信：2（共 1 封）" in lines
    assert mails(opened)[2].province is None
    assert set(mails(opened)[2].candidates) == {"浙江", "江苏"}
    settle(opened, "2", "江苏", only_this=True)
    assert [one.province for one in mails(opened).values()] == ["浙江", "江苏"]


def test_an_address_learned_for_two_provinces_is_decided_by_the_documents_of_each_mail(
    opened: Desk, inbox: Any
) -> None:
    inbox(unclear(1), unclear(2))
    settle(opened, "1", "浙江")
    settle(opened, "2", "江苏")
    assert [one.province for one in mails(opened).values()] == ["浙江", "江苏"]
    more = [clear("浙江省物业管理协会", A, when="07-26T10:00:00"), clear("江苏省物业管理协会", N), unclear(3)]
    inbox(*more)
    assert sorted((one.subject, one.province or "") for one in mails(opened).values()) == [
        ("好服务案例1", "浙江"), ("好服务案例2", "江苏"), ("好服务案例3", ""), ("报送", "江苏"), ("报送", "浙江"),
    ]  # fmt: skip
    settle(opened, "fq@qq.com", "浙江")
    assert next(one for one in mails(opened).values() if one.subject == "好服务案例3").province == "浙江"


def test_a_contact_who_changes_office_is_settled_anew(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1))
    settle(opened, "fq@qq.com", "浙江")
    settle(opened, "fq@qq.com", "江苏", level="city", city="南京")
    (view,) = mails(opened).values()
    assert (view.province, view.sender_level, view.city) == ("江苏", "city", "南京市")
    made = decisions.every(opened.store)
    assert [row.id for row in decisions.current(made)] == [2]


def test_a_person_decides_against_every_inference(opened: Desk, inbox: Any) -> None:
    inbox(clear("浙江省物业管理协会", A, "zjwyxh@example.cn"))
    settle(opened, "1", "江苏", only_this=True, level="省级物协")
    (view,) = mails(opened).values()
    assert (view.province, view.sender_level) == ("江苏", "provincial")


def test_a_mail_that_leaves_a_province_takes_its_cases_along(opened: Desk, inbox: Any) -> None:
    inbox(clear("浙江省物业管理协会", A), clear("浙江省物业管理协会", N, "x@163.com", "07-26T10:00:00"))
    settle(opened, "2", "江苏", only_this=True)
    before = everything(assessed(opened))
    assert {(row["province"], row["community"]) for row in before["cases"]} == {
        ("浙江", "春江花园"),
        ("江苏", "玄武花园"),
    }
    mail.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == before


def test_decisions_survive_reread_and_rebuild(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1), unclear(2), mail_of("x@qq.com", "机票", WHEN))
    settle(opened, "1", "浙江")
    set_kind(opened, "3", "inquiry", CHEN)
    before = everything(assessed(opened))
    mail.wait_where_stale(opened.store, "another version")
    take_in(opened)
    assert everything(assessed(opened)) == before
    mail.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == before


def test_only_the_mails_concerned_are_read_again(opened: Desk, inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox(unclear(1), unclear(2), unclear(3, "a@163.com"), mail_of("x@y.example", "机票", WHEN))
    reread: list[int] = []
    from ingest import intake

    original = intake.read_one
    monkeypatch.setattr(intake, "read_one", lambda opened, number: (reread.append(number), original(opened, number)))
    settle(opened, "1", "浙江")
    assert sorted(reread) == [number for number, one in mails(opened).items() if one.from_address == "fq@qq.com"]
    reread.clear()
    take_in(opened)
    assert reread == []


def test_a_decision_made_while_another_process_reads_the_mail_is_carried_out_later(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1))
    decisions.add(opened.store, "sender", "message:1", {"province": "浙江"}, CHEN)
    take_in(opened)
    assert mails(opened)[1].province == "浙江"


def test_an_undone_decision_no_longer_counts_and_stays_to_be_seen(opened: Desk, inbox: Any) -> None:
    inbox(unclear(1), unclear(2))
    settle(opened, "1", "浙江")
    lines = undo(opened, 1, Person("李明", WHEN))
    assert lines[0].startswith("已撤销人工处理 1")
    assert "不再归入任何省的来信：1、2（共 2 封）" in lines
    assert [one.province for one in mails(opened).values()] == [None, None]
    (row,) = decisions.every(opened.store)
    assert (row.person, row.undone_by, row.undone_at) == ("陈静", "李明", WHEN)
    with pytest.raises(DecisionError, match="已由 李明 撤销过"):
        undo(opened, 1, CHEN)


def test_a_mail_that_was_set_aside_can_be_made_a_submission_and_back(opened: Desk, inbox: Any) -> None:
    inbox(mail_of("zjwyxh@example.cn", "自动回复：报送", WHEN, list_files("浙江省物业管理协会", [A], scanned=False)))
    assert mails(opened)[1].kind == "automatic"
    assert set_kind(opened, "1", "报送", CHEN)[1] == "改为报送的来信：1（共 1 封）"
    view = mails(opened)[1]
    assert (view.kind, view.kind_decided_by) == ("submission", "陈静")
    assert view.kind_evidence == "人工认定（陈静，2026-07-21）"
    assert "submission.none" not in codes(assessed(opened), "浙江")
    set_kind(opened, "1", "unrelated", CHEN)
    assert codes(assessed(opened), "浙江") == {"submission.none"}


def test_a_forwarded_mail_teaches_the_inner_address_and_never_ours(opened: Desk, inbox: Any) -> None:
    quoted = (
        "---------- 转发的邮件 ----------\n发件人: 云淡 <fq@qq.com>\n发送时间: 2026年7月19日 9:00\n主题: 好服务案例\n"
    )
    inbox(mail_of("wang@ecpmi.org.cn", "转发：好服务案例", WHEN, {"1.jpg": b"\xff\xd8\xff"}, quoted), unclear(2))
    settle(opened, "1", "浙江")
    assert [one.province for one in mails(opened).values()] == ["浙江", "浙江"]
    with pytest.raises(DecisionError, match="我方自己的地址"):
        settle(opened, "wang@ecpmi.org.cn", "浙江")


def test_a_learned_address_that_fails_the_checks_proves_nothing(opened: Desk, inbox: Any) -> None:
    forged = mail_of(
        NAMELESS, "好服务案例", WHEN, {"1.jpg": b"\xff\xd8\xff"},
        Authentication_Results="mx.ecpmi.org.cn; spf=fail smtp.mailfrom=evil.example",
    )  # fmt: skip
    inbox(unclear(1), forged)
    settle(opened, "fq@qq.com", "浙江")
    found = {one.subject: one for one in mails(opened).values()}
    assert found["好服务案例1"].province == "浙江"
    assert found["好服务案例"].province is None
    assert found["好服务案例"].suspicions


@pytest.mark.parametrize(
    ("target", "province", "more", "said"),
    [
        ("9", "浙江", {}, "没有来信 9，你是不是想说 1？"),
        ("一", "浙江", {}, "请写来信编号"),
        ("1", "浙工", {}, "没有 浙工 这个省份，你是不是想说 浙江？"),
        ("1", "浙江", {"city": "南京市"}, "浙江没有 南京市 这个市"),
        ("1", "浙江", {"city": "杭卅市"}, "你是不是想说 杭州市？"),
        ("1", "浙江", {"level": "provinical"}, "是不是 provincial？"),
        ("a@b", "浙江", {}, "不是邮箱地址"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line(
    opened: Desk, inbox: Any, target: str, province: str, more: dict[str, str], said: str
) -> None:
    inbox(unclear(1))
    with pytest.raises(DecisionError) as error:
        settle(opened, target, province, **more)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert decisions.every(opened.store) == []
    with pytest.raises(DecisionError, match="是不是 inquiry？"):
        set_kind(opened, "1", "inquiri", CHEN)


def test_the_commands_settle_list_and_undo(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        take(opened, tmp_path / "inbox", unclear(1), unclear(2))
    config = str(tmp_path / "zhengji.toml")
    done = zhengji("--config", config, "assign", "1", "浙江", "--note", "电话核实", ZHENGJI_PERSON="陈静")
    assert (done.returncode, done.stderr) == (0, "")
    assert "归入浙江的来信：1、2（共 2 封）" in done.stdout
    wrong = zhengji("--config", config, "assign", "7", "浙江")
    assert (wrong.returncode, wrong.stderr.count("\n"), wrong.stdout) == (2, 1, "")
    assert "你是不是想说 2？" in wrong.stderr
    assert zhengji("--config", config, "kind", "2", "无关邮件", "--person", "李明").returncode == 0
    exported = json.loads(zhengji("--config", config, "export", "messages").stdout)
    assert [(row["province"], row["sender_decided_by"], row["kind_decided_by"]) for row in exported] == [
        ("浙江", "陈静", None),
        ("浙江", "陈静", "李明"),
    ]
    assert zhengji("--config", config, "undo", "2", "--person", "李明").returncode == 0
    table = zhengji("--config", config, "decisions").stdout
    assert "电话核实" in table
    assert "有效" in table
    assert "已撤销（李明" in table


def test_a_password_is_described_without_being_shown() -> None:
    row = decisions.Decided(1, "password", "message:1", {"words": ["geheim"]}, "陈静", "", WHEN, None, None)
    assert telling.described(row) == "来信 1 的压缩包或文件密码 1 个（不显示）"
