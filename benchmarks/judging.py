"""What it costs to look and judge: the picture and the findings of a whole campaign, from scratch."""

import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.filled import fill
from benchmarks.measure import HEADER, Measured, measure
from config.settings import load_settings
from ingest.desk import open_desk
from reports.gather import gather
from reports.judge import assess
from tests.desks import write_settings

_AS_OF = datetime.fromisoformat("2026-08-06T10:00:00+08:00")


def run(cases: int = 1_500) -> None:
    """Print the table of picture and judge."""
    with tempfile.TemporaryDirectory() as folder:
        config = write_settings(Path(folder))
        desk = open_desk(load_settings(config, {}))
        fill(desk, cases)
        desk.close()
        done = measure(_judge, config)
    gathered, judged, found = done.result
    print(f"\n{cases} cases in the database: picture {gathered:.3f} s, judge {judged:.3f} s, {found} findings")
    print(HEADER)
    whole = Measured(gathered + judged, done.cpu, done.peak_mb, None)
    print(whole.line("picture and judge (CPU with start-up)"))


def _judge(config: Path) -> tuple[float, float, int]:
    desk = open_desk(load_settings(config, {}))
    started = time.perf_counter()
    picture = gather(desk.store, desk.campaign, desk.associations, desk.selected, _AS_OF)
    gathered = time.perf_counter()
    found = len(assess(picture).findings)
    return gathered - started, time.perf_counter() - gathered, found
