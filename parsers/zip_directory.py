"""Answers which entries a zip archive lists, by its raw bytes.

The standard library refuses a whole archive for one name that is falsely flagged as UTF-8, and a truncated archive
altogether; both occur in the mail. Here nothing is decoded and nothing is believed that can be counted.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s4B4H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_EXTRA = struct.Struct("<HH")
_DESCRIPTOR = struct.Struct("<4s3I")

_COMMENT_BYTES = 65_535
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_ZIP64, _UNICODE_PATH, _AES = 0x0001, 0x7075, 0x9901
_AES_METHOD, _AES_FIELD = 99, struct.Struct("<H2sBH")
_ENCRYPTED, _SIZES_FOLLOW = 0x0001, 0x0008
_UNIX, _SYMLINK, _FILE_TYPE = 3, 0o120000, 0o170000
_DIRECTORY = 0x10
# Far above what a directory of any honest archive takes: 100,000 members are about 10 MB.
_DIRECTORY_BYTES = 64_000_000
_TRIES = 20


@dataclass(frozen=True)
class Entry:
    """One entry as its archive declares it: nothing of it is to be believed before it was read."""

    name: bytes
    # The name of a Unicode-path extra field (Info-ZIP 0x7075) whose checksum fits; it wins.
    unicode_name: str | None
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    encrypted: bool
    folder: bool
    symlink: bool
    # The byte by which a ZipCrypto password is told to be wrong (APPNOTE 6.1.6).
    check: int = 0
    # AES key strength 1..3, 0 where the encryption is ZipCrypto; its version 2 has no checksum of its own.
    aes: int = 0
    aes_version: int = 0


@dataclass(frozen=True)
class Directory:
    """An archive's directory: where it begins, how many bytes and entries it claims, and what lies before the zip.

    `starts` is where each volume of a split archive begins in the whole; `volumes` says that some are not there.
    """

    start: int
    length: int
    entries: int
    shift: int
    volumes: bool
    starts: tuple[int, ...] = (0,)


def find_names(path: Path, most: int) -> list[str] | None:
    """Return up to `most` raw names of an archive as Latin-1 text, None where it has no directory or can't be read."""
    try:
        with path.open("rb") as file:
            directory = find_directory(file)
            if directory is None:
                return None
            return [entry.name.decode("latin-1") for entry in entries_of(file, directory, most)]
    except OSError:
        return None


def end_disk(tail: bytes) -> int:
    """Return the number of the last volume, from 0 on, by the last bytes of a zip; 0 where it is of one volume."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        return 0
    disk = int(_END.unpack_from(tail, at)[1])
    return 0 if disk == _FULL16 else disk


def find_directory(file: BinaryIO, starts: Sequence[int] = (0,)) -> Directory | None:
    """Return where the central directory is, None where the archive has none (it was cut off, or is no zip).

    `starts` is where each volume begins, where the file is several joined ones.
    """
    size = file.seek(0, 2)
    tail_start = max(0, size - _END.size - _COMMENT_BYTES)
    file.seek(tail_start)
    tail = file.read()
    at = len(tail)
    for _ in range(_TRIES):
        at = tail.rfind(b"PK\x05\x06", 0, at)
        if at < 0:
            return None
        if at + _END.size <= len(tail):
            found = _directory_at(file, tail_start + at, tail[at : at + _END.size], tuple(starts))
            if found is not None:
                return found
    return None


def _directory_at(file: BinaryIO, position: int, record: bytes, starts: tuple[int, ...]) -> Directory | None:
    _, disk, first_disk, _, entries, length, start, _ = _END.unpack(record)
    end = position
    if _FULL32 in {length, start} or entries == _FULL16:
        wide = _end64(file, position)
        if wide is not None:
            disk, first_disk, entries, length, start, end = wide
    if (disk or first_disk) and disk != _FULL16:
        if disk + 1 != len(starts) or first_disk > disk:
            return Directory(0, 0, 0, 0, volumes=True)
        return Directory(starts[first_disk] + start, min(length, _DIRECTORY_BYTES), entries, 0, False, starts)  # noqa: FBT003
    shift = end - length - start
    if shift < 0 or length > _DIRECTORY_BYTES:
        return None
    file.seek(start + shift)
    if entries and file.read(4) != b"PK\x01\x02":
        return None
    return Directory(start + shift, length, entries, shift, volumes=False)


def _end64(file: BinaryIO, position: int) -> tuple[int, int, int, int, int, int] | None:
    """Return (disk, first disk, entries, length, start, own position) of a zip64 archive's end record."""
    if position < _LOCATOR.size:
        return None
    file.seek(position - _LOCATOR.size)
    magic, _, offset, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if magic != b"PK\x06\x07":
        return None
    # Something may lie before the archive, so the record is also looked for right before its locator.
    for place in (offset, position - _LOCATOR.size - _END64.size):
        if not 0 <= place < position:
            continue
        file.seek(place)
        record = file.read(_END64.size)
        if len(record) == _END64.size and record.startswith(b"PK\x06\x06"):
            _, _, _, _, disk, first, _, entries, length, start = _END64.unpack(record)
            return disk, first, entries, length, start, place
    return None


