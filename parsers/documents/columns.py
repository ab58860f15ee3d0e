"""Which columns do the lines of a page stand in, where no lines are ruled? By the gaps that go down through them.

The fullest lines say where columns are; a piece that reaches over a gap stands in several columns.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.documents.segments import Line, Segment

# A line with so many pieces shows columns; a list has at least so many of them, a form fewer.
LEAST_PIECES, LIST_COLUMNS = 3, 5
# Lines with fewer than this share of the fullest line's pieces do not say where columns are.
_FULL = 0.6
_LEAST_LINES = 2
_ROW = re.compile(r"\d{1,3}")
# Two pieces overlap by more than this (points).
_TOUCH = 1.0


@dataclass(frozen=True)
class Columns:
    """The columns of a page's lines: the left and right edges of what stands in each."""

    edges: tuple[tuple[float, float], ...]

    @property
    def are_a_lists(self) -> bool:
        """Tell whether there are as many as a list has."""
        return len(self.edges) >= LIST_COLUMNS

    def of(self, segment: Segment) -> range:
        """Return the columns that a piece stands in: those that it overlaps, else the nearest."""
        held = [at for at, edges in enumerate(self.edges) if _overlap(segment, edges) > _TOUCH]
        if held:
            return range(held[0], held[-1] + 1)
        middle = (segment.left + segment.right) / 2
        nearest = min(range(len(self.edges)), key=lambda at: abs(sum(self.edges[at]) / 2 - middle))
        return range(nearest, nearest + 1)

    def fits(self, line: Line) -> bool:
        """Tell whether every piece of a line stands in a column of its own."""
        places = [self.of(segment) for segment in line]
        return all(len(place) == 1 for place in places) and len({place[0] for place in places}) == len(places)


def find_columns(lines: Sequence[Line], before: Columns | None = None) -> Columns | None:
    """Return the columns of lines, those of the page before where the lines fit them; None where there are none."""
    full = [line for line in lines if len(line) >= LEAST_PIECES]
    if before and full and sum(before.fits(line) for line in full) * 2 > len(full):
        return before
    most = max((len(line) for line in full), default=0)
    telling = [line for line in full if len(line) >= _FULL * most]
    if telling and most >= LIST_COLUMNS:
        # Cells that stand around their numbers leave lines of few pieces, but below the headings.
        telling += [line for line in full[full.index(telling[0]) :] if line not in telling]
    if len(telling) < _LEAST_LINES:
        return None
    edges: list[tuple[float, float]] = []
    for line in sorted(telling, key=len, reverse=True):
        edges = _widened(edges, line)
    columns = Columns(tuple(edges))
    return _under_headings(columns, _header(lines, telling[0]), telling) if columns.are_a_lists else columns


def _header(lines: Iterable[Line], first: Line) -> Line:
    """Return the headings: the first telling line, and what stands half a line above or below it, but no row."""
    near = (line for line in lines if abs(line[0].middle - first[0].middle) < first[0].size)
    return tuple(piece for line in near if not _ROW.fullmatch(line[0].text) for piece in line)


def _overlap(segment: Segment, edges: tuple[float, float]) -> float:
    return min(segment.right, edges[1]) - max(segment.left, edges[0])


def _widened(edges: list[tuple[float, float]], line: Line) -> list[tuple[float, float]]:
    """Return columns with what a line adds to them; unchanged where a piece of it reaches over a gap."""
    made = list(edges)
    for segment in line:
        held = [at for at, one in enumerate(made) if _overlap(segment, one) > _TOUCH]
        if len(held) > 1:
            return edges
        if held:
            left, right = made[held[0]]
            made[held[0]] = (min(left, segment.left), max(right, segment.right))
        else:
            made.append((segment.left, segment.right))
    return sorted(made)


def _under_headings(columns: Columns, header: Line, lines: Iterable[Line]) -> Columns:
    """Return a list's columns, each with a heading: what stands beside a heading in no line at once is under it.

    A heading in the middle of a wide column need not stand over a short text at its left edge.
    """
    headed = {columns.of(segment)[0] for segment in header}
    edges = list(columns.edges)
    for at in sorted(set(range(len(edges))) - headed, reverse=True):
        beside = [one for one in (at - 1, at + 1) if one in headed and not _meet(columns, lines, at, one)]
        if beside:
            one = min(beside, key=lambda one: abs(sum(columns.edges[one]) - sum(columns.edges[at])))
            left, right = columns.edges[at]
            edges[one] = (min(edges[one][0], left), max(edges[one][1], right))
            edges[at] = (0.0, 0.0)
    return Columns(tuple(one for one in edges if one[1]))


def _meet(columns: Columns, lines: Iterable[Line], one: int, two: int) -> bool:
    return any({one, two} <= {place for segment in line for place in columns.of(segment)} for line in lines)
