"""Answers what moment a date in a mail's header means, in the many ways Chinese mailers write it."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
# China has one time zone: `CST` in its mail is China Standard Time, not US Central as RFC 822 has it.
_HOURS = {
    **dict.fromkeys(("utc", "gmt", "ut", "z"), 0),
    **dict.fromkeys(("cst", "hkt", "北京时间", "中国标准时间"), 8),
    **dict.fromkeys(("jst", "kst"), 9),
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
CHINA = timezone(timedelta(hours=8))
_YEARS = range(1970, 2101)
_NOON = 12

_CLOCK = re.compile(r"(上午|下午|晚上|凌晨)?\s*(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?")
_AFTER_NOON = re.compile(r"^[.\d秒\s]*(am|pm)\b", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_NAME = re.compile(r"(?<![a-z])[a-z]{1,4}(?![a-z])|北京时间|中国标准时间", re.IGNORECASE)
_DAYS = (
    # 5 Aug 2026 · Aug 5 2026 (C's ctime puts the year last) · 2026年8月5日, 2026-08-05, 2026/8/5
    re.compile(r"(?P<d>\d{1,2})[\s-]+(?P<m>[a-z]{3})[a-z]*[\s-]+(?P<y>\d{4}|\d{2})(?!\d|:)", re.IGNORECASE),
    re.compile(r"(?P<m>[a-z]{3})[a-z]*\s+(?P<d>\d{1,2})(?:,|\s).*?(?P<y>\d{4})(?!\d)", re.IGNORECASE),
    re.compile(r"(?P<y>\d{4})\s*[年/.-]\s*(?P<m>\d{1,2})\s*[月/.-]\s*(?P<d>\d{1,2})"),
)


def find_moment(text: str, *, need_zone: bool = False) -> datetime | None:
    """Return the aware moment a header date means, None where it cannot be read.

    A date without a zone is read as China's (all senders are), unless `need_zone`: then it is None.
    """
    text = text[:200]
    day, clock = _day(text), _CLOCK.search(text)
    if day is None or clock is None:
        return None
    rest = text[clock.end() :]
    zone = _zone(rest)
    if zone is None and need_zone:
        return None
    try:
        found = datetime(*day, *_time(clock, rest), tzinfo=zone or CHINA)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _day(text: str) -> tuple[int, int, int] | None:
    for pattern in _DAYS:
        match = pattern.search(text)
        if match is None:
            continue
        month = int(match["m"]) if match["m"].isdigit() else _MONTHS.get(match["m"].lower(), 0)
        year = int(match["y"]) if len(match["y"]) > len("26") else 2000 + int(match["y"])
        return year, month, int(match["d"])
    return None


def _time(clock: re.Match[str], rest: str) -> tuple[int, int, int]:
    hour, minute, second = int(clock[2]), int(clock[3]), int(clock[4] or 0)
    half = _AFTER_NOON.match(rest)
    late = clock[1] in {"下午", "晚上"} or (half is not None and half[1].lower() == "pm")
    if late and hour < _NOON:
        hour += _NOON
    # A leap second has no place in datetime; the second before it is as good.
    return hour, minute, min(second, 59)


def _zone(rest: str) -> timezone | None:
    offset = _OFFSET.search(rest)
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        delta = timedelta(hours=hours, minutes=minutes)
        return timezone(delta if offset[1] == "+" else -delta) if delta < timedelta(hours=15) else None
    for match in _ZONE_NAME.finditer(rest):
        hours_east = _HOURS.get(match[0].lower())
        if hours_east is not None:
            return timezone(timedelta(hours=hours_east)) if hours_east else UTC
    return None
