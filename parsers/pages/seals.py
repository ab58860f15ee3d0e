"""Which red seals stand on a page? Rings of red ink of a seal's size, told from letterheads, logos and photos.

A page without any colour (a grey copy) cannot tell: that is not the same as bearing none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.base import Area
from parsers.pages.ocr import Picture

# A seal of 38 to 45 mm on paper 210 mm wide, and what cropping, photographing and landscape pages make of it.
_RADII = (0.05, 0.15)
_WORKING_WIDTH = 320
_RADIUS_STEP = 1.06
# Red ink against the paper around it: how much redder, and how much colour a page has at least that can show any.
_EXCESS = 22
_COLOURED = 14
_COLOURED_SHARE = 0.0004
# How much of the ring is inked, in how many of its sectors, and how much of what it encloses at the most.
_RING, _SECTORS, _INKED_SECTORS = 0.42, 24, 0.55
_SECTOR_INK = 0.12
_FULL = 0.55
_MOST = 12
_SURE = 0.8

Mask = NDArray[Any]


@dataclass(frozen=True)
class Seal:
    """A seal: where it stands on its page, and how sure it is one (0..1)."""

    area: Area
    confidence: float


@dataclass(frozen=True)
class Seals:
    """The seals of a page, the surest first; whether its colours could tell at all."""

    found: tuple[Seal, ...]
    can_tell: bool


def find_seals(picture: Picture, page: int = 1) -> Seals:
    """Return the seals on an upright page (BGR)."""
    small = _small(picture)
    red = red_ink(small)
    if not red.any():
        return Seals((), _has_colour(small))
    return Seals(tuple(_strongest(red, page)), can_tell=True)


def red_ink(picture: Picture) -> Mask:
    """Return where a page is redder than its paper, as 0 and 1: seals print red, orange or a purplish red."""
    channels = picture.astype(np.int16)
    blue, green, red = channels[:, :, 0], channels[:, :, 1], channels[:, :, 2]
    excess = red - np.maximum(green, blue)
    # The paper's own tint, as lamps give it, is not ink.
    paper = np.median(excess)
    return np.asarray(excess - max(paper, 0) > _EXCESS, np.uint8)


def _has_colour(picture: Picture) -> bool:
    """Tell whether anything on a page has a colour of its own: a grey copy has none, nor has a page of black ink."""
    spread = picture.max(axis=2).astype(np.int16) - picture.min(axis=2)
    return bool((spread - np.median(spread) > _COLOURED).mean() > _COLOURED_SHARE)


def _small(picture: Picture) -> Picture:
    scale = _WORKING_WIDTH / min(picture.shape[:2])
    if scale >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _strongest(red: Mask, page: int) -> Iterator[Seal]:
    """Yield the rings of a mask, the best inked first, each place once."""
    inked = cv2.dilate(red, np.ones((2, 2), np.uint8)).astype(np.float32)
    best = _best_rings(inked)
    for _ in range(_MOST):
        score, radius, (across, down) = _peak(best)
        if score < _RING:
            return
        if _is_seal(red, across, down, radius):
            area = _area((across, down), radius, red.shape, page)
            yield Seal(area, round(min(1.0, score / _SURE), 3))
        cv2.circle(best[0], (across, down), int(radius * 0.8), 0, -1)


def _area(centre: tuple[int, int], radius: float, shape: tuple[int, ...], page: int) -> Area:
    height, width = shape[:2]
    across, down = centre[0] / width, centre[1] / height
    wide, high = radius / width, radius / height
    sides = (across - wide, down - high, across + wide, down + high)
    return Area(page, *(round(min(max(float(side), 0.0), 1.0), 4) for side in sides))


def _best_rings(inked: Mask) -> tuple[Mask, Mask]:
    """Return for each place the share of ink on the best ring around it, and that ring's radius."""
    scores, radii = np.zeros_like(inked), np.zeros_like(inked)
    radius = max(6.0, _RADII[0] * _WORKING_WIDTH)
    while radius <= _RADII[1] * _WORKING_WIDTH:
        ring = _ring(round(radius))
        score = cv2.filter2D(inked, cv2.CV_32F, ring, borderType=cv2.BORDER_CONSTANT)
        better = score > scores
        scores[better], radii[better] = score[better], radius
        radius *= _RADIUS_STEP
    return scores, radii


@cache
def _ring(radius: int) -> Mask:
    """Return a ring of the thickness of a seal's as a kernel that sums to 1."""
    kernel = np.zeros((2 * radius + 3, 2 * radius + 3), np.float32)
    cv2.circle(kernel, (radius + 1, radius + 1), radius, 1.0, max(1, radius // 14))
    return np.asarray(kernel / kernel.sum())


def _peak(best: tuple[Mask, Mask]) -> tuple[float, float, tuple[int, int]]:
    _, score, _, place = cv2.minMaxLoc(best[0])
    return float(score), float(best[1][place[1], place[0]]), (int(place[0]), int(place[1]))


def _is_seal(red: Mask, across: int, down: int, radius: float) -> bool:
    """Tell a seal's ring from red letters and pictures: inked all around, and not full."""
    height, width = red.shape
    rows, columns = np.ogrid[:height, :width]
    away = np.hypot(columns - across, rows - down)
    inner = away < 0.86 * radius
    if not inner.any() or red[inner].mean() > _FULL:
        return False
    band = (away > 0.88 * radius) & (away < 1.12 * radius)
    angle = np.arctan2(rows - down, columns - across)
    sector = ((angle + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS
    parts = (red[band & (sector == number)] for number in range(_SECTORS))
    inked = [part.mean() > _SECTOR_INK for part in parts if part.size]
    beyond = (away > 1.2 * radius) & (away < 1.5 * radius)
    alone = not beyond.any() or red[beyond].mean() < red[band].mean() / 2
    return sum(inked) >= _INKED_SECTORS * _SECTORS and alone
