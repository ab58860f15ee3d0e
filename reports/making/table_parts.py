"""What a workbook is made of: sheets with columns and rows, pages of several tables, and what can stand in a cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.wording import sound

# A cell of a workbook holds 32,767 UTF-16 units; a longer one would be dropped.
_CELL_UNITS = 32_767
_CELL_CUT = 16_000
_CUT_NOTE = "……（过长，余下从略）"
# Longer cells are cut on paper: a row is so many lines high at the most.
MOST_LINES = 8
# What XML cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Link:
    """A cell that leads to a file: what it shows, and the file's path from the workbook's folder, with /."""

    shown: Any
    target: str


@dataclass(frozen=True)
class Column:
    """A column of a sheet: heading, width in characters, a style of _STYLES, and colours of words (bg, text).

    One that staff fill in is `filled`: tinted, coloured where something stands in it, with `choices` to pick from and
    a `hint`. A `guarded` one refuses to be typed over; sheets are not locked, for then nobody could sort or filter.
    """

    heading: str
    width: float = 12
    style: str = "text"
    colours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    filled: bool = False
    choices: Sequence[str] = ()
    hint: str = ""
    guarded: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows hold text, numbers, booleans, None, Links, or datetimes without a zone (as they shall be read).

    It prints `pages_wide` pages wide; where that is more than one, `repeated_columns` stand on each. Only the first
    `printed_columns` are printed, where that is said. No row is higher than `most_lines`.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    page_head: str = ""
    pages_wide: int = 1
    repeated_columns: int = 0
    printed_columns: int = 0
    most_lines: int = MOST_LINES
    hidden: bool = False


@dataclass(frozen=True)
class Block:
    """One of several tables on a sheet, with what is said where it has no rows."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    nothing: str = ""


@dataclass(frozen=True)
class Pages:
    """A sheet to print: lines of text, and tables below each other in columns of the same widths."""

    name: str
    widths: Sequence[float]
    lines: Sequence[str]
    blocks: Sequence[Block]
    page_head: str = ""


def cell(value: Any) -> Any:  # noqa: ANN401 (a JSON value, a moment or a link)
    """Return what can stand in a cell: of a link what it shows, of a text what a workbook takes."""
    value = value.shown if isinstance(value, Link) else value
    if not isinstance(value, str):
        return value
    text = _FORBIDDEN.sub("\ufffd", sound(value))
    return text if len(text.encode("utf-16-le")) <= 2 * _CELL_UNITS else text[:_CELL_CUT] + _CUT_NOTE
