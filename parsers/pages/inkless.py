"""How does a page look without its seals? What red ink takes away of the light is given back, what print takes is not.

Where ink lies over print, both take light away: of red light the ink takes a share of what it takes more of green and
blue light, and print takes the same of all three. So the print under a seal is left as dark as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from parsers.pages.red import DAMPING, Map, Picture, Values, paper_of, redness_in, taken_in

# Redder than this is ink; spots of it nearer to each other than a share of the page's longer side are of one stamp.
_INK, _REACH = 0.15, 1 / 60
# A stamp is at least this high and wide (18 mm of a page): red words are lower, and are to be read. Three stamps side
# by side are no wider than the other: a desk of warm wood is.
_LEAST, _MOST = 0.06, 0.45
_FEWEST = 200
# Where ink is thickest there is print under some of it: the share of spots that are taken to be ink alone.
_ALONE, _DARKEST = 35, 2.0
# From where on what is left is print, and below which it is a ghost of the ink, against the print of the page.
_DARK, _GHOST, _PRINT = 0.6, 0.15, 0.4
_TOUCHED = 0.08


Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class Inkless:
    """A page (BGR) on which the ink of red stamps is as light as the paper; without stamps it is the page itself.

    On `ruled` the thinnest rules under the ink are left too, with ghosts of the ink; `stamps` are the boxes about the
    stamps: left, top, right and bottom in pixels.
    """

    picture: Picture
    ruled: Picture
    stamps: tuple[Stamp, ...] = ()


def without_seals(picture: Picture) -> Inkless:
    """Return a page (BGR) without its seals."""
    paper = paper_of(picture)
    taken = taken_in(picture, paper)
    redness = np.maximum(redness_in(taken), 0)
    stamps = tuple(_stamps(redness))
    if not stamps:
        return Inkless(picture, picture)
    shown, ruled = picture.copy(), picture.copy()
    print_level = _print_level(taken[:, :, 2])
    for left, top, right, bottom in stamps:
        box = (slice(top, bottom), slice(left, right))
        print_alone = _print_alone(taken[box], redness[box])
        ruled[box] = _lit(print_alone, paper[box])
        shown[box] = _lit(_without_ghosts(print_alone, redness[box], print_level), paper[box])
    return Inkless(shown, ruled, stamps)


def _stamps(redness: Map) -> Iterator[Stamp]:
    """Yield the boxes about red ink that may be a stamp."""
    longest = max(redness.shape)
    inked = (redness > _INK).astype(np.uint8)
    if int(inked.sum()) < _FEWEST:
        return
    reach = int(longest * _REACH) | 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(inked, np.ones((reach, reach), np.uint8)))
    for left, top, width, height, _ in stats[1:]:
        if min(width, height) - reach >= _LEAST * longest and max(width, height) <= _MOST * longest:
            yield int(left), int(top), int(left + width), int(top + height)


def _print_level(red: Map) -> float:
    """Return how much red light the print of a page takes."""
    dark = red[red > _DARK]
    return float(np.median(dark)) if dark.size else _DARK


def _print_alone(taken: Values, redness: Map) -> Map:
    """Return how much red light print takes in a stamp's box, without what its ink takes."""
    red = taken[:, :, 2]
    ink = redness > _INK
    thick = ink & (redness > np.median(redness[ink])) if ink.any() else ink
    share = float(np.percentile(red[thick] / redness[thick], _ALONE)) if thick.any() else 0.0
    return np.asarray(np.maximum(red - min(share, _DARKEST) * redness, 0), np.float32)


def _without_ghosts(print_alone: Map, redness: Map, print_level: float) -> Map:
    """Return the print without what the edges of ink leave, which are never quite the same in all colours."""
    touched = cv2.dilate((redness > _TOUCHED).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    sure = np.clip((print_alone / print_level - _GHOST) / (_PRINT - _GHOST), 0, 1)
    return np.asarray(np.where(touched, print_alone * sure, print_alone), np.float32)


def _lit(taken: Map, paper: Map) -> Picture:
    """Return how what takes so much light looks on a paper."""
    light = np.exp(-taken) * (1 + DAMPING) - DAMPING
    return np.asarray(np.clip(light[:, :, None] * paper, 0, 255), np.uint8)
