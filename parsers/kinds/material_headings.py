"""Where do the sections of a case material begin? Their headings, told by meaning whatever stands before and after.

Of all lines that may be headings those are taken that follow each other in the order of the notice, as many as there
are; then those that stand out of order, but are written as the others are.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile

from config.campaign import Campaign, Section
from parsers.documents.tables import key, short_key
from parsers.kinds.material_lines import Line
from parsers.values.traditional import simplified

_CHINESE = "[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}"
_DIGITS = r"\d{1,2}(?:[.．]\d{1,2}){0,2}"
_BULLETS = r"[\s●◆■▲★☆□○◎◇▪•·※►➢*#—–-]*"
_AFTER = "(?=[\\s.．、,，:：])"
# Numbering before a heading: 一、 （二） 3. 1.2 第四部分 (1) ① Ⅲ. A、 Part 2
_NUMBERING = re.compile(
    rf"{_BULLETS}(?:(?P<chapter>第\s*(?:{_CHINESE}|\d{{1,2}})\s*(?:部分|[章节篇项]))|(?P<part>part\.?\s*\d{{1,2}})"
    rf"|[(（\[［【〔]\s*(?:(?P<in_brackets>{_CHINESE})|(?P<digit_in_brackets>\d{{1,2}}))\s*[)）\]］】〕]"
    rf"|(?P<circled>[①-⑳❶-❿⑴-⒇㈠-㈩])|(?P<dotted>[⒈-⒛])"
    rf"|(?P<chinese>{_CHINESE})|(?P<digits>{_DIGITS})|(?P<roman>[IVX]{{1,4}}{_AFTER}|[Ⅰ-Ⅻ])|(?P<letter>[A-HＡ-Ｈ]{_AFTER}))"
    r"[、.．,，:：;；)）\s]*",
    re.IGNORECASE,
)
_ENDS_NAME = re.compile(r"[:：]|\s*(?:——|—|--|–|-|\||｜)\s*|\s+|。")
_JOINTS = re.compile("与|和|及其|及|、|/|&|暨")
_PAGE_NUMBER = re.compile(r"[\s.…·•\d-]*")
_CJK = re.compile("[\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W_]")
_BRACKET = re.compile(r"[(（\[［【〔]")
# A line that has no end of a name near its beginning is text; most lines are, and cost no more than this.
_MAY_BE_HEADING = re.compile(r"[^:：。|｜—–\s-]{0,34}(?:[:：。|｜—–\s-]|$)")
_NOT_IN_NAMES = re.compile("[。；;！!？?，,]")
_HEADING_CHARACTERS = 24
_LONGEST_LINE_LOOKED_AT = 60
# 总结, 做法, 经验 …: words that many lines consist of.
_WEAK = 2
_LONG_WAY = 4
# What a heading is worth in the choice: each counts more than all that may be said for it.
_EACH, _OWN_LINE, _OWN_WORDS, _LEVEL, _LOOSE = 100, 3, 1, 4, -4
# A table of contents: where it says so, its lines; where it does not, so many headings with nothing between.
_TITLE = "标题"
_CONTENTS = "目录"
_CONTENTS_HEADINGS = 3
_MOST_SECTIONS = 20


@dataclass(frozen=True)
class Heading:
    """A section's heading: its name, the line that it stands in, how many lines it takes, and what follows it there.

    `also` are further sections that share the heading and the text; `exact` says that it is nothing but the name.
    """

    section: str
    line: int
    rest: str = ""
    lines: int = 1
    also: tuple[str, ...] = ()
    level: str = ""
    exact: bool = True
    rank: int = 0

    @property
    def worth(self) -> int:
        """What speaks for it by itself."""
        own_words = _OWN_WORDS if not self.rank else 0
        return (
            _EACH * (1 + len(self.also)) + own_words + (0 if self.rest else _OWN_LINE) + (0 if self.exact else _LOOSE)
        )


def find_headings(lines: Sequence[Line], campaign: Campaign, styled: frozenset[str] = frozenset()) -> list[Heading]:
    """Return the headings of the sections in the order of the lines; `styled` are the texts in a heading style."""
    names = _names_of(campaign.section)
    candidates = _without_contents(_candidates(lines, names, styled), lines)
    usual = Counter(one.level for one in [one for one in candidates if one.exact] or candidates).most_common(1)
    level = usual[0][0] if usual else ""
    run = _longest_run([one for one in candidates if one.exact or one.level == level], names.order, level)
    return _with_others(run, candidates)


class _Names:
    """The ways in which the sections are headed."""

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self.order = {section.name: index for index, section in enumerate(sections)}
        self.ways: dict[str, tuple[str, int]] = {}
        for section in sections:
            for rank, way in enumerate(section.headings):
                self.ways.setdefault(key(way), (section.name, rank))
        self._endings = {way[-_WEAK:] for way in self.ways}

    def named(self, text: str, *, weak: bool) -> tuple[str, int] | None:
        """Return (section, rank) of a text that is nothing but a section's name, what is in brackets aside."""
        if not self._may_name(text):
            return None
        ways = (key(text), short_key(text)) if _BRACKET.search(text) else (key(text),)
        return next((self.ways[way] for way in ways if way in self.ways and (weak or len(way) > _WEAK)), None)

    def ends_with(self, text: str) -> tuple[str, int] | None:
        """Return (section, rank) of a text that ends with a section's name: 春江花园小区简介."""
        if not self._may_name(text):
            return None
        plain = short_key(text)
        return next((self.ways[plain[-size:]] for size in self._sizes if plain[-size:] in self.ways), None)

    def _may_name(self, text: str) -> bool:
        """Tell whether a text ends as some name does, which most do not; what is in brackets may follow."""
        return "".join(_LETTER.findall(simplified(text)))[-_WEAK:] in self._endings or bool(_BRACKET.search(text))

    @cached_property
    def _sizes(self) -> list[int]:
        return sorted({len(way) for way in self.ways if len(way) >= _LONG_WAY}, reverse=True)


