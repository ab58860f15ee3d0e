"""Answers which files a mail leaves behind cloud links (超大附件, net disks): their names, sizes, last days and codes.

Attributes of the markup come first, then the words around the link. Nothing is fetched.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby, islice

from parsers.forwarded import Forwarded, quotes_in
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
# A name without extension counts where its size and its last day stand right behind it; 下载 is no name.
_SIZED_NAME = re.compile(
    r"^[ \t>]{0,20}(?!(?:进入|点击|立即|直接)?(?:下载|预览|查看|链接|https?:))"
    r"(?P<name>[^\s>][^\t\n]{0,150}?)\s{0,3}[(（]\s?"
    r"\d{1,12}(?:\.\d{1,3})?\s?(?:[KMGT]i?B?|字节|B)\s?[,，、]\s?[^()（）\n]{0,60}(?:到期|过期|失效|期|有效)\s?[)）]",
    re.IGNORECASE | re.MULTILINE,
)
_SHARED_NAME = re.compile(
    r"分享(?:了|的文件)?\s*[：:]?\s*[「『《“\"]([^「」『』《》“”\"\n]{1,150})[」』》”\"]|分享的文件[：:]\s*([^\n]{1,150})"
)
_SIZE = re.compile(
    r"(?<![A-Za-z0-9.])(\d{1,12}(?:\.\d{1,3})?)\s?([KMGT]i?B?|字节|bytes|B)(?![A-Za-z0-9])", re.IGNORECASE
)
# A line of a list of files: its name, its size, and more of it in the same line.
_BY_NAME = "name="
_BELOW_HEADING = 10_000
_LISTED = re.compile(
    r"^[ \t>]{0,20}(?P<name>[^\s>][^\t\n]{0,150}?)[ \t]{0,20}[(（\t ]\s?"
    r"(?P<size>\d{1,12}(?:\.\d{1,3})?\s?(?:[KMGT]i?B?|字节|B))(?![A-Za-z0-9])[^\n]{0,100}",
    re.IGNORECASE | re.MULTILINE,
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
    # Who wrote the quoted mail in which it stands, "" where that is not said; None where it stands in none.
    quoted_from: str | None = None


def find_links(html: str | None, text: str, received: datetime | None) -> tuple[CloudLink, ...]:
    """Return the cloud links of a body, in HTML and as text, each file once; relative last days count from `received`.

    Never raises; at most 200 links.
    """
    found: dict[str, CloudLink] = {}
    for flat, marks in (marks_of_html(html or ""), (text, marks_of_text(text))):
        heading = heading_in(flat)
        quotes = quotes_in(flat) if marks or heading else []
        for link in _links(flat, marks, received, quotes):
            known = found.get(link.key)
            if known is None and len(found) >= _LINKS:
                continue
            found[link.key] = _merged(known, link) if known else link
        if heading and not any(link.provider == heading[0].name for link in found.values()):
            quoted = _quoted_from(quotes, heading[1])
            for link in _without_link(heading[0].name, flat[heading[1] :], received):
                found[link.key] = replace(link, quoted_from=quoted)
    # One alternative of a mail may have lost the links that the other has.
    kept = {link.provider for link in found.values() if not _is_lost(link)}
    return tuple(link for link in found.values() if not (_is_lost(link) and link.provider in kept))


def _is_lost(link: CloudLink) -> bool:
    return link.key == link.provider or link.key.startswith(f"{link.provider}:{_BY_NAME}")


def _without_link(provider: str, text: str, received: datetime | None) -> Iterator[CloudLink]:
    """Yield the files that stand below a heading whose links were lost; one without a name where none can be read."""
    listed = list(islice(_LISTED.finditer(text[:_BELOW_HEADING]), _LINKS))
    for match in listed:
        said = expiry_in(match[0], received, 0)
        expiry = said[0] if said else Expiry()
        name, size = match["name"].strip(), _SIZE.search(match["size"])
        size_text, size_bytes = _measured(size) if size else (None, None)
        yield CloudLink(
            provider,
            # The whole line: its last minute tells one 材料.zip from that of another mail, and not from a quoted copy.
            f"{provider}:{_BY_NAME}{''.join(match[0].split())}"[:300],
            "",
            name,
            size_text,
            size_bytes,
            expiry.moment,
            expiry.text,
            never_expires=expiry.never,
        )
    if not listed:
        yield CloudLink(provider, provider, "")


def _merged(first: CloudLink, second: CloudLink) -> CloudLink:
    """Fill what the first copy of a link leaves open from the second."""
    expiry = {"expires", "expires_text", "never_expires"}
    quoted = None if first.quoted_from is None or second.quoted_from is None else first.quoted_from
    known = first.never_expires or first.expires
    blank = {
        field.name: getattr(second, field.name)
        for field in fields(first)
        if not getattr(first, field.name) and not (field.name in expiry and known)
    }
    return replace(first, **{**blank, "quoted_from": quoted})


Quotes = list[tuple[int, Forwarded]]


def _quoted_from(quotes: Quotes, place: int) -> str | None:
    above = [one.from_address or "" for start, one in quotes if start <= place]
    return above[-1] if above else None


def _links(flat: str, marks: list[Mark], received: datetime | None, quotes: Quotes) -> Iterator[CloudLink]:
    groups = [list(group) for _, group in groupby(marks, key=lambda mark: mark.key)]
    alone = len({mark.key for mark in marks}) == 1

    def expiry(text: str, which: int) -> tuple[Expiry, int] | None:
        return expiry_in(text, received, which)

    for group, words in zip(groups, Surroundings(flat, groups), strict=True):
        link = _link(group, words, expiry, alone=alone)
        yield replace(link, quoted_from=_quoted_from(quotes, group[0].start))


def _link(group: list[Mark], words: Words, find_expiry: Finder[Expiry], *, alone: bool) -> CloudLink:
    """Return one link from its copies that stand together and the words around them."""
    attributes = {name: value for mark in reversed(group) for name, value in mark.attributes.items()}
    said = _first(attributes, _NAMES)
    said = said or _own_name(words)
    named = bool(said or _FILE_NAME.search(words.own))
    order = (NAMED_ALONE if alone else NAMED) if named else UNNAMED
    size_text, size_bytes = _size(_first(attributes, _SIZES), words, order)
    expiry = expiry_of_attribute(_first(attributes, _EXPIRIES)) or words.find(find_expiry, order) or Expiry()
    first = group[0]
    return CloudLink(
        first.provider,
        first.key,
        first.url,
        said or words.find(_file_name, order) or words.find(_shared_name, order) or words.find(_sized_name, order),
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


def _sized_name(text: str, which: int) -> tuple[str, int] | None:
    found = _matched(_SIZED_NAME, text, which)
    return (found["name"].strip(), found.end()) if found else None


def _own_name(words: Words) -> str | None:
    """Return what a link is called that has its size and last day right behind it, and no extension."""
    found = None if _FILE_NAME.search(words.own) else _SIZED_NAME.match(words.own_and_behind)
    return found["name"].strip() if found and found.start("name") < len(words.own) else None


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
