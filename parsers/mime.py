"""Answers which parts a mail is made of, as ranges of its bytes: nothing is copied or decoded before it is asked for.

The standard library keeps a mail several times in memory and takes a minute over 200,000 parts; this splitter looks
at boundaries only, and stops at its limits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from parsers.base import ParseError
from parsers.charsets import decode_bytes
from parsers.mail_bytes import Buffer, stream, windows
from parsers.names import parameters
from parsers.transfer import decoded

Problem = tuple[str, str]

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:")
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]{0,100}")
_BLANK = re.compile(rb"\n[ \t]*\r?\n")
_TYPE = re.compile(r"\s*([\w.+-]{1,100}/[\w.+-]{1,100})", re.ASCII)
_FIRST_DASHES = re.compile(rb"(?:\A|\n)--([^\s]{1,200})[ \t]*\r?\n")
# What a reader needs even where hostile fields before it have used up the room.
_NEEDED = re.compile(
    rb"^(content-type|content-disposition|content-transfer-encoding|from|subject|date|message-id)[ \t]*:"
    rb"(.*(?:\r?\n[ \t].*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_BOUNDARY_BYTES = 200
# How far behind a boundary or a blank line white space may reach.
_OVERLAP = 1_000
# A line that is no header line belongs to the field before it if a header line comes this soon after.
_LOOK_AHEAD = 5
_LATE_FIELDS = 20
# A field that must be whole in a window, where the needed ones of an overlong header are looked for.
_LATE_BYTES = 64_000
# A part needs few fields; what all parts' headers may take together before they are read more sparingly.
_PART_FIELDS = 20
_ALL_HEADERS = 4_000_000
_SPARING = {"field_bytes": 2_000, "header_bytes": 4_000}


@dataclass(frozen=True)
class Limits:
    """Caps on what is read of a mail: bytes of one header field and of a header block, parts, nesting of multiparts."""

    field_bytes: int = 64_000
    header_bytes: int = 256_000
    parts: int = 2_000
    multiparts: int = 30


@dataclass(frozen=True)
class Header:
    """A header block: its fields in order as (name in lower case, raw value with its folds), and where the body is."""

    fields: tuple[tuple[str, bytes], ...]
    body: int
    defects: tuple[str, ...] = ()

    def find(self, name: str) -> bytes | None:
        """Return the first field of a name (lower case), raw; None where there is none."""
        return next((value for key, value in self.fields if key == name), None)

    def raw(self, name: str) -> bytes:
        """Return the first field of a name (lower case), raw; empty where there is none."""
        return self.find(name) or b""

    def media_type(self, default: str = "text/plain") -> str:
        """Return the claimed media type in lower case, the default where none is readable."""
        match = _TYPE.match(self.raw("content-type").decode("latin-1"))
        return match[1].lower() if match else default

    def parameter(self, name: str) -> bytes | None:
        """Return a parameter of Content-Type, e.g. `boundary` or `charset`; None where there is none."""
        return next((value for key, value in parameters(self.raw("content-type")) if key == name), None)

    @property
    def disposition(self) -> str:
        """Content-Disposition without its parameters, in lower case: `attachment`, `inline` or empty."""
        return self.raw("content-disposition").split(b";", 1)[0].strip().decode("latin-1").lower()


@dataclass(frozen=True)
class Entity:
    """A leaf of a mail's tree: its number ("1.2"), header, the range of its body, and the alternative it is one of."""

    number: str
    header: Header
    start: int
    end: int
    media_type: str
    alternative: str = ""
    problem: Problem | None = None


@dataclass
class _Walk:
    """What one walk through a mail has met so far."""

    data: Buffer
    limits: Limits
    parts: int = 0
    header_bytes: int = 0
    defects: list[str] = field(default_factory=list)


def read_header(data: Buffer, start: int, end: int, limits: Limits) -> Header:
    """Return the header block at a byte; a broken line goes to the field before it, what is too much is cut."""
    fields: list[tuple[str, list[bytes]]] = []
    size, at = 0, start
    while at < end:
        stop = _line_end(data, at, end)
        line = data[at : min(stop, at + limits.field_bytes)]
        if not line.strip():
            return _header(fields, stop, limits)
        match = _FIELD.match(line)
        if match and line[:1] not in b" \t":
            fields.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        elif not _continues(data, at, stop, end, fields):
            return _header(fields, at, limits, "a line that is no header field ends the header")
        size, at = size + stop - at, stop
        if size > limits.header_bytes:
            return _cut(data, at, end, fields, limits)
    return _header(fields, end, limits)