@lru_cache(maxsize=4)
def _names_of(sections: tuple[Section, ...]) -> _Names:
    """Return the names of a campaign's sections, made once: there are five hundred ways."""
    return _Names(sections)


def _candidates(lines: Sequence[Line], names: _Names, styled: frozenset[str]) -> list[Heading]:
    """Return every line that may be a heading."""
    found = (
        _split(lines, number, names) or _heading(line.text, number, names, styled=line.text in styled)
        for number, line in enumerate(lines)
        if not (line.row or line.caption) and _MAY_BE_HEADING.match(line.text)
    )
    return [one for one in found if one]


def _without_contents(candidates: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Return the candidates without those of a table of contents: they come again further down."""
    last = {one.section: one.line for one in candidates}
    dropped = {one.line for one in _contents(candidates, lines) if one.line < last[one.section]}
    return [one for one in candidates if one.line not in dropped]


def _contents(candidates: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Return the first candidates that stand together as in a table of contents."""
    title = next((number for number, line in enumerate(lines) if key(line.text) == _CONTENTS), None)
    if title is not None:
        short = takewhile(lambda line: len(line.text) <= _HEADING_CHARACTERS, lines[title + 1 :])
        end = title + sum(1 for _ in short)
        return [one for one in candidates if title < one.line <= end]
    group: list[Heading] = []
    for one in candidates:
        if group and one.line > group[-1].line + group[-1].lines:
            if len(group) >= _CONTENTS_HEADINGS:
                return group
            group = []
        group = [] if one.rest else [*group, one][-_MOST_SECTIONS:]
    return group if len(group) >= _CONTENTS_HEADINGS else []


def _heading(line: str, number: int, names: _Names, *, styled: bool) -> Heading | None:
    start, level = _without_number(line[:_LONGEST_LINE_LOOKED_AT])
    text = _normal(start)
    weak = bool(level) or styled
    return (
        _whole(text, number, level, names, weak=weak)
        or _with_rest(line, start, number, level, names)
        or _loose(text, number, level, names, weak=weak)
    )


def _without_number(start: str) -> tuple[str, str]:
    """Return a line's start without the number or bullets before it, and of which level the number is."""
    numbering = _NUMBERING.match(start)
    if not numbering:
        return re.sub(rf"^{_BULLETS}", "", start), ""
    return start[numbering.end() :], next(kind for kind, text in numbering.groupdict().items() if text)


def _normal(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text))


