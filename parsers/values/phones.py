"""Phone numbers as digits, with the area code where it was given."""

import re

from parsers.values.text import short

# Mobiles of 11 digits; landlines with area code, of 400 and 800, and bare ones of seven or eight digits.
_GAP = r"[-\s.]?"
_NUMBERS = re.compile(
    rf"(?<!\d)(?:\+?\(?86\)?{_GAP})?(?P<mobile>1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})(?!\d)"
    rf"|(?<!\d)\(?(?P<area>010|02\d|0[3-9]\d\d)\)?\s?[-—–]?\s?(?P<local>[2-8]\d{{2,3}}{_GAP}\d{{4}})(?!\d)"
    rf"|(?<!\d)(?P<service>[48]00{_GAP}\d{{3,4}}{_GAP}\d{{3,4}})(?!\d)"
    rf"|(?<!\d)(?P<bare>[2-8]\d{{2,3}}[-\s]?\d{{4}})(?!\d)"
)


def read_phones(raw: str) -> tuple[str, ...]:
    """Return every number in a text, digits only, each once and in order; extensions are left out."""
    found = (_digits(match) for match in _NUMBERS.finditer(short(raw)))
    return tuple(dict.fromkeys(found))


def read_phone(raw: str) -> str | None:
    """Return the number to ring: the first mobile, else the first number, None where there is none."""
    numbers = read_phones(raw)
    return next((one for one in numbers if len(one) == len("13800000000") and one[0] == "1"), next(iter(numbers), None))


def _digits(match: re.Match[str]) -> str:
    parts = (match["mobile"], match["area"], match["local"], match["service"], match["bare"])
    return re.sub(r"\D", "", "".join(part for part in parts if part))
