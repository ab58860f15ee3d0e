"""Where do the sections of a case material begin? Their headings, told by meaning whatever stands before and after.

Of all lines that may be headings those are taken that follow each other in the order of the notice, as many as there
are; then those that stand out of order, but are written as the others are.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from config.campaign import Campaign
from parsers.documents.tables import key
from parsers.kinds.material_lines import Line
from parsers.kinds.material_names import Names, names_of
from parsers.kinds.material_numbering import without_number
from parsers.values.traditional import simplified

# The bracket that a line opens with may end its name: 【小区简介】本小区位于…
_ENDS_NAME = re.compile(r"[:：]|\s*(?:——|—|--|–|-|\||｜)\s*|\s+|。|(?<=[^\s【\[〔〖])[】\]〕〗]\s*[:：]?")
_OPENS = re.compile(r"[【\[〔〖]")
_PAGE_NUMBER = re.compile(r"[\s.…·•\d-]*")
_CJK = re.compile("[\u4e00-\u9fff]")
_BRACKET = re.compile(r"[(（\[［【〔]")
# A line that has no end of a name near its beginning is text; most lines are, and cost no more than this.
_MAY_BE_HEADING = re.compile(r"[^:：。|｜—–\s-]{0,34}(?:[:：。|｜—–\s\]】〕〗-]|$)")
_NOT_IN_NAMES = re.compile("[。；;！!？?]")
_SEVERAL_COMMAS = 3
_HEADING_CHARACTERS = 24
_LONGEST_LINE_LOOKED_AT = 60
# What a heading is worth in the choice: each counts more than all that may be said for it.
_EACH, _OWN_LINE, _OWN_WORDS, _LEVEL, _LOOSE = 100, 3, 1, 4, -4
# A table of contents: where it says so, its lines; where it does not, so many headings with nothing between.
_TITLE = "标题"
_CONTENTS = "目录"
_CONTENTS_HEADINGS = 3
_MOST_SECTIONS = 20
_TEXT_MARKS = re.compile("[。；;！!？?：:]")
_NAME_ENDS = re.compile("(?:公司|小区|花园|苑|家园|新村|社区)$")
_TITLE_SECTION = "title"
_CLOSES = ("】", "]", "〕", "〗")


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


def find_headings(
    lines: Sequence[Line], campaign: Campaign, styled: frozenset[str] = frozenset(), *, broken: bool = False
) -> list[Heading]:
    """Return the headings of the sections in the order of the lines; `styled` are the texts set as headings are.

    `broken` says that lines end where the page did, not where their author ended them.
    """
    names = names_of(campaign.section)
    candidates = _without_contents(_candidates(lines, names, styled), lines)
    level = _usual_level([one for one in candidates if one.exact] or candidates)
    run = _longest_run([one for one in candidates if one.exact or one.level == level], names.order, level)
    run = _in_sequence(run, lines)
    found = _with_next(_with_others(run, candidates, lines), candidates, lines)
    return found if broken else _with_subtitles(found, lines)


def _usual_level(candidates: Iterable[Heading]) -> str:
    """Return the level at which most sections are headed: a label that comes again and again is one."""
    sections = {(one.level, one.section): one for one in candidates}
    usual = Counter(level for level, _ in sections).most_common(1)
    return usual[0][0] if usual else ""


def _with_subtitles(headings: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Return headings, what follows a name on its line taken as a subtitle where the text begins below it."""
    ends = [*(following.line for following in headings[1:]), len(lines)][: len(headings)]
    return [
        replace(one, rest="") if end > one.line + one.lines and _is_subtitle(one) else one
        for one, end in zip(headings, ends, strict=True)
    ]


def _in_sequence(run: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Return a run without loose headings whose number does not fit between the exact ones: they are within a section.

    Where the exact ones are not numbered in order themselves, numbers say nothing.
    """
    exact = [one for one in run if one.exact and one.level]
    values = [_value(one, lines) for one in exact]
    if values != sorted(set(values)):
        return list(run)
    kept = []
    for one in run:
        before = [value for value, other in zip(values, exact, strict=True) if other.line < one.line]
        after = [value for value, other in zip(values, exact, strict=True) if other.line > one.line]
        fits = (before or [0])[-1] < _value(one, lines) < (after or [_MOST_SECTIONS])[0]
        kept += [one] if one.exact or not one.level or fits else []
    return kept


def _with_next(headings: Sequence[Heading], candidates: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Return the headings, one whose next chapter names its section better replaced: 一、案例背景, 二、小区概况."""
    found = []
    for number, one in enumerate(headings):
        before = headings[number + 1].line if number + 1 < len(headings) else len(lines)
        rivals = (
            other
            for other in candidates
            if one.line < other.line < before and (other.section, other.level) == (one.section, one.level)
            if other.level and other.exact and other.rank < one.rank and _value(other, lines) == _value(one, lines) + 1
        )
        found.append(next(rivals, one))
    return found


def _value(heading: Heading, lines: Sequence[Line]) -> int:
    return without_number(lines[heading.line].text[:_LONGEST_LINE_LOOKED_AT]).value or 0


def _is_subtitle(heading: Heading) -> bool:
    """Tell a few words without a sentence's mark: 问题诊断：三大痛点困扰居民; a title is nothing else."""
    if heading.section == _TITLE_SECTION or len(heading.rest) > _HEADING_CHARACTERS:
        return False
    return not _TEXT_MARKS.search(heading.rest) and not _NAME_ENDS.search(heading.rest)


def _candidates(lines: Sequence[Line], names: Names, styled: frozenset[str]) -> list[Heading]:
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


def _heading(line: str, number: int, names: Names, *, styled: bool) -> Heading | None:
    numbered = without_number(line[:_LONGEST_LINE_LOOKED_AT])
    start, level = numbered.text, numbered.level
    text = _normal(start)
    weak = bool(level) or styled
    return (
        _whole(text, number, level, names, weak=weak)
        or _with_rest(line, start, number, level, names)
        or _loose(text, number, level, names, weak=weak)
    )


def _normal(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text))


