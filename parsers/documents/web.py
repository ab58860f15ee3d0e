"""What does a page of HTML say? Gives its paragraphs and tables as a Word file's: a list pasted into a mail is one.

Tables that only lay out a page (they hold other tables, or have one column) are dissolved. Nothing is ever fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from parsers.base import ParseError
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Table
from parsers.documents.wordtree import MAX_CELLS, local_name
from parsers.letter_text import BLOCKS, decode_body

MAX_BYTES = 20_000_000
_MAX_SPAN = 100
_SKIPPED = {"head", "script", "style", "template", "title", "object", "svg", "noscript"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")


def read_html(path: Path) -> Document:
    """Return what an HTML file says; ParseError `unsafe` or `corrupt` where it cannot be read."""
    if path.stat().st_size > MAX_BYTES:
        raise ParseError("unsafe", "网页文件大得反常，未打开，请人工看")
    return document_of(decode_body(path.read_bytes(), None, html=True))


def document_of(html: str) -> Document:
    """Return what HTML says as blocks in order; ParseError `unsafe` where a table is absurd, `corrupt` where empty."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ParseError("corrupt", "网页打不开，内容已损坏，请人工看") from error
    if root is None:
        raise ParseError("corrupt", "网页里没有内容")
    page = _Page()
    page.take(root)
    page.end_line()
    return Document(tuple(page.blocks), tuple(page.headings), method="html")


@dataclass
class _Page:
    """A page as it is gathered; recursion is bounded by the parser's own limit of 256 levels."""

    blocks: list[str | Table] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)
    _tables: int = 0
    _cells: int = 0

    def take(self, element: Any) -> None:  # noqa: ANN401 (an lxml element)
        """Add what stands in an element: text to the line, blocks and tables as blocks."""
        name = local_name(element)
        if not name or name in _SKIPPED:
            return
        if name == "table" and not _is_layout(element):
            self._table(element)
            return
        block = name in BLOCKS or name in {"td", "th"}
        if block:
            self.end_line()
        self._line.append(element.text or "")
        for child in element:
            self.take(child)
            self._line.append(child.tail or "")
        if block:
            self.end_line(heading=name in _HEADINGS)

    def end_line(self, *, heading: bool = False) -> None:
        """Make a paragraph of the text that is open."""
        text = _tidy("".join(self._line))
        self._line.clear()
        if text:
            self.blocks.append(text)
            self.headings.extend([text] if heading else [])

    def _table(self, element: Any) -> None:  # noqa: ANN401
        self.end_line()
        self._tables += 1
        self.blocks.append(Table(self._tables, tuple(self._rows(element))))

    def _rows(self, element: Any) -> Iterator[tuple[Cell, ...]]:  # noqa: ANN401
        """Yield the rows of a table unfolded to its grid; a merged cell stands in all places that it covers."""
        hanging: dict[int, tuple[Cell, int]] = {}
        for number, row in enumerate(element.iter("tr"), start=1):
            grid: list[Cell] = []
            below: dict[int, tuple[Cell, int]] = {}
            for cell in (child for child in row if local_name(child) in {"td", "th"}):
                own = len(grid)
                _hang(grid, hanging, below)
                made = Cell(text_of(cell), number, len(grid) + 1)
                span, rows = _count(cell, "colspan"), _count(cell, "rowspan")
                if rows > 1:
                    below.update({len(grid) + offset: (made, rows - 1) for offset in range(span)})
                grid.extend([made] * span)
                self._count_cells(len(grid) - own)
            own = len(grid)
            _hang(grid, hanging, below)
            self._count_cells(len(grid) - own)
            below.update({column: one for column, one in hanging.items() if column >= len(grid)})
            hanging = below
            yield tuple(grid)

    def _count_cells(self, more: int) -> None:
        self._cells += more
        if self._cells > MAX_CELLS:
            raise ParseError("unsafe", "文件里的表格大得反常，未打开，请人工看")


def _hang(grid: list[Cell], hanging: dict[int, tuple[Cell, int]], below: dict[int, tuple[Cell, int]]) -> None:
    """Put the cells that reach down from the rows above where the row has come to their columns."""
    while len(grid) in hanging:
        column = len(grid)
        cell, left = hanging.pop(column)
        grid.append(cell)
        if left > 1:
            below[column] = (cell, left - 1)


def _is_layout(table: Any) -> bool:  # noqa: ANN401
    """Tell a table that only lays out the page: one with tables in it, or of one column."""
    if next(table.iterdescendants("table"), None) is not None:
        return True
    return all(sum(local_name(cell) in {"td", "th"} for cell in row) < 2 for row in table.iter("tr"))  # noqa: PLR2004


def text_of(element: Any) -> str:  # noqa: ANN401
    """Return the text of a cell, a block a line."""
    parts: list[str] = []
    _gather(element, parts)
    return "\n".join(line for line in map(_tidy, "".join(parts).split("\0")) if line)


def _gather(element: Any, parts: list[str]) -> None:  # noqa: ANN401
    name = local_name(element)
    if not name or name in _SKIPPED:
        return
    parts.extend(["\0"] if name in BLOCKS else [])
    parts.append(element.text or "")
    for child in element:
        _gather(child, parts)
        parts.append(child.tail or "")
    parts.extend(["\0"] if name in BLOCKS else [])


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _count(cell: Any, name: str) -> int:  # noqa: ANN401
    text = (cell.get(name) or "").strip()
    return min(max(int(text), 1), _MAX_SPAN) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004
