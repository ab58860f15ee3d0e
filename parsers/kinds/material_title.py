"""What is a case material called? What stands under 案例标题, else the first line that can be a title."""

import re
from collections.abc import Sequence

from parsers.documents.look import Look, ParagraphLook
from parsers.kinds.material_headings import Heading
from parsers.kinds.material_lines import Line
from parsers.kinds.material_sections import SectionText

# A cover may stand before it; a title is no longer than that.
_FIRST_LINES = 25
_TITLE_CHARACTERS, _PART_CHARACTERS = 90, 30
_CALLED = (
    r"(?:\d{4}\s*年)?(?:度|全国|[\u4e00-\u9fff]{2,3}(?:省|市))?(?:住宅小区)?[“\"]?(?:好服务)?[”\"]?(?:推荐|申报)?"
    r"案例(?:征集|申报)?(?:材料)?"
)
_FIGURES = r"[\d一二三四五六七八九十]{1,3}"
_DATE = rf"[（(]?\s*[\d〇○零一二三四五六七八九]{{2,4}}\s*年\s*{_FIGURES}\s*月(?:\s*{_FIGURES}\s*日)?\s*[)）]?"
_NO_TITLE = re.compile(
    rf"附\s*件\s*\d*\s*[:：]?|目\s*录|(?:案例|申报|报送)\s*材\s*料|{_CALLED}|{_DATE}"
    r"|.{0,20}案例(?:推荐|申报)表|.{0,20}汇总清单|[\W\d_]*"
)
# A cover's labels: 申报单位：…, 联系人 ….
_LABEL = re.compile(
    r"[（(]?(?:(?:申报|推荐|报送|参评|所属|所在|服务|物业|物业服务|管理)?(?:单位|企业|公司|小区|项目)(?:全称|名称)?|联系人|联系电话|电话|手机|日\s*期|时\s*间|[^：:，。]{0,4}时间|作\s*者|撰\s*稿|"
    r"供\s*稿|执\s*笔|地\s*址|[^：:，。]{0,4}地址|推荐单位|项目类型)\s*[:：]|(?:小区|项目|企业)名称\s"
)
_WHO = re.compile(
    r"[（(]?[^，。：:“”——]{0,40}(?:公司|协会|集团|项目部|(?:物业)?服务中心|管理处|居委会|业委会|编辑部)[)）]?"
)
_COMMUNITY = re.compile(
    r".{1,12}(?:小区|花园|家园|公寓|新村|社区|[苑园城府庭湾里郡邸])(?:[（(].{1,5}[)）]|[一二三四五六\d]{1,2}期|[东南西北]区)?"
)
_SUBTITLE = re.compile(r"\s*(?:—|－|–|-|―){1,3}\s*\S")
_SENTENCE = re.compile("[。；;]")


def title_of(
    lines: Sequence[Line], headings: Sequence[Heading], sections: Sequence[SectionText], look: Look | None
) -> tuple[str | None, frozenset[int]]:
    """Return the title, its parts joined, and the numbers of the lines that it stands in; None and none where none."""
    stated = next((one for one in sections if one.name == "title" and not one.blank and one.text.strip()), None)
    if stated is not None:
        return _stated(lines, headings, stated, look)
    end = min(headings[0].line if headings else _FIRST_LINES, _FIRST_LINES)
    begin = _first_title(lines, [number for number in range(end) if _may_be_title(lines[number])])
    return (None, frozenset()) if begin is None else _joined(lines, begin, lines[begin].text, end, look)


def _first_title(lines: Sequence[Line], candidates: Sequence[int]) -> int | None:
    """Return the first line that may be a title; the community on a cover, over company and date, is none."""
    if len(candidates) > 1 and _COMMUNITY.fullmatch(lines[candidates[0]].text):
        between = lines[candidates[0] + 1 : candidates[1]]
        if any(_WHO.fullmatch(line.text) or re.fullmatch(_DATE, line.text) for line in between):
            return candidates[1]
    return candidates[0] if candidates else None


def _stated(
    lines: Sequence[Line], headings: Sequence[Heading], section: SectionText, look: Look | None
) -> tuple[str, frozenset[int]]:
    """Return the title that stands in a section of its own, a hint of the template before it passed over."""
    at = next(number for number, one in enumerate(headings) if one.section == "title")
    head = headings[at]
    end = headings[at + 1].line if at + 1 < len(headings) else len(lines)
    said = [line for line in section.text.splitlines() if line.strip()]
    first = next((line for line in said if not section.hint or section.hint not in line), said[0])
    if first == head.rest:
        return _joined(lines, head.line, first, end, look)
    begin = next((number for number in range(head.line, end) if lines[number].text == first), end - 1)
    return _joined(lines, begin, first, end, look)


def _may_be_title(line: Line) -> bool:
    text = line.text
    if line.row or line.caption or len(text) > _TITLE_CHARACTERS or _SENTENCE.search(text.rstrip("。")):
        return False
    return not (text.endswith("。") or _NO_TITLE.fullmatch(text) or _LABEL.match(text) or _WHO.fullmatch(text))


def _joined(lines: Sequence[Line], begin: int, text: str, end: int, look: Look | None) -> tuple[str, frozenset[int]]:
    """Return a title that begins in a line, with its second half and its subtitle."""
    at = begin + 1
    while at < min(end, len(lines)) and at < begin + 3 and _goes_on(lines, at, look):
        text += re.sub(r"^\s+", "", lines[at].text)
        at += 1
    return text, frozenset(range(begin, at))


def _goes_on(lines: Sequence[Line], at: int, look: Look | None) -> bool:
    """Tell whether a line goes on with the title above it: a subtitle, or set as it and no paragraph of its own."""
    line, above = lines[at], lines[at - 1]
    if not _may_be_title(line):
        return False
    if _SUBTITLE.match(line.text):
        return True
    if len(line.text) > _PART_CHARACTERS:
        return False
    if line.paragraph is not None and line.paragraph == above.paragraph:
        return True
    return look is not None and _is_set_as(look, above.paragraph, line.paragraph)


def _is_set_as(look: Look, one: int | None, other: int | None) -> bool:
    """Tell whether two paragraphs next to each other are set alike, bold, and larger than a text is."""
    if one is None or other != one + 1 or other >= len(look.paragraphs):
        return False
    above, below = _setting(look.paragraphs[one]), _setting(look.paragraphs[other])
    return above is not None and above == below


def _setting(paragraph: ParagraphLook) -> tuple[float, str | None] | None:
    """Return the size and font that a whole bold paragraph has; None where it is not of one kind."""
    spans = [span for span in paragraph.spans if span.text.strip()]
    kinds = {(span.size, span.font) for span in spans}
    if len(kinds) != 1 or not all(span.bold for span in spans):
        return None
    size, font = kinds.pop()
    return None if size is None else (size, font)
