"""How do the ruled cells of a page become a table? By their edges; what a page break cut is put together.

Boxes are left, top, right and bottom as shares (0..1) of the page.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from statistics import median

from parsers.base import Area
from parsers.documents.tables import Cell, Table

Box = tuple[float, float, float, float]
_LEAST_CELLS = 2
_WAVERING, _MOST_WAVERING = 0.3, 0.02
# 3, - 3 -, 第 3 页 共 5 页, 3/5
_PAGE_NUMBER = re.compile(r"[-—–·~－]*第?\d{1,3}页?(?:[,，/]?共?\d{1,3}页?)?[-—–·~－]*")
# The columns of a table that goes on stand where they stood, within this share of its width.
_SAME_COLUMNS = 0.02
# Cells beside each other are so near, of one row within this share of its height; so many tell how a table falls.
_NEXT, _LEVEL = 0.01, 0.25
_FEW, _ENOUGH = 3, 400


@dataclass(frozen=True)
class Content:
    """What stands in a cell, and how sure that is (0..1)."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True)
class Grid:
    """A table of one page or more: its rows, the edges of its columns, and its box on its first page."""

    rows: tuple[tuple[Cell, ...], ...]
    edges: tuple[float, ...]
    box: Box

    def table(self, index: int) -> Table:
        """Return it as a table of a document."""
        return Table(index, self.rows)

    def rest_in(self, other: "Grid") -> "Grid | None":
        """Return another table in this one's columns; None where it has others, and is not the rest of this one.

        A page that holds the last row only has fewer columns where that row's cells are merged.
        """
        own = _shares(self.edges)
        columns = [_at(own, share) for share in _shares(other.edges)]
        near = all(
            abs(own[at] - share) < _SAME_COLUMNS for at, share in zip(columns, _shares(other.edges), strict=True)
        )
        if not near or columns[-1] != len(own) - 1 or len(set(columns)) != len(columns):
            return None
        return other if len(columns) == len(own) else _spread(other, columns, self.edges)


def _spread(grid: Grid, columns: Sequence[int], edges: tuple[float, ...]) -> Grid:
    """Return a table unfolded to a finer grid; `columns` says where each of its edges stands in that."""
    made: dict[tuple[int, int], Cell] = {}
    rows = []
    for row in grid.rows:
        line: list[Cell] = []
        for number, cell in enumerate(row):
            wide = made.setdefault(cell.origin, replace(cell, col=columns[cell.col - 1] + 1))
            line += [wide] * (columns[number + 1] - columns[number])
        rows.append(tuple(line))
    return replace(grid, rows=tuple(rows), edges=edges)


def _shares(edges: Sequence[float]) -> list[float]:
    width = edges[-1] - edges[0] or 1.0
    return [(edge - edges[0]) / width for edge in edges]


def grid_of(contents: Mapping[Box, Content], page: int, near: float) -> Grid | None:
    """Return the cells of a table unfolded to its grid; edges nearer than `near` are one; None for a single cell."""
    if len(contents) < _LEAST_CELLS:
        return None
    level = dict(zip(contents, _levelled(list(contents)), strict=True))
    across = _edges((value for box in level.values() for value in (box[0], box[2])), _apart(contents, 0, near))
    down = _edges((value for box in level.values() for value in (box[1], box[3])), _apart(contents, 1, near))
    grid: list[list[Cell | None]] = [[None] * (len(across) - 1) for _ in down[1:]]
    for box, content in sorted(contents.items(), key=lambda one: (one[0][1], one[0][0])):
        places = zip((across, down) * 2, level[box], strict=True)
        left, top, right, bottom = (_at(edges, value) for edges, value in places)
        area = Area(page, *(round(share, 4) for share in box))
        cell = Cell(content.text, top + 1, left + 1, confidence=content.confidence, area=area)
        _put(grid, cell, range(top, max(bottom, top + 1)), range(left, max(right, left + 1)))
    rows = (_filled(line, number) for number, line in enumerate(grid, start=1))
    return Grid(tuple(rows), tuple(across), (across[0], down[0], across[-1], down[-1]))


def _levelled(boxes: list[Box]) -> list[Box]:
    """Return boxes as they would stand if the rows of their table did not fall to one side, as on photos they may."""
    fall = _fall(boxes)
    return [(left, top - fall * (left + right) / 2, right, bottom - fall * (left + right) / 2)
            for left, top, right, bottom in boxes]  # fmt: skip


def _fall(boxes: Sequence[Box]) -> float:
    """Return how far rows fall for each step to the right: the median of neighbours; 0 where few say so."""
    order = sorted(boxes)
    starts = [box[0] for box in order]
    falls: list[float] = []
    for one in order:
        first, last = bisect_left(starts, one[2]), bisect_right(starts, one[2] + _NEXT)
        beside = (other for other in order[first:last] if _are_level(one, other))
        falls += ((other[1] - one[1]) / ((other[0] + other[2] - one[0] - one[2]) / 2) for other in beside)
        if len(falls) >= _ENOUGH:
            break
    return median(falls) if len(falls) >= _FEW else 0.0


