"""Personal data of a campaign that several machines worked on: removed from the disk of each, and nothing comes back."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from config.errors import ConfigError
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.importer import import_path
from ingest.intake import read_one
from ingest.reading import read_message
from ingest.safekeeping import retention
from ingest.sharing import duties
from ingest.sharing.jobs import SharedWorker
from ingest.worker import Worker
from store import alarms, documents, jobs, mail, polls
from store.contents.blobs import Vault
from store.decisions import Person
from store.personal import closing, removing
from tests.desks import write_settings
from tests.inbox import Sent, list_files, write_inbox
from tests.inbox import mail as make_mail
from tests.sample import day
from tests.servers import ObjectStore
from tests.workers import Process, processes, shared_settings, wait_until, work_off

LATER = datetime.fromisoformat("2027-09-01T10:00:00+08:00")
BY = Person("周管理", LATER, "保存期已满")
WORDS = ("13900001234", "陈静", "zjwyxh@example.cn")


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str, object_store: ObjectStore) -> Iterator[tuple[Desk, Desk]]:
    """Give the desks of two machines on one database and one bucket, with mail that the first has taken in and read."""
    nobody = '[[mailboxes]]\naddress = "a@b.cn"\nhost = "127.0.0.1"\nport = 9\npassword = "x"\nsecurity = "none"\n'
    more = f"{object_store.settings(tmp_path.name)}{nobody}"
    with ExitStack() as stack:
        desks = []
        for name in ("one", "two"):
            own = shared_settings(postgres_url, tmp_path / name / "cache", more)
            one = open_desk(load_settings(write_settings(tmp_path / name, own), {}))
            stack.callback(one.close)
            desks.append(one)
        first, second = desks
        files = list_files(
            "浙江省物业管理协会", [Sent("春江", "杭州物业有限公司", "杭州市物业管理协会")], scanned=False
        )
        write_inbox(
            tmp_path / "inbox",
            [make_mail("陈静 <zjwyxh@example.cn>", "报送", day("07-20T10:00:00"), files, text="电话 13900001234")],
        )
        import_path(first, tmp_path / "inbox", datetime.now(UTC))
        yield first, second


def lying(desk: Desk) -> list[str]:
    return [one.sha256 for one in Vault(desk.store.vault.folder).kept()]


def test_what_each_machine_cached_goes_from_its_own_disk_too(machines: tuple[Desk, Desk]) -> None:
    first, second = machines
    work_off(first)
    for one in list(second.store.vault.kept()):
        second.store.vault.path(one.sha256)
    preview = second.settings.at(second.settings.vault.path).parent / "console" / "previews" / "x"
    preview.parent.mkdir(parents=True)
    preview.write_text("陈静")
    # Kept here by a clean room whose process was killed before it was stored for all.
    only_here = Vault(first.store.vault.folder).keep([b"13900001234"])
    assert only_here.sha256 in lying(first)
    assert not retention.clear_here(second)
    closed = retention.remove(first, BY)
    assert closed.counts[retention.VAULT]["rows"] == len({*lying(second), only_here.sha256})
    assert (lying(first), list(second.store.vault.kept())) == ([], [])
    assert lying(second)
    os.utime(preview, (time.time() - 60,) * 2)
    SharedWorker(second, ("read",)).look()
    assert (lying(second), preview.exists()) == ([], False)


def test_what_was_being_read_while_it_was_removed_is_not_kept(machines: tuple[Desk, Desk]) -> None:
    first, second = machines
    (message,) = mail.waiting(first.store)
    read = read_message(second, message)
    retention.remove(first, BY)
    with pytest.raises(closing.ClosedError):
        documents.keep_read(second.store, message, read.letter, read.files)
    with structlog.testing.capture_logs():
        read_one(second, message)
        duties.sweep(second)
    work_off(second)
    assert removing.left_over(first.store, WORDS) == []
    assert mail.waiting(first.store) == []
    assert list(first.store.vault.kept()) == []
    retention.clear_here(second)
    assert lying(second) == []


def test_nobody_is_told_that_a_campaign_whose_data_was_removed_takes_in_no_mail(machines: tuple[Desk, Desk]) -> None:
    first, second = machines
    retention.remove(first, BY)
    Worker(first).alarms()
    worker = SharedWorker(second, ("poll",))
    worker.watch.clock = lambda: datetime.now(UTC) + timedelta(days=3)
    worker.look()
    assert alarms.every(first.store) == ()


def test_a_look_for_alarms_that_fails_ends_no_worker(
    machines: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = machines
    worker = SharedWorker(first, ("read",))
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 2:
            worker.stopping.set()
        raise OSError("a share that is away")

    monkeypatch.setattr(worker.watch, "look", look)
    monkeypatch.setattr("ingest.sharing.jobs._MINUTE", 0.1)
    with structlog.testing.capture_logs() as logs:
        asyncio.run(worker.watch_on())
    assert len(looks) == 2
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["alarms.failed"] * 2


def test_a_clock_that_was_ahead_and_is_set_right_stops_no_poll(machines: tuple[Desk, Desk]) -> None:
    first, _ = machines
    ahead = datetime.now(UTC) + timedelta(days=2)
    polls.note(first.store, polls.PollResult("a@b.cn", ahead, ahead, "ok"))
    duties.poll_due(first)
    with first.store.reading() as session:
        assert [one.task for one in jobs.listed(session) if one.task == "poll"] == ["poll"]


def test_workers_that_go_on_reading_while_it_is_removed_leave_nothing_anywhere(
    machines: tuple[Desk, Desk], tmp_path: Path
) -> None:
    first, second = machines
    write_inbox(tmp_path / "more", [_numbered(number) for number in range(12)])
    import_path(first, tmp_path / "more", datetime.now(UTC))
    configs = [one.settings.base / "zhengji.toml" for one in machines]
    with processes(*(Process(config, "--role", "read") for config in configs)) as running:
        wait_until(lambda: len(mail.waiting(first.store)) < 12, "nothing was read")
        running[1].kill()
        running[1] = Process(configs[1], "--role", "read")
        wait_until(lambda: _is_removed(first), "it was never done")
        wait_until(lambda: not lying(first) and not lying(second), "contents stay on a disk")
        assert removing.left_over(first.store, WORDS) == []
        assert list(first.store.vault.kept()) == []
        assert all(one.popen.poll() is None and one.stop() < 30 for one in running)
    assert removing.left_over(first.store, WORDS) == []


def _numbered(number: int) -> bytes:
    files = list_files("浙江省物业管理协会", [Sent(f"春江{number}", f"杭州{number}物业有限公司", "杭州市物业管理协会")])
    return make_mail("陈静 <zjwyxh@example.cn>", f"报送{number}", day("07-21T10:00:00"), files, text="电话 13900001234")


def _is_removed(desk: Desk) -> bool:
    """Remove, as a person does who is told that something was written meanwhile: again."""
    try:
        return retention.remove(desk, BY).ended_at is not None
    except ConfigError:
        return False
