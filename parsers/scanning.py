"""What do pictures of pages say? Every page is read by OCR, and all of them are asked as one document."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from config.campaign import Campaign
from parsers.base import Found, ParseError, Reading
from parsers.documents import pdf_pages
from parsers.documents.document import Document
from parsers.documents.grids import Grid, joined, numbered
from parsers.image import open_upright
from parsers.kinds import DOCUMENT_PARSERS
from parsers.pages.ocr import Picture
from parsers.pages.page import is_page, read_page
from parsers.pages.seals import Seals, find_seals
from parsers.reading import format_at

# What a kind is called where it was read from a picture.
_SCANNED = {"summary_list": "summary_list_scan", "recommendation_form": "recommendation_form_scan"}
# The longest bundle of forms that is read as one; what comes after is said not to have been read.
MAX_PAGES = 40
_DPI = 200
_PHOTO_LONGEST = 3_000


@dataclass
class _Bundle:
    """The pages of a file as they are read: their blocks, how many there are, and the seals on each."""

    blocks: list[str | Grid] = field(default_factory=list)
    pages: int = 0
    seals: list[Seals] = field(default_factory=list)


def read_scan(path: Path, campaign: Campaign) -> Reading:
    """Return what the pictures of pages in a file say; pictures that are no pages say nothing.

    Beside its kind's facts, those of a scan have `pages` (how many were read), `seals` (where each stands) and
    `stamped`: whether there is a red seal, None where the colours cannot tell.
    """
    format_ = format_at(path)
    bundle, reason = _Bundle(), ""
    try:
        for number, picture in _pictures(path, format_):
            if bundle.pages == MAX_PAGES:
                reason = f"页数较多，只识别了前 {MAX_PAGES} 页"
                break
            _add(bundle, number, picture)
    except ParseError as error:
        reason = error.reason
    document = Document(numbered(bundle.blocks), method="ocr")
    found = (one for parser in DOCUMENT_PARSERS for one in parser.read(document, campaign))
    return Reading(format_, tuple(_scanned(one, bundle) for one in found), "ok", reason)


def _add(bundle: _Bundle, number: int, picture: Picture) -> None:
    if not is_page(picture):
        return
    page = read_page(picture, number)
    bundle.blocks = joined(bundle.blocks, page.blocks)
    bundle.pages += 1
    bundle.seals.append(find_seals(page.picture, number))


def _scanned(found: Found, bundle: _Bundle) -> Found:
    """Return what was found as found on a scan, with its seals."""
    seals = [seal for page in bundle.seals for seal in page.found]
    stamped = True if seals else False if all(page.can_tell for page in bundle.seals) else None
    more: dict[str, Any] = {"pages": bundle.pages, "seals": [asdict(seal) for seal in seals], "stamped": stamped}
    return replace(found, kind=_SCANNED.get(found.kind, found.kind), facts={**found.facts, **more})


def _pictures(path: Path, format_: str) -> Iterator[tuple[int, Picture]]:
    """Yield the pictures of pages (BGR) of a file with their numbers (from 1)."""
    if format_ == "pdf":
        for number, shown in pdf_pages.render(path, pdf_pages.page_kinds(path).pictures, _DPI):
            yield number, _array(shown)
        return
    for number, shown in enumerate(open_upright(path, _PHOTO_LONGEST), start=1):
        yield number, _array(shown)


def _array(shown: Any) -> Picture:  # noqa: ANN401 (a picture of Pillow's)
    return np.ascontiguousarray(np.asarray(shown.convert("RGB"))[:, :, ::-1])
