"""Where is the ink of a page that was copied without colour? In a copy a seal is grey, and print is darker."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from parsers.pages.red import Map, Picture, darkness_of, lines_of

# How faint a seal may be in a copy, and how much of its ink stands out of the noise.
_FAINTEST, _ABOVE_NOISE = 0.12, 4.0
# Of the darkest ink: what is darker than this is taken for print, and left out with what is beside it.
_PRINT = (None, 0.8, 0.65)
_DARKEST = 99.7


def greys_of(small: Picture) -> Iterator[tuple[Map, Map, float]]:
    """Yield (ink, brightness, least ink) of a page: first all of its ink, then ever less of what is dark as print."""
    dark, bright = darkness_of(small)
    darkest = float(np.percentile(dark, _DARKEST))
    for share in _PRINT:
        ink = dark if share is None else np.where(_with_edges(dark > share * darkest), 0, dark).astype(np.float32)
        lines, noise = lines_of(cv2.GaussianBlur(ink, (0, 0), 0.7))  # type: ignore[arg-type]
        yield lines, bright, max(_FAINTEST, _ABOVE_NOISE * noise)


def _with_edges(mask: Any) -> Any:  # noqa: ANN401 (a map of truths)
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
