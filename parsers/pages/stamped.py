"""Which seals does a scanned paper bear, and where does each stand? Read, and compared with who is named there.

Facts of a seal: `page`, its box as shares (0..1) of the page (`left`, `top`, `right`, `bottom`), `shape`, `confidence`,
`at` (the field at whose cell it stands, None where at none), `text` and `text_confidence` (what its ring says, as far
as it can be read), `agrees` (whether that is the name at its place, or the only one there is; None where too little was
read to say).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parsers.base import Area, Found
from parsers.pages.red import Picture
from parsers.pages.seal_text import Recognise, seal_agrees, seal_text
from parsers.pages.seals import Seal, find_seals, place_of

# Whose seal may stand where: in a form at its two cells with （盖章）, in a list where who submits it is named.
_PLACES = ("applicant", "recommender", "submitter")


@dataclass(frozen=True)
class StampedPage:
    """A page's organisations' seals, each with what its ring says and how sure that is (0..1).

    `can_tell` is False where the picture has no colour.
    """

    number: int
    seals: tuple[tuple[Seal, str, float], ...]
    can_tell: bool


def stamped_page(
    picture: Picture, number: int, recognise: Recognise | None = None, *, grey: bool = False
) -> StampedPage:
    """Return the seals of an upright picture of a page (seen in `grey` or not), read where an engine reads a line."""
    seals = find_seals(picture, grey=grey)
    read = tuple((seal, *(seal_text(picture, seal, recognise) if recognise else ("", 0.0))) for seal in seals.found)
    return StampedPage(number, read, seals.can_tell)


def seal_facts(found: Found, pages: Sequence[StampedPage]) -> dict[str, Any]:
    """Return what is to be noted of a paper's seals: `pages`, `seals`, `stamped` (None where that cannot be told)."""
    named = dict(_named(found.facts))
    seals = [fact for page in pages for fact in _facts_of(page, named)]
    # A page without the place for a seal (the first of a form, the second of a list) does not say that there is none.
    bare = bool(named) and all(page.can_tell for page in pages)
    stamped = True if seals else False if bare else None
    return {"pages": len(pages), "seals": seals, "stamped": stamped}


@dataclass(frozen=True)
class _Named:
    """A place for a seal: the name that stands there, and where that is."""

    name: str
    area: Area | None


def _named(facts: Mapping[str, Any]) -> Iterator[tuple[str, _Named]]:
    """Yield the places for seals of a form or a list by their fields."""
    cells = facts.get("fields", facts)
    for field in _PLACES:
        cell = cells.get(field)
        if cell:
            area = cell.get("area")
            yield field, _Named(str(cell.get("value") or ""), Area(**area) if area else None)


def _facts_of(page: StampedPage, named: Mapping[str, _Named]) -> Iterator[dict[str, Any]]:
    areas = {field: one.area for field, one in named.items() if one.area and one.area.page == page.number}
    for seal, text, sure in page.seals:
        at = place_of(seal, areas)
        # A list names one organisation, in a line whose place is not known: wherever the seal stands, it is that one's.
        only = next(iter(named.values())) if len(named) == 1 else None
        name = named[at].name if at else only.name if only else ""
        yield {
            "page": page.number,
            **{side: round(getattr(seal, side), 4) for side in ("left", "top", "right", "bottom")},
            "shape": seal.shape,
            "confidence": seal.confidence,
            "at": at,
            "text": text,
            "text_confidence": round(sure, 3),
            "agrees": seal_agrees(text, name, sure) if name else None,
        }
