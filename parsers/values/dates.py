"""Which date does a cell say? ISO with the precision that was given: 2015, 2015-06, 2015-06-30.

Several different dates (phases, from–to) and a bound (2020年1月1日前) are not one date: None, and a person looks. An
open end (至今) is its start.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from parsers.values.numerals import DIGITS, ZEROS, digits_of, small_number
from parsers.values.text import prepared

# Older houses are not managed as communities, later dates are slips of the pen (2105 for 2015).
_YEARS = range(1900, 2050)
# Two digits: 36 to 49 mean neither a year gone by nor one to come.
_SHORT_YEARS = {**{year: 2000 + year for year in range(36)}, **{year: 1900 + year for year in range(50, 100)}}
# A spreadsheet's day 0; serials outside 1980-2035 are more likely something else.
_SERIAL_ORIGIN = date(1899, 12, 30)
_SERIALS = range((date(1980, 1, 1) - _SERIAL_ORIGIN).days, (date(2036, 1, 1) - _SERIAL_ORIGIN).days)

_NUMBER = re.compile(r"([0-9]{4,8})(?:\.([0-9]{1,12}))?")
_SPACED = re.compile(r"([0-9]{4}) ([0-9]{2})(?: ([0-9]{2}))?")
_NOT_A_DATE = re.compile(
    r"[%％]|年代|世纪|农历|阴历|民国|[0-9]s(?![a-z])|[年月日号0-9] ?[之以]?前(?![后期])|不[晚迟]于|早于"
)
_CLOCK = re.compile(
    r"(?:(?<=[0-9日号])[ T]|(?<=[日号])|(?:上午|下午) ?)[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
    r"(?: ?[AP]M)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_AROUND_SIGN = re.compile(r" ?([-./\\~·、,_]) ?")
_ZERO_IN_NUMBER = re.compile(rf"(?<=[0-9])[{ZEROS}]|[{ZEROS}](?=[0-9])")

_COUNTED = "十廿卅"
_MONTH = rf"[{DIGITS}{_COUNTED}元](?: ?[{DIGITS}{_COUNTED}]){{0,2}}"
_DAY = rf"[{DIGITS}{_COUNTED}](?: ?[{DIGITS}{_COUNTED}]){{0,2}}"
_OTHER_UNITS = r" ?(?:[户套栋幢平万元米人个亩㎡m多余%家位号室弄]|年)"
_DATE = re.compile(
    # 2015年6月30日, 二〇一五年六月, 15年6月, 2015年6.30; a day without 日 must end there (not 6月3栋), 3号楼 is no day.
    rf"(?<![{DIGITS}])(?P<y>[{DIGITS}](?: ?[{DIGITS}]){{3}}|[{DIGITS}] ?[{DIGITS}]) ?年度?(?P<rest>"
    rf"(?: ?(?P<m>{_MONTH})(?: ?月份?|(?=[./-][0-9])|$)"
    rf"(?:[ ./-]?(?P<d>{_DAY})(?: ?日| ?号(?![楼院地])|(?=$|[ ,;()])(?! ?[日月号])))?)?)"
    # 20150630, 201506
    r"|(?<![0-9])(?P<cy>(?:19|20)[0-9]{2})(?P<cm>[0-9]{2})(?P<cd>[0-9]{2})?(?![0-9]|\.[0-9])"
    # 2015-06-30, 2015.6, 2015/6/30; another sign before the day (2015.6-8) or a year after it (2010-12年) is a range.
    r"|(?<![0-9])(?P<sy>[0-9]{4})(?P<sign>[-./\\·、,_])(?P<sm>[0-9]{1,2})(?:(?P=sign)(?P<sd>[0-9]{1,2}))?"
    rf"[日号月]?(?![0-9]|{_OTHER_UNITS}|[-./\\·、,_~][0-9])"
    # 2015
    rf"|(?<![0-9])(?P<by>(?:19|20)[0-9]{{2}})(?![0-9])(?!{_OTHER_UNITS})",
)
# What tells that 15年 alone is a year and not an age: 15年底, 15年上半年, 08年, 98年.
_YEAR_WORD = re.compile(r" ?(?:年?[底末初中]|[上下]半年|第?[一二三四1-4]季度|[春夏秋冬])")
_CLEARLY_SHORT_YEAR = re.compile(r"0[0-9]|[89][0-9]")
# A further month or day beside a date: 6月至8月, 28、30日.
_FURTHER = re.compile(rf"[{DIGITS}{_COUNTED}] ?[月日]")
_BEFORE_YEAR = re.compile(r"[0-9][-./\\]$")
_AFTER_YEAR = re.compile(r"(?:[-./\\]| )[0-9]")


def read_date(raw: str) -> str | None:
    """Return the one date that a cell says, ISO with the precision given; None where there is none or several."""
    text = prepared(raw)
    if _NOT_A_DATE.search(text):
        return None
    if number := _NUMBER.fullmatch(_SPACED.sub(r"\1\2\3", text)):
        return _of_number(number[1], number[2])
    text = _AROUND_SIGN.sub(r"\1", _CLOCK.sub("", text).strip())
    text = _ZERO_IN_NUMBER.sub("0", text)
    matches = list(_DATE.finditer(text))
    dates = {_of_match(match) for match in matches}
    if len(dates) != 1 or _FURTHER.search(_DATE.sub("\0", text)):
        return None
    return dates.pop()


def _of_number(whole: str, fraction: str | None) -> str | None:
    """Return the date of a cell that is a number: a spreadsheet's serial, 2015, 201506, 20150630, or 2015.6."""
    if not fraction or not fraction.strip("0"):
        if len(whole) == len("42156"):
            return _of_serial(int(whole))
        reader = _PRECISION.get(len(whole))
        return reader(whole) if reader else None
    if len(whole) == len("2015") and len(fraction) <= len("06"):
        return _iso(whole, fraction)
    return _of_serial(int(whole)) if len(whole) == len("42156") else None


