"""Looks through the names of many things, which stand in one text, for what is sought.

To look through a hundred thousand names is one `str.find`; only what may be a slip is compared as names are, and of
those only the ones that have all characters in common but one.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import accumulate
from operator import and_, or_
from typing import Generic, TypeVar

from config.anatomy import anatomy
from config.naming import folded
from reports.console.findings.bits import bits_of, places_of
from reports.console.search.sought import BEGINS, EXACT, HOLDS

T = TypeVar("T")
_END = "\x00"
# A name of fewer characters has too many neighbours to be a slip of.
_SHORTEST_SLIP = 3
# Nor is a longer one looked at whole.
_LONGEST_SLIP = 20
_CANDIDATES = 200


class Lines(Generic[T]):
    """Things by a text of each, as names are compared (config.naming.folded)."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        known = [(text.replace(_END, ""), thing) for text, thing in pairs if text]
        self.texts: Sequence[str] = [text for text, _ in known]
        self.things: Sequence[T] = [thing for _, thing in known]
        self._text = _END + folded(_END.join(self.texts)) + _END
        self._starts = array("Q", accumulate((len(line) + 1 for line in self._folded), initial=1))

    @property
    def _folded(self) -> Sequence[str]:
        return self._text[1:-1].split(_END) if self.texts else []

    def find(self, key: str, at_most: int) -> Iterator[tuple[int, int]]:
        """Yield (how sure, place) of the lines that are, begin with or hold a key: at most so many, none twice."""
        known: set[int] = set()
        for sure, wanted in ((EXACT, f"{_END}{key}{_END}"), (BEGINS, f"{_END}{key}"), (HOLDS, key)):
            # What is found again because it was surer before takes nothing from the rest.
            most = at_most + len(known)
            for place in self._places(wanted, most) if key and self.texts else ():
                if place not in known:
                    known.add(place)
                    yield sure, place

    def _places(self, wanted: str, at_most: int) -> Iterator[int]:
        at = self._text.find(wanted)
        while at >= 0 and at_most:
            place = bisect_right(self._starts, at + wanted.startswith(_END)) - 1
            yield place
            at_most -= 1
            at = self._text.find(wanted, self._starts[place + 1] - 1)

    @cached_property
    def _sets(self) -> Mapping[str, int]:
        """The lines in which each character stands, as sets."""
        places: dict[str, list[int]] = defaultdict(list)
        size = len(self.texts)
        for place, line in enumerate(self._folded):
            for character in set(line):
                places[character].append(place)
        return {character: bits_of(own, size) for character, own in places.items()}

    def near(self, name: str) -> Iterator[int]:
        """Yield the lines that may be a slip of a name: with all its characters, or those of its core, but one."""
        core = self._but_one(anatomy(name).characters, least=1)
        yield from places_of(core | self._but_one(folded(name), least=_SHORTEST_SLIP), 0, _CANDIDATES)

    def _but_one(self, characters: Iterable[str], least: int) -> int:
        """Return the lines with all characters, but one where there are enough; none where they are too few."""
        sets = [self._sets.get(character, 0) for character in sorted(set(characters))[:_LONGEST_SLIP]]
        if len(sets) < least:
            return 0
        if len(sets) < _SHORTEST_SLIP:
            return reduce(and_, sets)
        return reduce(or_, (reduce(and_, (*sets[:at], *sets[at + 1 :])) for at in range(len(sets))))
