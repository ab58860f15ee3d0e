"""Answers what a message of Outlook (.msg) says and brings: letter and parts as of any mail.

Written after [MS-OXMSG]; extract-msg is GPL, and python-oxmsg knows no messages inside messages. A message attached to
one has no file of its own, so it is written out as an ordinary mail on the way.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

from parsers import mime
from parsers.addresses import lower_addresses
from parsers.base import ParseError
from parsers.charsets import decode_bytes
from parsers.compound import Compound, Node
from parsers.letter import Letter, LetterLimits, letter_of
from parsers.letter_parts import Part
from parsers.letter_text import Body, cids_in, decode_body
from parsers.mail_writing import Attached, mail_bytes
from parsers.names import NAMELESS, safe_name, unique_path
from parsers.sniff import HEAD_BYTES, PROGRAM, is_program

_PROPERTIES = "__properties_version1.0"
_ATTACHMENT, _RECIPIENT = "__attach_version1.0_#", "__recip_version1.0_#"
_TEXT_BYTES, _BODY_BYTES, _HEADER_BYTES = 4_000, 4_000_000, 256_000
_DEPTH = 8
_RECIPIENTS = 500
_FILETIME = datetime(1601, 1, 1, tzinfo=UTC)
_TIME = 0x0040

_SUBJECT, _HEADERS, _MESSAGE_ID, _SENT, _BODY, _HTML = 0x0037, 0x007D, 0x1035, 0x0039, 0x1000, 0x1013
_SENDER_NAMES, _SENDER_ADDRESSES = (0x0C1A, 0x0042), (0x5D01, 0x5D02, 0x0C1F, 0x0065)
_TO_ADDRESSES, _TO_TYPE = (0x39FE, 0x3003), 0x0C15
_FILE_NAMES, _FILE_TYPE, _FILE_DATA, _CONTENT_ID = (0x3707, 0x3704, 0x3001), 0x370E, 0x3701, 0x3712
_NO_FILE = ("unsupported", "这是 Outlook 的嵌入对象或链接，不是普通附件，请人工看")
_TOO_MUCH = ("unsafe", "邮件里的内容比文件本身还大，是炸弹的特征，没有打开")


@dataclass
class _Message:
    """An open message: its file, its storage, and how many bytes its attachments may still claim."""

    compound: Compound
    node: Node
    room: int = 0

    def text(self, *names: int, most: int = _TEXT_BYTES) -> str:
        """Return the first property of some that has text."""
        return next((text for name in names if (text := _text(self.compound, self.node, name, most))), "")


def msg_letter(path: Path, limits: LetterLimits | None = None) -> tuple[Letter, Iterator[Part]]:
    """Return a message's letter and its parts; ParseError `corrupt` or `unsafe` where it cannot be opened.

    A message attached to it is a part that `is_mail`: kept to a file, `read_letter` opens it.
    """
    limits = limits or LetterLimits()
    compound = Compound(path)
    message = _Message(compound, compound.root, 2 * compound.file_size)
    header = mime.top_header(_header_bytes(message), limits.tree)
    letter = letter_of(header, _bodies(message), limits, automatic=None)
    return letter, _parts(message, limits.parts)


def _text(compound: Compound, node: Node, name: int, most: int) -> str:
    wide = node.children.get(f"__substg1.0_{name:04X}001F")
    if wide is not None:
        return compound.read(wide, most * 2).decode("utf-16-le", "replace").rstrip("\0").replace("\0", "")
    narrow = node.children.get(f"__substg1.0_{name:04X}001E") or node.children.get(f"__substg1.0_{name:04X}0102")
    return decode_bytes(compound.read(narrow, most)).rstrip("\0").replace("\0", "")


def _number(compound: Compound, node: Node, name: int, header: int) -> tuple[int, int]:
    """Return (type, value) of a property of fixed size, (0, 0) where there is none."""
    data = compound.read(node.children.get(_PROPERTIES), _HEADER_BYTES)
    for at in range(header, len(data) - 15, 16):
        kind, found, _, value = struct.unpack_from("<HHIQ", data, at)
        if found == name:
            return kind, value
    return 0, 0


def _header_bytes(message: _Message) -> bytes:
    """Return the header as it came over the net, and behind it what the message itself says, which counts after it."""
    name = message.text(*_SENDER_NAMES).replace('"', "'")
    addresses = lower_addresses([message.text(one) for one in _SENDER_ADDRESSES])
    sent = _sent(message)
    fields = {
        "From": f'"{name}" <{addresses[0]}>' if addresses else f'"{name}"' if name else "",
        "To": ", ".join(f"<{address}>" for address in _recipients(message)),
        "Subject": message.text(_SUBJECT),
        "Date": format_datetime(sent) if sent else "",
        "Message-ID": message.text(_MESSAGE_ID),
    }
    came = message.text(_HEADERS, most=_HEADER_BYTES).strip()
    own = "".join(f"{key}: {' '.join(value.split())}\r\n" for key, value in fields.items() if value.strip())
    return (f"{came}\r\n{own}\r\n" if came else f"{own}\r\n").encode("utf-8", "replace")


def _sent(message: _Message) -> datetime | None:
    # Behind the header of a message attached to one there are 24 bytes, behind that of the outermost 32.
    for header in (32, 24):
        kind, value = _number(message.compound, message.node, _SENT, header)
        if kind == _TIME:
            try:
                return _FILETIME + timedelta(microseconds=value // 10)
            except OverflowError:
                return None
    return None


def _recipients(message: _Message) -> list[str]:
    found: list[str] = []
    for name, node in list(message.node.children.items())[: 4 * _RECIPIENTS]:
        if not name.startswith(_RECIPIENT) or _number(message.compound, node, _TO_TYPE, 8)[1] & 0xF not in {0, 1}:
            continue
        texts = [_text(message.compound, node, one, _TEXT_BYTES) for one in _TO_ADDRESSES]
        found.extend(lower_addresses(texts)[:1])
    return found[:_RECIPIENTS]


def _bodies(message: _Message) -> list[Body]:
    """Return the text and the HTML of a message, as alternatives of each other."""
    plain = message.text(_BODY, most=_BODY_BYTES)
    bodies = [Body(html=False, text=plain.replace("\r\n", "\n").replace("\r", "\n"), alternative="1")] if plain else []
    children = message.node.children
    raw = message.compound.read(children.get(f"__substg1.0_{_HTML:04X}0102"), _BODY_BYTES)
    html = decode_body(raw, None, html=True) if raw else message.text(_HTML, most=_BODY_BYTES)
    return [*bodies, Body(html=True, text=html, alternative="1")] if html else bodies


def _attachments(message: _Message) -> Iterator[tuple[Node, str]]:
    """Yield the attachments in order, each with its safe name."""
    for key, node in sorted(message.node.children.items()):
        if key.startswith(_ATTACHMENT) and not node.is_stream:
            name = next((text for one in _FILE_NAMES if (text := _text(message.compound, node, one, _TEXT_BYTES))), "")
            yield node, safe_name(name)


def _parts(message: _Message, most: int) -> Iterator[Part]:
    taken: dict[str, int] = {}
    cids = cids_in(_bodies(message))
    for number, (node, name) in enumerate(_attachments(message)):
        if number >= most:
            raise ParseError("unsafe", f"邮件里的附件超过 {most} 个，其余未读取，请人工查看")
        part = _part(message, node, name)
        embedded = _text(message.compound, node, _CONTENT_ID, _TEXT_BYTES) in cids
        yield replace(part, path=unique_path(part.path, taken), embedded=embedded)


def _part(message: _Message, node: Node, name: str) -> Part:
    inner = _embedded(message, node)
    if inner is not None:
        return _mail_part(inner, name) if _fits(message, inner.node) else _shut(name, "message/rfc822", _TOO_MUCH)
    name = f"{NAMELESS}.bin" if name == NAMELESS else name
    kind = _text(message.compound, node, _FILE_TYPE, _TEXT_BYTES)[:100].lower()
    content = node.children.get(f"__substg1.0_{_FILE_DATA:04X}0102")
    if content is None or not _fits(message, content):
        return _shut(name, kind, _NO_FILE if content is None else _TOO_MUCH)
    head = message.compound.read(content, HEAD_BYTES)
    problem = PROGRAM if is_program(name, head) else None if head else ("corrupt", "附件是空的或已损坏，请对方重发")
    chunks = partial(message.compound.stream, content)
    return Part(name, name, kind, inline=False, head=head, problem=problem, chunks=chunks)


def _shut(name: str, kind: str, problem: mime.Problem) -> Part:
    return Part(name, name, kind, inline=False, head=b"", problem=problem, chunks=lambda: iter(()))


def _fits(message: _Message, content: Node) -> bool:
    """Count what is to be read against the file's size: sectors that are shared make a small file a bomb."""
    waiting, size = [content], 0
    while waiting:
        node = waiting.pop()
        size += node.size if node.is_stream else 0
        waiting.extend(node.children.values())
    message.room -= size
    return message.room >= 0


