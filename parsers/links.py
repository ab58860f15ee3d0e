"""Answers which files a mail leaves behind cloud links (超大附件, net disks): their names, sizes, last days and codes.

Attributes of the markup come first, then the words around the link. Nothing is fetched.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby

from parsers.link_expiry import Expiry, expiry_in, expiry_of_attribute
from parsers.link_marks import Mark, marks_of_html, marks_of_text
from parsers.link_providers import heading_in
from parsers.link_words import CODE, NAMED, NAMED_ALONE, UNNAMED, Finder, Order, Surroundings, Words

_LINKS = 200

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
# 提取码 and 密码 alike, but not what opens an archive (解压密码).
_CODE = re.compile(
    r"(?:(?:提取|访问|分享|下载|取件)(?:码|密码)\s{0,3}[：:为是]?|(?<![解压缩包件])(?:密码|口令)(?:\s{0,3}[：:为是]|\s))"
    r"\s{0,3}([A-Za-z0-9]{4,8})(?![A-Za-z0-9])"
)
_CODE_IN_URL = re.compile(r"[?&#](?:pwd|passcode|accessCode)=([A-Za-z0-9]{4,8})(?![A-Za-z0-9%])")
_NET_DISKS = (
    "baidu",
    "quark",
    "alipan",
    "tianyi",
    "weiyun",
    "caiyun",
    "123pan",
    "xunlei",
    "kdocs",
    "wenshushu",
    "115",
    "weipan",
    "docsqq",
    "jianguoyun",
    "lanzou",
)


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
        heading = heading_in(flat)
        if heading and not any(link.provider == heading[0].name for link in found.values()):
            found[heading[0].name] = CloudLink(heading[0].name, heading[0].name, "")
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

    def expiry(text: str, which: int) -> tuple[Expiry, int] | None:
        return expiry_in(text, received, which)

    for group, words in zip(groups, Surroundings(flat, groups), strict=True):
        yield _link(group, words, expiry, alone=alone)


def _link(group: list[Mark], words: Words, find_expiry: Finder[Expiry], *, alone: bool) -> CloudLink:
    """Return one link from its copies that stand together and the words around them."""
    attributes = {name: value for mark in reversed(group) for name, value in mark.attributes.items()}
    said = _first(attributes, _NAMES)
    named = bool(said or _FILE_NAME.search(words.own))
    order = (NAMED_ALONE if alone else NAMED) if named else UNNAMED
    size_text, size_bytes = _size(_first(attributes, _SIZES), words, order)
    expiry = expiry_of_attribute(_first(attributes, _EXPIRIES)) or words.find(find_expiry, order) or Expiry()
    first = group[0]
    return CloudLink(
        first.provider,
        first.key,
        first.url,
        said or words.find(_file_name, order) or words.find(_shared_name, order),
        size_text,
        size_bytes,
        expiry.moment,
        expiry.text,
        _code(first, words),
        expiry.never,
    )


def _first(attributes: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((attributes[name][:300] for name in names if attributes.get(name)), None)


def _matched(pattern: re.Pattern[str], text: str, which: int) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return found[which] if found else None


def _file_name(text: str, which: int) -> tuple[str, int] | None:
    found = _matched(_FILE_NAME, text, which)
    return (found[1].strip(), found.end()) if found else None


def _shared_name(text: str, which: int) -> tuple[str, int] | None:
    found = _matched(_SHARED_NAME, text, which)
    return ((found[1] or found[2]).strip(), found.end()) if found else None


def _written_size(text: str, which: int) -> tuple[tuple[str, int], int] | None:
    found = _matched(_SIZE, text, which)
    return (_measured(found), found.end()) if found else None


def _written_code(text: str, which: int) -> tuple[str, int] | None:
    found = _matched(_CODE, text, which)
    return (found[1], found.end()) if found else None


def _size(attribute: str | None, words: Words, order: Order) -> tuple[str | None, int | None]:
    """Return (as it stands, bytes) of a size: the bytes of an attribute, the words of the text."""
    exact = int(attribute) if attribute and re.fullmatch(r"\d{1,15}", attribute, re.ASCII) else None
    said = _SIZE.search(attribute) if attribute else None
    text, counted = _measured(said) if said else words.find(_written_size, order) or (None, None)
    return text, exact or counted


def _measured(found: re.Match[str]) -> tuple[str, int]:
    return "".join(found[0].split()), int(float(found[1]) * _UNITS.get(found[2][0].lower(), 1))


def _code(mark: Mark, words: Words) -> str | None:
    """Return the code that opens a net disk: in its address, else in the words behind or before it."""
    if mark.provider not in _NET_DISKS:
        return None
    # What the words repeat of the address is used all the same.
    written, in_url = words.find(_written_code, CODE), _CODE_IN_URL.search(mark.url)
    return in_url[1] if in_url else written
