"""Answers which volume of which set a file is, by its name and first bytes, and whether a set is complete."""

import re
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from parsers.archives.joined import open_joined
from parsers.zip_directory import end_disk

_PART = re.compile(r"(.+)\.part(\d{1,5})\.(?:rar|exe)", re.IGNORECASE)
_PIECE = re.compile(r"(.+)\.(zip|7z|rar|tar|tar\.gz|tgz|tar\.xz|tar\.bz2)\.(\d{3,4})", re.IGNORECASE)
_OLD_RAR = re.compile(r"(.+)\.([r-z])(\d\d)", re.IGNORECASE)
_SPLIT_ZIP = re.compile(r"(.+)\.z(\d{2,3})", re.IGNORECASE)
_PART_RAR, _R00, _Z01 = "part.rar", "r00", "z01"
_RAR4, _RAR5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_ENCRYPTION_HEADER = 4


@dataclass(frozen=True)
class Volume:
    """One volume: its set's folded stem, its number from 1 on, whether it is the last (None: unknown), its scheme."""

    stem: str
    number: int
    last: bool | None
    scheme: str


def volume_of(name: str, head: bytes, path: Path | None = None) -> Volume | None:
    """Return which volume a file is, None where it is an archive by itself or none.

    The head are its first 4096 bytes. Only the end of a `.zip` says that it is the last volume of a set (`x.z01` …):
    it is looked at in the head, which may be the whole file, and in `path` where that is given.
    """
    if match := _PIECE.fullmatch(name):
        number = int(match[3])
        return Volume(_folded(match[1]), number, None, f"{match[2].lower()}.001") if number else None
    if match := _SPLIT_ZIP.fullmatch(name):
        return Volume(_folded(match[1]), int(match[2]), last=False, scheme=_Z01) if int(match[2]) else None
    if name.lower().endswith(".zip"):
        return _last_of_zip(name, head, path)
    return _rar_volume(name, head)


def _folded(stem: str) -> str:
    return unicodedata.normalize("NFKC", stem).casefold().strip()


def _last_of_zip(name: str, head: bytes, path: Path | None) -> Volume | None:
    if path is None:
        disk = end_disk(head)
    else:
        with open_joined([path]) as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 70_000))
            disk = end_disk(file.read())
    return Volume(_folded(name[:-4]), disk + 1, last=True, scheme=_Z01) if disk else None


def _rar_volume(name: str, head: bytes) -> Volume | None:
    part, old = _PART.fullmatch(name), _OLD_RAR.fullmatch(name)
    declared = _declared(head)
    if declared is not None and not declared[0]:
        return None
    if part:
        return Volume(_folded(part[1]), int(part[2]), None, _PART_RAR) if int(part[2]) else None
    if old:
        # .r00 … .r99 is followed by .s00.
        number = (ord(old[2].lower()) - ord("r")) * 100 + int(old[3]) + 2
        return Volume(_folded(old[1]), number, None, _R00) if declared or not head.startswith(b"PK") else None
    if declared and name.lower().endswith((".rar", ".exe")):
        _, new_names, number = declared
        return Volume(_folded(name[:-4]), number, None, _PART_RAR if new_names else _R00)
    return None


def _declared(head: bytes) -> tuple[bool, bool, int] | None:
    """Return (is a volume, names count as part1, number) of a RAR archive; None of other files and hidden headers."""
    try:
        if head.startswith(_RAR4):
            flags = struct.unpack_from("<H", head, 10)[0]
            return bool(flags & 0x0001), bool(flags & 0x0010), 1
        return _declared5(head) if head.startswith(_RAR5) else None
    except (IndexError, struct.error):
        return None


def _declared5(head: bytes) -> tuple[bool, bool, int] | None:
    numbers = _variable_numbers(head[12:40])
    _, kind, flags = next(numbers), next(numbers), next(numbers)
    if kind == _ENCRYPTION_HEADER:
        return None
    if flags & 0x0001:
        next(numbers)
    archive = next(numbers)
    return bool(archive & 0x0001), True, next(numbers) + 1 if archive & 0x0002 else 1


def _variable_numbers(data: bytes) -> Iterator[int]:
    """Yield the numbers of a RAR5 header: 7 bits a byte, the highest bit says that more follow."""
    at = 0
    while True:
        number, shift = 0, 0
        while True:
            byte = data[at]
            number |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:  # noqa: PLR2004 (the highest bit)
                break
        yield number


def is_complete(volumes: Sequence[Volume]) -> bool:
    """Tell whether a set has no gap and its end, as far as names tell: for most schemes only reading shows the end."""
    return bool(volumes) and not missing_volumes(volumes)


def missing_volumes(volumes: Sequence[Volume]) -> list[str]:
    """Return the volumes that a set lacks, in words for staff; empty where none is known to be missing."""
    if not volumes:
        return []
    numbers = {volume.number for volume in volumes}
    ended = any(volume.last for volume in volumes)
    found = [f"第 {number} 卷" for number in range(1, max(numbers) + 1) if number not in numbers]
    if volumes[0].scheme == _Z01:
        return found if ended else [*found, "最后一卷（.zip）"]
    return found if found or ended or len(numbers) > 1 else ["第 2 卷"]


def order_volumes(volumes: Sequence[Volume]) -> list[Volume]:
    """Return the volumes in reading order, one of each number."""
    return [volume for _, volume in sorted({volume.number: volume for volume in reversed(volumes)}.items())]
