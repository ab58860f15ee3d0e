"""Builds real archives of every format, and the hostile ones that no honest tool makes."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

import py7zr
import pyzipper
from backports import zstd

from parsers.archives import Member, Spent, UnpackLimits, members
from parsers.base import ParseError
from tests.mail_builders import ZipMember, deflate, zip_bytes

RAR = Path(__file__).parent / "samples" / "rar"
ZIPCRYPTO_TABLE = [zlib.crc32(bytes([number]), 0xFFFFFFFF) ^ 0xFFFFFFFF for number in range(256)]
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


def locked_zip(
    files: Mapping[str, bytes],
    password: str,
    method: Literal["ZipCrypto", "AES-256"] = "AES-256",
    charset: str = "utf-8",
) -> bytes:
    """Return an encrypted zip; the password is turned into bytes in this charset."""
    key = password.encode(charset)
    if method == "ZipCrypto":
        return zip_bytes([_zipcrypto_member(name, data, key) for name, data in files.items()])
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(key)
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _zipcrypto_member(name: str, data: bytes, key: bytes) -> ZipMember:
    check = bytes([zlib.crc32(data) >> 24])
    packed = zipcrypto(random.Random(4).randbytes(11) + check + deflate(data), key)
    return ZipMember(name.encode(), data, flags=1, packed=packed)


def zipcrypto(plain: bytes, key: bytes) -> bytes:
    """Return bytes encrypted as APPNOTE 6.1 says."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def stir(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ ZIPCRYPTO_TABLE[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ ZIPCRYPTO_TABLE[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    out = bytearray()
    for byte in key:
        stir(byte)
    for byte in plain:
        mixed = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((mixed * (mixed ^ 1)) >> 8 & 0xFF))
        stir(byte)
    return bytes(out)


def seven_zip(
    files: Mapping[str, bytes], password: str | None = None, *, hidden: bool = False, preset: int = 7
) -> bytes:
    """Return a solid 7z archive; `hidden` encrypts the names too."""
    packing = [{"id": py7zr.FILTER_LZMA2, "preset": preset}]
    filters = None if password else packing
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=filters, password=password, header_encryption=hidden) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def tar(files: Mapping[str, bytes], *, style: int = tarfile.GNU_FORMAT, charset: str = "utf-8") -> bytes:
    """Return a tar archive."""
    return tar_of([(tar_entry(name, len(data)), data) for name, data in files.items()], style=style, charset=charset)


def tar_entry(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    """Return a tar header that says whatever is wanted."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, target
    return info


def tar_of(
    entries: Sequence[tuple[tarfile.TarInfo, bytes]], *, style: int = tarfile.GNU_FORMAT, charset: str = "utf-8"
) -> bytes:
    """Return a tar archive of headers and contents."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=style, encoding=charset) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def split_zip(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Return a zip of one volume as the volumes x.z01 … x.zip of a split one: offsets are counted on each disk."""
    bounds = [0, *cuts, len(data)]
    starts = bounds[:-1]
    raw = bytearray(data)

    def place(offset: int) -> tuple[int, int]:
        disk = max(number for number, start in enumerate(starts) if start <= offset)
        return disk, offset - starts[disk]

    end = raw.rfind(b"PK\x05\x06")
    directory = struct.unpack_from("<I", raw, end + 16)[0]
    at = directory
    while raw[at : at + 4] == b"PK\x01\x02":
        disk, offset = place(struct.unpack_from("<I", raw, at + 42)[0])
        struct.pack_into("<H", raw, at + 34, disk)
        struct.pack_into("<I", raw, at + 42, offset)
        at += 46 + sum(struct.unpack_from("<3H", raw, at + 28))
    disk, offset = place(directory)
    struct.pack_into("<2H", raw, end + 4, len(starts) - 1, disk)
    struct.pack_into("<I", raw, end + 16, offset)
    return [bytes(raw[start:stop]) for start, stop in pairwise(bounds)]


def stored(folder: Path, *contents: bytes) -> list[Path]:
    """Write contents as the vault does: under names that say nothing."""
    paths = []
    for number, data in enumerate(contents):
        path = folder / f"{zlib.crc32(data):08x}{number}"
        path.write_bytes(data)
        paths.append(path)
    return paths


def read(
    paths: Sequence[Path], passwords: Sequence[str] = (), limits: UnpackLimits | None = None, spent: Spent | None = None
) -> tuple[dict[str, bytes | str], str]:
    """Return each member's content, or the status that keeps it shut, and the status at the end."""
    found: dict[str, bytes | str] = {}
    try:
        for member in members(paths, limits, spent, passwords):
            found[member.path] = content_of(member)
    except ParseError as error:
        return found, error.status if error.reason else "an error without a reason"
    return found, "ok"


def content_of(member: Member) -> bytes | str:
    """Return a member's content, or the status of what is wrong with it."""
    if member.chunks is None:
        assert member.problem
        return member.problem[0]
    try:
        return b"".join(member.chunks())
    except ParseError as error:
        return error.status
