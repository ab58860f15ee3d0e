"""How does a page of a file look? Its first page small, a page as the areas of its values mean it, and a piece of that.

All are JPEGs with nothing in them but the picture.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from parsers.base import ParseError
from parsers.documents import pdf_pages
from parsers.reading import format_at
from parsers.thumbnail import jpeg_of, thumbnail

# Raised where pictures come out otherwise: those that are kept are made again.
SHOWING_VERSION = 1
# Text of 9 points is read with ease at this many pixels of a page's longer side.
_SHEET_LONGEST = 1_800


def first_page(path: Path, longest: int) -> bytes:
    """Return the first page of a PDF or a picture file, its longer side at most `longest` pixels.

    ParseError where it cannot be opened.
    """
    if format_at(path) == "pdf":
        return jpeg_of(pdf_pages.show(path, 1, longest))
    return thumbnail(path, longest)[0]


def sheet(path: Path, page: int, known: Sequence[Mapping[str, Any]] | None) -> bytes:
    """Return a page (from 1) as the areas of its values refer to it.

    `known` are the areas and texts of some values of a scan (it may be empty), None where its text was not read by OCR.
    """
    if known is None:
        if format_at(path) != "pdf":
            raise ParseError("unsupported", "这种文件没有页面图片")
        return jpeg_of(pdf_pages.show(path, page, _SHEET_LONGEST, margins=True))
    # What OCR needs takes a second to import, and text needs none.
    from parsers.pages import shown
    from parsers.scanning import straight_page

    values = [shown.Known(shown.area_of(one["area"]), one["raw"]) for one in known]
    return shown.jpeg_of(straight_page(path, page, values))


def cut_out(path: Path, area: Mapping[str, float]) -> bytes:
    """Return the piece of a sheet (as `sheet` made it) about an area, which is outlined."""
    from parsers.pages import shown

    return shown.jpeg_of(shown.about(shown.opened(path), shown.area_of(area)))
