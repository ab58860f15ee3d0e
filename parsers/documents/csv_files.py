"""What does a text file with a table say? CSV as programs write it: any of three separators, UTF-8, UTF-16 or GBK."""

import csv
from pathlib import Path

from parsers.charsets import decode_bytes
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Table

MAX_BYTES = 10_000_000
_SEPARATORS = ",\t;，"
_LEAST_COLUMNS = 3
_LEAST_ROWS = 2
_MAX_ROWS = 20_000


def read_csv(path: Path) -> Document:
    """Return the table of a text file; a document without anything where the text holds no table."""
    if path.stat().st_size > MAX_BYTES:
        return Document((), method="csv")
    text = decode_bytes(path.read_bytes())
    rows = max((_rows(text, separator) for separator in _SEPARATORS), key=_columns)
    if _columns(rows) < _LEAST_COLUMNS:
        return Document((), method="csv")
    return Document((_table(rows),), method="csv")


def _rows(text: str, separator: str) -> list[list[str]]:
    """Return the rows of a text by a separator; none where its quotes make no sense."""
    try:
        return list(csv.reader(text.splitlines()[:_MAX_ROWS], delimiter=separator))
    except csv.Error:
        return []


def _columns(rows: list[list[str]]) -> int:
    """Return how many columns most rows have, if there are two such rows at least."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[len(row)] = counts.get(len(row), 0) + 1
    width = max(counts, key=lambda columns: (counts[columns], columns), default=0)
    return width if counts.get(width, 0) >= _LEAST_ROWS else 0


def _table(rows: list[list[str]]) -> Table:
    width = max(map(len, rows))
    return Table(1, tuple(_row(row, number, width) for number, row in enumerate(rows, start=1)))


def _row(row: list[str], number: int, width: int) -> tuple[Cell, ...]:
    texts = [*row, *[""] * (width - len(row))]
    return tuple(Cell(text.strip(), number, column) for column, text in enumerate(texts, start=1))
