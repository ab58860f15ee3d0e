"""A disk that is really full: the poll stops, says so, and goes on by itself once there is room again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import event, select

from ingest.desk import Desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from store.models import Message
from tests.imap_engine import Engine, running
from tests.inbox import Sent, list_files, mail
from tests.provider_servers import PROVIDERS, WHEN, letter
from tests.quick import again, prepare, quick_desk
from tests.sample import day
from tests.servers import program
from tests.states import State, clock, differences, kept, state
from tests.test_faulty_line import mailbox

_SIZE = 4 * 1024 * 1024
_CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    files = list_files("浙江省物业管理协会", [_CASE], scanned=False)
    with running(PROVIDERS["coremail"]) as server:
        first = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
        server.append("INBOX", first, day("07-20T10:00:01"))
        for number in range(6):
            text = f"特价{number}" * 2000
            server.append(
                "INBOX", mail("x@y.example", f"特价{number}", day("07-22T10:00:00"), text=text), day("07-22T10:00:01")
            )
        yield server


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """Keep the log from the screen: a traceback with everything around it takes longer than the test."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="module")
def expected(engine: Engine) -> State:
    with quick_desk(mailbox(engine.port, "box@example.cn")) as desk:
        run(desk)
        return state(desk)


def run(desk: Desk) -> list[str]:
    outcomes = [result.outcome for result in Poller(desk, clock).poll_all()]
    take_in(desk)
    return outcomes


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give a folder on a disk of four megabytes; skip where this user may not mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"a disk of four megabytes cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([program("umount", "mount"), str(folder)], check=True)


def fill_up(folder: Path, leave: int) -> Path:
    """Fill a disk but for so many bytes; return the file that does it."""
    ballast = folder / "ballast"
    there = os.statvfs(folder)
    ballast.write_bytes(b"\0" * max(there.f_bavail * there.f_frsize - leave, 0))
    return ballast


@pytest.mark.parametrize("leave", [0, 4096, 16_384, 65_536, 131_072, 262_144, 393_216])
def test_a_poll_on_a_full_disk_is_finished_when_there_is_room(
    engine: Engine, expected: State, tmp_path: Path, leave: int
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        config = prepare(disk, mailbox(engine.port, "box@example.cn"))
        with again(config):
            ballast = fill_up(disk, leave)
        # Whatever it raises, a worker logs, and its next job begins.
        with suppress(OSError), again(config) as desk:
            run(desk)
        ballast.unlink()
        with again(config) as desk:
            assert run(desk) == ["ok"]
            assert differences(expected, state(desk)) == {}


@contextmanager
def no_room_in_the_database(desk: Desk, spare: int) -> Iterator[None]:
    """Let the database grow by so many pages at most: beyond, SQLite says what it says of a full disk."""

    def limit(connection: Any, _record: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + spare}")

    desk.store.engine.dispose()
    event.listen(desk.store.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(desk.store.engine, "connect", limit)
        desk.store.engine.dispose()


@pytest.mark.parametrize("spare", range(8))
def test_a_database_that_found_no_room_goes_on_where_it_stopped(engine: Engine, expected: State, spare: int) -> None:
    with quick_desk(mailbox(engine.port, "box@example.cn")) as desk:
        with no_room_in_the_database(desk, spare), suppress(OSError):
            run(desk)
        assert run(desk) == ["ok"]
        assert differences(expected, state(desk)) == {}


def test_a_database_without_room_is_told_as_a_full_disk() -> None:
    with running(PROVIDERS["coremail"]) as server, quick_desk(mailbox(server.port, "box@example.cn")) as desk:
        for number in range(60):
            server.append("INBOX", letter("INBOX", number), WHEN)
        with no_room_in_the_database(desk, 0):
            assert [result.outcome for result in Poller(desk, clock).poll_all()] == ["full"]


def test_a_database_without_room_is_no_fault_of_a_mail(engine: Engine, expected: State) -> None:
    with quick_desk(mailbox(engine.port, "box@example.cn")) as desk:
        Poller(desk, clock).poll_all()
        for _ in range(4):
            with no_room_in_the_database(desk, 1), suppress(OSError):
                take_in(desk)
        with desk.store.reading() as session:
            assert set(session.scalars(select(Message.attempts))) == {0}
        take_in(desk)
        assert differences(expected, state(desk)) == {}
        assert kept(desk.store)
