"""Which lines of a document name values without any table? 小区名称：春江花园, 建成时间__2014年__ 建筑面积__12.5万㎡__.

A line begins with a label; what follows without one goes on with the value before it, as far as that may be longer.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from parsers.documents.document import Document
from parsers.documents.tables import Cell, Labels, Match, Table
from parsers.kinds.cells import SEAL, trimmed
from parsers.kinds.form_cells import FOOT, is_date, is_organisation

_LONG_LINE, _HEADINGS = 0.9, 3
_NEW_LINE = "\n"
_LONGEST_REASON = 3_000
_NUMBERED = re.compile(r"^[\s_＿]*(?:[(（]?[\d一二三四五六七八九十]{1,3}[)）]?[、.．:：]?)?[\s_＿]*$")


@dataclass(frozen=True)
class Lines(Table):
    """The labels and values of lines as a table: a row of label, value, label, value for each line."""

    def place(self, cell: Cell) -> str:
        """Return where a value stands, for people."""
        return f"正文第{cell.row}段"


@dataclass(frozen=True)
class _Pair:
    field: str
    label: str
    raw: str


def lines_table(document: Document, labels: Labels) -> Lines | None:
    """Return the lines outside tables that name values as a table; None where there are none."""
    rows = _rows(document, labels)
    if not rows:
        return None
    made = (tuple(_cells(pairs, number)) for number, pairs in rows)
    return Lines(1, tuple(made))


def _cells(pairs: Iterable[_Pair], number: int) -> Iterator[Cell]:
    for at, pair in enumerate(pairs):
        yield Cell(pair.label, number, 2 * at + 1)
        yield Cell(pair.raw, number, 2 * at + 2)


def _rows(document: Document, labels: Labels) -> list[tuple[int, list[_Pair]]]:
    """Return (paragraph's number, its labels and values) of every line that begins with a label."""
    longest = max(map(_width, document.paragraphs), default=0)
    rows: list[tuple[int, list[_Pair]]] = []
    going_on, full = False, False
    for number, text in enumerate(document.paragraphs, start=1):
        wrapped = full and document.method == "pdf"
        pairs = _pairs(text, labels)
        if pairs:
            rows.append((number, pairs))
            going_on = True
        elif going_on and rows:
            last = rows[-1][1]
            going_on = _goes_on(last[-1], text, wrapped=wrapped)
            if going_on:
                last[-1] = replace(last[-1], raw=trimmed(f"{last[-1].raw}{'' if wrapped else _NEW_LINE}{text}"))
        full = _width(text) >= _LONG_LINE * longest
    return rows


def _width(text: str) -> float:
    return sum(0.55 if char.isascii() else 1.0 for char in text.strip())


def _goes_on(pair: _Pair, text: str, *, wrapped: bool) -> bool:
    """Tell whether a line without a label belongs to the value before it."""
    if pair.field in FOOT:
        return is_date(text) or bool(SEAL.search(text)) or is_organisation(text)
    if pair.field == "reason":
        return len(pair.raw) + len(text) <= _LONGEST_REASON
    return wrapped or not pair.raw


def _pairs(text: str, labels: Labels) -> list[_Pair]:
    """Return the labels of a line with their values; none where the line does not begin with a label."""
    matches = labels.matches(text) if labels.start_of(text) else []
    if not matches or not _NUMBERED.match(text[: matches[0].start]):
        return []
    kept = _kept(matches)
    ends = [*(match.start for match in kept[1:]), len(text)]
    pairs = [
        _Pair(one.field, text[one.start : one.end], trimmed(text[one.end : end]))
        for one, end in zip(kept, ends, strict=True)
    ]
    # Labels side by side with nothing between them head columns.
    return [] if len(pairs) >= _HEADINGS and not any(pair.raw for pair in pairs) else pairs


def _kept(matches: Sequence[Match]) -> list[Match]:
    """Return the labels among words that look like labels: with colons where the first has one, or is a reason."""
    first, *more = matches
    return [first, *(one for one in more if one.colon or not (first.colon or first.field == "reason"))]
