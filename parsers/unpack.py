"""Answers what is inside an archive: lists its members and streams them; nothing is ever written here.

Every size and name in an archive is a claim of its sender, so what comes out is counted as it comes.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from parsers.base import ParseError
from parsers.names import decode_members, safe_name, unique_path
from parsers.sniff import HEAD_BYTES, PROGRAM, format_of, is_program
from parsers.zip_directory import LOCAL, Directory, Entry, entries_of, find_directory, scan

CHUNK = 1 << 20
# Below this much no ratio is suspicious: a page of white pixels packs very well.
_FREE_BYTES = 10_000_000
_STORED, _DEFLATED = 0, 8
_FOLDERS = 40
_SYSTEM_FILES = re.compile(r"(^|/)(__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_OUTSIDE = re.compile(r"^(/|[A-Za-z]:)|(^|/)\.\.(/|$)")
_CUT_OFF = "压缩包不完整（可能上传或转发时中断），能读出的文件已读出，请对方重发"
_OTHERS = {
    "rar": "暂不能打开 RAR 压缩包，请解压后把文件夹重新压缩为 zip，再手工导入，或请对方改用 zip 重发",
    "7z": "暂不能打开 7z 压缩包，请解压后把文件夹重新压缩为 zip，再手工导入，或请对方改用 zip 重发",
    "tar": "暂不能打开 tar 压缩包，请解压后把文件夹重新压缩为 zip，再手工导入，或请对方改用 zip 重发",
    "gz": "暂不能打开 gz 压缩包，请解压后把文件夹重新压缩为 zip，再手工导入，或请对方改用 zip 重发",
}


@dataclass(frozen=True)
class UnpackLimits:
    """Caps on one archive: members, bytes of a member and of all, inflated ÷ packed (above 10 MB), nesting."""

    members: int = 2_000
    member_bytes: int = 500_000_000
    archive_bytes: int = 2_000_000_000
    ratio: int = 200
    depth: int = 4


@dataclass
class Spent:
    """What an archive has taken so far. Pass the same one to the archives inside it, so that they share its limits."""

    members: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Member:
    """One file of an archive: `path` as 企业/小区/x.docx, unique in it; `size` as declared.

    `chunks()` streams the content in pieces of at most 1 MiB and raises ParseError where it is damaged, over a limit
    or a program; it is None where `problem` (status, Chinese reason) says why the member is kept shut.
    """

    path: str
    name: str
    size: int
    problem: tuple[str, str] | None
    chunks: Callable[[], Iterator[bytes]] | None


@dataclass(frozen=True)
class _Archive:
    path: Path
    limits: UnpackLimits
    spent: Spent
    taken: dict[str, int] = field(default_factory=dict)


def members(path: Path, limits: UnpackLimits | None = None, spent: Spent | None = None) -> Iterator[Member]:
    """Yield the files of a zip archive in its order; folders and what systems leave behind are passed over.

    ParseError says that the archive as a whole cannot be read (`unsupported`, `corrupt`, `volume_missing`), or,
    after the members that could be had, that there is more that cannot (`corrupt`: cut off; `unsafe`: too many).
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        _require_zip(head, path)
        archive = _Archive(path, limits or UnpackLimits(), spent or Spent())
        directory = find_directory(file)
        entries = _listed(file, directory, archive.limits.members + 1)
    yield from _members(archive, entries)
    if directory is None:
        raise ParseError("corrupt", _CUT_OFF)
    if directory.entries != len(entries) <= archive.limits.members:
        raise ParseError("corrupt", "压缩包的目录已损坏，能读出的文件已读出，请对方重发")


def _require_zip(head: bytes, path: Path) -> None:
    kind = format_of(head, path)
    if kind in _OTHERS:
        raise ParseError("unsupported", _OTHERS[kind])
    if not head.startswith(b"PK") and find_directory_of(path) is None:
        raise ParseError("corrupt", "文件已损坏，或不是压缩包，打不开；请对方重发")


def find_directory_of(path: Path) -> Directory | None:
    """Return the directory of a zip file, None where it has none."""
    with path.open("rb") as file:
        return find_directory(file)


def _listed(file: BinaryIO, directory: Directory | None, most: int) -> list[Entry]:
    if directory is None:
        entries = list(scan(file, most))
        if not entries:
            raise ParseError("corrupt", "压缩包已损坏，打不开，请对方重发")
        return entries
    if directory.volumes:
        raise ParseError("volume_missing", "这是分卷压缩包中的一卷，须各卷齐全才能打开，请对方用不分卷的 zip 重发")
    return list(entries_of(file, directory, most))


def _members(archive: _Archive, entries: Sequence[Entry]) -> Iterator[Member]:
    names = _names(entries)
    overlapping = _overlapping(entries)
    for entry, name in zip(entries, names, strict=True):
        if entry.folder or name.endswith("/") or _SYSTEM_FILES.search(name):
            continue
        archive.spent.members += 1
        if archive.spent.members > archive.limits.members:
            raise ParseError("unsafe", f"压缩包里的文件超过 {archive.limits.members} 个，其余未读取，请人工查看")
        yield _member(archive, entry, name, overlaps=entry.offset in overlapping)


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


