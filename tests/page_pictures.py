"""Pictures of pages as scanners and telephones make them: stamped, slanting, grey, in bad light, seen from aside."""

import io
import math
import random
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Picture = NDArray[np.uint8]
_FONTS = ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
RED = (205, 38, 38)


def _font(size: int) -> ImageFont.FreeTypeFont:
    path = next(path for path in _FONTS if Path(path).exists())
    return ImageFont.truetype(path, size)


def seal(name: str, diameter: int, *, ink: tuple[int, int, int] = RED, wear: float = 0.1, seed: int = 1) -> Image.Image:
    """Return a round seal of an organisation with its name around a star, as red ink on nothing (RGBA)."""
    side = diameter * 2
    shown = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(shown)
    middle, radius, thick = side / 2, side * 0.48, max(2, side // 28)
    draw.ellipse([middle - radius, middle - radius, middle + radius, middle + radius], outline=255, width=thick)
    draw.polygon(_star(middle, radius * 0.3), fill=255)
    span = math.radians(min(280, 24 * len(name)))
    for number, character in enumerate(name):
        angle = -math.pi / 2 - span / 2 + span * (number + 0.5) / len(name)
        _put(shown, character, (middle, middle), radius * 0.74, angle, round(radius * 0.26))
    shown = shown.resize((diameter, diameter), Image.Resampling.LANCZOS)
    opacity = np.asarray(shown, np.float32) / 255 * _worn(diameter, wear, seed)
    made = np.zeros((diameter, diameter, 4), np.uint8)
    made[:, :, :3] = ink
    made[:, :, 3] = np.clip(opacity * 255, 0, 255)
    return Image.fromarray(made, "RGBA")


def _star(middle: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for number in range(10):
        angle = -math.pi / 2 + number * math.pi / 5
        reach = radius if number % 2 == 0 else radius * 0.382
        points.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    return points


def _put(shown: Image.Image, text: str, centre: tuple[float, float], reach: float, angle: float, size: int) -> None:
    """Put a character on a circle, its foot towards the middle."""
    tile = Image.new("L", (size * 2, size * 2), 0)
    ImageDraw.Draw(tile).text((size, size), text, fill=255, font=_font(size), anchor="mm")
    turned = tile.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC)
    place = (round(centre[0] + reach * math.cos(angle) - size), round(centre[1] + reach * math.sin(angle) - size))
    shown.paste(255, place, turned)


def _worn(side: int, wear: float, seed: int) -> NDArray[np.float32]:
    """Return how much of the ink took to the paper at each place."""
    source = np.random.default_rng(seed)
    coarse = source.random((max(2, side // 12), max(2, side // 12))).astype(np.float32)
    spots = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(1.15 - wear * 2.2 * spots, 0.1, 1), np.float32)


def stamped(page: Image.Image, mark: Image.Image, centre: tuple[float, float], angle: float = 0) -> Image.Image:
    """Return a page with a seal on it (centre as shares of the page): ink darkens what is under it."""
    turned = mark.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    left = round(centre[0] * page.width - turned.width / 2)
    top = round(centre[1] * page.height - turned.height / 2)
    layer = Image.new("RGBA", page.size, (255, 255, 255, 0))
    layer.paste(turned, (left, top))
    alpha = np.asarray(layer, np.float32)[:, :, 3:] / 255
    ink = np.asarray(layer, np.float32)[:, :, :3] / 255
    base = np.asarray(page.convert("RGB"), np.float32)
    return Image.fromarray((base * (1 - alpha + alpha * ink)).astype(np.uint8))


def scanned(
    page: Image.Image, *, dpi: int = 200, skew: float = 0.0, noise: float = 4, grey: bool = False, seed: int = 1
) -> Image.Image:
    """Return a page (rendered at 300 dpi) as a flat scanner gives it."""
    small = page.resize((page.width * dpi // 300, page.height * dpi // 300), Image.Resampling.LANCZOS)
    turned = small.rotate(skew, Image.Resampling.BICUBIC, fillcolor=(250, 250, 248))
    pixels = np.asarray(turned, np.float32) * 0.97
    pixels += np.random.default_rng(seed).normal(0, noise, pixels.shape)
    shown = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return jpeg(shown.convert("L") if grey else shown)


def photographed(
    page: Image.Image, *, tilt: float = 0.06, angle: float = 2.0, dark: float = 0.4, blur: float = 0.8, seed: int = 1
) -> Image.Image:
    """Return a page (rendered at 300 dpi) as a telephone shows it: on a desk, from aside, with a shadow over it."""
    source = random.Random(seed)
    width, height = 1800, 2400
    corners = np.array([[0, 0], [page.width, 0], [page.width, page.height], [0, page.height]], np.float32)
    inner = np.array([[150, 160], [width - 150, 160], [width - 150, height - 160], [150, height - 160]], np.float32)
    inner += np.array([[source.uniform(-tilt, tilt) * width for _ in range(2)] for _ in range(4)], np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    inner = cv2.transform(inner[None], turn)[0].astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, inner)
    desk = np.full((height, width, 3), (96, 120, 150), np.uint8)
    shown = cv2.warpPerspective(
        np.asarray(page.convert("RGB")),
        matrix,
        (width, height),
        dst=desk,
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    lit = (
        shown.astype(np.float32)
        * _light(width, height, dark, source)[:, :, None]
        * np.array([1.0, 0.97, 0.9], np.float32)
    )
    lit += np.random.default_rng(seed).normal(0, 5, lit.shape)
    made = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    return jpeg(made.filter(ImageFilter.GaussianBlur(blur)), 80)


def _light(width: int, height: int, dark: float, source: random.Random) -> NDArray[np.float32]:
    """Return how bright each place is: falling off to one corner, with the soft edge of a shadow."""
    across, down = np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]
    slope = source.uniform(0.3, 1.0) * across + source.uniform(0.3, 1.0) * down
    edge = 1 / (1 + np.exp(-(slope - source.uniform(0.5, 1.1)) * 14))
    return np.asarray(1 - dark * 0.6 * edge - dark * 0.3 * slope / 2, np.float32)


def jpeg(shown: Image.Image, quality: int = 85) -> Image.Image:
    """Return a picture as it comes back out of a JPEG."""
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))


Degrade = Callable[[Image.Image], Image.Image]
