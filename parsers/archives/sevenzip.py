"""Answers what a 7z archive holds. py7zr reads the header and unpacks; it is drawn from here, piece by piece."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, BinaryIO, cast
from zlib import crc32

import py7zr
from py7zr import archiveinfo
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError

from parsers.archives.joined import open_joined
from parsers.archives.model import (
    BAD_CHECKSUM,
    BROKEN_MEMBER,
    CHUNK,
    DAMAGE,
    LINK,
    MEMORY,
    NOT_AN_ARCHIVE,
    SPECIAL,
    TOO_MUCH_MEMORY,
    Item,
    Opened,
)
from parsers.base import ParseError

_ERRORS = (ArchiveError, PasswordRequired, *DAMAGE)
_SIGNATURE = struct.Struct("<6s2BIQQI")
# 2,000 files with long names take half a megabyte; a list of millions would take gigabytes of memory.
_HEADER_BYTES, _FILES = 8_000_000, 50_000
# AES: the method in a header, then its properties, whose first byte says 2^n rounds; 7-Zip uses 2^19.
_AES = re.compile(rb"\x06\xf1\x07\x01.(.)", re.DOTALL)
_ROUNDS = 22
_LZMA, _LZMA2, _PPMD = b"\x03\x01\x01", b"\x21", b"\x03\x04\x01"
_AES_METHOD = b"\x06\xf1\x07\x01"
_SLOW = ("unsafe", "压缩包的加密参数不合理，没有打开，请人工查看")
_UNSUPPORTED = ("unsupported", "这个 7z 压缩包的压缩方式暂不支持，请解压后用普通 zip 重新压缩，再手工导入")


def items(opened: Opened) -> Iterator[Item]:
    """Yield the entries of a 7z archive, folder by folder: one stream packs all files of a folder."""
    with open_joined(opened.paths) as file:
        archive = _open(opened, file)
        yield from _items(opened, archive)


def _open(opened: Opened, file: BinaryIO) -> py7zr.SevenZipFile:
    """Return the archive with its header read, decrypted by the first candidate that is right."""
    _require_honest(opened, file)
    archiveinfo.MAX_HEADER_SIZE, archiveinfo.MAX_NUMFILES = _HEADER_BYTES, _FILES
    locked: Exception | None = None
    for password in (None, *opened.passwords):
        file.seek(0)
        try:
            archive = py7zr.SevenZipFile(cast("Any", file), password=password)
        except PasswordRequired as error:
            locked = error
            continue
        except UnsupportedCompressionMethodError as error:
            raise ParseError(*_UNSUPPORTED) from error
        except _ERRORS as error:
            # With a wrong password the header is noise; without one it is damaged.
            if locked is None:
                raise ParseError("corrupt", NOT_AN_ARCHIVE) from error
            continue
        if password is None and archive.password_protected and opened.passwords:
            return _unlocked(opened, file, archive)
        return archive
    raise ParseError(*opened.encrypted()) from locked


def _require_honest(opened: Opened, file: BinaryIO) -> None:
    """Raise ParseError where the header is not there, or would cost too much to read."""
    size = file.seek(0, 2)
    file.seek(0)
    record = file.read(_SIGNATURE.size)
    if len(record) < _SIGNATURE.size:
        raise ParseError("corrupt", NOT_AN_ARCHIVE)
    *_, offset, length, _ = _SIGNATURE.unpack(record)
    if _SIGNATURE.size + offset + length > size:
        cut = opened.cut()
        raise (
            cut
            if cut.status == "volume_missing"
            else ParseError("corrupt", "压缩包不完整，打不开（7z 的目录在末尾），请对方重发")
        )
    if length > _HEADER_BYTES:
        raise ParseError("unsafe", "压缩包的目录大得不合理，没有打开，请人工查看")
    file.seek(_SIGNATURE.size + offset)
    header = file.read(length)
    if any(_is_slow(match[1][0]) for match in _AES.finditer(header)):
        raise ParseError(*_SLOW)


def _is_slow(first: int) -> bool:
    """Tell whether deriving a key would take minutes or years, by the first byte of the properties (0x3F: none)."""
    return _ROUNDS < first & 0x3F < 0x3F  # noqa: PLR2004


def _unlocked(opened: Opened, file: BinaryIO, plain: py7zr.SevenZipFile) -> py7zr.SevenZipFile:
    """Return the archive with the candidate that the smallest first file of a folder proves; else without any."""
    for password in opened.passwords:
        file.seek(0)
        archive = py7zr.SevenZipFile(cast("Any", file), password=password)
        locked = [folder for folder in _folders(opened, archive) if folder.locked and folder.files[0].crc32 is not None]
        if locked and _proves(opened, min(locked, key=lambda folder: folder.files[0].uncompressed)):
            # What was tried has moved on; a fresh one begins at the start.
            file.seek(0)
            return py7zr.SevenZipFile(cast("Any", file), password=password)
    return plain


def _proves(opened: Opened, folder: "_Folder") -> bool:
    if folder.problem or folder.files[0].uncompressed > opened.tally.limits.member_bytes:
        return False
    try:
        return sum(map(len, folder.content(0))) >= 0
    except ParseError:
        return False


def _folders(opened: Opened, archive: Any) -> "list[_Folder]":  # noqa: ANN401 (py7zr has no types)
    """Return the folders that hold files, each with where its packed bytes begin."""
    streams = getattr(getattr(archive, "header", None), "main_streams", None)
    if streams is None:
        return []
    at, number, found = archive.afterheader + streams.packinfo.packpos, 0, []
    for folder in streams.unpackinfo.folders:
        count = max(1, sum(coder["numinstreams"] for coder in folder.coders) - len(folder.bindpairs))
        packed = sum(streams.packinfo.packsizes[number : number + count])
        if folder.files:
            found.append(_Folder(opened, archive.fp, folder, at, packed))
        at, number = at + packed, number + count
    return found


def _items(opened: Opened, archive: Any) -> Iterator[Item]:  # noqa: ANN401
    folders = {id(folder.folder): folder for folder in _folders(opened, archive)}
    seen = dict.fromkeys(folders, 0)
    for info in getattr(archive, "files", ()):
        folder = folders.get(id(info.folder))
        if folder is None:
            yield Item(f"{info.filename}/" if info.is_directory else info.filename, 0, partial(iter, ()))
            continue
        number = seen[id(info.folder)]
        seen[id(info.folder)] += 1
        problem = LINK if info.is_symlink or info.is_junction else SPECIAL if info.is_socket else folder.problem
        yield Item(info.filename, info.uncompressed, partial(folder.content, number), problem)


@dataclass
class _Folder:
    """One packed stream of an archive and the files in it, drawn from in order."""

    opened: Opened
    file: BinaryIO
    folder: Any
    at: int
    packed: int
    following: int = 0
    left: int = 0
    broken: ParseError | None = None

    @property
    def files(self) -> Any:  # noqa: ANN401
        """The files in the folder, in its order."""
        return self.folder.files

    @property
    def locked(self) -> bool:
        """Whether it is encrypted."""
        return any(coder["method"] == _AES_METHOD for coder in self.folder.coders)

    @cached_property
    def problem(self) -> tuple[str, str] | None:
        """Why nothing of it is read: no password, or too much memory or time that unpacking would take."""
        if self.locked and self.folder.password is None:
            return self.opened.encrypted()
        unpacked = sum(info.uncompressed for info in self.files)
        for coder in self.folder.coders:
            if min(_memory_of(coder), max(unpacked, CHUNK)) > MEMORY:
                return "unsafe", TOO_MUCH_MEMORY
            if coder["method"] == _AES_METHOD and _is_slow((coder.get("properties") or b"\0")[0]):
                return _SLOW
        return None

    def content(self, number: int) -> Iterator[bytes]:
        """Yield the content of a file; those before it that nobody asked for are passed over, and counted."""
        if number < self.following:
            raise RuntimeError("the members of a 7z archive are read in order, once")
        info = self.files[number]
        between = sum(self.files[at].uncompressed for at in range(self.following, number))
        for passed in self._drawn(self.left + between):
            self.left = 0
            self.opened.tally.add(len(passed))
        self.following, self.left = number + 1, info.uncompressed
        crc = 0
        for piece in self._drawn(self.left):
            crc = crc32(piece, crc)
            self.left -= len(piece)
            yield piece
        if info.crc32 is not None and crc != info.crc32:
            raise ParseError("corrupt", BAD_CHECKSUM)

    def _drawn(self, left: int) -> Iterator[bytes]:
        while left > 0:
            if self.broken:
                raise self.broken
            try:
                piece = self._piece(min(left, CHUNK))
            except UnsupportedCompressionMethodError:
                self.broken = ParseError(*_UNSUPPORTED)
            except ParseError as error:
                self.broken = error
            except _ERRORS:
                self.broken = ParseError("corrupt", BROKEN_MEMBER)
            else:
                left -= len(piece)
                yield piece

    def _piece(self, most: int) -> bytes:
        """Return the next bytes that unpack; none is possible where only input was taken."""
        before = self.at
        # Files of other folders are read in between.
        self.file.seek(self.at)
        piece = bytes(self.folder.get_decompressor(self.packed).decompress(self.file, most))
        self.at = self.file.tell()
        if not piece and self.at == before:
            raise ParseError("corrupt", BROKEN_MEMBER)
        return piece


def _memory_of(coder: dict[str, Any]) -> int:
    """Return the memory that a coder's properties ask for."""
    method, properties = coder["method"], coder.get("properties") or b""
    if method == _LZMA2 and properties:
        bits = properties[0] & 0x3F
        return int((2 | bits & 1) << (bits // 2 + 11))
    if method in {_LZMA, _PPMD} and len(properties) >= 5:  # noqa: PLR2004 (a byte, then the size)
        return int.from_bytes(properties[1:5], "little")
    return 0