def _whole(text: str, number: int, level: str, names: _Names, *, weak: bool) -> Heading | None:
    """Return the heading that a line is, of one section or of two together."""
    if len(text) > _HEADING_CHARACTERS:
        return None
    if named := names.named(text, weak=weak):
        return Heading(named[0], number, level=level, rank=named[1])
    pieces = _JOINTS.split(_without_brackets(text))
    parts = [names.named(piece, weak=True) for piece in pieces] if len(pieces) > 1 else []
    sections = list(dict.fromkeys(part[0] for part in parts if part))
    if len(sections) < 2 or None in parts:  # noqa: PLR2004 (two sections under one heading)
        return None
    sections.sort(key=names.order.__getitem__)
    return Heading(sections[0], number, also=tuple(sections[1:]), level=level, rank=1)


def _without_brackets(text: str) -> str:
    """Return a heading without what stands in brackets, its joints kept."""
    return re.sub(r"[(\[【〔][^)\]】〕]*[)\]】〕]", "", text)


def _with_rest(line: str, start: str, number: int, level: str, names: _Names) -> Heading | None:
    """Return the heading that a line begins with, its text or a subtitle after it on the same line."""
    for end in _ENDS_NAME.finditer(start):
        name, mark = start[: end.start()], _normal(end[0]).strip()
        if len(name) > _HEADING_CHARACTERS:
            break
        named = names.named(name, weak=mark == ":" and key(name) == _TITLE)
        rest = line[len(line[:_LONGEST_LINE_LOOKED_AT]) - len(start) + end.end() :].strip()
        if not named or not (mark or level) or _PAGE_NUMBER.fullmatch(rest) or not _CJK.search(rest):
            continue
        # After a dash a subtitle, which is part of the heading; after anything else the section's own text.
        subtitle = mark not in {"", ":", "。"} and len(line) < _LONGEST_LINE_LOOKED_AT
        return Heading(named[0], number, "" if subtitle else rest, level=level, rank=named[1])
    return None


def _loose(text: str, number: int, level: str, names: _Names, *, weak: bool) -> Heading | None:
    """Return the heading of a short line that ends with a section's name, where a number or a style says it is one."""
    plain = text.strip(" :.")
    if not weak or len(plain) > _HEADING_CHARACTERS or _NOT_IN_NAMES.search(plain):
        return None
    named = names.ends_with(plain)
    return Heading(named[0], number, level=level, exact=False, rank=named[1]) if named else None


def _split(lines: Sequence[Line], number: int, names: _Names) -> Heading | None:
    """Return the heading that a line and the next one are together."""
    if number + 1 >= len(lines) or len(lines[number].text) > _HEADING_CHARACTERS // 2:
        return None
    following = lines[number + 1]
    if following.row or following.caption or _BRACKET.search(following.text):
        return None
    joined, level = _without_number(lines[number].text + following.text[:_HEADING_CHARACTERS])
    named = names.named(joined, weak=False)
    return Heading(named[0], number, lines=2, level=level, rank=named[1]) if named else None


def _longest_run(candidates: Sequence[Heading], order: Mapping[str, int], level: str) -> list[Heading]:
    """Return the run of headings in the notice's order that is worth most; in one pass, for there are seven names.

    Of equally good ones the earlier is taken: a later one is a heading within a section.
    """
    best: dict[str, tuple[int, list[Heading]]] = {}
    for heading in candidates:
        before = (one for name, one in best.items() if order[name] < order[heading.section])
        worth, run = max(before, key=lambda one: one[0], default=(0, []))
        worth += heading.worth + (_LEVEL if heading.level == level else 0)
        last = heading.also[-1] if heading.also else heading.section
        if worth > best.get(last, (0, []))[0]:
            best[last] = worth, [*run, heading]
    return max(best.values(), key=lambda one: one[0], default=(0, []))[1]


def _with_others(run: Sequence[Heading], candidates: Sequence[Heading]) -> list[Heading]:
    """Add the sections that stand out of the notice's order, but are headed as the others are."""
    if not run:
        return []
    level = Counter(one.level for one in run).most_common(1)[0][0]
    known = {name for one in run for name in (one.section, *one.also)}
    found = list(run)
    for one in candidates:
        if one.section not in known and one.exact and one.level == level and not one.also and not one.rest:
            known.add(one.section)
            found.append(one)
    return sorted(found, key=lambda one: one.line)
