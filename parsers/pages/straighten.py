"""How is a page turned upright and flat? By the outline of its largest table, else by the slope of its lines."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.pages.ocr import Picture, Text, read_lines
from parsers.pages.ruling import Mask, ink, rules

# The share of the picture that a table's outline must span to be trusted as a rectangle.
_LEAST_OUTLINE = 0.12
# Rules of slanting pages are shorter runs of pixels in a row.
_SHORT_RULE = 1 / 110
_MAX_SLOPE = 20.0
_LEAST_SLOPE = 0.15
_GROWTH = 1.6
# The longer side that the slope is looked for at, and how much of a spot's ink makes it ink there.
_SLOPE_SIDE, _INK_LEFT = 1_000, 80
_LEAST_CELLS, _MOST_CELLS = 4, 5_000
# The rules that a table ends with run along this share of its side at least.
_LONG = 0.55

# From so many rules on, one that was bent does not count.
_FEW_RULES = 4

Line = tuple[float, float]
_UNSURE = 0.82
TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
_FEW = 5


def flattened(picture: Picture) -> Picture:
    """Return a page with its slope and its perspective taken away, as far as its rules and lines tell them."""
    level = _levelled(picture)
    corners = _corners(level)
    return level if corners is None else _warped(level, corners)


def _levelled(picture: Picture) -> Picture:
    """Return a page turned by its slope."""
    slope = _slope(ink(picture))
    if not _LEAST_SLOPE < abs(slope) < _MAX_SLOPE:
        return picture
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), slope, 1.0)
    return np.asarray(_transformed(picture, np.vstack([matrix, [0, 0, 1]])), np.uint8)


def _slope(mask: Mask) -> float:
    """Return the slope of a page's long lines in degrees: their median by length; 0 where there are none.

    It is looked for in a smaller picture, which takes a fifth of the time and tells it as well.
    """
    mask = _reduced(mask)
    length = max(mask.shape) // 12
    found = cv2.HoughLinesP(mask, 1, np.pi / 1800, length, minLineLength=length, maxLineGap=length // 10)
    if found is None:
        return 0.0
    lines = found.reshape(-1, 4).astype(float)
    across, down = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    slopes, lengths = np.degrees(np.arctan2(down, across)), np.hypot(across, down)
    slopes = (slopes + 45) % 90 - 45
    order = np.argsort(slopes)
    half = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    return float(slopes[order][min(half, len(slopes) - 1)])


def _reduced(mask: Mask) -> Mask:
    scale = _SLOPE_SIDE / max(mask.shape)
    if scale >= 1:
        return mask
    small = cv2.resize(mask, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.where(small > _INK_LEFT, 255, 0).astype(np.uint8)


def _corners(picture: Picture) -> NDArray[np.float32] | None:
    """Return the corners of the table with the most cells (clockwise from the top left), None without a large one.

    They are where its outermost long rules meet: text that touches a rule is no part of them.
    """
    across, down = rules(ink(picture), _SHORT_RULE)
    outline = _table_outline(cv2.dilate(cv2.bitwise_or(across, down), np.ones((5, 5), np.uint8)))
    if outline is None or cv2.contourArea(cv2.convexHull(outline)) < _LEAST_OUTLINE * across.size:
        return None
    region = cv2.drawContours(np.zeros_like(across), [outline], -1, 255, -1)
    flat = _outermost(cv2.bitwise_and(across, region), np.ptp(outline[:, 0, 0]))
    steep = _outermost(cv2.bitwise_and(down, region).T, np.ptp(outline[:, 0, 1]))
    if flat is None or steep is None:
        return None
    picked = ((flat[0], steep[0]), (flat[0], steep[1]), (flat[1], steep[1]), (flat[1], steep[0]))
    return np.array([_meeting(one, other) for one, other in picked], np.float32)


def _outermost(mask: NDArray[Any], span: float) -> tuple[Line, Line] | None:
    """Return the first and the last of the long rules of a mask that run across it; None where there are not two."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
    long = [number for number in range(1, count) if stats[number][cv2.CC_STAT_WIDTH] >= _LONG * span]
    rules = [_Rule(*np.nonzero(labels == number)) for number in long]
    if len(rules) < 2:  # noqa: PLR2004 (a first and a last one)
        return None
    rules.sort(key=lambda rule: rule.middle(mask.shape[1] / 2))
    slopes = _falling(rules, mask.shape[1] / 2)
    return rules[0].line(slopes[0]), rules[-1].line(slopes[1])