def _embedded(message: _Message, node: Node) -> _Message | None:
    inner = node.children.get(f"__substg1.0_{_FILE_DATA:04X}000D")
    is_message = inner is not None and _PROPERTIES in inner.children
    return _Message(message.compound, inner) if is_message and inner is not None else None


def _mail_part(inner: _Message, name: str) -> Part:
    """Return a message attached to one as a part that is an ordinary mail."""
    subject = inner.text(_SUBJECT)
    name = safe_name(f"{subject}.eml") if subject else safe_name(f"{name.removesuffix('.msg')}.eml")
    chunks = partial(_written, inner, _DEPTH)
    head = next(chunks())[:HEAD_BYTES]
    return Part(name, name, "message/rfc822", inline=False, head=head, problem=None, chunks=chunks, is_mail=True)


def _written(message: _Message, depth: int) -> Iterator[bytes]:
    """Write a message out as a mail; what is attached to it more than eight messages deep is left out."""
    bodies = [(f"text/{'html' if body.html else 'plain'}", body.text) for body in _bodies(message)]
    return mail_bytes(_header_bytes(message), bodies, _attached(message, depth) if depth else ())


def _attached(message: _Message, depth: int) -> Iterator[Attached]:
    for node, name in _attachments(message):
        inner = _embedded(message, node)
        content = node.children.get(f"__substg1.0_{_FILE_DATA:04X}0102")
        if inner is not None:
            yield Attached(
                safe_name(f"{inner.text(_SUBJECT) or name}.eml"), "message/rfc822", _written(inner, depth - 1)
            )
        elif content is not None:
            yield Attached(name, "application/octet-stream", message.compound.stream(content))
