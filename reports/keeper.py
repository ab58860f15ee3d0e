"""Keeps the picture between two looks: only the provinces of which something changed are drawn and judged anew.

What it gives equals what `gather` and `assess` give from scratch; a program that looks once gains nothing and loses
nothing by it.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.finding import Assessment, Judged
from reports.gather import places
from reports.joining import Joiner
from reports.judge import assessed, judge
from reports.picture import Picture
from reports.province import Call, province_picture
from store.database import Store
from store.queries import Kept, Look, Span, looking

_NOTHING = Kept()
_AT_ONCE = 8


@dataclass(frozen=True)
class _Drawn:
    """A province's picture as it was drawn, and what it was drawn from."""

    basis: tuple[Any, ...]
    picture: Picture


@dataclass(frozen=True)
class _Found:
    """What the rules found in a province, and what beside its picture that rests on."""

    drawn: Picture
    basis: tuple[Any, ...]
    judged: Judged


class Keeper:
    """The campaign's picture and findings, kept between looks."""

    def __init__(self, store: Store, call: Call) -> None:
        self.store = store
        self.call = call
        self._drawn: dict[str, _Drawn] = {}
        self._found: dict[str, _Found] = {}
        self._joiner = Joiner(call)

    def assessment(self, as_of: datetime, unlearned: Span | None = None) -> Assessment:
        """Return the campaign as of a moment (aware), judged; without what we learned within the span `unlearned`."""
        with _undisturbed(), looking(self.store, as_of, unlearned) as look:
            drawn = self._draw(look)
            picture = self._joiner.joined(self.store, look, drawn)
            return assessed(picture, list(self._judge(drawn, picture)))

    def forget(self) -> None:
        """Let go of everything that is kept, which takes memory."""
        self._drawn.clear()
        self._found.clear()
        self._joiner = Joiner(self.call)

    def _draw(self, look: Look) -> dict[str, Picture]:
        """Return the picture of each province, those anew that rest on other rows than before."""
        marks = look.marks()
        where = dict(places(self.call, marks))
        bases = {place: _basis(place, look, marks.get(place)) for place in where}
        stale = [
            place for place, basis in bases.items() if place not in self._drawn or self._drawn[place].basis != basis
        ]
        # Some at a time: the rows take as much memory as what is drawn of them.
        for start in range(0, len(stale), _AT_ONCE):
            some = stale[start : start + _AT_ONCE]
            kept = look.kept(some)
            for place in some:
                picture = province_picture(place, kept.get(place, _NOTHING), look, where[place], self.call)
                self._drawn[place] = _Drawn(bases[place], picture)
        return {place: self._drawn[place].picture for place in where}

    def _judge(self, drawn: dict[str, Picture], picture: Picture) -> Iterator[Judged]:
        """Yield what is found in each province; where nothing changed that rules can see, what was found before."""
        for place, part in zip(drawn, picture.parts, strict=True):
            basis = (part.closed, part.reused, part.near_duplicates)
            known = self._found.get(place)
            # How long a link can still be had changes with every look.
            if known is None or known.drawn is not drawn[place] or known.basis != basis or part.open_links:
                known = self._found[place] = _Found(drawn[place], basis, judge(part))
            yield known.judged


def _basis(place: str, look: Look, mark: object) -> tuple[Any, ...]:
    """Return what a province's picture rests on beside the campaign: another basis, another picture."""
    return mark, look.drops, look.answered, look.stamps_decided, tuple(one.id for one in look.decided(place))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off the collection of garbage, which only costs here: many objects are made, and none of them in rings."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
