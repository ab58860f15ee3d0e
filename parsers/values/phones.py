"""Which telephone numbers does a cell say? Digits only, with the area code where it was given, without extensions."""

import re

from parsers.values.numerals import DIGITS, digits_of
from parsers.values.text import prepared

_GAP = r"[-. ]{0,3}"
_CHINA = rf"(?:(?:\+|00)86{_GAP}|86(?:-|{_GAP}(?=1[3-9])))"
# Behind an area code some write a stroke: 0531/86012345.
_AREA_GAP = r"[-. /_]{0,3}"
_EXTENSION = r"(?: ?(?:转|ext\.?|分机号?|[-x*#]) ?[0-9]{1,5}(?![0-9]))?"
# Tried at one place in this order. Area codes: 010, 02x, 03xx to 09xx; after +86 their 0 is left out.
_FORMS = (
    re.compile(rf"{_CHINA}?0?(?P<mobile>1[3-9][0-9](?:{_GAP}[0-9]){{8}})(?![0-9])"),
    re.compile(rf"(?P<service>[48]00(?:{_GAP}[0-9]){{7}})(?![0-9]){_EXTENSION}", re.IGNORECASE),
    re.compile(
        rf"{_CHINA}?\(?(?P<area>010|02[0-9]|0[3-9][0-9]{{2}})\)?{_AREA_GAP}"
        rf"(?P<local>[2-9](?:{_GAP}[0-9]){{6,7}})(?![0-9]){_EXTENSION}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_CHINA}\(?0?\)?(?P<short>10|2[0-9]|[3-9][0-9]{{2}})\)?{_GAP}"
        rf"(?P<local>[2-9](?:{_GAP}[0-9]){{6,7}})(?![0-9]){_EXTENSION}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<bare>[2-9][0-9]{{2,3}}[- ]?[0-9]{{4}})(?![0-9]){_EXTENSION}", re.IGNORECASE),
)
# A mobile number right behind one with its area code, as where the end of a line between them was lost.
_FUSED = re.compile(r"(?<![0-9])(0[0-9]{2,3}-[2-9][0-9]{6,7})(?=1[3-9][0-9]{9}(?![0-9]))")
# A number written out: 一三八〇〇〇一二三四五.
_SPOKEN = re.compile(rf"(?<![{DIGITS}])(?:[{DIGITS}]{{11,12}}|[{DIGITS}]{{3,4}}-[{DIGITS}]{{7,8}})(?![{DIGITS}])")
_START = re.compile(r"[+(]{0,2}[0-9]")
_DIGITS = re.compile(r"[+(]*[0-9]+")
# A number of another kind, or a masked one: QQ:86012345, 传真…, 138****56781234; and a mail address after it.
_OTHER_BEFORE = re.compile(r"(?:(?:qq|传真|fax|邮编|身份证|工号)[^0-9]{0,4}|[*xX#])$", re.IGNORECASE)
_OTHER_AFTER = re.compile(r"@|[*xX]|\.[0-9]*[eE][+0-9]|[年月%]")
_SEPARATORS = frozenset(" )-.,")


def read_phones(raw: str) -> tuple[str, ...]:
    """Return every telephone number of a cell as digits, in order, each once."""
    text = _FUSED.sub(r"\1 ", _SPOKEN.sub(lambda match: digits_of(match[0]), prepared(raw)))
    found: dict[str, None] = {}
    at, broken = 0, False
    while start := _START.search(text, at):
        at = start.start()
        match = _number_at(text, at) or (_number_at(text, start.end() - 1) if text[at] == "(" else None)
        # Beside digits that are no number, only one written whole is taken: 138 234 5678 holds no 2345678.
        if match and not (broken and _doubtful(match)):
            found[_normal(match)] = None
            at, broken = match.end(), False
        else:
            at = _after_digits(text, at)
            broken = text[at : at + 1] in _SEPARATORS
    return tuple(found)


def read_phone(raw: str) -> str | None:
    """Return the first mobile number of a cell, else its first number; None where there is none."""
    numbers = read_phones(raw)
    mobile = next((number for number in numbers if number.startswith("1")), None)
    return mobile or next(iter(numbers), None)


def _number_at(text: str, at: int) -> re.Match[str] | None:
    """Return the number that begins at a place; None where there is none, or one of another kind."""
    match = next((found for form in _FORMS if (found := form.match(text, at))), None)
    if match is None or _OTHER_AFTER.match(text, match.end()):
        return None
    return None if _OTHER_BEFORE.search(text[max(0, at - 8) : at]) else match


def _after_digits(text: str, at: int) -> int:
    match = _DIGITS.match(text, at)
    return match.end() if match else at + 1


def _doubtful(match: re.Match[str]) -> bool:
    return match.re is _FORMS[-1] or not match[0].isdecimal()


def _normal(match: re.Match[str]) -> str:
    """Return a number's digits; the 0 of an area code that stood after +86 is put back."""
    parts = match.groupdict()
    area = parts.get("area") or ("0" + parts["short"] if parts.get("short") else "")
    number = next(parts[name] for name in ("mobile", "service", "local", "bare") if parts.get(name))
    return area + "".join(char for char in number if char.isdecimal())
