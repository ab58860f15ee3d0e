"""What does a summary list (汇总清单, 附件4) say? Who submitted it, and one row for each recommended case.

Facts: `title` (text, may be empty); `submitter`, `contact`, `phone` (a value or None); `rows`, each field -> value for
number, community, company, delivered (ISO), project_type, recommender, remark, city, as far as the list has the column;
`columns`, field -> the heading it goes by. Templates drift: columns move, lists go on in a second table.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from config.campaign import Campaign
from parsers.base import Found, Value
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Labels, Table, distinct, labels_of
from parsers.kinds import list_head
from parsers.kinds.cells import fact, is_ditto, says_nothing, value_of
from parsers.kinds.list_choices import FIELD, choices_of, chosen
from parsers.kinds.list_columns import CORE, Columns, Header, Strip, find_header, joined
from parsers.kinds.list_looks import titled_looks
from parsers.kinds.list_pages import columns_of
from parsers.kinds.list_rows import is_aside

# The words that a title of ours has and another campaign's has not.
_OWN_WORDS = ("案例", "好服务")
# What is written about cases by those who judge them, or says that somebody will come.
_OF_JUDGES = re.compile("未通过|未入选|落选|退回|回执|打分|评分|评审表|签到")
# Lists about cases (初审意见汇总表) name company and recommender too; few of ours go without both other columns.
_LEAST_UNDER_OTHER_TITLE = 3
# A list whose columns only positions tell: with fewer rows that read as cases, a person looks (filing_threshold).
_LEAST_WHOLE, _UNSURE = 0.6, 0.55
# How sure a page is that has no title and no header.
_FURTHER = 0.8

Row = dict[str, Value]


@dataclass
class _Reading:
    """A list as it comes together row by row; `rows` are kept by strip, for the right half goes on after the left."""

    strips: tuple[Strip, ...] = ()
    width: int = 0
    captions: dict[str, str] = field(default_factory=dict)
    rows: dict[int, list[Row]] = field(default_factory=dict)
    outside: list[tuple[Table, Sequence[Cell]]] = field(default_factory=list)

    @property
    def columns(self) -> Columns:
        """The columns of the first strip; none before a header was seen."""
        return self.strips[0].columns if self.strips else {}

    @property
    def all_rows(self) -> list[Row]:
        """The rows of all strips, the left ones first."""
        return [row for _, rows in sorted(self.rows.items()) for row in rows]


class SummaryList:
    """Reads the summary list of annex 4 from a Word document."""

    kind = "summary_list"
    version = 4

    def read(self, document: Document, campaign: Campaign) -> tuple[Found, ...]:
        """Return the list, at most one a document (one that goes on in further tables is one list)."""
        reading = _reading_of(document, campaign)
        if reading.columns:
            return _found(document, reading, campaign)
        reading = _reading_of(document.aligned, campaign)
        if reading.columns:
            return tuple(_as_sure(one, reading) for one in _found(document.aligned, reading, campaign))
        if list_head.title_lines(_title_candidates(document, reading), campaign)[0] is None:
            return ()
        looks = ((look, _reading_of(look, campaign)) for look in titled_looks(document, campaign))
        return next((_found(look, reading, campaign) for look, reading in looks if reading.columns), ())


def further_page(document: Document, campaign: Campaign) -> tuple[Found, ...]:
    """Return the rows of a list that began on another picture: tables whose columns say themselves what they are."""
    reading, labels = _Reading(), labels_of(campaign.summary_list.labels)
    for table in document.tables:
        if not table.nested and (columns := columns_of(table, campaign)):
            for number in range(1, len(table.rows) + 1):
                _read_row(table, number, (Strip(columns),), reading, labels, campaign)
    if not any(_reads_as_case(row) for row in reading.all_rows):
        return ()
    head = list_head.list_head(document, reading.outside, campaign)
    return (Found(SummaryList.kind, _FURTHER, _facts("", head, reading, document.method)),)


def _as_sure(found: Found, reading: _Reading) -> Found:
    """Return a list without ruled columns, left to a person where many of its rows do not read as cases."""
    whole = [row for row in reading.all_rows if _reads_as_case(row)]
    unsure = len(whole) < _LEAST_WHOLE * len(reading.all_rows)
    return replace(found, confidence=min(found.confidence, _UNSURE)) if unsure else found


def _reads_as_case(row: Row) -> bool:
    said = [name for name in CORE if name in row and row[name].value is not None]
    named = "community" in row and row["community"].value is not None
    return named and len(said) >= min(_LEAST_UNDER_OTHER_TITLE, sum(name in row for name in CORE))


def _reading_of(document: Document, campaign: Campaign) -> _Reading:
    labels = labels_of(campaign.summary_list.labels)
    reading = _Reading()
    for table in document.tables:
        _read_table(table, reading, labels, campaign)
    return reading


def _found(document: Document, reading: _Reading, campaign: Campaign) -> tuple[Found, ...]:
    head = list_head.list_head(document, reading.outside, campaign)
    own, other = list_head.title_lines(_title_candidates(document, reading), campaign)
    confidence = _confidence(reading.columns, own, other, campaign)
    if confidence == 0 or not (reading.all_rows or any(value.value for value in head.values())):
        return ()
    return (Found(SummaryList.kind, confidence, _facts(own or other or "", head, reading, document.method)),)


def _facts(title: str, head: dict[str, Value], reading: _Reading, method: str) -> dict[str, Any]:
    return {
        "title": title,
        **{name: fact(head.get(name), method) for name in list_head.FIELDS},
        "rows": [{name: fact(value, method) for name, value in row.items()} for row in reading.all_rows],
        "columns": reading.captions,
    }


def _confidence(columns: Columns, own: str | None, other: str | None, campaign: Campaign) -> float:
    """Return how sure it is that this is our list: its columns say most, a title of another list speaks against it."""
    core = sum(name in columns for name in CORE)
    if own:
        return 0.98 if core == len(CORE) else 0.9
    if other and (list_head.names_another_campaign(other, campaign) or _OF_JUDGES.search(other)):
        return 0
    if other and not any(word in other for word in _OWN_WORDS):
        return 0.6 if core == len(CORE) else 0
    if other and core < _LEAST_UNDER_OTHER_TITLE:
        return 0
    return (0.9 if core == len(CORE) else 0.7) if "recommender" in columns else 0


def _title_candidates(document: Document, reading: _Reading) -> Iterator[str]:
    yield from document.paragraphs
    for _, row in reading.outside:
        yield from (cell.text for cell in distinct(row))


def _read_table(table: Table, reading: _Reading, labels: Labels, campaign: Campaign) -> None:
    """Add a table's rows: those under a header are cases, those above it and notes are kept aside."""
    strips = reading.strips if _goes_on(table, reading, campaign) else ()
    header_row: Sequence[Cell] = ()
    done = 0
    for number, row in enumerate(table.rows, start=1):
        if number <= done:
            continue
        header = find_header(table, number, labels)
        if header:
            strips = joined(strips, header.strips) if _shares(row, header_row) else header.strips
            header_row, done = table.rows[number + header.height - 2], number + header.height - 1
            strips, more = _with_choices(strips, table, done, campaign)
            done += more
            _note_columns(strips, header, len(row), reading)
        elif strips:
            _read_row(table, number, strips, reading, labels, campaign)
        else:
            reading.outside.append((table, row))


