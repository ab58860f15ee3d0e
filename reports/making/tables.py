"""How a table becomes bytes: CSV text and workbooks in which nobody else's text can act as a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from reports.making.table_layout import lay_out_pages, lay_out_sheet
from reports.making.table_parts import Block, Column, Link, Pages, Sheet, cell
from reports.wording import sound

__all__ = ["Block", "Column", "Link", "Pages", "Sheet", "csv_text", "harmless", "workbook"]

# What a spreadsheet takes for a formula at the start of a CSV cell, also in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_LONE_DASHES = {"-", "－"}
# As long as a sheet's name may be.
_SHEET_NAME = 31
_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def json_text(value: Any) -> str:  # noqa: ANN401 (a JSON value)
    """Return a value as JSON for people and programs: Chinese left legible, indented, ending in a line feed."""
    return sound(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


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


def workbook(sheets: Iterable[Sheet | Pages], made: datetime | None = None) -> bytes:
    """Return a workbook (.xlsx): header rows frozen and repeated in print, filters, A4 landscape fit to width.

    `made` (without a zone) stands in it as its time of making; with it the same sheets give the same bytes.
    """
    # Loaded here: half a second that the other commands need not wait for.
    import pandas as pd

    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    names = Names()
    with pd.ExcelWriter(out, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        if made is not None:
            writer.book.set_properties({"created": made})
        for sheet in sheets:
            name = names.of(sheet.name)
            if isinstance(sheet, Pages):
                lay_out_pages(writer.book, writer.book.add_worksheet(name), sheet)
                continue
            headings = [column.heading for column in sheet.columns]
            rows = [[cell(value) for value in row] for row in sheet.rows]
            frame = pd.DataFrame(rows, columns=headings, dtype=object)
            frame.to_excel(writer, sheet_name=name, index=False, header=False, startrow=1)
            lay_out_sheet(writer.book, writer.sheets[name], sheet)
    return out.getvalue()


class Names:
    """The names of a workbook's sheets: at most 31 characters, none of those that are forbidden, none twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, wanted: str) -> str:
        """Return the name that a sheet can have."""
        plain = _IN_SHEET_NAMES.sub("-", sound(wanted)).strip("' ") or "表"
        number, name = 1, plain[:_SHEET_NAME]
        while name.casefold() in self._taken:
            number += 1
            name = f"{plain[: _SHEET_NAME - 4]}（{number}）"
        self._taken.add(name.casefold())
        return name
