"""Documents that do harm: cut, with bytes changed, huge, locked, and PDFs written by hand; and rooms to read them in."""

import io
import random
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter import Workbook

from config.settings import LimitSettings
from ingest.room.cleanroom import Setup
from ingest.room.readers import Readers
from parsers.archives.model import UnpackLimits
from parsers.base import Reading
from store.contents.blobs import Vault
from tests import doc_builders as docs
from tests.doc_reading import CAMPAIGN

Change = Callable[[bytes], bytes]
# An entity that unfolds to 10^18 characters, each ten of the one before.
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY e0 "BOMB">'
    + b"".join(b'<!ENTITY e%d "%s">' % (number, b"&e%d;" % (number - 1) * 10) for number in range(1, 18))
    + b"]>"
)


class Rooms:
    """Readers as the program has them, over a vault of their own."""

    def __init__(self, folder: Path, processes: int = 1, heavy_bytes: int | None = None) -> None:
        limits = LimitSettings()
        self.vault = Vault(folder)
        light = Setup(folder, CAMPAIGN, UnpackLimits(), limits.seconds, limits.memory_bytes)
        most = heavy_bytes or limits.scan_memory_bytes
        heavy = Setup(folder, CAMPAIGN, UnpackLimits(), limits.scan_seconds, most)
        self.readers = Readers(self.vault, light, heavy, processes)

    def read(self, data: bytes) -> Reading:
        """Return the reading of one content."""
        return self.read_all([data])[0]

    def read_all(self, contents: Sequence[bytes]) -> list[Reading]:
        """Return the readings of contents, in order."""
        blobs = [self.vault.keep([data]) for data in contents]
        readings = self.readers.read(list({blob.sha256: blob for blob in blobs}.values()))
        return [readings[blob.sha256] for blob in blobs]


@contextmanager
def rooms(processes: int = 1, heavy_bytes: int | None = None) -> Iterator[Rooms]:
    """Give rooms, and close them."""
    with tempfile.TemporaryDirectory() as folder:
        made = Rooms(Path(folder), processes, heavy_bytes)
        try:
            yield made
        finally:
            made.readers.close()


