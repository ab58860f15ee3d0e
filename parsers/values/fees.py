"""Which prices per m² and month does a cell say? The lowest and the highest in 元/㎡·月.

A price of another unit (a household, a year, a parking place) is no such price, and none is converted: its raw text
stays. Numbers that are areas, storeys or years are told by what follows them.
"""

import re
from decimal import Decimal

from parsers.values.numerals import AMOUNT, amount_of
from parsers.values.text import prepared_with_units

# 元/㎡·月; without the ㎡ in writing, more than 10 is a price of something else (a household's 30元/月).
_LEAST = Decimal("0.05")
_MOST, _MOST_UNSAID = 100, 10

_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,4})?"
_AREA = "㎡|平方|平|m"
_OTHER = "户|套|年|天|日|季度?|辆|车|位|个|人|台|间|栋|幢|次|度|吨"
_SIGN = r" ?[/.·*×xX每] ?\(?"
_TAIL = re.compile(
    rf"(?:(?:{_SIGN}|\()?每?(?:建筑面积|建筑)?(?:{_AREA}|月)|{_SIGN}(?:{_OTHER}))+",
    re.IGNORECASE,
)
_SPOKEN_UNIT = re.compile(rf"每 ?({_AREA}|月|{_OTHER})", re.IGNORECASE)
_SAYS_AREA = re.compile(rf"{_AREA}", re.IGNORECASE)
_SAYS_OTHER = re.compile(rf"{_OTHER}")
# A price is a number before 元 or before /㎡; a list or range shares the 元 of its last number: 1.2-1.8元.
_LINK = r" ?(?:元|块)?(?: ?[-~至到、/和及或] ?)"
_UNIT_AHEAD = rf"(?: ?[元块]| ?/ ?(?:建筑)?(?:{_AREA}|月))"
_PRICES = re.compile(
    rf"(?<![0-9.a-zA-Z])(?<![0-9],)(?P<numbers>{_NUMBER}(?:{_LINK}{_NUMBER}){{0,5}})(?![0-9.])"
    rf"(?={_UNIT_AHEAD}) ?[元块]?",
    re.IGNORECASE,
)
_ONE = re.compile(_NUMBER)
# 1,8元; 1.2.3; 1、1.8元, where the 1 may be a list's number.
_BROKEN = re.compile(
    r"(?<![0-9.])[0-9]{1,9},[0-9]{1,9} ?[元块]|[0-9]\.[0-9]{1,9}\.[0-9]|(?:^|[;。,] ?)[1-9] ?、 ?[0-9]"
)
_NEGATIVE = re.compile(r"(?:^|[ :(])-[0-9]")
_SPOKEN_NUMBER = re.compile(
    rf"[{AMOUNT}]{{1,12}}(?= ?[元块角毛])|(?<=块)[一二三四五六七八九](?![元块万角毛])"
    r"|(?<=[角毛])[一二三四五六七八九](?=分)"
)
_TENTHS = re.compile(r"(?:(?<![0-9.])([0-9]{1,4}) ?[元块] ?)?(?<![0-9.])([0-9]) ?[角毛](?: ?([0-9]) ?分)?")
_LARGE = re.compile(r"[0-9] ?[万千百] ?元")
# Fees that are not the property service fee.
_OTHER_FEE = re.compile(
    r"停车|车[位库辆]|泊车|垃圾|装修|水费|电费|水电|公摊|能耗|电梯[^,;()]{0,4}费|运行[维护]*费|押金|保证金|空置"
)
# What stands right behind a price and makes it another fee: 1.6元/㎡·月+0.4元/㎡·月电梯费.
_OTHER_FEE_BEHIND = re.compile(r" ?(?:电梯|公摊|能耗|停车|垃圾|水电|装修)[^,;。、()0-9]{0,6}费")
# A part of a price, said in brackets behind it: 2.5元（含电梯运行费0.3元）; and what a price was, or what guides it.
_PART = re.compile(
    r"\((?:其中)?(?:已|均)?(?:内?含|包[含括]|其中|另[收加有]?)[^()]*$|(?:指导|基准)价[^,;。、()0-9]{0,8}$|"
    r"(?:[调之以]整?前|原[收价来先]|上浮|下浮|优惠)[^,;。、()0-9]{0,8}$"
)
_CLAUSE = re.compile(r"[,;。、]")
_ASIDE = re.compile(r"\([^()]{0,24}\)")

