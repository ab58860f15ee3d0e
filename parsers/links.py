"""Answers which files a mail leaves behind cloud links (超大附件, net disks): their names, sizes, last days and codes.

Attributes of the markup come first, then the words around the link. Nothing is fetched.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby

from parsers.link_expiry import Expiry, expiry_in, expiry_of_attribute
from parsers.link_marks import ADDRESS, Mark, marks_of_html, marks_of_text
from parsers.link_providers import heading_in

_LINKS = 200
# How far the words around a link reach.
_AROUND, _OWN = 400, 2_000

_NAMES = ("filename", "file-name", "data-filename", "data-file-name", "download")
_SIZES = ("filesize", "file-size", "data-filesize", "data-file-size", "data-size")
_EXPIRIES = ("expiretime", "expired", "expire-time", "data-expire", "data-expiretime", "data-expire-time")

_EXTENSIONS = (
    "zip|rar|7z|tar|gz|z\\d\\d|docx?|wps|wpt|rtf|odt|xlsx?|et|csv|pptx?|dps|pdf|ofd|jpe?g|png|heic|bmp|tiff?|gif|webp"
    "|mp4|mov|avi|wmv|mkv|flv|mpe?g|m4v|mp3|txt|eml|psd|ai|cdr|dwg"
)
_FILE_NAME = re.compile(
    rf"(?:^|[：:「『《“\"|\t])\s*([^：:「」『』《》“”\"|\t\n]{{1,150}}?\.(?:{_EXTENSIONS}))(?![A-Za-z0-9])",
    re.IGNORECASE | re.MULTILINE,
)
_SHARED_NAME = re.compile(
    r"分享(?:了|的文件)?\s*[：:]?\s*[「『《“\"]([^「」『』《》“”\"\n]{1,150})[」』》”\"]|分享的文件[：:]\s*([^\n]{1,150})"
)
_SIZE = re.compile(
    r"(?<![A-Za-z0-9.])(\d{1,12}(?:\.\d{1,3})?)\s?([KMGT]i?B?|字节|bytes|B)(?![A-Za-z0-9])", re.IGNORECASE
)
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_CODE = re.compile(r"(?:提取|访问|分享|下载)(?:码|密码)\s{0,3}[：:为是]?\s{0,3}([A-Za-z0-9]{4,8})(?![A-Za-z0-9])")
_PASSWORD = re.compile(r"(?:密码|口令)\s{0,3}[：:为是]\s{0,3}([A-Za-z0-9]{4,8})(?![A-Za-z0-9])")
_CODE_IN_URL = re.compile(r"[?&#](?:pwd|passcode|accessCode)=([A-Za-z0-9]{4,8})(?![A-Za-z0-9%])")
_NET_DISKS = ("baidu", "quark", "alipan", "tianyi", "weiyun", "caiyun", "123pan", "xunlei", "kdocs")


@dataclass(frozen=True)
class CloudLink:
    """One file behind a link; `provider` is a name of `link_providers`, `key` names the file whatever the copy.

    `url` is empty where a mail announces cloud attachments but has lost their links.
    """

    provider: str
    key: str
    url: str
    name: str | None = None
    # As it stands in the mail, e.g. "3.61M"; the bytes are by it, or exact where an attribute says them.
    size_text: str | None = None
    size_bytes: int | None = None
    expires: datetime | None = None
    expires_text: str | None = None
    # 提取码 of a net disk.
    code: str | None = None
    never_expires: bool = False


@dataclass(frozen=True)
class _Words:
    """The words of a link, nearest first: (text, whether its last match counts instead of its first)."""

    places: tuple[tuple[str, bool], ...]

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the nearest match of a pattern."""
        for text, last in self.places:
            found = list(pattern.finditer(text))
            if found:
                return found[-1 if last else 0]
        return None


def find_links(html: str | None, text: str, received: datetime | None) -> tuple[CloudLink, ...]:
    """Return the cloud links of a body, in HTML and as text, each file once; relative last days count from `received`.

    Never raises; at most 200 links.
    """
    found: dict[str, CloudLink] = {}
    for flat, marks in (marks_of_html(html or ""), (text, marks_of_text(text))):
        for link in _links(flat, marks, received):
            known = found.get(link.key)
            if known is None and len(found) >= _LINKS:
                continue
            found[link.key] = _merged(known, link) if known else link
        provider = heading_in(flat)
        if provider and not any(link.provider == provider.name for link in found.values()):
            found[provider.name] = CloudLink(provider.name, provider.name, "")
    return tuple(link for link in found.values() if link.url or _is_alone(link, found.values()))


