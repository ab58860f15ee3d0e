"""Pages drawn as scanners and telephones see them: lines of text, ruled tables, seals, noise, a desk around."""

import io
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.docx_writer import LEFT, UP
from tests.seal_drawing import draw_seal, font_of, stamped

# A4 at 150 dots an inch.
WIDTH, HEIGHT, TEXT = 1240, 1754, 26
_MARGIN, _PADDING = 110, 8
_SERIF = 1
_INK = (30, 30, 34)

Row = Sequence[object]


class Paper:
    """A page that is drawn from top to bottom."""

    def __init__(self, *, lying: bool = False) -> None:
        size = (HEIGHT, WIDTH) if lying else (WIDTH, HEIGHT)
        self.image = Image.new("RGB", size, (252, 251, 247))
        self._draw = ImageDraw.Draw(self.image)
        self._font = font_of(TEXT, _SERIF)
        self.y = _MARGIN

    def line(self, text: str, *, centred: bool = False) -> "Paper":
        """Write a line below what there is."""
        left = (self.image.width - self._draw.textlength(text, self._font)) / 2 if centred else _MARGIN
        self._draw.text((left, self.y), text, fill=_INK, font=self._font)
        self.y += round(TEXT * 1.8)
        return self

    def table(self, rows: Sequence[Row], shares: Sequence[float], least: int = 50) -> "Paper":
        """Draw a ruled table whose columns have these shares of the width; LEFT merges a cell with the one before."""
        edges = np.round(_MARGIN + np.cumsum([0, *shares]) * (self.image.width - 2 * _MARGIN) / sum(shares)).astype(int)
        for row in rows:
            cells = [(at, text) for at, text in enumerate(row) if text is not LEFT and text is not UP]
            spans = [
                (at, next((n for n in range(at + 1, len(row)) if row[n] is not LEFT), len(row))) for at, _ in cells
            ]
            lines = [
                self._wrapped(str(text), edges[end] - edges[start])
                for (start, end), (_, text) in zip(spans, cells, strict=True)
            ]
            bottom = self.y + max(least, max(len(one) for one in lines) * round(TEXT * 1.3) + 2 * _PADDING)
            for (start, end), wrapped in zip(spans, lines, strict=True):
                self._draw.rectangle((int(edges[start]), self.y, int(edges[end]), bottom), outline=_INK, width=2)
                for number, text in enumerate(wrapped):
                    place = (int(edges[start]) + _PADDING, self.y + _PADDING + number * round(TEXT * 1.3))
                    self._draw.text(place, text, fill=_INK, font=self._font)
            self.y = bottom
        return self

    def sealed(self, name: str, centre: tuple[float, float], seed: int = 1) -> "Paper":
        """Put a seal of 42 mm on the page, its middle at shares of it."""
        seal = draw_seal(name, round(42 / 25.4 * 150), seed=seed)
        self.image = stamped(self.image, seal, (centre[0] * self.image.width, centre[1] * self.image.height))
        self._draw = ImageDraw.Draw(self.image)
        return self

    def _wrapped(self, text: str, width: int) -> list[str]:
        lines = []
        for paragraph in text.split("\n"):
            line = ""
            for char in paragraph:
                if self._draw.textlength(line + char, self._font) > width - 2 * _PADDING:
                    lines.append(line)
                    line = ""
                line += char
            lines.append(line)
        return lines


def scanned(page: Image.Image, seed: int = 1, skew: float = 0.6) -> Image.Image:
    """Return a page as a flat scanner in colour sees it."""
    shown = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=(252, 251, 247))
    pixels = np.asarray(shown, np.float32) + np.random.default_rng(seed).normal(0, 3, (*shown.size[::-1], 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def photographed(page: Image.Image, seed: int = 1) -> Image.Image:
    """Return a page as a telephone sees it on a grey desk: askew, darker to one side, with some noise."""
    random = np.random.default_rng(seed)
    width, height = page.width + 260, page.height + 240
    inner = np.array([[150, 130], [width - 120, 150], [width - 160, height - 100], [110, height - 130]], np.float32)
    outer = np.array([[0, 0], [page.width, 0], [page.width, page.height], [0, page.height]], np.float32)
    desk = np.full((height, width, 3), (92, 90, 86), np.uint8)
    seen = cv2.warpPerspective(
        np.asarray(page), cv2.getPerspectiveTransform(outer, inner), (width, height), dst=desk,
        flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT,
    )  # fmt: skip
    light = np.linspace(0.98, 0.68, width)[None, :, None]
    pixels = seen * light + random.normal(0, 4, seen.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def as_jpeg(page: Image.Image, quality: int = 85) -> bytes:
    """Return a page as the bytes of a JPEG."""
    data = io.BytesIO()
    page.save(data, "JPEG", quality=quality)
    return data.getvalue()


def as_pdf(*pages: Image.Image) -> bytes:
    """Return pages as the bytes of a PDF of pictures."""
    data = io.BytesIO()
    pages[0].save(data, "PDF", save_all=True, append_images=pages[1:], resolution=150, quality=85)
    return data.getvalue()
