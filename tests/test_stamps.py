"""The server's two stamps of a mail: late is what both call late; where the deadline lies between, a person decides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from config.campaign import Campaign
from ingest.decisions.arriving import decide_arrival
from ingest.decisions.settling import DecisionError, undo
from ingest.desk import Desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from reports import moments
from reports.digest.digest import compose
from reports.export import rows
from reports.finding import Assessment, Finding
from reports.judge import shown
from store import decisions, documents
from store import mail as mails
from store.arrivals import Seen, accept
from store.database import open_store
from store.decisions import Person
from tests.desks import assessed, codes, desk, everything, take
from tests.inbox import Sent, list_files, mail
from tests.picture_builders import message
from tests.sample import day
from tests.servers import Account
from tests.test_cli import zhengji
from tests.test_killed import mailbox

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
BEFORE, LATE = day("08-05T23:50:00"), day("08-06T09:00:00")
NOW = day("08-07T09:00:00")
ZHANG = Person("张三", NOW)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as one:
        yield one


def sent(received: datetime | None, *, more: bytes = b"") -> bytes:
    """Return a submission whose topmost Received header bears this stamp; `more` stands right below it."""
    files = {**list_files("浙江省物业管理协会", [CASE]), **CASE.files()}
    raw = mail("zjwyxh@example.cn", "浙江报送", received or BEFORE, files)
    header, start, rest = raw.partition(b"From: ")
    assert header.startswith(b"Received:")
    return (header if received else b"") + more + start + rest


def arrive(opened: Desk, raw: bytes, arrival: datetime, source: str = "internaldate") -> None:
    """Take in a mail as the mailbox gives it."""
    with opened.store.vault.temporary() as path:
        path.write_bytes(raw)
        accept(opened.store, path, Seen("a@b.cn", "INBOX", 7, 1), arrival, source, NOW)
    take_in(opened)


def judged(opened: Desk) -> Assessment:
    return assessed(opened, day("08-08T09:00:00"))


def differs(found: Assessment) -> list[Finding]:
    return [one for one in found.findings if one.code == "arrival.differs"]


def test_a_mail_that_was_put_back_without_its_date_is_in_time_until_a_person_says_otherwise(opened: Desk) -> None:
    arrive(opened, sent(BEFORE), LATE)
    found = judged(opened)
    (one,) = differs(found)
    assert one.message == (
        "收件服务器的两个时间相差 9 小时 10 分：入箱 2026-08-06 09:00:00，收到 2026-08-05 23:50:00，"
        "截止时间在两者之间，暂按按时计，请核对后运行 zhengji decide arrival 1 按时|迟到"
    )
    assert (one.severity, one.subject, one.clause, one.province) == ("warning", "message", "三(二)1", "浙江")
    assert not codes(found, "浙江") & {"late.submission", "late.case", "late.item"}
    view = next(one for one in found.picture.associations if one.province == "浙江")
    assert (view.late, view.first_arrival, view.first_taken) == (False, LATE, BEFORE)
    assert "暂按按时计" in compose(found, None).text


def test_exports_keep_the_arrival(opened: Desk) -> None:
    arrive(opened, sent(BEFORE), LATE)
    found = judged(opened)
    (row,) = [row for row in rows(found, "submissions") if row["province"] == "浙江"]
    assert (row["first_arrival"], row["late"]) == (LATE.isoformat(), False)
    assert [row["first_arrival"] for row in rows(found, "cases")] == [LATE.isoformat()]
    assert [row["arrival"] for row in rows(found, "messages")] == [LATE.isoformat()]


def test_a_mailbox_that_says_earlier_than_the_received_header_asks_too(opened: Desk) -> None:
    arrive(opened, sent(LATE), BEFORE)
    found = judged(opened)
    assert len(differs(found)) == 1
    assert "late.submission" not in codes(found, "浙江")
    decide_arrival(opened, "1", "迟到", ZHANG)
    assert "late.submission" in codes(judged(opened), "浙江")


@pytest.mark.parametrize(
    ("received", "arrival", "asks", "late"),
    [
        (LATE, LATE, False, True),
        (BEFORE, BEFORE, False, False),
        (LATE, LATE + timedelta(hours=3), False, True),
        (BEFORE - timedelta(days=2), BEFORE, False, False),
        (day("08-05T23:59:59"), day("08-06T00:09:59"), False, False),
        (day("08-05T23:59:59"), day("08-06T00:10:00"), True, False),
        (None, LATE, False, True),
        # Of a clock that is wrong: before the notice, of another year, or more than a day ahead.
        (day("05-17T23:00:00"), LATE, False, True),
        (datetime(2020, 8, 5, tzinfo=UTC), LATE, False, True),
        (BEFORE + timedelta(days=1, seconds=1), BEFORE, False, False),
    ],
)
def test_late_is_what_both_stamps_call_late(
    opened: Desk, received: datetime | None, arrival: datetime, *, asks: bool, late: bool
) -> None:
    arrive(opened, sent(received), arrival)
    found = judged(opened)
    assert bool(differs(found)) is asks
    assert ("late.submission" in codes(found, "浙江")) is late


def test_only_the_topmost_received_counts(opened: Desk) -> None:
    forged = b"Received: from a by b; Wed, 05 Aug 2026 10:00:00 +0800\r\n"
    arrive(opened, sent(LATE, more=forged), LATE + timedelta(hours=1))
    found = judged(opened)
    assert found.picture.messages[0].taken == LATE
    assert "late.submission" in codes(found, "浙江")
    assert differs(found) == []


@pytest.mark.parametrize(
    "stamp",
    [
        "Wed, 05 Aug 2026 15:50:00 +0000", "Wed, 5 Aug 2026 23:50:00 +0800 (CST)", "Wed, 05 Aug 2026 11:50:00 -0400",
        "Wed, 05 Aug 2026 15:50:00 GMT",
    ],
)  # fmt: skip
def test_clocks_of_other_zones_are_the_same_moment(opened: Desk, stamp: str) -> None:
    raw = sent(None)
    arrive(opened, b"Received: from a by b; " + stamp.encode() + b"\r\n" + raw, LATE)
    (message,) = judged(opened).picture.messages
    assert (message.received, message.taken) == (BEFORE, BEFORE)


def test_a_stamp_without_a_zone_is_no_evidence(opened: Desk) -> None:
    arrive(opened, b"Received: from a by b; Wed, 05 Aug 2026 23:50:00\r\n" + sent(None), LATE)
    (message,) = judged(opened).picture.messages
    assert (message.received, message.taken) == (None, LATE)


def test_a_stamp_adds_nothing_beside_an_arrival_that_is_not_the_mailboxs(opened: Desk, tmp_path: Path) -> None:
    arrive(opened, sent(BEFORE), LATE, "file")
    (message,) = judged(opened).picture.messages
    assert (message.received, message.taken) == (None, LATE)
    take(opened, tmp_path / "in", mail("jswx@jsproperty.example", "江苏报送", BEFORE))
    assert [one.received for one in judged(opened).picture.messages] == [None, None]


def test_a_mail_that_is_no_submission_asks_nobody(opened: Desk) -> None:
    raw = mail("x@y.example", "机票", BEFORE)
    arrive(opened, raw, LATE)
    assert differs(judged(opened)) == []


def test_an_item_and_a_case_are_judged_by_the_earlier_stamp_too(opened: Desk, tmp_path: Path) -> None:
    take(
        opened, tmp_path / "in",
        mail("zjwyxh@example.cn", "浙江报送", day("08-01T10:00:00"), list_files("浙江省物业管理协会", [CASE], scanned=False)),
    )  # fmt: skip
    arrive(opened, sent(BEFORE), LATE)
    assert not codes(judged(opened), "浙江") & {"late.item", "late.case"}
    decide_arrival(opened, "2", "迟到", ZHANG)
    (late,) = [one for one in judged(opened).findings if one.code == "late.item"]
    assert late.message == "汇总清单盖章扫描件在截止日之后才到，其余按时"
    assert "2026-08-06 09:00:00 到达" in late.evidence


def test_a_person_settles_it_either_way_and_takes_it_back(opened: Desk) -> None:
    arrive(opened, sent(BEFORE), LATE)
    assert decide_arrival(opened, "1", "按时", ZHANG) == [
        "已认定（编号 1）：来信 1 算按时，到达时间按 2026-08-05 23:50 计"
    ]
    found = judged(opened)
    assert (differs(found), "late.submission" in codes(found)) == ([], False)
    assert decide_arrival(opened, "1", "迟到", ZHANG) == [
        "已认定（编号 2）：来信 1 算迟到，到达时间按 2026-08-06 09:00 计",
        "取代 张三 2026-08-07 09:00 的决定（编号 1）：来信 1 算按时",
    ]
    found = judged(opened)
    assert (differs(found), "late.submission" in codes(found)) == ([], True)
    (late,) = [one for one in found.findings if one.code == "late.submission"]
    assert late.evidence == "来信“浙江报送”，2026-08-06 09:00:00 到达，由张三认定"
    assert "由张三认定为迟到" in compose(found, None).text
    assert undo(opened, 2, ZHANG)[-1] == "来信 1 的到达时间又按较早的一个计，须核对"
    undo(opened, 1, ZHANG)
    assert len(differs(judged(opened))) == 1


def test_a_settled_arrival_survives_a_rebuild(opened: Desk) -> None:
    arrive(opened, sent(BEFORE), LATE)
    decide_arrival(opened, "1", "迟到", ZHANG)
    before = everything(judged(opened))
    mails.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(judged(opened)) == before
    assert documents.stamps_of(opened.store, 1) == (LATE, "internaldate", BEFORE)


@pytest.mark.parametrize(
    ("target", "verdict", "said"),
    [
        ("9", "按时", "没有来信 9，你是不是想说 1？"),
        ("1", "按时间", "没有 按时间 这一种，是不是 按时？"),
        ("1", "迟到", "来信 1 是否按时没有疑问：入箱 2026-08-06 09:00，收到 2026-08-06 08:00"),
    ],
)
def test_what_is_not_open_is_refused_in_one_line(opened: Desk, target: str, verdict: str, said: str) -> None:
    arrive(opened, sent(LATE - timedelta(hours=1)), LATE)
    with pytest.raises(DecisionError) as error:
        decide_arrival(opened, target, verdict, ZHANG)
    assert str(error.value) == said
    assert decisions.every(opened.store) == []


def test_the_command_settles_and_the_list_says_it(opened: Desk, tmp_path: Path) -> None:
    arrive(opened, sent(BEFORE), LATE)

    def run(*arguments: str) -> str:
        config = str(tmp_path / "desk" / "zhengji.toml")
        done = zhengji("--config", config, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "来信 1 算迟到" in run("decide", "arrival", "1", "迟到", "--person", "张三", "--note", "问过网管")
    listed = run("decisions")
    assert all(word in listed for word in ("到达时间", "来信 1 算迟到", "张三", "问过网管"))


@pytest.mark.parametrize(("received", "arrival"), [(BEFORE, LATE), (LATE, BEFORE), (BEFORE, BEFORE)])
def test_both_stamps_are_read_from_a_real_server(
    account: Account, tmp_path: Path, received: datetime, arrival: datetime
) -> None:
    with desk(tmp_path / "polled", mailbox(account)) as opened:
        account.append(sent(received), arrival)
        (result,) = Poller(opened, lambda: NOW).poll_all()
        take_in(opened)
        assert (result.outcome, result.new) == ("ok", 1)
        (message,) = judged(opened).picture.messages
        assert (message.arrival, message.received or message.arrival) == (arrival, received)
        assert message.taken == BEFORE
        assert len(differs(judged(opened))) == (received != arrival)


def test_the_same_content_that_came_twice_is_judged_by_the_earliest_of_all_stamps(campaign: Campaign) -> None:
    first = message(arrival=LATE, added="微信补入，张三 08-06")
    second = replace(message(arrival=LATE + timedelta(hours=1)), received=BEFORE)
    came = moments.First.of(first).or_earlier(second)
    assert came == moments.First(LATE, BEFORE, "")
    assert not moments.is_disputed(first, campaign.call.last_moment)
    assert moments.is_disputed(second, campaign.call.last_moment)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(601, "10 分钟"), (30, "30 秒"), (33_000, "9 小时 10 分"), (7_200, "2 小时"), (180_000, "2 天 2 小时")],
)
def test_a_span_is_said_as_people_count_it(seconds: int, said: str) -> None:
    assert shown(seconds, "stamps_apart") == said


def test_an_older_database_is_brought_up_and_what_was_attached_can_be_undone(database_url: str, tmp_path: Path) -> None:
    engine = create_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "store" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO messages (id, sha256, bytes, arrival, arrival_source, kept_at, state, attempts)"
                " VALUES (1, :sha, 3, :at, 'internaldate', :at, 'filed', 0)"
            ),
            {"sha": "a" * 64, "at": NOW},
        )
        connection.execute(
            text(
                "INSERT INTO supplied (message_pk, name, sha256, bytes, link, person, added_at)"
                " VALUES (1, '表.docx', :sha, 3, NULL, '小李', :at)"
            ),
            {"sha": "b" * 64, "at": NOW},
        )
    engine.dispose()
    store = open_store(database_url, tmp_path / "vault")
    (made,) = decisions.every(store)
    assert (made.what, made.subject, made.person) == ("attached", f"attached:1:{'b' * 64}", "小李")
    assert made.value["name"] == "表.docx"
    assert decisions.undo(store, made.id, ZHANG)
    assert mails.waiting(store) == [1]
    store.close()
