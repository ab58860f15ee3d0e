"""How does a page look without its seals? What red ink takes away of the light is given back, what print takes is not.

Where ink lies over print, both take light away: of red light the ink takes a share of what it takes more of green and
blue light, and print takes the same of all three. So the print under a seal is left as dark as it was.
"""

from collections.abc import Iterator

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


def without_seals(picture: Picture) -> tuple[Picture, list[Stamp]]:
    """Return a page (BGR) on which the ink of red stamps is as light as the paper, and the boxes about them.

    Boxes are left, top, right and bottom in pixels; a page without stamps comes back as it is.
    """
    paper = paper_of(picture)
    taken = taken_in(picture, paper)
    redness = np.maximum(redness_in(taken), 0)
    stamps = list(_stamps(redness))
    shown = picture.copy() if stamps else picture
    print_level = _print_level(taken[:, :, 2]) if stamps else 0.0
    for left, top, right, bottom in stamps:
        box = (slice(top, bottom), slice(left, right))
        shown[box] = _cleaned(taken[box], redness[box], paper[box], print_level)
    return shown, stamps


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


def _cleaned(taken: Values, redness: Map, paper: Map, print_level: float) -> Picture:
    """Return a stamp's box without the ink: the print alone, on the paper's colour."""
    red = taken[:, :, 2]
    ink = redness > _INK
    thick = ink & (redness > np.median(redness[ink])) if ink.any() else ink
    share = float(np.percentile(red[thick] / redness[thick], _ALONE)) if thick.any() else 0.0
    left = np.maximum(red - min(share, _DARKEST) * redness, 0)
    # Edges of the ink are never quite the same in all colours: so little is left of it, and no print.
    touched = cv2.dilate((redness > _TOUCHED).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    print_alone = np.where(touched, left * np.clip((left / print_level - _GHOST) / (_PRINT - _GHOST), 0, 1), left)
    light = np.exp(-print_alone) * (1 + DAMPING) - DAMPING
    return np.asarray(np.clip(light[:, :, None] * paper, 0, 255), np.uint8)
