"""Which red seals stand on a page, and where? Round and oval ones of organisations, square ones, persons' apart.

A seal is a thin red ring on paper with red writing inside along it. Letterheads, logos, pens, photos and fingerprints
lack the ring, the writing or the paper between.
"""

# ruff: noqa: PLR2004 -- limits measured on pages stand beside what they limit

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from parsers.base import Area
from parsers.pages.greys import greys_of
from parsers.pages.red import Map, Picture, lines_of, redness_of
from parsers.pages.rings import Ellipse, Look, followed, look_at, proposed, unrolled
from parsers.pages.squares import Square, squares

# The page is looked at in this size: a seal's ring is then about three pixels wide.
_SIDE = 800
# A line less red than this against the paper, or than this many times the paper's noise, is none.
_FAINTEST, _ABOVE_NOISE = 0.045, 4.0
# A square smaller than this share of the page's longer side (25 mm) is a person's.
_PERSONS = 0.085
_STAR = 0.45
# How far from a cell a seal's middle may be, and how much further from another, against the seal's size.
_NEAR, _CLEAR = 0.55, 0.05
# A picture less wide or high than this (an icon, a strip) shows no seal that could be told.
_SMALLEST = 100
_ABOUT = np.arange(0.9, 1.1, 0.02, dtype=np.float32)


@dataclass(frozen=True)
class Seal:
    """A seal: its box as shares (0..1) of the page, "round", "oval" or "square", and how sure it is one (0..1).

    `ellipse` is the ring's, in pixels of the picture; None of a square one.
    """

    left: float
    top: float
    right: float
    bottom: float
    shape: str
    confidence: float
    ellipse: Ellipse | None = None


@dataclass(frozen=True)
class Seals:
    """The organisations' seals of a page, top to bottom, and apart from them persons' square ones.

    `can_tell` is False where the page was seen in grey, or shows a seal in grey as copies do: then it cannot be said
    that a seal is missing.
    """

    found: tuple[Seal, ...]
    can_tell: bool
    persons: tuple[Seal, ...] = ()


