"""How the sheets of a workbook look: headings, widths, colours, links, what staff fill in, filters, and print."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.making.table_parts import MOST_LINES, Column, Link, Pages, Sheet, cell

_FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
_BODY = {**_FONT, "valign": "top"}
_HEADER = {
    **_FONT,
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "align": "center",
    "bg_color": "#DCE6F1",
    "border": 1,
    "border_color": "#9AA7B4",
}
# What staff fill in stands on yellow, and turns green where something was written.
_FILLED_HEADER = {**_HEADER, "bg_color": "#FFE9A8"}
_FILLED = {"bg_color": "#FFFBEA", "border": 1, "border_color": "#E3D9B5"}
_WRITTEN = {"bg_color": "#C6E7CE", "font_color": "#174D28"}
_LINK = {"font_color": "#1A5FA8", "underline": 1}
_TITLE = {**_FONT, "bold": True, "font_size": 14, "font_color": "#1F3A5F"}
_CAPTION = {**_FONT, "bold": True, "font_size": 11, "font_color": "#1F3A5F"}
_GRID = {"border": 1, "border_color": "#D5DCE4"}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": "@"},
    "long": {"num_format": "@", "text_wrap": True},
    "word": {"align": "center"},
    "number": {"num_format": "#,##0"},
    "decimal": {"num_format": "#,##0.##"},
    "percent": {"num_format": "0.0%"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
}
_A4 = 9
# The height of a line in points.
_LINE = 15
# A Chinese character at our size is this many digits of the default font wide.
_WIDE = 1.85
# Excel takes no more links on a sheet, no longer list of choices, title of a hint, or hint.
_MOST_LINKS, _CHOICES, _HINT_TITLE, _HINT = 65_000, 255, 32, 255


def lay_out_sheet(book: Any, page: Any, sheet: Sheet) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    """Set headings, widths, styles, filters and print of a sheet whose rows stand."""
    last_row = max(1, len(sheet.rows))
    for number, column in enumerate(sheet.columns):
        style = book.add_format({**_BODY, **_STYLES[column.style]})
        page.write_string(0, number, column.heading, book.add_format(_FILLED_HEADER if column.filled else _HEADER))
        page.set_column(number, number, column.width, style, {"hidden": column.hidden})
        cells = [row[number] for row in sheet.rows]
        if column.style == "moment":
            # pandas gives moments a format of its own, which goes before the column's.
            _write_moments(page, number, cells, style)
        _rule(book, page, column, (1, number, last_row, number))
        if column.filled:
            _write_blanks(page, number, len(cells), book.add_format({**_BODY, **_STYLES[column.style], **_FILLED}))
    _write_links(book, page, sheet)
    page.set_row(0, 2 * _LINE)
    for number, row in enumerate(sheet.rows, start=1):
        lines = _lines([column.width for column in sheet.columns], sheet.columns, row)
        page.set_row(number, _LINE * min(lines, sheet.most_lines))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last_row, len(sheet.columns) - 1)
    _set_print(page, sheet.page_head, sheet.pages_wide)
    page.repeat_rows(0)
    if sheet.repeated_columns:
        page.repeat_columns(0, sheet.repeated_columns - 1)
    if sheet.printed_columns:
        page.print_area(0, 0, last_row, sheet.printed_columns - 1)
    if sheet.hidden:
        page.very_hidden()


def lay_out_pages(book: Any, page: Any, pages: Pages) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    """Write a sheet of several tables to be printed; the last table can be filtered."""
    for number, width in enumerate(pages.widths):
        page.set_column(number, number, width)
    at = 0
    for line in pages.lines:
        page.write_string(at, 0, str(cell(line)), book.add_format(_TITLE if at == 0 else _BODY))
        page.set_row(at, _LINE * (1.6 if at == 0 else 1.2))
        at += 1
    for block in pages.blocks:
        page.write_string(at + 1, 0, str(cell(block.caption)), book.add_format(_CAPTION))
        page.set_row(at + 1, _LINE * 1.4)
        top = at + 2
        at = _write_block(book, page, pages, block.columns, block.rows, top) if block.rows else top + 1
        if not block.rows:
            page.write_string(top, 0, block.nothing, book.add_format(_BODY))
        elif block is pages.blocks[-1]:
            page.autofilter(top, 0, at - 1, len(block.columns) - 1)
    _set_print(page, pages.page_head, 1)
    page.repeat_rows(0)
    # Its tables have lines of their own; what stands above them needs none.
    page.hide_gridlines(1)


def _write_block(
    book: Any,  # noqa: ANN401 (xlsxwriter has no types)
    page: Any,  # noqa: ANN401
    pages: Pages,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    top: int,
) -> int:
    """Write a table from a row on; return the row after its last."""
    styles = []
    for number, column in enumerate(columns):
        page.write_string(top, number, column.heading, book.add_format(_FILLED_HEADER if column.filled else _HEADER))
        own = {**_BODY, **_GRID, **_STYLES[column.style], **(_FILLED if column.filled else {})}
        styles.append((book.add_format(own), book.add_format({**own, **_LINK})))
        _rule(book, page, column, (top + 1, number, top + len(rows), number))
    page.set_row(top, _LINE * 1.4)
    for at, row in enumerate(rows, start=top + 1):
        page.set_row(at, _LINE * min(_lines(pages.widths, columns, row), MOST_LINES))
        for number, (value, (plain, linked)) in enumerate(zip(row, styles, strict=True)):
            if isinstance(value, Link):
                _write_link(page, at, number, value, linked)
            else:
                _write(page, at, number, cell(value), plain)
    return top + 1 + len(rows)


def _write(page: Any, row: int, number: int, value: Any, style: Any) -> None:  # noqa: ANN401
    """Write a cell as what it is; no text of others becomes a formula or a link."""
    if value is None or value == "":
        page.write_blank(row, number, None, style)
    elif isinstance(value, str):
        page.write_string(row, number, value, style)
    elif isinstance(value, datetime):
        page.write_datetime(row, number, value, style)
    else:
        page.write_number(row, number, value, style)


def _write_moments(page: Any, number: int, moments: Sequence[datetime | None], style: Any) -> None:  # noqa: ANN401
    for row, moment in enumerate(moments, start=1):
        if moment is not None:
            page.write_datetime(row, number, moment, style)


def _write_blanks(page: Any, number: int, count: int, style: Any) -> None:  # noqa: ANN401
    for row in range(1, count + 1):
        page.write_blank(row, number, None, style)


def _write_links(book: Any, page: Any, sheet: Sheet) -> None:  # noqa: ANN401
    """Make links of the cells that lead to a file, as many as a sheet takes."""
    styles = [book.add_format({**_BODY, **_STYLES[column.style], **_LINK}) for column in sheet.columns]
    linked = (
        (at, number, value)
        for at, row in enumerate(sheet.rows, start=1)
        for number, value in enumerate(row)
        if isinstance(value, Link)
    )
    for (at, number, value), _ in zip(linked, range(_MOST_LINKS), strict=False):
        _write_link(page, at, number, value, styles[number])


def _write_link(page: Any, row: int, number: int, link: Link, style: Any) -> None:  # noqa: ANN401
    # A tenth of a second that commands without a workbook need not wait for.
    from xlsxwriter.url import Url

    url = Url(f"external:{link.target}")
    # With slashes every program finds the file; xlsxwriter would write backslashes, which only Windows reads.
    url._relationship_link = url._relationship_link.replace("\\", "/")  # noqa: SLF001 (there is no other way)
    shown = cell(link)
    url.text = str(shown)
    page.write_url(row, number, url, style)
    if not isinstance(shown, str):
        page.write_number(row, number, shown, style)


def _rule(book: Any, page: Any, column: Column, area: tuple[int, int, int, int]) -> None:  # noqa: ANN401
    """Set what depends on what stands in a column's cells: colours, choices, hints, and what is refused."""
    for word, (background, ink) in column.colours.items():
        colour = book.add_format({"bg_color": background, "font_color": ink})
        page.conditional_format(*area, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": colour})
    if column.filled:
        page.conditional_format(*area, {"type": "no_blanks", "format": book.add_format(_WRITTEN)})
        page.data_validation(*area, _asked(column))
    if column.guarded:
        page.data_validation(*area, _GUARD)


_GUARD = {
    "validate": "custom",
    "value": "=FALSE",
    "error_title": "请不要改这一列",
    "error_message": "导入处理意见时靠它认出这一行。要撤销刚才的改动，请按“取消”。",
}


def _asked(column: Column) -> dict[str, Any]:
    """Return what a program asks of whoever fills in a cell: one of the choices, or anything, with a hint."""
    hint = {"input_title": column.heading[:_HINT_TITLE], "input_message": column.hint[:_HINT]} if column.hint else {}
    if not column.choices or len(",".join(column.choices)) > _CHOICES:
        return {"validate": "any", **hint}
    wrong = f"请从下拉列表中选：{'、'.join(column.choices)}；不处理就留空。"
    return {
        "validate": "list",
        "source": list(column.choices),
        "error_title": column.heading[:_HINT_TITLE],
        "error_message": wrong if len(wrong) <= _HINT else "请从下拉列表中选；不处理就留空。",
        **hint,
    }


def _lines(widths: Sequence[float], columns: Sequence[Column], row: Sequence[Any]) -> int:
    """Return how many lines a row's wrapped cells need: not every program finds that out by itself."""
    wrapped = zip(columns, widths, row, strict=True)
    shown = ((width, cell(value)) for column, width, value in wrapped if column.style == "long" and value)
    needed = [
        sum(math.ceil(max(1.0, characters_wide(line)) / width) for line in value.splitlines())
        for width, value in shown
        if isinstance(value, str)
    ]
    return max([1, *needed])


def characters_wide(text: str) -> float:
    """Return a text's width in column characters (digits of the default font); a very long one need not be counted."""
    return sum(_WIDE if unicodedata.east_asian_width(character) in "WFA" else 1.0 for character in text[:1000])


def _set_print(page: Any, head: str, pages_wide: int) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    page.set_paper(_A4)
    page.set_landscape()
    page.fit_to_pages(pages_wide, 0)
    page.hide_gridlines(0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    # & is a command in page heads, doubled it is itself; the space keeps a year from being read as the font's size.
    page.set_header(f"&L&10 {head.replace('&', '&&')}&R&10&A")
    page.set_footer("&C&9第 &P 页，共 &N 页")
