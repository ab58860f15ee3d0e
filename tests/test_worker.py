"""The worker as a process: it polls on schedule, leaves a line a poll, survives failures, and stops within seconds."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.settings import load_settings
from ingest.desk import open_desk
from ingest.worker import Worker
from reports.deadline import is_working_day
from store import mail as mails
from tests.desks import write_settings
from tests.servers import Account, MailServer
from tests.test_killed import mailbox

FAST = "[worker]\npoll_minutes = 0.02\n"


class Running:
    """A worker process with its log."""

    def __init__(self, config: Path) -> None:
        self.log = config.parent / "log"
        with self.log.open("wb") as out:
            command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "worker"]
            self.process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stderr=out)

    def lines(self, event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("event") == event]

    def wait(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + 40
        while not ready():
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def stop(self) -> float:
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - started


@pytest.fixture
def start() -> Iterator[Callable[[Path], Running]]:
    running: list[Running] = []

    def begin(config: Path) -> Running:
        running.append(Running(config))
        return running[-1]

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_it_polls_on_schedule_and_stops_on_sigterm(
    account: Account, tmp_path: Path, start: Callable[[Path], Running]
) -> None:
    config = write_settings(tmp_path, FAST + mailbox(account))
    worker = start(config)
    worker.wait(lambda: len(worker.lines("poll.done")) >= 2)
    account.append(b"Subject: new\r\n\r\nx", datetime.now().astimezone())
    worker.wait(lambda: any(line["new"] == 1 for line in worker.lines("poll.done")))
    assert worker.stop() < 8
    assert worker.process.returncode == 0
    assert worker.lines("worker.stopped")
    desk = open_desk(load_settings(config, {}))
    assert mails.count(desk.store) == 1
    desk.close()


def test_it_survives_a_failing_poll(account: Account, tmp_path: Path, start: Callable[[Path], Running]) -> None:
    down = '[[mailboxes]]\naddress = "down@example.cn"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n'
    worker = start(write_settings(tmp_path, FAST + down + mailbox(account)))
    worker.wait(lambda: len(worker.lines("poll.done")) >= 2)
    assert len(worker.lines("poll.failed")) == 1
    assert "连不上" in str(worker.lines("poll.failed")[0]["alert"])
    assert len(worker.lines("poll.still_failing")) >= 1
    worker.stop()


def test_it_stops_within_seconds_while_a_server_says_nothing(tmp_path: Path, start: Callable[[Path], Running]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        box = f'[[mailboxes]]\naddress = "a@b.cn"\nhost = "127.0.0.1"\nport = {silent.getsockname()[1]}\nsecurity = "none"\n'
        worker = start(write_settings(tmp_path, FAST + box))
        worker.wait(lambda: bool(worker.lines("worker.started")))
        time.sleep(2)
        assert worker.stop() < 8
        assert worker.process.returncode == 0


def test_no_password_and_no_phone_number_is_in_the_log(
    account: Account, tmp_path: Path, start: Callable[[Path], Running]
) -> None:
    account.append(b"Subject: 13812345678\r\n\r\n13812345678", datetime.now().astimezone())
    worker = start(write_settings(tmp_path, FAST + mailbox(account)))
    worker.wait(lambda: bool(worker.lines("worker.polled")))
    worker.stop()
    text = worker.log.read_text(encoding="utf-8")
    assert "13812345678" not in text
    assert account.server.password not in text


def test_the_digest_goes_out_at_its_time_on_a_working_day(
    tmp_path: Path, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = '[digest]\nrecipients = ["a@b.cn", "c@d.cn"]\n[digest.smtp]\n'
    digest += f'host = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\nsender = "box@b.cn"\n'
    desk = open_desk(load_settings(write_settings(tmp_path, digest), {}))
    working = datetime(2026, 7, 20, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    for moment in (working, working + timedelta(hours=1), working + timedelta(days=5)):
        monkeypatch.setattr("ingest.worker.now", lambda moment=moment: moment)
        Worker(desk).digest()
    assert not is_working_day((working + timedelta(days=5)).date())
    assert smtp.recipients == ["a@b.cn", "c@d.cn"]
    assert (tmp_path / "data" / "digests" / "日报-2026-07-20.html").exists()
    desk.close()


def test_the_schedule_holds_poll_digest_and_the_moment_of_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(load_settings(write_settings(tmp_path), {}))
    shanghai = ZoneInfo("Asia/Shanghai")
    monkeypatch.setattr("ingest.worker.now", lambda: datetime(2026, 7, 20, 8, 0, tzinfo=shanghai))
    jobs = {job.id: job for job in Worker(desk).schedule().get_jobs()}
    assert set(jobs) == {"poll", "digest", "overdue", "alarms", "deadline"}
    assert jobs["deadline"].trigger.run_date == datetime(2026, 8, 6, 0, 0, 0, tzinfo=shanghai)
    fires = jobs["digest"].trigger.get_next_fire_time(None, datetime(2026, 7, 20, 8, 0, tzinfo=shanghai))
    assert fires == datetime(2026, 7, 20, 8, 30, tzinfo=shanghai)
    desk.close()


def test_at_the_deadline_the_digest_of_that_moment_is_written(tmp_path: Path) -> None:
    desk = open_desk(load_settings(write_settings(tmp_path), {}))
    Worker(desk).deadline()
    written = tmp_path / "data" / "digests" / "截止时刻" / "日报-2026-08-05.html"
    assert "2026-08-05 23:59" in written.read_text(encoding="utf-8")
    desk.close()
