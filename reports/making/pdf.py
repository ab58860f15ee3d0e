"""How text and pictures become a PDF: fonts of this machine, embedded, and a sheet of A4 measured in millimetres.

The one door to reportlab. The same input gives the same bytes.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from reports.wording import one_line

# Pictures go in as they are, not as text, which takes a quarter more.
rl_config.useA85 = 0

WIDTH, HEIGHT = 210.0, 297.0
# Where Debian, Windows and macOS keep Chinese fonts with TrueType outlines: first those of the usual characters, then
# those that know rare ones. Noto CJK has outlines of another kind, which reportlab cannot embed.
FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "C:/Windows/Fonts/simsun.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Supplemental/Songti.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
    "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Light.ttf",
    "C:/Windows/Fonts/simsunb.ttf",
    "C:/Windows/Fonts/SimsunExtG.ttf",
)
# Every reader of PDF has this one, or something in its place; it is not embedded.
_BUILT_IN = "STSong-Light"
_SUBSTITUTE, _LATIN = "〓", "Helvetica"
_LAST_OF_PLANE = 0xFFFF
_LONG_CODE = re.compile("<([0-9A-F]{5,6})>")
_MORE = "…"
# Text stands on a line this much of its size below the line's top.
_ASCENT = 0.88


class FontError(Exception):
    """A font that was named cannot be used; the text says why in Chinese."""


class _Embedded(TTFont):  # type: ignore[misc] # (reportlab has no types)
    """A font whose text can be searched and copied, also where its characters are rare."""

    def addObjects(self, doc: Any) -> None:  # noqa: ANN401, N802 (reportlab's own name)
        """Write the characters beyond the first 65,536 in two halves, as readers want them, not in five digits."""
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                stream.content = _LONG_CODE.sub(_in_halves, stream.content)


class _Jpeg(ImageReader):  # type: ignore[misc] # (reportlab has no types)
    """A JPEG that goes into a PDF as it is: told from others by its bytes, never decoded."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._bytes, self._dataA = data, None

    def getRGBData(self) -> bytes:  # noqa: N802 (reportlab's own name)
        """Return what tells it from others; the pixels, which are asked for here, would have to be decoded for that."""
        return self._bytes


def _in_halves(code: re.Match[str]) -> str:
    return f"<{chr(int(code[1], 16)).encode('utf-16-be').hex().upper()}>"


@dataclass(frozen=True)
class Font:
    """A font by the name it is registered under, and the characters that it has (None: those of GBK)."""

    name: str
    characters: frozenset[int] | None

    def has(self, character: str) -> bool:
        """Tell whether the font has a character."""
        if self.characters is not None:
            return ord(character) in self.characters
        try:
            return bool(character.encode("gbk")) and ord(character) <= _LAST_OF_PLANE
        except UnicodeEncodeError:
            return False


class Fonts:
    """The fonts of this machine in the order in which they are asked for a character, loaded when they are needed."""

    def __init__(self, own: Path | None = None, places: Sequence[str] = FONTS) -> None:
        """Take `own` before all others; FontError where it cannot be embedded."""
        self._found: list[Font] = [_load(str(own))] if own else []
        self._places = [place for place in places if Path(place).is_file()]
        self._built_in = False

    @property
    def is_embedded(self) -> bool:
        """Whether there is a font to embed at all; else whoever opens the PDF sees the font of his own reader."""
        return next(iter(self._fonts())).characters is not None

    def of(self, character: str) -> Font | None:
        """Return the first font that has a character; None where none does."""
        return next((font for font in self._fonts() if font.has(character)), None)

    def _fonts(self) -> Iterator[Font]:
        yield from self._found
        while self._places:
            place = self._places.pop(0)
            try:
                font = _load(place)
            except FontError:
                continue
            self._found.append(font)
            yield font
        if not self._built_in:
            self._built_in = True
            # Beside embedded fonts it would only show what they have.
            if not self._found:
                self._found.append(_built_in())
                yield self._found[0]


@cache
def _load(place: str) -> Font:
    """Return a TrueType font (of a collection the first), registered; FontError where it is none."""
    name = f"zhengji-{Path(place).name}"
    try:
        font = _Embedded(name, place)
    except (TTFError, OSError, ValueError, IndexError, KeyError) as error:
        raise FontError(f"{place}: 这个字体不能嵌入 PDF（{error}），请换一个 TrueType 字体（.ttf、.ttc）") from None
    pdfmetrics.registerFont(font)
    return Font(name, frozenset(code for code, glyph in font.face.charToGlyph.items() if glyph))


@cache
def _built_in() -> Font:
    pdfmetrics.registerFont(UnicodeCIDFont(_BUILT_IN))
    return Font(_BUILT_IN, None)


@dataclass(frozen=True)
class Run:
    """Characters in a row that stand in one font, and how wide they are at a size of 1."""

    font: str
    text: str
    width: float


