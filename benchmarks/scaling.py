"""What several workers bring, and what a mail and a page cost: reading by jobs in PostgreSQL, contents in an S3 store.

Each worker is a `zhengji worker --role read` with one reading process and a cache folder of its own. All share the
machine with PostgreSQL and the object store, so that more workers than cores show nothing but what sharing costs.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import LiteralString

import psycopg

from config.settings import load_settings
from ingest.desk import open_desk
from ingest.importer import import_path
from tests.desks import AFTER, write_settings
from tests.inbox import mail, photo, write_inbox
from tests.labelled import labelled_set
from tests.servers import ObjectStore, Postgres

SEED = 2026
# So many mails, each with a Word form or list and a photo; the first of them in the second set, with a scan for OCR.
_MAILS, _SCANNED = 120, 8
_WORKERS = (1, 2, 4)
_FIRST = datetime.fromisoformat("2026-07-20T09:00:00+08:00")
_EVERY = 0.2
_READ = "SELECT count(*) FROM messages WHERE state IN ('read', 'filed')"
_PAGE = 1024
# They become part of the objects' names.
NAMES = ("Word", "Word-scan")
_CHANNELS = ("docx", "scan 200 dpi")


@dataclass(frozen=True)
class Set:
    """Mails in a folder, and how many pages of theirs OCR reads."""

    name: str
    folder: Path
    mails: int
    pages: int
    bytes: int


@dataclass(frozen=True)
class Cost:
    """What reading a set cost: mails a second, CPU seconds by program, and what was written.

    `rate` is counted from the first mail that was read to the last; `cpu` is without what a worker costs that starts,
    finds nothing and ends.
    """

    rate: float
    cpu: float
    database_cpu: float
    objects_cpu: float
    peak_mb: float
    database_bytes: int
    wal_bytes: int
    rows: int
    commits: int
    objects: int
    object_bytes: int


def run() -> None:
    """Print throughput by number of workers, and the costs of a mail and of a page."""
    with tempfile.TemporaryDirectory() as name, _servers() as (postgres, objects):
        plain, scanned = _sets(Path(name))
        print(f"\nReading by several workers ({os.cpu_count()} cores, shared with PostgreSQL and the object store)")
        heads = (f"{'mails a min':>13}", f"{'gain':>8}", f"{'CPU':>9}", f"{'PostgreSQL':>12}", f"{'objects':>9}")
        print(f"{'set':<12}{'workers':>8}{''.join(heads)}{'peak each':>11}")
        first: dict[str, Cost] = {}
        for one in (plain, scanned):
            for workers in _WORKERS:
                cost = _cost(one, workers, postgres, objects, Path(name) / f"{one.name}-{workers}")
                gain = cost.rate / first.setdefault(one.name, cost).rate
                used = f"{cost.cpu:>7.1f} s{cost.database_cpu:>10.1f} s{cost.objects_cpu:>7.1f} s"
                used += f"{cost.peak_mb:>8.0f} MB"
                print(f"{one.name:<12}{workers:>8}{60 * cost.rate:>13.1f}{gain:>7.2f}×{used}", flush=True)
        _tell(plain, first[plain.name], scanned, first[scanned.name])


def _tell(plain: Set, least: Cost, scanned: Set, most: Cost) -> None:
    """Print what one mail costs, and what a page adds to it, of the runs with one worker."""
    print(f"\nOne worker: {plain.mails} mails without scans, {scanned.mails} with {scanned.pages} pages")
    mails, each = scanned.mails, least.cpu / plain.mails
    for what, value, unit in (
        ("CPU of the reader, a mail", each, "s"),
        ("CPU of the reader, a page more", (most.cpu - each * mails) / scanned.pages, "s"),
        ("CPU of PostgreSQL, a mail", least.database_cpu / plain.mails, "s"),
        ("CPU of the object store, a mail", least.objects_cpu / plain.mails, "s"),
        ("database, a mail", most.database_bytes / mails, "bytes"),
        ("write-ahead log, a mail", most.wal_bytes / mails, "bytes"),
        ("rows, a mail", most.rows / mails, ""),
        ("commits, a mail", most.commits / mails, ""),
        ("objects, a mail", most.objects / mails, ""),
        ("object bytes, a mail", most.object_bytes / mails, "bytes"),
        ("bytes of the mail itself", scanned.bytes / mails, "bytes"),
        ("memory of a worker, at most", most.peak_mb, "MB"),
    ):
        print(f"{what:<34}{value:>14,.3f} {unit}")


@contextmanager
def _servers() -> Iterator[tuple[Postgres, ObjectStore]]:
    postgres, objects = Postgres(), ObjectStore()
    try:
        postgres.start()
        objects.start()
        yield postgres, objects
    finally:
        postgres.remove()
        objects.remove()


def _sets(folder: Path) -> tuple[Set, Set]:
    """Write the two sets: the same mails without and with a scan each."""
    words, scans = (
        labelled_set(folder / "files", SEED, count, [channel])
        for channel, count in zip(_CHANNELS, (_MAILS, _SCANNED), strict=True)
    )
    # Each says of itself how many pages it has.
    pages = sum(int(one.notes.split()[0]) for one in scans)
    plain = [_mail(number, [word.path]) for number, word in enumerate(words)]
    scanned = [
        _mail(number, [word.path, scan.path]) for number, (word, scan) in enumerate(zip(words, scans, strict=False))
    ]
    return _set(folder, NAMES[0], plain, 0), _set(folder, NAMES[1], scanned, pages)


def _set(folder: Path, name: str, mails: Sequence[bytes], pages: int) -> Set:
    write_inbox(folder / f"mails {name}", mails)
    return Set(name, folder / f"mails {name}", len(mails), pages, sum(map(len, mails)))


def _mail(number: int, papers: Sequence[Path]) -> bytes:
    files = {f"材料{place}{path.suffix}": path.read_bytes() for place, path in enumerate(papers)}
    files["小区照片.jpg"] = photo(f"photo {number}")
    when = _FIRST + timedelta(minutes=number)
    return mail(f"box{number}@example.cn", f"报送材料{number}", when, files)


def _cost(one: Set, workers: int, postgres: Postgres, objects: ObjectStore, folder: Path) -> Cost:
    """Take a set in and let so many workers read it."""
    url, prefix = postgres.database(), folder.name
    configs = [_config(folder / f"machine{number}", url, objects.settings(prefix)) for number in range(workers)]
    desk = open_desk(load_settings(configs[0], {}))
    try:
        idle, empty = _work(configs, url), _database(url)["bytes"]
        import_path(desk, one.folder, AFTER)
        before, stored = _database(url), (_tree(postgres), _tree(objects))
        worked = _work(configs, url)
        after, done = _database(url), (_tree(postgres), _tree(objects))
        kept = list(desk.store.vault.kept())
    finally:
        desk.close()
    if after["read"] != one.mails:
        raise SystemExit(f"{after['read']} of {one.mails} mails were read")
    return Cost(
        worked.rate,
        worked.cpu - idle.cpu,
        done[0] - stored[0], done[1] - stored[1], worked.peak_mb,
        after["bytes"] - empty, after["wal"] - before["wal"], after["rows"], after["commits"] - before["commits"],
        len(kept), sum(blob.bytes for blob in kept),
    )  # fmt: skip


def _config(folder: Path, url: str, objects: str) -> Path:
    return write_settings(
        folder, f'[database]\nurl = "{url}"\n[worker]\njobs = "postgresql"\n[limits]\nprocesses = 1\n{objects}'
    )


@dataclass(frozen=True)
class Worked:
    """What workers did: mails a second, CPU seconds of all, and the most memory of one."""

    rate: float
    cpu: float
    peak_mb: float


def _work(configs: Sequence[Path], url: str) -> Worked:
    """Run a worker for each settings file until all is read."""
    command = [sys.executable, "-m", "ingest.cli"]
    running = [
        subprocess.Popen(
            [*command, "--config", str(config), "worker", "--role", "read", "--until-idle"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for config in configs
    ]  # fmt: skip
    with _watched([one.pid for one in running], url) as (peak, seen):
        used = [os.wait4(one.pid, 0) for one in running]
    for one, (_, status, _) in zip(running, used, strict=True):
        one.returncode = os.waitstatus_to_exitcode(status)
    if any(one.returncode for one in running):
        raise SystemExit(f"workers ended with {[one.returncode for one in running]}")
    (first, some), (last, most) = (seen[0], seen[-1]) if seen else ((0.0, 0), (1.0, 0))
    cpu = sum(told.ru_utime + told.ru_stime for _, _, told in used)
    return Worked((most - some) / (last - first) if most > some else 0.0, cpu, max(peak) / _PAGE)


@contextmanager
def _watched(pids: Sequence[int], url: str) -> Iterator[tuple[list[int], list[tuple[float, int]]]]:
    """Give what is seen of workers until they end.

    That is the most memory (in kilobytes) that one held with all below it, and the moments when more mails were read.
    """
    peak, seen, done = [0], [], threading.Event()

    def look() -> None:
        # One transaction for all looks, so that they are no commits.
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            while not done.wait(_EVERY):
                row = connection.execute(_READ).fetchone()
                if row and row[0] and (not seen or row[0] > seen[-1][1]):
                    seen.append((time.perf_counter(), int(row[0])))
                peak[0] = max(peak[0], *(sum(_resident(one) for one in _below(pid)) for pid in pids))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak, seen
    finally:
        done.set()
        thread.join()


def _below(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    """Return the memory of a process in kilobytes, of what it shares its part; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _tree(server: Postgres | ObjectStore) -> float:
    """Return the CPU seconds of a server: its processes that run and those that ended."""
    pid = server.process.pid if server.process else 0
    ticks = 0
    for one in _below(pid):
        try:
            after_name = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, after_name[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _database(url: str) -> dict[str, int]:
    """Return what a database holds and has done: bytes, log, rows, commits, mails read."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:

        def one(query: LiteralString) -> int:
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0

        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            "bytes": one("SELECT pg_database_size(current_database())"),
            "wal": one("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"),
            "rows": sum(one(f'SELECT count(*) FROM "{name}"') for (name,) in tables),  # noqa: S608 (our own tables)
            "commits": one("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"),
            "read": one(_READ),
        }
