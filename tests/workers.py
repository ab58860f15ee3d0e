"""Worker processes for the tests of shared jobs: each as if on a machine of its own, with a settings file of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.sharing.jobs import SharedWorker
from store import cases, jobs, mail
from tests.desks import write_settings

ROOT = Path(__file__).parent.parent
# Slow machines, many tests at once: whoever waits longer waits for what never comes.
PATIENCE = 480.0
# A worker that was killed is noticed within seconds.
QUICK = '[worker]\npoll_minutes = 0.05\njobs = "postgresql"\nstalled_seconds = 4\n'


def shared_settings(url: str, vault: Path, more: str = "", worker: str = QUICK) -> str:
    """Return the settings of one of several machines on one database and one vault."""
    return f'{worker}[database]\nurl = "{url}"\n[vault]\npath = "{vault}"\n{more}'


@contextmanager
def shared_desk(folder: Path, url: str, more: str = "", worker: str = QUICK) -> Iterator[Desk]:
    """Give an open desk on a shared store, whose vault is beside it."""
    config = write_settings(folder, shared_settings(url, folder.parent / "vault", more, worker))
    opened = open_desk(load_settings(config, {}))
    try:
        yield opened
    finally:
        opened.close()


def work_off(desk: Desk, *roles: str) -> None:
    """Do in this process what waits, as a worker would."""
    worker = SharedWorker(desk, roles or ("read",))
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        worker.run(until_idle=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def noted(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the jobs as (task, state, arguments)."""
    with desk.store.reading() as session:
        return [(one.task, one.state, one.args) for one in jobs.listed(session)]


def is_done(desk: Desk) -> bool:
    """Tell whether everything is read and filed, and no job of reading is left."""
    with desk.store.reading() as session:
        left = jobs.live(session, jobs.READ)
    return not left and not mail.waiting(desk.store) and not cases.unfiled_provinces(desk.store)


def wait_until(ready: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for something; the test fails where it never comes."""
    end = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < end, what
        time.sleep(0.1)


class Process:
    """A worker process with its log."""

    def __init__(self, config: Path, *options: str, ahead: float | None = None) -> None:
        self.log = config.parent / "log"
        run = ["ingest.cli"] if ahead is None else ["tests.worker_at", str(ahead)]
        with self.log.open("ab") as out:
            command = [sys.executable, "-m", *run, "--config", str(config), "worker", *options]
            self.popen = subprocess.Popen(command, cwd=ROOT, stderr=out, stdout=out)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return its log lines of an event."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]
        return [line for line in lines if line.get("event") == event]

    def kill(self) -> None:
        """Kill it as a power cut would; its clean rooms notice by themselves."""
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> float:
        """End it in order; return how long that took."""
        began = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(60)
        return time.monotonic() - began


@contextmanager
def processes(*started: Process) -> Iterator[list[Process]]:
    """Give processes that are killed at the end, whatever happens; more may be added."""
    there = list(started)
    try:
        yield there
    finally:
        for one in there:
            if one.popen.poll() is None:
                one.kill()
