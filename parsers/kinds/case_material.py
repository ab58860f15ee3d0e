"""Tells whether a Word file is the material of a case (案例材料, 附件2), and what it says of itself.

Facts: `title` and `community` and `company` (text or None), `sections` (names found, in order), `characters` (Word's
count of the whole file), `pictures` (a count). Sections are told by their headings in the order of the notice.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from config.campaign import Campaign
from parsers.base import Found
from parsers.documents.document import Document
from parsers.documents.tables import key

# Numbering before a heading: 一、 （二） 3. 第四部分 ①
_NUMBERING = re.compile(
    r"^\s*(?:第[一二三四五六七八九十\d]{1,3}[部分章节]{1,2}|[(（]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．,，:：)）]?|[①-⑩])\s*"
)
# Official papers and contracts also have headings such as 主要做法; their titles tell them apart.
_OFFICIAL = re.compile(
    r"(?:通知|请示|报告|批复|函|公告|总结|汇报|简报|纪要|方案|制度|办法|规约|合同|协议|协议书|合同书|招标文件|投标文件|标准|条例)$"
)
_CONTRACT = re.compile("甲方|乙方|委托方|受托方|招标人|投标人")
# A contract names its parties on every page; a material may quote one.
_PARTIES = 5
_TITLE_LINES = 8
_TITLE_CHARACTERS = 60
_HEADING_CHARACTERS = 24
_LEAST_SECTIONS = 3
_LEAST_CHARACTERS = 500
# Where the headings are others, so much text with the words of the matter makes it probable.
_LONG_CHARACTERS = 1_500
_WORDS_OF_THE_MATTER = {"小区": 8, "物业": 5}
_CJK = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u2010-\u2027\u2030-\u205e"
_CJK += r"\U00020000-\U0003ffff"
# A mark that is white space (the ideographic space) counts as none.
_WORDS_COUNT = re.compile(rf"(?!\s)[{_CJK}]|[^\s{_CJK}]+")
_STATED = re.compile(r"小区名称\s*(?:为|是)?\s*[:：]?\s*[“\"「]?([^，。；,;\s：:“”\"「」为是]{2,30})")
_BEGINS = re.compile(r"^\s*[“\"「]?([^，。；,;\s：:、“”\"「」]{2,16}?)[”\"」]?(?:项目)?(?:坐落于|坐落在|位于|地处)")
_NO_NAME = re.compile("^(?:本|该|我|此|小区|项目|住宅|其|这|主要|现)")
_COMPANY = re.compile(r"^\s*([^，。；,;\s：:（）()]{2,30}(?:[（(][^（）()]{1,8}[）)])?[^，。；,;\s：:]{0,20}?公司)")
_MANAGED_BY = re.compile(r"物业服务企业(?:名称)?\s*(?:[:：]|为|是)\s*([^，。；,;\s]{4,40}?公司)")


@dataclass(frozen=True)
class Heading:
    """A section's heading in the text: its name, the line it stands in, and what follows it on that line."""

    section: str
    line: int
    rest: str


class CaseMaterial:
    """Recognises case materials; measuring the sections comes with a later version."""

    kind = "case_material"
    version = 1

    def read(self, document: Document, campaign: Campaign) -> tuple[Found, ...]:
        """Return the material, at most one a document."""
        lines = [line.strip() for line in document.text.splitlines() if line.strip()]
        headings = find_headings(lines, campaign)
        characters = count_characters(document.text)
        confidence = _confidence(lines, headings, characters)
        if not confidence:
            return ()
        bodies = section_bodies(lines, headings)
        facts = {
            "title": _title(lines, headings, bodies),
            "community": _community(bodies.get("introduction", "")),
            "company": _company(bodies),
            "sections": [heading.section for heading in headings],
            "characters": characters,
            "pictures": document.pictures,
        }
        return (Found(self.kind, confidence, facts),)


def count_characters(text: str) -> int:
    """Return Word's count of a text: a CJK character or mark is 1, a run of other characters without space is 1."""
    return len(_WORDS_COUNT.findall(text))


