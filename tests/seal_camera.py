"""What scanners and cameras do to a page, for tests of seals: tilt, perspective, shadow, casts, noise, compression.

Each takes a BGR picture and the boxes of what is on it (x, y, width, height in pixels) and gives both as they come out.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

Picture = np.ndarray[Any, np.dtype[np.uint8]]
Boxes = list[tuple[float, float, float, float]]
Random = np.random.Generator


def _moved(boxes: Boxes, matrix: Any) -> Boxes:
    """Return the boxes that ellipses in the given ones have after a projective map."""
    moved = []
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    for x, y, width, height in boxes:
        points = np.stack([x + width / 2 * (1 + np.cos(turn)), y + height / 2 * (1 + np.sin(turn))], axis=1)
        found = cv2.perspectiveTransform(points[None].astype(np.float32), matrix)[0]
        low, high = found.min(axis=0), found.max(axis=0)
        moved.append((float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])))
    return moved


def _compressed(picture: Picture, quality: int) -> Picture:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)  # type: ignore[return-value]


def clean(picture: Picture, boxes: Boxes, _random: Random) -> tuple[Picture, Boxes]:
    return picture, boxes


def scan(picture: Picture, boxes: Boxes, random: Random) -> tuple[Picture, Boxes]:
    """Tilt by up to 3 degrees, grey the paper, blur, add noise (coarse too), compress."""
    height, width = picture.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-3, 3), 1), [0, 0, 1]])
    paper = 255 - random.uniform(0, 18, 3)
    shown = cv2.warpPerspective(picture, matrix, (width, height), borderValue=(255, 255, 255), flags=cv2.INTER_AREA)
    shown = shown.astype(np.float32) * (paper / 255)
    shown = cv2.GaussianBlur(shown, (0, 0), random.uniform(0.3, width / 1200))
    shown = (shown - 128) * random.uniform(0.85, 1.15) + 128 + random.uniform(-5, 10)
    shown += random.normal(0, random.uniform(0, 7), shown.shape)
    return _compressed(np.clip(shown, 0, 255).astype(np.uint8), int(random.integers(25, 92))), _moved(boxes, matrix)


def phone(picture: Picture, boxes: Boxes, random: Random) -> tuple[Picture, Boxes]:
    """Lay the page on a desk, look at it askew, under a lamp with a cast, a shadow across it."""
    height, width = picture.shape[:2]
    wide, high = int(width * random.uniform(1.0, 1.35)), int(height * random.uniform(1.0, 1.3))
    slack = 0.09
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    jitter = random.uniform(-slack, slack, (4, 2)).astype(np.float32)
    inner = np.array([(wide - width) / 2, (high - height) / 2], dtype=np.float32)
    target = inner + (corners + jitter * [1, 1]) * [width, height]
    target = np.clip(target, [-0.02 * wide, -0.02 * high], [1.02 * wide, 1.02 * high]).astype(np.float32)
    matrix = cv2.getPerspectiveTransform((corners * [width, height]).astype(np.float32), target)
    desk = np.array(
        random.choice([[60, 80, 110], [90, 90, 90], [40, 60, 120], [180, 190, 200], [50, 40, 90]]), dtype=np.float32
    )
    board = desk + cv2.resize(random.normal(0, 12, (high // 30 + 1, 6)).astype(np.float32), (wide, high))[..., None]
    seen = cv2.warpPerspective(picture, matrix, (wide, high), flags=cv2.INTER_AREA).astype(np.float32)
    inside = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, (wide, high))[..., None] / 255
    shown = (seen * inside + board * (1 - inside)) * _light(high, wide, random)
    shown = shown * random.choice([[1, 1, 1], [0.72, 0.92, 1.0], [0.85, 0.95, 1.0], [1.0, 0.95, 0.9], [0.9, 0.88, 1.0]])
    shown = cv2.GaussianBlur(shown, (0, 0), random.uniform(0.3, width / 900)) + random.normal(
        0, random.uniform(1, 8), shown.shape
    )
    return _compressed(np.clip(shown, 0, 255).astype(np.uint8), int(random.integers(35, 90))), _moved(boxes, matrix)


def _light(high: int, wide: int, random: Random) -> Any:
    """Return the light on the picture: a slope, and the soft edge of a shadow."""
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    angle = random.uniform(0, 2 * np.pi)
    along = np.cos(angle) * (x / wide - 0.5) + np.sin(angle) * (y / high - 0.5)
    light = random.uniform(0.75, 1.0) + along * random.uniform(0, 0.5)
    if random.random() < 0.5:
        light *= 1 - random.uniform(0.2, 0.45) / (
            1 + np.exp(-(along - random.uniform(-0.3, 0.3)) * random.uniform(10, 60))
        )
    return np.clip(light, 0.25, 1.05)[..., None]


def grey(picture: Picture, boxes: Boxes, random: Random) -> tuple[Picture, Boxes]:
    """Copy in grey, as old copiers do, or all but in grey."""
    picture, boxes = scan(picture, boxes, random)
    copied = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return _compressed(copied, 70) if random.random() < 0.5 else copied, boxes


def fax(picture: Picture, boxes: Boxes, random: Random) -> tuple[Picture, Boxes]:
    """Copy in black and white alone."""
    picture, boxes = scan(picture, boxes, random)
    plain = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return cv2.cvtColor(np.where(plain > 150, 255, 0).astype(np.uint8), cv2.COLOR_GRAY2BGR), boxes


CHANNELS: dict[str, Callable[[Picture, Boxes, Random], tuple[Picture, Boxes]]] = {
    "clean": clean,
    "scan": scan,
    "phone": phone,
}
