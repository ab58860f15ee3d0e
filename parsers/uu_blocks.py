"""Answers which files stand uuencoded in a text itself (`begin 644 name` … `end`), as old mailers send attachments.

A block is a range of the text's bytes: it is read as a stream, and the text is what remains without it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from parsers.base import ParseError
from parsers.names import decode_header, safe_name
from parsers.transfer import decoded

# A full line stands for 45 bytes; a file of one shorter line is whole only with its end.
_BEGIN = re.compile(
    rb"(?<![^\n])begin [0-7]{3,4} ([^\r\n]{1,500})\r?\n"
    rb"(?=M[ -`]{50,64}\r?\n|[!-L][ -`]{1,62}\r?\n(?:[ `][ `]?)?\r?\n?end\b)"
)
_END = re.compile(rb"(?<![^\n])end[ \t]*(?:\r?\n|\r?\Z)")
# Longer than any `begin` line with the one behind it.
_OVERLAP = 1_000
_BLOCKS = 100
_CUT_OFF = "附件在正文中被截断，内容不完整，请对方重发"


@dataclass(frozen=True)
class UuBlock:
    """A file in a text: its safe name, the range of bytes from its `begin` line on, and whether its end is there."""

    name: str
    start: int
    end: int
    whole: bool


def find_uu_blocks(pieces: Iterable[bytes]) -> list[UuBlock]:
    """Return the first hundred uuencoded files of a text in order."""
    found: list[UuBlock] = []
    opened: tuple[str, int] | None = None
    size = here = 0
    for at, window, own, last in _windows(pieces):
        size, here = at + len(window), max(here, at + bool(at))
        while len(found) < _BLOCKS:
            match = (_END if opened else _BEGIN).search(window, here - at)
            if match is None or (match.start() >= own and not last):
                break
            here = at + match.end()
            if opened:
                found.append(UuBlock(*opened, here, whole=True))
            opened = None if opened else (safe_name(decode_header(match[1])), at + match.start())
    return [*found, UuBlock(*opened, size, whole=False)] if opened else found


def _windows(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes, int, bool]]:
    """Yield (where it starts, bytes, how many are its own, whether it is the last): neighbours overlap."""
    at, held = 0, b""
    for piece in pieces:
        held += piece
        own = len(held) - _OVERLAP
        if own > 0:
            yield at, held, own, False
            # One byte more: it says whether a line starts there.
            at, held = at + own - 1, held[own - 1 :]
    yield at, held, len(held), True


def without(pieces: Iterable[bytes], blocks: Sequence[UuBlock]) -> Iterator[bytes]:
    """Yield a text without its blocks, which are in order."""
    starts, ends = [0, *(block.end for block in blocks)], [*(block.start for block in blocks), None]
    here = 0
    for piece in pieces:
        for start, end in zip(starts, ends, strict=True):
            until = len(piece) if end is None else max(end - here, 0)
            yield piece[max(start - here, 0) : until]
        here += len(piece)


def content_of_block(pieces: Iterable[bytes], block: UuBlock) -> Iterator[bytes]:
    """Yield the file that a block of a text stands for; ParseError `corrupt` comes last where its end is missing."""
    yield from decoded(_between(pieces, block.start, block.end), b"uuencode")
    if not block.whole:
        raise ParseError("corrupt", _CUT_OFF)


def _between(pieces: Iterable[bytes], start: int, end: int) -> Iterator[bytes]:
    here = 0
    for piece in pieces:
        yield piece[max(start - here, 0) : max(end - here, 0)]
        here += len(piece)
        if here >= end:
            return
