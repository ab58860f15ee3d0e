"""Answers what persons, form, list and material say of each field of a case, side by side, and which of them counts.

The one that counts is the one that exports give (`reports.case_view`): a person's word, else the form's, else the
list's. What a material states is never exported; it stands beside the others.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.campaign import Campaign
from config.naming import community_key
from reports.contradictions import disagreeing
from reports.facts.case_facts import FORM_KINDS, says_nothing
from reports.incoming import Cell
from reports.picture import CaseView

FORM, SCAN, LIST, MATERIAL = "form", "scan", "list", "material"
# Of which side a contradiction speaks; the applicant at a form's foot is a field of its own.
_LABELS = {"推荐表": FORM, "清单": LIST, "案例材料": MATERIAL}
# The head of a list speaks of the association, not of a case.
_OF_THE_LIST = ("submitter", "contact", "phone")
# What a person may correct beside what form and list ask for.
_CITY = {"city": "城市"}
_TEXTS = frozenset(
    ("company", "address", "fee", "applicant_contact", "recommender_contact", "reason", "applicant", "recommender")
) | {"remark", "number"}
_CELL = re.compile(r"表(\d+)第(\d+)行第(\d+)列")

Cells = Mapping[str, Cell]


@dataclass(frozen=True)
class Side:
    """Who says something of a field (form, scan, list, material), headed by what, and the row of its table.

    `row` holds (caption, cell) from left to right; empty where it stands in no table.
    """

    who: str
    caption: str
    cell: Cell
    row: tuple[tuple[str, Cell], ...] = ()


@dataclass(frozen=True)
class FieldSides:
    """A field of a case: the cell that counts (None where nobody says anything), who says what, who disagrees."""

    name: str
    caption: str
    counts: Cell | None
    sides: tuple[Side, ...]
    differing: frozenset[str] = frozenset()


def captions_of(campaign: Campaign) -> dict[str, str]:
    """Return the fields of a case by their names, in the order of annexes 3 and 4, and its city last."""
    form, listed = campaign.recommendation_form.captions, campaign.summary_list.captions
    more = {name: caption for name, caption in listed.items() if name not in form and name not in _OF_THE_LIST}
    return {**form, **more, **_CITY}


def case_fields(case: CaseView, campaign: Campaign) -> list[FieldSides]:
    """Return every field of a case."""
    sides = list(_every_side(case, campaign))
    papers = (case.form, case.rows[0].cells if case.rows else {})
    return [
        FieldSides(
            name,
            caption,
            _counting(name, case, papers, campaign),
            tuple(side for field, side in sides if field == name),
            _differing(name, case, sides, campaign),
        )
        for name, caption in captions_of(campaign).items()
    ]


def _differing(name: str, case: CaseView, sides: list[tuple[str, Side]], campaign: Campaign) -> frozenset[str]:
    if name != "community":
        return frozenset(_LABELS[one] for one in disagreeing(case, name, campaign) if one in _LABELS)
    if name in case.corrected:
        return frozenset()
    said = [side for field, side in sides if field == name and side.cell.value is not None]
    keys = {community_key(str(side.cell.value)) for side in said}
    return frozenset(side.who for side in said) if len(keys) > 1 else frozenset()


def _counting(name: str, case: CaseView, papers: tuple[Cells, ...], campaign: Campaign) -> Cell | None:
    """Return the cell that counts; where none can be read, the first that says something."""
    if name in case.corrected:
        return case.corrected[name]
    if name == "city":
        return Cell(case.city, case.city, "", None) if case.city else None
    cells = [one[name] for one in papers if name in one]
    said = [cell for cell in cells if not says_nothing(cell, campaign)]
    if name == "community":
        # What was filed to it under another name does not rename it.
        own = [cell for cell in said if community_key(str(cell.value)) == community_key(case.community)]
        return own[0] if own else Cell(case.community, case.community, "", None)
    readable = [] if name in _TEXTS else [cell for cell in cells if cell.value is not None]
    return next(iter(readable or said), None)


def _every_side(case: CaseView, campaign: Campaign) -> Iterator[tuple[str, Side]]:
    """Yield (field, side) for all that the papers say."""
    form, listed = campaign.recommendation_form.captions, campaign.summary_list.captions
    yield from _of_table(FORM, case.form, form)
    for file in reversed(case.forms):
        if file.kind in FORM_KINDS and file.facts.get("fields") and not _is_source(case.form, file.id):
            cells = {name: Cell.of(value, file) for name, value in file.facts["fields"].items()}
            yield from _of_table(SCAN, cells, form)
            # The newest of the others is enough.
            break
    if case.rows:
        yield from _of_table(LIST, case.rows[0].cells, listed)
    material = case.material
    if material is not None and len(material.case_ids) == 1:
        for name, stated in material.facts.get("stated", {}).items():
            yield name, Side(MATERIAL, form.get(name, ""), Cell.of(stated, material))


def _is_source(cells: Cells, file_id: int) -> bool:
    return any(cell.file is not None and cell.file.id == file_id for cell in cells.values())


def _of_table(who: str, cells: Cells, captions: Mapping[str, str]) -> Iterator[tuple[str, Side]]:
    rows: dict[tuple[str, ...], list[tuple[int, str, Cell]]] = {}
    places = {name: _CELL.search(cell.place) for name, cell in cells.items()}
    for name, cell in cells.items():
        if (place := places[name]) and name in captions:
            rows.setdefault(place.groups()[:2], []).append((int(place[3]), captions[name], cell))
    for name, cell in cells.items():
        place = places[name]
        beside = sorted(rows.get(place.groups()[:2], ()), key=lambda one: one[0]) if place else ()
        yield name, Side(who, captions.get(name, ""), cell, tuple((caption, one) for _, caption, one in beside))
