"""What does a workbook say? Each sheet of an .xlsx, .xls, .et or .ods as a table. The one door to python-calamine."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from parsers.base import ParseError
from parsers.documents.document import Document
from parsers.documents.far_cells import LOCKED, MAX_COLUMNS, MAX_ROWS, near_cells
from parsers.documents.tables import Cell, Table

_MAX_SHEETS = 50
# A ledger of ours has a row for each finding of a campaign.
_MAX_OWN_ROWS = 200_000
_BROKEN = "电子表格打不开，可能已损坏，请人工看"
_WHOLE = 1e15
# Nobody merges more areas side by side.
_MOST_MERGED = 1_000

# An area of cells that were made one: its first and its last row and column, from 0.
Merged = tuple[tuple[int, int], tuple[int, int]]
Merges = dict[tuple[int, int], tuple[int, int]]


def read_sheets(path: Path) -> Document:
    """Return what a workbook says, its visible sheets in order; ParseError `encrypted` or `corrupt` where it cannot."""
    with _opened(path) as workbook:
        return Document(tuple(_tables(workbook)), method="sheet")


def read_cells(path: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (sheet, row from 1, texts) of a workbook of our own that comes back, hidden sheets and rows too.

    Formulas are not evaluated: what they showed when they were saved is read. What was merged stands in each of its
    cells, as whoever wrote once for several rows meant it. ParseError where it cannot be opened.
    """
    with _opened(path) as workbook:
        for name in workbook.sheet_names[:_MAX_SHEETS]:
            sheet = workbook.get_sheet_by_name(name)
            first = (sheet.start or (0, 0))[0] + 1
            rows = zip(range(first, first + _MAX_OWN_ROWS), sheet.iter_rows(), strict=False)
            shown = ((number, [_shown(value) for value in row[:MAX_COLUMNS]]) for number, row in rows)
            for number, texts in _spread(shown, sheet.merged_cell_ranges or ()):
                yield name, number, texts


def _spread(rows: Iterable[tuple[int, list[str]]], merged: Sequence[Merged]) -> Iterator[tuple[int, list[str]]]:
    """Yield numbered rows in which the blank cells of a merged area say what its first cell says."""
    waiting = sorted(merged, reverse=True)
    reaching: list[tuple[Merged, str]] = []
    for number, texts in rows:
        reaching = [one for one in reaching if one[0][1][0] >= number - 1]
        while waiting and waiting[-1][0][0] <= number - 1 and len(reaching) < _MOST_MERGED:
            area = waiting.pop()
            (top, left), (bottom, _) = area
            if top == number - 1 and left < len(texts) and bottom >= top:
                reaching.append((area, texts[left]))
        for ((_, left), (_, right)), text in reaching:
            for column in range(left, min(right + 1, len(texts))):
                texts[column] = texts[column] or text
        yield number, texts


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Give an open workbook; ParseError for whatever its library raises."""
    try:
        # Not by its path alone: how the file is called would decide there, and what it holds here.
        yield CalamineWorkbook.from_object(near_cells(path))
    except PasswordError as error:
        raise ParseError("encrypted", LOCKED) from error
    except CalamineError as error:
        raise ParseError("corrupt", _BROKEN) from error
    except BaseException as error:
        # A panic of the library's Rust is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise ParseError("corrupt", _BROKEN) from error


def _tables(workbook: CalamineWorkbook) -> Iterator[Table]:
    """Yield the tables of the visible sheets; a sheet that somebody hid is not what they send."""
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    for index, name in enumerate(shown[:_MAX_SHEETS], start=1):
        sheet = workbook.get_sheet_by_name(name)
        rows = tuple(_rows(sheet))
        if rows:
            yield Table(index, rows)


def _rows(sheet: CalamineSheet) -> Iterator[tuple[Cell, ...]]:
    """Yield a sheet's rows unfolded to its grid; a merged cell stands in all places that it covers."""
    merges = _merges(sheet.merged_cell_ranges or ())
    texts = [[_shown(value) for value in row[:MAX_COLUMNS]] for row, _ in zip(sheet.iter_rows(), range(MAX_ROWS))]  # noqa: B905 (the shorter of both)
    width = max((_width(row) for row in texts), default=0)
    while texts and not any(texts[-1]):
        texts.pop()
    top = (sheet.start or (0, 0))[0]
    made: dict[tuple[int, int], Cell] = {}
    for number, row in enumerate(texts):
        yield tuple(_cell(texts, row, (number, column), merges, made, top) for column in range(width))


def _cell(
    texts: Sequence[Sequence[str]],
    row: Sequence[str],
    at: tuple[int, int],
    merges: Merges,
    made: dict[tuple[int, int], Cell],
    top: int,
) -> Cell:
    """Return the cell at a place of the grid; a merged one is the one that it begins with."""
    origin = merges.get((at[0] + top, at[1]), (at[0] + top, at[1]))
    if origin not in made:
        begins = texts[origin[0] - top] if 0 <= origin[0] - top < len(texts) else row
        text = begins[origin[1]] if origin[1] < len(begins) else ""
        made[origin] = Cell(text, origin[0] + 1, origin[1] + 1)
    return made[origin]


def _merges(ranges: Iterable[Merged]) -> Merges:
    """Return place -> origin of all places that merged cells cover, as far as rows and columns are read."""
    origins: Merges = {}
    for (top, left), (bottom, right) in ranges:
        for row in range(top, min(bottom, MAX_ROWS) + 1):
            for column in range(left, min(right, MAX_COLUMNS) + 1):
                origins[row, column] = (top, left)
        if len(origins) > MAX_ROWS * MAX_COLUMNS:
            break
    return origins


def _width(row: Sequence[str]) -> int:
    return max((number for number, text in enumerate(row, start=1) if text), default=0)


def _shown(value: object) -> str:
    """Return a value as a person sees it: days without a clock, whole numbers without a point, phones as digits."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
