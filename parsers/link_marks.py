"""Answers where in a body cloud links stand: in its markup, and in the clear."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import unescape
from itertools import islice

from parsers.letter_text import BLOCKS, Token, tokens
from parsers.link_providers import UNKNOWN_HOSTS, heading_in, is_page, provider_of

_URL_CHARACTERS = 2_000
_KEY_CHARACTERS = 300
_TAG_CHARACTERS = 8_000
_MARKS = 2_000

_CHARACTER = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
ADDRESS = re.compile(
    rf"https?://{_CHARACTER}{{4,2000}}"
    rf"|(?<![A-Za-z0-9_./@-])(?:[a-z0-9-]{{1,30}}\.){{1,3}}(?:com|cn)/{_CHARACTER}{{2,2000}}",
    re.IGNORECASE,
)
_HTTP = re.compile(rf"https?://{_CHARACTER}{{4,2000}}", re.IGNORECASE)
# How far a heading reaches.
_BELOW_HEADING = 1_000
_END = ".,;:!?'()[]"
_ATTRIBUTE = re.compile(r"([\w-]{1,40})\s{0,5}=\s{0,5}(?:\"([^\"<]*)\"|'([^'<]*)'|([^\s\"'<>]+))")
_TARGETS = ("downloadlink", "href", "data-url", "data-href")
# 139's addresses are known from no log: whatever its table of attachments links to counts.
_CONTAINERS = {"attachanddisk": "139"}
_FEISHU = "data-mail-token"
_CELLS = {"td", "th"}


@dataclass(frozen=True)
class Mark:
    """A cloud link in a flat text: its range there, its address, provider and key, and what its tag says."""

    start: int
    end: int
    url: str
    provider: str
    key: str
    attributes: Mapping[str, str]


def marks_of_html(html: str) -> tuple[str, list[Mark]]:
    """Return HTML as one text, a block a line, and the cloud links in it, in order."""
    flat = _Flat()
    for token in tokens(html):
        flat.take(token)
    text = "".join(flat.pieces)
    announced = _announced(text, [*flat.unknown, *_addresses(text)])
    return text, _in_order([*flat.marks, *_known(text), *announced])


def marks_of_text(text: str) -> list[Mark]:
    """Return the cloud links that stand in the clear."""
    return _in_order([*_known(text), *_announced(text, _addresses(text))])


def _announced(text: str, addresses: Iterable[Mark]) -> list[Mark]:
    """Return the links to hosts that nobody knows, where a heading says that cloud attachments follow."""
    heading = heading_in(text)
    if heading is None or heading[0].name not in UNKNOWN_HOSTS:
        return []
    name, start = heading[0].name, heading[1]
    near = (mark for mark in addresses if start <= mark.start <= start + _BELOW_HEADING and is_page(mark.url))
    return [
        replace(mark, provider=name, key=f"{name}:{mark.url}"[:_KEY_CHARACTERS])
        for mark in near
        if provider_of(mark.url) is None
    ]


def _addresses(text: str) -> list[Mark]:
    """Return every web address that stands in the clear."""
    matches = islice(re.finditer(_HTTP, text), _MARKS)
    return [Mark(*match.span(), match[0].rstrip(_END), "", "", {}) for match in matches]


def _known(text: str) -> list[Mark]:
    found: list[Mark] = []
    for match in ADDRESS.finditer(text):
        url = match[0].rstrip(_END)
        whole = url if url.lower().startswith("http") else f"https://{url}"
        found.extend(_mark((match.start(), match.start() + len(url)), whole, "", {}))
        if len(found) >= _MARKS:
            break
    return found


def _in_order(marks: Iterable[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.start)[:_MARKS]


def _mark(place: tuple[int, int], url: str, container: str, attributes: Mapping[str, str]) -> list[Mark]:
    """Return the mark of an address, none where it is no cloud link."""
    known = provider_of(url)
    if known:
        return [Mark(*place, url, known[0].name, known[1], attributes)]
    return [Mark(*place, url, container, f"{container}:{url}"[:_KEY_CHARACTERS], attributes)] if container else []


@dataclass
class _Open:
    """An anchor that has begun: where in the flat text, in which container, with which attributes."""

    start: int
    container: str
    attributes: Mapping[str, str]


class _Flat:
    """A flat text as it grows tag by tag, and the links met in it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.marks: list[Mark] = []
        # Links of which the address alone does not tell that they are cloud links.
        self.unknown: list[Mark] = []
        self._at = 0
        self._anchor: _Open | None = None
        self._container, self._tables = "", 0

    def take(self, token: Token) -> None:
        """Take a tag or a text."""
        piece = _shown(token)
        self.pieces.append(piece)
        self._at += len(piece)
        if token.tag == "a":
            self._close()
        if token.tag and not token.end and "=" in token.text and len(self.marks) < _MARKS:
            self._open(token)
        if token.tag == "table" and self._container:
            self._tables += -1 if token.end else 1
            self._container = self._container if self._tables > 0 else ""

    def _open(self, token: Token) -> None:
        attributes = _attributes(token.text)
        container = _CONTAINERS.get(attributes.get("id", "").lower())
        if container:
            self._container, self._tables = container, 0
        if attributes.get(_FEISHU) and not _target(attributes):
            # Feishu names its files by this alone where a mailer has taken the links away.
            key = f"feishu:{attributes[_FEISHU]}"[:_KEY_CHARACTERS]
            self.marks.append(Mark(self._at, self._at, "", "feishu", key, attributes))
        if token.tag == "a":
            self._anchor = _Open(self._at, self._container, attributes)
        elif "downloadlink" in attributes:
            self.marks.extend(_mark((self._at, self._at), _target(attributes), "", attributes))

    def _close(self) -> None:
        """End the anchor that is open; a new one ends it too."""
        opened, self._anchor = self._anchor, None
        if opened is not None and (url := _target(opened.attributes)):
            marks = _mark((opened.start, self._at), url, opened.container, opened.attributes)
            self.marks.extend(marks)
            if not marks and len(self.unknown) < _MARKS:
                self.unknown.append(Mark(opened.start, self._at, url, "", "", opened.attributes))


def _shown(token: Token) -> str:
    if not token.tag:
        return " ".join(re.split(r"[\s\u00a0]+", unescape(token.text)))
    return "\n" if token.tag in BLOCKS else "\t" if token.tag in _CELLS else ""


def _attributes(tag: str) -> dict[str, str]:
    return {
        match[1].lower(): unescape(match[2] or match[3] or match[4] or "").strip()
        for match in _ATTRIBUTE.finditer(tag[:_TAG_CHARACTERS])
    }


def _target(attributes: Mapping[str, str]) -> str:
    """Return where a tag leads to; empty where that is no web address."""
    for name in _TARGETS:
        url = "".join(attributes.get(name, "").split())
        if url.lower().startswith(("http://", "https://")):
            return url[:_URL_CHARACTERS]
    return ""
