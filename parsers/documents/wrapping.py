"""How do the lines of a cell on a page become its text? A line goes on in the next one that had no room behind it."""

import re
from collections.abc import Iterable

from parsers.values.types import MARKS

_WORD = r"[A-Za-z0-9.,:/@%+\-]+"
# What cannot be parted by the end of a line: a character with the marks behind it, an opening mark with what follows,
# a word or a number, also behind such a mark (上，2025).
_WHOLE = re.compile(
    rf"[(（《“‘「『【〈]*(?:{_WORD}|[^\s])(?:[)）》”’」』】〉，。、；：！？…—·%％.,;:!?]+(?:{_WORD})?)?", re.DOTALL
)
_NARROW = 0.55
# What a line leaves beside the border though all of it is used, in characters.
_SLACK = 0.7
# What a cell leaves free beside its border, in characters; figures are parted one by one where a number is too long.
_PADDING = 0.55
_FIRST_FIGURES, _LAST_FIGURES = re.compile(r"[0-9]+"), re.compile(r"[0-9]+$")
# A telephone number with its area code has at most twelve digits.
_LONGEST_NUMBER = 12


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
    if _is_one_number(before, after):
        return " " if room >= _NARROW + _PADDING else ""
    apart = before[-1].isascii() and after[0].isascii() and before[-1].isalnum() and room >= _NARROW
    return " " if apart else ""


def _is_one_number(before: str, after: str) -> bool:
    """Tell whether figures on both sides of a line's end are together no longer than a number is."""
    halves = _LAST_FIGURES.search(before), _FIRST_FIGURES.match(after)
    return all(halves) and sum(len(half[0]) for half in halves if half) <= _LONGEST_NUMBER


def width_of(text: str) -> float:
    """Return how wide a text is, in Chinese characters of its size."""
    return sum(_NARROW if char.isascii() else 1.0 for char in text)
