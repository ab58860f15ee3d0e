"""Which ink in the cells of a table did the OCR pass over? Single figures and short lines, read by themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.pages.ocr import Picture, Text, read_line
from parsers.pages.ruling import Box, Mask, ink, rules

# All sizes are shares of the height that lines of the page have.
_TALL, _LOW, _NARROW = 1.9, 0.4, 0.12
_INK = 0.03
_NEAR_ACROSS = 0.6
_ROW_GAP = 2
_AROUND, _EDGE = 0.12, 0.14
_USUAL_HEIGHT = 24.0
_SURE = 0.6
_MOST = 60


def read_missed(picture: Picture, lines: Sequence[Text], cells: Sequence[Box], stamps: Sequence[Box]) -> list[Text]:
    """Return what stands in cells beside the lines that were read; what cannot be read surely is left out.

    Where there were stamps, what is left of them would be read too.
    """
    height = float(np.median([line.height for line in lines])) if lines else _USUAL_HEIGHT
    marks = _unread(picture, lines, height)
    found = []
    for left, top, right, bottom in stamps:
        marks[int(top) : int(bottom), int(left) : int(right)] = 0
    for box in _pieces(marks, cells, height):
        text, score = read_line(_cut(picture, box))
        if text.strip() and score >= _SURE:
            found.append(Text(text, score, *box))
        if len(found) == _MOST:
            break
    return found


def _unread(picture: Picture, lines: Sequence[Text], height: float) -> Mask:
    """Return the ink of a page without its rules and the lines that were read."""
    marks = ink(picture)
    drawn = cv2.dilate(cv2.bitwise_or(*rules(marks)), np.ones((3, 3), np.uint8))
    marks = np.asarray(cv2.bitwise_and(marks, cv2.bitwise_not(drawn)), np.uint8)
    around = int(_AROUND * height)
    for line in lines:
        corner = (int(line.left) - around, int(line.top) - around // 2)
        cv2.rectangle(marks, corner, (int(line.right) + around, int(line.bottom) + around // 2), 0, -1)
    return marks


def _pieces(marks: Mask, cells: Sequence[Box], height: float) -> Iterator[Box]:
    """Yield the boxes of ink in cells that is as large as writing, and stands apart from the borders."""
    edge = max(2, int(_EDGE * height))
    reach = np.ones((3, max(1, int(_NEAR_ACROSS * height))), np.uint8)
    for cell in cells:
        left, top, right, bottom = (int(value) for value in cell)
        own = marks[top + edge : bottom - edge, left + edge : right - edge]
        if own.size and own.any():
            yield from (
                (left + edge + x, top + edge + y, left + edge + x + wide, top + edge + y + high)
                for x, y, wide, high in _writing(own, reach, height)
            )


def _writing(own: NDArray[Any], reach: NDArray[Any], height: float) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes (left, top, width, height) of lines of writing in a cell's ink."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(own, reach))
    for number in range(1, count):
        x, y, wide, high, _ = (int(value) for value in stats[number])
        piece = own[y : y + high, x : x + wide] * (labels[y : y + high, x : x + wide] == number)
        for top, bottom in _runs(piece.any(axis=1)):
            line = piece[top:bottom]
            columns = np.flatnonzero(line.any(axis=0))
            across, down = int(columns[-1] - columns[0] + 1), bottom - top
            large = _LOW * height <= down <= _TALL * height and across >= _NARROW * height
            if large and np.count_nonzero(line) >= _INK * height * height:
                yield x + int(columns[0]), y + top, across, down


def _runs(rows: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield (first, behind the last) of the rows in a row that have ink; a gap of one row is none."""
    inked = np.flatnonzero(rows)
    for run in np.split(inked, np.flatnonzero(np.diff(inked) > _ROW_GAP) + 1):
        if run.size:
            yield int(run[0]), int(run[-1]) + 1


def _cut(picture: Picture, box: Box) -> Picture:
    """Return a part of a page with white around it, as the recogniser was taught."""
    left, top, right, bottom = (int(value) for value in box)
    room = max(3, (bottom - top) // 5)
    part = picture[max(0, top - room) : bottom + room, max(0, left - room) : right + room]
    return np.asarray(cv2.copyMakeBorder(part, 2, 2, 6, 6, cv2.BORDER_REPLICATE), np.uint8)
