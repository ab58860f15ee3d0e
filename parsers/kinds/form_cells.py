"""Which cell of a form is the value of which label? Labels stand left of their value, above it, or in the same cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parsers.kinds.cells import SEAL, trimmed, without_seal
from parsers.tables import Cell, Labels, Match, Table, distinct, fresh

_DIGIT = "[0-9０-９〇零○ＯOo一二三四五六七八九十廿]"
# A date at the foot of a form: 2026年6月1日, 2026.6.1, 二〇二六年六月一日, with or without spaces.
_DATE = re.compile(
    rf"(?:{_DIGIT}\s*){{2,4}}年\s*(?:(?:{_DIGIT}\s*){{1,3}}月\s*(?:(?:{_DIGIT}\s*){{1,3}}[日号])?)?"
    r"|(?:19|20)\d{2}\s*[./\-]\s*\d{1,2}(?:\s*[./\-]\s*\d{1,2})?"
)
# What an unfilled date leaves: 年 月 日, also where only the year was printed.
_UNFILLED = re.compile(rf"(?:{_DIGIT}\s*){{0,4}}年\s*(?:{_DIGIT}\s*){{0,3}}月\s*(?:{_DIGIT}\s*){{0,3}}日")
_DATE_LABEL = re.compile(r"(?:日\s*期|时\s*间|签章日期|盖章日期)\s*[:：]\s*")
_NO_MONTH = re.compile(r"年\s*月")
_NO_DAY = re.compile(r"月\s*日")
# Longer texts are values that happen to begin with a label's word; only a reason is this long with its label in it.
_LONG_CELL = 200
FOOT = ("applicant", "recommender")


@dataclass(frozen=True)
class Entry:
    """A label with what stands beside it: `row` tells pairs apart, `group` is the text of the cell before."""

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
    """Return the cell that holds a label's value: right of it, else below it; None where both are labels."""
    if at + 1 < len(cells) and not _is_label(cells[at + 1], labels):
        return cells[at + 1]
    if number == len(table.rows):
        return None
    below = table.rows[number]
    column = cells[at].col - 1
    if column >= len(below) or below[column].origin == cells[at].origin or any(_is_label(one, labels) for one in below):
        return None
    return below[column]


def _is_label(cell: Cell, labels: Labels) -> bool:
    return labels.field_of(cell.text) is not None or bool(_inside(cell, labels))


def _inside(cell: Cell, labels: Labels) -> list[tuple[str, str]]:
    """Return (field, raw) of the labels that stand with their values in one cell; the first begins the cell.

    Further ones need a colon: a word that only looks like a label belongs to the value before it.
    """
    text = cell.text
    matches = labels.matches(text)
    first = matches[0] if matches and not trimmed(text[: matches[0].start]) else _foot_label(text, labels)
    if first is None or (len(text) > _LONG_CELL and first.field != "reason"):
        return []
    kept = [first, *(match for match in matches if match.colon and match.start > first.start)]
    ends = [match.start for match in kept[1:]] + [len(text)]
    return [(match.field, trimmed(text[match.end : end])) for match, end in zip(kept, ends, strict=True)]


def _foot_label(text: str, labels: Labels) -> Match | None:
    """Return the label that a foot cell begins with, where the name follows it without a space."""
    found = labels.start_of(text)
    stamped = found is not None and found.field in FOOT and (_UNFILLED.search(text) or SEAL.search(text))
    return found if stamped else None


def split_foot(raw: str) -> tuple[str, str | None]:
    """Return (name, date) of a foot cell such as “XX公司（盖章） 2026年6月1日”; date None where there is none.

    An unfilled date is given as it stands (年月日): it is no date, but its line is there.
    """
    blank = _UNFILLED.search(raw)
    dates = list(_DATE.finditer(raw))
    match = blank or (dates[-1] if dates else None)
    if match is None:
        return _name(raw), None
    return _name(raw[: match.start()] + " " + raw[match.end() :]), "".join(match[0].split())


def signed_text(date: str) -> str:
    """Return what a foot's date says: nothing where the month is unfilled (2026年月日), the month where the day is."""
    return "" if _NO_MONTH.search(date) else _NO_DAY.sub("月", date)


def _name(raw: str) -> str:
    return " ".join(without_seal(_DATE_LABEL.sub(" ", raw)).split())
