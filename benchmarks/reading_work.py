"""What `benchmarks.reading` measures, each in a process of its own: imports stand inside, for a cold start to have."""

import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from rapidocr import RapidOCR

# Ours reads pages at this many pixels of their longer side.
_LONGEST = 1_800


def read(paths: Sequence[Path]) -> int:
    """Read files as the program does; return in how many something was found."""
    from tests.labelled.reading import readings_of

    readings = readings_of(paths)
    return sum(bool(reading.found) for reading in readings.values())


def warmed(paths: Sequence[Path]) -> Sequence[Path]:
    """Read one file, so that what follows finds everything loaded; return the others."""
    read(paths[:1])
    return paths[1:]


def first(least: Callable[[Sequence[Path]], int], paths: Sequence[Path]) -> Sequence[Path]:
    """Do the least for one file, unmeasured, as `warmed` does; return the others."""
    least(paths[:1])
    return paths[1:]


def parse_xml(paths: Sequence[Path]) -> int:
    """Read the main part of Word files by lxml and gather its text: the least that any reader of .docx must do."""
    from lxml import etree

    characters = 0
    for path in paths:
        with zipfile.ZipFile(path) as package:
            root = etree.fromstring(package.read("word/document.xml"))
        characters += sum(map(len, root.itertext()))
    return characters


def convert(paths: Sequence[Path]) -> int:
    """Convert old Word files by LibreOffice alone, in one call with a profile of its own; return how many it made."""
    from tests.labelled.office import find_office

    with tempfile.TemporaryDirectory() as folder:
        profile, out = Path(folder) / "profile", Path(folder) / "out"
        subprocess.run(
            [find_office() or "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
             "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(out), *map(str, paths)],
            check=True, capture_output=True,
        )  # fmt: skip
        return len(list(out.glob("*.docx")))


def recognise(paths: Sequence[Path]) -> int:
    """Read the pages of scans and photos by OCR alone, at the size that ours reads them; return how many lines."""
    import numpy as np

    lines = 0
    for path in paths:
        for page in _pages(path):
            found = _engine()(np.asarray(page)[:, :, ::-1], use_det=True, use_cls=False, use_rec=True)
            lines += len(found.txts or ())
    return lines


@cache
def _engine() -> "RapidOCR":
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _pages(path: Path) -> list["Image.Image"]:
    """Return the pages of a scan as pictures of at most 1,800 pixels."""
    from PIL import Image, ImageOps, ImageSequence

    from tests.labelled.pages import rendered

    if path.suffix == ".pdf":
        shown = rendered(path, 200)
    else:
        with Image.open(path) as picture:
            shown = [ImageOps.exif_transpose(page.convert("RGB")) for page in ImageSequence.Iterator(picture)]
    for page in shown:
        page.thumbnail((_LONGEST, _LONGEST))
    return shown
