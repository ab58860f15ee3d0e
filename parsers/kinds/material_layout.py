"""Where is a case material set otherwise than the notice asks (附件2 二(一)(三))? In words, only where it is certain.

Each part (title, headings, text, captions) is judged by the share of its characters: a word in another font is nothing.
What Word would have to guess counts neither way. Fixed spacing in points is not compared with spacing in lines.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from config.campaign import Campaign, Layout, Lettering
from parsers.documents.look import Look, ParagraphLook, Span
from parsers.kinds.material_headings import Heading
from parsers.kinds.material_lines import Line

# Sizes as Word's Chinese menus name them.
_SIZES = {
    42: "初号", 36: "小初", 26: "一号", 24: "小一", 22: "二号", 18: "小二", 16: "三号", 15: "小三号", 14: "四号",
    12: "小四号", 10.5: "五号", 9: "小五", 7.5: "六号", 6.5: "小六", 5.5: "七号", 5: "八号",
}  # fmt: skip
_SAME_SIZE = 0.26
_SAME_SPACING = 0.06
_ENGLISH_NAMES = ("SimSun", "NSimSun", "SimHei", "KaiTi", "FangSong", "Microsoft YaHei")
_CHINESE = re.compile("[\u3400-\u9fff]")
# A short bold paragraph is a heading within a section.
_SUBHEADING_CHARACTERS = 40
# With less text of a part than this nothing is certain of it.
_LEAST_TEXT, _LEAST_HEADINGS = 200, 3
Measured = TypeVar("Measured", bound=Hashable)


@dataclass(frozen=True)
class _Part:
    """A part of the material: what it is called, and its paragraphs."""

    name: str
    looks: Sequence[ParagraphLook]

    @property
    def spans(self) -> list[Span]:
        """Its pieces of text."""
        return [span for look in self.looks for span in look.spans]


def layout_faults(
    lines: Sequence[Line], headings: Sequence[Heading], title: int | None, look: Look, campaign: Campaign
) -> list[str]:
    """Return what is set otherwise than asked, a phrase each; `title` is the number of the title's first line.

    Of a document that LibreOffice converted, give its look through `believed_of_converted` first.
    """
    asked = campaign.layout
    parts = _Parts(lines, headings, title, look)
    faults = _lettering(parts.title, asked.title, asked)
    if len(parts.headings.looks) >= _LEAST_HEADINGS:
        faults += _lettering(parts.headings, asked.heading, asked)
        faults += _blank_lines(parts, asked)
    if sum(_chinese(span) for span in parts.body.spans) >= _LEAST_TEXT:
        faults += [*_lettering(parts.body, asked.body, asked), *_spacing(parts.body, asked)]
    faults += [*_lettering(parts.captions, asked.caption, asked), *_captions(parts)]
    if asked.page_numbers and look.page_numbers is False:
        faults.append("没有页码")
    return faults


def set_as_headings(lines: Sequence[Line], look: Look) -> frozenset[str]:
    """Return the texts of short paragraphs that are bold or numbered by Word, as headings without a style are."""
    set_so = {n for n, one in enumerate(look.paragraphs) if one.numbered or (one.spans and _is_subheading(one))}
    return frozenset(
        line.text for line in lines if line.paragraph in set_so and len(line.text) <= _SUBHEADING_CHARACTERS
    )


def believed_of_converted(look: Look) -> Look:
    """Return a look without the fonts that LibreOffice may have put in the place of others: those of other names."""
    paragraphs = (
        replace(one, spans=tuple(span if _is_original(span.font) else replace(span, font=None) for span in one.spans))
        for one in look.paragraphs
    )
    return replace(look, paragraphs=tuple(paragraphs))


def _is_original(font: str | None) -> bool:
    """Tell a font by a name that LibreOffice never chooses by itself: a Chinese one, or its English twin."""
    return font is not None and (bool(_CHINESE.search(font)) or font in _ENGLISH_NAMES)


class _Parts:
    """The parts of a material, by the paragraphs of its look."""

    def __init__(self, lines: Sequence[Line], headings: Sequence[Heading], title: int | None, look: Look) -> None:
        self.look = look
        whole = Counter(line.paragraph for line in lines)
        self.at = {number: lines[number].paragraph for number in range(len(lines))}
        # A heading with its text in one paragraph, or with other lines, is set as neither.
        own = [h for h in headings if not h.rest and whole[self.at[h.line]] == 1]
        self.heading_numbers = self._known(self.at[h.line + part] for h in own for part in range(h.lines))
        begin, end = (headings[0].line, len(lines)) if headings else (0, 0)
        in_text = [line for line in lines[begin:end] if not line.caption]
        other = {self.at[h.line] for h in headings}
        numbers = self._known(line.paragraph for line in in_text if line.paragraph not in other)
        self.headings = _Part("小标题", [look.paragraphs[n] for n in self.heading_numbers])
        self.body = _Part("正文", [one for n in numbers if not _is_subheading(one := look.paragraphs[n])])
        # A title with its label before it is set as one of both; what stands beside it in a paragraph need not be.
        titled = [lines[title].paragraph] if title is not None and lines[title].paragraph not in other else []
        self.title = _Part("标题", [look.paragraphs[n] for n in self._known(titled)])
        self.caption_marks = {line.paragraph: line.caption for line in lines if line.caption}
        captions = [n for n in self._known(self.caption_marks) if not look.paragraphs[n].pictures]
        self.captions = _Part("图表说明", [look.paragraphs[n] for n in captions])

    def _known(self, numbers: Iterable[int | None]) -> list[int]:
        """Return those paragraphs that were looked at, each once, in order."""
        most = len(self.look.paragraphs)
        return sorted({number for number in numbers if number is not None and number < most})


def _is_subheading(look: ParagraphLook) -> bool:
    length = sum(len(span.text) for span in look.spans)
    return length <= _SUBHEADING_CHARACTERS and all(span.bold for span in look.spans)


def _chinese(span: Span) -> int:
    return len(_CHINESE.findall(span.text))


def _lettering(part: _Part, asked: Lettering, layout: Layout) -> list[str]:
    """Return how a part's letters differ: font by its Chinese characters, size and weight by all."""
    spans = part.spans
    most = f"{part.name}{'' if part.name == '标题' else '多'}为"
    faults = []
    fonts = {name.casefold() for name in layout.fonts}
    if font := _other(spans, lambda span: span.font, lambda name: name.casefold() in fonts, layout.share, _chinese):
        faults.append(f"{most}{font}（要求{layout.fonts[0]}）")
    if size := _other(spans, lambda span: span.size, lambda size: _near(size, asked.size), layout.share):
        faults.append(f"{most}{_named(size)}（要求{_named(asked.size)}）")
    if asked.bold and _other(spans, lambda span: "" if span.bold else "否", lambda said: said == "", layout.share):
        faults.append(f"{part.name}没有加粗")
    return faults