def top_header(data: Buffer, limits: Limits) -> Header:
    """Return the header of a whole mail; blank lines and a byte order mark before it are passed over."""
    match = _LEADING.match(data[:200])
    return read_header(data, match.end() if match else 0, len(data), limits)


def _line_end(data: Buffer, at: int, end: int) -> int:
    found = data.find(b"\n", at, end)
    return end if found < 0 else found + 1


def _continues(data: Buffer, at: int, stop: int, end: int, fields: list[tuple[str, list[bytes]]]) -> bool:
    """Tell whether a line belongs to the header: a fold, an mbox line, or a raw line that a mailer forgot to indent."""
    line = data[at : min(stop, at + 1000)]
    if not fields:
        return line.startswith((b"From ", b">From "))
    if line[:1] not in b" \t" and not _header_follows(data, stop, end):
        return False
    fields[-1][1].append(data[at : min(stop, at + 64_000)])
    return True


def _header_follows(data: Buffer, at: int, end: int) -> bool:
    for _ in range(_LOOK_AHEAD):
        stop = _line_end(data, at, end)
        line = data[at : min(stop, at + 1000)]
        if not line.strip():
            return False
        if _FIELD.match(line):
            return True
        at = stop
    return False


def _cut(data: Buffer, at: int, end: int, fields: list[tuple[str, list[bytes]]], limits: Limits) -> Header:
    """Finish an overlong header: the fields that are needed still count, the rest is passed over."""
    body = _after_blank(data, at - 1, end)
    fields.extend(islice(_late_fields(data, at, body), _LATE_FIELDS))
    return _header(fields, body, limits, "the header is over its limit and was cut")


def _after_blank(data: Buffer, at: int, end: int) -> int:
    """Return where the first blank line from `at` ends; the end where there is none."""
    for start, window, own in windows(data, at, end, _OVERLAP):
        blank = _BLANK.search(window)
        if blank and blank.start() < own:
            return start + blank.end()
    return end


def _late_fields(data: Buffer, at: int, end: int) -> Iterator[tuple[str, list[bytes]]]:
    for start, window, own in windows(data, at, end, _LATE_BYTES):
        for match in _NEEDED.finditer(window):
            # `^` also matches where a window starts amid a line.
            first = match.start() == 0 and start > at and data[start - 1 : start] != b"\n"
            if match.start() < own and not first:
                yield match[1].decode("ascii").lower(), [match[2]]


def _header(fields: list[tuple[str, list[bytes]]], body: int, limits: Limits, *defects: str) -> Header:
    room = limits.field_bytes
    return Header(tuple((name, b"".join(lines)[:room].strip()) for name, lines in fields), body, defects)


def walk(data: Buffer, header: Header, limits: Limits) -> tuple[Iterator[Entity], list[str]]:
    """Return the leaves of a mail's tree in order, and a list that fills with defects while they are taken.

    A leaf with a `problem` says why the walk went no further. Nested mails are leaves: their walk is the caller's.
    """
    state = _Walk(data, limits)
    state.defects.extend(header.defects)
    return _leaves(state, "", header, (header.body, len(data)), "text/plain", ""), state.defects


def _leaves(
    state: _Walk, number: str, header: Header, place: tuple[int, int], default: str, alternative: str
) -> Iterator[Entity]:
    state.parts += 1
    kind = header.media_type(default)
    problem = _limit_of(state, number)
    ranges = _split(state, header, place) if kind.startswith("multipart/") and not problem else None
    if ranges is None:
        # A multipart without any boundary is text that lost its structure: better shown than dropped.
        kind = "text/plain" if kind.startswith("multipart/") else kind
        yield Entity(number or "1", header, *place, media_type=kind, alternative=alternative, problem=problem)
        return
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    alternative = (number or "1") if kind == "multipart/alternative" else alternative
    for count, (start, end) in enumerate(ranges, 1):
        child = _part_header(state, start, end)
        name = f"{number}.{count}" if number else str(count)
        yield from _leaves(state, name, child, (child.body, end), default, alternative)
        if state.parts > state.limits.parts:
            return


