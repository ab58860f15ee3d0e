"""How else may a list stand in a document? In columns without borders, turned on its side, or as lines of each case.

These looks are taken where no table has a list's header; only under the list's own title is the last two's word taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.campaign import Campaign
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Labels, Table, labels_of
from parsers.kinds import list_head
from parsers.kinds.label_lines import lines_table
from parsers.kinds.list_columns import CORE

# A turned list has its headings and two cases at least: with one it could be a form.
_LEAST_TURNED = 3
_LEAST_FIELDS = 4


@dataclass(frozen=True)
class Turned(Table):
    """A table on its side: its columns are the rows."""

    def place(self, cell: Cell) -> str:
        """Return where a cell stands in the table as it is shown."""
        return f"表{self.index}第{cell.col}行第{cell.row}列"


@dataclass(frozen=True)
class Records(Table):
    """Cases written line by line as a table; `lines` says in which paragraph a cell stood."""

    lines: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def place(self, cell: Cell) -> str:
        """Return the paragraph that a value stands in."""
        return f"正文第{self.lines.get(cell.origin, cell.row)}段"


def titled_looks(document: Document, campaign: Campaign) -> Iterator[Document]:
    """Yield the looks that count only under the list's own title."""
    labels = {name: ways for name, ways in campaign.summary_list.labels.items() if name not in list_head.HEAD}
    turned = tuple(_turned(block) if isinstance(block, Table) else block for block in document.blocks)
    yield replace(document, blocks=turned)
    records = _records(document, labels_of(labels))
    if records:
        yield replace(document, blocks=(*document.blocks, records))


def _turned(table: Table) -> Table:
    if len(table.rows) < _LEAST_FIELDS or len(table.rows[0]) < _LEAST_TURNED:
        return table
    made: dict[tuple[int, int], Cell] = {}
    rows = zip(*table.rows, strict=False)
    turned = (
        tuple(made.setdefault(cell.origin, replace(cell, row=cell.col, col=cell.row)) for cell in row) for row in rows
    )
    return Turned(table.index, tuple(turned), table.nested)


def _records(document: Document, labels: Labels) -> Records | None:
    """Return the cases that lines describe, each beginning with its community; None where there are none."""
    table = lines_table(document, labels)
    cases: list[dict[str, Cell]] = []
    for label, value in _pairs(table.rows if table else ()):
        name = labels.field_of(label.text) or ""
        if name == "community":
            cases.append({})
        if cases:
            cases[-1].setdefault(name, value)
    named = (case for case in cases if case["community"].text)
    whole = [case for case in named if len(case.keys() & set(CORE)) >= _LEAST_FIELDS - 1]
    return _table(whole, labels, _in_order(whole)) if whole else None


def _in_order(cases: Sequence[Mapping[str, Cell]]) -> list[str]:
    """Return the fields of cases in the order in which they first come."""
    return list(dict.fromkeys(name for case in cases for name in case if name))


def _pairs(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[Cell, Cell]]:
    for row in rows:
        yield from zip(row[::2], row[1::2], strict=True)


def _table(cases: Sequence[Mapping[str, Cell]], labels: Labels, names: Sequence[str]) -> Records:
    header = tuple(Cell(labels.best_of(name), 1, column) for column, name in enumerate(names, start=1))
    rows, lines = [header], {}
    for number, case in enumerate(cases, start=2):
        row = []
        for column, name in enumerate(names, start=1):
            said = case.get(name)
            row.append(Cell(said.text if said else "", number, column))
            if said:
                lines[number, column] = said.row
        rows.append(tuple(row))
    return Records(1, tuple(rows), lines=lines)
