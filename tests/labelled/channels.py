"""Through which channels do documents come? Each channel writes drafts to files, many at once where it converts.

A channel's documents are of the kinds that come that way: lists and forms by all, materials only as text.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from PIL import Image

from tests.labelled import degrade, digital, pages
from tests.labelled.office import converted
from tests.labelled.truth import MATERIAL, Draft, Labelled

Write = Callable[[Draft, Random], bytes]
# Channel -> (how a draft is written first, its suffix, the format that LibreOffice makes of it, the name's suffix).
_WRITTEN: dict[str, tuple[Write, str, str, str]] = {
    "docx": (digital.docx_of, "docx", "", "docx"),
    "xlsx": (digital.xlsx_of, "xlsx", "", "xlsx"),
    "csv": (digital.csv_of, "csv", "", "csv"),
    "html": (digital.html_of, "html", "", "html"),
    "html named .doc": (digital.html_of, "html", "", "doc"),
    "doc": (digital.docx_of, "docx", "doc", "doc"),
    "wps": (digital.docx_of, "docx", "doc", "wps"),
    "rtf": (digital.docx_of, "docx", "rtf", "rtf"),
    "xls": (digital.xlsx_of, "xlsx", "xls", "xls"),
    "et": (digital.xlsx_of, "xlsx", "xls", "et"),
    "pdf": (digital.docx_of, "docx", "pdf", "pdf"),
}
# Channel -> dots an inch.
_SCANS = {"scan 100 dpi": 100, "scan 150 dpi": 150, "scan 200 dpi": 200, "scan 300 dpi": 300, "scan grey": 200}
_PHOTOS = {"photo": 200, "photo turned": 200}
DIGITAL = tuple(_WRITTEN)
SCANS = tuple(_SCANS)
PHOTOS = tuple(_PHOTOS)
CHANNELS = (*DIGITAL, *SCANS, *PHOTOS)
# Sheets and CSV hold lists; forms are laid out in sheets too.
_NO_MATERIAL = ("xlsx", "csv", "html", "html named .doc", "xls", "et", *SCANS, *PHOTOS)
_LISTS_ONLY = ("csv",)


def holds(channel: str, kind: str) -> bool:
    """Tell whether documents of a kind come through a channel."""
    return kind == "summary_list" or (channel not in _LISTS_ONLY and not (kind == MATERIAL and channel in _NO_MATERIAL))


def needs_office(channel: str) -> bool:
    """Tell whether LibreOffice must make a channel's files."""
    return channel not in _WRITTEN or bool(_WRITTEN[channel][2])


def written(channel: str, drafts: Sequence[Draft], folder: Path, random: Random) -> list[Labelled]:
    """Write drafts as files of a channel into a folder that is there and empty."""
    if channel in _WRITTEN:
        return _digital(channel, drafts, folder, random)
    made = _digital("pdf", drafts, folder, random)
    return [_pictured(channel, draft, one, random) for draft, one in zip(drafts, made, strict=True)]


def _digital(channel: str, drafts: Sequence[Draft], folder: Path, random: Random) -> list[Labelled]:
    write, suffix, to, named = _WRITTEN[channel]
    paths = []
    for number, draft in enumerate(drafts):
        path = folder / f"{number:03d}-{draft.kind}.{suffix}"
        path.write_bytes(write(draft, random))
        paths.append(path)
    if to:
        first, paths = paths, converted(paths, to, folder)
        for path in first:
            path.unlink()
    paths = [path.rename(path.with_suffix(f".{named}")) for path in paths]
    return [
        Labelled(path, channel, draft.kind, draft.layout, draft.truth)
        for path, draft in zip(paths, drafts, strict=True)
    ]


def _pictured(channel: str, draft: Draft, pdf: Labelled, random: Random) -> Labelled:
    """Return a document as pictures of its pages: three of four bear the seals that they should."""
    dpi = (_SCANS | _PHOTOS)[channel]
    shown = pages.rendered(pdf.path, dpi)
    seals = draft.seals if random.random() < 0.75 else {}
    count = pages.with_seals(pdf.path, shown, dpi, seals, random)
    grey = channel == "scan grey"
    if channel in _PHOTOS:
        path, notes = _photos(channel, shown, pdf.path, random)
    else:
        path, notes = _scans(shown, pdf.path, dpi, random, grey=grey)
    if path != pdf.path:
        pdf.path.unlink()
    return Labelled(path, channel, f"{draft.kind}_scan", draft.layout, draft.truth, None if grey else count, notes)


def _scans(shown: list[Image.Image], pdf: Path, dpi: int, random: Random, *, grey: bool) -> tuple[Path, str]:
    pictures = [degrade.scanned(page, random, grey=grey, clean=random.random() < 0.2) for page in shown]
    suffix = random.choice(("pdf", "pdf", "tiff") if len(pictures) > 1 else ("pdf", "pdf", "jpg", "png", "tiff"))
    path = pdf.with_suffix(f".{suffix}")
    path.write_bytes(_container(pictures, suffix, dpi, random.randint(55, 90)))
    return path, f"{len(pictures)} pages"


def _container(pictures: list[Image.Image], suffix: str, dpi: int, quality: int) -> bytes:
    data = io.BytesIO()
    if suffix == "png":
        pictures[0].save(data, "PNG", dpi=(dpi, dpi))
    elif suffix == "tiff":
        pictures[0].save(
            data, "TIFF", save_all=True, append_images=pictures[1:], compression="tiff_lzw", dpi=(dpi, dpi)
        )
    elif suffix == "jpg":
        data.write(degrade.jpeg(pictures[0], quality, dpi=dpi))
    else:
        pictures[0].save(data, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi, quality=quality)
    return data.getvalue()


def _photos(channel: str, shown: list[Image.Image], pdf: Path, random: Random) -> tuple[Path, str]:
    """Return photos of pages: one a JPEG, several a PDF as the scanning programs of telephones make it."""
    pictures = [degrade.photographed(page, random, longest=random.choice((2_000, 2_600, 3_200))) for page in shown]
    quality = random.randint(60, 88)
    if len(pictures) > 1:
        pdf.write_bytes(_container(pictures, "pdf", 200, quality))
        return pdf, f"{len(pictures)} pages"
    path = pdf.with_suffix(".jpg")
    if channel == "photo":
        path.write_bytes(degrade.jpeg(pictures[0], quality))
        return path, "upright"
    orientation = random.choice((3, 6, 8))
    by_exif = random.random() < 0.6
    turned = pictures[0] if by_exif else pictures[0].rotate(random.choice((90, 180, 270)), expand=True)
    path.write_bytes(degrade.jpeg(turned, quality, orientation if by_exif else 1))
    return path, "turned by EXIF" if by_exif else "turned"
