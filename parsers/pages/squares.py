"""Which square seals stand on a page? A red frame of its own with writing in it; a character in a red line is none."""

# ruff: noqa: PLR2004 -- limits measured on pages stand beside what they limit

from dataclasses import dataclass

import cv2
import numpy as np

from parsers.pages.red import Map, Values

# A square is straightened to this many pixels a side.
_SIDE = 48
_EDGE = 6
# Sides as shares of the longer side of the page: a person's seal is 10 to 20 mm wide, an organisation's up to 45.
_LEAST, _MOST = 0.027, 0.17
_SQUARE = 1.35


@dataclass(frozen=True)
class Square:
    """A square on the map: the box about it, its side, and how whole its frame is (0..1)."""

    left: float
    top: float
    width: float
    height: float
    side: float
    frame: float


def squares(redness: Map, bright: Map, floor: float) -> list[Square]:
    """Return the square seals of a map of redness."""
    side = max(redness.shape)
    mask = cv2.dilate((redness > 2 * floor).astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    patches = stats[1:][(stats[1:, 2:4].min(axis=1) > 0.4 * _LEAST * side)]
    found = []
    for number, (left, top, width, height, area) in enumerate(stats[1:], 1):
        long, short = max(width, height), min(width, height)
        if not (
            _LEAST * side < short and long < 1.4 * _MOST * side and long < 1.7 * short and area > 0.15 * long * short
        ):
            continue
        if not _in_a_line((left, top, width, height), patches):
            points = np.argwhere(labels[top : top + height, left : left + width] == number)[:, ::-1] + (left, top)
            one = _square(redness, bright, points.astype(np.float32), (left, top, width, height))
            found += [one] if one is not None else []
    return found


def _in_a_line(box: tuple[int, ...], patches: Values) -> bool:
    """Tell a character: another red patch of about its height stands beside it on its line."""
    left, top, width, height = box
    middle = patches[:, 1] + patches[:, 3] / 2
    level = np.abs(middle - (top + height / 2)) < 0.5 * height
    like = (patches[:, 3] > 0.6 * height) & (patches[:, 3] < 1.6 * height)
    apart = np.maximum(patches[:, 0] - left - width, left - patches[:, 0] - patches[:, 2])
    return bool((level & like & (apart > -0.5 * width) & (apart < 1.2 * width) & (patches[:, 0] != left)).any())


def _square(redness: Map, bright: Map, points: Values, box: tuple[int, ...]) -> Square | None:
    (x, y), (width, height), degrees = cv2.minAreaRect(points)
    if min(width, height) < 1 or max(width, height) > _SQUARE * min(width, height):
        return None
    # The mask was a pixel wider than the ink.
    corners = cv2.boxPoints(((x, y), (width - 1, height - 1), degrees))
    flat = np.array([[0, 0], [_SIDE - 1, 0], [_SIDE - 1, _SIDE - 1], [0, _SIDE - 1]], dtype=np.float32)
    straight = cv2.warpPerspective(redness, cv2.getPerspectiveTransform(corners, flat), (_SIDE, _SIDE))
    light = cv2.warpPerspective(bright, cv2.getPerspectiveTransform(corners, flat), (_SIDE, _SIDE))
    level = float(np.percentile(straight, 85))
    sides = [
        (turned[:_EDGE].max(axis=0) > 0.35 * level).mean() for turned in (np.rot90(straight, turn) for turn in range(4))
    ]
    inner = straight[_EDGE:-_EDGE, _EDGE:-_EDGE] > 0.4 * level
    changes = (
        np.abs(np.diff(inner.astype(np.int8), axis=0)).mean() + np.abs(np.diff(inner.astype(np.int8), axis=1)).mean()
    )
    paper = float(((light > 0.6) | (straight > 0.4 * level)).mean())
    if min(sides) < 0.75 or not 0.12 < inner.mean() < 0.85 or changes < 0.08 or paper < 0.6:
        return None
    return Square(
        float(box[0]), float(box[1]), float(box[2]), float(box[3]), float((width + height) / 2), float(np.mean(sides))
    )
