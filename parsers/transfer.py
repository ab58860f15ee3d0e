"""Answers what a part is under its transfer encoding; pieces come in and pieces go out, nothing is gathered."""

import binascii
import re
from collections.abc import Callable, Iterable, Iterator

from parsers.base import ParseError

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOISE = bytes(sorted(set(range(256)) - set(_LETTERS)))
# Padding in the middle is of pieces that were put together; more of it than this is damage, and is passed over.
_PADDINGS = 1_000
_QUANTUM = 4
_CUT_OFF = "附件在传输中被截断，内容不完整，请对方重发"
_UU_LINE = 128


def decoded(pieces: Iterable[bytes], coding: bytes) -> Iterator[bytes]:
    """Yield the content of pieces of at most 1 MiB under a transfer encoding; unknown encodings are none.

    ParseError `corrupt` comes last, after all that could be had: only the end tells that a part was cut off.
    """
    decoder = _DECODERS.get(coding)
    yield from decoder(pieces) if decoder else pieces


def _base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode base64, also where padding is missing or stands in the middle; noise between the letters is dropped."""
    rest, paddings, broken = b"", 0, False
    for piece in pieces:
        letters = rest + piece.translate(None, _NOISE)
        if b"=" in letters and paddings < _PADDINGS:
            *closed, letters = re.split(rb"=+", letters, maxsplit=_PADDINGS - paddings)
            paddings += len(closed)
            broken = any(_is_broken(one) for one in closed) or broken
            yield b"".join(_padded(one) for one in closed)
        letters = letters.replace(b"=", b"")
        whole = len(letters) // _QUANTUM * _QUANTUM
        yield binascii.a2b_base64(letters[:whole])
        rest = letters[whole:]
    yield _padded(rest)
    if broken or _is_broken(rest):
        raise ParseError("corrupt", _CUT_OFF)


def _is_broken(letters: bytes) -> bool:
    """Tell a run of letters that ends within a byte: something was cut off."""
    return len(letters) % _QUANTUM == 1


def _padded(letters: bytes) -> bytes:
    letters = letters[:-1] if _is_broken(letters) else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % _QUANTUM))


def _quoted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode quoted-printable; a piece is cut where no `=XX` and no soft line break is torn apart."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        end = text.rfind(b"\n") + 1
        if not end:
            torn = text.rfind(b"=", max(len(text) - 2, 0))
            end = torn if torn >= 0 else len(text)
        yield binascii.a2b_qp(text[:end])
        rest = text[end:]
    yield binascii.a2b_qp(rest)


def _uu(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode uuencode between its `begin` and `end` lines."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        rest = rest[:_UU_LINE]
        yield b"".join(_uu_line(line) for line in lines)
    yield _uu_line(rest)


def _uu_line(line: bytes) -> bytes:
    line = line.rstrip(b"\r")[:_UU_LINE]
    if not line or line.startswith(b"begin ") or line == b"end":
        return b""
    try:
        # A line never says more than it holds: what is made up of nothing is left out.
        return binascii.a2b_uu(line)[: len(line)]
    except binascii.Error:
        # Some encoders pad a line with more than it says; what it says is enough.
        said = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:said])[: len(line)]
    except binascii.Error:
        return b""


_DECODERS: dict[bytes, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    b"base64": _base64,
    b"quoted-printable": _quoted,
    **dict.fromkeys((b"uuencode", b"x-uuencode", b"x-uue", b"uue"), _uu),
}