def _are_level(one: Box, other: Box) -> bool:
    """Tell whether two cells beside each other stand in one row: as high, and at nearly the same height."""
    height = one[3] - one[1]
    return abs(other[1] - one[1]) < _LEVEL * height and abs(other[3] - other[1] - height) < _LEVEL * height


def _apart(contents: Iterable[Box], side: int, near: float) -> float:
    """Return how far two edges are apart at least: more where even the smallest cell is large, as rules may waver."""
    smallest = min(box[side + 2] - box[side] for box in contents)
    return max(near, min(_WAVERING * smallest, _MOST_WAVERING))


def _put(grid: list[list[Cell | None]], cell: Cell, rows: range, columns: range) -> None:
    for row in rows:
        for column in columns:
            if row < len(grid) and column < len(grid[row]):
                grid[row][column] = cell


def _filled(line: Sequence[Cell | None], number: int) -> tuple[Cell, ...]:
    return tuple(cell or Cell("", number, column) for column, cell in enumerate(line, start=1))


def _edges(values: Iterable[float], near: float) -> list[float]:
    """Return the places of lines, those near each other as one."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > near:
            edges.append(value)
    return edges


def _at(edges: Sequence[float], value: float) -> int:
    """Return the number of the line nearest to a place."""
    return min(range(len(edges)), key=lambda number: abs(edges[number] - value))


def joined(blocks: Sequence[str | Grid], more: Sequence[str | Grid]) -> list[str | Grid]:
    """Return the blocks of pages with those of the next page; a table that ends one and begins the other is one.

    Page numbers between them say nothing.
    """
    if blocks and more:
        blocks = list(dropwhile(_is_page_number, reversed(blocks)))[::-1]
        more = list(dropwhile(_is_page_number, more))
    last, first = (blocks[-1] if blocks else None), (more[0] if more else None)
    rest = last.rest_in(first) if isinstance(last, Grid) and isinstance(first, Grid) else None
    if isinstance(last, Grid) and rest is not None:
        return [*blocks[:-1], replace(last, rows=_joined_rows(last.rows, rest)), *more[1:]]
    return [*blocks, *more]


def _is_page_number(block: str | Grid) -> bool:
    return isinstance(block, str) and bool(_PAGE_NUMBER.fullmatch("".join(block.split())))


def _joined_rows(rows: tuple[tuple[Cell, ...], ...], first: Grid) -> tuple[tuple[Cell, ...], ...]:
    """Return rows with those of the next page; of a row that the page break cut, the halves are put together."""
    below = first.rows
    if rows and below and _is_cut(below[0]):
        rows = (*rows[:-1], tuple(_under(one, two) for one, two in zip(rows[-1], below[0], strict=True)))
        below = below[1:]
    made: dict[tuple[int, int], Cell] = {}
    start = len(rows) - (len(first.rows) - len(below))
    below = _reaching_over(rows, below)
    return (*rows, *(tuple(_moved(cell, start, made) for cell in row) for row in below))


def _reaching_over(
    rows: tuple[tuple[Cell, ...], ...], below: tuple[tuple[Cell, ...], ...]
) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of the next page with the text of merged cells that reach over to it from the last one."""
    if not rows or not below:
        return below
    taken = {
        cell.origin: above.text
        for column, (above, cell) in enumerate(zip(rows[-1], below[0], strict=True))
        if above.text and not cell.text and (_is_merged(rows[-2:], column) or _is_merged(below[:2], column))
    }
    return tuple(tuple(replace(cell, text=taken.get(cell.origin, cell.text)) for cell in row) for row in below)


def _is_merged(pair: Sequence[Sequence[Cell]], column: int) -> bool:
    return len(pair) > 1 and pair[0][column].origin == pair[1][column].origin


def _is_cut(row: Sequence[Cell]) -> bool:
    said = [cell for cell in row if cell.text]
    return len(row) > 1 and bool(said) and not row[0].text


def _under(one: Cell, two: Cell) -> Cell:
    return replace(one, text=f"{one.text}\n{two.text}".strip()) if two.text else one


def _moved(cell: Cell, rows: int, made: dict[tuple[int, int], Cell]) -> Cell:
    """Return a cell further down, the same object wherever it was the same."""
    return made.setdefault(cell.origin, replace(cell, row=cell.row + rows))


def numbered(blocks: Iterable[str | Grid]) -> tuple[str | Table, ...]:
    """Return the blocks of a document, its tables numbered."""
    index = 0
    found: list[str | Table] = []
    for block in blocks:
        index += isinstance(block, Grid)
        found.append(block.table(index) if isinstance(block, Grid) else block)
    return tuple(found)
