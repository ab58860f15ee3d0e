"""What do a PDF's pages say where their tables have no borders? A second look at those without ruled tables."""

import re
from collections.abc import Sequence
from typing import Any

from parsers.documents.columns import Columns
from parsers.documents.grids import Grid, joined
from parsers.documents.pdf_lines import lines_of, text_of
from parsers.documents.positions import grid_by_position
from parsers.documents.segments import Line, segments_of

# Rules that go over this share of the page's width part rows; shorter ones are blanks to write on.
_ACROSS = 0.3
# A page has a hundred lines at the smallest size that is read; more are a drawing, and sharing them out takes long.
_MOST_LINES = 200
# The edges of a page, as shares of its height, where its number stands.
_TOP, _BOTTOM = 0.08, 0.92
_PAGE_NUMBER = re.compile(r"[-—–\s]*(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/，,]?\s*(?:共\s*)?\d{1,3}(?:\s*页)?)?[-—–\s]*")


class Loose:
    """The pages of a PDF as they are gathered; a table that goes on has the columns of the page before."""

    def __init__(self) -> None:
        self.blocks: list[str | Grid] = []
        self._columns: Columns | None = None

    def add(self, page: Any, blocks: Sequence[str | Grid]) -> None:  # noqa: ANN401 (pdfplumber has no types)
        """Add a page; `blocks` are those of the first look, which stand where the page has ruled tables."""
        ruled = any(isinstance(block, Grid) for block in blocks)
        own = list(blocks) if ruled else self._by_position(page, blocks)
        self.blocks = joined(self.blocks, own)

    def _by_position(self, page: Any, blocks: Sequence[str | Grid]) -> list[str | Grid]:  # noqa: ANN401
        size = (float(page.width), float(page.height))
        shown = [(line, segments_of(line)) for line in lines_of(page.chars)]
        kept = [(text_of(line), pieces) for line, pieces in shown if pieces and not _is_number(pieces, size[1])]
        if len(kept) > _MOST_LINES:
            self._columns = None
            return list(blocks)
        found = grid_by_position([one for _, one in kept], _rules(page), page.page_number, size, self._columns)
        self._columns = found[2] if found else None
        if found is None:
            return list(blocks)
        return [*(text for text, _ in kept[: found[0]]), found[1]]


def _is_number(line: Line, height: float) -> bool:
    """Tell the number of a page at its edge."""
    at_edge = not _TOP * height < line[0].middle < _BOTTOM * height
    return at_edge and bool(_PAGE_NUMBER.fullmatch(" ".join(piece.text for piece in line)))


def _rules(page: Any) -> list[float]:  # noqa: ANN401 (pdfplumber has no types)
    """Return how far down the page a line is drawn across it, in one piece or in several."""
    drawn: dict[int, float] = {}
    for edge in page.edges:
        if edge["orientation"] == "h":
            drawn[round(edge["top"])] = drawn.get(round(edge["top"]), 0.0) + float(edge["x1"] - edge["x0"])
    return [float(place) for place, length in drawn.items() if length > _ACROSS * float(page.width)]
