"""What do pictures of pages say? Every page is read by OCR, and all of them are asked as one document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.campaign import Campaign
from parsers.base import Found, ParseError, Reading, pages_of
from parsers.documents import pdf_pages
from parsers.documents.document import Document
from parsers.documents.grids import Grid, joined, numbered
from parsers.image import open_upright
from parsers.kinds import DOCUMENT_PARSERS
from parsers.kinds.misread import with_labels_mended
from parsers.pages.ocr import Picture, read_line
from parsers.pages.page import is_page, read_page
from parsers.pages.red import picture_of
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


def read_scan(path: Path, campaign: Campaign) -> Reading:
    """Return what the pictures of pages in a file say; pictures that are no pages say nothing.

    Beside its kind's facts, those of a scan have what `parsers.pages.stamped` notes of its seals.
    """
    format_ = format_at(path)
    bundle, reason = _Bundle(), ""
    try:
        for number, picture in _pictures(path, format_):
            if len(bundle.pages) == MAX_PAGES:
                reason = f"页数较多，只识别了前 {MAX_PAGES} 页"
                break
            _add(bundle, number, picture)
    except ParseError as error:
        reason = error.reason
    ways = (campaign.recommendation_form.labels, campaign.summary_list.labels)
    document = with_labels_mended(Document(numbered(bundle.blocks), method="ocr"), *ways)
    found = [one for parser in DOCUMENT_PARSERS for one in parser.read(document, campaign)]
    scanned = (
        replace(one, kind=_SCANNED.get(one.kind, one.kind), facts={**one.facts, **seal_facts(one, pages)})
        for one, pages in zip(found, _pages_of(found, bundle.pages), strict=True)
    )
    return Reading(format_, tuple(scanned), "ok", reason)


def _add(bundle: _Bundle, number: int, picture: Picture) -> None:
    if not is_page(picture, behind_others=bool(bundle.pages)):
        return
    page = read_page(picture, number)
    bundle.blocks = joined(bundle.blocks, page.blocks)
    bundle.pages.append(stamped_page(page.picture, number, read_line))


def _pages_of(found: Sequence[Found], pages: Sequence[StampedPage]) -> Iterator[Sequence[StampedPage]]:
    """Yield the pages of each thing found: of several in one file, those from its first to before the next one's."""
    starts = [min(pages_of(one.facts), default=0) for one in found]
    for start in starts:
        end = min((other for other in starts if other > start), default=None)
        own = [page for page in pages if start <= page.number and (end is None or page.number < end)]
        yield own if start and len(found) > 1 else pages


def _pictures(path: Path, format_: str) -> Iterator[tuple[int, Picture]]:
    """Yield the pictures of pages (BGR) of a file with their numbers (from 1)."""
    if format_ == "pdf":
        for number, shown in pdf_pages.render(path, pdf_pages.page_kinds(path).pictures, _DPI):
            yield number, picture_of(shown)
        return
    for number, shown in enumerate(open_upright(path, _PHOTO_LONGEST), start=1):
        yield number, picture_of(shown)