def find_seals(image: Picture, *, grey: bool = False) -> Seals:
    """Return the seals of an upright page picture (BGR, uint8); `grey` where it was seen without colours."""
    if min(image.shape[:2]) < _SMALLEST:
        return Seals((), can_tell=False)
    scale = _SIDE / max(image.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small: Any = cv2.resize(image, None, fx=scale, fy=scale, interpolation=method)
    redness, bright = redness_of(small)
    red, noise = lines_of(cv2.GaussianBlur(redness, (0, 0), 0.7))  # type: ignore[arg-type]
    floor = max(_FAINTEST, _ABOVE_NOISE * noise)
    rings = _rings(red, bright, floor)
    found = [_seal(ellipse, look, red.shape, scale) for ellipse, look in rings]
    square = [one for one in squares(redness, bright, floor) if not any(_inside(one, ring) for ring, _ in rings)]
    found += [_square_seal(one, red.shape) for one in square if one.side >= _PERSONS * _SIDE]
    persons = [_square_seal(one, red.shape) for one in square if one.side < _PERSONS * _SIDE]
    can_tell = bool(found or persons) or not (grey or _copied(small))
    return Seals(tuple(sorted(found, key=lambda one: one.top)), can_tell, tuple(persons))


def _copied(small: Picture) -> bool:
    """Tell whether a picture shows a seal in grey or black: it is that of a copy."""
    return any(_rings(*greys) for greys in greys_of(small))


def _rings(red: Map, bright: Map, floor: float) -> list[tuple[Ellipse, Look]]:
    if int((red > floor).sum()) < 60:
        return []
    starts = list(proposed(red, floor))
    levels = [max(floor, min(0.8, float(np.percentile(unrolled(red, one, _ABOUT), 90)))) for one in starts]
    looks = [(one, look_at(red, bright, one, floor)) for one in followed(red, starts, levels) if one is not None]
    fit = [(one, look) for one, look in looks if look is not None and not refused(one, look, floor, max(red.shape))]
    fit.sort(key=lambda pair: -_weight(pair[1]))
    kept: list[tuple[Ellipse, Look]] = []
    for one, look in fit:
        if all(_apart(one, other) for other, _ in kept) and _own_share(one, look, kept) > 0.45:
            kept.append((one, look))
    return kept


@dataclass(frozen=True)
class Least:
    """What a ring needs at least to be a seal's (line, writing, paper in it), and how far it strays at most."""

    ring: float
    text: float
    changes: float
    paper: float
    wobble: float


# With a star in the middle less of the rest is needed; a flat ring (an oval seal, or a page far askew) needs more of
# its line; a ring all there and true as a machine's less of the writing.
_STARRED = Least(ring=0.42, text=0.08, changes=0.013, paper=0.22, wobble=0.036)
_TRUE = Least(ring=0.93, text=0.16, changes=0.026, paper=0.4, wobble=0.015)
_ROUND = Least(ring=0.6, text=0.22, changes=0.034, paper=0.4, wobble=0.028)
_FLAT = Least(ring=0.72, text=0.22, changes=0.034, paper=0.4, wobble=0.028)


def refused(ellipse: Ellipse, look: Look, floor: float, side: int) -> str:
    """Return why a ring is no seal's; empty where it may be one."""
    long, short = max(ellipse.a, ellipse.b), min(ellipse.a, ellipse.b)
    tests = (
        ("flat", short / long < 0.52),
        ("small", (long * short) ** 0.5 < 0.036 * side),
        ("visible", look.visible < 0.33),
        ("faint", look.level < floor),
        ("width", look.width > 0.17),
        ("outside", look.outside > 0.3),
        ("fill", not 0.03 < look.fill < 0.78),
        ("half", look.visible < 0.75 and look.ring < 0.6),
    )
    failed = [name for name, fails in tests if fails]
    starred = look.star > _STAR and (short / long > 0.7 or look.ring > 0.65)
    ways = (_STARRED,) if starred else (_TRUE, _ROUND if short / long > 0.78 else _FLAT)
    lacks = [_lacking(look, least) for least in ways]
    return ",".join(failed + ([] if "" in lacks else [lacks[-1]]))


def _lacking(look: Look, least: Least) -> str:
    lower = [name for name in ("ring", "text", "changes", "paper") if getattr(look, name) < getattr(least, name)]
    stray = look.wobble > least.wobble or (least is not _STARRED and look.ring - 10 * look.wobble < 0.42)
    return ",".join(lower + ["wobble"] * stray)


def _weight(look: Look) -> float:
    writing = min(1.0, 0.5 + look.text + 0.5 * look.star)
    return look.ring * (0.5 + 0.5 * look.visible) * (1 - max(0.0, look.outside)) * writing * (1 - 8 * look.wobble)


def _apart(one: Ellipse, other: Ellipse) -> bool:
    """Tell whether two rings can both be: their middles lie apart, and neither lies within the other."""
    far = float(np.hypot(one.x - other.x, one.y - other.y))
    small, large = sorted(((one.a * one.b) ** 0.5, (other.a * other.b) ** 0.5))
    return far > float(max(0.45 * large, large - 0.4 * small))


def _own_share(one: Ellipse, look: Look, kept: list[tuple[Ellipse, Look]]) -> float:
    """Return how much of a ring's line is its own, and not that of a ring already found."""
    if not kept:
        return 1.0
    x, y = one.points(np.ones(1, np.float32))
    free = np.ones(x.shape, bool)
    for other, _ in kept:
        dx, dy, cos, sin = x - other.x, y - other.y, np.cos(other.turn), np.sin(other.turn)
        free &= np.abs(np.hypot((dx * cos + dy * sin) / other.a, (dy * cos - dx * sin) / other.b) - 1) > 0.08
    return float((look.held & free[:, 0]).sum() / (look.visible * len(x)))


def _inside(square: Square, ring: Ellipse) -> bool:
    far = np.hypot(square.left + square.width / 2 - ring.x, square.top + square.height / 2 - ring.y)
    return bool(far < max(ring.a, ring.b) and square.side < 1.5 * max(ring.a, ring.b))


def _square_seal(square: Square, shape: tuple[int, ...]) -> Seal:
    left, top = square.left / shape[1], square.top / shape[0]
    right, bottom = (square.left + square.width) / shape[1], (square.top + square.height) / shape[0]
    return Seal(left, top, min(1.0, right), min(1.0, bottom), "square", round(0.8 * square.frame, 2))


def _seal(ellipse: Ellipse, look: Look, shape: tuple[int, ...], scale: float) -> Seal:
    wide, high = ellipse.half
    left, top = max(0.0, (ellipse.x - wide) / shape[1]), max(0.0, (ellipse.y - high) / shape[0])
    right, bottom = min(1.0, (ellipse.x + wide) / shape[1]), min(1.0, (ellipse.y + high) / shape[0])
    flat = min(ellipse.a, ellipse.b) / max(ellipse.a, ellipse.b)
    full = Ellipse(ellipse.x / scale, ellipse.y / scale, ellipse.a / scale, ellipse.b / scale, ellipse.turn)
    # A seal with a star is round: where it looks flat, the page was seen askew.
    kind = "round" if flat > 0.76 or look.star > _STAR else "oval"
    return Seal(left, top, right, bottom, kind, round(min(1.0, _weight(look) * 1.1), 2), full)


def place_of(seal: Seal, fields: Mapping[str, Area]) -> str | None:
    """Return at which of the named areas of its page a seal stands; None where at none, or as much at another.

    For the recommendation form `fields` are "applicant" and "recommender", its two cells with （盖章）. A seal
    stands where its middle is, or, stamped over a cell's edge, at the one nearest within half of the seal's size.
    """
    x, y = (seal.left + seal.right) / 2, (seal.top + seal.bottom) / 2
    wide, high = max(1e-6, seal.right - seal.left), max(1e-6, seal.bottom - seal.top)
    away = sorted(
        (_away(x, area.left, area.right) / wide, _away(y, area.top, area.bottom) / high, name)
        for name, area in fields.items()
    )
    far = sorted((float(np.hypot(across, down)), name) for across, down, name in away)
    if not far or far[0][0] > _NEAR or (len(far) > 1 and far[1][0] - far[0][0] < _CLEAR):
        return None
    return far[0][1]


def _away(value: float, low: float, high: float) -> float:
    return max(low - value, 0.0, value - high)