def _part_header(state: _Walk, start: int, end: int) -> Header:
    """Return a part's header, of which only the fields about its content are kept."""
    limits = state.limits if state.header_bytes < _ALL_HEADERS else replace(state.limits, **_SPARING)
    header = read_header(state.data, start, end, limits)
    state.defects.extend(header.defects)
    kept = tuple(islice((one for one in header.fields if one[0].startswith("content-")), _PART_FIELDS))
    state.header_bytes += header.body - start
    return replace(header, fields=kept)


def _limit_of(state: _Walk, number: str) -> Problem | None:
    if state.parts > state.limits.parts:
        return "unsafe", f"邮件的组成部分超过 {state.limits.parts} 个，其余未读取，请人工查看原邮件"
    if number.count(".") >= state.limits.multiparts:
        return "unsafe", f"邮件结构嵌套超过 {state.limits.multiparts} 层，其中内容未读取，请人工查看原邮件"
    return None


def _split(state: _Walk, header: Header, place: tuple[int, int]) -> list[tuple[int, int]] | None:
    """Return the ranges between a multipart's boundaries; None where there are none and it can only be text."""
    boundary = header.parameter("boundary")
    ranges = _ranges(state, boundary[:_BOUNDARY_BYTES].rstrip(), place) if boundary else []
    if not ranges:
        guess = _FIRST_DASHES.search(state.data[place[0] : min(place[1], place[0] + 4000)])
        ranges = _ranges(state, guess[1], place) if guess else []
        state.defects.append("a multipart whose boundary is missing or wrong")
    return ranges or None


def _ranges(state: _Walk, boundary: bytes, place: tuple[int, int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    opened = -1
    for at, after, closes in _boundaries(state.data, boundary, *place):
        if opened >= 0:
            found.append((opened, max(opened, _before_newline(state.data, at))))
        opened = -1 if closes else after
        if closes or state.parts + len(found) > state.limits.parts:
            return found
    if opened >= 0:
        state.defects.append("the mail ends before its closing boundary")
        found.append((opened, place[1]))
    return found


def _boundaries(data: Buffer, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, whether it closes) of the boundary lines of a range.

    A plain search goes first: it passes over base64 much faster than a regular expression.
    """
    line = b"--" + re.escape(boundary) + rb"(--)?[ \t\r]*(?:(?=\n)|\Z)"
    first = re.match(line, data[start : min(start + _OVERLAP, end)])
    if first:
        yield start, start + first.end() + 1, bool(first[1])
    pattern, plain = re.compile(b"\n" + line), b"\n--" + boundary
    for at, window, own in windows(data, start, end, _OVERLAP):
        if window.find(plain) < 0:
            continue
        for match in pattern.finditer(window):
            if match.start() < own:
                yield at + match.start() + 1, min(at + match.end() + 1, end), bool(match[1])


def _before_newline(data: Buffer, at: int) -> int:
    """Return where the line break before a boundary starts: it belongs to the boundary (RFC 2046, 5.1.1)."""
    if at and data[at - 1 : at] == b"\n":
        return at - 2 if data[at - 2 : at - 1] == b"\r" else at - 1
    return at


def content_of(data: Buffer, entity: Entity) -> Iterator[bytes]:
    """Yield a leaf's bytes with the transfer encoding taken off, in pieces of at most 1 MiB.

    ParseError comes last, after all that could be had, where they are cut off.
    """
    coding = entity.header.raw("content-transfer-encoding").split(b";")[0].strip().lower()
    return decoded(stream(data, entity.start, entity.end), coding)


def beginning_of(data: Buffer, entity: Entity, limit: int) -> bytes:
    """Return at most `limit` bytes of a leaf's content, damaged or not."""
    found = b""
    try:
        for piece in content_of(data, entity):
            found += piece
            if len(found) >= limit:
                break
    except ParseError:
        pass
    return found[:limit]


def charset_of(header: Header) -> str | None:
    """Return the label of a text part's charset as it stands, None where there is none."""
    raw = header.parameter("charset")
    return decode_bytes(raw).strip() if raw else None
