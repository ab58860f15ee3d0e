"""What is kept from look to look: what was made of a province, as long as nothing in it changed.

A province that did not change has the very same tuples and findings in the next look (reports.keeper), so that what was
made of them is good for that one too. What is made of a look as a whole is `Seen.once`.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from operator import is_
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class PerPart(Generic[T]):
    """Makes something of each of several sequences, and keeps it as long as a sequence holds the very same things."""

    # So many parts are kept: those of a campaign twice, for one that is read from while another one is made.
    _MOST = 128

    def __init__(self, make: Callable[[Sequence[Any]], T]) -> None:
        self._make = make
        self._kept: OrderedDict[Hashable, tuple[Sequence[Any], T]] = OrderedDict()

    def __call__(self, place: Hashable, own: Sequence[Any]) -> T:
        """Return what is made of the things of a place."""
        kept = self._kept.get(place)
        if kept is None or not _same(kept[0], own):
            kept = (own, self._make(own))
            self._kept[place] = kept
            while len(self._kept) > self._MOST:
                self._kept.popitem(last=False)
        return kept[1]


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return one is other or (len(one) == len(other) and all(map(is_, one, other)))
