"""How is a line numbered (一、 （二） 3. 1.2 第四部分 (1) ① Ⅲ. A、 Part 2)? Its level, its number, and what follows."""

import re
import unicodedata
from dataclasses import dataclass

_CHINESE = "[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}"
_DIGITS = r"\d{1,2}(?:[.．]\d{1,2}){0,2}"
_BULLETS = r"[\s●◆■▲★☆□○◎◇▪•·※►➢*#—–-]*"
_AFTER = "(?=[\\s.．、,，:：])"
_NUMBERING = re.compile(
    rf"{_BULLETS}(?:(?P<chapter>第\s*(?:{_CHINESE}|\d{{1,2}})\s*(?:部分|[章节篇项]))|(?P<part>part\.?\s*\d{{1,2}})"
    rf"|[(（\[［【〔]\s*(?:(?P<in_brackets>{_CHINESE})|(?P<digit_in_brackets>\d{{1,2}}))\s*[)）\]］】〕]"
    rf"|(?P<circled>[①-⑳❶-❿⑴-⒇㈠-㈩])|(?P<dotted>[⒈-⒛])"
    rf"|(?P<chinese>{_CHINESE})|(?P<digits>{_DIGITS})|(?P<roman>[IVX]{{1,4}}{_AFTER}|[Ⅰ-Ⅻ])|(?P<letter>[A-HＡ-Ｈ]{_AFTER}))"
    r"[、.．,，:：;；)）\s]*",
    re.IGNORECASE,
)
# Numbers that are but a figure before the text.
_BARE = ("chinese", "digits")
_FIGURES = {sign: at % 10 + 1 for at, sign in enumerate("一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾")}
_TEN = 10
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


@dataclass(frozen=True)
class Numbered:
    """A line's start without its number: the `level` is the kind of number, `value` is None where it is none.

    `apart` says that a mark or brackets set it off: 一、 is a number for certain, the first sign of 一是 may be none.
    """

    text: str
    level: str = ""
    value: int | None = None
    apart: bool = False


def without_number(start: str) -> Numbered:
    """Return a line's start without the number or bullets before it."""
    numbering = _NUMBERING.match(start)
    if not numbering:
        return Numbered(re.sub(rf"^{_BULLETS}", "", start))
    level, said = next((level, said) for level, said in numbering.groupdict().items() if said)
    apart = level not in _BARE or numbering.end() > numbering.end(level)
    return Numbered(start[numbering.end() :], level, _value(said), apart)


def _value(said: str) -> int | None:
    """Return the last number that a numbering names: 1.2 is the second of its level."""
    plain = unicodedata.normalize("NFKC", said).strip("()（）. ").lower()
    if plain in _ROMAN:
        return _ROMAN[plain]
    if len(plain) == 1 and "a" <= plain <= "h":
        return ord(plain) - ord("a") + 1
    if digits := re.findall(r"\d+", plain):
        return int(digits[-1])
    figures = [_FIGURES[sign] for sign in plain if sign in _FIGURES]
    return _whole(figures) if figures else None


def _whole(figures: list[int]) -> int:
    """Return the number of Chinese figures up to 99: 十一, 二十, 二十三."""
    if _TEN not in figures:
        return figures[0]
    at = figures.index(_TEN)
    return (figures[at - 1] if at else 1) * _TEN + (figures[at + 1] if at + 1 < len(figures) else 0)
