"""How do the lines that an OCR read become a document? By the cells that they stand in; the rest are paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from parsers.documents.grids import Box, Content, Grid, grid_of
from parsers.documents.wrapping import unwrapped, width_of
from parsers.pages.missed import read_missed
from parsers.pages.ocr import Picture, Text, read_line
from parsers.pages.ruling import Ruled

# The rules of a scan waver: edges nearer than this share of the page are one.
_NEAR = 0.008
_SAME_LINE = 0.5
# A line of text of which so much lies in the next cell was read across a rule.
_ACROSS = 0.2
_SURE, _MOST_SURE = 0.9, 0.99
_PADDING = 3
_UPRIGHT = 1.5
_SPACE = 0.7
# Half the width of a bracket is blank, and an OCR takes that for a space.
_AT_BRACKETS = re.compile(" +(?=[（《“])|(?<=[）》”]) +")
# What an OCR takes a slash for.
_STROKES = frozenset("17lI|丨/\\J｜／")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_BRACKETS = str.maketrans("()", "（）")


def blocks_of(
    picture: Picture, lines: Sequence[Text], tables: Sequence[Ruled], page: int, stamps: Sequence[Box]
) -> list[str | Grid]:
    """Return a page's tables and the lines between them, from top to bottom; `stamps` are where seals were."""
    items: list[tuple[float, str | Grid]] = []
    outside = list(lines)
    for table in tables:
        inside = [line for line in outside if _holds(table.box, line) and not _is_upright_column(line)]
        grid = _grid(picture, inside, table, page, stamps)
        if grid is not None:
            items.append((table.box[1], grid))
            outside = [line for line in outside if not _holds(table.box, line)]
    items += [(row[0].top, " ".join(line.text for line in row)) for row in _rows(outside)]
    return [item for _, item in sorted(items, key=lambda item: item[0])]


def _grid(picture: Picture, lines: Sequence[Text], table: Ruled, page: int, stamps: Sequence[Box]) -> Grid | None:
    held: dict[Box, list[Text]] = {cell: [] for cell in table.cells}
    for line in (*lines, *read_missed(picture, lines, table.cells, stamps)):
        for cell, part in _parts(picture, line, table.cells):
            held[cell].append(part)
    height, width = picture.shape[:2]
    size = (width, height, width, height)
    contents = {
        tuple(value / side for value, side in zip(cell, size, strict=True)): _stroke_or(
            _content(own, cell), first=cell[0] <= table.box[0] + _NEAR * width
        )
        for cell, own in held.items()
    }
    return grid_of({(box[0], box[1], box[2], box[3]): content for box, content in contents.items()}, page, _NEAR)


def _stroke_or(content: Content, *, first: bool) -> Content:
    """Return what a cell says: a stroke alone is what people fill blanks with, unless it is in the first column."""
    return replace(content, text="/") if content.text in _STROKES and not first else content


def _parts(picture: Picture, line: Text, cells: Sequence[Box]) -> list[tuple[Box, Text]]:
    """Return the cells that a line stands in; one that was read across a rule is read again, cell by cell."""
    middle = (line.top + line.bottom) / 2
    beside = [cell for cell in cells if cell[1] <= middle <= cell[3]]
    least = _ACROSS * min(line.right - line.left, 3 * line.height)
    touched = [cell for cell in beside if min(line.right, cell[2]) - max(line.left, cell[0]) > least]
    if len(touched) < 2:  # noqa: PLR2004 (one cell, or none that is large enough)
        own = touched or [cell for cell in beside if cell[0] <= (line.left + line.right) / 2 <= cell[2]]
        return [(cell, line) for cell in own[:1]]
    return [(cell, _read_again(picture, line, cell)) for cell in touched]


def _read_again(picture: Picture, line: Text, cell: Box) -> Text:
    left, right = max(line.left, cell[0]) + 1, min(line.right, cell[2]) - 1
    text, score = read_line(crop(picture, (left, line.top, right, line.bottom)))
    return replace(line, text=text, score=score, left=left, right=right)


def crop(picture: Picture, box: Box) -> Picture:
    """Return a part of a picture with a little room around it."""
    left, top, right, bottom = (int(value) for value in box)
    part = picture[max(0, top - _PADDING) : bottom + _PADDING, max(0, left) : right + 1]
    padded = cv2.copyMakeBorder(part, 4, 4, 8, 8, cv2.BORDER_REPLICATE) if part.size else part
    return np.asarray(padded, np.uint8)


def _content(lines: Sequence[Text], cell: Box) -> Content:
    """Return what stands in a cell, a line a line; one that reaches the right rule goes on in the next."""
    rows = _rows(lines)
    texts = (_chinese_brackets(_row_text(row)) for row in rows)
    room = ((cell[2] - row[-1].right) / _size_of(row[-1]) for row in rows)
    sure = min((_certainty(line) for line in lines if line.text.strip()), default=1.0)
    return Content(unwrapped(zip(texts, room, strict=True)), round(min(sure, _MOST_SURE), 3))


def _row_text(row: Sequence[Text]) -> str:
    """Return the text of pieces beside each other: a gap as wide as a character is a space."""
    text = row[0].text.strip()
    for before, piece in pairwise(row):
        apart = piece.left - before.right > _SPACE * _size_of(before)
        text += (" " if apart else "") + piece.text.strip()
    return text.strip()


def _is_upright_column(line: Text) -> bool:
    """Tell what was read downwards over the lines of a narrow cell: they are read again, each by itself."""
    return len(line.text) > 1 and line.height > _UPRIGHT * (line.right - line.left)


def _size_of(line: Text) -> float:
    """Return how wide a Chinese character of a line is, in pixels."""
    return max((line.right - line.left) / max(width_of(line.text), 1.0), 1.0)


def _chinese_brackets(text: str) -> str:
    """Return a text with the brackets that stand beside Chinese characters as they are written there."""
    return _AT_BRACKETS.sub("", text.translate(_BRACKETS)) if _CHINESE.search(text) else text


def _certainty(line: Text) -> float:
    """Return how sure a line is (0..1): what the OCR scores below 0.9 is doubtful."""
    return line.score if line.score < _SURE else max(line.score, 0.95)


def _rows(lines: Sequence[Text]) -> list[list[Text]]:
    """Return lines that stand beside each other together, from top to bottom, each from left to right."""
    rows: list[list[Text]] = []
    for line in sorted(lines, key=lambda one: (one.top + one.bottom) / 2):
        last = rows[-1][-1] if rows else None
        middle = (line.top + line.bottom) / 2
        if last and abs(middle - (last.top + last.bottom) / 2) < _SAME_LINE * min(line.height, last.height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def _holds(box: Box, line: Text) -> bool:
    across, down = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    return box[0] <= across <= box[2] and box[1] <= down <= box[3]
