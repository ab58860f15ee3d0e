"""A mail that the server names and does not give: the others come in, people are told, and it is over once it is given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.desk import Desk
from ingest.mailboxes.poll import Poller
from reports.digest.digest import compose
from reports.status import render
from store import folders
from store import mail as mails
from tests.desks import assessed, desk
from tests.scripted_imap import HANG_UP, Answer, ScriptedServer, netease, scripted
from tests.test_poll import Clock

MAILS = {uid: b"Subject: %d\r\n\r\nmail %d\r\n" % (uid, uid) for uid in (3, 7, 9, 12)}
SENTENCE = "收件箱 a@163.com 的文件夹 INBOX 中有 1 封邮件服务器未能给出（服务器没有给出这封邮件的内容，自 8月1日 起），请在网页邮箱查看"


def fetching(command: str) -> set[int]:
    """Return the UIDs whose content a command asks for."""
    words = command.upper().split()
    return {int(uid) for uid in words[2].split(",")} if words[:2] == ["UID", "FETCH"] and "BODY" in command else set()


def usual() -> Answer:
    """Answer as NetEase does, with one folder, a UIDNEXT and single UIDs in searches."""
    inner = netease(MAILS)

    def answer(command: str) -> list[bytes]:
        if command.startswith("LIST"):
            return [b'* LIST () "/" "INBOX"\r\n', b"OK LIST"]
        if command.upper().startswith("UID SEARCH") and ":" not in command:
            uid = command.rsplit(maxsplit=1)[-1].strip("()")
            return [b"* SEARCH " + uid.encode() + b"\r\n", b"OK SEARCH"]
        return inner(command)

    return answer


def withholding(*uids: int) -> Answer:
    """Name these UIDs and give flags in place of their content."""
    inner = usual()

    def answer(command: str) -> list[bytes]:
        if not fetching(command) & set(uids):
            return inner(command)
        given = ",".join(str(uid) for uid in sorted(fetching(command) - set(uids)))
        told = inner(f"UID FETCH {given} (BODY.PEEK[])")[:-1] if given else []
        return [*told, *(b"* 1 FETCH (UID %d FLAGS ())\r\n" % uid for uid in uids), b"OK FETCH"]

    return answer


def dropping(*uids: int) -> Answer:
    """Hang up where the content of one of these is asked for."""
    inner = usual()
    return lambda command: [HANG_UP] if fetching(command) & set(uids) else inner(command)


@contextmanager
def polled(folder: Path, answer: Answer) -> Iterator[tuple[Desk, ScriptedServer, Callable[[], str], Clock]]:
    """Give a desk on a scripted server, and a way to poll it ten minutes later, which returns the outcome."""
    clock = Clock()
    with scripted(answer) as server:
        box = f'[[mailboxes]]\naddress = "a@163.com"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        with desk(folder, box + 'password = "p"\ntimeout_seconds = 5\n') as opened:

            def poll() -> str:
                clock.now += timedelta(minutes=10)
                (result,) = Poller(opened, clock).poll_all()
                return result.outcome

            yield opened, server, poll, clock


def told(opened: Desk, clock: Clock) -> tuple[bool, bool, bool]:
    """Return whether the digest names the gap, as HTML and as text, and whether the status does."""
    seen = assessed(opened, clock.now)
    digest = compose(seen, None)
    return SENTENCE in digest.html, SENTENCE in digest.text, SENTENCE in render(seen, None)


def test_a_mail_that_is_named_and_never_given_is_told_until_it_is_given(tmp_path: Path) -> None:
    with polled(tmp_path, withholding(7)) as (opened, server, poll, clock):
        assert poll() == "ok"
        assert mails.count(opened.store) == 3
        assert told(opened, clock) == (False, False, False)
        before = len(server.commands)
        poll()
        assert {7} in [fetching(command) for command in server.commands[before:]]
        poll()
        assert told(opened, clock) == (True, True, True)
        seen = assessed(opened, clock.now)
        assert "服务器 4 封，已收 3 封" in compose(seen, None).text
        assert "服务器未给出的邮件" in compose(seen, None).text
        told_at = clock.now
        server.answer = usual()
        poll()
        assert mails.count(opened.store) == 4
        assert told(opened, clock) == (False, False, False)
        assert "服务器 4 封，已收 4 封" in compose(assessed(opened, clock.now), None).text
        # As of then it was missing.
        assert [gap.count for gap in folders.missing(opened.store, told_at)] == [1]


@pytest.mark.parametrize("bad", [(3,), (7,), (12,), (3, 12)])
def test_a_mail_at_which_the_server_always_hangs_up_holds_up_no_other(tmp_path: Path, bad: tuple[int, ...]) -> None:
    with polled(tmp_path, dropping(*bad)) as (opened, server, poll, clock):
        poll()
        assert folders.missing(opened.store, clock.now) == ()
        assert poll() == "ok"
        assert mails.count(opened.store) == 4 - len(bad)
        (gap,) = folders.missing(opened.store, clock.now)
        assert gap.count == len(bad)
        server.answer = usual()
        poll()
        assert mails.count(opened.store) == 4
        assert folders.missing(opened.store, clock.now) == ()


def test_a_line_that_drops_once_costs_no_mail_and_alarms_nobody(tmp_path: Path) -> None:
    inner, dropped = usual(), []

    def once(command: str) -> list[bytes]:
        if fetching(command) and not dropped:
            dropped.append(command)
            return [HANG_UP]
        return inner(command)

    with polled(tmp_path, once) as (opened, _, poll, clock):
        assert poll() == "ok"
        assert mails.count(opened.store) == 4
        assert folders.missing(opened.store, clock.now) == ()


def test_a_server_that_hangs_up_at_every_mail_is_left_alone_after_some_logins(tmp_path: Path) -> None:
    with polled(tmp_path, dropping(*MAILS)) as (opened, server, poll, _):
        poll()
        assert sum(command.startswith("LOGIN") for command in server.commands) <= 6
        assert mails.count(opened.store) == 0


def test_archived_mails_are_found_in_the_folder_of_all_mail(tmp_path: Path) -> None:
    inner, here = usual(), []

    def gmail(command: str) -> list[bytes]:
        if command.startswith("LIST"):
            flagged = b'* LIST (\\Flagged) "/" "[Gmail]/Starred"\r\n'
            return [b'* LIST (\\All) "/" "AAA"\r\n', flagged, b'* LIST () "/" "INBOX"\r\n', b"OK LIST"]
        if command.startswith("EXAMINE"):
            here[:] = ["AAA"] if "AAA" in command else []
            if not here:
                return [b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n", b"OK [READ-ONLY] EXAMINE"]
        return inner(command)

    with polled(tmp_path, gmail) as (opened, server, poll, _):
        assert poll() == "ok"
        assert mails.count(opened.store) == 4
        opened_folders = [
            command.split()[-1].strip('"') for command in server.commands if command.startswith("EXAMINE")
        ]
        assert opened_folders == ["INBOX", "AAA"]
