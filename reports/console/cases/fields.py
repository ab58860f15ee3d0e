"""The fields of a case in words: what counts, how it is understood, and beside it what each paper says and where.

Every value is shown as it was written; what the program understood by it stands beside, where that reads otherwise.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.campaign import Campaign
from config.likeness import SURE
from reports.console.board import file_key
from reports.incoming import Cell
from reports.picture import CaseView
from reports.rulings import Rulings
from reports.sides import FORM, LIST, MATERIAL, SCAN, FieldSides, Side, case_fields
from store.decisions import Decided

# The sides in the order of the columns; a scan stands below the Word form that it is of.
COLUMNS = {FORM: "推荐表", LIST: "清单", MATERIAL: "案例材料"}
_COLUMN_OF = {SCAN: FORM}
_INFERRED = {"community": "归档时的名称", "city": "由清单、推荐单位和来信推断"}
# Fields that are written in more than a line.
_PROSE = ("reason", "remark", "address")
_ONE_LINE = 60
# A person does not type over more than this, and no more of two texts is compared.
LONGEST, _COMPARED = 2_000, 1_000
_NOT_CORRECTED = ("number",)
_FIGURES, _DATE = re.compile("[0-9]+"), re.compile(r"\d{4}(?:-\d\d){0,2}")


@dataclass(frozen=True)
class Said:
    """What one paper says of a field, as it is shown."""

    who: str
    caption: str
    raw: str
    read: str
    place: str
    sure: str
    doubtful: bool
    file: str
    name: str
    counts: bool
    differs: bool
    crop: bool
    row: Sequence[tuple[str, str, bool]] = ()


@dataclass(frozen=True)
class Shown:
    """A field as it is shown: the value that counts, its sides by their columns, and what a person made of it."""

    name: str
    caption: str
    raw: str
    read: str
    unreadable: bool
    inferred: str
    sides: Mapping[str, Sequence[Said]]
    differs: bool
    verify: str
    decided: Decided | None
    correctable: bool
    prose: bool

    @property
    def typed(self) -> str:
        """What stands in the box in which a person types; nothing where it is too long to be typed over."""
        return self.raw if len(self.raw) <= LONGEST else ""


def fields_shown(case: CaseView, rulings: Rulings, campaign: Campaign) -> list[Shown]:
    """Return all fields of a case as a page shows them."""
    decided = rulings.values_of(case.name)
    return [_shown(one, decided.get(one.name), campaign) for one in case_fields(case, campaign)]


def _shown(field: FieldSides, decided: Decided | None, campaign: Campaign) -> Shown:
    sides: dict[str, list[Said]] = {column: [] for column in COLUMNS}
    for side in field.sides:
        said = _said(field, side, campaign)
        sides[_COLUMN_OF.get(side.who, side.who)].append(said)
    counts = field.counts
    return Shown(
        name=field.name,
        caption=field.caption,
        raw=counts.raw.strip() if counts else "",
        read=read_as(field.name, counts, campaign) if counts else "",
        unreadable=counts is not None and counts.value is None,
        inferred=_INFERRED.get(field.name, "") if counts and counts.file is None and not decided else "",
        sides=sides,
        differs=bool(field.differing),
        verify=_sure(counts) if counts and counts.is_scanned else "",
        decided=decided,
        correctable=field.name not in _NOT_CORRECTED,
        prose=field.name in _PROSE or (counts is not None and len(counts.raw) > _ONE_LINE),
    )


def _said(field: FieldSides, side: Side, campaign: Campaign) -> Said:
    cell = side.cell
    return Said(
        who="推荐表扫描件" if side.who == SCAN else "",
        caption=side.caption or field.caption,
        raw=cell.raw.strip(),
        read=read_as(field.name, cell, campaign),
        place=_place(cell),
        sure=_sure(cell),
        doubtful=cell.is_scanned or cell.confidence < SURE,
        file=file_key(cell.file) if cell.file else "",
        name=cell.file.name if cell.file else "",
        counts=cell is field.counts,
        differs=side.who in field.differing,
        # What stood on a page has a place there that can be shown.
        crop=cell.page is not None and side.who != MATERIAL,
        row=tuple((caption, one.raw.strip(), one is cell) for caption, one in side.row),
    )


def _place(cell: Cell) -> str:
    pages = cell.file.facts.get("pages", 1) if cell.file else 1
    return f"第{cell.page}页{cell.place}" if cell.page and pages != 1 else cell.place


def _sure(cell: Cell) -> str:
    """Return how sure the reading is, in words; nothing where it is the document's own text."""
    if cell.is_scanned:
        return "扫描识别，把握不大，待核" if cell.is_doubtful else "扫描识别，待核"
    return "把握不大，待核" if cell.confidence < SURE else ""


def read_as(name: str, cell: Cell, campaign: Campaign) -> str:
    """Return what a value is understood as; nothing where that is what is written there, or nothing."""
    if cell.value is None:
        return ""
    said = _WORDS[name](cell.value, campaign) if name in _WORDS else str(cell.value)
    return "" if _same(said, cell.raw) else said


def _same(said: str, raw: str) -> bool:
    """Tell whether what is understood is what is written: the same text, or the same figures of a date or a phone."""
    if _squeezed(said) == _squeezed(raw):
        return True
    figures = [[int(one) for one in _FIGURES.findall(text[:_COMPARED])] for text in (said, raw)]
    is_date = _DATE.fullmatch(said) is not None
    return (is_date and figures[0] == figures[1]) or (
        said.isdecimal() and said == "".join(_FIGURES.findall(raw[:_COMPARED]))
    )


def _squeezed(text: str) -> str:
    """Return a text without its spaces; of a huge one the beginning tells it from others."""
    return "".join(text[:_COMPARED].split())


def _area(value: Any, _campaign: Campaign) -> str:  # noqa: ANN401 (a JSON value)
    return f"{value:,.10g} ㎡" if isinstance(value, int | float) else str(value)


def _rate(value: Any, _campaign: Campaign) -> str:  # noqa: ANN401 (a JSON value)
    return f"{value * 100:.4g}%" if isinstance(value, int | float) else str(value)


def _fee(value: Any, _campaign: Campaign) -> str:  # noqa: ANN401 (a JSON value)
    prices = [f"{one:g}" for one in value if isinstance(one, int | float)] if isinstance(value, list | tuple) else []
    return f"{'–'.join(dict.fromkeys(prices))} 元/㎡·月" if prices else ""


def _type(value: Any, campaign: Campaign) -> str:  # noqa: ANN401 (a JSON value)
    return campaign.type_labels.get(str(value), str(value))


_WORDS: Mapping[str, Callable[[Any, Campaign], str]] = {
    "floor_area": _area,
    "collection_rate": _rate,
    "fee": _fee,
    "project_type": _type,
}
