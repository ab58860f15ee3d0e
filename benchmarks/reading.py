"""What it costs to read files: documents a second and core and peak memory by channel, beside the least for each.

The least is a plain lxml read for .docx, LibreOffice's own conversion for .doc, and OCR alone for scans and photos.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import reading_work as work
from benchmarks.measure import Measured, measure
from tests.labelled import CHANNELS, Labelled, labelled_set
from tests.labelled.channels import PHOTOS, SCANS
from tests.labelled.reading import readings_of

SEED = 2026
# Scans take seconds each; of the others, enough to be past the noise.
_COUNT, _PICTURES = 40, 5
_LEAST: dict[str, tuple[str, Callable[..., Any]]] = {
    "docx": ("lxml", work.parse_xml),
    "doc": ("LibreOffice", work.convert),
    "wps": ("LibreOffice", work.convert),
    "rtf": ("LibreOffice", work.convert),
    **dict.fromkeys((*SCANS, *PHOTOS), ("OCR", work.recognise)),
}
_READ_ONE = "import sys, pathlib; from benchmarks.reading_work import read; read([pathlib.Path(sys.argv[1])])"
_AIM = "aim: at most 1.20 ×; conversion is counted with its processes"


def run() -> None:
    """Print the costs by channel, and what a second process brings."""
    with tempfile.TemporaryDirectory() as folder:
        documents = [
            document
            for channel in CHANNELS
            for document in labelled_set(Path(folder), SEED, _count(channel), [channel])
        ]
        _by_channel(documents)
        _two_processes([document.path for document in documents])


def _count(channel: str) -> int:
    return _PICTURES if channel in {*SCANS, *PHOTOS} else _COUNT


def _by_channel(documents: Sequence[Labelled]) -> None:
    print(f"\nReading files ({_AIM})")
    print(f"{'channel':<18}{'files':>6}{'cold':>10}{'warm':>18}{'CPU a file':>13}{'peak':>10}   beside the least, warm")
    for channel in CHANNELS:
        paths = [document.path for document in documents if document.channel == channel]
        cold = _cold(paths[0])
        warm = measure(work.read, paths, before=work.warmed)
        many = len(paths) - 1
        speed = f"{many / warm.cpu:>9.2f} a s·core{warm.cpu / many:>11.3f} s"
        peak = f"{warm.peak_mb:>7.0f} MB"
        print(f"{channel:<18}{len(paths):>6}{cold:>8.2f} s{speed}{peak}   {_beside(channel, paths, warm)}")


def _cold(path: Path) -> float:
    """Return the seconds from the start of a new interpreter to the end of its first file."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _READ_ONE, str(path)], check=True)
    return time.perf_counter() - started


def _beside(channel: str, paths: Sequence[Path], warm: Measured) -> str:
    """Return how much more than the least ours takes of the same files."""
    if channel not in _LEAST:
        return ""
    name, least = _LEAST[channel]
    base = measure(least, paths, before=partial(work.first, least))
    return f"{warm.cpu / base.cpu:.2f} × CPU, {warm.seconds / base.seconds:.2f} × wall of {name} ({base.cpu:.2f} s CPU)"


def _two_processes(paths: Sequence[Path]) -> None:
    """Compare one process with two over all files together; both start cold."""
    seconds = []
    for processes in (1, 2):
        started = time.perf_counter()
        readings_of(paths, processes)
        seconds.append(time.perf_counter() - started)
    print(
        f"\nAll {len(paths)} files: one process {seconds[0]:.1f} s, two {seconds[1]:.1f} s: "
        f"{seconds[0] / seconds[1]:.2f} times as fast (aim 1.80)"
    )
