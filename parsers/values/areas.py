"""How large is a floor area, in m²? A bare 12.5 may have lost its 万: it is not read, nor are shares added up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from parsers.values.numerals import AMOUNT, amount_of
from parsers.values.text import prepared_with_units

# A community under 500 m² does not exist, and the largest of the country has under 20 million: a slip of the unit.
_LEAST, _MOST = 500, 100_000_000
# Two statements of one area (125123.45㎡, 约12.5万㎡) differ by their rounding only.
_ROUNDING = Decimal("0.01")

_UNITS = {"平方公里": 10**6, "km2": 10**6, "公顷": 10**4, "ha": 10**4, "hm2": 10**4}
_METRES = "㎡|平方|平|方|米|m"
_GROUP_GAP = re.compile(r"(?<=[0-9]) (?=[0-9]{3,4}(?![0-9]))(?<!(?:19|20)[0-9]{2} )|(?<=[0-9点]) (?=[万千亿])")
_AMOUNT = re.compile(
    rf"(?P<number>(?![.,点])[{AMOUNT}]+)(?: ?[余多])? ?"
    rf"(?P<unit>{'|'.join(_UNITS)}|{_METRES})?(?![a-zA-Z])",
    re.IGNORECASE,
)
# A number without a unit counts where nothing else could follow it: 12.5万 or 125000 and an end, a bracket, 左右.
_END = re.compile(r" ?(?:$|[,;。、()\[\]]|左右|以上|上下|余|多)")
# 12.5w㎡ as people type it, and a unit in brackets behind its number: 12.5（万㎡）.
_TEN_THOUSAND = re.compile(r"(?<=[0-9]) ?w(?=㎡|[平方]|$|[ ,;。、()])", re.IGNORECASE)
_UNIT_IN_BRACKETS = re.compile(r"(?<=[0-9]) ?\( ?(万? ?㎡) ?\)")
_RANGE_BEFORE = re.compile(r"[0-9万㎡米平方] ?[-~至到] ?$")
# A minus sign, or the second factor of a product (12.5*10000㎡).
_NEGATIVE = re.compile(r"^ ?-$|[:(] ?-$|[0-9万] ?[*×x] ?$")

# What the words before a number make of it: land is no floor area, a total outranks the rest, a share is not the whole.
_LAND = re.compile(r"占地|用地|绿[化地]|土地|道路|水[域面]|景观|水系")
_SHARE = re.compile(
    r"住宅|商业|商铺|地[上下]|车[库位]|公建|配套|其中|期|办公|别墅|[高多]层|洋房|人防|会所|幼儿园|写字楼|公寓|[每户]|在管|单[个套]",
)
_TOTAL = re.compile(r"总建|总面积|总体|合计|共计|总计")


@dataclass(frozen=True)
class _Stated:
    """An area stated in a text: m², the words before it, and whether a unit was written."""

    value: Decimal
    words: str
    has_unit: bool


def read_area(raw: str) -> float | None:
    """Return the floor area of a community in m²; None where it is not stated, implausible or one of several."""
    text = _UNIT_IN_BRACKETS.sub(r"\1", _TEN_THOUSAND.sub("万", prepared_with_units(raw)))
    stated = _stated(_GROUP_GAP.sub("", text))
    if stated is None:
        return None
    with_unit = [area for area in stated if area.has_unit]
    value = _chosen(with_unit or stated)
    return float(value) if value is not None and _LEAST <= value <= _MOST else None


def _stated(text: str) -> list[_Stated] | None:
    """Return the areas of a text; None where one of them cannot be read (a range, 十余万, misplaced commas)."""
    found, end = [], 0
    for match in _AMOUNT.finditer(text):
        number = match["number"].rstrip(",.点")
        has_unit = bool(match["unit"]) and number == match["number"]
        if not has_unit and not (number[-1:] in "0123456789万亿" and _END.match(text, match.start() + len(number))):
            continue
        value = _value(number, match, text)
        if value is None:
            return None
        found.append(_Stated(value, text[end : match.start()], has_unit or number[-1:] in "万亿"))
        end = match.end()
    return found


def _value(number: str, match: re.Match[str], text: str) -> Decimal | None:
    """Return an amount in m²; None where it is a range's end, below zero, or vague (十余万, 数十万)."""
    before = text[max(0, match.start() - 6) : match.start()]
    amount = amount_of(number)
    if (
        amount is None
        or _RANGE_BEFORE.search(before)
        or _NEGATIVE.search(before)
        or before.endswith(("余", "数", "几", "多"))
    ):
        return None
    return amount * _UNITS.get((match["unit"] or "").lower(), 1)


def _chosen(areas: Sequence[_Stated]) -> Decimal | None:
    """Return the one area that the text means: the total, else the one that is no share, else the only one."""
    floors = [area for area in areas if not _LAND.search(area.words)]
    whole = [area for area in floors if not _SHARE.search(area.words)]
    totals = [area for area in whole if _TOTAL.search(area.words)]
    values = [area.value for area in totals or whole or floors]
    if not values or any(abs(value - values[0]) > values[0] * _ROUNDING for value in values):
        return None
    return values[0]
