"""Gathers the whole picture from scratch, province by province; `reports.keeper` keeps it between looks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from config.associations import Association
from config.campaign import Campaign
from config.selected import Selection
from reports.joining import Joiner
from reports.picture import Picture
from reports.province import Call, province_picture
from store.database import Store
from store.queries import NOWHERE, Kept, looking

_NOTHING = Kept()


def gather(
    store: Store, campaign: Campaign, associations: Sequence[Association], selected: Selection | None, as_of: datetime
) -> Picture:
    """Return the campaign as of a moment (aware); the same rows and the same moment give an equal picture."""
    call = Call(campaign, associations, selected)
    with looking(store, as_of) as look:
        kept = look.kept()
        parts = {
            place: province_picture(place, kept.get(place, _NOTHING), look, own, call)
            for place, own in places(call, kept)
        }
        return Joiner(call).joined(store, look, parts)


def places(call: Call, known: Iterable[str]) -> Iterable[tuple[str, Association | None]]:
    """Yield the provinces with their associations, then those that have none, and last what belongs to no province."""
    own = {association.province: association for association in call.provincial}
    yield from own.items()
    yield from ((place, None) for place in sorted(known) if place not in own and place != NOWHERE)
    yield NOWHERE, None
