"""Draws seals as Chinese organisations use them, and what is red on a page but no seal, for tests and benchmarks.

Sizes are pixels: a company's seal is 40 mm wide, an association's 42, on A4 with 297 mm: 1 mm = dpi / 25.4 pixels.
"""

import math
import os
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

# Seal makers carve 宋体 or 仿宋; others are there for variety. The folders of more fonts can be named for a wider bench.
_FOLDERS = ("/usr/share/fonts", *filter(None, os.environ.get("SEAL_FONTS", "").split(":")))
_FONTS = (
    "NotoSerifCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc", "uming.ttc", "ukai.ttc", "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-Bold.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc",
)  # fmt: skip
_SIMPLIFIED = 2  # the face of Noto's collections that has Chinese forms
RED = (205, 28, 36)
# Inks and what scanners and cameras make of them.
INKS = {
    "red": RED, "dark": (150, 22, 30), "orange": (226, 74, 42), "pink": (224, 92, 112), "purple": (176, 30, 82),
    "brown": (150, 52, 40), "bright": (240, 30, 30), "pale": (232, 130, 130),
}  # fmt: skip
# Everything is drawn this much larger and then reduced.
_FINE = 3


@cache
def fonts() -> tuple[Path, ...]:
    """Return the Chinese fonts of this machine, the likeliest on a seal first."""
    found = {path.name: path for folder in _FOLDERS for path in Path(folder).rglob("*.tt[cf]")}
    return tuple(found[name] for name in _FONTS if name in found)


def font_of(size: int, number: int = 0) -> ImageFont.FreeTypeFont:
    path = fonts()[number % len(fonts())]
    return ImageFont.truetype(path, max(6, size), index=_SIMPLIFIED if path.name.startswith("Noto") else 0)


def draw_seal(  # noqa: PLR0913 (what a seal can be)
    name: str,
    diameter: int,
    *,
    ink: tuple[int, int, int] = RED,
    wear: float = 0.25,
    seed: int = 0,
    shape: str = "round",
    bottom: str = "",
    code: str = "",
    star: bool = True,
    turn: float = 0.0,
    font: int = 0,
    partial: float = 0.0,
    faint: float = 0.0,
) -> Image.Image:
    """Return a seal as RGBA of about `diameter` pixels: `name` along the ring, `bottom` a line under the star.

    `code` stands small along the lower arc; `wear` 0..1 is uneven ink, `partial` 0..1 the share that one side lacks,
    `faint` 0..1 how little ink there was; `turn` in degrees. An oval is 3 : 2, a square has a frame.
    """
    random = np.random.default_rng(seed)
    drawn = {"round": _ring, "oval": _ring, "square": _square}[shape](
        name, diameter * _FINE, 1.0 if shape != "oval" else 2 / 3, (bottom, code), font, star=star and shape == "round"
    )
    drawn = drawn.rotate(turn, resample=Image.Resampling.BICUBIC, expand=True)
    drawn = drawn.crop(drawn.getbbox())
    drawn = drawn.resize((drawn.width // _FINE, drawn.height // _FINE), Image.Resampling.LANCZOS)
    alpha = np.asarray(drawn, dtype=np.float32) / 255 * _inked(drawn.size, random, wear, partial) * (1 - 0.8 * faint)
    colour = np.broadcast_to(np.array(ink, dtype=np.uint8), (*alpha.shape, 3))
    return Image.fromarray(np.dstack([colour, (alpha * 255).astype(np.uint8)]), "RGBA")


def stamped(page: Image.Image, seal: Image.Image, centre: tuple[float, float], angle: float = 0.0) -> Image.Image:
    """Return the page with the seal printed on it (multiplied, so text shows through); it may stand over the edge."""
    if angle:
        seal = seal.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True)
    left, top = round(centre[0] - seal.width / 2), round(centre[1] - seal.height / 2)
    box = (max(0, left), max(0, top), min(page.width, left + seal.width), min(page.height, top + seal.height))
    if box[0] >= box[2] or box[1] >= box[3]:
        return page
    part = np.asarray(seal.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top)), dtype=np.float32) / 255
    under = np.asarray(page.convert("RGB").crop(box), dtype=np.float32)
    result = page.convert("RGB")
    result.paste(Image.fromarray((under * (1 - part[..., 3:] * (1 - part[..., :3]))).astype(np.uint8)), box[:2])
    return result


