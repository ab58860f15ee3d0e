"""What does a text PDF say? Its paragraphs and ruled tables, in reading order. The one door to pdfplumber.

Pages that are pictures say nothing here: they are scanned (see `parsers.documents.pdf_pages`).
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import literal_name
from pdfplumber.utils.exceptions import PdfminerException

from parsers.base import ParseError
from parsers.documents.document import Document
from parsers.documents.grids import Box, Grid, grid_of, joined, numbered
from parsers.documents.pdf_cells import contents_of
from parsers.documents.pdf_lines import lines_of, text_of
from parsers.documents.pdf_loose import Loose

_LOCKED = "PDF 设了打开密码，请索要密码或未加密的文件"
_BROKEN = "PDF 打不开，可能已损坏，请人工看"
# A drawing, not a table: finding tables takes time with the square of its lines.
_MAX_EDGES = 6_000
_UNREADABLE = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd]")
_PACKED, _PIECE = "FlateDecode", 1 << 20
# A page more of whose characters mean nothing has fonts that do not say their letters.
_MOST_UNREADABLE = 0.2
_MOST_TURNED = 0.5
# Lines that are nearer to each other than this (points) are one.
_NEAR = 3.0
# All that pdfminer and what is under it were seen to raise on broken files.
_REFUSED = (
    PSException, PdfminerException, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class PdfText:
    """What the pages of a PDF say; which of them have no text that can be read as such, and which are damaged."""

    document: Document
    unreadable: tuple[int, ...] = ()
    damaged: tuple[int, ...] = ()


def read_pdf(path: Path, pages: Sequence[int], blank: Sequence[int] = ()) -> PdfText:
    """Return what pages (from 1) of a PDF say, and which of them and of the `blank` ones are damaged.

    ParseError `encrypted` or `corrupt` where it cannot be opened.
    """
    blocks: list[str | Grid] = []
    loose = Loose()
    unreadable, damaged, met = [], [], set()
    try:
        with pdfplumber.open(path, pages=sorted((*pages, *blank))) as pdf:
            for page in pdf.pages:
                met.add(page.page_number)
                if _is_damaged(page):
                    damaged.append(page.page_number)
                elif page.page_number in blank:
                    pass
                elif (own := _page_blocks(page)) is None:
                    unreadable.append(page.page_number)
                else:
                    blocks = joined(blocks, own)
                    loose.add(page, own)
                page.close()
    except _REFUSED as error:
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        locked = isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError)
        raise ParseError(*(("encrypted", _LOCKED) if locked else ("corrupt", _BROKEN))) from error
    # Where the page tree leads nowhere, there are fewer pages than it says.
    damaged += [number for number in pages if number not in met]
    document = Document(numbered(blocks), method="pdf", loose=numbered(loose.blocks))
    return PdfText(document, tuple(unreadable), tuple(damaged))


def _is_damaged(page: Any) -> bool:  # noqa: ANN401 (pdfplumber has no types)
    """Tell a page whose content does not unpack: what pdfminer would give of it lacks text, without a word."""
    try:
        streams = [resolve1(one) for one in page.page_obj.contents]
        return any(isinstance(one, PDFStream) and _is_torn(one) for one in streams)
    except _REFUSED:
        return True


def _is_torn(stream: PDFStream) -> bool:
    """Tell a stream that is packed by the usual means and does not unpack to its end."""
    packed = stream.rawdata
    names = [literal_name(name) for name, _ in stream.get_filters()]
    if packed is None or stream.decipher or names != [_PACKED]:
        return False
    unpacker = zlib.decompressobj()
    try:
        while packed and not unpacker.eof:
            unpacker.decompress(packed, _PIECE)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return True
    return False


def _page_blocks(page: Any) -> list[str | Grid] | None:  # noqa: ANN401 (pdfplumber has no types)
    """Return what a page says; None where its text cannot be read as such, which does not keep the others from it."""
    try:
        return None if _says_nothing(page.chars) else list(_blocks(page))
    except _REFUSED:
        return None


def _says_nothing(chars: Sequence[dict[str, Any]]) -> bool:
    """Tell a page of text that means nothing: letters without a meaning, or lines that run up and down the page.

    So does one without any: it has some by the other library, and what they are is lost.
    """
    if not chars:
        return True
    unreadable = sum(bool(_UNREADABLE.search(char["text"])) for char in chars)
    turned = sum(not char["upright"] for char in chars)
    return unreadable > _MOST_UNREADABLE * len(chars) or turned > _MOST_TURNED * len(chars)


def _blocks(page: Any) -> Iterator[str | Grid]:  # noqa: ANN401 (pdfplumber has no types)
    """Yield a page's tables and the lines between them, from top to bottom."""
    grids = _grids(page)
    taken = [_points(grid.box, page) for grid in grids]
    outside = [char for char in page.chars if not any(_holds(box, char) for box in taken)]
    items: list[tuple[float, str | Grid]] = [(line[0]["top"], text_of(line)) for line in lines_of(outside)]
    items += [(box[1], grid) for box, grid in zip(taken, grids, strict=True)]
    for _, item in sorted(items, key=lambda item: item[0]):
        if not isinstance(item, str) or item.strip():
            yield item


def _grids(page: Any) -> list[Grid]:  # noqa: ANN401 (pdfplumber has no types)
    """Return the tables of a page; none where it is drawn of so many lines that it is a picture."""
    if len(page.edges) > _MAX_EDGES:
        return []
    size = (float(page.width), float(page.height))
    tables = (contents_of(table.cells, page.chars, size) for table in page.find_tables())
    found = (grid_of(contents, page.page_number, _NEAR / size[0]) for contents in tables)
    return [grid for grid in found if grid is not None]


def _points(box: Box, page: Any) -> Box:  # noqa: ANN401 (pdfplumber has no types)
    width, height = float(page.width), float(page.height)
    return box[0] * width, box[1] * height, box[2] * width, box[3] * height


def _holds(box: Box, char: dict[str, Any]) -> bool:
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])
