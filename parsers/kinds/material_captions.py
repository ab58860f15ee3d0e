"""Which captions stand in a case material: in which section, and below which pictures (附件2 二(三))."""

from collections.abc import Sequence
from itertools import accumulate

from parsers.documents.document import Document
from parsers.kinds.material_headings import Heading
from parsers.kinds.material_lines import Line

# Under this name they are kept beside the texts of the sections, a line each: section, 图 or 表, how many pictures
# stand before it (empty where that is not known), and the caption as it is written, between tabs.
CAPTIONS = "captions"
_KEPT_CHARACTERS = 10_000


def kept_captions(lines: Sequence[Line], headings: Sequence[Heading], document: Document) -> dict[str, str]:
    """Return the captions as they are kept, by their name; nothing where there are none."""
    found = [(number, line) for number, line in enumerate(lines) if line.caption]
    if not found:
        return {}
    before = _pictures_before(document)
    told = [
        "\t".join((_section(number, headings), line.caption, _count(line, before), " ".join(line.text.split())))
        for number, line in found
    ]
    return {CAPTIONS: "\n".join(told)[:_KEPT_CHARACTERS]}


def _section(number: int, headings: Sequence[Heading]) -> str:
    """Return the section that a line stands in; empty before the first heading."""
    return next((one.section for one in reversed(headings) if one.line <= number), "")


def _pictures_before(document: Document) -> list[int]:
    """Return how many pictures stand up to the end of each paragraph; empty where some stand elsewhere, or untold."""
    look = document.layout
    counts = list(accumulate(one.pictures for one in look.paragraphs)) if look is not None else []
    return counts if counts and counts[-1] == document.pictures else []


def _count(line: Line, before: Sequence[int]) -> str:
    known = line.paragraph is not None and line.paragraph < len(before)
    return str(before[line.paragraph]) if known and line.paragraph is not None else ""
