"""What stands apart on a line of a page? Pieces of text with gaps between them, as cells without borders have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from parsers.documents.pdf_lines import Char, text_of

# A gap of more than this share of the height parts two cells; a space within a label is narrower.
_GAP = 0.7


@dataclass(frozen=True)
class Segment:
    """A piece of a line: its text, its edges (points from the upper left corner) and the height of its letters."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """Return how far down the page its middle is."""
        return (self.top + self.bottom) / 2


Line = tuple[Segment, ...]


def segments_of(line: Sequence[Char]) -> Line:
    """Return the pieces of a line of characters, from left to right."""
    shown = [char for char in line if char["text"].strip()]
    if not shown:
        return ()
    cuts = [at for at, (one, two) in enumerate(pairwise(shown), start=1) if _parts(one, two)]
    starts, ends = [0, *cuts], [*cuts, len(shown)]
    return tuple(_segment(shown[start:end], line) for start, end in zip(starts, ends, strict=True))


def _parts(one: Char, two: Char) -> bool:
    return float(two["x0"] - one["x1"]) > _GAP * max(float(one["size"]), 1.0)


def _segment(chars: Sequence[Char], line: Iterable[Char]) -> Segment:
    """Return a piece with the spaces that stood between its characters."""
    left, right = float(chars[0]["x0"]), float(chars[-1]["x1"])
    within = [char for char in line if left <= char["x0"] and char["x1"] <= right]
    top, bottom = min(char["top"] for char in chars), max(char["bottom"] for char in chars)
    return Segment(text_of(within), left, right, float(top), float(bottom), max(float(chars[0]["size"]), 1.0))
