"""Which pieces of a page without ruled columns are one row? Those between two rules, or those of one number.

The first column numbers a list's rows; a cell of several lines begins beside its number or stands around it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from parsers.documents.columns import Columns
from parsers.documents.segments import Line, Segment

_NUMBER = re.compile(r"[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]?[.．、]?")
# With so many bands that say something, the rules part the rows; fewer are the head and foot of the table.
_LEAST_BANDS = 4
_MOSTLY = 0.6
# A cell has at most so many lines, no further apart than this; a row without a cell costs as much as one so far off,
# and so does the rest of a row from the page before.
_MOST_LINES, _APART, _BLANK, _REST = 8, 2.2, 0.6, 0.3
_FAR = float("inf")
# In place of a number: the row began on the page before.
_CUT = -1.0

Row = tuple[Segment, ...]


def rows_of(lines: Sequence[Line], columns: Columns, rules: Sequence[float], *, goes_on: bool = False) -> list[Row]:
    """Return the rows of lines from top to bottom; `rules` are how far down the page lines are drawn across it.

    Where a table `goes_on` from the page before, the first row may be the rest of a row that the page's end cut.
    """
    bands = [band for band in _bands(lines, rules) if band]
    if len(bands) >= _LEAST_BANDS:
        return [row for band in bands for row in _of_band(band, columns)]
    return [row for at, band in enumerate(bands) for row in _numbered(band, columns, cut=goes_on and not at)]


def is_across(line: Line, columns: Columns) -> bool:
    """Tell a line that is no row of a list: its only piece stands in several columns, as a title or a note does."""
    return columns.are_a_lists and len(line) == 1 and len(columns.of(line[0])) > 1


def is_number(segment: Segment) -> bool:
    """Tell the number of a row."""
    return bool(_NUMBER.fullmatch(segment.text))


def _bands(lines: Sequence[Line], rules: Sequence[float]) -> Iterator[list[Line]]:
    edges = sorted(rules)
    band: list[Line] = []
    for line in lines:
        if band and any(band[-1][0].middle < edge < line[0].middle for edge in edges):
            yield band
            band = []
        band.append(line)
    yield band


def _of_band(band: Sequence[Line], columns: Columns) -> list[Row]:
    """Return the row between two rules; below the last rule there may be notes, a row each."""
    if any(is_across(line, columns) for line in band):
        return _numbered(band, columns)
    return [tuple(segment for line in band for segment in line)]


def _numbered(lines: Sequence[Line], columns: Columns, *, cut: bool = False) -> list[Row]:
    """Return the rows of a band: one for each line that begins one, and lines across the columns by themselves."""
    rows: list[Row] = []
    part: list[Line] = []
    for line in lines:
        if is_across(line, columns):
            rows += [*_parted(part, columns, cut=cut), line]
            part, cut = [], False
        else:
            part.append(line)
    return [*rows, *_parted(part, columns, cut=cut)]


def _parted(lines: Sequence[Line], columns: Columns, *, cut: bool) -> list[Row]:
    """Return the rows of lines: column by column, for cells stand beside the rows' numbers or around them.

    Where the first row may be `cut`, what stands above the first number is the rest of a row.
    """
    if not lines or not columns.are_a_lists:
        return list(lines)
    begins = [lines[at][0].middle for at in _beginnings(lines, columns)]
    if not begins:
        return [tuple(segment for line in lines for segment in line)]
    held: dict[int, list[Segment]] = {}
    for segment in (segment for line in lines for segment in line):
        held.setdefault(columns.of(segment)[0], []).append(segment)
    begins = [_CUT, *begins] if cut else begins
    ordered = [sorted(segments, key=lambda one: one.middle) for segments in held.values()]
    # All cells of a table stand in one way; by itself, a column of rows of three lines and one would fit both.
    ways = ([_shared_out(segments, begins, around=around) for segments in ordered] for around in (False, True))
    best = min(ways, key=lambda way: sum(cost for cost, _ in way))
    rows = (tuple(piece for _, cells in best for piece in cells[at]) for at in range(len(begins)))
    return [row for row in rows if row]


def _beginnings(lines: Sequence[Line], columns: Columns) -> list[int]:
    """Return the lines that begin rows: those with a number, where the first column holds numbers, else full ones."""
    first = {at: line[0] for at, line in enumerate(lines) if columns.of(line[0])[0] == 0}
    numbers = [at for at, segment in first.items() if is_number(segment)]
    if numbers and len(numbers) >= _MOSTLY * (len(first) - 1):
        return list(first)
    return [at for at, line in enumerate(lines) if len(line) >= _MOSTLY * len(columns.edges)]


def _shared_out(
    segments: Sequence[Segment], begins: Sequence[float], *, around: bool
) -> tuple[float, list[Sequence[Segment]]]:
    """Return (how far off, the cell of each row) of a column's pieces, each row's as near to its number as can be.

    Where cells stand `around` their numbers, the middle of a cell counts, else its first line.
    """
    best: list[tuple[float, list[int]]] = [(0.0, [0]), *[(_FAR, [0])] * len(segments)]
    for begin in begins:
        made: list[tuple[float, list[int]]] = []
        for end in range(len(segments) + 1):
            ways = (
                (best[start][0] + _cost(segments[start:end], begin, around=around), [*best[start][1], end])
                for start in range(max(0, end - _MOST_LINES), end + 1)
            )
            made.append(min(ways, key=lambda way: way[0]))
        best = made
    cost, cuts = best[-1]
    return cost, [segments[start:end] for start, end in pairwise(cuts)]


def _cost(cell: Sequence[Segment], begin: float, *, around: bool) -> float:
    """Return how far a cell is from its row's number, in heights of its letters; infinite where it is not one cell."""
    if not cell:
        return 0.0 if begin == _CUT else _BLANK
    size = cell[0].size
    if any(two.middle - one.middle > _APART * size for one, two in pairwise(cell)):
        return _FAR
    if begin == _CUT:
        return _REST
    stands = (cell[0].middle + cell[-1].middle) / 2 if around else cell[0].middle
    return abs(stands - begin) / size
