"""Answers what a tar archive holds, plain or compressed, and what a single compressed file does."""

import tarfile
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, Protocol, cast

from parsers.archives.joined import open_joined
from parsers.archives.model import BROKEN_MEMBER, CHUNK, DAMAGE, LINK, SPECIAL, Item, Opened
from parsers.archives.streams import Inflated
from parsers.base import ParseError
from parsers.names import decode_bytes
from parsers.sniff import HEAD_BYTES, format_of

_BLOCK = 512
# Headers of tar (long names, attributes) are read whole into memory; no honest one is longer.
_HEADER_BYTES = 4_000_000
# Folders and links count here too: an archive of nothing but headers must end.
_ENTRIES = 10
_EXTENSIONS = {"text": ".txt", "jpeg": ".jpg", "tiff": ".tif", "ole": ".doc", "unknown": ""}


class _Source(Protocol):
    def read(self, most: int, /) -> bytes: ...


class _Forward:
    """A stream that goes forward only, with a few bytes looked at ahead; large reads are refused."""

    def __init__(self, source: _Source, ahead: bytes = b"") -> None:
        self._source, self._ahead = source, ahead
        self._at = 0
        self.last = b""
        self.current: tarfile.TarInfo | None = None

    def read(self, most: int = -1) -> bytes:
        if not 0 <= most <= _HEADER_BYTES:
            raise ParseError("corrupt", BROKEN_MEMBER)
        out, self._ahead = self._ahead[:most], self._ahead[most:]
        if len(out) < most:
            out += self._source.read(most - len(out))
        self._at += len(out)
        self.last = out
        return out

    def tell(self) -> int:
        return self._at

    def seek(self, position: int) -> int:
        if position < self._at:
            raise OSError("only forward")
        while self._at < position and self.read(min(position - self._at, CHUNK)):
            pass
        return self._at


def items_of_tar(opened: Opened) -> Iterator[Item]:
    """Yield the entries of a plain tar archive."""
    with open_joined(opened.paths) as file:
        yield from _entries(opened, _Forward(_Counted(file, opened)))


class _Counted:
    """A plain file whose bytes are counted like those that come out of a compressed one."""

    def __init__(self, file: BinaryIO, opened: Opened) -> None:
        self._file, self._tally = file, opened.tally

    def read(self, most: int, /) -> bytes:
        out = self._file.read(most)
        self._tally.add(len(out))
        return out


def items_of_compressed(opened: Opened, kind: str) -> Iterator[Item]:
    """Yield what a gz, bz2, xz or zst file holds: the entries of a tar archive, or the one file that it is."""
    with open_joined(opened.paths) as file:
        name = _gzip_name(file) if kind == "gz" else ""
        file.seek(0)
        inflated = Inflated(file, kind, opened.tally.add, opened.cut())
        head = inflated.read(HEAD_BYTES)
        if format_of(head) == "tar":
            yield from _entries(opened, _Forward(inflated, head))
            return
        yield _single(_Forward(inflated, head), name, head)


def _single(stream: _Forward, name: str, head: bytes) -> Item:
    found = format_of(head)
    # The archive's own name is not known here: its bytes lie under a hash.
    name = name or "内容" + _EXTENSIONS.get(found, f".{found}")
    return Item(name, 0, partial(_rest, stream), counted=True)


def _rest(stream: _Forward) -> Iterator[bytes]:
    if stream.tell():
        raise RuntimeError("a compressed file is read once")
    while chunk := stream.read(CHUNK):
        yield chunk


def _gzip_name(file: BinaryIO) -> str:
    """Return the name in a gzip header (RFC 1952: FLG.FNAME), empty where there is none."""
    head = file.read(HEAD_BYTES)
    if len(head) < 10 or not head[3] & 0x08:  # noqa: PLR2004 (the fixed part)
        return ""
    start = 10 + (2 + int.from_bytes(head[10:12], "little") if head[3] & 0x04 else 0)
    name = decode_bytes(head[start:].split(b"\0", 1)[0])
    # A .tgz that is none keeps no extension that lies.
    return name.replace("\\", "/").rpartition("/")[2]


def _entries(opened: Opened, stream: _Forward) -> Iterator[Item]:
    """Yield the entries of a tar archive; the end of one that is whole are blocks of zeros."""
    try:
        archive = tarfile.TarFile(fileobj=cast("Any", stream), encoding="utf-8", errors="surrogateescape")
    except (tarfile.TarError, *DAMAGE) as error:
        raise ParseError("corrupt", "压缩包已损坏，打不开，请对方重发") from error
    for _ in range(_ENTRIES * opened.tally.limits.members):
        info = _next(archive)
        if info is None:
            break
        # What was read is not remembered: nobody asks for it again.
        archive.members = []  # type: ignore[attr-defined]
        stream.current = info
        yield _item(stream, archive, info)
    if info is not None:
        raise ParseError(
            "unsafe", f"压缩包里的条目超过 {_ENTRIES * opened.tally.limits.members} 个，其余未读取，请人工查看"
        )
    if stream.last != bytes(_BLOCK):
        raise opened.cut()


def _next(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except (tarfile.TarError, *DAMAGE) as error:
        raise ParseError("corrupt", "压缩包中途损坏，能读出的文件已读出，请对方重发") from error


def _item(stream: _Forward, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Item:
    name = decode_bytes(info.name.encode("utf-8", "surrogateescape"))
    problem = None
    if info.islnk() or info.issym():
        problem = LINK
    elif not (info.isreg() or info.isdir()):
        problem = SPECIAL
    # The holes of a sparse file are not in the archive: what they make is counted where it comes out.
    counted = info.sparse is None
    return Item(
        f"{name}/" if info.isdir() else name,
        info.size,
        partial(_content, stream, archive, info),
        problem,
        counted=counted,
    )


def _content(stream: _Forward, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    if stream.current is not info:
        raise RuntimeError("the members of a tar archive are read in order, once")
    try:
        file, left = archive.extractfile(info), info.size
        while file and left > 0 and (chunk := file.read(CHUNK)):
            left -= len(chunk)
            yield chunk
    except (tarfile.TarError, *DAMAGE) as error:
        raise ParseError("corrupt", BROKEN_MEMBER) from error
    if left:
        raise ParseError("corrupt", BROKEN_MEMBER)
