"""Which cells hold the choices of a form's label? 项目类型 | □商品住宅小区 | ☑安置房小区, each in a cell of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.documents.tables import Cell, Labels, Table, distinct
from parsers.values.types import MARKS

# Longer texts beside a choice are something else.
_LONGEST_CHOICE = 40


@dataclass(frozen=True)
class Choices:
    """The cells of choices, their texts as one, and the cell that is shown as their place."""

    cells: tuple[Cell, ...]
    text: str

    @property
    def stands(self) -> Cell:
        """Return the first cell that holds a mark or a text."""
        return next((cell for cell in self.cells if cell.text.strip()), self.cells[0])


def choices_beside(table: Table, number: int, cells: Sequence[Cell], at: int, labels: Labels) -> Choices | None:
    """Return the choices right of a label, also in the rows that its cell reaches down to; None for a single cell."""
    label = cells[at]
    found = list(_until_label(cells[at + 1 :], labels))
    for row in table.rows[number:] if found else ():
        below = distinct(row)
        place = next((index for index, cell in enumerate(below) if cell.origin == label.origin), None)
        if place is None:
            break
        found += [cell for cell in _until_label(below[place + 1 :], labels) if cell not in found]
    if len(found) < 2 or not any(MARKS.intersection(cell.text) for cell in found):  # noqa: PLR2004 (one is a value)
        return None
    return Choices(tuple(found), _joined(found))


def _until_label(cells: Sequence[Cell], labels: Labels) -> Iterator[Cell]:
    for cell in cells:
        if labels.field_of(cell.text) or len(cell.text) > _LONGEST_CHOICE:
            return
        yield cell


def _joined(cells: Sequence[Cell]) -> str:
    """Return the texts as one line; a mark in a cell of its own belongs to the words before it, or to those after it.

    Which of both says the first cell: words come first, or a place for a mark does.
    """
    before = _is_mark(cells[0])
    text = ""
    for cell in cells:
        mark = _is_mark(cell)
        text += cell.text.strip() if mark != before or not text else f"  {cell.text.strip()}"
    return text.strip()


def _is_mark(cell: Cell) -> bool:
    text = cell.text.strip()
    return not text or MARKS.issuperset(text)
