"""What does a file's content say? The one entrance to all readers: format by content, then its parsers."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from config.campaign import Campaign
from parsers import naming_kinds
from parsers.base import Found, ParseError, Parser, Reading, Source
from parsers.documents import pdf_pages
from parsers.documents.opening import CONVERTED, DOCUMENT_FORMATS, open_document, refuse_cut, refuse_locked
from parsers.documents.pdf import read_pdf
from parsers.documents.word import has_macros
from parsers.kinds import DOCUMENT_PARSERS, IMAGE_PARSERS, VIDEO_PARSERS
from parsers.sealing import with_pasted_seals, with_shown_seals
from parsers.sniff import HEAD_BYTES, PROGRAM, format_of

__all__ = ["READERS_VERSION", "Found", "Reading", "format_at", "kind_of", "read_content"]

# Raised by hand where sniffing, opening or the walk changes what is found; each parser has its own version.
_OPENING_VERSION = 5
_PARSERS = (*DOCUMENT_PARSERS, *IMAGE_PARSERS, *VIDEO_PARSERS)
READERS_VERSION = ",".join([f"reading{_OPENING_VERSION}", *(f"{one.kind}{one.version}" for one in _PARSERS)])

# A page that fills a good part of a picture; few photos are so light and pale.
_LEAST_PAPER = 0.3
_MEDIA = {
    **dict.fromkeys(("jpeg", "png", "gif", "bmp", "tiff", "webp", "heic", "avif"), IMAGE_PARSERS),
    **dict.fromkeys(("mp4", "mov", "3gp", "avi", "mkv", "wmv", "flv", "rm", "mpeg", "mpegts"), VIDEO_PARSERS),
}
_UNSUPPORTED = {
    "ppt": "本版不能读取演示文稿，请人工看",
    "pptx": "本版不能读取演示文稿，请人工看",
    "odp": "本版不能读取演示文稿，请人工看",
    "ofd": "本版不能读取 OFD，请人工看",
    "ole": "认不出的旧版 Office 文件，请人工看或请对方另存为 .docx",
    "unknown": "认不出的格式，可能已损坏",
}
_PACKAGES = ("docx", "xlsx", "pptx")
# Told with a file that was read whole: a fact for whoever opens it.
MACROS = "含宏，未执行"
kind_of = naming_kinds.kind_of


def format_at(path: Path) -> str:
    """Return the format of the file at a path by its content."""
    with path.open("rb") as file:
        return format_of(file.read(HEAD_BYTES), path)


def read_content(path: Path, size: int, campaign: Campaign, converted: Path | None = None) -> Reading:
    """Return what the file at `path` (`size` bytes) holds; never raises on its content.

    `status` is ok, encrypted, corrupt, unsupported or unsafe, `reason` a Chinese sentence where it is not ok, or where
    the file holds macros: a fact for whoever opens it, here nothing of them is run. Where the reading `needs` something
    first, it is to be had by that; `converted` is what LibreOffice made of the file.
    """
    format_ = format_at(path)
    if not size:
        return Reading(format_, (), "corrupt", "文件是空的（0 字节）")
    try:
        reading = _read(format_, Source(path, path.name, size), campaign, converted)
    except ParseError as error:
        reading = Reading(format_, (), error.status, error.reason)
    if format_ in _PACKAGES and has_macros(path):
        return replace(reading, reason="；".join(filter(None, (reading.reason, MACROS))))
    return reading


def _read(format_: str, source: Source, campaign: Campaign, converted: Path | None) -> Reading:
    if format_ == "exe":
        return Reading(format_, (), *PROGRAM)
    refuse_locked(source.path, format_)
    refuse_cut(source.path, format_)
    if format_ in _UNSUPPORTED:
        return Reading(format_, (), "unsupported", _UNSUPPORTED[format_])
    if format_ in CONVERTED and converted is None:
        return Reading(format_, needs="convert")
    if format_ == "pdf":
        return _read_pdf(source.path, campaign)
    return _read_whole(format_, source, campaign, converted)


def _read_whole(format_: str, source: Source, campaign: Campaign, converted: Path | None) -> Reading:
    """Return what a document or a picture says; of any other content its format is all that is told."""
    if format_ in DOCUMENT_FORMATS:
        document = open_document(source.path, format_, converted)
        found = _found(DOCUMENT_PARSERS, document, campaign)
        return Reading(format_, with_pasted_seals(found, document.pictures, converted or source.path))
    if format_ in _MEDIA:
        return _maybe_page(_checked(Reading(format_, _found(_MEDIA[format_], source, campaign))))
    return Reading(format_)


def _read_pdf(path: Path, campaign: Campaign) -> Reading:
    """Return what the text of a PDF says; it needs a scan where pages of it are pictures."""
    pages = pdf_pages.page_kinds(path)
    text = read_pdf(path, pages.text, pages.blank)
    if not (pages.text or pages.pictures or text.damaged):
        return Reading("pdf", (), "corrupt", "PDF 里没有任何文字和图片，可能没有存好或已损坏，请对方重发")
    found = with_shown_seals(_found(DOCUMENT_PARSERS, text.document, campaign), path)
    scanned = tuple(sorted((*pages.pictures, *text.unreadable)))
    told = Reading("pdf", found, "ok", _left_out(path, pages), "scan" if scanned else "", scanned)
    if not text.damaged:
        return told
    numbers = "、".join(map(str, text.damaged))
    return replace(told, status="corrupt", reason=f"PDF 第 {numbers} 页已损坏，没有读出，请对方重发")


def _left_out(path: Path, pages: pdf_pages.PageKinds) -> str:
    """Return what of a PDF may not have been read; empty where all of it was."""
    told = f"共 {pages.count} 页，只读了前 {pdf_pages.MAX_PAGES} 页" if pages.count > pdf_pages.MAX_PAGES else ""
    cut = "PDF 文件不完整，可能没有传完，请核对或请对方重发" if pdf_pages.is_cut(path) else ""
    return "；".join(filter(None, (told, cut)))


def _found(parsers: Iterable[Parser], content: object, campaign: Campaign) -> tuple[Found, ...]:
    return tuple(one for parser in parsers for one in parser.read(content, campaign))


def _maybe_page(reading: Reading) -> Reading:
    """Return the reading of a picture; one that may show a page needs a scan, which tells for sure."""
    paper = next((one.facts["paper"] for one in reading.found if "paper" in one.facts), 0)
    return replace(reading, needs="scan") if reading.status == "ok" and paper >= _LEAST_PAPER else reading


def _checked(reading: Reading) -> Reading:
    """Return the reading, its status corrupt where a picture is not whole, unsupported where it could not be tried."""
    for one in reading.found:
        if (readable := one.facts.get("readable", True)) is not True:
            status = "corrupt" if readable is False else "unsupported"
            return Reading(reading.format, reading.found, status, one.facts["reason"])
    return reading
