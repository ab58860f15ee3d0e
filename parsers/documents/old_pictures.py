"""Which pictures stand in an old Word file (.doc)? Those that its data stream holds, written after [MS-ODRAW] 2.2.23.

Pictures that float are kept elsewhere and are not found. The stream is searched for the records of pictures, for what
links them to the text is often broken by the programs that wrote it.
"""

import re
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

from parsers.archives.model import CHUNK, Item
from parsers.base import ParseError
from parsers.compound import Compound
from parsers.sniff import HEAD_BYTES, format_of

_STREAM = "Data"
_MAX_BYTES = 120_000_000
_LEAST_BYTES = 3_000
# A record's header: instance and type (JPEG, PNG, TIFF, JPEG in CMYK), then its length; its content after one or two
# checksums of 16 bytes, by the instance's last bit, and a byte that says nothing.
_RECORD = re.compile(rb"[\x00\x10\x20\x30\x40\x50\xa0\xb0][\x46\x6e]([\x1d\x1e\x29\x2a])\xf0", re.DOTALL)
_HEADER, _CHECKSUM = 8, 16
_SECOND = 0x10
_SUFFIXES = {"jpeg": "jpeg", "png": "png", "tiff": "tiff"}


def old_pictures(path: Path, *, bare: bool) -> Iterator[Item]:
    """Yield the pictures of a .doc, each named by its suffix alone; none where only a `bare` paper's are wanted.

    How much text a .doc has is not known here.
    """
    if bare:
        return
    data = _data(path)
    seen: set[bytes] = set()
    for match in _RECORD.finditer(data):
        piece = _content(data, match.start())
        suffix = _SUFFIXES.get(format_of(piece[:HEAD_BYTES]))
        mark = sha256(piece).digest()
        if suffix and len(piece) >= _LEAST_BYTES and mark not in seen:
            seen.add(mark)
            yield Item(suffix, len(piece), partial(_pieces, piece))


def _data(path: Path) -> bytes:
    """Return the stream that holds the pictures; nothing where it is not there, damaged, or too large."""
    try:
        compound = Compound(path)
        node = compound.root.children.get(_STREAM)
        if node is None or not node.is_stream or node.size > _MAX_BYTES:
            return b""
        return b"".join(compound.stream(node))
    except ParseError:
        return b""


def _content(data: bytes, at: int) -> bytes:
    """Return what the record at a place holds, without its header and checksums."""
    length = int.from_bytes(data[at + 4 : at + _HEADER], "little")
    skipped = _CHECKSUM * (2 if data[at] & _SECOND else 1) + 1
    return data[at + _HEADER + skipped : at + _HEADER + length] if length <= len(data) - at else b""


def _pieces(piece: bytes) -> Iterator[bytes]:
    for at in range(0, len(piece), CHUNK):
        yield piece[at : at + CHUNK]