def _member(archive: _Archive, entry: Entry, name: str, *, overlaps: bool) -> Member:
    name = name.replace("\\", "/")
    path = unique_path(_safe_path(name), archive.taken)
    base = path.rpartition("/")[2]
    problem = _problem(archive.limits, entry, name, base)
    if overlaps and problem is None:
        problem = ("unsafe", "压缩包内的文件互相重叠，是压缩炸弹的特征，没有打开")
    chunks = None if problem else partial(_stream, archive, entry, base)
    return Member(path, base, entry.size, problem, chunks)


def _safe_path(name: str) -> str:
    parts = [safe_name(part) for part in name.split("/") if part.strip(" .")]
    return "/".join(parts[-_FOLDERS:]) or safe_name("")


def _problem(limits: UnpackLimits, entry: Entry, name: str, base: str) -> tuple[str, str] | None:
    """Return why a member is kept shut by what is declared of it; None where it may be opened."""
    bomb = entry.size > _FREE_BYTES and entry.size > limits.ratio * max(entry.packed, 1)
    checks = (
        (_OUTSIDE.search(name), "unsafe", f"文件路径指向压缩包之外（{name[:100]}），没有打开"),
        (entry.symlink, "unsafe", "这是指向别处的链接，不是文件，没有打开"),
        (is_program(base, b""), *PROGRAM),
        (entry.encrypted, "encrypted", "压缩包加了密码，打不开，请对方提供密码或改发不加密的压缩包"),
        (entry.size > limits.member_bytes, "unsafe", _too_large(limits.member_bytes)),
        (bomb, "unsafe", f"解压后是压缩前的 {limits.ratio} 倍以上，疑为压缩炸弹，没有打开"),
        (
            entry.method not in {_STORED, _DEFLATED},
            "unsupported",
            f"压缩方式（{entry.method}）暂不支持，请解压后用普通 zip 重新压缩，再手工导入",
        ),
    )
    return next(((status, reason) for holds, status, reason in checks if holds), None)


def _too_large(most: int) -> str:
    return f"解压后超过 {most // 1_000_000} MB，没有打开，请人工查看"


def _stream(archive: _Archive, entry: Entry, base: str) -> Iterator[bytes]:
    """Yield a member's content; every piece is counted against the limits before it is handed on."""
    size, crc = 0, 0
    for chunk in _inflated(archive.path, entry):
        if not size and is_program(base, chunk[:HEAD_BYTES]):
            raise ParseError(*PROGRAM)
        size += len(chunk)
        archive.spent.bytes += len(chunk)
        _require_within(archive, entry, size)
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if size != entry.size or crc != entry.crc:
        raise ParseError("corrupt", "压缩包内的这个文件已损坏（校验不符），请对方重发")


def _require_within(archive: _Archive, entry: Entry, size: int) -> None:
    limits = archive.limits
    if size > limits.member_bytes:
        raise ParseError("unsafe", _too_large(limits.member_bytes))
    if archive.spent.bytes > limits.archive_bytes:
        raise ParseError("unsafe", f"压缩包{_too_large(limits.archive_bytes)}")
    if size > _FREE_BYTES and size > limits.ratio * max(entry.packed, 1):
        raise ParseError("unsafe", f"解压后是压缩前的 {limits.ratio} 倍以上，疑为压缩炸弹，没有打开")


def _inflated(path: Path, entry: Entry) -> Iterator[bytes]:
    with path.open("rb") as file:
        left = _seek_data(file, entry)
        if entry.method == _STORED:
            yield from _raw(file, left)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        for packed in _raw(file, left):
            pending, full = packed, True
            # A full piece means that more may wait inside, even where all input was taken.
            while (pending or full) and not inflater.eof:
                chunk = _inflate(inflater, pending)
                pending, full = inflater.unconsumed_tail, len(chunk) == CHUNK
                yield chunk


def _inflate(inflater: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return inflater.decompress(packed, CHUNK)
    except zlib.error as error:
        raise ParseError("corrupt", "压缩包内的这个文件已损坏，解不开，请对方重发") from error


def _raw(file: BinaryIO, left: int) -> Iterator[bytes]:
    """Yield at most `left` bytes in pieces; an archive that ends before is told by size and checksum."""
    while left > 0:
        chunk = file.read(min(left, CHUNK))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


def _seek_data(file: BinaryIO, entry: Entry) -> int:
    """Go to where an entry's data start, behind its local header, whose lengths may differ from the directory's."""
    file.seek(entry.offset)
    record = file.read(LOCAL.size)
    if len(record) < LOCAL.size or not record.startswith(b"PK\x03\x04"):
        raise ParseError("corrupt", "压缩包内的这个文件已损坏，找不到内容，请对方重发")
    *_, name_length, extra_length = LOCAL.unpack(record)
    file.seek(name_length + extra_length, 1)
    return entry.packed
