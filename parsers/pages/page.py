"""What does one picture of a page say, if it is a page at all? It is straightened, read, and put together."""

import re
from dataclasses import dataclass

import cv2
import numpy as np

from parsers.documents.grids import Grid
from parsers.pages.compose import blocks_of
from parsers.pages.inkless import without_seals
from parsers.pages.ocr import OcrError, Picture, find_boxes
from parsers.pages.ruling import find_tables
from parsers.pages.straighten import flattened, turned, upright

# Pages are read at this many pixels of their longer side: larger ones take longer and are read no better.
LONGEST = 1_800
_SMALL = 960
# A photo of houses has a sign or two; a page has lines.
_LEAST_LINES = 7
# What is less wide or high than this, or so many times longer than wide, is a strip and no page.
_LEAST_SIDE, _MOST_LONG = 50, 20
# Paper: how large it is looked at, how bright it is, how far apart its colours are at most, how much of a page it is.
_GLANCE, _BRIGHT, _COLOURLESS, _MOSTLY = 200, 130, 40, 0.6
# What the libraries under us raise on a picture that they cannot take; also where memory is wanting.
PAGE_FAULTS: tuple[type[Exception], ...] = (cv2.error, OcrError)
_NO_MEMORY = re.compile("alloc|memory", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A page that was read: its blocks in reading order, and the picture of it, upright, that areas refer to."""

    blocks: tuple[str | Grid, ...]
    picture: Picture


def is_page(picture: Picture, *, behind_others: bool = False) -> bool:
    """Tell whether a picture shows a page of text, at a fraction of the cost of reading it.

    What stands behind other pages is read in any case: the last of them may have a line or two.
    """
    height, width = picture.shape[:2]
    if min(height, width) < _LEAST_SIDE or max(height, width) > _MOST_LONG * min(height, width):
        return False
    return behind_others or len(find_boxes(_bounded(picture, _SMALL))) >= _LEAST_LINES


def is_paper(page: Page) -> bool:
    """Tell a page that was read from a photo of a street with signs: most of it is bright and without colour."""
    small = _bounded(page.picture, _GLANCE).astype(np.int16)
    paper = (small.min(axis=2) > _BRIGHT) & (small.max(axis=2) - small.min(axis=2) < _COLOURLESS)
    return float(paper.mean()) > _MOSTLY


def wants_memory(error: Exception) -> bool:
    """Tell a fault that comes from a want of memory, which is none of the page."""
    return bool(_NO_MEMORY.search(str(error)))


def read_page(picture: Picture, number: int) -> Page:
    """Return what a picture of a page says; `number` is the page's (from 1)."""
    flat = flat_page(picture)
    plain = without_seals(flat)
    turn, lines = upright(plain.picture)
    shown = turned(flat, turn)
    if turn is not None:
        plain = without_seals(shown)
    blocks = blocks_of(plain.picture, lines, find_tables(plain.ruled), number, plain.stamps)
    return Page(tuple(blocks), shown)


def flat_page(picture: Picture) -> Picture:
    """Return a page without its slope and perspective, at most LONGEST pixels; it may still lie on a side."""
    return _bounded(flattened(_bounded(picture, LONGEST)), LONGEST)


def _bounded(picture: Picture, longest: int) -> Picture:
    scale = longest / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
