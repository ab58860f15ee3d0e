"""Answers which of the words around a cloud link speak of it, and not of the link before or behind it.

What stands on the line of a link is its own; what one link has used is no longer there for the next.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from parsers.link_marks import ADDRESS, Mark

# How far the words around a link, and those of its own anchor, reach.
_AROUND, _OWN = 400, 2_000

T = TypeVar("T")
# Finds in a text: (what was found, where it ends); of several the one of this number, FIRST or LAST.
Finder = Callable[[str, int], tuple[T, int] | None]
FIRST, LAST = 0, -1

_OWN_WORDS, _BEFORE, _AFTER, _ABOVE, _BELOW = "own", "before", "after", "above", "below"
# Whatever stands before the first link of several and not behind the last stands before each, and the other way round.
_LEADING = (_OWN_WORDS, _BEFORE, _AFTER, _ABOVE)
_TRAILING = (_OWN_WORDS, _AFTER, _BEFORE, _BELOW)


@dataclass(frozen=True)
class Order:
    """In which order the places around a link are looked through where the mail has no order of its own."""

    places: tuple[str, ...]


CODE = Order((*_TRAILING, _ABOVE))
UNNAMED = Order((*_LEADING, _BELOW))
# What says its name itself has the rest behind it; before it only where no other link is near.
NAMED = Order(_TRAILING)
NAMED_ALONE = Order((*_TRAILING, _ABOVE))


class Surroundings:
    """A flat text without its addresses, and the links in it, each with its copies that stand together."""

    def __init__(self, flat: str, groups: Sequence[Sequence[Mark]]) -> None:
        # As many tabs as characters: places stay, and a name beside an address begins or ends there.
        self.text = ADDRESS.sub(lambda match: "\t" * len(match[0]), flat)
        self.groups = groups
        self._used = 0
        self._habits: dict[object, tuple[str, ...] | None] = {}

    def __iter__(self) -> Iterator["Words"]:
        """Yield the words of each link, in order: what was found behind one is not before the next."""
        for number in range(len(self.groups)):
            words = Words(self, self._ranges(number))
            yield words
            self._used = max(self._used, words.used)

    def habit(self, finder: Finder[object]) -> tuple[str, ...] | None:
        """Return where all links of the text have what a finder looks for; None where that cannot be told."""
        if len(self.groups) == 1:
            return None
        if finder not in self._habits:
            start, end = self.groups[0][0].start, self.groups[-1][-1].end
            leads = finder(self.text[max(0, start - _AROUND) : start], LAST) is not None
            trails = finder(self.text[end : end + _AROUND], FIRST) is not None
            self._habits[finder] = None if leads == trails else _LEADING if leads else _TRAILING
        return self._habits[finder]

    def _ranges(self, number: int) -> dict[str, tuple[int, int]]:
        """Return where the words of a link stand: its own, those of its line, and those of the lines around it."""
        start, end = self.groups[number][0].start, self.groups[number][-1].end
        line = self.text.rfind("\n", 0, start) + 1
        line_end = _or_end(self.text.find("\n", end), self.text)
        first, last = max(0, start - _AROUND, self._used), min(len(self.text), end + _AROUND)
        if number:
            before = self.groups[number - 1][-1].end
            # The rest of the line of another link is that link's.
            first = max(first, before if before >= line else _or_end(self.text.find("\n", before), self.text))
        if number + 1 < len(self.groups):
            after = self.groups[number + 1][0].start
            last = min(last, after if after <= line_end else self.text.rfind("\n", 0, after) + 1)
        return {
            _OWN_WORDS: (start, min(end, start + _OWN)),
            _BEFORE: (max(first, line), start),
            _AFTER: (end, min(last, line_end)),
            _ABOVE: (first, min(line, start)),
            _BELOW: (line_end, last),
        }


class Words:
    """The words of one link."""

    def __init__(self, around: Surroundings, ranges: dict[str, tuple[int, int]]) -> None:
        self._around, self._ranges = around, ranges
        # Where the last thing that was found behind the link ends.
        self.used = 0

    @property
    def own(self) -> str:
        """What stands between the first and the last copy of the link."""
        return self._text(_OWN_WORDS)

    @property
    def own_and_behind(self) -> str:
        """What stands between the copies of the link and behind the last."""
        return self.own + self._text(_AFTER) + self._text(_BELOW)

    def find(self, finder: Finder[T], order: Order) -> T | None:
        """Return what a finder finds nearest to the link."""
        for place in self._around.habit(finder) or order.places:
            found = finder(self._text(place), LAST if place in {_BEFORE, _ABOVE} else FIRST)
            if found is None:
                continue
            if place in {_AFTER, _BELOW}:
                self.used = max(self.used, self._ranges[place][0] + found[1])
            return found[0]
        return None

    def _text(self, place: str) -> str:
        first, last = self._ranges[place]
        return self._around.text[first : max(first, last)]


def _or_end(place: int, text: str) -> int:
    return place if place >= 0 else len(text)
