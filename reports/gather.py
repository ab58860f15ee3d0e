"""Gathers the whole picture: the pictures of the provinces, joined, with what is only seen across all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from config.associations import Association
from config.campaign import Campaign
from config.selected import Selection
from reports import near_duplicates, same_pictures
from reports.incoming import FileView, MessageView
from reports.mail_side import FolderTrouble, LinkView, MailboxHealth, MailGap
from reports.picture import Picture
from reports.province import Call, province_picture
from store import documents, folders, polls
from store.database import Store
from store.queries import NOWHERE, Kept, Look, looking

_NOTHING = Kept()
_Told = TypeVar("_Told")


def gather(
    store: Store, campaign: Campaign, associations: Sequence[Association], selected: Selection | None, as_of: datetime
) -> Picture:
    """Return the campaign as of a moment (aware); the same rows and the same moment give an equal picture."""
    call = Call(campaign, associations, selected)
    with looking(store, as_of) as look:
        kept = look.kept()
        parts = [
            province_picture(place, kept.get(place, _NOTHING), look, own, call) for place, own in places(call, kept)
        ]
        return joined(store, look, call, parts)


def places(call: Call, known: Iterable[str]) -> Iterable[tuple[str, Association | None]]:
    """Yield the provinces with their associations, then those that have none, and last what belongs to no province."""
    own = {association.province: association for association in call.provincial}
    yield from own.items()
    yield from ((place, None) for place in sorted(known) if place not in own and place != NOWHERE)
    yield NOWHERE, None


def joined(store: Store, look: Look, call: Call, parts: Sequence[Picture]) -> Picture:
    """Return the picture of the whole campaign; its parts know of each other's cases what concerns them."""
    cases = [case for part in parts for case in part.cases]
    reused = same_pictures.reused(cases, look.same_pictures)
    shared = near_duplicates.near_duplicates(cases, call.campaign, partial(documents.texts, store))
    own = tuple(
        replace(part, as_of=look.as_of, reused=_of(part, reused), near_duplicates=_of(part, shared)) for part in parts
    )
    return Picture(
        campaign=call.campaign,
        as_of=look.as_of,
        associations=tuple(view for part in own for view in part.associations),
        cities=tuple(sorted((city for part in own for city in part.cities), key=lambda one: (one.province, one.city))),
        cases=tuple(sorted(cases, key=lambda case: (case.province, case.city or "", case.community, case.id))),
        messages=tuple(sorted((one for part in own for one in part.messages), key=_arrival)),
        files=tuple(sorted((file for part in own for file in part.files), key=_arrival)),
        health=tuple(MailboxHealth(**vars(health)) for health in polls.health(store, look.as_of)),
        links=tuple(sorted((link for part in own for link in part.links), key=_arrival)),
        troubles=tuple(FolderTrouble(**vars(trouble)) for trouble in look.troubles),
        gaps=tuple(MailGap(**vars(gap)) for gap in folders.missing(store, look.as_of)),
        reused=reused,
        near_duplicates=shared,
        parts=own,
    )


def _of(part: Picture, by_case: Mapping[int, _Told]) -> dict[int, _Told]:
    """Return what is told of a part's own cases."""
    return {case.id: by_case[case.id] for case in part.cases if case.id in by_case}


def _arrival(one: FileView | LinkView | MessageView) -> datetime:
    """Return what everything is sorted by; within a part it stands in order already, never by our numbers."""
    return one.arrival
