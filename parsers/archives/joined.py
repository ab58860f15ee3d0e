"""Answers how several files read as one: the volumes of a set, one behind the other, without copying them."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, cast


def starts_of(paths: Sequence[Path]) -> list[int]:
    """Return where in the whole each volume begins."""
    sizes = [path.stat().st_size for path in paths]
    return [0, *accumulate(sizes)][: len(paths)]


def open_joined(paths: Sequence[Path]) -> BinaryIO:
    """Open one file, or several as one; for reading and seeking."""
    if len(paths) == 1:
        return paths[0].open("rb")
    return cast("BinaryIO", io.BufferedReader(_Joined(paths)))


class _Joined(io.RawIOBase):
    """Several files as one, each open only while it is read: a set may have hundreds."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths, self._starts = paths, starts_of(paths)
        self._size = sum(path.stat().st_size for path in paths)
        self._at = 0
        self._number, self._file = 0, paths[0].open("rb")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("seek to before the start")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer is 3.12's
        if self._at >= self._size:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        if number != self._number:
            self._file.close()
            self._number, self._file = number, self._paths[number].open("rb")
        self._file.seek(self._at - self._starts[number])
        count = self._file.readinto(buffer)
        self._at += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
