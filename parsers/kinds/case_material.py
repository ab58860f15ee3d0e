"""Tells whether a document is the material of a case (案例材料, 附件2), and what it says of itself.

Facts: `title` and `community` and `company` (text or None), `sections` (names found, in the order of the text),
`section_facts` (of each what `parsers.kinds.material_sections.SectionText` says, without its text), `in_order`,
`characters` (Word's count of the whole file), `pictures`, `tables`, `picture_captions`, `table_captions` (counts),
`layout_faults` (phrases; None where the format does not tell how it looks), `method` (how the document was read),
`stated` (field -> value as the cells of forms have it, of `company`, `completed`, `delivered`, `floor_area` and
`project_type`; only what the introduction or the text on the company surely states).
The texts of the sections, and the captions, are given beside the facts, which every picture of the campaign loads.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from config.campaign import Campaign
from parsers.base import Found
from parsers.documents.document import Document
from parsers.kinds.material_captions import kept_captions
from parsers.kinds.material_chapters import with_unnamed
from parsers.kinds.material_headings import Heading, find_headings
from parsers.kinds.material_layout import believed_of_converted, layout_faults, set_as_headings
from parsers.kinds.material_lines import Line, lines_of
from parsers.kinds.material_sections import SectionText, count_characters, sections_of
from parsers.kinds.material_stated import stated_in
from parsers.kinds.material_texts import kept_texts
from parsers.kinds.material_title import title_of

# Official papers and contracts also have headings such as 主要做法; their titles tell them apart.
_OFFICIAL = re.compile(
    r"(?:通知|请示|批复|函|公告|纪要|办法|规约|合同|协议|协议书|合同书|招标文件|投标文件|条例|要求|须知)$"
)
# So a paper is called that is none of ours, unless it has nearly all sections: then its title only ends like that.
_MAYBE_OFFICIAL = re.compile(r"(?:报告|总结|汇报|简报|方案|制度|标准)$")
_ANNEX = "案例材料要求"
_CONTRACT = re.compile("甲方|乙方|委托方|受托方|招标人|投标人")
# A contract names its parties on every page; a material may quote one.
_PARTIES = 5
# How a document was read whose lines end where the page does.
_BROKEN_LINES = ("pdf", "ocr")
_FIRST_LINES, _SHORT_CHARACTERS = 8, 60
_LEAST_SECTIONS, _SEVERAL_SECTIONS, _MOST_SECTIONS = 3, 5, 6
_LEAST_CHARACTERS, _LEAST_OF_A_SHORT_ONE, _LEAST_WRITTEN = 500, 200, 100
# Where the headings are others, so much text with the words of the matter makes it probable.
_LONG_CHARACTERS = 1_500
_WORDS_OF_THE_MATTER = {"小区": 8, "物业": 5}
_SOME_OF_THE_MATTER = {"小区": 3, "物业": 2}
_STATED = re.compile(r"小区名称\s*(?:为|是)?\s*[:：]?\s*[“\"「]?([^，。；,;\s：:“”\"「」为是]{2,30})")
_BEGINS = re.compile(r"^\s*[“\"「]?([^，。；,;\s：:、“”\"「」]{2,16}?)[”\"」]?(?:项目)?(?:坐落于|坐落在|位于|地处)")
_NO_NAME = re.compile("^(?:本|该|我|此|小区|项目|住宅|其|这|主要|现)")
# A branch is named behind its company (…有限公司杭州分公司); 下设三个分公司 only speaks of some.
_ENDS = r"公司(?:[^，。；,;\s：:是为的在有设各属]{1,8}?分公司)?"
_COMPANY = re.compile(
    rf"^\s*([^，。；,;\s：:（）()]{{2,30}}(?:[（(][^（）()]{{1,8}}[）)])?[^，。；,;\s：:]{{0,20}}?{_ENDS})"
)
_MANAGED_BY = re.compile(rf"物业服务企业(?:名称)?\s*(?:[:：]|为|是)\s*([^，。；,;\s]{{4,40}}?{_ENDS})")


class CaseMaterial:
    """Recognises case materials, and measures their sections and their layout."""

    kind = "case_material"
    version = 7

    def read(self, document: Document, campaign: Campaign) -> tuple[Found, ...]:
        """Return the material, at most one a document."""
        lines = lines_of(document, campaign)
        headings = _headings(document, lines, campaign)
        if not headings:
            return ()
        sections = sections_of(lines, headings, campaign)
        characters = count_characters(document.text)
        confidence = _confidence(lines, headings, sections, characters)
        if not confidence:
            return ()
        bodies = {section.name: section.text for section in sections}
        title, title_lines = title_of(lines, headings, sections, document.layout)
        facts = {
            "title": title,
            "community": _community(bodies.get("introduction", "")),
            "company": _company(bodies),
            "sections": [section.name for section in sections],
            "section_facts": [_measured(section) for section in sections],
            "in_order": _in_order(sections, campaign),
            "characters": characters,
            **_counts(document, lines),
            "layout_faults": _faults(document, lines, headings, min(title_lines, default=None), campaign),
            "method": document.method,
            "stated": stated_in(sections, document.method, campaign),
        }
        texts = kept_texts(sections, broken=document.method in _BROKEN_LINES)
        return (Found(self.kind, confidence, facts, texts | kept_captions(lines, headings, document)),)


def _headings(document: Document, lines: Sequence[Line], campaign: Campaign) -> list[Heading]:
    """Return the headings of the sections; how the paragraphs are set is asked only where some are not found."""
    styled = frozenset(document.headings)
    found = find_headings(lines, campaign, styled, broken=document.method in _BROKEN_LINES)
    if not found or len({one.section for one in found} - {"title"}) == len(campaign.section) - 1:
        return found
    if document.layout is not None:
        found = find_headings(lines, campaign, styled | set_as_headings(lines, document.layout))
    return with_unnamed(found, lines, campaign)


def _measured(section: SectionText) -> dict[str, Any]:
    """Return what is measured of a section, which is all of it but its text."""
    return {name: value for name, value in asdict(section).items() if name != "text"}


def _in_order(sections: Sequence[SectionText], campaign: Campaign) -> bool:
    order = [section.name for section in campaign.section]
    places = [order.index(section.name) for section in sections]
    return places == sorted(places)


def _counts(document: Document, lines: Sequence[Line]) -> dict[str, Any]:
    """Return how many pictures and tables there are, and how many captions."""
    captions = [line.caption for line in lines]
    return {
        "pictures": document.pictures,
        "tables": sum(not table.nested for table in document.tables),
        "picture_captions": captions.count("图"),
        "table_captions": captions.count("表"),
    }


def _faults(
    document: Document, lines: Sequence[Line], headings: Sequence[Heading], title: int | None, campaign: Campaign
) -> list[str] | None:
    """Return what is set otherwise than asked; None where the format does not tell."""
    look = document.layout
    if look is None:
        return None
    believed = look if document.method == "docx" else believed_of_converted(look)
    return layout_faults(lines, headings, title, believed, campaign)


def _confidence(
    lines: Sequence[Line], headings: Sequence[Heading], sections: Sequence[SectionText], characters: int
) -> float:
    """Return how sure it is that this is a case material; 0 where it is not."""
    exact = [heading for heading in headings if heading.exact]
    told = headings if len(headings) >= _SEVERAL_SECTIONS else exact
    text = "\n".join(line.text for line in lines)
    least = _LEAST_OF_A_SHORT_ONE if len(told) >= _MOST_SECTIONS else _LEAST_CHARACTERS
    written = sum(section.characters for section in sections if not section.blank)
    if characters < least or _is_official(lines, text, told, written):
        return 0
    if len(told) < _LEAST_SECTIONS:
        return 0.55 if told and characters >= _LONG_CHARACTERS and _speaks_of(text, _WORDS_OF_THE_MATTER) else 0
    if written < _LEAST_WRITTEN or not _is_ours(told, text):
        return 0
    return round(0.7 + 0.05 * min(len(told) - _LEAST_SECTIONS, 5), 2)


def _is_ours(told: Sequence[Heading], text: str) -> bool:
    """Tell a material from other papers of so many headings: work reports share three with the notice."""
    if _speaks_of(text, _WORDS_OF_THE_MATTER):
        return True
    own_words = sum(heading.exact and not heading.rank for heading in told)
    return len(told) >= _SEVERAL_SECTIONS and (own_words >= _LEAST_SECTIONS or _speaks_of(text, _SOME_OF_THE_MATTER))


def _speaks_of(text: str, words: Mapping[str, int]) -> bool:
    return all(text.count(word) >= least for word, least in words.items())


def _is_official(lines: Sequence[Line], text: str, told: Sequence[Heading], written: int) -> bool:
    """Tell a notice, a report or a contract by a line among its first, or by its parties.

    Annex 2 itself (…案例材料要求) is one, but not where somebody has written a material into it.
    """
    filled = len(told) >= _MOST_SECTIONS and written >= _LONG_CHARACTERS
    first = [line.text.rstrip('）) 》”"') for line in lines[:_FIRST_LINES] if len(line.text) <= _SHORT_CHARACTERS]
    if filled and any(_ANNEX in line for line in first):
        return False
    called = any(_OFFICIAL.search(line) for line in first)
    maybe = len(told) < _MOST_SECTIONS and any(_MAYBE_OFFICIAL.search(line) for line in first)
    return called or maybe or len(_CONTRACT.findall(text)) > _PARTIES


def _community(introduction: str) -> str | None:
    """Return the community where the introduction states it; a name that is only guessed makes a case of its own."""
    for pattern in (_STATED, _BEGINS):
        match = pattern.search(introduction)
        if match and not _NO_NAME.match(match[1]):
            return match[1]
    return None


def _company(bodies: Mapping[str, str]) -> str | None:
    """Return the company where the introduction names it as such, or where the text on the company begins with it."""
    match = _MANAGED_BY.search(bodies.get("introduction", "")) or _COMPANY.match(bodies.get("company", ""))
    return match[1] if match else None
