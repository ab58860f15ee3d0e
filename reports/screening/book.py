"""How a screening workbook is set: its formats, drop-downs, row heights and print. A door of its own to xlsxwriter.

`reports.making.tables` makes plain tables; here words within a cell are marked, cells have choices, sheets have links.
"""

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reports.making.table_layout import characters_wide
from reports.screening.passages import Span

LINE = 14.5
_HIGHEST = 400
_A4 = 9
# So much of A4's width in landscape holds all columns of a page in a size that can be read.
_PRINT_SCALE = 68
# A workbook may hold no more page breaks.
_MOST_BREAKS = 1000
_INK, _LINE_COLOUR = "#1F2A33", "#B5C0CB"
_BODY = {
    "font_name": "Microsoft YaHei",
    "font_size": 10,
    "font_color": _INK,
    "valign": "top",
    "text_wrap": True,
    "border": 1,
    "border_color": _LINE_COLOUR,
    "num_format": "@",
}
_TO_FILL = {"bg_color": "#FFFBEA"}
_HEAD = {**_BODY, "bold": True, "align": "center", "valign": "vcenter"}
# The formats of cells; `fill` ones are those that a reviewer writes in.
_STYLES: dict[str, dict[str, Any]] = {
    "text": _BODY,
    "word": {**_BODY, "align": "center"},
    "name": {**_BODY, "bold": True, "font_color": "#1F4E79", "underline": 1},
    "bold": {**_BODY, "bold": True},
    "number": {**_BODY, "num_format": "#,##0.##", "align": "right"},
    "percent": {**_BODY, "num_format": "0.0%", "align": "center"},
    "grey": {**_BODY, "font_color": "#7A8691"},
    "box": {**_BODY, **_TO_FILL, "align": "center", "valign": "vcenter", "font_size": 14},
    "choice": {**_BODY, **_TO_FILL, "align": "center", "valign": "vcenter"},
    "fill": {**_BODY, **_TO_FILL},
    "head": {**_HEAD, "bg_color": "#DCE6F1"},
    "head_fill": {**_HEAD, "bg_color": "#FFE9A8"},
    "mark": {"font_name": "Microsoft YaHei", "font_size": 10, "bold": True, "font_color": "#B03A00"},
    "plain": {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": _INK},
    "place": {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": "#5A6B7B"},
    "title": {"font_name": "Microsoft YaHei", "font_size": 16, "bold": True, "font_color": _INK},
    "lead": {
        "font_name": "Microsoft YaHei", "font_size": 11, "bold": True, "font_color": "#1F4E79", "valign": "bottom",
    },
    "prose": {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": _INK, "text_wrap": True, "valign": "top"},
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A column: what heads it, how wide it is, how its cells look, and the words of its drop-down."""

    text: str
    width: float
    style: str = "text"
    choices: Sequence[str] = ()
    hidden: bool = False

    @property
    def is_filled_in(self) -> bool:
        """Whether a reviewer writes in it."""
        return self.style in {"box", "choice", "fill"}


@dataclass(frozen=True)
class Print:
    """How a sheet prints: what stands on every page, and where pages begin besides (rows and columns from 0)."""

    head: str
    repeated_columns: int = 0
    before_rows: Sequence[int] = ()
    before_columns: Sequence[int] = ()


@dataclass
class Book:
    """A workbook in the making; a style is one format of it."""

    writer: Any
    _formats: dict[str, Any] = field(default_factory=dict)

    def style(self, name: str) -> Any:  # noqa: ANN401 (xlsxwriter has no types)
        """Return the format of a style."""
        if name not in self._formats:
            self._formats[name] = self.writer.add_format(_STYLES[name])
        return self._formats[name]

    def table(self, name: str, headings: Sequence[Heading], rows: int, to: Print) -> Any:  # noqa: ANN401
        """Return a new sheet with its headings, drop-downs, filter and print; `rows` stand below the headings."""
        page = self.writer.add_worksheet(name)
        last = max(rows, 1)
        for number, one in enumerate(headings):
            page.set_column(number, number, one.width, None, {"hidden": one.hidden})
            page.write_string(0, number, one.text, self.style("head_fill" if one.is_filled_in else "head"))
            if one.choices:
                page.data_validation(1, number, last, number, _choice(one))
        page.set_row(0, 3.2 * LINE)
        page.autofilter(0, 0, last, len(headings) - 1)
        shown = sum(not one.hidden for one in headings)
        page.print_area(0, 0, last, shown - 1)
        _set_print(page, to)
        return page


def _choice(heading: Heading) -> dict[str, Any]:
    """Return a drop-down that also lets other words stand: whoever reads the copy asks about them."""
    return {
        "validate": "list",
        "source": list(heading.choices),
        "error_type": "information",
        "error_title": "请从下拉中选择",
        "error_message": f"可选：{'、'.join(heading.choices)}。写成别的，收回时会请您确认。",
    }


@contextmanager
def new_book(out: io.BytesIO, made: datetime, title: str) -> Iterator[Book]:
    """Give a workbook that is written to `out`; the same content gives the same bytes."""
    # Loaded here: other commands need not wait for it.
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    writer = xlsxwriter.Workbook(out, options)
    writer.set_properties({"title": title, "created": made.replace(tzinfo=None, microsecond=0)})
    try:
        yield Book(writer)
    finally:
        writer.close()


def marked(text: str, spans: Iterable[Span], mark: Any, plain: Any) -> list[Any]:  # noqa: ANN401
    """Return a text as pieces of a rich string: formats, each before what it holds for."""
    pieces: list[Any] = []
    at = 0
    for start, end in spans:
        pieces += [plain, text[at:start]] if start > at else []
        pieces += [mark, text[start:end]]
        at = end
    return [*pieces, plain, text[at:]] if at < len(text) else pieces


def height(cells: Iterable[tuple[str, float]], least: float = 1.6) -> float:
    """Return how high a row must be for wrapped texts in columns of these widths, in points."""
    lines = [
        sum(math.ceil(max(1.0, characters_wide(line)) / (width - 1)) for line in text.splitlines())
        for text, width in cells
    ]
    return min(LINE * max([least, *lines]) + 4, _HIGHEST)


def _set_print(page: Any, to: Print) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    page.set_paper(_A4)
    page.set_landscape()
    page.set_print_scale(_PRINT_SCALE)
    # Both pages of a row lie one after the other.
    page.print_across()
    page.repeat_rows(0)
    if to.repeated_columns:
        page.repeat_columns(0, to.repeated_columns - 1)
    if to.before_rows:
        page.set_h_pagebreaks(list(to.before_rows)[:_MOST_BREAKS])
    if to.before_columns:
        page.set_v_pagebreaks(list(to.before_columns))
    set_margins(page, to.head)


def set_margins(page: Any, head: str) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    """Set margins, and what stands at the head and foot of every page."""
    page.hide_gridlines(2)
    page.set_margins(left=0.4, right=0.4, top=0.65, bottom=0.6)
    # & is a command in page heads, doubled it is itself; the space keeps a year from being read as the font's size.
    page.set_header(f"&L&9 {head.replace('&', '&&')}&R&9&A")
    page.set_footer("&C&9第 &P 页，共 &N 页")
