"""Is one of the pictures a red seal? Of those that somebody pasted into a Word file."""

from collections.abc import Iterable

import cv2
import numpy as np

from parsers.pages.red import Picture
from parsers.pages.seals import find_seals

# A pasted seal fills its picture: on a white page around it, it has the size that seals have on pages.
_ROOM, _SIDE = 5, 240


def is_stamped(pictures: Iterable[Picture | None]) -> bool | None:
    """Tell whether one of the pictures (BGR) is a seal or bears one; None where one that is not there may be one."""
    told = [None if picture is None else _is_seal(picture) for picture in pictures]
    return True if any(told) else None if None in told else False


def _is_seal(picture: Picture) -> bool:
    return bool(find_seals(_on_a_page(picture)).found or find_seals(picture).found)


def _on_a_page(picture: Picture) -> Picture:
    scale = _SIDE / max(picture.shape[:2])
    # A line that somebody drew may be one pixel high.
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    page = np.full((_SIDE * _ROOM, _SIDE * _ROOM, 3), 255, np.uint8)
    left = top = _SIDE * (_ROOM - 1) // 2
    page[top : top + small.shape[0], left : left + small.shape[1]] = small
    return page
