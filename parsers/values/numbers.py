"""Numbers with a meaning: floor areas in m², collection rates as fractions, fees in 元/㎡·月."""

import re

from parsers.values.numerals import with_figures
from parsers.values.text import short

_NUMBER = r"(?<![\d.])(\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d{1,9}(?:\.\d+)?)(?![\d])"
_ABOUT = re.compile(r"^(?:约为|约|大约|近|超过|超|达到|达|共计|共|不低于|不少于|为|:|：|\s)+|(?:以上|左右|余|多|许|\s)+$")
_RANGE = re.compile(r"\d\s?[%万]?\s?[-~至到—–]\s?\d")

# A residential community smaller than this (m²) is a number in another unit.
_SMALLEST_AREA = 500
_LARGEST_AREA = 50_000_000
_HECTARE = 10_000
_WAN = 10_000
_AREA = re.compile(_NUMBER + r"\s?(万)?\s?(?:多|余)?\s?(平方米|平方公尺|平米|平方|㎡|m2|m²|M2|公顷)?")
_PARTS = re.compile(r"[一二三四五六七八九\d]期|地块|南区|北区|东区|西区")


def read_area(raw: str) -> float | None:
    """Return a floor area in m²; a bare number only where it can be m², several areas only where the first is the total."""
    text = with_figures(short(raw))
    if _RANGE.search(text):
        return None
    found = [(match, _square_metres(*match.groups())) for match in _AREA.finditer(text) if match[2] or match[3]]
    if not found:
        bare = _plain_number(text)
        return bare if bare is not None and _SMALLEST_AREA <= bare <= _LARGEST_AREA else None
    if len({area for _, area in found}) > 1 and (_PARTS.search(text) and "总" not in text[: found[0][0].start()]):
        return None
    area = found[0][1]
    return area if _SMALLEST_AREA <= area <= _LARGEST_AREA else None


def _square_metres(number: str, wan: str | None, unit: str | None) -> float:
    value = _float(number) * (_WAN if wan else 1) * (_HECTARE if unit == "公顷" else 1)
    return round(value, 2)


_PERCENT = re.compile(_NUMBER + r"\s?%")
_OF_HUNDRED = re.compile(r"百分之\s?([^\s,，;；。、%]+)")
_TENTHS = re.compile(r"(?<!\d)(\d)成(?:(\d)(?!\d)|(半))?")
_YEAR_BEFORE = re.compile(r"(20\d{2})\s?年?度?[^\d%,，;；]{0,12}$")
_HUNDRED = 100


def read_rate(raw: str, *, year: int = 2025) -> float | None:
    """Return a collection rate as a fraction; of several the one said of `year` (附件1 asks for 2025)."""
    text = _OF_HUNDRED.sub(lambda match: f"{with_figures(match[1]).replace('点', '.')}%", short(raw))
    text = with_figures(text)
    if _RANGE.search(text) and "%" in text:
        return None
    percents = {_year_of(text, match.start()): _fraction(_float(match[1])) for match in _PERCENT.finditer(text)}
    if percents:
        if year in percents:
            return percents[year]
        return next(iter(percents.values())) if len(set(percents.values())) == 1 else None
    if tenths := _TENTHS.search(text):
        ones = 5 if tenths[3] else int(tenths[2] or 0)
        return _fraction(int(tenths[1]) * 10 + ones)
    bare = _plain_number(text)
    if bare is None or bare == 1:
        # 1 may be 1 % or 100 %.
        return None
    return round(bare, 6) if 0 < bare < 1 else _fraction(bare)


def _year_of(text: str, position: int) -> int:
    """Return the year said just before a number, 0 where none is."""
    match = _YEAR_BEFORE.search(text[max(0, position - 24) : position])
    return int(match[1]) if match else 0


def _fraction(percent: float) -> float | None:
    return round(percent / _HUNDRED, 6) if 1 < percent <= _HUNDRED else None


_DASH = r"\s?(?:元)?\s?[-~至到—–]\s?"
_PRICE = re.compile(rf"{_NUMBER}(?:{_DASH}{_NUMBER})?\s?(?:元(?:(\d)角)?|(?=/\s?(?:m2|㎡|平)))((?:m2|[^\d,，;；。、])*)")
# Words that say a price is not one by area and month.
_OTHER_UNIT = re.compile(r"户|车|位|吨|度|辆|人|天|日|次|台|套")
_BEFORE = 12
_HIGHEST_FEE = 100


def read_fee(raw: str) -> tuple[float, float] | None:
    """Return (low, high) in 元/㎡·月; one price fills both; None where none is stated in that unit."""
    text = with_figures(short(raw)).replace("¥", "").replace("￥", "")
    prices: list[float] = []
    for match in _PRICE.finditer(text):
        if _is_other_unit(text[max(0, match.start() - _BEFORE) : match.start()], match[4]):
            continue
        tenths = int(match[3]) / 10 if match[3] else 0.0
        prices += [_float(number) + tenths for number in (match[1], match[2]) if number]
    prices = prices or _bare_prices(text)
    if not prices or not all(0 < price < _HIGHEST_FEE for price in prices):
        return None
    return round(min(prices), 4), round(max(prices), 4)


def _is_other_unit(before: str, after: str) -> bool:
    """Tell whether a price is by flat, car or year: what stands behind it says so, else what stands right before."""
    if re.search(r"m2|㎡|平", after):
        return "年" in after and "月" not in after
    if _OTHER_UNIT.search(after) or ("年" in after and "月" not in after):
        return True
    near = re.split(r"[,，;；。、]", before)[-1]
    return bool(re.search(r"每(?:户|车|位|年|辆)|车位|停车", near)) and not re.search(r"平|m2|㎡", near)


def _bare_prices(text: str) -> list[float]:
    """Return the price or the two of a range that are the whole text."""
    parts = re.split(r"[-~至到—–]", _ABOUT.sub("", text))
    numbers = [_plain_number(part) for part in parts]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(parts) <= len(("low", "high")) else []


def _plain_number(text: str) -> float | None:
    """Return a number that is the whole text but for words such as 约 and 以上."""
    bare = _ABOUT.sub("", text)
    match = re.fullmatch(_NUMBER, bare)
    return _float(match[1]) if match else None


def _float(number: str) -> float:
    return float(re.sub(r"[,，]", "", number))
