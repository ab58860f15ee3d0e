"""How a short report becomes a Word file of one A4 page, set as official papers are (GB/T 9704).

A door to python-docx.
"""

import io
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph

from reports.wording import sound

# GB/T 9704: the paper's margins, 三号 for the text and 二号 for the title. Where the text needs more room it is set
# smaller, down to 小四: (size, distance of the lines) in points.
_TOP, _BOTTOM, _LEFT, _RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
_PAPER_WIDE, _PAPER_HIGH = Mm(210), Mm(297)
_TITLE, _TITLE_LINE = 22, 33
_SIZES = ((16, 28), (15, 26), (14, 24), (12, 20))
_SONG, _FANG, _HEI = "宋体", "仿宋", "黑体"
# A digit or a Latin letter of these fonts is about half as wide as a Chinese character.
_NARROW = 0.55
_INDENT = 2
_SPARED = 24


@dataclass(frozen=True)
class Passage:
    """A paragraph: its heading, set before it in 黑体 (empty for none), and its text."""

    head: str
    text: str


@dataclass(frozen=True)
class Paper:
    """A short report: title, the line below it, its paragraphs, and who signs it above the day at its foot."""

    title: str
    below: str
    passages: Sequence[Passage]
    foot: str
    made: datetime
    signed: Sequence[str] = ()


def fits(paper: Paper) -> bool:
    """Tell whether a report fits one page at the smallest size that is still good to read."""
    return _size(paper) is not None


def one_page(paper: Paper) -> bytes:
    """Return the report as .docx, in the largest size in which it fits one page."""
    size, line = _size(paper) or _SIZES[-1]
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = _PAPER_WIDE, _PAPER_HIGH
    section.top_margin, section.bottom_margin = _TOP, _BOTTOM
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    document.core_properties.title = sound("".join(paper.title.splitlines()))
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = paper.made.replace(tzinfo=None)
    _centred(document.add_paragraph(), paper.title, (_SONG, _TITLE, _TITLE_LINE), bold=True)
    _centred(document.add_paragraph(), paper.below, (_FANG, size, line))
    for passage in paper.passages:
        paragraph = document.add_paragraph()
        _set(paragraph, line)
        paragraph.paragraph_format.first_line_indent = Pt(_INDENT * size)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        _add(paragraph, passage.head, _HEI, size)
        _add(paragraph, passage.text, _FANG, size)
    for number, text in enumerate((*paper.signed, paper.foot)):
        foot = document.add_paragraph()
        _set(foot, line)
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        foot.paragraph_format.right_indent = Pt(_INDENT * size)
        foot.paragraph_format.space_before = Pt(0 if number else line)
        _add(foot, text, _FANG, size)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _size(paper: Paper) -> tuple[int, int] | None:
    """Return the largest size with its distance of lines in which the report fits one page; None where none does."""
    high = (_PAPER_HIGH - _TOP - _BOTTOM) / Length._EMUS_PER_PT  # noqa: SLF001 (what Pt itself multiplies by)
    for size, line in _SIZES:
        texts = [paper.below, *(f"{'　' * _INDENT}{one.head}{one.text}" for one in paper.passages)]
        texts += [*paper.signed, paper.foot]
        lines = sum(_lines(text, size) for text in texts) + 1
        # On a full page of small print some to spare: no program breaks lines quite as another does.
        lines += lines // _SPARED
        head = sum(_lines(text, _TITLE) for text in paper.title.splitlines())
        if head * _TITLE_LINE + lines * line <= high:
            return size, line
    return None


def _lines(text: str, size: int) -> int:
    wide = (_PAPER_WIDE - _LEFT - _RIGHT) / Length._EMUS_PER_PT / size  # noqa: SLF001
    # Marks may not begin a line, which costs about one character of each.
    units = sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else _NARROW for one in text)
    return max(1, math.ceil(units / (math.floor(wide) - 1)))


def _centred(paragraph: Paragraph, text: str, shape: tuple[str, int, int], *, bold: bool = False) -> None:
    font, size, line = shape
    _set(paragraph, line)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add(paragraph, text, font, size, bold=bold)


def _set(paragraph: Paragraph, line: int) -> None:
    """Set a paragraph's lines so far apart, with nothing before and after it."""
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    shape.space_before = shape.space_after = Pt(0)


def _add(paragraph: Paragraph, text: str, font: str, size: int, *, bold: bool = False) -> None:
    """Add text in a Chinese font, digits in the same: Word knows a font for each kind of character."""
    if not text:
        return
    run = paragraph.add_run(sound(text))
    run.font.name, run.font.size, run.bold = font, Pt(size), bold
    # python-docx has no name for the font of Chinese characters.
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001
