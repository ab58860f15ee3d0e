"""What do pictures of pages say? Every page is read by OCR, and all of them are asked as one document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from config.campaign import Campaign
from parsers.base import Found, ParseError, Reading, pages_of
from parsers.documents import pdf_pages
from parsers.documents.document import Document
from parsers.documents.grids import Grid, joined, numbered
from parsers.image import open_upright
from parsers.kinds import DOCUMENT_PARSERS
from parsers.kinds.misread import with_labels_mended
from parsers.kinds.summary_list import further_page
from parsers.pages.ocr import read_line, read_lines
from parsers.pages.page import PAGE_FAULTS, is_page, is_paper, read_page, wants_memory
from parsers.pages.red import Picture, picture_of
from parsers.pages.shown import Known, straightened
from parsers.pages.stamped import StampedPage, seal_facts, stamped_page
from parsers.reading import format_at

# What a kind is called where it was read from a picture.
_SCANNED = {"summary_list": "summary_list_scan", "recommendation_form": "recommendation_form_scan"}
# The longest bundle of forms that is read as one; what comes after is said not to have been read.
MAX_PAGES = 40
_DPI = 200
_PHOTO_LONGEST = 3_000


@dataclass
class _Bundle:
    """The pages of a file as they are read, and their blocks."""

    blocks: list[str | Grid] = field(default_factory=list)
    pages: list[StampedPage] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    papers: int = 0

    def leave_out(self, number: int, reason: str) -> None:
        """Note a page that was not looked at, and all after it may be: the seal may stand there."""
        self.left_out.append(reason)
        self.pages.append(StampedPage(number, (), can_tell=False))


def lines_on(path: Path) -> list[str]:
    """Return the lines of text on a picture, from top to bottom. ParseError where it is none."""
    return [line.text for page in open_upright(path, _PHOTO_LONGEST) for line in read_lines(picture_of(page))]


def read_scan(path: Path, campaign: Campaign, pages: Sequence[int] = ()) -> Reading:
    """Return what the pictures of pages in a file say, of a PDF those of some pages; those of no pages say nothing.

    Beside its kind's facts, those of a scan have what `parsers.pages.stamped` notes of its seals. What of it could not
    be looked at is its reason.
    """
    format_, bundle = format_at(path), _Bundle()
    number = 0
    try:
        for number, shown in _pictures(path, format_, pages):
            if len(bundle.pages) >= MAX_PAGES:
                bundle.leave_out(number, f"页数较多，只识别了前 {MAX_PAGES} 页")
                break
            _add(bundle, number, shown)
    except ParseError as error:
        bundle.leave_out(number + 1, error.reason)
    ways = (campaign.recommendation_form.labels, campaign.summary_list.labels)
    document = with_labels_mended(Document(numbered(bundle.blocks), method="ocr"), *ways)
    found = [one for parser in DOCUMENT_PARSERS for one in parser.read(document, campaign)]
    found = found or [*further_page(document, campaign)]
    if format_ == "pdf" and not found:
        bundle.left_out += _garbled(path, pages)
    if format_ != "pdf" and not found and bundle.papers:
        bundle.left_out.append("像是文件的一页，没有认出内容，请人工看")
    scanned = (
        replace(one, kind=_SCANNED.get(one.kind, one.kind), facts={**one.facts, **seal_facts(one, pages)})
        for one, pages in zip(found, _pages_of(found, bundle.pages), strict=True)
    )
    return Reading(format_, tuple(scanned), "ok", "；".join(bundle.left_out))


def straight_page(path: Path, number: int, known: Sequence[Known]) -> Picture:
    """Return a page (from 1) of a scan as the areas of its values refer to it; `known` are some of these values.

    ParseError where there is no such page or it cannot be shown.
    """
    format_ = format_at(path)
    shown = next((page for at, page in _pictures(path, format_, [number]) if at == number), None)
    if shown is None:
        raise ParseError("corrupt", f"第 {number} 页打不开")
    try:
        return straightened(picture_of(shown), known)
    except PAGE_FAULTS as error:
        if wants_memory(error):
            raise MemoryError from error
        raise ParseError("corrupt", f"第 {number} 页摆不正") from error


def _garbled(path: Path, pages: Sequence[int]) -> Iterator[str]:
    """Yield which pages of a PDF hold text that neither its letters nor their shapes told."""
    lost = sorted({*pages} - {*pdf_pages.page_kinds(path).pictures})
    if lost:
        yield f"第 {'、'.join(map(str, lost))} 页的文字读不出，请人工看"


def _add(bundle: _Bundle, number: int, shown: Any) -> None:  # noqa: ANN401 (a picture of Pillow's, or None)
    if shown is None:
        bundle.leave_out(number, f"第 {number} 页打不开，没有识别")
        return
    try:
        picture = picture_of(shown)
        if not is_page(picture, behind_others=bool(bundle.pages)):
            return
        page = read_page(picture, number)
        stamped = stamped_page(page.picture, number, read_line, grey=shown.mode == "L")
    except PAGE_FAULTS as error:
        if wants_memory(error):
            raise MemoryError from error
        bundle.leave_out(number, f"第 {number} 页识别时出错，没有识别")
        return
    bundle.blocks = joined(bundle.blocks, page.blocks)
    bundle.pages.append(stamped)
    bundle.papers += is_paper(page)


def _pages_of(found: Sequence[Found], pages: Sequence[StampedPage]) -> Iterator[Sequence[StampedPage]]:
    """Yield the pages of each thing found: of several in one file, those from its first to before the next one's."""
    starts = [min(pages_of(one.facts), default=0) for one in found]
    for start in starts:
        end = min((other for other in starts if other > start), default=None)
        own = [page for page in pages if start <= page.number and (end is None or page.number < end)]
        yield own if start and len(found) > 1 else pages


def _pictures(path: Path, format_: str, pages: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Yield the pictures of pages of a file with their numbers (from 1), None for one that cannot be shown."""
    if format_ == "pdf":
        yield from pdf_pages.render(path, pages or pdf_pages.page_kinds(path).pictures, _DPI)
    else:
        yield from enumerate(open_upright(path, _PHOTO_LONGEST), start=1)
