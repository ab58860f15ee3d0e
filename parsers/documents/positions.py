"""How does a page without ruled columns become a table? Its pieces of text grouped to columns and rows by position.

It is the second look at a page, for lists and forms whose cells have no borders: lines of prose would be one as well.
"""

from collections.abc import Iterable, Sequence

from parsers.base import Area
from parsers.documents.columns import LEAST_PIECES, Columns, find_columns
from parsers.documents.grids import Grid
from parsers.documents.rows import Row, is_across, rows_of
from parsers.documents.segments import Line, Segment
from parsers.documents.tables import Cell
from parsers.documents.wrapping import unwrapped

# A heading of several lines stands so near above the first full line, in heights of its letters.
_NEAR = 1.8
_FORM_PIECES = 2
# Where a cell ends nothing but its position says.
_SURE = 0.85


def grid_by_position(
    lines: Sequence[Line], rules: Sequence[float], page: int, size: tuple[float, float], before: Columns | None
) -> tuple[int, Grid, Columns] | None:
    """Return (first line of the table, the table to the page's end, its columns); None where no columns are seen.

    `size` is the page's width and height (points), `before` the columns of the page before.
    """
    columns = find_columns(lines, before)
    if columns is None:
        return None
    start = _start(lines, columns, goes_on=columns is before)
    rows = rows_of(lines[start:], columns, rules, goes_on=columns is before)
    made = tuple(_cells(row, number, columns, page, size) for number, row in enumerate(rows, start=1))
    edges = (*(left for left, _ in columns.edges), columns.edges[-1][1])
    return start, Grid(made, edges, (0.0, 0.0, 1.0, 1.0)), columns


def _start(lines: Sequence[Line], columns: Columns, *, goes_on: bool) -> int:
    """Return the first line of a table: of a list its header's first, of a form the first line of two pieces."""
    least = LEAST_PIECES if columns.are_a_lists else _FORM_PIECES
    full = (at for at, line in enumerate(lines) if len(line) >= least and (columns.fits(line) or least < LEAST_PIECES))
    start = next(full, 0)
    if not columns.are_a_lists:
        return start
    while start and not is_across(lines[start - 1], columns) and (goes_on or _is_near(lines, start, columns)):
        start -= 1
    return start


def _is_near(lines: Sequence[Line], at: int, columns: Columns) -> bool:
    """Tell whether the line above another is the upper half of its headings."""
    above, below = lines[at - 1], lines[at]
    near = below[0].middle - above[0].middle < _NEAR * below[0].size
    return near and columns.fits(above) and columns.of(above[0])[0] > 0


def _cells(row: Row, number: int, columns: Columns, page: int, size: tuple[float, float]) -> tuple[Cell, ...]:
    """Return the cells of a row; a piece over several columns is one cell in all of them."""
    width = len(columns.edges)
    held: dict[range, list[Segment]] = {}
    for segment in sorted(row, key=lambda one: (one.middle, one.left)):
        place = range(width) if is_across(row, columns) else columns.of(segment)
        _put(held, place, segment, apart=columns.are_a_lists)
    cells = [Cell("", number, column + 1) for column in range(width)]
    for place, segments in sorted(held.items(), key=lambda one: (len(one[0]), one[0].start)):
        free = [column for column in place if not cells[column].text]
        if free:
            cell = Cell(
                _text(segments, columns, place), number, free[0] + 1, confidence=_SURE, area=_area(segments, page, size)
            )
            cells[free[0] : free[-1] + 1] = [cell] * (free[-1] + 1 - free[0])
    return tuple(cells)


def _put(held: dict[range, list[Segment]], place: range, segment: Segment, *, apart: bool) -> None:
    """Add a piece to the cells of a row; in a form, cells whose columns are partly the same are one."""
    shared = [] if apart else [one for one in held if one.start < place.stop and place.start < one.stop]
    segments = [piece for one in shared for piece in held.pop(one)]
    whole = range(min([place.start, *(one.start for one in shared)]), max([place.stop, *(one.stop for one in shared)]))
    held.setdefault(whole, []).extend([*segments, segment])


def _text(segments: Iterable[Segment], columns: Columns, place: range) -> str:
    """Return the text of a cell's lines; a line as long as the column goes on in the next."""
    right = columns.edges[place[-1]][1]
    return unwrapped((segment.text, (right - segment.right) / segment.size) for segment in segments)


def _area(segments: Sequence[Segment], page: int, size: tuple[float, float]) -> Area:
    left, right = min(one.left for one in segments), max(one.right for one in segments)
    top, bottom = min(one.top for one in segments), max(one.bottom for one in segments)
    shares = (left / size[0], top / size[1], right / size[0], bottom / size[1])
    return Area(page, *(round(share, 4) for share in shares))