class _Rule:
    """A rule's pixels. Those off its line, as of a seal that touches it, do not bend it."""

    def __init__(self, down: NDArray[Any], right: NDArray[Any]) -> None:
        points = np.stack([right, down], 1).astype(np.float32)
        across, fall, x, y = (float(value) for value in cv2.fitLine(points, cv2.DIST_WELSCH, 0, 0.01, 0.001)[:, 0])
        self.slope = fall / across if across else 0.0
        self._start = y - self.slope * x
        self._down, self._right = down, right

    def middle(self, right: float) -> float:
        """Return how far down the rule is at a place."""
        return self._start + self.slope * right

    def line(self, slope: float) -> Line:
        """Return the line of that slope through most of the pixels."""
        return slope, float(np.median(self._down - slope * self._right))


def _falling(rules: Sequence[_Rule], right: float) -> tuple[float, float]:
    """Return the slopes of the first and the last of the rules of a table, as all of them tell.

    Rules that are parallel on paper fall the more the further down they are, by the same amount each step: the median
    of what any two say. Three rules or fewer speak each for itself.
    """
    places = np.array([rule.middle(right) for rule in rules])
    slopes = np.array([rule.slope for rule in rules])
    if len(rules) < _FEW_RULES:
        return float(slopes[0]), float(slopes[-1])
    one, other = np.triu_indices(len(rules), 1)
    apart = np.maximum(places[other] - places[one], 1.0)
    step = float(np.median((slopes[other] - slopes[one]) / apart))
    base = float(np.median(slopes - step * places))
    return base + step * float(places[0]), base + step * float(places[-1])


def _meeting(flat: Line, steep: Line) -> tuple[float, float]:
    """Return where a flat line (down by right) and a steep one (right by down) meet."""
    right = (steep[0] * flat[1] + steep[1]) / (1 - steep[0] * flat[0])
    return right, flat[0] * right + flat[1]


def _table_outline(lines: NDArray[Any]) -> NDArray[Any] | None:
    """Return the outline of what holds the most cells: the edge of the paper or of the desk holds none."""
    outlines, tree = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    least = lines.size / _MOST_CELLS
    cells = [0] * len(outlines)
    for number, outline in enumerate(outlines):
        parent = int(tree[0][number][3])
        if parent >= 0 and cv2.contourArea(outline) > least:
            cells[parent] += 1
    best = max(range(len(outlines)), key=cells.__getitem__, default=None)
    return None if best is None or cells[best] < _LEAST_CELLS else np.asarray(outlines[best])


def _warped(picture: Picture, corners: NDArray[np.float32]) -> Picture:
    """Return a page on which four points stand as a rectangle; what lies around them is kept."""
    left, top = corners[[0, 3], 0].mean(), corners[[0, 1], 1].mean()
    right, bottom = corners[[1, 2], 0].mean(), corners[[2, 3], 1].mean()
    straight = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    return _transformed(picture, cv2.getPerspectiveTransform(corners, straight))


def _transformed(picture: Picture, matrix: NDArray[Any]) -> Picture:
    """Return a picture transformed with all its corners in sight, at most somewhat larger than it was."""
    height, width = picture.shape[:2]
    edge = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    moved = cv2.perspectiveTransform(edge, matrix)[0]
    low = np.maximum(moved.min(axis=0), [-width * (_GROWTH - 1), -height * (_GROWTH - 1)])
    high = np.minimum(moved.max(axis=0), [width * _GROWTH, height * _GROWTH])
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
    size = (max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1])))
    made = cv2.warpPerspective(picture, shift @ matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


def upright(picture: Picture) -> tuple[int | None, list[Text]]:
    """Return how a flat page must be turned for its text to be read (see `turned`), and its lines then."""
    best: tuple[float, int | None, list[Text]] = (-1.0, None, [])
    for turn in TURNS:
        lines = read_lines(turned(picture, turn))
        best = max(best, (_sureness(lines), turn, lines), key=lambda one: one[0])
        if best[0] >= _UNSURE or len(lines) < _FEW:
            break
    return best[1], best[2]


def turned(picture: Picture, turn: int | None) -> Picture:
    """Return a picture turned by one of OpenCV's ROTATE codes, None for as it is."""
    return picture if turn is None else np.asarray(cv2.rotate(picture, turn), np.uint8)


def _sureness(lines: list[Text]) -> float:
    """Return how sure it is that a page stands upright: how well its longer lines are read, and that they lie flat."""
    longer = [line for line in lines if len(line.text) > 1]
    if not longer:
        return 0.0
    flat = sum(line.right - line.left > line.height for line in longer) / len(longer)
    return flat * sum(line.score for line in longer) / len(longer)
