"""Answers which addresses and which name stand in a line that names a sender or recipients."""

import re
from collections.abc import Iterable

from parsers.names import decode_header

_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"'\\]{1,64}@[^\s<>()\[\]@,;:\"'\\]{1,255}")
_IN_BRACKETS = re.compile(r"<\s*([^<>\s]{3,320})\s*>")
_DISPLAY_NAME = re.compile(rb'\s*("(?:[\x81-\xfe][\x40-\xff]|\\.|[^"\\])*"|[^<"]*)\s*<', re.DOTALL)
_COMMENT_NAME = re.compile(rb"\(([^()]{1,300})\)\s*$")
_ADDRESS_CHARACTERS = 20_000


def lower_addresses(addresses: Iterable[str]) -> list[str]:
    """Keep what really is an address, in lower case: a name in its place would send reminders nowhere."""
    return [address.lower() for address in addresses if _ADDRESS.fullmatch(address)]


def addresses_in(text: str) -> list[str]:
    """Return what looks like an address, in brackets before bare; email.utils recurses to death on `((((`."""
    text = text[:_ADDRESS_CHARACTERS]
    found = lower_addresses(_IN_BRACKETS.findall(text))
    return found or [match[0].lower().rstrip("。，；") for match in _ADDRESS.finditer(text)]


def display_name(raw: bytes) -> str:
    """Return the sender's name, decoded also inside quotes (QQ's normal form), or the comment behind the address."""
    match = _DISPLAY_NAME.match(raw) or _COMMENT_NAME.search(raw)
    if match is None:
        return ""
    name = decode_header(re.sub(rb'\\(["\\])', rb"\1", match[1].strip().strip(b'"')))
    return name.strip().strip("\"'").strip()
