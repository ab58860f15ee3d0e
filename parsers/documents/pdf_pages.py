"""What are a PDF's pages? Which are pictures and not text, and how they look. The one door to pypdfium2."""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
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
_MAX_SIDE = 20_000
# A page that a picture covers so far is a scan, whatever text lies invisibly over it.
_COVERED = 0.6
_MAX_OBJECTS = 20_000
_FEW_LETTERS = 8
_END, _TAIL_BYTES = b"%%EOF", 2_048
_ONE_CHANNEL = (1, 8)
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
    """How many pages a PDF has, and which of the first MAX_PAGES (from 1) are text, pictures, or show nothing."""

    count: int
    text: tuple[int, ...] = ()
    pictures: tuple[int, ...] = ()
    blank: tuple[int, ...] = ()


def page_kinds(path: Path) -> PageKinds:
    """Return what a PDF's pages are: a scan is a picture with or without a layer of text.

    ParseError `encrypted` or `corrupt` where it cannot be opened.
    """
    kinds: dict[str, list[int]] = {"text": [], "pictures": [], "blank": []}
    with _opened(path) as document:
        for number in range(1, min(len(document), MAX_PAGES) + 1):
            kinds[_kind(document, number)].append(number)
        return PageKinds(len(document), **{kind: tuple(numbers) for kind, numbers in kinds.items()})


def is_cut(path: Path) -> bool:
    """Tell a PDF that does not end as one ends: what came of it may be less than was sent."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
        return _END not in file.read()


def _kind(document: Any, number: int) -> str:  # noqa: ANN401 (pypdfium2 has no types)
    """Return what a page is: text, pictures, or blank.

    Pictures are what a picture covers and over which nothing visible is written, what shows no letter though it shows
    something (letters may be drawn), and a drawing of so many lines that to look for text in it takes too long.
    """
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError:
        # Whoever reads texts says what is wrong with it.
        return "text"
    area = page.get_width() * page.get_height()
    covered, letters, count = 0.0, 0, 0
    for item in page.get_objects(max_depth=3):
        count += 1
        if count > _MAX_OBJECTS:
            return "pictures"
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            # Some scanners cut a page into strips.
            covered += (right - left) * (top - bottom) / area if area else 0.0
        elif item.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(item.raw) != _INVISIBLE:
            letters += 1
    if (covered >= _COVERED and letters < _FEW_LETTERS) or (count and not letters):
        return "pictures"
    return "text" if count else "blank"


def render(path: Path, pages: Iterable[int], dpi: int) -> Iterator[tuple[int, Any]]:
    """Yield pages (from 1) with their upright pictures (PIL) of at most 16 megapixels, None for a broken page.

    A page that was scanned in grey is a picture in grey (L), any other in RGB.
    """
    with _opened(path) as document:
        for number in pages:
            try:
                page = document[number - 1]
                shown = page.render(scale=_scale(page, dpi)).to_pil()
                shown = shown.convert("L") if _is_grey(page) else shown
            except (pypdfium2.PdfiumError, ctypes.ArgumentError, ValueError):
                shown = None
            yield number, shown


def show(path: Path, number: int, longest: int, *, margins: bool = False) -> Any:  # noqa: ANN401 (a picture of PIL's)
    """Return a page (from 1) upright in RGB, its longer side of so many pixels.

    With `margins` all of its paper is shown, as positions of text are told, and not what a crop box leaves of it.
    ParseError where there is no such page or it is broken.
    """
    with _opened(path) as document:
        try:
            page = document[number - 1]
            if margins:
                page.set_cropbox(*page.get_mediabox())
                # Its size is read when it is opened.
                page.close()
                page = document[number - 1]
            sides = (max(side, 1.0) for side in (page.get_width(), page.get_height()))
            return page.render(scale=longest / max(sides)).to_pil().convert("RGB")
        except (pypdfium2.PdfiumError, ctypes.ArgumentError, IndexError, ValueError) as error:
            raise ParseError("corrupt", f"PDF 第 {number} 页打不开，可能已损坏") from error


def with_images(path: Path, pages: Iterable[int]) -> frozenset[int]:
    """Return which of some pages (from 1) show a picture, or cannot be looked into."""
    found = set()
    with _opened(path) as document:
        for number in pages:
            try:
                items = islice(document[number - 1].get_objects(max_depth=3), _MAX_OBJECTS)
                shows = any(item.type == raw.FPDF_PAGEOBJ_IMAGE for item in items)
            except (pypdfium2.PdfiumError, ValueError):
                shows = True
            if shows:
                found.add(number)
    return frozenset(found)


def _is_grey(page: Any) -> bool:  # noqa: ANN401 (pypdfium2 has no types)
    """Tell whether all that a page shows are pictures of one channel: 8 bits or 1, and no palette of colours."""
    shown = [
        (item.get_metadata() if item.type == raw.FPDF_PAGEOBJ_IMAGE else None)
        for item in islice(page.get_objects(max_depth=3), _MAX_OBJECTS)
        if item.type != raw.FPDF_PAGEOBJ_TEXT
    ]
    return bool(shown) and all(
        one is not None and one.bits_per_pixel in _ONE_CHANNEL and one.colorspace != raw.FPDF_COLORSPACE_INDEXED
        for one in shown
    )


def _scale(page: Any, dpi: int) -> float:  # noqa: ANN401 (pypdfium2 has no types)
    """Return the scale for a resolution, smaller where the page claims to be larger than any paper."""
    width, height = (max(side, 1.0) for side in (page.get_width(), page.get_height()))
    scale = dpi / _POINTS_AN_INCH
    most = (_MAX_PIXELS / (width * height)) ** 0.5
    return float(min(scale, most, _MAX_SIDE / max(width, height)))