def entries_of(file: BinaryIO, directory: Directory, most: int) -> Iterator[Entry]:
    """Yield up to `most` entries of the directory, in its order; ends early where the directory is damaged."""
    file.seek(directory.start)
    data = file.read(directory.length)
    at = 0
    for _ in range(most):
        if data[at : at + 4] != b"PK\x01\x02" or at + _CENTRAL.size > len(data):
            return
        values = _CENTRAL.unpack_from(data, at)
        name_length, extra_length, comment_length = values[12:15]
        at += _CENTRAL.size
        name = data[at : at + name_length]
        extra = data[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        # A split archive counts from the start of the entry's own volume.
        disk = values[15] if len(directory.starts) > values[15] else 0
        yield _entry(values, name, extra, directory.shift + directory.starts[disk])


def _entry(values: tuple[int, ...], name: bytes, extra: bytes, shift: int) -> Entry:
    system, flags, method, crc = values[2], values[5], values[6], values[9]
    outside, offset = values[17], values[18]
    fields = _extras(extra)
    packed, size, offset = _wide((values[10], values[11], offset), fields.get(_ZIP64, b""))
    mode = outside >> 16
    method, aes, aes_version = _method(method, fields.get(_AES, b""))
    return Entry(
        name=name,
        unicode_name=_unicode_name(name, fields.get(_UNICODE_PATH, b"")),
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset + shift,
        encrypted=bool(flags & _ENCRYPTED),
        folder=name.endswith((b"/", b"\\")) or bool(size == 0 and outside & _DIRECTORY),
        symlink=system == _UNIX and mode & _FILE_TYPE == _SYMLINK,
        check=_check(flags, values[7], crc),
        aes=aes,
        aes_version=aes_version,
    )


def _check(flags: int, time: int, crc: int) -> int:
    return (time >> 8 if flags & _SIZES_FOLLOW else crc >> 24) & 0xFF


def _method(method: int, field: bytes) -> tuple[int, int, int]:
    """Return (method, AES strength, AES version): an AES entry's own method stands in its extra field."""
    if method != _AES_METHOD or len(field) < _AES_FIELD.size:
        return method, 0, 0
    version, _, strength, actual = _AES_FIELD.unpack_from(field)
    return actual, min(strength, 3), version


def _extras(extra: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        found.setdefault(kind, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _wide(narrow: tuple[int, int, int], field: bytes) -> tuple[int, int, int]:
    """Return (packed, size, offset), each from the zip64 field where its own place says "too large"."""
    packed, size, offset = narrow
    numbers = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
    # APPNOTE 4.5.3: the order in the field is size, packed, offset.
    size = next(numbers, size) if size == _FULL32 else size
    packed = next(numbers, packed) if packed == _FULL32 else packed
    offset = next(numbers, offset) if offset == _FULL32 else offset
    return packed, size, offset


def _unicode_name(name: bytes, field: bytes) -> str | None:
    if len(field) <= 5 or struct.unpack_from("<I", field, 1)[0] != zlib.crc32(name):  # noqa: PLR2004 (version, CRC)
        return None
    try:
        return field[5:].decode("utf-8")
    except UnicodeDecodeError:
        return None


def scan(file: BinaryIO, most: int) -> Iterator[Entry]:
    """Yield the entries of an archive whose directory is cut off, from one local header to the next.

    An entry whose size follows its data is found by the descriptor that follows; the last one may be incomplete.
    """
    at, total = 0, file.seek(0, 2)
    for _ in range(most):
        file.seek(at)
        record = file.read(LOCAL.size)
        if len(record) < LOCAL.size or not record.startswith(b"PK\x03\x04"):
            return
        _, _, flags, method, clock, _, crc, packed, size, name_length, extra_length = LOCAL.unpack(record)
        name, extra = file.read(name_length), file.read(extra_length)
        data_start = at + LOCAL.size + name_length + extra_length
        if flags & _SIZES_FOLLOW and not packed:
            crc, packed, size = _described(file, data_start) or (0, max(0, total - data_start), 0)
        fields = _extras(extra)
        packed, size, _ = _wide((packed, size, 0), fields.get(_ZIP64, b""))
        unicode_name = _unicode_name(name, fields.get(_UNICODE_PATH, b""))
        folder, locked = name.endswith((b"/", b"\\")), bool(flags & _ENCRYPTED)
        method, aes, version = _method(method, fields.get(_AES, b""))
        found = Entry(name, unicode_name, method, crc, packed, size, at, locked, folder, symlink=False)
        yield replace(found, check=_check(flags, clock, crc), aes=aes, aes_version=version)
        at = data_start + packed
        file.seek(at)
        at += _DESCRIPTOR.size if file.read(4) == b"PK\x07\x08" else 0


def _described(file: BinaryIO, start: int) -> tuple[int, int, int] | None:
    """Return (crc, packed, size) from the descriptor after data that starts here, None where none fits."""
    file.seek(start)
    base, window = start, b""
    while chunk := file.read(1 << 20):
        window += chunk
        for match in re.finditer(rb"PK\x07\x08(.{12})", window, re.DOTALL):
            crc, packed, size = struct.unpack("<3I", match[1])
            if packed == base + match.start() - start:
                return crc, packed, size
        base, window = base + max(0, len(window) - 15), window[-15:]
    return None
