"""How does the program read files of the labelled set? The one place that knows how it is asked."""

from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from parsers.base import Reading
from parsers.reading import read_content
from tests.doc_reading import CAMPAIGN


def readings_of(paths: Sequence[Path], processes: int = 1) -> dict[Path, Reading]:
    """Return what the program reads in files, so many at once."""
    if processes == 1:
        return dict(zip(paths, map(_reading, paths), strict=True))
    with get_context("spawn").Pool(processes) as pool:
        return dict(zip(paths, pool.map(_reading, paths, chunksize=1), strict=True))


def _reading(path: Path) -> Reading:
    return read_content(path, path.stat().st_size, CAMPAIGN)
