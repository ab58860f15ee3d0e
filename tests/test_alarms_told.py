"""Alarms by real servers: what is told to whom when a mailbox refuses, falls silent and comes back, once each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.settings import load_settings
from ingest.desk import Desk
from ingest.worker import Worker
from store import alarms
from tests.alarm_world import BOX, MONDAY, SHANGHAI, channels, mailbox, subjects, text_of, world
from tests.robots import Robots
from tests.servers import Dovecot, MailServer


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    own = Dovecot()
    try:
        own.start()
        yield own
    finally:
        own.remove()


@pytest.fixture
def robots() -> Iterator[Robots]:
    with Robots().running() as running:
        yield running


def chats(robots: Robots) -> list[str]:
    return [str(asked.body["message"]) for asked in robots.asked]


def with_password(desk: Desk, password: str) -> Desk:
    path = desk.settings.base / "zhengji.toml"
    wrong = path.read_text(encoding="utf-8")
    path.write_text(wrong.replace('password = "wrong"', f'password = "{password}"'), encoding="utf-8")
    return replace(desk, settings=load_settings(path, {}))


def test_a_refused_login_is_told_at_once_and_once_and_that_it_is_over(
    server: Dovecot, smtp: MailServer, robots: Robots
) -> None:
    with world(mailbox(server.port, "wrong") + channels(smtp.port, robots)) as at:
        assert at.turn() == "refused"
        assert subjects(smtp) == ["【征集】告警：邮箱拒绝登录"]
        assert [at.turn(1), at.turn(16)] == ["waiting", "refused"]
        assert len(smtp.mails) == len(robots.asked) == 1
        at.desk = with_password(at.desk, "secret")
        at.restart(None)
        assert [at.turn(16), at.turn(), at.turn()] == ["ok", "ok", "ok"]
        assert subjects(smtp)[1:] == ["【征集】已恢复：邮箱拒绝登录"]
        assert [line.split("\n")[0] for line in chats(robots)] == subjects(smtp)
    text = text_of(smtp, 0)
    assert f"{BOX} 收不到信：邮箱拒绝登录" in text
    assert "邮件没有丢：新来信都在邮箱里" in text
    assert "重新生成客户端授权码" in text
    assert "secret" not in text
    assert "停收 33 分钟（2026-07-20 10:10 至 2026-07-20 10:43）" in text_of(smtp)


def test_an_hour_without_a_good_poll_is_told_once_with_what_becomes_of_the_mails(
    server: Dovecot, smtp: MailServer, robots: Robots
) -> None:
    with world(mailbox(server.port) + channels(smtp.port, robots)) as at:
        assert at.turn() == "ok"
        server.stop()
        assert [at.turn() for _ in range(5)] == ["unreachable"] * 5
        assert smtp.mails == []
        assert [at.turn() for _ in range(3)] == ["unreachable"] * 3
        assert subjects(smtp) == ["【征集】告警：收不到信"]
        server.start()
        server.account(BOX).append(b"Subject: x\r\n\r\nx", MONDAY)
        assert at.turn() == "ok"
        # Twice well, or a server that wavers is told again and again.
        assert len(smtp.mails) == 1
        assert [at.turn(), at.turn()] == ["ok", "ok"]
        assert subjects(smtp)[1:] == ["【征集】已恢复：收不到信"]
        assert len(robots.asked) == 2
    assert f"{BOX} 自 2026-07-20 10:10 起没有收成过信：连不上邮箱服务器" in text_of(smtp, 0)
    assert "停收 1 小时（2026-07-20 10:10 至 2026-07-20 11:40）；期间的来信都在邮箱里，已照常补收" in text_of(smtp, 1)


def test_a_server_that_wavers_is_told_once(server: Dovecot, smtp: MailServer) -> None:
    with world(mailbox(server.port) + channels(smtp.port)) as at:
        at.turn()
        server.stop()
        at.turn(65)
        for _ in range(2):
            server.start()
            assert at.turn() == "ok"
            server.stop()
            assert at.turn() == "unreachable"
        server.start()
        assert subjects(smtp) == ["【征集】告警：收不到信"]


def test_a_process_that_begins_anew_tells_nothing_twice(server: Dovecot, smtp: MailServer) -> None:
    with world(mailbox(server.port, "wrong") + channels(smtp.port)) as at:
        at.turn()
        for hours in (0, 1, 30):
            at.restart(at.now)
            at.look(hours * 60)
        assert len(smtp.mails) == 1


def test_a_worker_that_was_off_tells_from_when_to_when_nothing_was_taken_in(
    server: Dovecot, smtp: MailServer, robots: Robots
) -> None:
    with world(mailbox(server.port) + channels(smtp.port, robots)) as at:
        at.turn()
        at.now += timedelta(hours=10)
        at.restart(at.now)
        # It has not looked yet: nobody is frightened by what is over in a minute.
        at.look(1)
        assert smtp.mails == []
        at.turn(1)
        at.turn(1)
        assert subjects(smtp) == ["【征集】已恢复：收不到信"]
        assert "停收 10 小时（2026-07-20 10:10 至 2026-07-20 20:12）" in text_of(smtp)
        at.restart(at.now)
        at.turn(1)
        assert len(smtp.mails) == len(robots.asked) == 1


def test_a_worker_that_was_off_and_finds_the_server_down_tells_it_at_once(smtp: MailServer) -> None:
    with world(mailbox(1) + channels(smtp.port)) as at:
        at.turn()
        at.now += timedelta(hours=10)
        at.restart(at.now)
        at.look(1)
        assert smtp.mails == []
        at.turn(1)
        assert subjects(smtp) == ["【征集】告警：收不到信"]


def test_a_folder_that_is_not_there_is_told_as_a_mailbox_is(smtp: MailServer) -> None:
    folder = '[[mailboxes]]\nkind = "folder"\npath = "收件"\naddress = "U盘"\n'
    with world(folder + channels(smtp.port)) as at:
        (at.desk.settings.base / "收件").mkdir()
        at.turn()
        (at.desk.settings.base / "收件").rmdir()
        at.turn(50)
        at.turn(15)
        assert subjects(smtp) == ["【征集】告警：收不到信"]
        assert "U盘 自" in text_of(smtp)


def test_several_at_once_are_one_mail_and_what_ends_unheard_is_told_as_over_alone(smtp: MailServer) -> None:
    boxes = mailbox(1, address="one@example.cn") + mailbox(1, address="two@example.cn")
    with world(boxes + channels(smtp.port)) as at:
        at.turn()
        smtp.stop()
        at.turn(65)
        assert {one.state for one in alarms.notices(at.desk.store)} == {"failed"}
        smtp.start()
        at.look(10)
        assert subjects(smtp) == ["【征集】告警：收不到信等 2 件"]
        smtp.refused.add("a@b.cn")
        at.desk = replace(at.desk, settings=at.desk.settings.model_copy(update={"mailboxes": ()}))
        at.restart(None)
        at.look(10)
        smtp.refused.clear()
        at.look(10)
        at.look(10)
        assert subjects(smtp)[1:] == ["【征集】已了结：收不到信等 2 件"]


def test_what_nobody_knows_whether_it_arrived_is_not_sent_again(smtp: MailServer, robots: Robots) -> None:
    smtp.silent.add("a@b.cn")
    with world(mailbox(1) + channels(smtp.port, robots)) as at:
        at.turn()
        at.turn(65)
        assert {(one.recipient, one.state) for one in alarms.notices(at.desk.store)} == {
            ("a@b.cn", "unclear"), ("编辑部群", "sent"),
        }  # fmt: skip
        smtp.silent.clear()
        at.turn(10)
        at.turn(24 * 60)
        assert len(smtp.mails) == len(robots.asked) == 1


def test_alarms_go_to_their_own_recipients_and_what_went_is_kept(smtp: MailServer) -> None:
    own = "[alarms]\nrecipients = ['Ops@b.cn', 'two@b.cn']\nstop_bytes = 0\nwarn_bytes = 0\n"
    with world(mailbox(1) + channels(smtp.port) + own) as at:
        at.turn()
        at.turn(65)
        assert smtp.recipients == ["Ops@b.cn", "two@b.cn"]
        rows = alarms.notices(at.desk.store)
        assert [at.desk.store.vault.path(str(one.sha256)).read_bytes() for one in rows] == smtp.raw
        # Written in other letters it is the same address; a new one is told of what still holds.
        other = at.desk.settings.alarms.model_copy(update={"recipients": ("ops@B.cn", "new@b.cn")})
        at.desk = replace(at.desk, settings=at.desk.settings.model_copy(update={"alarms": other}))
        at.restart(None)
        at.look(10)
        assert smtp.recipients[2:] == ["new@b.cn"]


def test_a_clock_that_jumps_back_neither_tells_again_nor_ends_anything(smtp: MailServer) -> None:
    with world(mailbox(1) + channels(smtp.port)) as at:
        at.turn()
        at.turn(65)
        for minutes in (-5, -120, -60 * 48, 60 * 49):
            at.turn(minutes)
        assert subjects(smtp) == ["【征集】告警：收不到信"]
        assert len(alarms.open_alarms(at.desk.store)) == 1


def test_without_anybody_to_tell_it_is_noted_all_the_same() -> None:
    with world(mailbox(1)) as at:
        at.turn()
        at.now += timedelta(minutes=65)
        at.poll()
        done = at.look()
        assert [one.kind for one in done.begun] == ["silent"]
        assert done.told == ()


def digest_world(smtp_port: int, robots: Robots | None = None) -> str:
    return channels(smtp_port, robots, "08:30:00")


def test_a_digest_that_the_mail_server_refuses_is_told_in_the_group_and_later_by_mail(
    smtp: MailServer, robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.stop()
    with world(digest_world(smtp.port, robots)) as at:
        monkeypatch.setattr("ingest.worker.now", at.clock)
        at.now = datetime(2026, 7, 20, 8, 30, tzinfo=SHANGHAI)
        worker = Worker(at.desk)
        worker.digest()
        at.look(29)
        assert len(robots.asked) == 1
        at.look(1)
        assert chats(robots)[1].startswith(
            "【征集】告警：日报没有按时发出\n· 7月20日的日报过了 08:30，还有 1 处没有发到"
        )
        smtp.start()
        at.look(10)
        assert subjects(smtp) == ["【征集】告警：日报没有按时发出"]
        assert "a@b.cn：未发出，连不上发信服务器" in text_of(smtp)
        worker.overdue()
        at.look(10)
        at.look(10)
        assert subjects(smtp)[2:] == ["【征集】已恢复：日报没有按时发出"]
        assert len(robots.asked) == 3


def test_a_digest_of_which_nobody_knows_is_told_as_that_and_the_next_one_ends_it(
    smtp: MailServer, robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.silent.add("a@b.cn")
    with world(digest_world(smtp.port, robots)) as at:
        monkeypatch.setattr("ingest.worker.now", at.clock)
        at.now = datetime(2026, 7, 20, 8, 30, tzinfo=SHANGHAI)
        Worker(at.desk).digest()
        smtp.silent.clear()
        at.look(31)
        assert "有 1 处不知道是否送达" in text_of(smtp)
        at.now = datetime(2026, 7, 21, 8, 30, tzinfo=SHANGHAI)
        Worker(at.desk).digest()
        at.look(1)
        assert "日报已恢复正常：7月21日的已全部发出（7月20日的不再补发）" in text_of(smtp)


def test_a_digest_that_is_not_due_or_whose_day_is_off_alarms_nobody(smtp: MailServer) -> None:
    with world(digest_world(smtp.port)) as at:
        for moment in ("2026-07-20T08:59:00", "2026-07-19T12:00:00", "2026-09-25T12:00:00"):
            at.now = datetime.fromisoformat(f"{moment}+08:00")
            at.look()
        # A worker that was started at noon sends it first.
        at.now = datetime(2026, 7, 20, 12, 0, tzinfo=SHANGHAI)
        at.restart(at.now)
        at.look(20)
        assert smtp.mails == []
        at.look(11)
        assert subjects(smtp) == ["【征集】告警：日报没有按时发出"]
