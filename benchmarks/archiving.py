"""What it costs to archive a national campaign: the first run, one where nothing is new, and one after a new mail."""

import hashlib
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path
from random import Random

from benchmarks.filled import fill, one_more
from benchmarks.measure import measure
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.intake import file_all
from ingest.papers.archiving import archive
from store import pictures
from tests.desks import write_settings

_AS_OF = datetime.fromisoformat("2026-08-06T10:00:00+08:00")
_CASES = 1_500
# Photos of a campaign are a hundred times as large; what is measured beside the copying is the same.
_BYTES = 20_000


def run() -> None:
    """Print the seconds of a first and of further runs; a copy of the contents alone is the yardstick."""
    print(f"\narchive of {_CASES:,} cases, contents of {_BYTES // 1000} KB")
    print("".join(f"{word:>18}" for word in ("run", "files copied", "wall", "CPU", "memory")))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = write_settings(folder / "desk")
        with_contents(config)
        started = time.perf_counter()
        shutil.copytree(folder / "desk" / "data" / "vault", folder / "copy")
        print(f"{'cp of the vault':>18}{'':>18}{time.perf_counter() - started:>16.2f} s")
        for word, work in (("first", _archived), ("nothing new", _archived), ("one mail more", _after_one_mail)):
            done = measure(work, config, folder / "archive")
            seconds, copied = done.result
            print(f"{word:>18}{copied:>18,}{seconds:>16.2f} s{done.cpu:>16.2f} s{done.peak_mb:>15,.0f} MB")


def with_contents(config: Path) -> None:
    """Fill a store and its vault: each file gets a content of its own under that content's hash."""
    desk = open_desk(load_settings(config, {}))
    fill(desk, _CASES)
    _write_contents(desk)
    desk.close()


def _write_contents(desk: Desk) -> None:
    """Put something behind every hash; archives check hashes, so rows are renamed to what their contents have."""
    from sqlalchemy import select, update

    from store.models import File, Reading

    with desk.store.session() as session:
        for sha256 in session.scalars(select(File.sha256).distinct()).all():
            if desk.store.vault.has(str(sha256)):
                continue
            content = Random(sha256).randbytes(_BYTES)
            real = hashlib.sha256(content).hexdigest()
            path = desk.store.vault.path(real)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            session.execute(update(File).where(File.sha256 == sha256).values(sha256=real, bytes=_BYTES))
            session.execute(update(Reading).where(Reading.sha256 == sha256).values(sha256=real))


def _archived(config: Path, folder: Path) -> tuple[float, int]:
    desk = open_desk(load_settings(config, {}))
    started = time.perf_counter()
    done = archive(desk, folder, _AS_OF)
    seconds = time.perf_counter() - started
    assert not done.placed.troubles
    desk.close()
    return seconds, done.placed.new


def _after_one_mail(config: Path, folder: Path) -> tuple[float, int]:
    desk = open_desk(load_settings(config, {}))
    one_more(desk, 1)
    pictures.compare_new(desk.store, lambda _new, _others: ())
    file_all(desk)
    _write_contents(desk)
    desk.close()
    return _archived(config, folder)
