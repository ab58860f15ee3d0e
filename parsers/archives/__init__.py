"""Answers what is inside an archive: lists its members and streams them; nothing of it is ever written here.

Every size and name in an archive is a claim of its sender, so what comes out is counted as it comes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from parsers.archives import tars, zips
from parsers.archives.guard import guarded
from parsers.archives.model import NOT_AN_ARCHIVE, Item, Member, Opened, Spent, Tally, UnpackLimits
from parsers.archives.volumes import Volume, is_complete, missing_volumes, order_volumes, volume_of
from parsers.base import ParseError
from parsers.sniff import HEAD_BYTES, format_of

__all__ = [
    "ARCHIVE_FORMATS",
    "Member",
    "Spent",
    "UnpackLimits",
    "Volume",
    "is_complete",
    "members",
    "missing_volumes",
    "order_volumes",
    "volume_of",
]

_COMPRESSED = ("gz", "bz2", "xz", "zst")
ARCHIVE_FORMATS = frozenset({"zip", "7z", "rar", "tar", *_COMPRESSED})


def members(
    paths: Sequence[Path],
    limits: UnpackLimits | None = None,
    spent: Spent | None = None,
    passwords: Sequence[str] = (),
) -> Iterator[Member]:
    """Yield the files of an archive, of one file or of all volumes of a set in order; read each before the next.

    ParseError says that the archive as a whole cannot be read (`unsupported`, `corrupt`, `encrypted`,
    `volume_missing`), or, after the members that could be had, that there is more that cannot (`corrupt`: cut off;
    `unsafe`: too many, or too much came out). It is the only error that comes out of a stranger's bytes.
    """
    packed = sum(path.stat().st_size for path in paths)
    tally = Tally(limits or UnpackLimits(), spent or Spent(), packed)
    opened = Opened(list(paths), tally, list(dict.fromkeys(passwords)))
    yield from guarded(opened, _items(opened))


def _items(opened: Opened) -> Iterator[Item]:
    with opened.paths[0].open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = format_of(head)
    if kind == "rar":
        from parsers.archives import rars

        return rars.items(opened)
    if kind == "7z":
        from parsers.archives import sevenzip

        return sevenzip.items(opened)
    return _others(opened, kind, head)


def _others(opened: Opened, kind: str, head: bytes) -> Iterator[Item]:
    if kind == "tar":
        return tars.items_of_tar(opened)
    if kind in _COMPRESSED:
        return tars.items_of_compressed(opened, kind)
    if not head.startswith(b"PK") and not zips.is_zip(opened):
        raise ParseError("corrupt", NOT_AN_ARCHIVE)
    return zips.items(opened)
