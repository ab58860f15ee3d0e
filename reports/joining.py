"""Joins the pictures of the provinces to that of the campaign, with what is only seen across all of them.

What provinces contribute that did not change since the last look is kept: a mail changes one of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import TypeVar

from reports.incoming import FileView
from reports.mail_side import FolderTrouble, MailboxHealth, MailGap
from reports.near_duplicates import Materials
from reports.picture import CaseView, CityView, Picture
from reports.province import Call
from reports.same_pictures import PhotoUses
from store import documents, folders, polls
from store.database import Store
from store.queries import Look

# Within a part everything stands in order already, never by our numbers.
_ARRIVAL = attrgetter("arrival")
# The files of one message, with its arrival.
_Block = tuple[datetime, tuple[FileView, ...]]
_Of = TypeVar("_Of")


class Joiner:
    """Joins pictures, and keeps what it needs of those that are the same the next time."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._parts: dict[str, Picture] = {}
        self._photos = PhotoUses()
        self._materials = Materials(call.campaign)
        self._blocks: dict[str, list[_Block]] = {}
        self._files: tuple[FileView, ...] = ()
        self._cases: tuple[CaseView, ...] = ()
        self._cities: tuple[CityView, ...] = ()

    def joined(self, store: Store, look: Look, parts: Mapping[str, Picture]) -> Picture:
        """Return the picture of the whole campaign; its parts know of each other's cases what concerns them."""
        self._become(parts)
        reused = self._photos.reused(look.same_pictures)
        shared = self._materials.shared(partial(documents.texts, store))
        own = tuple(
            replace(part, as_of=look.as_of, reused=reused.get(place, {}), near_duplicates=shared.get(place, {}))
            for place, part in parts.items()
        )
        return Picture(
            campaign=self._call.campaign,
            as_of=look.as_of,
            associations=tuple(view for part in own for view in part.associations),
            cities=self._cities,
            cases=self._cases,
            messages=tuple(sorted((one for part in own for one in part.messages), key=_ARRIVAL)),
            files=self._files,
            health=tuple(MailboxHealth(**vars(health)) for health in polls.health(store, look.as_of)),
            links=tuple(sorted((link for part in own for link in part.links), key=_ARRIVAL)),
            troubles=tuple(FolderTrouble(**vars(trouble)) for trouble in look.troubles),
            gaps=tuple(MailGap(**vars(gap)) for gap in folders.missing(store, look.as_of)),
            reused=_flat(reused),
            near_duplicates=_flat(shared),
            parts=own,
        )

    def _become(self, parts: Mapping[str, Picture]) -> None:
        """Take in what is another part than at the last look."""
        changed = {place: part for place, part in parts.items() if self._parts.get(place) is not part}
        if not changed and self._parts.keys() == parts.keys():
            return
        self._parts = dict(parts)
        self._photos.become(parts)
        self._materials.become(parts)
        self._blocks |= {place: list(_blocks(part)) for place, part in changed.items()}
        self._blocks = {place: self._blocks[place] for place in parts}
        arrived = sorted(chain.from_iterable(self._blocks.values()), key=itemgetter(0))
        self._files = tuple(chain.from_iterable(files for _, files in arrived))
        # Within a province they are sorted by what follows its name.
        named = [parts[place] for place in sorted(parts)]
        self._cases = tuple(chain.from_iterable(part.cases for part in named))
        self._cities = tuple(chain.from_iterable(part.cities for part in named))


def _blocks(part: Picture) -> Iterator[_Block]:
    for _, own in groupby(part.files, attrgetter("message_pk")):
        files = tuple(own)
        yield files[0].arrival, files


def _flat(by_place: Mapping[str, Mapping[int, _Of]]) -> dict[int, _Of]:
    return {id_: told for by_case in by_place.values() for id_, told in by_case.items()}
