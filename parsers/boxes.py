"""Answers which boxes an ISO media file (MP4, MOV, 3GP, HEIC) consists of, and whether its bytes are all there.

Only the outermost boxes are looked at, by their headers: a file of any size takes a few reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = 16
# Fragmented films have two boxes for each second or so; what comes after these is not looked at.
_MOST = 20_000


@dataclass(frozen=True)
class Box:
    """An outermost box: its four letters, where it starts, and where it should end (a file may end before)."""

    kind: bytes
    start: int
    end: int


def boxes(path: Path) -> tuple[Box, ...]:
    """Return the outermost boxes of a file in order, as far as their headers make sense."""
    with path.open("rb") as file:
        return tuple(_boxes(file, file.seek(0, 2)))


def is_cut(path: Path) -> bool:
    """Tell whether an ISO media file ends before its last box does, or in the middle of a box's header."""
    found = boxes(path)
    return bool(found) and found[-1].end > path.stat().st_size


def _boxes(file: BinaryIO, size: int) -> Iterator[Box]:
    at = 0
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(_HEADER)
        if len(head) < 8 or not any(head):  # noqa: PLR2004 (a length and four letters; zeros are padding)
            return
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:16])
        end = size if length == 0 else at + length
        if length and length < 8:  # noqa: PLR2004
            return
        yield Box(head[4:8], at, end)
        at = end
        if at >= size:
            return
