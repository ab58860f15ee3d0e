"""What it costs to read the console: 20 people at once, on one core, while mails come in; and how soon a mail shows."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import httpx2 as httpx

from benchmarks.filled import fill, one_more
from benchmarks.readers import PAGES, Console, Load, case_path, read, wait_for
from config.divisions import divisions
from config.settings import load_settings
from ingest.desk import open_desk
from ingest.intake import file_all
from reports.same_pictures import same_pairs
from store import accounts, pictures
from tests.desks import write_settings
from tests.servers import free_port

SIZES = (1_500, 100_000)
_NAME, _PASSWORD = "王读", "correct horse battery staple"
_READERS, _SECONDS = 20, 30
# Mails come so often (seconds); a mail is waited for so long.
_A_MAIL, _PATIENCE = 5, 240
_LAST = 7_351
_LOADS = {"1 s between pages": 1.0, "no pause": 0.0}


def run() -> None:
    """Print median and 95th percentile of each page for a national campaign, and for a far larger one."""
    for cases in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            _one_size(Path(folder), cases)


def _one_size(folder: Path, cases: int) -> None:
    port = free_port()
    config = write_settings(folder, f"[console]\nport = {port}\n")
    console = Console(f"http://127.0.0.1:{port}", _NAME, _PASSWORD, cases)
    with ProcessPoolExecutor(2, get_context("spawn"), _pin, (1,)) as beside:
        beside.submit(filled, config, cases).result()
        started = time.monotonic()
        with _served(config, console.url) as server:
            print(f"\n{cases:,} cases: open after {time.monotonic() - started:.1f} s, {_memory(server):,.0f} MB")
            _loads(beside, server, console, config)
            print(f"  {_memory(server):,.0f} MB at the end, {_memory(server, 'VmHWM'):,.0f} MB at most")


def filled(config: Path, cases: int) -> None:
    """Fill a store, with one account."""
    desk = open_desk(load_settings(config, {}))
    fill(desk, cases)
    accounts.add(desk.store, _NAME, "reader", _PASSWORD, "bench", datetime.now(UTC))
    desk.close()


@contextmanager
def _served(config: Path, url: str) -> Iterator[int]:
    """Run the console as staff do, on one core; give its process once it answers."""
    command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "console"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=lambda: _pin(0)) as server:  # noqa: PLW1509
        try:
            while not _answers(url):
                assert server.poll() is None, "the console did not start"
                time.sleep(0.1)
            yield server.pid
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False


def _pin(core: int) -> None:
    """Keep a process to one core, so that the load takes none of the server's."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})


def _loads(beside: ProcessPoolExecutor, server: int, console: Console, config: Path) -> None:
    number = 0
    for mails in (False, True):
        for name, rest in _LOADS.items():
            used = _cpu(server)
            reading = beside.submit(read, console, Load(_READERS, _SECONDS, rest))
            if mails:
                number += beside.submit(mails_come, config, number, _SECONDS).result()
            took = reading.result()
            told = f"{_READERS} readers, {name}, {'mails come in' if mails else 'nothing comes in'}"
            _print(told, took, _cpu(server) - used)
    # Of a number that stands nowhere else.
    beside.submit(mails_come, config, _LAST, 0.0).result()
    province = divisions().provinces[0]
    page = case_path(province, f"{province}第0花园")
    shown = beside.submit(wait_for, console, page, f"{_LAST}万", _PATIENCE).result()
    print(f"  a mail shows {f'{shown:.1f} s' if shown is not None else 'not'} after it was filed")


def mails_come(config: Path, number: int, seconds: float) -> int:
    """Let mails come and be filed for some seconds, at least one; return how many."""
    desk = open_desk(load_settings(config, {}))
    end, count = time.monotonic() + seconds, 0
    while not count or time.monotonic() < end:
        began = time.monotonic()
        one_more(desk, number + count)
        file_all(desk)
        pictures.compare_new(desk.store, same_pairs)
        count += 1
        if (left := end - time.monotonic()) > 0:
            time.sleep(max(0.0, min(left, _A_MAIL - (time.monotonic() - began))))
    desk.close()
    return count


def _print(name: str, took: Mapping[str, list[float]], used: float) -> None:
    pages = sum(map(len, took.values()))
    print(f"  {name}: {pages} pages, {used / pages * 1000:.1f} ms of the processor a page, all else included")
    for kind in PAGES:
        ordered = sorted(took.get(kind, ()))
        if not ordered:
            print(f"    {kind:<10}is not there")
        else:
            late = ordered[int(0.95 * (len(ordered) - 1))]
            median = statistics.median(ordered)
            print(f"    {kind:<10}{median * 1000:8.0f} ms{late * 1000:8.0f} ms{ordered[-1] * 1000:8.0f} ms at most")


def _cpu(process: int) -> float:
    """Return the CPU seconds that a process has used (proc(5), stat)."""
    after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int, what: str = "VmRSS") -> float:
    """Return the memory of a process in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024
