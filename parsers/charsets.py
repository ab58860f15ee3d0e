"""Answers what bytes say when the label that names their charset may lie.

The order of trust is measured on Chinese mail: multi-byte UTF-8 that is valid beats any label, then the label
(read as the widest member of its family), then GB18030, which nearly everything unlabelled is.
"""

import codecs
import re

# The widest charset of each family reads all its members: characters such as 镕 or 喆 stand outside GB 2312.
_FAMILY = {
    "gb18030": ("gb18030", "gb2312", "gbk", "gb", "cp936", "ms936", "936", "gb231280", "euccn", "csgb2312", "hzgb"),
    "big5hkscs": ("big5hkscs", "big5", "cp950", "950", "big5eten", "big5tw"),
    "utf-8": ("utf8", "unicode11utf8", "utf8mb4", "65001"),
    "hz": ("hzgb2312",),
    "iso2022_jp_2": ("iso2022jp", "iso2022cn", "iso2022"),
    "euc_jp": ("eucjp",),
    "cp932": ("shiftjis", "sjis", "cp932"),
    "cp949": ("euckr", "ksc56011987", "cp949"),
    "utf-16": ("utf16",),
    "utf-16-le": ("utf16le",),
    "utf-16-be": ("utf16be",),
    "cp1252": ("iso88591", "latin1", "windows1252", "cp1252", "iso885915"),
    "ascii": ("usascii", "ascii", "ansix341968"),
    "koi8-r": ("koi8r",),
    "cp1251": ("windows1251",),
}
_CODECS = {label: codec for codec, labels in _FAMILY.items() for label in labels}
# What UTF-16 begins with can begin no text in any of the others.
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_STATEFUL = {"hz", "iso2022_jp_2", "utf-16", "utf-16-le", "utf-16-be"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_WIDE_UTF8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_TWO_HIGH_BYTES = re.compile(rb"[\x80-\xff]{2}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NOT_LABEL = re.compile(r"[^a-z0-9]+")
_BAD = "\ufffd"
# So many characters tell what language a text is in.
_TRIED = 10_000


def codec_of(label: str | None) -> str | None:
    """Return the codec that reads a charset label, None where the label says nothing (`unknown-8bit`, `x-foo`)."""
    if not label:
        return None
    key = _NOT_LABEL.sub("", label.split("*", 1)[0].lower())
    return _CODECS.get(key) or _CODECS.get(key.removeprefix("x"))


def decode_bytes(data: bytes, label: str | None = None) -> str:
    """Return text for bytes under a charset label that may lie; never raises, U+FFFD stands for what cannot be read."""
    codec = codec_of(label)
    if data.startswith(_WIDE_MARKS):
        codec = "utf-16"
    if codec in _STATEFUL:
        text = _strict(data, codec)
        if text is not None:
            return _clean(text)
    if data.isascii():
        return data.decode("ascii")
    return _clean(_utf8(data, codec) or _labelled(data, codec) or _unlabelled(data, codec))


def _utf8(data: bytes, codec: str | None) -> str | None:
    """Read as UTF-8 where the bytes can hardly be anything else.

    Two-byte sequences alone prove nothing: 小 in GBK is also a Cyrillic С in UTF-8. They count only where
    the label says UTF-8 or GB18030 cannot read them.
    """
    text = _strict(data, "utf-8-sig")
    if text is None:
        return _nearly_utf8(data)
    if codec == "utf-8" or data.startswith(codecs.BOM_UTF8) or max(text) >= "\u0800":
        return text
    return None if codec in {"gb18030", "big5hkscs", "ascii", None} and _strict(data, "gb18030") is not None else text


def _nearly_utf8(data: bytes) -> str | None:
    """Read as UTF-8 with a character cut at an end or a few bytes lost; None where too much does not fit."""
    wide = len(_WIDE_UTF8.findall(data))
    text = data.decode("utf-8", "replace")
    return text if wide > 1 and text.count(_BAD) <= 1 + wide // 20 else None


def _labelled(data: bytes, codec: str | None) -> str | None:
    """Read by the label; a Latin label on what reads as GB 2312 is a lie of an unconfigured mailer."""
    if codec is None:
        return None
    if codec == "cp1252":
        return _strict(data, "gb2312") or _chinese(data) or _latin(data)
    if codec == "ascii":
        # Nobody's ASCII has high bytes: alone among letters they are Latin, in pairs most likely Chinese.
        return None if _TWO_HIGH_BYTES.search(data) else _latin(data)
    return _strict(data, codec)


def _latin(data: bytes) -> str:
    return _strict(data, "cp1252") or data.decode("latin-1")


def _chinese(data: bytes) -> str | None:
    """Read as GB18030 where at least two and the better half of the characters are of GB 2312, as in names of people.

    Latin letters with accents pair with the plain letter behind them, and no character of GB 2312 has such a pair.
    """
    text = _strict(data, "gb18030")
    found = _NOT_ASCII.findall((text or "")[:_TRIED])
    common = sum(_encodes(one, "gb2312") for one in found)
    return text if common > 1 and common * 2 >= len(found) else None


def _encodes(text: str, codec: str) -> bool:
    try:
        return bool(text.encode(codec))
    except UnicodeError:
        return False


def _unlabelled(data: bytes, codec: str | None) -> str:
    """Read without a trusted label: GB18030, Big5, and where both fail whatever leaves the fewest holes."""
    for candidate in ("gb18030", "big5hkscs"):
        text = _strict(data, candidate)
        if text is not None:
            return text
    tries = [data.decode(name, "replace") for name in (codec or "gb18030", "gb18030", "utf-8")]
    return min(tries, key=lambda text: text.count(_BAD))


def _strict(data: bytes, codec: str | None) -> str | None:
    try:
        return data.decode(codec or "ascii")
    except UnicodeError:
        return None


def _clean(text: str) -> str:
    """Replace lone surrogates, which some codecs make and no database takes."""
    return _SURROGATES.sub(_BAD, text)
