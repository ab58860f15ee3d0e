"""How a table becomes bytes: CSV text and workbooks in which nobody else's text can act as a formula."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reports.wording import sound

# What a spreadsheet takes for a formula at the start of a CSV cell, also in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_LONE_DASHES = {"-", "－"}
# A cell of a workbook holds 32,767 UTF-16 units; a longer one would be dropped.
_CELL_UNITS = 32_767
_CELL_CUT = 16_000
_CUT_NOTE = "……（过长，余下从略）"
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
# Row heights in points: of one line, and of the longest cell that is shown whole.
_LINE, _MOST_LINES = 15, 8
# A Chinese character at our size is this many digits of the default font wide.
_WIDE = 1.85


@dataclass(frozen=True)
class Column:
    """A column of a sheet: heading, width in characters, a style of _STYLES, and colours of words (bg, text)."""

    heading: str
    width: float = 12
    style: str = "text"
    colours: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows hold text, numbers, booleans, None, or datetimes without a zone (as they shall be read).

    It prints `pages_wide` pages wide; where that is more than one, `repeated_columns` stand on each. No row is higher
    than `most_lines`.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    page_head: str = ""
    pages_wide: int = 1
    repeated_columns: int = 0
    most_lines: int = _MOST_LINES


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV: a header row, CRLF, None as nothing, true/false, text that cannot act as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _csv_cell(value: Any) -> Any:  # noqa: ANN401 (a JSON value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    return harmless(sound(value)) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Return a text with ' before it where a spreadsheet would take it for a formula; numbers and dashes stay."""
    if text in _LONE_DASHES or _PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}" if _FORMULA.match(text) else text


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook (.xlsx): header row frozen and repeated in print, filters, A4 landscape fit to width."""
    # Loaded here: half a second that the other commands need not wait for.
    import pandas as pd

    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with pd.ExcelWriter(out, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        for sheet in sheets:
            headings = [column.heading for column in sheet.columns]
            rows = [[_cell(value) for value in row] for row in sheet.rows]
            frame = pd.DataFrame(rows, columns=headings, dtype=object)
            frame.to_excel(writer, sheet_name=sheet.name, index=False, header=False, startrow=1)
            _lay_out(writer.book, writer.sheets[sheet.name], sheet)
    return out.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 (a JSON value or a moment)
    if not isinstance(value, str):
        return value
    text = sound(value)
    return text if len(text.encode("utf-16-le")) <= 2 * _CELL_UNITS else text[:_CELL_CUT] + _CUT_NOTE


def _lay_out(book: Any, page: Any, sheet: Sheet) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    """Set headings, widths, styles, filters and print of a sheet whose rows stand."""
    header = book.add_format(_HEADER)
    last_row = max(1, len(sheet.rows))
    for number, column in enumerate(sheet.columns):
        style = book.add_format({**_BODY, **_STYLES[column.style]})
        page.write_string(0, number, column.heading, header)
        page.set_column(number, number, column.width, style)
        for word, (background, ink) in column.colours.items():
            colour = book.add_format({"bg_color": background, "font_color": ink})
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": colour}
            page.conditional_format(1, number, last_row, number, rule)
        if column.style == "moment":
            # pandas gives moments a format of its own, which goes before the column's.
            _write_moments(page, number, [row[number] for row in sheet.rows], style)
    page.set_row(0, 2 * _LINE)
    for number, row in enumerate(sheet.rows, start=1):
        page.set_row(number, _LINE * min(_lines(sheet.columns, row), sheet.most_lines))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last_row, len(sheet.columns) - 1)
    _set_print(page, sheet)


def _write_moments(page: Any, number: int, moments: Iterable[datetime | None], style: Any) -> None:  # noqa: ANN401
    for row, moment in enumerate(moments, start=1):
        if moment is not None:
            page.write_datetime(row, number, moment, style)


def _lines(columns: Sequence[Column], row: Sequence[Any]) -> int:
    """Return how many lines a row's wrapped cells need: not every program finds that out by itself."""
    needed = [
        sum(math.ceil(max(1.0, characters_wide(line)) / column.width) for line in value.splitlines())
        for column, value in zip(columns, row, strict=True)
        if column.style == "long" and isinstance(value, str)
    ]
    return max([1, *needed])


def characters_wide(text: str) -> float:
    """Return a text's width in column characters (digits of the default font); a very long one need not be counted."""
    return sum(_WIDE if unicodedata.east_asian_width(character) in "WFA" else 1.0 for character in text[:1000])


def _set_print(page: Any, sheet: Sheet) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    page.set_paper(_A4)
    page.set_landscape()
    page.fit_to_pages(sheet.pages_wide, 0)
    page.repeat_rows(0)
    if sheet.repeated_columns:
        page.repeat_columns(0, sheet.repeated_columns - 1)
    page.hide_gridlines(0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    # & is a command in page heads, doubled it is itself; the space keeps a year from being read as the font's size.
    page.set_header(f"&L&10 {sheet.page_head.replace('&', '&&')}&R&10&A")
    page.set_footer("&C&9第 &P 页，共 &N 页")
