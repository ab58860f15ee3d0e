"""How did provinces stand at a moment, by what the server had taken until then? As lateness is judged, not as it came.

A picture as of the deadline would not do: of a mail's two stamps the earlier counts (`reports.moments`), and a person
may have said which. So what was taken later is left out of the rows, and the same province is drawn from the rest.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from reports.incoming import MessageView
from reports.picture import Picture
from reports.province import Call, province_picture
from store.database import Store
from store.queries import Kept, looking

_NOTHING = Kept()


def parts_of(picture: Picture) -> dict[str, Picture]:
    """Return the picture of each province that reports, by its name; one made by hand is its own provinces'."""
    if picture.parts:
        return {part.associations[0].province: part for part in picture.parts if part.associations}
    return {view.province: _part(picture, view.province) for view in picture.associations}


def _part(picture: Picture, province: str) -> Picture:
    return replace(
        picture,
        associations=tuple(view for view in picture.associations if view.province == province),
        cases=tuple(case for case in picture.cases if case.province == province),
        messages=tuple(message for message in picture.messages if message.province == province),
        files=tuple(file for file in picture.files if file.province == province),
    )


def stood(
    store: Store, call: Call, parts: Mapping[str, Picture], moments: Mapping[str, datetime]
) -> dict[str, Picture]:
    """Return each province's picture as it stood at its moment; `parts` are of that moment or later.

    Only those are drawn anew of which something was taken later.
    """
    taken = {place: {one.id for one in _until(parts[place].messages, moment)} for place, moment in moments.items()}
    stale = [place for place, ids in taken.items() if len(ids) < len(parts[place].messages)]
    drawn = _drawn(store, call, {place: parts[place] for place in stale}, taken)
    return {place: replace(drawn.get(place, parts[place]), as_of=moment) for place, moment in moments.items()}


def _until(messages: Iterable[MessageView], moment: datetime) -> Iterable[MessageView]:
    return (message for message in messages if message.taken <= moment)


def _drawn(
    store: Store, call: Call, parts: Mapping[str, Picture], taken: Mapping[str, AbstractSet[int]]
) -> dict[str, Picture]:
    """Return the pictures of some provinces drawn from those of their messages alone that are named."""
    if not parts:
        return {}
    latest = max(part.as_of for part in parts.values())
    associations = {association.province: association for association in call.provincial}
    with looking(store, latest) as look:
        kept = look.kept(list(parts))
        return {
            place: province_picture(
                place, _only(kept.get(place, _NOTHING), taken[place]), look, associations[place], call
            )
            for place in parts
        }


def _only(kept: Kept, messages: AbstractSet[int]) -> Kept:
    """Return the rows of some messages alone."""
    files = [file for file in kept.files if file.message_pk in messages]
    ids = {file.id for file in files}
    return replace(
        kept,
        messages=[(message, letter) for message, letter in kept.messages if message.id in messages],
        files=files,
        filings=[filing for filing in kept.filings if filing.file_id in ids],
        links=[link for link in kept.links if link.message_pk in messages],
    )
