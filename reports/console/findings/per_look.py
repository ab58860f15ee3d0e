"""What pages need of a look beside the picture itself: made once a look, of the parts that changed since the last one.

A province that did not change has the very same tuples and findings in the next look (reports.keeper), so that what was
made of them is good for that one too.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from operator import is_
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from reports.console.board import Seen

T = TypeVar("T")


class PerLook(Generic[T]):
    """Makes something of a look once, however many ask for it at the same time."""

    def __init__(self, make: Callable[[Seen], T]) -> None:
        self._make = make
        self._kept: WeakKeyDictionary[Seen, T] = WeakKeyDictionary()
        self._turn = threading.Lock()

    def __call__(self, seen: Seen) -> T:
        """Return what is made of a look."""
        with self._turn:
            if seen not in self._kept:
                self._kept[seen] = self._make(seen)
            return self._kept[seen]


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
