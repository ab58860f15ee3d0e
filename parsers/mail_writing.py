"""How is a message that has no file of its own written as a mail? Header, texts and attachments, piece by piece."""

import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

_BOUNDARY = b"=_zhengji_message"
# Fields of the header that came, which speak of a body that is no more.
_REPLACED = (b"content-", b"mime-version")
_LINE = 57


@dataclass(frozen=True)
class Attached:
    """An attachment to write: its name, media type and content in pieces."""

    name: str
    media_type: str
    chunks: Iterable[bytes]


def mail_bytes(header: bytes, bodies: Iterable[tuple[str, str]], attached: Iterable[Attached]) -> Iterator[bytes]:
    """Yield a mail with (media type, text) as alternatives and attachments; the same bytes each time.

    An attachment's boundary cannot stand in base64, so one boundary serves every level.
    """
    inner = _BOUNDARY + b"_texts"
    yield _kept(header) + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="' + _BOUNDARY + b'"\r\n\r\n'
    yield b"--" + _BOUNDARY + b'\r\nContent-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n'
    for media_type, text in bodies:
        yield b"--" + inner + b"\r\n" + _part_header(f"{media_type}; charset=utf-8")
        yield from _base64([text.encode("utf-8", "replace")])
    yield b"--" + inner + b"--\r\n"
    for one in attached:
        name = quote(one.name, safe="", errors="replace")
        disposition = f"attachment; filename*=utf-8''{name}"
        yield b"--" + _BOUNDARY + b"\r\n" + _part_header(one.media_type, disposition)
        yield from _base64(one.chunks)
    yield b"--" + _BOUNDARY + b"--\r\n"


def _kept(header: bytes) -> bytes:
    """Return a header without the fields about its body and without what is no field."""
    lines, keeping = [], False
    for line in header.splitlines():
        if line[:1] not in (b" ", b"\t"):
            keeping = b":" in line and not line.lower().startswith(_REPLACED)
        if keeping and line.strip():
            lines.append(line + b"\r\n")
    return b"".join(lines)


def _part_header(media_type: str, disposition: str = "inline") -> bytes:
    lines = (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: {disposition}\r\n\r\n"
    )
    return lines.encode("ascii", "replace")


def _base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) // _LINE * _LINE
        lines = (binascii.b2a_base64(data[at : at + _LINE]) for at in range(0, whole, _LINE))
        yield b"".join(lines)
        rest = data[whole:]
    yield binascii.b2a_base64(rest) if rest else b""
    yield b"\r\n"
