"""Which chapters does a material have that name no section? What is headed as the sections are, by their numbers.

Such a chapter is the section that is missing in its place, where it speaks of its matter: 二、直面痛点，找准病根.
Otherwise it is a chapter of its own (下一步计划), where the section before it ends.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from config.campaign import Campaign, Section
from parsers.kinds.material_headings import Heading
from parsers.kinds.material_lines import Line
from parsers.kinds.material_numbering import Numbered, without_number

_CHAPTER_CHARACTERS = 40
_TEXT = re.compile("[。；;！!？?]")
_TITLE = "title"


def with_unnamed(headings: Sequence[Heading], lines: Sequence[Line], campaign: Campaign) -> list[Heading]:
    """Return the headings and those that name no section, but stand where it must be and speak of its matter."""
    level = _level(headings)
    known = {name for one in headings for name in (one.section, *one.also)} | {_TITLE}
    found = list(headings)
    for missing, group in groupby(campaign.section, key=lambda section: section.name not in known):
        if missing and level:
            found += _in_place(list(group), headings, lines, campaign)
    return sorted(found, key=lambda one: one.line)


def ends_of(headings: Sequence[Heading], lines: Sequence[Line]) -> list[int]:
    """Return for each heading at which line its section's text ends: where the next chapter begins, ours or not."""
    following = [*(one.line for one in headings[1:]), len(lines)]
    level = _level(headings)
    if not level:
        return following
    return [_end(heading, end, lines, level) for heading, end in zip(headings, following, strict=True)]


def _level(headings: Sequence[Heading]) -> str:
    """Return the level at which most sections are headed."""
    usual = Counter(one.level for one in headings).most_common(1)
    return usual[0][0] if usual else ""


def _end(heading: Heading, end: int, lines: Sequence[Line], level: str) -> int:
    """Return where the chapter begins that has the next number, where the next section has a later one."""
    own, after = _numbered(lines[heading.line]), _numbered(lines[end]) if end < len(lines) else None
    if own.level != level or own.value is None:
        return end
    if after and (after.level != level or after.value is None or after.value <= own.value + 1):
        return end
    chapters = _chapters(lines, heading.line + heading.lines, end, level)
    return next((number for number, one in chapters if one.value == own.value + 1), end)


def _in_place(
    missing: Sequence[Section], headings: Sequence[Heading], lines: Sequence[Line], campaign: Campaign
) -> list[Heading]:
    """Return the headings of sections that follow each other, where as many chapters stand in their place."""
    order = [section.name for section in campaign.section]
    first, last = order.index(missing[0].name), order.index(missing[-1].name)
    begin = max((one.line + one.lines for one in headings if order.index(one.section) < first), default=0)
    end = min((one.line for one in headings if order.index(one.section) > last), default=len(lines))
    level = _level(headings)
    chapters = list(_chapters(lines, begin, end, level))
    if len(chapters) != len(missing) or not _follow(begin, end, chapters, lines, level):
        return []
    pairs = list(zip(missing, chapters, strict=True))
    if not all(any(word in one.text for word in section.words) for section, (_, one) in pairs):
        return []
    return [Heading(section.name, number, level=level, exact=False, rank=1) for section, (number, _) in pairs]


def _follow(begin: int, end: int, chapters: Sequence[tuple[int, Numbered]], lines: Sequence[Line], level: str) -> bool:
    """Tell whether the numbers of chapters run on from the heading before and to the one after them."""
    after = [_numbered(lines[end])] if begin < end < len(lines) else []
    values = [one.value for _, one in chapters] + [one.value for one in after if one.level == level]
    return all(two == (one or 0) + 1 for one, two in pairwise(values))


def _chapters(lines: Sequence[Line], begin: int, end: int, level: str) -> Iterator[tuple[int, Numbered]]:
    """Yield the lines that are headed at a level, each with its number."""
    for number in range(begin, end):
        line = lines[number]
        if line.row or line.caption or len(line.text) > _CHAPTER_CHARACTERS or _TEXT.search(line.text):
            continue
        numbered = _numbered(line)
        if numbered.level == level and numbered.apart and numbered.value is not None:
            yield number, numbered


def _numbered(line: Line) -> Numbered:
    return without_number(line.text[:_CHAPTER_CHARACTERS])
