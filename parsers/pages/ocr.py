"""Which texts stand where on a picture? The one door to RapidOCR, whose models come with its package: no network.

Pictures are BGR arrays (height, width, 3) of bytes, as OpenCV has them; boxes are in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.inference_engine.onnxruntime import ONNXRuntimeError

Picture = NDArray[np.uint8]
# What the engine raises where it cannot go on.
OcrError: type[Exception] = ONNXRuntimeError
# One thread a process: several processes share out the cores better than the threads of one (documents.md).
_PARAMETERS = {
    "Global.log_level": "critical",
    "Global.text_score": 0.4,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
# A page of a newspaper has no more lines; beyond that it is a texture.
_MAX_BOXES = 1_200


@dataclass(frozen=True)
class Text:
    """A line of text: what it says, how sure that is (0..1), and its upright rectangle in pixels."""

    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Its height in pixels."""
        return self.bottom - self.top


@cache
def _engine() -> Any:  # noqa: ANN401 (rapidocr has no types)
    return RapidOCR(params=_PARAMETERS)


def find_boxes(picture: Picture) -> list[tuple[float, float, float, float]]:
    """Return where lines of text stand (left, top, right, bottom), unread: a fraction of the cost of reading them."""
    found = _engine()(picture, use_det=True, use_cls=False, use_rec=False)
    return [_rectangle(box) for box in (found.boxes if found.boxes is not None else ())]


def read_lines(picture: Picture) -> list[Text]:
    """Return the lines of text of a picture, from top to bottom; one that is a texture has none."""
    found = _engine()(picture, use_det=True, use_cls=False, use_rec=True)
    if found.boxes is None or found.txts is None or len(found.boxes) > _MAX_BOXES:
        return []
    lines = zip(found.txts, found.scores, found.boxes, strict=True)
    return [Text(text, float(score), *_rectangle(box)) for text, score, box in lines]


def read_line(crop: Picture) -> tuple[str, float]:
    """Return what one line of text says that fills a picture, and how sure that is (0..1)."""
    if min(crop.shape[:2]) < 4:  # noqa: PLR2004 (nothing can be read of it)
        return "", 0.0
    found = _engine()(crop, use_det=False, use_cls=False, use_rec=True)
    if not found.txts:
        return "", 0.0
    return found.txts[0], float(found.scores[0])


def _rectangle(box: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    points = np.asarray(box, dtype=float)
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)
