"""Polling a real mailbox: everything new once, failures told once, and a refused login left alone for a while."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from ingest.desk import Desk
from ingest.intake import take_in
from ingest.mailboxes import taking
from ingest.mailboxes.poll import Poller
from store import mail as mails
from store import polls
from store.models import FolderMark, Message, Sighting
from tests.desks import assessed, desk
from tests.inbox import Sent, list_files, mail
from tests.sample import day
from tests.servers import Account, Dovecot
from tests.test_killed import mailbox

NOW = datetime(2026, 8, 1, 1, 0, tzinfo=UTC)
CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(account: Account, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, mailbox(account)) as one:
        yield one


def test_a_mail_from_the_mailbox_ends_in_the_picture(opened: Desk, account: Account, clock: Clock) -> None:
    account.append(
        mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), list_files("浙江省物业管理协会", [CASE])),
        day("07-20T10:00:05"),
    )
    (result,) = Poller(opened, clock).poll_all()
    assert (result.outcome, result.new) == ("ok", 1)
    take_in(opened)
    (message,) = assessed(opened).picture.messages
    assert (message.province, message.mailbox, message.folder, message.uid) == ("浙江", account.user, "INBOX", 1)
    assert (message.arrival, message.arrival_source) == (day("07-20T10:00:05"), "internaldate")
    assert message.kind_evidence == "含汇总清单、汇总清单盖章扫描件"


def test_a_second_poll_takes_nothing_twice(opened: Desk, account: Account, clock: Clock) -> None:
    account.append(b"Subject: 1\r\n\r\n1", NOW)
    poller = Poller(opened, clock)
    assert [result.new for result in poller.poll_all()] == [1]
    account.append(b"Subject: 2\r\n\r\n2", NOW)
    assert [result.new for result in poller.poll_all()] == [1]
    assert [result.new for result in poller.poll_all()] == [0]
    assert mails.count(opened.store) == 2


def test_a_mail_that_staff_moved_to_another_folder_is_the_same_mail(
    opened: Desk, account: Account, clock: Clock
) -> None:
    account.append(b"Subject: 1\r\n\r\n1", NOW)
    Poller(opened, clock).poll_all()
    with account.client() as client:
        client.create_folder("已处理")
        client.select_folder("INBOX")
        client.move([1], "已处理")
    assert [result.new for result in Poller(opened, clock).poll_all()] == [0]
    assert mails.count(opened.store) == 1


def test_a_mail_in_a_junk_folder_counts_and_is_named(opened: Desk, account: Account, clock: Clock) -> None:
    account.append(
        mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), list_files("浙江省物业管理协会", [CASE])),
        NOW,
        "垃圾邮件",
    )
    Poller(opened, clock).poll_all()
    take_in(opened)
    (message,) = assessed(opened).picture.messages
    assert message.junk
    assert message.is_submission


def test_a_refused_login_waits_fifteen_minutes_and_is_told_once(account: Account, tmp_path: Path, clock: Clock) -> None:
    wrong = mailbox(account).replace("secret", "falsch")
    with desk(tmp_path, wrong) as opened:
        poller = Poller(opened, clock)
        assert [result.outcome for result in poller.poll_all()] == ["refused"]
        clock.now += timedelta(minutes=14)
        assert poller.poll_all() == []
        clock.now += timedelta(minutes=2)
        assert [result.outcome for result in poller.poll_all()] == ["refused"]
        (health,) = assessed(opened, clock.now).picture.health
        assert health.failing_since == NOW
        assert "授权码" in health.reason
        assert "falsch" not in health.reason


def test_a_new_authorization_code_is_tried_at_once_not_after_fifteen_minutes(
    account: Account, tmp_path: Path, clock: Clock
) -> None:
    code = tmp_path / "code.txt"
    code.write_text("falsch")
    os.utime(code, (NOW.timestamp() - 60,) * 2)
    with desk(tmp_path, mailbox(account).replace('password = "secret"', f'password_file = "{code}"')) as opened:
        poller = Poller(opened, clock)
        assert [result.outcome for result in poller.poll_all()] == ["refused"]
        clock.now += timedelta(minutes=2)
        assert poller.poll_all() == []
        code.write_text("wieder falsch")
        os.utime(code, (clock.now.timestamp() - 1,) * 2)
        assert [result.outcome for result in poller.poll_all()] == ["refused"]
        clock.now += timedelta(minutes=2)
        # Once for each code: a wrong one is not tried again and again.
        assert poller.poll_all() == []
        code.write_text("secret")
        os.utime(code, (clock.now.timestamp() - 1,) * 2)
        assert [result.outcome for result in poller.poll_all()] == ["ok"]


def test_a_mailbox_that_is_down_does_not_hold_up_the_other(account: Account, tmp_path: Path, clock: Clock) -> None:
    account.append(b"Subject: 1\r\n\r\n1", NOW)
    down = '[[mailboxes]]\naddress = "down@example.cn"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n'
    with desk(tmp_path, down + mailbox(account)) as opened:
        assert [result.outcome for result in Poller(opened, clock).poll_all()] == ["unreachable", "ok"]
        assert mails.count(opened.store) == 1
        assert {one.mailbox: one.failing_since for one in polls.health(opened.store, clock.now)} == {
            "down@example.cn": NOW,
            account.user: None,
        }


def test_a_server_that_comes_back_is_well_again(opened: Desk, dovecot: Dovecot, clock: Clock) -> None:
    dovecot.kill()
    assert [result.outcome for result in Poller(opened, clock).poll_all()] == ["unreachable"]
    dovecot.start()
    clock.now += timedelta(minutes=10)
    assert [result.outcome for result in Poller(opened, clock).poll_all()] == ["ok"]
    (health,) = polls.health(opened.store, clock.now)
    assert (health.last_good, health.failing_since) == (clock.now, None)


def test_a_full_disk_loses_nothing_and_the_next_poll_goes_on(
    opened: Desk, account: Account, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.append_all([(b"Subject: %d\r\n\r\n" % n, NOW) for n in range(3)])

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        (result,) = Poller(opened, clock).poll_all()
    assert result.outcome == "full"
    assert "磁盘已满" in result.reason
    assert [result.new for result in Poller(opened, clock).poll_all()] == [3]


def test_a_poll_can_be_stopped_between_two_groups(
    opened: Desk, account: Account, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "_GROUP_MAILS", 2)
    account.append_all([(b"Subject: %d\r\n\r\n" % n, NOW) for n in range(5)])
    (stopped,) = Poller(opened, clock, stop=lambda: mails.count(opened.store) >= 2).poll_all()
    assert mails.count(opened.store) == 2
    # What was not fetched is not said to be here.
    assert (stopped.held, stopped.known) == (5, 2)
    Poller(opened, clock).poll_all()
    assert mails.count(opened.store) == 5


def test_a_folder_that_cannot_be_opened_does_not_hold_up_the_others(
    opened: Desk, account: Account, clock: Clock
) -> None:
    account.append(b"Subject: 1\r\n\r\n1", NOW, "AAA")
    account.append(b"Subject: 2\r\n\r\n2", NOW, "ZZZ")
    closed = account.server.folder / "mail" / account.user / ".AAA"
    closed.chmod(0o000)
    (result,) = Poller(opened, clock).poll_all()
    closed.chmod(0o700)
    assert result.outcome == "unreachable"
    assert result.reason
    assert mails.count(opened.store) == 1
    assert [one.outcome for one in Poller(opened, clock).poll_all()] == ["ok"]
    assert mails.count(opened.store) == 2


def test_the_mailbox_and_what_is_held_are_compared_and_the_poll_says_so(
    opened: Desk, account: Account, clock: Clock
) -> None:
    account.append_all([(b"Subject: %d\r\n\r\n" % n, NOW) for n in range(3)])
    (first,) = Poller(opened, clock).poll_all()
    assert (first.held, first.known, first.reconciled, first.gaps) == (3, 3, True, [])
    (second,) = Poller(opened, clock).poll_all()
    assert (second.held, second.known, second.reconciled) == (3, 3, False)
    clock.now += timedelta(hours=25)
    (third,) = Poller(opened, clock).poll_all()
    assert third.reconciled


def test_a_mail_that_was_passed_over_is_found_by_comparing(opened: Desk, account: Account, clock: Clock) -> None:
    account.append_all([(b"Subject: %d\r\n\r\n" % n, NOW) for n in range(3)])
    Poller(opened, clock).poll_all()
    with opened.store.session() as session:
        # As if the mark had moved on without the second mail.
        message = session.scalars(select(Sighting).where(Sighting.uid == 2)).one().message_id
        session.execute(delete(Message).where(Message.id == message))
        session.execute(update(FolderMark).where(FolderMark.folder == "INBOX").values(sighted=2))
    assert mails.count(opened.store) == 2
    Poller(opened, clock).poll_all()
    assert mails.count(opened.store) == 3
