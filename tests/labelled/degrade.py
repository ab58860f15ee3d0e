"""What do scanners and telephones make of a page? Skew, grain, grey, shadow, perspective, blur, desk and JPEG."""

import io
from random import Random

import cv2
import numpy as np
from PIL import Image

Pixels = np.ndarray
# Where the camera's own sensor lay: EXIF orientation -> how the stored pixels are turned.
_TURNS = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
_ORIENTATION = 0x0112


def scanned(page: Image.Image, random: Random, *, grey: bool = False, clean: bool = False) -> Image.Image:
    """Return a page as a flatbed sees it: turned by up to 1.5°, with grain, off-white paper; `grey` without colour."""
    pixels = _grain(
        _skewed(np.asarray(page), random, 0.3 if clean else 1.5), random, 2 if clean else random.uniform(2, 7)
    )
    if not clean:
        low, high = random.randint(0, 35), random.randint(238, 255)
        pixels = low + pixels * ((high - low) / 255)
        pixels = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.3, 0.7))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return picture.convert("L") if grey else picture


def photographed(page: Image.Image, random: Random, *, longest: int = 2_600) -> Image.Image:
    """Return a page as a telephone sees it lying on a desk: perspective, shadow, blur and noise."""
    scale = longest * 0.85 / max(page.size)
    page = page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.LANCZOS)
    height, width = page.height, page.width
    room = (round(height * random.uniform(1.06, 1.2)), round(width * random.uniform(1.06, 1.25)))
    desk = _desk(room, random)
    corners = _corners(page.size, room, random)
    turn = cv2.getPerspectiveTransform(
        np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), corners
    )
    size = (room[1], room[0])
    warped = cv2.warpPerspective(np.asarray(page), turn, size, flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full((height, width), 255, np.uint8), turn, size) / 255
    seen = warped * inside[..., None] + desk * (1 - inside[..., None])
    seen = cv2.GaussianBlur(seen * _shadow(room, random)[..., None], (0, 0), random.uniform(0.5, 1.0))
    warmth = np.array([random.uniform(0.96, 1.03), 1.0, random.uniform(0.93, 1.02)])
    return Image.fromarray(np.clip(_grain(seen * warmth, random, random.uniform(2, 6)), 0, 255).astype(np.uint8))


def jpeg(picture: Image.Image, quality: int, orientation: int = 1, dpi: int = 72) -> bytes:
    """Return a JPEG; with an orientation its pixels lie turned and its EXIF says how."""
    turn = _TURNS[orientation]
    exif = Image.Exif()
    if turn is not None:
        picture, exif[_ORIENTATION] = picture.transpose(turn), orientation
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality, exif=exif, dpi=(dpi, dpi))
    return data.getvalue()


def _skewed(pixels: Pixels, random: Random, most: float) -> Pixels:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-most, most), 1)
    return cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))


def _grain(pixels: Pixels, random: Random, strength: float) -> Pixels:
    noise = np.random.default_rng(random.randrange(2**32)).normal(0, strength, pixels.shape[:2])
    return pixels + noise[..., None]


def _corners(page: tuple[int, int], room: tuple[int, int], random: Random) -> Pixels:
    """Return where the page's corners come to lie: about the middle, each off by up to 3 %."""
    left, top = (room[1] - page[0]) / 2, (room[0] - page[1]) / 2
    corners = [(left, top), (left + page[0], top), (left + page[0], top + page[1]), (left, top + page[1])]
    return np.array(
        [
            (
                min(max(x + random.uniform(-0.03, 0.03) * page[0], 2), room[1] - 3),
                min(max(y + random.uniform(-0.03, 0.03) * page[1], 2), room[0] - 3),
            )
            for x, y in corners
        ],
        np.float32,
    )


def _desk(room: tuple[int, int], random: Random) -> Pixels:
    """Return a desk: a colour with streaks along the wood."""
    rng = np.random.default_rng(random.randrange(2**32))
    colour = np.array(random.choice(((120, 85, 55), (70, 60, 58), (150, 140, 130), (60, 75, 90), (181, 150, 110))))
    streaks = cv2.GaussianBlur(rng.normal(0, 60, (room[0], room[1])), (0, 0), sigmaX=40, sigmaY=1.2)
    return colour + streaks[..., None]


def _shadow(room: tuple[int, int], random: Random) -> Pixels:
    """Return how much light falls where: a gradient, and often the soft shadow of a hand or a head."""
    y, x = np.mgrid[0 : room[0], 0 : room[1]].astype(np.float32)
    across = (x / room[1] - 0.5) * random.uniform(-0.3, 0.3) + (y / room[0] - 0.5) * random.uniform(-0.3, 0.3)
    light = random.uniform(0.82, 1.0) + across
    if random.random() < 0.6:
        centre = random.uniform(0, room[1]), random.uniform(0, room[0])
        far = np.hypot(x - centre[0], y - centre[1]) / (max(room) * random.uniform(0.25, 0.5))
        light = light * (1 - random.uniform(0.15, 0.4) * np.exp(-(far**2)))
    return light
