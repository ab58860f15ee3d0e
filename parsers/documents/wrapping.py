"""How do the lines of a cell on a page become its text? A line goes on in the next one that had no room behind it."""

import re
from collections.abc import Iterable

from parsers.values.types import MARKS

# What cannot be parted by the end of a line: a character with the marks behind it, an opening mark with what follows,
# a word or a number.
_WHOLE = re.compile(
    r"[(（《“‘「『【〈]*(?:[A-Za-z0-9.,:/@%+\-]+|[^\s])[)）》”’」』】〉，。、；：！？…—·%％.,;:!?]*", re.DOTALL
)
_NARROW = 0.55
# What a line leaves beside the border though all of it is used, in characters.
_SLACK = 0.7
# The room between the text of a full line and the border.
_PADDING = 0.5


def unwrapped(lines: Iterable[tuple[str, float]]) -> str:
    """Return the text of lines, each with the room behind it in characters of its size."""
    text, room = "", 0.0
    for line, left in lines:
        if not line:
            continue
        text += (_gap(text, line, room) if text and room < _whole_width(line) + _SLACK else "\n" if text else "") + line
        room = left
    return text


def _whole_width(line: str) -> float:
    """Return how wide the first part of a line is that cannot be parted, in characters."""
    whole = _WHOLE.match(line)
    return width_of(whole[0] if whole else line[0])


def _gap(before: str, after: str, room: float) -> str:
    """Return what stands between two halves of a wrapped line: nothing beside a Chinese character.

    A box or a tick begins another choice: it must not touch the one before. A word or a number is parted only where it
    fills its line to the end.
    """
    if after[0] in MARKS:
        return "\n"
    apart = before[-1].isascii() and after[0].isascii() and before[-1].isalnum() and room >= _NARROW + _PADDING
    return " " if apart else ""


def width_of(text: str) -> float:
    """Return how wide a text is, in Chinese characters of its size."""
    return sum(_NARROW if char.isascii() else 1.0 for char in text)
