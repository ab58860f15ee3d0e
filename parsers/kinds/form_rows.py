"""Which rows of a form were one? Where no lines part them, a label of two lines and a long value stand in two rows."""

from collections.abc import Sequence

from parsers.documents.tables import Cell, Labels, Table, distinct
from parsers.kinds.form_cells import is_label

Row = tuple[Cell, ...]
# Lines that end this near to each other (a share of the page's width) are as long.
_SAME_EDGE = 0.01


def with_whole_labels(table: Table, labels: Labels) -> Table:
    """Return a table in which a row that only goes on with the one above it is joined to that."""
    rows: list[Row] = []
    for row in table.rows:
        if rows and _goes_on(rows[-1], row, labels):
            rows[-1] = _joined(rows[-1], row)
        else:
            rows.append(row)
    return Table(table.index, tuple(rows), table.nested)


def _goes_on(above: Row, row: Row, labels: Labels) -> bool:
    """Tell the lower half of a label (申报单位 above 联系人姓名), or a value's further line below a label's row."""
    said = [cell for cell in distinct(row) if cell.text.strip()]
    if not said or any(is_label(cell.text, labels) for cell in said[1:]):
        return False
    first, label = row[0], above[0]
    if said[0] is not first:
        return is_label(label.text, labels) and len(said) == 1
    whole = f"{label.text}{first.text}"
    return is_label(whole, labels) and (not is_label(first.text, labels) or _is_half(above, said, labels))


def _is_half(above: Row, said: Sequence[Cell], labels: Labels) -> bool:
    """Tell a half that is a label by itself: 联系人姓名 below 申报单位 stands alone, and a person beside the other."""
    return len(said) == 1 and len([cell for cell in distinct(above) if is_label(cell.text, labels)]) > 1


def _joined(above: Row, row: Row) -> Row:
    made: dict[tuple[int, int], Cell] = {}
    cells = []
    for one, two in zip(above, row, strict=True):
        if one.origin not in made:
            text = f"{one.text}{_gap(one, two)}{two.text}".strip()
            made[one.origin] = Cell(text, one.row, one.col, one.holds_tables, one.confidence, one.area)
        cells.append(made[one.origin])
    return tuple(cells)


def _gap(one: Cell, two: Cell) -> str:
    """Return what stands between two lines: nothing where the upper one reaches as far right and so went on."""
    full = one.area and two.area and one.area.right >= two.area.right - _SAME_EDGE
    return "" if full or not two.text else "\n"