def find_headings(lines: Sequence[str], campaign: Campaign) -> list[Heading]:
    """Return the longest run of section headings that follow each other in the order of the notice."""
    order = {section.name: index for index, section in enumerate(campaign.section)}
    ways = {key(way): section.name for section in campaign.section for way in section.headings}
    candidates = [found for number, line in enumerate(lines) if (found := _heading(line, number, ways))]
    best: dict[str, list[Heading]] = {}
    for heading in candidates:
        before = (run for name, run in best.items() if order[name] < order[heading.section])
        run = [*max(before, key=len, default=[]), heading]
        # Of equally long runs the later one is the text: a table of contents comes before it.
        if len(run) >= len(best.get(heading.section, ())):
            best[heading.section] = run
    return max(best.values(), key=len, default=[])


def _heading(line: str, number: int, ways: dict[str, str]) -> Heading | None:
    text = _NUMBERING.sub("", unicodedata.normalize("NFKC", line), count=1).strip(" 【】[]<>《》")
    name, colon, rest = text.partition(":")
    if len(name) > _HEADING_CHARACTERS:
        return None
    section = ways.get(key(name))
    return Heading(section, number, rest.strip() if colon else "") if section else None


def section_bodies(lines: Sequence[str], headings: Sequence[Heading]) -> dict[str, str]:
    """Return section -> its text, up to the next section's heading."""
    ends = [heading.line for heading in headings[1:]] + [len(lines)]
    return {
        heading.section: "\n".join(part for part in (heading.rest, *lines[heading.line + 1 : end]) if part)
        for heading, end in zip(headings, ends, strict=False)
    }


def _confidence(lines: Sequence[str], headings: Sequence[Heading], characters: int) -> float:
    """Return how sure it is that this is a case material; 0 where it is not."""
    if _is_official(lines) or characters < _LEAST_CHARACTERS:
        return 0
    text = "\n".join(lines)
    of_the_matter = all(text.count(word) >= least for word, least in _WORDS_OF_THE_MATTER.items())
    if len(headings) >= _LEAST_SECTIONS:
        several = 0.7 + 0.05 * min(len(headings) - _LEAST_SECTIONS, 5)
        # Work reports share three headings with the notice; a material speaks of its community.
        return round(several, 2) if of_the_matter or len(headings) > _LEAST_SECTIONS + 1 else 0
    return 0.55 if headings and of_the_matter and characters >= _LONG_CHARACTERS else 0


def _is_official(lines: Sequence[str]) -> bool:
    """Tell a notice, a report or a contract by a line among its first, or by its parties."""
    first = [line.rstrip('）) 》”"') for line in lines[:_TITLE_LINES] if len(line) <= _TITLE_CHARACTERS]
    parties = len(_CONTRACT.findall("\n".join(lines)))
    return any(_OFFICIAL.search(line) for line in first) or parties > _PARTIES


def _title(lines: Sequence[str], headings: Sequence[Heading], bodies: dict[str, str]) -> str | None:
    """Return the title: what stands under 案例标题, else the first short line before the first section."""
    if stated := bodies.get("title", "").strip():
        return stated.splitlines()[0]
    first = headings[0].line if headings else _TITLE_LINES
    candidates = (line for line in lines[: min(first, _TITLE_LINES)] if len(line) <= _TITLE_CHARACTERS)
    return next((line for line in candidates if not re.fullmatch(r"附件\s*\d*\s*[:：]?|案例材料", line)), None)


def _community(introduction: str) -> str | None:
    """Return the community where the introduction states it; a name that is only guessed makes a case of its own."""
    for pattern in (_STATED, _BEGINS):
        match = pattern.search(introduction)
        if match and not _NO_NAME.match(match[1]):
            return match[1]
    return None


def _company(bodies: dict[str, str]) -> str | None:
    """Return the company where the introduction names it as such, or where the text on the company begins with it."""
    match = _MANAGED_BY.search(bodies.get("introduction", "")) or _COMPANY.match(bodies.get("company", ""))
    return match[1] if match else None