def _inked(size: tuple[int, int], random: np.random.Generator, wear: float, partial: float) -> np.ndarray:
    """Return how much ink each pixel took: blotches, grain, and one side that was pressed less."""
    width, height = size
    cloud = sum(
        _noise(size, random, max(3, width // part)) * weight for part, weight in ((4, 0.5), (14, 0.35), (50, 0.3))
    )
    inked = np.clip(1.15 - wear * 1.1 + wear * 1.3 * cloud, 0, 1)
    if partial:
        angle = random.uniform(0, 2 * math.pi)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        along = ((x / width - 0.5) * math.cos(angle) + (y / height - 0.5) * math.sin(angle)) + 0.5
        inked *= np.clip((along - partial) / 0.15 + 0.5, 0, 1)
    return inked.astype(np.float32)


def _noise(size: tuple[int, int], random: np.random.Generator, cell: int) -> np.ndarray:
    small = random.normal(0, 1, (size[1] // cell + 2, size[0] // cell + 2)).astype(np.float32)
    return np.asarray(Image.fromarray(small, "F").resize(size, Image.Resampling.BICUBIC))


def _ring(name: str, width: int, ratio: float, texts: tuple[str, str], font: int, *, star: bool) -> Image.Image:
    """Draw a ring with the name along its upper arc; an oval one has its second text across the middle."""
    bottom, code = texts
    height, line = round(width * ratio), max(3, round(width * 0.029))
    canvas = Image.new("L", (width, height))
    draw = ImageDraw.Draw(canvas)
    draw.ellipse((0, 0, width - 1, height - 1), outline=255, width=line)
    most = 215 if ratio != 1 else 246 if code else 290
    _arc(canvas, name, font, 0.79, min(most, 22 * len(name) + 30))
    if code:
        _arc(canvas, code, font, 0.86, -70, small=True)
    if star:
        _star(draw, (width / 2, height / 2), width * 0.165)
    if bottom:
        _line(canvas, bottom, font, (width / 2, height * (0.76 if ratio == 1 else 0.56)), width * 0.42)
    return canvas


def _arc(canvas: Image.Image, text: str, font: int, share: float, span: float, *, small: bool = False) -> None:
    """Write text along the ellipse at `share` of its radius, each glyph turned outward; a negative span is below."""
    width, height = canvas.size
    count = max(1, len(text) - 1)
    room = math.radians(abs(span)) / count * width * 0.5 * share
    high = round(width * (0.05 if small else 0.135) * (1 if width == height else 0.85))
    wide = max(4, round(min(room * 0.92, high * 0.8)))
    for place, char in enumerate(text):
        angle = math.radians(span * (place / count - 0.5))
        turn = -math.degrees(angle)
        if span < 0:
            angle = math.pi + angle
        x = width / 2 * (1 + share * math.sin(angle))
        y = height / 2 - (height / 2 - width / 2 * (1 - share)) * math.cos(angle)
        if width != height:  # a glyph stands square to the oval, not to its centre
            turn = -math.degrees(math.atan2(math.sin(angle) / width, math.cos(angle) / height))
        tile = _glyph(char, font, wide, high).rotate(turn, Image.Resampling.BICUBIC, expand=True)
        canvas.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), tile)


def _glyph(char: str, font: int, wide: int, high: int) -> Image.Image:
    """Draw a character stretched to fill a tile, as seal makers do."""
    face = font_of(high, font)
    box = face.getbbox(char)
    tile = Image.new("L", (max(1, int(box[2] - box[0])), max(1, int(box[3] - box[1]))))
    ImageDraw.Draw(tile).text((-box[0], -box[1]), char, fill=255, font=face, stroke_width=0)
    thin = char in "一（）()1"
    return tile.resize((max(2, wide // (3 if thin else 1)), high if char != "一" else max(2, high // 6)))


def _star(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float) -> None:
    points = [
        (
            centre[0] + math.sin(math.pi * step / 5) * (radius if step % 2 == 0 else radius * 0.382),
            centre[1] - math.cos(math.pi * step / 5) * (radius if step % 2 == 0 else radius * 0.382),
        )
        for step in range(10)
    ]
    draw.polygon(points, fill=255)


def _line(canvas: Image.Image, text: str, font: int, centre: tuple[float, float], width: float) -> None:
    face = font_of(round(min(width / len(text), canvas.width * 0.11)), font)
    ImageDraw.Draw(canvas).text(centre, text, fill=255, font=face, anchor="mm")


def _square(name: str, width: int, _ratio: float, _texts: tuple[str, str], font: int, *, star: bool) -> Image.Image:
    """Draw a frame with the name in columns from the right, as seals of persons and of old offices have it."""
    assert not star
    canvas = Image.new("L", (width, width))
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, width - 1, width - 1), outline=255, width=max(3, round(width * 0.045)))
    columns = max(1, math.ceil(math.sqrt(len(name))))
    rows = math.ceil(len(name) / columns)
    room = width * 0.84
    for place, char in enumerate(name):
        column, row = place // rows, place % rows
        tile = _glyph(char, font, round(room / columns * 0.88), round(room / rows * 0.9))
        x = width * 0.92 - (column + 0.5) * room / columns
        y = width * 0.08 + (row + 0.5) * room / rows
        canvas.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), tile)
    return canvas


def draw_letterhead(
    page: Image.Image, text: str, *, ink: tuple[int, int, int] = (230, 20, 25), font: int = 0
) -> Image.Image:
    """Return the page with a 红头: big red characters across its top and a red rule with a star under them."""
    result = page.copy()
    draw, width = ImageDraw.Draw(result), page.width
    size = min(width * 0.8 / len(text), width * 0.1)
    draw.text((width / 2, page.height * 0.1), text, fill=ink, font=font_of(round(size), font), anchor="mm")
    y = page.height * 0.17
    draw.line((width * 0.1, y, width * 0.9, y), fill=ink, width=max(2, width // 250))
    draw_star(draw, (width / 2, y), width * 0.015, ink)
    return result


def draw_star(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, ink: tuple[int, int, int]) -> None:
    """Draw a filled five-pointed star."""
    mask = Image.new("L", (round(radius * 2) + 2, round(radius * 2) + 2))
    _star(ImageDraw.Draw(mask), (radius, radius), radius)
    draw.bitmap((centre[0] - radius, centre[1] - radius), mask, fill=ink)


def draw_fingerprint(height: int, *, ink: tuple[int, int, int] = RED, seed: int = 0) -> Image.Image:
    """Return a 手印 as RGBA: an oval of curved ridges, about 15 mm wide and 20 high."""
    random = np.random.default_rng(seed)
    width = round(height * 0.75)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = _noise((width, height), random, max(3, width // 3)) * height * 0.02
    far = np.hypot((x - width / 2) * 1.2, y - height * 0.55) + bend
    ridges = (np.sin(far * 2 * math.pi / (height * 0.035)) > random.uniform(-0.6, 0.0)).astype(np.float32)
    inside = np.clip((1 - np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2))) * 6, 0, 1)
    alpha = ridges * inside * _inked((width, height), random, 0.4, 0.0)
    alpha = np.asarray(Image.fromarray((alpha * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(height * 0.006)))
    return Image.fromarray(
        np.dstack([np.broadcast_to(np.array(ink, dtype=np.uint8), (height, width, 3)), alpha]), "RGBA"
    )


if __name__ == "__main__":
    sheet = Image.new("RGB", (1500, 1000), "white")
    names = ("杭州市物业管理协会", "广西壮族自治区南宁市住宅物业服务行业协会", "万科物业服务有限公司")
    for column, seal_name in enumerate(names):
        for row in range(2):
            drawing = draw_seal(
                seal_name, 400, seed=column, wear=0.3 * row, turn=20 * row, code="3301060012345", font=column
            )
            sheet = stamped(sheet, drawing, (230 + 450 * column, 250 + 480 * row))
    oval = draw_seal("万科物业服务有限公司", 300, shape="oval", bottom="财务专用章", code="330106001")
    sheet = stamped(sheet, oval, (1400, 250))
    sheet = stamped(sheet, draw_seal("王小明印", 120, shape="square"), (1400, 500))
    stamped(sheet, draw_fingerprint(120), (1400, 700)).save("seals.png")