def cut(data: bytes) -> list[bytes]:
    """Return a content cut off at several places."""
    return [data[: len(data) * share // 100] for share in (1, 10, 35, 60, 85, 97)] + [data[:-3]]


def flipped(data: bytes, seed: str, count: int) -> list[bytes]:
    """Return copies of a content in which bytes are changed, lost or zeroed, the same ones each time."""
    return [_flipped(data, random.Random(f"{seed}{number}")) for number in range(count)]


def _flipped(data: bytes, source: random.Random) -> bytes:
    broken, at = bytearray(data), source.randrange(len(data))
    length = source.randrange(1, 600)
    match source.randrange(3):
        case 0:
            for _ in range(source.choice((1, 3, 10, 50))):
                broken[source.randrange(len(broken))] = source.randrange(256)
        case 1:
            del broken[at : at + length]
        case _:
            broken[at : at + length] = bytes(len(broken[at : at + length]))
    return bytes(broken)


def repacked(data: bytes, **changes: Change) -> bytes:
    """Return a zip with parts changed; a part is named with _ for what stands in no name: word_document_xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            change = changes.get(re.sub(r"\W", "_", info.filename))
            content = old.read(info)
            new.writestr(info, change(content) if change else content, info.compress_type, 1)
    return out.getvalue()


def with_entities(before: bytes) -> Change:
    """Return what declares entities at the head of a part and uses the largest one after a mark."""

    def change(part: bytes) -> bytes:
        head = part.index(b"?>") + 2
        return (part[:head] + ENTITIES + part[head:]).replace(before, before + b"&e17;", 1)

    return change


def list_xlsx(rows: int) -> bytes:
    """Return a summary list of so many rows as a workbook."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(docs.list_grid([docs.list_row(one) for one in range(1, rows + 1)], blank_to=0)):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def stray_xlsx(place: str) -> bytes:
    """Return a list of three rows with a blank typed far away."""
    row = re.sub("[A-Z]", "", place)
    cell = f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t> x </t></is></c></row></sheetData>'.encode()
    return repacked(list_xlsx(3), xl_worksheets_sheet1_xml=lambda part: part.replace(b"</sheetData>", cell))


def list_docx(rows: int) -> bytes:
    """Return a summary list of so many rows as a Word file, made in a moment."""

    def more(part: bytes) -> bytes:
        second = list(re.finditer(rb"<w:tr[ >].*?</w:tr>", part, re.DOTALL))[1]
        own = (second[0].replace("春江花园".encode(), f"春江花园{one}".encode()) for one in range(rows))
        return part[: second.start()] + b"".join(own) + part[second.end() :]

    base = docs.summary_list_docx("浙江省物业管理协会", "陈静", "13900001234", [docs.list_row(1)])
    return repacked(base, word_document_xml=more)


def list_ods(attributes: str = "") -> bytes:
    """Return a summary list as an OpenDocument workbook, its rows with more attributes."""
    grid = docs.list_grid([docs.list_row(one) for one in (1, 2)], blank_to=0)
    cells = (
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in row
        )
        for row in grid
    )
    rows = "".join(f"<table:table-row{attributes}>{row}</table:table-row>" for row in cells)
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{urn}:office:1.0" xmlns:table="{urn}:table:1.0"'
        f' xmlns:text="{urn}:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def pdf(
    pages: Sequence[bytes],
    size: tuple[int, int] = (595, 842),
    image: tuple[bytes, bytes] = (b"", b""),
    trailer: bytes = b"",
    packed: Change = zlib.compress,
) -> bytes:
    """Return a PDF of pages by their contents; `image` (its dictionary and bytes) is /I0 on each of them."""
    parts = [b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    parts.append(
        b"<</Type/XObject/Subtype/Image%s/Length %d>>stream\n%s\nendstream" % (image[0], len(image[1]), image[1])
    )
    places: dict[bytes, int] = {}
    kids = []
    for page in pages:
        if page not in places:
            own = packed(page)
            parts.append(b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(own), own))
            places[page] = len(parts)
        parts.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F1 3 0 R>>/XObject<</I0 4 0 R>>>>"
            b"/Contents %d 0 R>>" % (*size, places[page])
        )
        kids.append(b"%d 0 R" % len(parts))
    parts[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    parts[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return _written(parts, trailer)


def _written(parts: Sequence[bytes], trailer: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, table)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, trailer, start)
    return bytes(out)


def text_page(lines: int = 30) -> bytes:
    """Return the content of a page of text."""
    written = b"".join(b"(line %d of a page) Tj T* " % number for number in range(lines))
    return b"BT /F1 12 Tf 50 800 Td 16 TL " + written + b"ET"


def table_page(first: int, rows: int = 30) -> bytes:
    """Return the content of a page with a ruled table of three columns."""
    rules, texts = [], [b"BT /F1 8 Tf "]
    for number in range(rows):
        y = 800 - number * 25
        rules.append(b"50 %d 500 25 re S 150 %d m 150 %d l S 300 %d m 300 %d l S " % (y, y, y + 25, y, y + 25))
        cells = ((55, b"%d" % (first + number)), (155, b"community"), (305, b"company"))
        texts += [b"1 0 0 1 %d %d Tm (%s) Tj " % (x, y + 8, text) for x, text in cells]
    return b"".join(rules) + b"".join(texts) + b"ET"


def flate_image(width: int, height: int) -> tuple[bytes, bytes]:
    """Return a black picture of a PDF, by its dictionary and its bytes."""
    raw = zlib.compress(bytes(width * height), 1)
    head = b"/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode" % (width, height)
    return head, raw


def png(width: int, height: int, rows: int | None = None) -> bytes:
    """Return a white picture in RGB, of which so many rows are there."""
    rows = height if rows is None else rows
    row = bytes(1) + b"\xff" * (width * 3) if rows else b""
    packer = zlib.compressobj(1)
    pixels = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
