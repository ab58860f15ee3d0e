"""Where could rings be on a map of redness, and what does each look like? Ellipses found, followed and measured.

A ring is proposed where red lies along a circle (by template) or fills a patch of its own; then its line is followed
round by dynamic programming over the unrolled patch, an ellipse is laid through what was followed, and what stands on,
in and outside of that ellipse is measured. All lengths are pixels of the map.
"""

# ruff: noqa: PLR2004 -- limits measured on pages stand beside what they limit

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from parsers.pages.red import Map, Values

# A template's map is this long at most: a seal's ring is then about a pixel wide.
_COARSE = 220
# Radii as shares of the longer side of the page: 42 mm on a page that fills the picture is 0.07.
_RADII = tuple(0.042 * 1.15**step for step in range(8))
# Circles seen askew: width and height against the radius.
_ASPECTS = ((1.0, 1.0), (1.0, 0.8), (0.8, 1.0), (1.0, 0.66))
# What a template answers at least; the outer edge of what it looks at.
_ANSWER, _OUTER = 0.17, 1.25
# So many rings are tried about one place, and so many in all.
_WAYS, _MOST, _LOOKED_AT = 3, 48, 500
_ANGLES = 120
_FEWEST = 20
# From where on a spot of a followed line counts; how many points an ellipse needs, and how far off one is left out.
_HOLDS, _LAID, _OFF = 0.2, 12, 0.04
# From where on there is writing along a ring, and a spot is as bright as paper.
_WRITTEN, _PAPER = 0.1, 0.72
# What is looked at of the unrolled patch, from the middle (0) to beyond the line (at 1).
_STEP = 0.02
_SHARES = np.arange(_STEP, 1.4, _STEP, dtype=np.float32)
_LINE, _ABOUT, _BEYOND = slice(46, 53), slice(41, 58), slice(55, 63)
_INSIDE, _WRITING, _LETTERS = slice(0, 44), slice(29, 45), slice(34, 43)
_TURN = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False, dtype=np.float32)[:, None]
# How the line is followed: between which shares of the radius, and how finely.
_PASSES = ((0.72, 1.32, 0.025), (0.88, 1.14, 0.0125))


@dataclass(frozen=True)
class Ellipse:
    """An ellipse: centre, half axes, and the turn of the first axis in radians."""

    x: float
    y: float
    a: float
    b: float
    turn: float = 0.0

    def points(self, shares: Values, angles: int = 0) -> tuple[Map, Map]:
        """Return x and y of the points at all angles (rows, so many) and those shares of the radius (columns)."""
        turn = _TURN if not angles else np.linspace(0, 2 * np.pi, angles, endpoint=False, dtype=np.float32)[:, None]
        along, across = self.a * np.cos(turn - self.turn) * shares, self.b * np.sin(turn - self.turn) * shares
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        x, y = self.x + along * cos - across * sin, self.y + along * sin + across * cos
        return x.astype(np.float32), y.astype(np.float32)

    @property
    def half(self) -> tuple[float, float]:
        """Half of the width and of the height of the box about it."""
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return float(np.hypot(self.a * cos, self.b * sin)), float(np.hypot(self.a * sin, self.b * cos))


@dataclass(frozen=True)
class Look:
    """What a ring looks like.

    visible: the share of it that lies on the paper shown; ring: over how much of that there is a red line with nothing
    red just outside; level: how red that line is; width: of the line, and wobble: how far it strays, against the
    radius; outside: redness beyond it against its own; text: over how much of the ring there is ink where the name
    stands; fill: how much ink there is there; changes: how often ink begins there going round; star: how much the
    middle is like one; paper: how much of the inside is bright and not red; held: the angles where there is a line.
    """

    visible: float
    ring: float
    level: float
    width: float
    wobble: float
    outside: float
    text: float
    fill: float
    changes: float
    star: float
    paper: float
    held: Any = field(compare=False, repr=False)


def unrolled(values: Map, ellipse: Ellipse, shares: Values, angles: int = 0) -> Map:
    """Return the map along the ellipse: a row an angle, a column a share of the radius; 0 outside the picture."""
    x, y = ellipse.points(np.asarray(shares, dtype=np.float32), angles)
    return cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0)  # type: ignore[return-value]


def proposed(red: Map, floor: float) -> Iterator[Ellipse]:
    """Yield where rings may be, the likeliest first: patches of their own, then circles by template."""
    yield from _patches(red, floor)
    yield from _circles(red, floor)