def _is_alone(link: CloudLink, links: Iterable[CloudLink]) -> bool:
    return not any(other.url and other.provider == link.provider for other in links)


def _merged(first: CloudLink, second: CloudLink) -> CloudLink:
    """Fill what the first copy of a link leaves open from the second."""
    expiry = {"expires", "expires_text", "never_expires"}
    known = first.never_expires or first.expires
    blank = {
        field.name: getattr(second, field.name)
        for field in fields(first)
        if not getattr(first, field.name) and not (field.name in expiry and known)
    }
    return replace(first, **blank)


def _links(flat: str, marks: list[Mark], received: datetime | None) -> Iterator[CloudLink]:
    groups = [list(group) for _, group in groupby(marks, key=lambda mark: mark.key)]
    alone = len({mark.key for mark in marks}) == 1
    for number, group in enumerate(groups):
        before = groups[number - 1][-1].end if number else 0
        after = groups[number + 1][0].start if number + 1 < len(groups) else len(flat)
        yield _link(flat, group, (before, after), received, alone=alone)


def _link(flat: str, group: list[Mark], room: tuple[int, int], received: datetime | None, *, alone: bool) -> CloudLink:
    """Return one link from its copies that stand together and the words between its neighbours."""
    attributes = {name: value for mark in reversed(group) for name, value in mark.attributes.items()}
    own, before, after = _around(flat, group, room)
    said = _first(attributes, _NAMES)
    named = bool(said or _FILE_NAME.search(own))
    words = _Words(((own, False), (after, False)) if named else ((own, False), (before, True), (after, False)))
    if named and alone:
        words = _Words((*words.places, (before, True)))
    size_text, size_bytes = _size(_first(attributes, _SIZES), words)
    expiry = expiry_of_attribute(_first(attributes, _EXPIRIES)) or expiry_in(words.places, received) or Expiry()
    first = group[0]
    return CloudLink(
        first.provider,
        first.key,
        first.url,
        said or _name(words),
        size_text,
        size_bytes,
        expiry.moment,
        expiry.text,
        _code(first, own, before, after),
        expiry.never,
    )


def _around(flat: str, group: list[Mark], room: tuple[int, int]) -> tuple[str, str, str]:
    """Return the words of a link itself, before and after it, without addresses."""
    start, end = group[0].start, group[-1].end
    places = (
        (start, min(end, start + 2_000)),
        (max(room[0], start - _AROUND), start),
        (end, min(room[1], end + _AROUND)),
    )
    own, before, after = (ADDRESS.sub(" ", flat[first : max(first, last)]) for first, last in places)
    return own, before, after


def _first(attributes: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((attributes[name][:300] for name in names if attributes.get(name)), None)


def _name(words: _Words) -> str | None:
    found = words.find(_FILE_NAME) or words.find(_SHARED_NAME)
    return next((group.strip() for group in found.groups() if group), None) if found else None


def _size(attribute: str | None, words: _Words) -> tuple[str | None, int | None]:
    """Return (as it stands, bytes) of a size: the bytes of an attribute, the words of the text."""
    exact = int(attribute) if attribute and re.fullmatch(r"\d{1,15}", attribute, re.ASCII) else None
    found = (_SIZE.search(attribute) if attribute else None) or words.find(_SIZE)
    if found is None:
        return None, exact
    counted = int(float(found[1]) * _UNITS.get(found[2][0].lower(), 1))
    return "".join(found[0].split()), exact or counted


def _code(mark: Mark, own: str, before: str, after: str) -> str | None:
    """Return the code that opens a net disk: behind the link, before it, or in its address."""
    if mark.provider not in _NET_DISKS:
        return None
    words = _Words(((own, False), (after, False), (before, True)))
    found = words.find(_CODE) or words.find(_PASSWORD) or _CODE_IN_URL.search(mark.url)
    return found[1] if found else None
