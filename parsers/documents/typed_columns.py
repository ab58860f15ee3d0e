"""How do lines typed with tabs or spaces become a table? Rows of as many parts as the first of them has.

It is the second look at a document, for lists that somebody typed without a table.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from parsers.documents.tables import Cell, Table

# A list has at least so many columns.
_LEAST_PARTS = 4
# Nobody types longer headings.
_LONGEST_LINE = 400
_TABS = re.compile(r"[ 　]*\t[ 　]*")
_GAPS = re.compile(r"[ 　\t]*\t[ 　\t]*|[ 　]{2,}|　")

Parts = list[str]


def with_typed_tables(blocks: Sequence[str | Table]) -> tuple[str | Table, ...]:
    """Return blocks in which lines that follow each other with the same number of parts have become tables."""
    made: list[str | Table] = []
    index = sum(isinstance(block, Table) for block in blocks)
    at = 0
    while at < len(blocks):
        rows = _rows(blocks, at)
        if len(rows) > 1:
            index += 1
            made.append(_table(rows, index))
            at += len(rows)
        else:
            made.append(blocks[at])
            at += 1
    return tuple(made)


def _rows(blocks: Sequence[str | Table], at: int) -> list[Parts]:
    """Return the rows that begin with a block; fewer than two where it begins no table."""
    first = blocks[at]
    if not isinstance(first, str) or len(first) > _LONGEST_LINE:
        return []
    by = _TABS if len(_TABS.split(first.strip())) >= _LEAST_PARTS else _GAPS
    head = by.split(first.strip())
    if len(head) < _LEAST_PARTS or not all(head):
        return []
    rows = [head]
    for block in islice(blocks, at + 1, None):
        parts = by.split(block.strip("\n 　")) if isinstance(block, str) else []
        # The last cells of a row may be blank.
        if not len(head) // 2 < len(parts) <= len(head):
            break
        rows.append(parts)
    return rows


def _table(rows: Iterable[Parts], index: int) -> Table:
    made = list(rows)
    width = len(made[0])
    return Table(index, tuple(_cells([*row, *[""] * (width - len(row))], number) for number, row in enumerate(made, 1)))


def _cells(row: Parts, number: int) -> tuple[Cell, ...]:
    return tuple(Cell(text.strip(), number, column) for column, text in enumerate(row, start=1))