def _patches(red: Map, floor: float) -> Iterator[Ellipse]:
    side = max(red.shape)
    gap = max(3, side // 130) | 1
    mask = cv2.morphologyEx((red > floor).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    mask = cv2.dilate(mask, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    for left, top, width, height, _ in stats[1:]:
        long, short = max(width, height), min(width, height)
        if 0.05 * side < long < 0.45 * side and short > 0.3 * long:
            yield Ellipse(left + width / 2, top + height / 2, (width - gap) / 2, (height - gap) / 2)


def _circles(red: Map, floor: float) -> Iterator[Ellipse]:
    """Yield the best places of ring templates of all radii and aspects."""
    scale = _COARSE / max(red.shape)
    small = cv2.resize(red, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    margin = round(_COARSE * 0.09)
    small = cv2.copyMakeBorder(
        np.clip(small / (1.6 * floor), 0, 1), margin, margin, margin, margin, cv2.BORDER_CONSTANT
    )
    found = []
    for radius in _RADII:
        for wide, high in _ASPECTS:
            a, b = radius * _COARSE * wide, radius * _COARSE * high
            answer = cv2.filter2D(small, cv2.CV_32F, _template(a, b), borderType=cv2.BORDER_CONSTANT)
            peaks = (answer == cv2.dilate(answer, np.ones((5, 5), np.uint8))) & (answer > _ANSWER)
            for y, x in zip(*np.nonzero(peaks), strict=True):
                found.append(
                    (float(answer[y, x]), Ellipse((x - margin) / scale, (y - margin) / scale, a / scale, b / scale))
                )
    found.sort(key=lambda one: -one[0])
    kept: list[Ellipse] = []
    places = np.zeros((0, 4))
    for _, one in found[:_LOOKED_AT]:
        far = np.hypot(places[:, 0] - one.x, places[:, 1] - one.y)
        size = (one.a + one.b) / 2
        beside = places[far < 0.35 * size]
        alike = np.abs(beside[:, 2:] - (one.a, one.b)).max(axis=1) < 0.2 * size
        if len(beside) < _WAYS and not alike.any() and len(kept) < _MOST:
            kept.append(one)
            places = np.vstack([places, (one.x, one.y, one.a, one.b)])
    yield from kept


def _template(a: float, b: float) -> Map:
    """Return a kernel that answers 1 for a bare ring and less for what also lies outside of it."""
    reach = int(max(a, b) * 1.3) + 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    far = np.hypot(x / a, y / b)
    band = 1.3 / min(a, b)
    ring = (np.abs(far - 1) < band).astype(np.float32)
    outer = ((far > 1.04 + band) & (far < _OUTER)).astype(np.float32)
    kernel: Map = ring / ring.sum() - 0.6 * outer / max(1.0, float(outer.sum()))
    return kernel


def followed(red: Map, starts: list[Ellipse], levels: list[float]) -> list[Ellipse | None]:
    """Return for each proposed ellipse the one along which red runs near it; None where it does not."""
    found: list[Ellipse | None] = list(starts)
    for low, high, step in _PASSES:
        going = [number for number, one in enumerate(found) if one is not None]
        shares = np.arange(low, high, step, dtype=np.float32)
        ridges = [_ridge(red, one, shares, levels[number]) for number, one in enumerate(found) if one is not None]
        if not ridges:
            break
        for number, ridge, path in zip(going, ridges, _paths(np.stack(ridges)), strict=True):
            found[number] = _laid(ridge, path, found[number], shares)  # type: ignore[arg-type]
    return found


def _ridge(red: Map, ellipse: Ellipse, shares: Values, level: float) -> Map:
    """Return how much each spot of the unrolled patch looks like a line with paper about it, above all outside."""
    step = float(shares[1] - shares[0])
    reach = max(1, round(0.11 / step))
    before, after = shares[0] - step * np.arange(reach, 0, -1), shares[-1] + step * np.arange(1, reach + 1)
    strip = unrolled(red, ellipse, np.concatenate([before, shares, after]))
    strip = np.clip(strip, 0, level) / level
    inner, middle, outer = strip[:, : -2 * reach], strip[:, reach:-reach], strip[:, 2 * reach :]
    ridge: Map = np.clip(middle - 0.7 * outer - 0.3 * inner, 0, 1)
    return ridge


def _paths(ridges: Map) -> Values:
    """Return for each ridge map the columns of the closed line that gathers most, one step aside an angle at most."""
    count, _, columns = ridges.shape
    rows = np.concatenate([ridges[:, -_ANGLES // 4 :], ridges, ridges[:, : _ANGLES // 4]], axis=1)
    best = np.full((count, columns + 2), -1e6, np.float32)
    best[:, 1:-1] = 0
    came = np.zeros((rows.shape[1], count, columns), np.int8)
    for number in range(rows.shape[1]):
        left, here, right = best[:, :-2], best[:, 1:-1] + np.float32(0.02), best[:, 2:]
        most = np.maximum(np.maximum(left, right), here)
        came[number] = (right == most) * 1 - (left == most) * 1
        came[number][here == most] = 0
        best[:, 1:-1] = most + rows[:, number]
    every, column = np.arange(count), best[:, 1:-1].argmax(axis=1)
    path = np.zeros((rows.shape[1], count), np.int64)
    for number in range(rows.shape[1] - 1, -1, -1):
        path[number] = column
        column = np.clip(column + came[number, every, column], 0, columns - 1)
    return path[_ANGLES // 4 : _ANGLES // 4 + _ANGLES].T


def _laid(ridge: Map, path: Values, ellipse: Ellipse, shares: Values) -> Ellipse | None:
    every = np.arange(_ANGLES)
    held = ridge[every, path] > _HOLDS
    if held.sum() < _ANGLES * 0.25:
        return None
    x, y = ellipse.points(shares)
    return _through(np.stack([x[every, path], y[every, path]], axis=1)[held], ellipse)


def _through(points: Values, near: Ellipse) -> Ellipse | None:
    """Lay an ellipse through points, twice, the second time without those that lie off; None where it goes astray."""
    x, y, a, b, turn = near.x, near.y, near.a, near.b, near.turn
    for _ in range(2):
        if len(points) < _LAID:
            return None
        (x, y), (width, height), degrees = cv2.fitEllipseDirect(points.astype(np.float32))
        a, b, turn = width / 2, height / 2, float(np.radians(degrees))
        size = (near.a + near.b) / 2
        if not (0.5 * size < min(a, b) and max(a, b) < 1.8 * size and np.hypot(x - near.x, y - near.y) < 0.5 * size):
            return None
        along = (points[:, 0] - x) * np.cos(turn) + (points[:, 1] - y) * np.sin(turn)
        across = -(points[:, 0] - x) * np.sin(turn) + (points[:, 1] - y) * np.cos(turn)
        points = points[np.abs(np.hypot(along / a, across / b) - 1) < _OFF]
    return Ellipse(x, y, a, b, turn)


def look_at(red: Map, bright: Map, ellipse: Ellipse, floor: float) -> Look | None:
    """Measure what stands along an ellipse; None where hardly any of a line does."""
    strip, light = unrolled(red, ellipse, _SHARES), unrolled(bright, ellipse, _SHARES)
    line = strip[:, _LINE].max(axis=1)
    beyond = strip[:, _BEYOND].mean(axis=1)
    level = float(np.percentile(line, 60))
    seen = _on_paper(ellipse, red.shape, light, line > floor)
    if seen.sum() < _FEWEST:
        return None
    level = max(float(np.percentile(line[seen], 60)), 1e-3)
    held = seen & (line > 0.3 * level) & (line > beyond * 1.6)
    if held.sum() < _FEWEST:
        return None
    ink = strip > max(0.08 * level, 0.6 * floor)
    band = ink[held][:, _WRITING]
    inside, near = ink[seen][:, _INSIDE], _SHARES[_INSIDE] / _SHARES[_INSIDE].mean()
    return Look(
        visible=float(seen.mean()),
        ring=float(held.sum() / seen.sum()),
        level=level,
        width=_width(strip[held].mean(axis=0)),
        wobble=float(np.std(_SHARES[_LINE][strip[held][:, _LINE].argmax(axis=1)])),
        outside=float(np.median(beyond[held]) / level),
        text=float((band.mean(axis=1) > _WRITTEN).mean()),
        fill=float(band.mean()),
        changes=float(np.abs(np.diff(ink[:, _LETTERS].astype(np.int8), axis=0)).mean() / 2 / seen.mean()),
        star=_star(strip, level),
        paper=float((((light[seen][:, _INSIDE] > _PAPER) & ~inside) * near).mean()),
        held=held,
    )


def _on_paper(ellipse: Ellipse, shape: tuple[int, ...], light: Map, red: Values) -> Values:
    """Tell of each angle whether the line would be seen there: in the picture, and on paper."""
    x, y = ellipse.points(np.ones(1, np.float32))
    inside = ((x >= 0) & (y >= 0) & (x < shape[1] - 1) & (y < shape[0] - 1))[:, 0]
    shown: Values = inside & (red | (light[:, _ABOUT].mean(axis=1) > 0.6))
    return shown


def _width(profile: Map) -> float:
    """Return how wide the line is at half of its height, as a share of the radius."""
    at = _LINE.start + int(profile[_LINE].argmax())
    low = high = at
    while low > 10 and profile[low] > 0.5 * profile[at]:
        low -= 1
    while high < len(profile) - 1 and profile[high] > 0.5 * profile[at]:
        high += 1
    return (high - low) * _STEP


def _star(strip: Map, level: float) -> float:
    """Return how much what stands in the middle is like a star: full at its heart, five points, nothing about it.

    It is the fifth harmonic of the ink about the heart, of 1 at most.
    """
    ink = np.clip(strip / max(level, 1e-3), 0, 1)
    heart, points = float(ink[:, :5].mean()), ink[:, 7:16].mean(axis=1)
    waves = np.abs(np.fft.rfft(points - points.mean()))[1:13]
    fifth = float(waves[4] / max(1e-6, np.sqrt((waves**2).sum())))
    return fifth * min(1.0, 1.6 * heart)
