"""What does a file's content say? The one entrance to all readers: format by content, then its parsers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.campaign import Campaign
from parsers import naming_kinds
from parsers.base import Found, ParseError, Reading, Source
from parsers.kinds import PARSERS
from parsers.office import has_macros, is_protected, read_docx
from parsers.sniff import HEAD_BYTES, PROGRAM, format_of
from parsers.web import read_html

__all__ = ["READERS_VERSION", "Found", "Reading", "format_at", "kind_of", "read_content"]

# Raised by hand where sniffing, opening or the walk changes what is found; each parser has its own version.
_OPENING_VERSION = 3
READERS_VERSION = ",".join(
    [f"reading{_OPENING_VERSION}", *(f"{parser.kind}{parser.version}" for own in PARSERS.values() for parser in own)]
)

# Format -> family of parsers.
_FAMILIES = {
    "docx": "word",
    "html": "web",
    **dict.fromkeys(("jpeg", "png", "gif", "bmp", "tiff", "webp"), "image"),
}
_OPENERS: dict[str, Callable[[Path, int], Any]] = {
    "word": lambda path, _: read_docx(path),
    "web": lambda path, _: read_html(path),
    "image": lambda path, size: Source(path, "", size),
}
_SAVE_AS = "本版尚不能读取{}，请人工看或请对方另存为 .docx"
_UNSUPPORTED = {
    "ole": _SAVE_AS.format("旧版 .doc、.wps、.xls"),
    "rtf": _SAVE_AS.format(" .rtf"),
    "odt": _SAVE_AS.format(" .odt"),
    "mht": _SAVE_AS.format("网页存档"),
    "xlsx": _SAVE_AS.format("电子表格"),
    "ods": _SAVE_AS.format("电子表格"),
    "pptx": "本版不能读取演示文稿，请人工看",
    "odp": "本版不能读取演示文稿，请人工看",
    "ofd": "本版不能读取 OFD，请人工看",
    "unknown": "认不出的格式，可能已损坏",
}
_PACKAGES = ("docx", "xlsx", "pptx")
_MACROS = "含宏，未执行"
kind_of = naming_kinds.kind_of


def format_at(path: Path) -> str:
    """Return the format of the file at a path by its content."""
    with path.open("rb") as file:
        return format_of(file.read(HEAD_BYTES), path)


def read_content(path: Path, size: int, campaign: Campaign) -> Reading:
    """Return what the file at `path` (`size` bytes) holds; never raises on its content.

    `status` is ok, encrypted, corrupt, unsupported or unsafe, `reason` a Chinese sentence where it is not ok, or where
    the file holds macros: a fact for whoever opens it, here nothing of them is run.
    """
    format_ = format_at(path)
    if not size:
        return Reading(format_, (), "corrupt", "文件是空的（0 字节）")
    try:
        reading = _read(format_, Source(path, path.name, size), campaign)
    except ParseError as error:
        reading = Reading(format_, (), error.status, error.reason)
    if format_ in _PACKAGES and has_macros(path):
        return replace(reading, reason="；".join(filter(None, (reading.reason, _MACROS))))
    return reading


def _read(format_: str, source: Source, campaign: Campaign) -> Reading:
    if format_ == "exe":
        return Reading(format_, (), *PROGRAM)
    if format_ == "ole" and is_protected(source.path):
        raise ParseError("encrypted", "文件设了打开密码，请索要密码或未加密的文件")
    if format_ in _UNSUPPORTED:
        return Reading(format_, (), "unsupported", _UNSUPPORTED[format_])
    family = _FAMILIES.get(format_)
    if family is None:
        return Reading(format_)
    content = _OPENERS[family](source.path, source.size)
    found = tuple(one for parser in PARSERS[family] for one in parser.read(content, campaign))
    return _checked(Reading(format_, found))


def _checked(reading: Reading) -> Reading:
    """Return the reading, its status corrupt where a picture cannot be loaded whole."""
    broken = next((one for one in reading.found if one.facts.get("readable") is False), None)
    if broken is None:
        return reading
    return Reading(reading.format, reading.found, "corrupt", broken.facts["reason"])
