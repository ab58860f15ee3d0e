"""How does a PDF become pages on paper? Rendered at a resolution, with seals where people put them."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pypdfium2 as pdfium
from PIL import Image

from tests.seal_drawing import INKS, draw_seal, stamped

_POINTS = 72
_MILLIMETRES = 25.4


def rendered(path: Path, dpi: int, most: int = 6) -> list[Image.Image]:
    """Return the pages of a PDF as RGB pictures."""
    with pdfium.PdfDocument(path) as document:
        return [
            document[number].render(scale=dpi / _POINTS).to_pil().convert("RGB")
            for number in range(min(most, len(document)))
        ]


def with_seals(path: Path, pages: list[Image.Image], dpi: int, seals: Mapping[str, str], random: Random) -> int:
    """Stamp pages in place, each seal near the words that it belongs to; return how many were stamped.

    `seals` is label -> name. Text shows through: a seal stands upon the name and the date, as the rules ask.
    """
    count = 0
    for label, name in seals.items():
        found = _place_of(path, label)
        if found is None or found[0] >= len(pages):
            continue
        number, right, top = found
        diameter = round(random.uniform(38, 44) / _MILLIMETRES * dpi)
        ink = INKS[random.choice(("red", "red", "dark", "orange", "bright", "pink"))]
        seal = draw_seal(
            name or "物业管理协会", diameter, ink=ink, wear=random.uniform(0.1, 0.4), seed=random.randrange(9_999),
            font=random.randrange(4), turn=random.uniform(-25, 25),
        )  # fmt: skip
        page = pages[number]
        x = min(
            max(right * page.width + random.uniform(-0.02, 0.08) * page.width, diameter / 2), page.width - diameter / 2
        )
        y = min(top * page.height + random.uniform(0.0, 0.05) * page.height, page.height - diameter / 2)
        pages[number] = stamped(page, seal, (x, y))
        count += 1
    return count


def _place_of(path: Path, label: str) -> tuple[int, float, float] | None:
    """Return (page from 0, right edge, top edge) of the last place where a label stands, as shares of the page."""
    found = None
    with pdfium.PdfDocument(path) as document:
        for number, page in enumerate(document):
            width, height = page.get_size()
            text = page.get_textpage()
            search = text.search(label)
            while match := search.get_next():
                _, _, right, top = text.get_charbox(match[0] + match[1] - 1)
                found = number, right / width, 1 - top / height
    return found