def _near(size: float, asked: float) -> bool:
    return abs(size - asked) < _SAME_SIZE


def _named(size: float) -> str:
    return _SIZES.get(size, f"{size:g} 磅")


def _length(span: Span) -> int:
    return len("".join(span.text.split()))


def _other(
    spans: Iterable[Span],
    of: Callable[[Span], Measured | None],
    fits: Callable[[Measured], bool],
    share: float,
    count: Callable[[Span], int] = _length,
) -> Measured | None:
    """Return what most of the text that does not fit has, where that is at least a share of all; None where it fits.

    What is not certain (None) counts among all, and not as otherwise.
    """
    counted: Counter[Measured] = Counter()
    total = 0
    for span in spans:
        length, said = count(span), of(span)
        total += length
        if said is not None and not fits(said):
            counted[said] += length
    wrong = counted.total()
    return counted.most_common(1)[0][0] if wrong and wrong >= share * total else None


def _spacing(body: _Part, asked: Layout) -> list[str]:
    """Return how the text's line spacing differs, paragraphs weighed by their length."""
    wanted = asked.body.line_spacing
    if wanted is None:
        return []
    pieces = [Span(span.text, None, look.line, bold=False) for look in body.looks for span in look.spans]
    found = _other(pieces, lambda span: span.size, lambda lines: abs(lines - wanted) < _SAME_SPACING, asked.share)
    return [f"正文行距多为 {found:.3g} 倍（要求 {wanted:g} 倍）"] if found is not None else []


def _blank_lines(parts: _Parts, asked: Layout) -> list[str]:
    """Return that the headings have no blank lines, where nearly all have none on either side."""
    if not asked.heading.blank_lines:
        return []
    bare = [_is_bare(parts.look.paragraphs, number) for number in parts.heading_numbers]
    return ["小标题前后没有空行"] if sum(bare) >= (1 - asked.share) * len(bare) else []


def _is_bare(paragraphs: Sequence[ParagraphLook], number: int) -> bool:
    """Tell a heading that has no gap on either side: no blank paragraph, no spacing of its own or its neighbours'."""
    own = paragraphs[number]
    above = paragraphs[number - 1] if number else None
    below = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
    gaps = [own.before, own.after, above.after if above else None, below.before if below else None]
    blank = any(one is None or one.blank for one in (above, below))
    return not blank and own.beside_table == "" and all(gap is False for gap in gaps)


def _captions(parts: _Parts) -> list[str]:
    """Return captions on the wrong side: a picture's above it, a table's below it, where no other is near."""
    pictures, tables = 0, 0
    for number, mark in parts.caption_marks.items():
        if number is None or number >= len(parts.look.paragraphs):
            continue
        above, own, below = _around(parts.look.paragraphs, number)
        if mark == "图":
            pictures += bool(below and below.pictures and not own.pictures and not (above and above.pictures))
        else:
            tables += own.beside_table == "before" and not own.pictures
    said = (("图片说明在图的上方（要求在下方）", pictures), ("表格名称在表的下方（要求在上方）", tables))
    return [text for text, count in said if count]


def _around(
    paragraphs: Sequence[ParagraphLook], number: int
) -> tuple[ParagraphLook | None, ParagraphLook, ParagraphLook | None]:
    """Return the paragraphs above and below one, blank ones passed over, and itself between them."""
    above = next((one for one in reversed(paragraphs[max(0, number - 3) : number]) if not one.blank), None)
    below = next((one for one in paragraphs[number + 1 : number + 4] if not one.blank), None)
    return above, paragraphs[number], below
