"""What are a PDF's pages? Which are pictures and not text, and how they look. The one door to pypdfium2."""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from parsers.base import ParseError

# Of longer papers the first pages are read: lists and forms have a few, the longest material seen thirty.
MAX_PAGES = 60
_LOCKED = "PDF 设了打开密码，请索要密码或未加密的文件"
_BROKEN = "PDF 打不开，可能已损坏，请人工看"
_POINTS_AN_INCH = 72
_MAX_PIXELS = 16_000_000
_LONGEST_POINTS = 14_400
# A page that a picture covers so far is a scan, whatever text lies invisibly over it.
_COVERED = 0.6
_MAX_OBJECTS = 20_000
_FEW_LETTERS = 8
_INVISIBLE = raw.FPDF_TEXTRENDERMODE_INVISIBLE


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        document = pypdfium2.PdfDocument(str(path))
    except pypdfium2.PdfiumError as error:
        locked = raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
        raise ParseError(*(("encrypted", _LOCKED) if locked else ("corrupt", _BROKEN))) from error
    try:
        yield document
    finally:
        document.close()


@dataclass(frozen=True)
class PageKinds:
    """How many pages a PDF has, and which of the first MAX_PAGES (from 1) are text and which are pictures."""

    count: int
    text: tuple[int, ...]
    pictures: tuple[int, ...]


def page_kinds(path: Path) -> PageKinds:
    """Return what a PDF's pages are: a scan is a picture with or without a layer of text.

    ParseError `encrypted` or `corrupt` where it cannot be opened.
    """
    with _opened(path) as document:
        numbers = range(1, min(len(document), MAX_PAGES) + 1)
        pictures = tuple(number for number in numbers if _is_picture(document, number))
        return PageKinds(len(document), tuple(number for number in numbers if number not in pictures), pictures)


def _is_picture(document: Any, number: int) -> bool:  # noqa: ANN401 (pypdfium2 has no types)
    """Tell a page that a picture covers and over which nothing visible is written, or that shows nothing as text."""
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError:
        return False
    area = page.get_width() * page.get_height()
    covered, letters = 0.0, 0
    for count, item in enumerate(page.get_objects(max_depth=3)):
        if count > _MAX_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            # Some scanners cut a page into strips.
            covered += (right - left) * (top - bottom) / area if area else 0.0
        elif item.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(item.raw) != _INVISIBLE:
            letters += 1
    return covered >= _COVERED and letters < _FEW_LETTERS


def render(path: Path, pages: Iterable[int], dpi: int) -> Iterator[tuple[int, Any]]:
    """Yield pages (from 1) with their upright pictures (PIL) of at most 16 megapixels; broken pages are left out."""
    with _opened(path) as document:
        for number in pages:
            try:
                page = document[number - 1]
                yield number, page.render(scale=_scale(page, dpi)).to_pil()
            except (pypdfium2.PdfiumError, ctypes.ArgumentError, ValueError):
                continue


def _scale(page: Any, dpi: int) -> float:  # noqa: ANN401 (pypdfium2 has no types)
    """Return the scale for a resolution, smaller where the page claims to be larger than any paper."""
    width, height = (min(max(side, 1.0), _LONGEST_POINTS) for side in (page.get_width(), page.get_height()))
    scale = dpi / _POINTS_AN_INCH
    most = (_MAX_PIXELS / (width * height)) ** 0.5
    return float(min(scale, most))
