"""Where are the rules of a table on a picture, and which cells do they make? Sizes follow the picture's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.pages.ocr import Picture

Mask = NDArray[np.uint8]
Box = tuple[float, float, float, float]
# Of the picture's longer side: the shortest run of ink that is a rule and not a stroke, and the widest gap in a rule.
_RULE, _GAP = 1 / 40, 1 / 120
_LEAST_TABLE, _LEAST_CELL = 0.02, 1 / 200
_MOST_CELLS = 3_000
_INK_BLOCK = 1 / 40
_INK_CONTRAST = 12


@dataclass(frozen=True)
class Ruled:
    """A ruled table on a picture: its outline and its cells, in pixels."""

    box: Box
    cells: tuple[Box, ...]


def ink(picture: Picture) -> Mask:
    """Return what is darker than the paper around it as 255, whatever the light."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    block = max(15, int(max(grey.shape) * _INK_BLOCK) | 1)
    mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, _INK_CONTRAST)
    return np.asarray(mask, np.uint8)


def rules(mask: Mask, share: float = _RULE) -> tuple[Mask, Mask]:
    """Return the horizontal and the vertical rules of ink: runs longer than a share of the longer side."""
    length, gap = max(12, int(max(mask.shape) * share)), max(3, int(max(mask.shape) * _GAP))
    across = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    across = cv2.morphologyEx(across, cv2.MORPH_CLOSE, np.ones((1, 2 * gap), np.uint8))
    down = cv2.morphologyEx(down, cv2.MORPH_CLOSE, np.ones((2 * gap, 1), np.uint8))
    return np.asarray(across, np.uint8), np.asarray(down, np.uint8)


def find_tables(picture: Picture) -> list[Ruled]:
    """Return the ruled tables of an upright, straight page, from top to bottom."""
    across, down = rules(ink(picture))
    lines = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    found = []
    for number in range(1, count):
        left, top, width, height = (int(value) for value in stats[number][:4])
        if width * height >= _LEAST_TABLE * lines.size:
            # Only its own rules: the edge of the paper goes around the table.
            own = labels[top : top + height, left : left + width] == number
            cells = _cells(own.astype(np.uint8) * 255, left, top)
            if len(cells) > 1:
                found.append(Ruled((left, top, left + width, top + height), cells))
    return sorted(_outermost(found), key=lambda table: table.box[1])


def _outermost(tables: Sequence[Ruled]) -> list[Ruled]:
    """Return the tables that do not lie within another: a frame and the table in it are one."""
    return [one for one in tables if not any(_within(one.box, other.box) for other in tables if other is not one)]


def _within(one: Box, other: Box) -> bool:
    return one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3] and one != other


def _cells(lines: NDArray[Any], left: int, top: int) -> tuple[Box, ...]:
    """Return the areas that rules enclose; what reaches the outline's corner outside of all rules is none."""
    padded = cv2.copyMakeBorder(lines, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(padded), connectivity=4)
    least = max(6, int(max(lines.shape) * _LEAST_CELL))
    cells = []
    for number in range(1, min(count, _MOST_CELLS)):
        x, y, width, height, area = (int(value) for value in stats[number])
        outside = x == 0 or y == 0 or x + width == padded.shape[1] or y + height == padded.shape[0]
        if not outside and min(width, height) >= least and area > width * height / 2:
            cells.append(_box(left + x - 1, top + y - 1, width, height))
    return tuple(cells)


def _box(left: int, top: int, width: int, height: int) -> Box:
    return float(left), float(top), float(left + width), float(top + height)
