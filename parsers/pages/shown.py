"""How does the page look that a value was read from, and the piece of it about the value? As BGR arrays, or as JPEG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import cv2
import numpy as np

from parsers.base import Area, ParseError
from parsers.pages.inkless import without_seals
from parsers.pages.ocr import Picture, read_line
from parsers.pages.page import flat_page
from parsers.pages.straighten import TURNS, turned, upright

# How much of the page is shown beside a value, in its own sizes and at least in shares of the page: its label is there.
_BESIDE, _ABOVE = 0.25, 1.0
_LEAST_BESIDE, _LEAST_ABOVE = 0.16, 0.03
_LONGEST = 1_100
# Drawn about the value and not over it, in a red that stands on no paper.
_LINE, _GAP, _COLOUR = 3, 3, (40, 40, 225)
_QUALITY = 85
# Values read again where they stood: so like what was read there that the page lies as it lay then.
_ALIKE = 0.6


@dataclass(frozen=True)
class Known:
    """What an OCR read at a place of a page."""

    area: Area
    raw: str


def straightened(picture: Picture, known: Sequence[Known]) -> Picture:
    """Return a page flat and upright, as its reader had it.

    The few values that are known of it tell how it lies; where they do not, all of it is read again, as it was then.
    """
    flat = flat_page(picture)
    for turn in TURNS:
        page = turned(flat, turn)
        if _is_said(page, known):
            return page
    return turned(flat, upright(without_seals(flat).picture)[0])


def _is_said(page: Picture, known: Sequence[Known]) -> bool:
    """Tell whether a page says what is known of it."""
    if not known:
        return False
    alike = [SequenceMatcher(None, one.raw, _read(page, one.area)).ratio() for one in known]
    return sum(alike) / len(alike) >= _ALIKE


def _read(page: Picture, area: Area) -> str:
    left, top, right, bottom = _pixels(page, area)
    return read_line(np.ascontiguousarray(page[top:bottom, left:right]))[0]


def about(page: Picture, area: Area) -> Picture:
    """Return the piece of a page about an area, which is outlined."""
    left, top, right, bottom = _pixels(page, area)
    height, width = page.shape[:2]
    beside = round(max((right - left) * _BESIDE, width * _LEAST_BESIDE))
    above = round(max((bottom - top) * _ABOVE, height * _LEAST_ABOVE))
    drawn = page.copy()
    corners = ((left - _GAP, top - _GAP), (right + _GAP, bottom + _GAP))
    cv2.rectangle(drawn, *corners, _COLOUR, _LINE)
    rows = slice(max(0, top - above), min(height, bottom + above))
    return _bounded(drawn[rows, max(0, left - beside) : min(width, right + beside)])


def area_of(values: Mapping[str, float]) -> Area:
    """Return an area from its JSON values; ParseError where it lies on no page."""
    left, top, right, bottom = (min(max(values[edge], 0.0), 1.0) for edge in ("left", "top", "right", "bottom"))
    if left >= right or top >= bottom:
        raise ParseError("corrupt", "读数没有记下页面上的位置")
    return Area(int(values["page"]), left, top, right, bottom)


def opened(path: Path) -> Picture:
    """Return a picture of ours."""
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ParseError("corrupt", "页面图片打不开")
    return np.asarray(picture, np.uint8)


def jpeg_of(picture: Picture) -> bytes:
    """Return a picture as a JPEG."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()


def _pixels(page: Picture, area: Area) -> tuple[int, int, int, int]:
    height, width = page.shape[:2]
    return round(area.left * width), round(area.top * height), round(area.right * width), round(area.bottom * height)


def _bounded(picture: Picture) -> Picture:
    scale = _LONGEST / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
