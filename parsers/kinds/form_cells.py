"""Which cell of a form is the value of which label? Labels stand left of their value, above it, or in the same cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parsers.kinds.cells import trimmed, without_seal
from parsers.tables import Cell, Labels, Table, distinct, fresh

_DIGIT = "[0-9０-９〇零○ＯOo一二三四五六七八九十廿]"
# A date at the foot of a form: 2026年6月1日, 2026.6.1, 二〇二六年六月一日, with or without spaces.
_DATE = re.compile(
    rf"(?:{_DIGIT}\s*){{2,4}}年\s*(?:(?:{_DIGIT}\s*){{1,3}}月\s*(?:(?:{_DIGIT}\s*){{1,3}}[日号])?)?"
    r"|(?:19|20)\d{2}\s*[./\-]\s*\d{1,2}(?:\s*[./\-]\s*\d{1,2})?"
)
# What an unfilled date leaves: 年 月 日, also where only the year was printed.
_UNFILLED = re.compile(rf"(?:{_DIGIT}\s*){{0,4}}年\s*(?:{_DIGIT}\s*){{0,3}}月\s*(?:{_DIGIT}\s*){{0,3}}日")
_DATE_LABEL = re.compile(r"(?:日\s*期|时\s*间|签章日期|盖章日期)\s*[:：]\s*")
_LONG_LABEL = 30


@dataclass(frozen=True)
class Entry:
    """A label with what stands beside it: field, raw text, place; `row` tells pairs apart, `group` is the cell before."""

    field: str
    raw: str
    place: str
    row: tuple[int, int]
    group: str

    def named(self, field: str) -> "Entry":
        """Return the same entry under the field that it turned out to be."""
        return replace(self, field=field)


def entries(table: Table, labels: Labels) -> Iterator[Entry]:
    """Yield the labels of a form's table with their values, in reading order; each cell is read once."""
    seen: set[tuple[int, int]] = set()
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows, start=1):
        cells = distinct(row)
        new = {cell.origin for cell in fresh(row, seen)}
        for at, cell in enumerate(cells):
            if cell.origin not in new or cell.origin in taken or cell.holds_tables:
                continue
            group = cells[at - 1].text if at else ""
            if field := labels.field_of(cell.text):
                value = _value_cell(table, number, cells, at, labels)
                taken.update([value.origin] if value else [])
                place = table.place(value or cell)
                yield Entry(field, value.text if value else "", place, (table.index, number), group)
            else:
                for inner in _inside(cell, labels):
                    yield Entry(*inner, table.place(cell), (table.index, number), group)


def _value_cell(table: Table, number: int, cells: Sequence[Cell], at: int, labels: Labels) -> Cell | None:
    """Return the cell that holds a label's value: the next one in the row, else the one below; None where both are labels."""
    if at + 1 < len(cells):
        right = cells[at + 1]
        return None if _is_label(right, labels) else right
    if number < len(table.rows):
        below = distinct(table.rows[number])
        # A label across the whole width has its value in a row of its own.
        if len(cells) == 1 and len(below) == 1 and below[0].origin != cells[at].origin:
            return None if _is_label(below[0], labels) else below[0]
    return None


def _is_label(cell: Cell, labels: Labels) -> bool:
    return labels.field_of(cell.text) is not None or bool(_inside(cell, labels))


def _inside(cell: Cell, labels: Labels) -> list[tuple[str, str]]:
    """Return (field, raw) of labels that stand with their values in one cell; the first begins the cell.

    Without a colon only a label at the cell's start counts: the name of a company may hold the word of a label.
    """
    pairs = labels.pairs(cell.text)
    start = trimmed(cell.text)
    if not pairs or not start or labels.pairs(start[:_LONG_LABEL])[:1] == []:
        return []
    if not _begins_with_label(start, labels):
        return []
    first, *others = pairs
    kept = [first]
    for pair in others:
        if pair[2]:
            kept.append(pair)
        else:
            # A word that only looks like a label belongs to the value before it.
            kept[-1] = (kept[-1][0], cell.text[cell.text.find(kept[-1][1]) :], kept[-1][2])
    return [(field, trimmed(raw)) for field, raw, _ in kept]


def _begins_with_label(text: str, labels: Labels) -> bool:
    return labels.begins(text)


def split_foot(raw: str) -> tuple[str, str | None]:
    """Return (name, date) of a foot cell such as “XX公司（盖章） 2026年6月1日”; date None where none is printed.

    An unfilled or half-filled date is given as it stands: it is no date, but its line is there.
    """
    dates = list(_DATE.finditer(raw))
    blank = _UNFILLED.search(raw)
    if dates and not (blank and blank.start() <= dates[-1].start() and _is_half_filled(blank[0])):
        match = dates[-1]
    else:
        match = blank
    if match is None:
        return _name(raw), None
    return _name(raw[: match.start()] + " " + raw[match.end() :]), "".join(match[0].split())


def _is_half_filled(date: str) -> bool:
    return re.search(r"年\s*月|月\s*日", date) is not None


def _name(raw: str) -> str:
    return " ".join(without_seal(_DATE_LABEL.sub(" ", raw)).split())