def _of_serial(serial: int) -> str | None:
    return (_SERIAL_ORIGIN + timedelta(days=serial)).isoformat() if serial in _SERIALS else None


_PRECISION: dict[int, Callable[[str], str | None]] = {
    4: lambda digits: _iso(digits[:4]),
    6: lambda digits: _iso(digits[:4], digits[4:]),
    8: lambda digits: _iso(digits[:4], digits[4:6], digits[6:]),
}


def _of_match(match: re.Match[str]) -> str | None:
    """Return the date of one place in the text; None where it is not a date that exists, or leaves its meaning open."""
    if match["y"]:
        return _of_words(match)
    if match["by"]:
        around = match.string
        odd = _BEFORE_YEAR.search(around[: match.start()][-2:]) or _AFTER_YEAR.match(around, match.end())
        return None if odd else _iso(match["by"])
    if match["cy"]:
        return _iso(match["cy"], match["cm"], match["cd"])
    return _iso(match["sy"], match["sm"], match["sd"])


def _of_words(match: re.Match[str]) -> str | None:
    """Return the date of a 年-form; two digits alone may be an age (15年), which is no date."""
    year = digits_of(match["y"].replace(" ", ""))
    if len(year) == len("15"):
        alone = not match["m"] and not _YEAR_WORD.match(match.string, match.end())
        if alone and not _CLEARLY_SHORT_YEAR.fullmatch(year):
            return None
        year = str(_SHORT_YEARS.get(int(year), 0))
    return _iso(year, match["m"], match["d"])


def _iso(year: str, month: str | None = None, day: str | None = None) -> str | None:
    """Return the ISO form at the precision given; None where such a year, month or day does not exist."""
    if not year.isascii() or not year.isdecimal() or int(year) not in _YEARS:
        return None
    numbers = [int(year)]
    for part in (month, day):
        if part is None:
            break
        number = small_number(digits_of(part) if part.isascii() else part)
        if number is None:
            return None
        numbers.append(number)
    try:
        date(*[*numbers, 1, 1][:3])
    except ValueError:
        return None
    return "-".join(f"{number:02d}" for number in numbers)