# A cell of numbers alone, or of words with decimals: 1.85, 1.2-1.8, 多层1.2 高层1.8.
_ALONE = re.compile(rf"[约为: ]*(?P<one>{_NUMBER})(?: ?[-~至到、/] ?(?P<other>{_NUMBER}))?[起左右 ]*[。;]?")
# 1块2: the tenths are not said.
_AND_TENTHS = re.compile(r"(?<![0-9.])([0-9]{1,2}) ?块 ?([1-9])(?![0-9.元块万角毛])")
# 多层1.2、高层2.5元: the unit stands once, behind the last.
_DECIMAL = r"[0-9]{1,2}\.[0-9]{1,2}"
_UNIT_LATER = re.compile(
    rf"(?<=[\u4e00-\u9fff:])( ?{_DECIMAL})(?=(?:[、,;和及/ ]{{1,2}}[\u4e00-\u9fff:]{{1,10}} ?{_DECIMAL}){{1,5}} ?元)"
)
_WORDED = re.compile(r"(?<![0-9.,\-])(?P<number>[0-9]{1,2}\.[0-9]{1,2})(?= ?(?:$|[,;、。()\-~/]| [^0-9a-zA-Z㎡平米%]))")
_ANY_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def read_fee(raw: str) -> tuple[float, float] | None:
    """Return (lowest, highest) price in 元/㎡·月; a single price gives both the same; None where none is stated."""
    text = _SPOKEN_NUMBER.sub(_spoken, prepared_with_units(raw))
    text = _UNIT_LATER.sub(r"\1元", _TENTHS.sub(_with_decimals, _AND_TENTHS.sub(r"\1元\2角", text)))
    if _BROKEN.search(text) or _NEGATIVE.search(text) or _LARGE.search(text):
        return None
    matches = list(_PRICES.finditer(text))
    starts = [0, *(match.end() for match in matches)]
    whole = [not _PART.search(text[: match.start()][-60:]) for match in matches]
    places = [
        place for place, own in zip(zip(matches, starts, strict=False), whole, strict=True) if own or not any(whole)
    ]
    prices = [price for match, start in places for price in _of_place(match, start)] if matches else _bare(text)
    return (float(min(prices)), float(max(prices))) if prices else None


def _spoken(match: re.Match[str]) -> str:
    """Return 二点五 as 2.5 where 元 follows; what is no number stays."""
    amount = amount_of(match[0])
    return match[0] if amount is None else format(amount, "f")


def _with_decimals(match: re.Match[str]) -> str:
    """Return 1元8角 as 1.8元."""
    return f"{match[1] or 0}.{match[2]}{match[3] or ''}元"


def _of_place(match: re.Match[str], start: int) -> list[Decimal]:
    """Return the prices of one place in the text, none where they are of another unit or fee; words from `start`."""
    tail = _TAIL.match(match.string, match.end())
    before = _CLAUSE.split(_ASIDE.sub("", match.string[max(start, match.start() - 40) : match.start()]))[-1]
    unit = (tail[0] if tail else "") + " ".join(_SPOKEN_UNIT.findall(before))
    behind = _OTHER_FEE_BEHIND.match(match.string, match.end() + len(tail[0] if tail else ""))
    if _SAYS_OTHER.search(unit) or _OTHER_FEE.search(before) or behind:
        return []
    most = _MOST if _SAYS_AREA.search(unit) else _MOST_UNSAID
    numbers = [Decimal(number) for number in _ONE.findall(match["numbers"])]
    return numbers if all(_LEAST <= number <= most for number in numbers) else []


def _bare(text: str) -> list[Decimal]:
    """Return the prices of a cell without any 元: a number or a range alone, or decimals with words (多层1.2)."""
    if alone := _ALONE.fullmatch(text):
        numbers = [Decimal(number) for number in alone.group("one", "other") if number]
    else:
        numbers = [Decimal(number) for number in _WORDED.findall(text)]
        if len(numbers) != len(_ANY_NUMBER.findall(text)) or _OTHER_FEE.search(text) or _SPOKEN_UNIT.search(text):
            return []
    return numbers if all(_LEAST <= number <= _MOST_UNSAID for number in numbers) else []
