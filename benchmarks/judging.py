"""What it costs to look and judge: picture and findings of a whole campaign, from scratch and after one new mail."""

import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.filled import fill, one_more
from benchmarks.measure import measure
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.intake import file_all
from reports.same_pictures import same_pairs
from store import pictures
from tests.desks import write_settings

_AS_OF = datetime.fromisoformat("2026-08-06T10:00:00+08:00")
_MAILS = 5
SIZES = (1_500, 15_000, 100_000)


def run() -> None:
    """Print what picture and judge cost for a national campaign, and for larger ones."""
    print("\npicture and judge: a national campaign has at most 1,300 cases")
    head = ("cases", "files", "from scratch", "CPU", "memory", "one mail filed", "look after it", "nothing new")
    print("".join(f"{word:>19}" for word in head))
    for cases in SIZES:
        _one_size(cases)


def _one_size(cases: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = write_settings(Path(folder))
        desk = open_desk(load_settings(config, {}))
        fill(desk, cases)
        desk.close()
        done = measure(_look, config)
    scratch, cpu, files, filed, after, idle = done.result
    print(
        f"{cases:>19,}{files:>19,}{scratch:>17.2f} s{cpu:>17.2f} s{done.peak_mb:>16,.0f} MB"
        f"{filed * 1000:>16.0f} ms{after * 1000:>16.0f} ms{idle * 1000:>16.0f} ms"
    )


def _look(config: Path) -> tuple[float, float, int, float, float, float]:
    """Return seconds and CPU seconds of the first look, the files, and CPU seconds of what comes then.

    These are of filing one mail, of the look after it, and of a look when nothing came.
    """
    desk = open_desk(load_settings(config, {}))
    started, used = time.perf_counter(), time.process_time()
    first = desk.keeper.assessment(_AS_OF)
    scratch, cpu = time.perf_counter() - started, time.process_time() - used
    taken = sorted(_after_one(desk, number) for number in range(_MAILS))
    filed, after = taken[_MAILS // 2]
    started = time.process_time()
    desk.keeper.assessment(_AS_OF)
    return scratch, cpu, len(first.picture.files), filed, after, time.process_time() - started


def _after_one(desk: Desk, number: int) -> tuple[float, float]:
    """Return the CPU seconds that filing one more mail takes, and those of the look after it."""
    one_more(desk, number)
    started = time.process_time()
    file_all(desk)
    pictures.compare_new(desk.store, same_pairs)
    filed = time.process_time()
    desk.keeper.assessment(_AS_OF)
    return filed - started, time.process_time() - filed
