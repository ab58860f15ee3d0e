"""Answers which files a winmail.dat holds: what Outlook makes of attachments when it writes to strangers (TNEF).

Written after [MS-OXTNEF]; attachments are told by their place in the file, and nothing is loaded whole.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from parsers.base import ParseError
from parsers.charsets import decode_bytes
from parsers.letter_parts import Part
from parsers.mail_bytes import FileBytes
from parsers.names import NAMELESS, safe_name, unique_path
from parsers.sniff import HEAD_BYTES, PROGRAM, TNEF, is_program

_BEGIN, _TITLE, _DATA, _PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_ATTRIBUTE = struct.Struct("<BII")
_LEVELS = (1, 2)
_MOST_ATTRIBUTES = 50_000
_NAME_BYTES = 1_000
_CUT_OFF = ("corrupt", "winmail.dat 不完整，能读出的附件已读出，请对方用普通附件重发")

# MAPI: fixed sizes of values by type; strings, binaries and objects say their own.
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_LONG_NAME, _CONTENT = 0x3707, 0x3701
_NAMED, _MULTIPLE = 0x8000, 0x1000
_GUID = 16


@dataclass
class _Attachment:
    """An attachment as its attributes come: its names, and where its content stands."""

    title: str = ""
    long_name: str = ""
    place: tuple[int, int] = (0, 0)
    is_message: bool = False


def tnef_parts(path: Path, most: int = 2_000) -> Iterator[Part]:
    """Yield the attachments of a TNEF file; messages inside it are TNEF files of their own.

    ParseError `corrupt` comes first where it is none, and last where it is cut off; `unsafe` where there are too many.
    """
    data = FileBytes(path, is_mail=False)
    if data[:4] != TNEF:
        raise ParseError("corrupt", "winmail.dat 已损坏，打不开，请对方用普通附件重发")
    taken: dict[str, int] = {}
    for number, one in enumerate(_attachments(data)):
        if number >= most:
            raise ParseError("unsafe", f"winmail.dat 里的附件超过 {most} 个，其余未读取，请人工查看")
        yield _part(data, one, taken)


def _attachments(data: FileBytes) -> Iterator[_Attachment]:
    """Yield the attachments; where the file breaks off, the one in hand too if its content was whole, then raise."""
    current: _Attachment | None = None
    try:
        for tag, start, end in _attributes(data):
            if tag == _BEGIN:
                if current:
                    yield current
                current = _Attachment()
            elif current is not None:
                _note(data, current, tag, (start, end))
    except ParseError:
        if current and any(current.place):
            yield current
        raise
    if current:
        yield current


def _attributes(data: FileBytes) -> Iterator[tuple[int, int, int]]:
    """Yield (tag, start, end) of the attributes of a file: level, tag, length, value, checksum."""
    at = 6
    for _ in range(_MOST_ATTRIBUTES):
        head = data[at : at + _ATTRIBUTE.size]
        if len(head) < _ATTRIBUTE.size:
            return
        level, tag, length = _ATTRIBUTE.unpack(head)
        start = at + _ATTRIBUTE.size
        if level not in _LEVELS or start + length > len(data):
            raise ParseError(*_CUT_OFF)
        yield tag, start, start + length
        at = start + length + 2
    raise ParseError("unsafe", "winmail.dat 里的条目多得反常，其余未读取，请人工查看")


def _note(data: FileBytes, current: _Attachment, tag: int, place: tuple[int, int]) -> None:
    if tag == _TITLE:
        current.title = decode_bytes(data[place[0] : min(place[1], place[0] + _NAME_BYTES)].partition(b"\0")[0])
    elif tag == _DATA and not current.is_message:
        current.place = place
    elif tag == _PROPERTIES:
        for name, kind, start, end in _properties(data, *place):
            if name == _LONG_NAME and kind in {_STRING8, _UNICODE}:
                current.long_name = _text(data[start : min(end, start + _NAME_BYTES)], kind)
            elif name == _CONTENT and kind == _OBJECT and data[start + _GUID : start + _GUID + 4] == TNEF:
                current.place, current.is_message = (start + _GUID, end), True


def _text(raw: bytes, kind: int) -> str:
    text = raw.decode("utf-16-le", "ignore") if kind == _UNICODE else decode_bytes(raw)
    return text.partition("\0")[0]


def _properties(data: FileBytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (name, type, start, end) of MAPI properties as far as they can be followed."""
    at = start + 4
    while at + 8 <= end:
        kind, name = struct.unpack("<HH", data[at : at + 4])
        at += 4
        if name >= _NAMED:
            at = _after_name(data, at)
        multiple, kind = kind & _MULTIPLE, kind & ~_MULTIPLE
        count = 1
        if multiple or kind in {_STRING8, _UNICODE, _OBJECT, _BINARY}:
            count, at = _number(data, at), at + 4
        if count > end - start:
            return
        for _ in range(count):
            size = _FIXED.get(kind)
            if size is None:
                if kind not in {_STRING8, _UNICODE, _OBJECT, _BINARY}:
                    return
                size, at = _number(data, at), at + 4
            if at + size > end:
                return
            yield name, kind, at, at + size
            at += size + -size % 4


def _after_name(data: FileBytes, at: int) -> int:
    """Return where a named property's value begins: behind its GUID and its number or its name."""
    by_name = _number(data, at + _GUID) == 1
    length = _number(data, at + _GUID + 4) if by_name else 0
    return at + _GUID + 8 + length + -length % 4


def _number(data: FileBytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _part(data: FileBytes, one: _Attachment, taken: dict[str, int]) -> Part:
    name = safe_name(one.long_name or one.title)
    if one.is_message and not name.lower().endswith(".dat"):
        name = safe_name(f"{name}.dat")
    head = data[one.place[0] : min(one.place[1], one.place[0] + HEAD_BYTES)]
    problem = None if head else ("corrupt", "附件是空的（0 字节），请对方重发")
    problem = PROGRAM if is_program(name, head) else problem
    return Part(
        path=unique_path(name if name != NAMELESS else f"{NAMELESS}.bin", taken),
        name=name,
        media_type="application/ms-tnef" if one.is_message else "application/octet-stream",
        inline=False,
        head=head,
        problem=problem,
        chunks=partial(data.stream, *one.place),
    )
