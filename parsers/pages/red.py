"""How red is each spot of a page, and how it looks without its red.

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
_DAMPING = 0.08
# Orange-red inks take more blue than green away, purple ones less; violet and magenta print is not meant.
_BLUE = 1.3


def picture_of(shown: Any) -> Picture:  # noqa: ANN401 (a picture of Pillow's)
    """Return a picture of Pillow's as a BGR array."""
    return np.ascontiguousarray(np.asarray(shown.convert("RGB"))[:, :, ::-1])


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
    share = picture.astype(np.float32) / np.maximum(paper_of(picture), 24)
    taken = -cv2.log((np.minimum(share, 1) + _DAMPING) / (1 + _DAMPING))
    blue, green, red = cv2.split(taken)
    return np.minimum(green, _BLUE * blue) - red, share.mean(axis=2)


def lines_of(red: Map) -> tuple[Map, float]:
    """Return the redness of strokes alone (areas without gaps: desks, discs, banners taken away), and the noise in it.

    The noise is that of the paper: half of all spots are taken to be paper or quieter.
    """
    side = max(red.shape) // 32 | 1
    solid = cv2.morphologyEx(np.maximum(red, 0), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    strokes = red - cv2.blur(solid, (3, 3))
    return strokes, 1.4826 * float(np.median(np.abs(strokes)))


def red_mask(picture: Picture) -> Picture:
    """Return 255 where a picture is red against its paper, else 0; a pixel more about it, where ink fades out."""
    blue, green, red = cv2.split(_evened(picture))
    least = cv2.addWeighted(red, 0.10, red, 0.0, 8)
    mask = cv2.min(cv2.subtract(red, green), cv2.subtract(red, blue))
    found = cv2.compare(mask, least, cv2.CMP_GT)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return cv2.dilate(found, np.ones((3, 3), np.uint8))  # type: ignore[return-value]


def stretched(picture: Picture) -> Picture:
    """Return the red channel, in which red ink is as light as paper, spread so that only dark print is left (BGR)."""
    return cv2.cvtColor(_dark_print(_evened(picture)), cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]


def whitened(picture: Picture) -> Picture:
    """Return the picture with its red made paper; dark print under the red stays, the rest is left alone."""
    print_only = cv2.cvtColor(_dark_print(_evened(picture)), cv2.COLOR_GRAY2BGR)
    result = picture.copy()
    cv2.copyTo(print_only, red_mask(picture), result)
    return result


def _evened(picture: Picture) -> Picture:
    """Return the picture with its paper made white, each channel for itself: takes lamps and yellowed paper away."""
    paper = np.median(paper_of(_small(picture)).reshape(-1, 3), axis=0)
    tables = [np.clip(np.arange(256) * (255 / max(48.0, float(value))), 0, 255).astype(np.uint8) for value in paper]
    return cv2.LUT(picture, np.dstack(tables))  # type: ignore[return-value]


def _small(picture: Picture) -> Values:
    scale = _PAPER_SIDE / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _dark_print(evened: Picture) -> Values:
    """Return the red channel, 24 % and darker as black, 60 % and lighter (the darkest seal inks) as white."""
    steps = np.clip((np.arange(256) / 255 - 0.24) / (0.6 - 0.24) * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(cv2.extractChannel(evened, 2), steps)