def _with_choices(
    strips: tuple[Strip, ...], table: Table, number: int, campaign: Campaign
) -> tuple[tuple[Strip, ...], int]:
    """Return a list's only strip with its columns to tick, and how many rows more the header has for them."""
    choices, more = choices_of(table, number, campaign) if len(strips) == 1 else ({}, 0)
    if not choices:
        return strips, 0
    columns = {FIELD: min(choices), **strips[0].columns}
    return (replace(strips[0], columns=columns, choices=choices),), more


def _note_columns(strips: tuple[Strip, ...], header: Header, width: int, reading: _Reading) -> None:
    reading.strips, reading.width = strips, width
    reading.captions = {**header.captions, **reading.captions}


def _read_row(
    table: Table, number: int, strips: Sequence[Strip], reading: _Reading, labels: Labels, campaign: Campaign
) -> None:
    """Add a row under the header: each strip's part of it is a case, or is kept aside."""
    for index, strip in enumerate(strips):
        row = strip.aligned(table.rows[number - 1])
        part = strip.of(row)
        if is_aside(part, row, strip.columns, labels, campaign):
            reading.outside.append((table, part))
        else:
            _add_case(table, number, row, strip, reading.rows.setdefault(index, []), campaign)


def _shares(row: Sequence[Cell], other: Sequence[Cell]) -> bool:
    """Tell whether cells of another row reach into this one: a header of two rows."""
    return any(one is two for one, two in zip(row, other, strict=False))


def _goes_on(table: Table, reading: _Reading, campaign: Campaign) -> bool:
    """Tell whether a table without header continues the list: as wide, and its cells read as the columns should."""
    if not reading.columns or table.nested or not table.rows or len(table.rows[0]) != reading.width:
        return False
    checks = [name for name in ("delivered", "project_type") if name in reading.columns]
    for row in table.rows:
        for name in checks:
            if reading.columns[name] < len(row):
                cell = row[reading.columns[name]]
                if value_of(name, cell.text, "", campaign).value is not None:
                    return True
    return False


def _add_case(
    table: Table, number: int, row: Sequence[Cell], strip: Strip, rows: list[Row], campaign: Campaign
) -> None:
    """Add a row as a case; blank and dotted ones are dropped, a second row of the same case fills its blanks."""
    cells = {name: row[column] for name, column in strip.columns.items() if column < len(row)}
    if strip.choices:
        cells[FIELD] = chosen(row, strip.choices) or replace(cells[FIELD], text="")
    said = {name for name, cell in cells.items() if name != "number" and not _is_silent(cell.text, campaign)}
    if not said:
        return
    above = rows[-1] if rows else {}
    community = cells.get("community")
    values = {name: _value(name, cell, table, number, above, campaign) for name, cell in cells.items()}
    if community and community.row < number and community.text.strip() and above:
        _fill_blanks(above, values)
        return
    rows.append(values)


def _is_silent(text: str, campaign: Campaign) -> bool:
    return says_nothing(text, campaign) and not is_ditto(text)


def _fill_blanks(above: Row, values: Row) -> None:
    for name, value in values.items():
        if name in above and not above[name].raw.strip():
            above[name] = value


def _value(name: str, cell: Cell, table: Table, number: int, above: Row, campaign: Campaign) -> Value:
    """Return a cell's value; 同上 has the value above it, a merged cell says that it reaches down from another row."""
    place = table.place(cell)
    if cell.row < number:
        place = f"表{table.index}第{number}行第{cell.col}列（与第{cell.row}行合并）"
    if is_ditto(cell.text) and name in above:
        taken = above[name]
        origin = f"{place}（同上，取自{taken.place}）"
        return Value(cell.text.strip(), taken.value, origin, "ditto", min(0.9, cell.confidence), cell.area)
    value = value_of(name, cell.text, place, campaign, cell.confidence)
    return replace(value, raw=" ".join(value.raw.split()), area=cell.area)