class Pdf:
    """A PDF in the making: what is put on its page is placed in millimetres from the upper left corner."""

    def __init__(self, fonts: Fonts, title: str) -> None:
        self.fonts = fonts
        # The characters that no font has, as they came.
        self.absent: set[str] = set()
        self._known: dict[str, Run] = {}
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=(WIDTH * mm, HEIGHT * mm), pageCompression=1, invariant=1)
        self._canvas.setTitle(one_line(title))
        self._canvas.setCreator("zhengji")
        self._marks = 0

    def text(
        self, at: tuple[float, float], text: str, size: float, colour: str = "#1A1A1A", align: str = "left"
    ) -> None:
        """Put a line with its upper left (or, aligned right, upper right) corner at a place; `size` in points."""
        runs = self._runs(text)
        x = at[0] * mm - (size * sum(run.width for run in runs) if align == "right" else 0)
        y = (HEIGHT - at[1]) * mm - _ASCENT * size
        self._canvas.setFillColor(HexColor(colour))
        for run in runs:
            self._canvas.setFont(run.font, size)
            self._canvas.drawString(x, y, run.text)
            x += run.width * size

    def lines(self, text: str, size: float, width: float, most: int) -> list[str]:
        """Return a text in lines of at most `width` millimetres; where it needs more than `most`, cut with …."""
        rest = one_line(text)
        made: list[str] = []
        while rest and len(made) < most:
            fitting = self._fitting(rest, size, width)
            made.append(rest[:fitting].rstrip())
            rest = rest[fitting:].lstrip()
        if rest:
            last = made[-1] + rest[:1]
            while last and self._wide(last + _MORE, size) > width * mm:
                last = last[:-1]
            made[-1] = last + _MORE
        return made

    def picture(self, jpeg: bytes, box: tuple[float, float, float, float]) -> None:
        """Put a JPEG of ours into a box (x, y, width, height), as large as it fits, in its middle."""
        image = _Jpeg(jpeg)
        wide, high = image.getSize()
        scale = min(box[2] / wide, box[3] / high)
        width, height = wide * scale, high * scale
        x, y = box[0] + (box[2] - width) / 2, HEIGHT - box[1] - (box[3] + height) / 2
        self._canvas.drawImage(image, x * mm, y * mm, width * mm, height * mm)

    def frame(self, box: tuple[float, float, float, float], colour: str, fill: str | None = None) -> None:
        """Draw a box (x, y, width, height), filled where a colour for that is given."""
        self._canvas.setStrokeColor(HexColor(colour))
        self._canvas.setLineWidth(0.5)
        if fill:
            self._canvas.setFillColor(HexColor(fill))
        x, y, width, height = box[0], HEIGHT - box[1] - box[3], box[2], box[3]
        self._canvas.rect(x * mm, y * mm, width * mm, height * mm, stroke=1, fill=int(bool(fill)))

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        """Draw a line."""
        self._canvas.setStrokeColor(HexColor(colour))
        self._canvas.setLineWidth(0.5)
        self._canvas.line(start[0] * mm, (HEIGHT - start[1]) * mm, end[0] * mm, (HEIGHT - end[1]) * mm)

    def mark(self, title: str) -> None:
        """Let the reader's outline lead to this page."""
        self._marks += 1
        self._canvas.bookmarkPage(f"m{self._marks}")
        self._canvas.addOutlineEntry(one_line(title), f"m{self._marks}")

    def next_page(self) -> None:
        """End this page and begin another."""
        self._canvas.showPage()

    def finished(self) -> bytes:
        """Return the whole PDF; nothing can be added afterwards."""
        self._canvas.save()
        return self._out.getvalue()

    def _runs(self, text: str) -> list[Run]:
        """Return a text in its fonts; what none has is shown as 〓, and noted."""
        placed = [self._placed(character) for character in one_line(text)]
        groups = ((font, list(own)) for font, own in groupby(placed, key=lambda one: one.font))
        return [Run(font, "".join(one.text for one in own), sum(one.width for one in own)) for font, own in groups]

    def _placed(self, character: str) -> Run:
        """Return a character in the first font that has it; each is looked for once."""
        if character not in self._known:
            font = self.fonts.of(character)
            if font is None:
                self.absent.add(character)
                # All Chinese fonts have 〓; where none is there, nothing better can be done than a question mark.
                font = self.fonts.of(_SUBSTITUTE)
            name, shown = (font.name, character) if font else (_LATIN, "?")
            shown = _SUBSTITUTE if font and character in self.absent else shown
            self._known[character] = Run(name, shown, float(pdfmetrics.stringWidth(shown, name, 1)))
        return self._known[character]

    def _wide(self, text: str, size: float) -> float:
        return size * sum(self._placed(character).width for character in text)

    def _fitting(self, text: str, size: float, width: float) -> int:
        """Return how many of a text's first characters fit a line; at least one."""
        so_far = 0.0
        for number, character in enumerate(text):
            so_far += self._placed(character).width * size
            if so_far > width * mm:
                return max(1, number)
        return len(text)


def absent_said(characters: Iterable[str]) -> str:
    """Return which characters no font of this machine has; empty where it has them all."""
    codes = [f"U+{ord(one):04X}" for one in sorted(characters)]
    return f"有 {len(codes)} 个字本机字体没有，以〓代替：{'、'.join(codes)}" if codes else ""
