"""What stands in a compound file (OLE: .msg, old Office)? Its storages and streams, streamed, whatever its tables say.

Written after [MS-CFB]. olefile loads every stream whole; this reader holds the sector tables alone.
"""

import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from parsers.base import ParseError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_SHIFTS = (9, 12)
_MINI_SHIFT = 6
_CUTOFF = 4096
_ENTRY = 128
_ENTRIES = 50_000
_LAST = 0xFFFFFFFA
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_PIECE = 1 << 20
_BROKEN = "文件的内部结构已损坏，打不开，请对方重发"


@dataclass
class Node:
    """A storage (it has children by name) or a stream (it has a size)."""

    name: str
    is_stream: bool
    start: int
    size: int
    children: dict[str, "Node"] = field(default_factory=dict)


class Compound:
    """An open compound file; ParseError `corrupt` or `unsafe` where its tables make no sense."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file_size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEADER)
        if len(head) < _HEADER or not head.startswith(MAGIC):
            raise ParseError("corrupt", _BROKEN)
        self._shift = struct.unpack_from("<H", head, 30)[0]
        if self._shift not in _SHIFTS:
            raise ParseError("corrupt", _BROKEN)
        self._fat = self._table(self._fat_sectors(head))
        directory, mini = struct.unpack_from("<I", head, 48)[0], struct.unpack_from("<I", head, 60)[0]
        self.root = self._directory(directory)
        self._mini_fat = self._table(self._chain(mini, self._fat))
        self._mini_sectors = array("I", self._chain(self.root.start, self._fat))

    def stream(self, node: Node) -> Iterator[bytes]:
        """Yield a stream's bytes in pieces of at most 1 MiB; ParseError `corrupt` where its sectors are lost."""
        if node.size > self.file_size:
            raise ParseError("corrupt", _BROKEN)
        with self.path.open("rb", buffering=0) as file:
            left = node.size
            for place, length in _runs(self._places(node)):
                file.seek(place)
                data = file.read(min(length, left))
                left -= len(data)
                yield data
                if not left or not data:
                    break
        if left:
            raise ParseError("corrupt", "文件不完整，内容被截断，请对方重发")

    def read(self, node: Node | None, most: int) -> bytes:
        """Return at most so many bytes of a stream, fewer where it is damaged; nothing for no stream."""
        found = b""
        try:
            for piece in self.stream(node) if node is not None and node.is_stream else ():
                found += piece
                if len(found) >= most:
                    break
        except ParseError:
            pass
        return found[:most]

    def offsets(self, node: Node) -> Callable[[int], int]:
        """Return what tells where in the file a byte of a stream stands."""
        places = list(self._places(node))
        size = places[0][1] if places else 1
        return lambda at: places[at // size][0] + at % size

    def _places(self, node: Node) -> Iterator[tuple[int, int]]:
        """Yield (offset in the file, length) of a stream's sectors."""
        if node.size >= _CUTOFF:
            for sector in self._chain(node.start, self._fat):
                yield (sector + 1) << self._shift, 1 << self._shift
            return
        for mini in self._chain(node.start, self._mini_fat):
            at = mini << _MINI_SHIFT
            if at >> self._shift >= len(self._mini_sectors):
                return
            sector = self._mini_sectors[at >> self._shift]
            yield ((sector + 1) << self._shift) + at % (1 << self._shift), 1 << _MINI_SHIFT

    def _chain(self, start: int, table: "array[int]") -> Iterator[int]:
        """Yield the sectors from `start` on; a chain that is longer than its table goes in circles."""
        for _ in range(len(table)):
            if start >= len(table):
                return
            yield start
            start = table[start]
        if start < _LAST:
            raise ParseError("corrupt", _BROKEN)

    def _table(self, sectors: Iterable[int]) -> "array[int]":
        table = array("I")
        for data in self._raw(sectors):
            table.frombytes(data[: len(data) // 4 * 4])
        if sys.byteorder == "big":
            table.byteswap()
        return table

    def _raw(self, sectors: Iterable[int]) -> Iterator[bytes]:
        with self.path.open("rb", buffering=0) as file:
            for sector in sectors:
                file.seek((sector + 1) << self._shift)
                yield file.read(1 << self._shift)

    def _fat_sectors(self, head: bytes) -> Iterator[int]:
        """Yield the sectors of the table of sectors: 109 in the header, the others in a chain."""
        most = (self.file_size >> self._shift) + 1
        per_sector = (1 << self._shift) // 4
        yield from (sector for sector in struct.unpack_from("<109I", head, 76) if sector < most)
        following = struct.unpack_from("<I", head, 68)[0]
        for _ in range(most // per_sector + 1):
            if following >= most:
                return
            listed = self._table([following])
            if len(listed) < per_sector:
                return
            yield from (sector for sector in listed[:-1] if sector < most)
            following = listed[-1]

    def _directory(self, start: int) -> Node:
        entries: list[bytes] = []
        for data in self._raw(self._chain(start, self._fat)):
            entries.extend(data[at : at + _ENTRY] for at in range(0, len(data) - _ENTRY + 1, _ENTRY))
            if len(entries) > _ENTRIES:
                raise ParseError("unsafe", "文件内部条目多得反常，没有打开，请人工查看")
        if not entries or entries[0][66] != _ROOT:
            raise ParseError("corrupt", _BROKEN)
        return _tree(entries)


def _tree(entries: list[bytes]) -> Node:
    """Return the root with all that hangs under it; an entry that is met twice counts once."""
    root = _node(entries[0])
    seen = {0}
    waiting = [(struct.unpack_from("<I", entries[0], 76)[0], root)]
    while waiting:
        number, parent = waiting.pop()
        if number >= len(entries) or number in seen:
            continue
        seen.add(number)
        left, right, child = struct.unpack_from("<3I", entries[number], 68)
        waiting += [(left, parent), (right, parent)]
        if entries[number][66] in {_STORAGE, _STREAM}:
            node = _node(entries[number])
            parent.children.setdefault(node.name, node)
            waiting += [] if node.is_stream else [(child, node)]
    return root


def _node(entry: bytes) -> Node:
    length = min(max(struct.unpack_from("<H", entry, 64)[0] - 2, 0), 62)
    name = entry[:length].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<IQ", entry, 116)
    # Old writers leave junk in the upper half of the size; nothing here is as large.
    return Node(name, entry[66] == _STREAM, start, size & 0xFFFFFFFF)


def _runs(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join sectors that stand side by side, to at most 1 MiB."""
    at, length = -1, 0
    for place, more in places:
        if place == at + length and length + more <= _PIECE:
            length += more
            continue
        if length:
            yield at, length
        at, length = place, more
    if length:
        yield at, length
