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
from parsers.kinds import list_head
from parsers.kinds.cells import fact, is_ditto, says_nothing, value_of
from parsers.office import Document
from parsers.tables import Cell, Labels, Table, distinct, key

_CORE = ("company", "delivered", "project_type", "recommender")
# A heading with one of these is about something else than the label in it.
_ANOTHER_THING = re.compile("联系人|电话|手机|负责人|地址|面积|数量|人数|金额|意见|编码|代码|性别|职务")
# Columns that none but other lists have: people, goods, money.
_FOREIGN = frozenset(
    ("姓名", "性别", "职务", "身份证号", "身份证号码", "数量", "单价", "金额", "规格", "型号", "签名", "签到")
)
_TOTAL = re.compile(r"^(?:合计|总计|共计|小计|总数)")
_NOTE = re.compile(r"^(?:说明|注|备注|填表说明|填报说明)\s*\d?\s*[:：]")
# The words that a title of ours has and another campaign's has not.
_OWN_WORDS = ("案例", "好服务")

Columns = dict[str, int]


@dataclass
class _Reading:
    """A list as it comes together row by row."""

    columns: Columns = field(default_factory=dict)
    width: int = 0
    captions: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Value]] = field(default_factory=list)
    outside: list[tuple[Table, Sequence[Cell]]] = field(default_factory=list)


class SummaryList:
    """Reads the summary list of annex 4 from a Word document."""

    kind = "summary_list"
    version = 1

    def read(self, document: Document, campaign: Campaign) -> tuple[Found, ...]:
        """Return the list, at most one a document (one that goes on in further tables is one list)."""
        labels = Labels(campaign.summary_list.labels)
        reading = _Reading()
        for table in document.tables:
            _read_table(table, reading, labels, campaign)
        if not reading.columns:
            return ()
        head = list_head.list_head(document, reading.outside, campaign)
        own, other = list_head.title_lines(_title_candidates(document, reading), campaign)
        confidence = _confidence(reading.columns, own, other)
        if confidence == 0 or not (reading.rows or any(value.value for value in head.values())):
            return ()
        return (Found(self.kind, confidence, _facts(own or other or "", head, reading)),)


def _facts(title: str, head: dict[str, Value], reading: _Reading) -> dict[str, Any]:
    return {
        "title": title,
        **{name: fact(head.get(name)) for name in list_head.FIELDS},
        "rows": [{name: fact(value) for name, value in row.items()} for row in reading.rows],
        "columns": reading.captions,
    }


def _confidence(columns: Columns, own: str | None, other: str | None) -> float:
    """Return how sure it is that this is our list: its columns say most, a title of another list speaks against it."""
    core = sum(name in columns for name in _CORE)
    if own:
        return 0.98 if core == len(_CORE) else 0.9
    if other and not any(word in other for word in _OWN_WORDS):
        return 0.6 if core == len(_CORE) else 0
    return (0.9 if core == len(_CORE) else 0.7) if "recommender" in columns else 0


def _title_candidates(document: Document, reading: _Reading) -> Iterator[str]:
    yield from document.paragraphs
    for _, row in reading.outside:
        yield from (cell.text for cell in distinct(row))


def _read_table(table: Table, reading: _Reading, labels: Labels, campaign: Campaign) -> None:
    """Add a table's rows: those under a header are cases, those above it and notes are kept aside."""
    columns = reading.columns if _goes_on(table, reading, campaign) else {}
    header: Sequence[Cell] = ()
    for number, row in enumerate(table.rows, start=1):
        found = header_columns(row, labels)
        if found:
            columns = {**columns, **found} if _shares(row, header) else found
            header = row
            _note_columns(columns, row, reading)
        elif not columns or _is_aside(row, labels):
            reading.outside.append((table, row))
        else:
            _add_case(table, number, columns, reading, campaign)


def _note_columns(columns: Columns, row: Sequence[Cell], reading: _Reading) -> None:
    reading.columns, reading.width = columns, len(row)
    for name, column in columns.items():
        reading.captions.setdefault(name, "".join(row[column].text.split()))


def header_columns(row: Sequence[Cell], labels: Labels) -> Columns | None:
    """Return field -> grid column where a row is the list's header: the community and two more of its columns."""
    if any(key(cell.text) in _FOREIGN for cell in row):
        return None
    columns: Columns = {}
    for column, cell in enumerate(row):
        name = labels.field_of(cell.text)
        if name and name not in list_head.FIELDS:
            columns.setdefault(name, column)
    taken = {row[column].origin for column in columns.values()}
    for column, cell in enumerate(row):
        name = labels.similar(cell.text)
        if cell.origin not in taken and name in ("community", *_CORE) and not _ANOTHER_THING.search(cell.text):
            columns.setdefault(name, column)
    enough = "community" in columns and sum(name in columns for name in _CORE) >= 2  # noqa: PLR2004
    return columns if enough else None


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


def _is_aside(row: Sequence[Cell], labels: Labels) -> bool:
    """Tell whether a row under the header is no case: a note across the table, a contact line, a total."""
    texts = [cell.text.strip() for cell in distinct(row) if cell.text.strip()]
    if not texts:
        return False
    across = len(distinct(row)) == 1 and len(row) > 1
    first_words = any(_TOTAL.match("".join(text.split())) for text in texts[:2]) or bool(_NOTE.match(texts[0]))
    return across or first_words or list_head.is_head_row(row, labels)


def _add_case(table: Table, number: int, columns: Columns, reading: _Reading, campaign: Campaign) -> None:
    """Add a row as a case; blank and dotted ones are dropped, a second row of the same case fills its blanks."""
    row = table.rows[number - 1]
    cells = {name: row[column] for name, column in columns.items() if column < len(row)}
    said = {name for name, cell in cells.items() if name != "number" and not _is_silent(cell.text, campaign)}
    if not said:
        return
    above = reading.rows[-1] if reading.rows else {}
    community = cells.get("community")
    values = {name: _value(name, cell, table, number, above, campaign) for name, cell in cells.items()}
    if community and community.row < number and community.text.strip() and above:
        _fill_blanks(above, values)
        return
    reading.rows.append(values)


def _is_silent(text: str, campaign: Campaign) -> bool:
    return says_nothing(text, campaign) and not is_ditto(text)


def _fill_blanks(above: dict[str, Value], values: dict[str, Value]) -> None:
    for name, value in values.items():
        if name in above and not above[name].raw.strip():
            above[name] = value


def _value(name: str, cell: Cell, table: Table, number: int, above: dict[str, Value], campaign: Campaign) -> Value:
    """Return a cell's value; 同上 has the value above it, a merged cell says that it reaches down from another row."""
    place = table.place(cell)
    if cell.row < number:
        place = f"表{table.index}第{number}行第{cell.col}列（与第{cell.row}行合并）"
    if is_ditto(cell.text) and name in above:
        taken = above[name]
        return Value(cell.text.strip(), taken.value, f"{place}（同上，取自{taken.place}）", "ditto", 0.9)
    value = value_of(name, cell.text, place, campaign)
    return replace(value, raw=" ".join(value.raw.split()))