def _whole(text: str, number: int, level: str, names: Names, *, weak: bool) -> Heading | None:
    """Return the heading that a line is, of one section or of two together."""
    if len(text) > _HEADING_CHARACTERS:
        return None
    if named := names.named(text, weak=weak):
        return Heading(named[0], number, level=level, rank=named[1])
    sections = names.joined(text)
    return Heading(sections[0], number, also=tuple(sections[1:]), level=level, rank=1) if sections else None


def _with_rest(line: str, start: str, number: int, level: str, names: Names) -> Heading | None:
    """Return the heading that a line begins with, its text or a subtitle after it on the same line."""
    for end in _ENDS_NAME.finditer(start):
        name, mark = start[: end.start()], _normal(end[0]).strip()
        if mark[:1] in _CLOSES:
            # Only what the line opened with is closed by it; in the midst of a name a bracket says more of it.
            if not _OPENS.match(start):
                continue
            name, mark = name[1:], ":"
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


def _loose(text: str, number: int, level: str, names: Names, *, weak: bool) -> Heading | None:
    """Return the heading of a short line that says a section's name among others, where it is set as one."""
    plain = text.strip(" :.")
    if not weak or len(plain) > _HEADING_CHARACTERS or _NOT_IN_NAMES.search(plain):
        return None
    named = names.loosely(plain) if plain.count(",") < _SEVERAL_COMMAS else None
    return Heading(named[0], number, level=level, exact=False, rank=named[1]) if named else None


def _split(lines: Sequence[Line], number: int, names: Names) -> Heading | None:
    """Return the heading that a line and the next one are together."""
    if number + 1 >= len(lines) or len(lines[number].text) > _HEADING_CHARACTERS // 2:
        return None
    following = lines[number + 1]
    if following.row or following.caption or _BRACKET.search(following.text):
        return None
    joined = without_number(lines[number].text + following.text[:_HEADING_CHARACTERS])
    named = names.named(joined.text, weak=False)
    return Heading(named[0], number, lines=2, level=joined.level, rank=named[1]) if named else None


def _longest_run(candidates: Sequence[Heading], order: Mapping[str, int], level: str) -> list[Heading]:
    """Return the run of headings in the notice's order that is worth most; in one pass, for there are seven names.

    Of equally good ones the earlier is taken: a later one is a heading within a section.
    """
    best: dict[str, tuple[int, list[Heading]]] = {}
    for heading in candidates:
        before = (one for name, one in best.items() if order[name] < order[heading.section])
        worth, run = max(before, key=lambda one: one[0], default=(0, []))
        worth += heading.worth + (_LEVEL if heading.level == level else 0)
        last = _last(heading, order)
        if worth > best.get(last, (0, []))[0]:
            best[last] = worth, [*run, heading]
    return max(best.values(), key=lambda one: one[0], default=(0, []))[1]


def _last(heading: Heading, order: Mapping[str, int]) -> str:
    """Return which section a heading goes up to: 企业简介及小区概况 names two that do not follow each other."""
    last = heading.also[-1] if heading.also else heading.section
    return last if order[last] - order[heading.section] == len(heading.also) else heading.section


def _with_others(run: Sequence[Heading], candidates: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Add the sections that stand out of the notice's order, but are headed as the others are."""
    if not run:
        return []
    level = Counter(one.level for one in run).most_common(1)[0][0]
    known = {name for one in run for name in (one.section, *one.also)}
    found = list(run)
    for one in candidates:
        if one.section in known or one.level != level or one.also or one.rest:
            continue
        if one.exact or (level and _is_next(one, run, lines)):
            known.add(one.section)
            found.append(one)
    return sorted(found, key=lambda one: one.line)


def _is_next(heading: Heading, run: Sequence[Heading], lines: Sequence[Line]) -> bool:
    """Tell whether a heading's number comes right before that of the next one, or right after the one before it."""
    before = [one for one in run if one.line < heading.line][-1:]
    after = [one for one in run if one.line > heading.line][:1]
    value = _value(heading, lines)
    steps = [value - _value(one, lines) for one in before] + [_value(one, lines) - value for one in after]
    return bool(steps) and all(step == 1 for step in steps)
