"""What does a seal say, and is it the name beside it? The writing along its ring laid straight, and compared.

Reading the writing of a ring fails often: only what was read well is said to agree, and only what is plainly another
name to differ; all else is None, "cannot be read".
"""

import re
from collections.abc import Callable
from difflib import SequenceMatcher

import cv2
import numpy as np

from parsers.pages.red import Picture, Values, redness_of
from parsers.pages.rings import Ellipse, unrolled
from parsers.pages.seals import Seal
from parsers.values.text import clean

# An engine that reads one line: a BGR picture in, the text and how sure it is of it (0..1) out.
Recognise = Callable[[Picture], tuple[str, float]]

# The writing stands between these shares of the radius; a registration number may stand in the outer part, below.
_INNER, _OUTER, _NUMBERLESS = 0.6, 0.95, 0.78
_HEIGHT = 64
# Letters on seals are tall and narrow: the strip is also tried drawn out.
_WIDER = (1.0, 1.35)
_MARGIN = 24
# From these on a text counts as read, as the same name, and as read so surely that it can be another.
_READ, _SAME, _SURE = 0.5, 0.72, 0.96
_LETTERS, _OWN_LETTERS = 4, 2
# What the names of associations and companies have in common.
_COMMON = re.compile(
    "物业|管理|服务|行业|协会|物协|房地产|住宅|有限|责任|股份|公司|集团|自治区|自治州|[省市区县]|分|专用章|财务|合同|业务"
)


def seal_text(image: Picture, seal: Seal, recognise: Recognise) -> tuple[str, float]:
    """Return what the ring of a seal says and how sure that is; empty where nothing could be read."""
    if seal.ellipse is None:
        return "", 0.0
    read = [recognise(strip) for strip in strips(image, seal.ellipse)]
    return max(read, key=lambda one: (one[1] * min(len(one[0]), 12), one[1]), default=("", 0.0))


def strips(image: Picture, ellipse: Ellipse) -> list[Picture]:
    """Return the writing along a ring as straight lines of dark letters, begun where the ring has its gap below."""
    wide, high = ellipse.half
    left, top = max(0, int(ellipse.x - 1.1 * wide)), max(0, int(ellipse.y - 1.1 * high))
    crop = image[top : int(ellipse.y + 1.1 * high) + 1, left : int(ellipse.x + 1.1 * wide) + 1]
    if min(crop.shape[:2]) < _HEIGHT // 2:
        return []
    # Larger before it is bent: every pixel of a small seal counts.
    scale = max(1.0, 400 / max(crop.shape[:2]))
    red, _ = redness_of(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))  # type: ignore[arg-type]
    moved = Ellipse(
        (ellipse.x - left) * scale, (ellipse.y - top) * scale, ellipse.a * scale, ellipse.b * scale, ellipse.turn
    )
    flat = _flat(red, moved)
    level = max(0.05, float(np.percentile(flat, 93)))
    dark = (255 - np.clip(flat / level, 0, 1) * 255).astype(np.uint8)
    return [_line(dark, wider) for wider in _WIDER]


def _flat(red: Values, ellipse: Ellipse) -> Values:
    """Return the ring's band unrolled: rows outward to inward, columns clockwise from the middle of its gap."""
    size = (ellipse.a + ellipse.b) / 2
    length = round(2 * np.pi * 0.79 * size)
    shares = np.linspace(_OUTER, _INNER, max(16, round((_OUTER - _INNER) * size)), dtype=np.float32)
    band = unrolled(red, ellipse, shares, length).T
    ink = band[shares < _NUMBERLESS].mean(axis=0)
    window = max(3, length // 16)
    smooth = np.convolve(np.concatenate([ink, ink[:window]]), np.ones(window) / window, "same")[:length]
    return np.roll(band, -int(smooth.argmin()), axis=1)


def _line(dark: Values, wider: float) -> Picture:
    scale = _HEIGHT / dark.shape[0]
    line = cv2.resize(dark, None, fx=scale * wider, fy=scale, interpolation=cv2.INTER_CUBIC)
    line = cv2.copyMakeBorder(line, _MARGIN // 2, _MARGIN // 2, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(line, cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]


def seal_agrees(text: str, name: str, confidence: float = 1.0) -> bool | None:
    """Tell whether a seal's text is the name beside it: None where too little was read to say.

    What names have in common (物业管理协会, 有限公司) proves nothing: their own letters must agree, in their
    order, begun wherever the ring was cut. Another name is only said of a text read surely that has none of them.
    """
    seen, wanted = _letters(text), _letters(name)
    own_seen, own = _COMMON.sub("", seen), _COMMON.sub("", wanted)
    if len(seen) < _LETTERS or len(own) < _OWN_LETTERS or confidence < _READ:
        return None
    if _shared(own_seen * 2, own) >= _SAME and _shared(seen * 2, wanted) >= _SAME:
        return True
    another = len(own_seen) >= _OWN_LETTERS and not set(own_seen) & set(own)
    return False if another and confidence >= _SURE and seen != own_seen else None


def _shared(seen: str, wanted: str) -> float:
    """Return how much of the wanted text is found in what was seen, in its order."""
    blocks = SequenceMatcher(None, seen, wanted, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


def _letters(text: str) -> str:
    return "".join(char for char in clean(text) if char.isalpha() and not char.isascii())
