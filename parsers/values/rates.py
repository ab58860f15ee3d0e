"""Which rate does a cell say, as a fraction from 0 to 1? 98.5%, 98.5, 0.985, 百分之九十八, 九成八.

A range (95%-98%) and an upper bound (不足90%) are not one rate; “95%以上” states 95 %. A bare 1 may be 1 % or all.
"""

import re
from decimal import Decimal

from parsers.values.numerals import AMOUNT, amount_of
from parsers.values.text import prepared

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_RATE = re.compile(
    rf"(?<![0-9.,])(?P<percent>{_NUMBER}) ?[%٪]"
    rf"|百分之 ?(?P<spoken>百|[{AMOUNT}]{{1,12}})|(?P<all>百分百)"
    r"|(?P<signed>[一二三四五六七八九十点零〇]{2,9}) ?[%٪]"
    r"|(?<![0-9.,一二三四五六七八九十])(?P<tenths>[0-9](?:\.[0-9])?|[一二三四五六七八九十])成(?P<more>[一二三四五六七八九])?",
)
_BROKEN = re.compile(r"[0-9][.,][0-9]+[.,][0-9.,]*[0-9] ?%|[0-9],[0-9]+(?:\.[0-9]+)? ?%")
_YEAR = re.compile(r"(?<![0-9.])(?:20(?P<year>[0-9]{2})(?![0-9.])(?! ?%)|(?P<short>[0-9]{2})(?= ?年)) ?(?:年度?)?")
# A number without a sign, with words before it (收缴率约) but no other number, and after it only 左右 or 以上.
_BARE = re.compile(rf"[^0-9.,\-~%‰/]{{0,20}}?({_NUMBER}) ?(?:左右|上下|以上|[多余])?[ ,;。)]*")

_RANGE_BEFORE = re.compile(r"[0-9%成] ?[-~至到] ?$")
_NEGATIVE = re.compile(r"(?:^|[ :(])-$")
_UPPER_BEFORE = re.compile(r"(?:(?<!不)(?:低于|小于|少于)|不足|不到|未[达到]|[<≤])[^0-9%]{0,3}$")
_UPPER_AFTER = re.compile(r" ?\)?(?:以下|以内|不到)")
# What follows these words is a change, not the rate itself: 同比提高3%.
_CHANGE = re.compile(r"(?:提高|提升|增长|上升|增加|下降|降低|同比|环比)(?:幅度)?[了约近:]{0,2} ?$")
# So are called the rates that are none of this year's fees.
_OF_ANOTHER = re.compile(r"往年|历年|历史|以前年度|陈欠|旧欠|欠费|清欠|清缴|追缴|补缴|满意|投诉|入住|签约|办结|覆盖")
_CLAUSE_OR_BRACKET = re.compile(r"[(),;。、]")
_IN_TURN = re.compile("分别|依次")
_CLAUSE = re.compile(r"[),;。、]")
# 2023年至2025年: what stands before the second year.
_YEARS_BETWEEN = re.compile(r"[0-9年度] ?[-~至到] ?$")
_MANY_YEARS = 10
_PERCENT_IN_BRACKETS = re.compile(r"(?<=[0-9]) ?\( ?% ?\)")
_LEAST_PERCENT, _BARE_PERCENT, _ALL = 1, 10, 100


def read_rate(raw: str, *, year: int | None = 2025) -> float | None:
    """Return the one rate that a cell says, 0..1; where it gives several years, that of `year` (annex 1 asks for 2025).

    None where there is none, where it lies above 100 % or under 1 %, or where several stand side by side.
    """
    text = _PERCENT_IN_BRACKETS.sub("%", prepared(raw))
    if _BROKEN.search(text):
        return None
    matches = [match for match in _RATE.finditer(text) if not _CHANGE.search(text[: match.start()][-8:])]
    if not matches:
        return _bare(_YEAR.sub(" ", text))
    matches = [match for match in matches if not _is_of_another(match)] or matches
    rates = [(_percent_of(match), match.start()) for match in matches]
    if any(percent is None for percent, _ in rates):
        return None
    values = {percent for percent, _ in rates}
    if len(values) > 1:
        values = {percent for (percent, _), of in zip(rates, _years(text, rates), strict=True) if of == year}
    return _fraction(values.pop()) if len(values) == 1 else None


def _is_of_another(match: re.Match[str]) -> bool:
    """Tell a rate of something else by the words right before it: 往年欠费清缴率85%, 业主满意率99%."""
    return bool(_OF_ANOTHER.search(_CLAUSE_OR_BRACKET.split(match.string[: match.start()][-20:])[-1]))


def _percent_of(match: re.Match[str]) -> Decimal | None:
    """Return a rate in per cent; None where it is a range's end, a bound from above, below zero or no number."""
    before = match.string[max(0, match.start() - 8) : match.start()]
    bounded = _UPPER_BEFORE.search(before) or _UPPER_AFTER.match(match.string, match.end())
    after = re.match(r" ?[-~至到] ?[0-9百]", match.string[match.end() : match.end() + 4])
    if bounded or after or _RANGE_BEFORE.search(before) or _NEGATIVE.search(before):
        return None
    if match["tenths"]:
        return _of_tenths(match["tenths"], match["more"])
    if match["all"] or match["spoken"] == "百":
        return Decimal(_ALL)
    return amount_of(match["percent"] or match["spoken"] or match["signed"])


def _of_tenths(tenths: str, more: str | None) -> Decimal | None:
    """Return 九成 as 90, 九成八 as 98, 9.8成 as 98."""
    whole, rest = amount_of(tenths), amount_of(more) if more else Decimal(0)
    return None if whole is None or rest is None else whole * 10 + rest


def _fraction(percent: Decimal | None) -> float | None:
    if percent is None or not _LEAST_PERCENT <= percent <= _ALL:
        return None
    return float(percent / _ALL)


def _bare(text: str) -> float | None:
    """Return the rate of a number without a sign: 98.5 or 0.985; between 1 and 10 it could be anything."""
    match = _BARE.fullmatch(text)
    if not match or _UPPER_BEFORE.search(text[: match.start(1)]):
        return None
    number = Decimal(match[1])
    if 0 < number < 1:
        return float(number)
    return _fraction(number) if number >= _BARE_PERCENT else None


def _years(text: str, rates: list[tuple[Decimal | None, int]]) -> list[int | None]:
    """Return the year that each rate belongs to, or None: 2025年98%, 98%（2025年）, 2024、2025年分别为97%、98%."""
    years = _years_said(text)
    if _IN_TURN.search(text):
        return list(years.values()) if len(years) == len(rates) else [None] * len(rates)
    found: list[int | None] = [None] * len(rates)
    for place, year in years.items():
        after = next((at for at, (_, start) in enumerate(rates) if start > place), None)
        # A year behind its rate is followed by a mark before the next rate: 98%（2025年），92%（2024年）.
        own = after is not None and (after == 0 or not _CLAUSE.search(text, place, rates[after][1]))
        found[after if own and after is not None else (after or len(rates)) - 1] = year
    return found


def _years_said(text: str) -> dict[int, int]:
    """Return place -> year of all years of a text; those between the ends of 2023-2025年 stand there too."""
    years: dict[int, int] = {}
    for match in _YEAR.finditer(text):
        year = 2000 + int(match["year"] or match["short"])
        if years and _YEARS_BETWEEN.search(text, 0, match.start()):
            last = list(years.values())[-1]
            years |= {match.start() - (year - one): one for one in range(last + 1, min(year, last + _MANY_YEARS))}
        years[match.start()] = year
    return years
