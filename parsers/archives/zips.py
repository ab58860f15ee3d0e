"""Answers what a zip archive holds, also one that is split, encrypted, or whose names no other tool reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import BinaryIO

from parsers.archives.joined import open_joined, starts_of
from parsers.archives.model import DAMAGE, LINK, VOLUME_MISSING, Item, Opened
from parsers.archives.zip_data import METHODS, fits, pieces
from parsers.base import ParseError
from parsers.names import decode_members
from parsers.zip_directory import LOCAL, Directory, Entry, entries_of, find_directory, scan

_OVERLAP = ("unsafe", "压缩包内的文件互相重叠，是压缩炸弹的特征，没有打开")
# Where so many members fit no candidate, none is right.
_PATIENCE = 10


def is_zip(opened: Opened) -> bool:
    """Tell whether files that do not begin as a zip are one: a program may stand before it."""
    with open_joined(opened.paths) as file:
        return find_directory(file, starts_of(opened.paths)) is not None


def items(opened: Opened) -> Iterator[Item]:
    """Yield the entries of a zip archive, in the order of its directory; see `members` for the errors."""
    with open_joined(opened.paths) as file:
        directory = find_directory(file, starts_of(opened.paths))
        most = opened.tally.limits.members + 1
        entries = _listed(opened, file, directory, most)
    yield from _items(opened, entries)
    if directory is None:
        raise opened.cut()
    if directory.entries != len(entries) < most:
        raise ParseError("corrupt", "压缩包的目录已损坏，能读出的文件已读出，请对方重发")


def _listed(opened: Opened, file: BinaryIO, directory: Directory | None, most: int) -> list[Entry]:
    if directory is not None and directory.volumes:
        raise ParseError("volume_missing", VOLUME_MISSING)
    if directory is not None:
        return list(entries_of(file, directory, most))
    if not opened.whole:
        raise opened.cut()
    entries = list(scan(file, most))
    if not entries:
        raise ParseError("corrupt", "压缩包已损坏，打不开，请对方重发")
    return entries


def _items(opened: Opened, entries: Sequence[Entry]) -> Iterator[Item]:
    overlapping = _overlapping(entries)
    keys = _Keys(opened)
    keys.prepare(entries)
    for entry, name in zip(entries, _names(entries), strict=True):
        folder = entry.folder and not name.endswith("/")
        password = keys.find(entry)
        problem = _problem(opened, entry, password)
        if problem is None and entry.offset in overlapping:
            problem = _OVERLAP
        read = partial(_read, opened, entry, password or b"")
        yield Item(f"{name}/" if folder else name, entry.size, read, problem, entry.packed)


def _names(entries: Sequence[Entry]) -> list[str]:
    decoded = decode_members([entry.name for entry in entries])
    return [entry.unicode_name or name for entry, name in zip(entries, decoded, strict=True)]


def _overlapping(entries: Sequence[Entry]) -> set[int]:
    """Return the offsets of entries that reach into the next one: the trick of bombs whose sizes look honest."""
    ordered = sorted(entries, key=attrgetter("offset"))
    found = set()
    for entry, following in pairwise(ordered):
        if entry.offset + LOCAL.size + len(entry.name) + entry.packed > following.offset:
            found.add(entry.offset)
    return found


def _problem(opened: Opened, entry: Entry, password: bytes | None) -> tuple[str, str] | None:
    if entry.symlink:
        return LINK
    if entry.encrypted and password is None:
        return opened.encrypted()
    if entry.method not in METHODS:
        return "unsupported", f"压缩方式（{entry.method}）暂不支持，请解压后用普通 zip 重新压缩，再手工导入"
    return None


def _read(opened: Opened, entry: Entry, password: bytes) -> Iterator[bytes]:
    with open_joined(opened.paths) as file:
        yield from pieces(file, entry, password)


@dataclass
class _Keys:
    """The candidates for the passwords of an archive, as bytes of both charsets; what was right goes first."""

    opened: Opened
    right: list[bytes] = field(default_factory=list)
    failures: int = 0

    def prepare(self, entries: Sequence[Entry]) -> None:
        """Find the password of the smallest encrypted entry: proving it there costs least."""
        locked = [entry for entry in entries if entry.encrypted and entry.method in METHODS and entry.size]
        if locked and self.opened.passwords:
            self.find(min(locked, key=attrgetter("packed")))

    def find(self, entry: Entry) -> bytes | None:
        """Return the password of an entry, None where it needs none or none of the candidates is right."""
        if not entry.encrypted or not self.opened.passwords:
            return None
        if not self.right and self.failures >= _PATIENCE:
            return None
        with open_joined(self.opened.paths) as file:
            for candidate in self._candidates():
                if self._opens(file, entry, candidate):
                    if candidate not in self.right:
                        self.right.insert(0, candidate)
                    return candidate
        self.failures += 1
        return None

    def _candidates(self) -> Iterator[bytes]:
        texts = self.opened.passwords
        tried = [text.encode(charset, "replace") for text in texts for charset in ("utf-8", "gb18030")]
        yield from dict.fromkeys([*self.right, *tried])

    def _opens(self, file: BinaryIO, entry: Entry, candidate: bytes) -> bool:
        """Try one; one byte of ZipCrypto is right by chance once in 256 times, so the content proves a new password."""
        try:
            if not fits(file, entry, candidate):
                return False
            if entry.aes or candidate in self.right:
                return True
            return self._proved(file, entry, candidate)
        except (ParseError, *DAMAGE):
            return False

    def _proved(self, file: BinaryIO, entry: Entry, candidate: bytes) -> bool:
        size = 0
        for piece in pieces(file, entry, candidate):
            size += len(piece)
            # The limits of reading hold for trying, too.
            if size > self.opened.tally.limits.member_bytes or self.opened.tally.is_bomb(size, entry.packed):
                return True
        return True
