"""Answers which bytes stand where in a mail's file, without holding the file: pieces are read as they are asked for.

Plain reads instead of a mapping: what is mapped counts as memory in use, and a file that shrinks kills its reader.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

PIECE = 1 << 20
_FIRST = 8_192
_HELD = 1 << 16
# Where the header's line ends are told from.
_HEAD = 4_096


class Buffer(Protocol):
    """What a mail's bytes are read through: a file, or bytes at hand."""

    def __len__(self) -> int:
        """Return how many bytes there are."""

    def __getitem__(self, key: slice, /) -> bytes:
        """Return a range as bytes."""

    def find(self, sub: bytes, start: int, end: int, /) -> int:
        """Return where `sub` stands first in a range, -1 where it does not."""


class FileBytes:
    """A file that is read like bytes: ranges and `find`, with 64 KiB at hand. Raises OSError as files do.

    Where the first line ends of a mail are carriage returns alone (a broken relay), they are read as line feeds.
    """

    def __init__(self, path: Path, *, is_mail: bool = True) -> None:
        self.path = path
        self._size = path.stat().st_size
        self._at, self._held = 0, b""
        self._returns = False
        head = self._read(0, _HEAD)
        self._returns = is_mail and b"\n" not in head and b"\r" in head

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, key: slice) -> bytes:
        start, end, _ = key.indices(self._size)
        if end - start > _HELD:
            return self._read(start, end - start)
        self._hold(start, end - start)
        return self._held[start - self._at : max(end, start) - self._at]

    def find(self, sub: bytes, start: int, end: int) -> int:
        """Return where `sub` stands first between `start` and `end`, -1 where it does not."""
        at, end = start, min(end, self._size)
        while at + len(sub) <= end:
            self._hold(at, len(sub))
            found = self._held.find(sub, at - self._at, end - self._at)
            if found >= 0:
                return self._at + found
            after = self._at + len(self._held) - len(sub) + 1
            if after <= at:
                # The file has become shorter than it was.
                return -1
            at = after
        return -1

    def stream(self, start: int, end: int) -> Iterator[bytes]:
        """Yield a range in pieces of at most 1 MiB, a small one first: often the beginning is all that is wanted."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(start)
            size = _FIRST
            while start < end and (piece := file.read(min(size, end - start))):
                yield piece.replace(b"\r", b"\n") if self._returns else piece
                start += len(piece)
                size = PIECE

    def _hold(self, start: int, size: int) -> None:
        """Have `size` bytes (at most 64 KiB) from `start` at hand."""
        if not self._at <= start <= start + size <= self._at + len(self._held):
            self._at, self._held = start, self._read(start, _HELD)

    def _read(self, start: int, size: int) -> bytes:
        with self.path.open("rb", buffering=0) as file:
            file.seek(start)
            data = file.read(size)
        return data.replace(b"\r", b"\n") if self._returns else data


def stream(data: Buffer, start: int, end: int) -> Iterator[bytes]:
    """Yield a range of a buffer in pieces of at most 1 MiB."""
    if isinstance(data, FileBytes):
        yield from data.stream(start, end)
        return
    for at in range(start, end, PIECE):
        yield data[at : min(at + PIECE, end)]


def windows(data: Buffer, start: int, end: int, overlap: int) -> Iterator[tuple[int, bytes, int]]:
    """Yield (where it starts, bytes, how many of them are its own) of a range, piece by piece.

    What starts among a window's own bytes and is no longer than `overlap` stands whole in it.
    """
    for at in range(start, end, PIECE):
        window = data[at : min(at + PIECE + overlap, end)]
        yield at, window, min(PIECE, end - at)
