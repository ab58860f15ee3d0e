"""What of a workbook is worth opening? Its near cells: one stray cell far away would cost memory for all between.

python-calamine unfolds a sheet to a full rectangle: one space typed at XFD1048576 would be 17 thousand million cells.
Cells beyond MAX_ROWS and MAX_COLUMNS say nothing to us; where they make a sheet huge they are taken out of a copy.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from parsers.base import ParseError
from parsers.compound import MAGIC, Compound
from parsers.documents.package import BROKEN_ZIP

# No list has more; a stray cell far away makes a sheet large without saying anything.
MAX_ROWS = 20_000
MAX_COLUMNS = 100
# A rectangle of so many cells (32 bytes each) is opened as it is.
_MOST_CELLS = 4_000_000
_MOST_BYTES = 200_000_000
LOCKED = "电子表格设了打开密码，请索要密码或未加密的文件"
_TOO_BIG = "电子表格解开后大得反常，未打开，请人工看"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_CELL = re.compile(rb'<((?:\w+:)?c)\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?(?:/>|>.*?</\1>)', re.DOTALL)
_PLACE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ODS_REPEATED = re.compile(rb'(table:number-(rows|columns)-repeated=")(\d{4,})(?=")')
_PIECE, _OVERLAP = 1 << 20, 4_096
# BIFF records that begin with a row and a column: cells of every kind ([MS-XLS] 2.3.2), each of two bytes.
_XLS_CELLS = frozenset((0x0006, 0x00BD, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00BE, 0x00D6))
# The record of how far a sheet reaches, by which memory is set aside: the row and the column after the last.
_XLS_REACH, _XLS_REACH_BYTES = 0x0200, 14
_XLS_LOCK = 0x002F
_IGNORED = b"\xff\x0f"


def near_cells(path: Path) -> Path | io.BytesIO:
    """Return a workbook's path, or where cells far away make it huge a copy without them.

    ParseError `unsafe` where it unpacks to too much, `encrypted` where an .xls is behind a password.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)).startswith(MAGIC):
            return _near_xls(path)
    try:
        return _near_package(path)
    except BROKEN_ZIP:
        # Whether it can be read all the same, its reader says.
        return path


def _near_package(path: Path) -> Path | io.BytesIO:
    with zipfile.ZipFile(path) as package:
        if sum(info.file_size for info in package.infolist()) > _MOST_BYTES:
            raise ParseError("unsafe", _TOO_BIG)
        changes: dict[str, Callable[[bytes], bytes]] = {}
        for info in package.infolist():
            if info.filename == "content.xml":
                changes[info.filename] = _without_repeats
            elif _SHEET.search(info.filename) and _is_far(*_reach(package, info)):
                changes[info.filename] = _without_far
        return _copy(package, changes) if changes else path


def _copy(package: zipfile.ZipFile, changes: dict[str, Callable[[bytes], bytes]]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for info in package.infolist():
            change = changes.get(info.filename)
            data = package.read(info)
            copy.writestr(zipfile.ZipInfo(info.filename), change(data) if change else data, zipfile.ZIP_DEFLATED)
    made.seek(0)
    return made


def _is_far(rows: int, columns: int) -> bool:
    return rows * columns > _MOST_CELLS


def _reach(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
    """Return the last row and the last column (from 1) that a sheet of an .xlsx has a cell in."""
    rows = columns = 0
    rest = b""
    with package.open(info) as sheet:
        while piece := sheet.read(_PIECE):
            # A cell that two pieces share is met in the second one; to meet one twice does no harm.
            rest = rest[-_OVERLAP:] + piece
            for match in _PLACE.finditer(rest):
                rows = max(rows, int(match[2]))
                columns = max(columns, _column(match[1]))
    return rows, columns


def _column(letters: bytes) -> int:
    """Return a column's number (from 1): A, B … Z, AA …."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _without_far(sheet: bytes) -> bytes:
    """Return a sheet of an .xlsx without the cells that are not read."""

    def near(match: re.Match[bytes]) -> bytes:
        return match[0] if int(match[3]) <= MAX_ROWS and _column(match[2]) <= MAX_COLUMNS else b""

    return _CELL.sub(near, sheet)


def _without_repeats(content: bytes) -> bytes:
    """Return the content of an .ods in which no row or column is repeated more often than is read."""

    def fewer(match: re.Match[bytes]) -> bytes:
        most = MAX_ROWS if match[2] == b"rows" else MAX_COLUMNS
        return match[1] + b"%d" % min(int(match[3][:12]), most)

    return _ODS_REPEATED.sub(fewer, content)


def _near_xls(path: Path) -> Path | io.BytesIO:
    """Return an .xls as it is, or in a copy whose far cells are records of a type that no reader knows."""
    compound = Compound(path)
    node = next((compound.root.children[name] for name in ("Workbook", "Book") if name in compound.root.children), None)
    if node is None:
        return path
    places = [(at, row, column) for at, row, column in _xls_cells(b"".join(compound.stream(node)))]
    if not _is_far(max((row for _, row, _ in places), default=0), max((one[2] for one in places), default=0)):
        return path
    whole = bytearray(path.read_bytes())
    offsets = compound.offsets(node)
    for at, row, column in places:
        if row > MAX_ROWS or column > MAX_COLUMNS:
            for shift, byte in enumerate(_IGNORED):
                whole[offsets(at + shift)] = byte
    return io.BytesIO(bytes(whole))


def _xls_cells(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (offset of its record, row, column) of every cell, and of what a sheet says of its last one (from 1)."""
    at = 0
    while at + 8 <= len(stream):
        kind, length, row, column = struct.unpack_from("<4H", stream, at)
        if kind == _XLS_LOCK:
            # The library tells a locked workbook by its suffix alone; ours lie under their hashes.
            raise ParseError("encrypted", LOCKED)
        if kind in _XLS_CELLS:
            yield at, row + 1, column + 1
        elif kind == _XLS_REACH and length == _XLS_REACH_BYTES and at + 4 + length <= len(stream):
            yield at, *struct.unpack_from("<4xI2xH", stream, at + 4)
        at += 4 + length
