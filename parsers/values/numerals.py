"""Which number do Chinese or Arabic numerals mean? 十二万五千, 12.5万, 125,000, 二〇一五, 十二点五."""

import re
from decimal import Decimal

_ONES = "一二三四五六七八九"
_FORMAL = "壹贰叁肆伍陆柒捌玖"
# Letters and circles that stand for 〇 in dates: 二O一五.
ZEROS = "〇零○◯OoΟοОо"
DIGITS = f"0-9{ZEROS}{_ONES}{_FORMAL}两"
_DIGIT_OF = {
    **dict.fromkeys(ZEROS, "0"),
    **{char: str(number) for chars in (_ONES, _FORMAL) for number, char in enumerate(chars, 1)},
    "两": "2",
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8}
_CHINESE = f"〇零{_ONES}{_FORMAL}两"

# All characters that an amount is written in; for use in patterns, to be read by `amount_of`.
AMOUNT = f"0-9.,点{_CHINESE}{''.join(_SMALL)}{''.join(_LARGE)}"
# Thousands in groups of three, or of four as some write 12,5000; else digits alone.
_ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,4}(?:,[0-9]{4})+|[0-9]+)(?:\.[0-9]+)?"
_TOKEN = re.compile(
    rf"(?P<arabic>{_ARABIC}(?![0-9,.]))|(?P<chinese>[{_CHINESE}]*点[{_CHINESE}]+|[{_CHINESE}]+)|(?P<unit>.)",
)
_LONGEST = 24
_TEN = 10
_DAYS = {"廿": "二十", "卅": "三十", "元": "一"}


def digits_of(text: str) -> str:
    """Return digits written one by one (二O一五, 2015) as Arabic digits; other characters stay."""
    return "".join(_DIGIT_OF.get(char, char) for char in text)


def small_number(text: str) -> int | None:
    """Return a month's or a day's number: 6, 06, 六, 十二, 二十五, 廿五, 元 (of 元月); None where it is none."""
    text = "".join(_DAYS.get(char, char) for char in text.replace(" ", ""))
    amount = amount_of(text)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def amount_of(text: str) -> Decimal | None:
    """Return the number that numerals mean; None where they are ill-formed or leave it open (十二万五)."""
    if not 0 < len(text) <= _LONGEST:
        return None
    reader = _Reader()
    for match in _TOKEN.finditer(text):
        unit = match["unit"]
        if not (reader.unit(unit) if unit else reader.number(_plain(match[0]))):
            return None
    return reader.result()


def _plain(token: str) -> Decimal:
    """Return a token of digits alone: 1,250.5 or 二点五 or 零五."""
    digits = digits_of(token.replace(",", "").replace("点", "."))
    return Decimal(f"0{digits}")


class _Reader:
    """Adds up numerals from left to right: `section` is what lies under the next 万 or 亿, `total` what lies above."""

    def __init__(self) -> None:
        self.total = self.section = Decimal(0)
        self.pending: Decimal | None = None
        self.last_small = self.last_large = 10**12

    def number(self, value: Decimal) -> bool:
        """Take a number; False where one stands there already."""
        if self.pending is not None:
            return False
        self.pending = value
        return True

    def unit(self, char: str) -> bool:
        """Take a unit; False where it is none, or larger than the one before it."""
        if char in _SMALL:
            return self._small(_SMALL[char])
        return char in _LARGE and self._large(_LARGE[char])

    def _small(self, unit: int) -> bool:
        # Only 十 stands without a number before it (十二); 百 alone is no number.
        lacks_number = self.pending is None and (unit != _TEN or self.section > 0)
        if lacks_number or unit >= self.last_small:
            return False
        self.section += (self.pending if self.pending is not None else 1) * unit
        self.pending, self.last_small = None, unit
        return True

    def _large(self, unit: int) -> bool:
        section = self.section + (self.pending or 0)
        if section == 0 or unit >= self.last_large:
            return False
        self.total += section * unit
        self.section, self.pending = Decimal(0), None
        self.last_small, self.last_large = 10**12, unit
        return True

    def result(self) -> Decimal | None:
        """Return the sum; None where nothing was taken, or where a last digit has no place (十二万五, 三百五)."""
        smallest = min(self.last_small, self.last_large if not self.section else self.last_small)
        if self.pending is None:
            return self.total + self.section or None
        if _TEN < smallest < 10**12 and self.pending < _TEN:
            return None
        return self.total + self.section + self.pending
