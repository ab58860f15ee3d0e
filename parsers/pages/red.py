"""How red is each spot of a page? The light that inks take away, against that of the paper beside.

Redness is what the spot takes away from green and blue light more than from red, against the paper beside it: so black
text under a seal, a shadow or a yellow lamp change nothing. Pictures are upright BGR arrays (uint8).
"""

from typing import Any

import cv2
import numpy as np

Picture = np.ndarray[Any, np.dtype[np.uint8]]
Values = np.ndarray[Any, np.dtype[Any]]
Map = np.ndarray[Any, np.dtype[np.float32]]

# A paper's colour is the brightest within about 37 mm, more than any stroke is wide.
_PAPER_SIDE, _PAPER_REACH = 200, 25
# Keeps the logarithm of near-black spots, which are all noise, small.
DAMPING = 0.08
_DARKEST_PAPER = 24
# Orange-red inks take more blue than green away, purple ones less; violet and magenta print is not meant.
_BLUE = 1.3

# How far apart the channels of a spot are at most that has no colour.
_COLOURLESS = 8


def picture_of(shown: Any) -> Picture:  # noqa: ANN401 (a picture of Pillow's)
    """Return a picture of Pillow's as a BGR array."""
    return np.ascontiguousarray(np.asarray(shown.convert("RGB"))[:, :, ::-1])


def is_coloured(picture: Picture) -> bool:
    """Tell whether anything on a picture has a colour."""
    blue, green, red = cv2.split(picture)
    apart = cv2.subtract(cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red))
    return bool(apart.max(initial=0) > _COLOURLESS)


def paper_of(picture: Picture) -> Map:
    """Return the colour of the paper about each spot, as a float BGR array of the same size."""
    height, width = picture.shape[:2]
    scale = _PAPER_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.dilate(small, np.ones((_PAPER_REACH, _PAPER_REACH), np.uint8))
    small = cv2.blur(small.astype(np.float32), (_PAPER_REACH, _PAPER_REACH))
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def redness_of(picture: Picture) -> tuple[Map, Map]:
    """Return how red each spot is (0 for paper and black, about 1 for fresh seal ink), and how bright against paper."""
    paper = paper_of(picture)
    bright = (picture.astype(np.float32) / np.maximum(paper, _DARKEST_PAPER)).mean(axis=2)
    return redness_in(taken_in(picture, paper)), bright


def darkness_of(picture: Picture) -> tuple[Map, Map]:
    """Return how much light each spot takes away whatever its colour, and how bright it is against paper."""
    paper = np.maximum(paper_of(picture), _DARKEST_PAPER).mean(axis=2)
    bright = picture.astype(np.float32).mean(axis=2) / paper
    taken: Map = -cv2.log((np.minimum(bright, 1) + DAMPING) / (1 + DAMPING))
    return taken, bright


def taken_in(picture: Picture, paper: Map) -> Map:
    """Return how much light of each colour (BGR) spots take away against paper of these colours, as a logarithm."""
    share = picture.astype(np.float32) / np.maximum(paper, _DARKEST_PAPER)
    return -cv2.log((np.minimum(share, 1) + DAMPING) / (1 + DAMPING))  # type: ignore[return-value]


def redness_in(taken: Map) -> Map:
    """Return how red spots are that take so much light of each colour away."""
    blue, green, red = cv2.split(taken)
    redness: Map = np.minimum(green, _BLUE * blue) - red
    return redness


def lines_of(red: Map) -> tuple[Map, float]:
    """Return the redness of strokes alone (areas without gaps: desks, discs, banners taken away), and the noise in it.

    The noise is that of the paper: half of all spots are taken to be paper or quieter.
    """
    side = max(red.shape) // 32 | 1
    solid = cv2.morphologyEx(np.maximum(red, 0), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    strokes = red - cv2.blur(solid, (3, 3))
    return strokes, 1.4826 * float(np.median(np.abs(strokes)))
