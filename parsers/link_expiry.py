"""Answers until when a cloud link can be opened: by an attribute of its markup, or by the words around it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from parsers.letter_dates import CHINA, find_moment

_NEVER = re.compile(
    r"有效期(?:限)?\s{0,3}[：:为是]?\s{0,3}(?:永久|长期|不限|无限)|无限期|永久有效|永不过期|长期有效|永不失效"
)
_DAY = r"\d{4}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}(?:\s?日)?"
_CLOCK = r"(?:上午|下午|晚上|凌晨)?\s?\d{1,2}\s?[:：时]\s?\d{2}(?:\s?[:：分]\s?\d{2})?"
_MOMENT = rf"({_DAY}(?:[\sT]{{0,3}}{_CLOCK})?)"
_ENDS = r"(?:到期|过期|失效|截止)"
_ABSOLUTE = (
    re.compile(rf"{_MOMENT}\s{{0,3}}[前后]?\s{{0,3}}{_ENDS}"),
    re.compile(rf"(?:{_ENDS}(?:时间|日期)?|有效期(?:限|至|到)?|下载期限)\s{{0,3}}[：:至到为]?\s{{0,3}}{_MOMENT}"),
)
_SHORT = rf"(?<![年\d/.-])(\d{{1,2}})\s?月\s?(\d{{1,2}})\s?日((?:\s{{0,3}}{_CLOCK})?)"
_WITHOUT_YEAR = (
    re.compile(rf"{_SHORT}\s{{0,3}}[前后]?\s{{0,3}}{_ENDS}"),
    re.compile(
        rf"(?:{_ENDS}(?:时间|日期)?|有效期(?:限|至|到)?|有效(?:至|到)|下载期限)\s{{0,3}}[：:至到为]?\s{{0,3}}{_SHORT}"
    ),
)
# A day without year that is longer past than this is one of the next year.
_LONG_PAST = timedelta(days=180)
_RELATIVE = re.compile(
    rf"(\d{{1,3}})\s?(天|日|个?小时)\s?(?:之?后|内)?\s?(?:{_ENDS}|有效)"
    rf"|(?:有效期(?:限)?|保存期限?|还剩|剩余|还有)\s{{0,3}}[：:为]?\s{{0,3}}(\d{{1,3}})\s?(天|日|个?小时)"
)
_LAST_SECOND = {"hour": 23, "minute": 59, "second": 59}
_MILLISECONDS = 100_000_000_000


@dataclass(frozen=True)
class Expiry:
    """The last moment of a link (aware), as it stands in the mail; or that it has none."""

    moment: datetime | None = None
    text: str | None = None
    never: bool = False


def expiry_of_attribute(text: str | None) -> Expiry | None:
    """Return what an attribute says: milliseconds or seconds since 1970, 0 for never, or words; None for nothing."""
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        said = _expiry(text, None)
        return said[0] if said else _moment(text, text)
    number = int(text)
    if number <= 0:
        return Expiry(None, text, never=True)
    try:
        return Expiry(datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, CHINA), text)
    except (ValueError, OverflowError, OSError):
        return None


def expiry_in(text: str, received: datetime | None, which: int) -> tuple[Expiry, int] | None:
    """Return (what a text says, where that ends), the first line of it that says anything, or for -1 the last.

    `15天后过期` counts from `received`.
    """
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    # Nothing in a single line may still stand in two: 过期时间： and the moment below.
    for start, part in (*(reversed(lines) if which else lines), (0, text)):
        found = _expiry(part, received)
        if found:
            return found[0], start + found[1]
    return None


def _expiry(text: str, received: datetime | None) -> tuple[Expiry, int] | None:
    for pattern in _ABSOLUTE:
        match = pattern.search(text)
        if match:
            expiry = _moment(match[1], match[0])
            return (expiry, match.end()) if expiry else None
    for pattern in _WITHOUT_YEAR:
        match = pattern.search(text)
        if match:
            return _in_year(match, received), match.end()
    relative = _RELATIVE.search(text)
    if relative:
        return _after(relative, received), relative.end()
    never = _NEVER.search(text)
    return (Expiry(None, never[0], never=True), never.end()) if never else None


def _moment(words: str, whole: str) -> Expiry | None:
    """Return the moment of words; a day alone lasts to its end."""
    found = find_moment(words)
    if found is None:
        day = find_moment(f"{words.strip()} 00:00")
        found = day.replace(**_LAST_SECOND) if day else None  # type: ignore[arg-type]
    return Expiry(found, " ".join(whole.split())[:100]) if found else None


def _in_year(match: re.Match[str], received: datetime | None) -> Expiry:
    """Return a day without year: of the year of the arrival, of the next where that is long past."""
    text = " ".join(match[0].split())[:100]
    if received is None:
        return Expiry(None, text)
    year = received.astimezone(CHINA).year
    found = [_moment(f"{one}年{match[1]}月{match[2]}日{match[3]}", text) for one in (year, year + 1)]
    known = [one for one in found if one and one.moment and one.moment > received - _LONG_PAST]
    return known[0] if known else Expiry(None, text)


def _after(match: re.Match[str], received: datetime | None) -> Expiry:
    number, unit = int(match[1] or match[3]), match[2] or match[4]
    span = timedelta(hours=number) if "时" in unit else timedelta(days=number)
    return Expiry(received + span if received else None, match[0])
