"""How well are seals found? Generated pages of every kind, with seals and with other red, through every channel.

SEAL_FONTS names folders of more fonts, SEAL_PHOTOS a folder of real photos to set on pages: both make it harder.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from parsers.pages.seals import Seal, find_seals
from tests.seal_camera import Boxes
from tests.seal_pages import SEALED, page_of
from tests.seal_red import REDS

# Numbers that no threshold was tuned on.
_FIRST = 100
_SAME = 0.5


@dataclass
class Count:
    """What came of the pages of one case; the numbers are those of pages with something wrong."""

    pages: int = 0
    seals: int = 0
    missed: int = 0
    false: int = 0
    numbers: list[int] = field(default_factory=list)


def run(pages: int = 15) -> None:
    """Print misses and false alarms by case, and the time a page takes."""
    counts, seconds = {}, []
    for case in (*SEALED, *REDS, "plain"):
        counts[case] = Count()
        for number in range(_FIRST, _FIRST + pages):
            picture, boxes = page_of(case, number)
            started = time.process_time()
            found = find_seals(picture).found
            seconds.append(time.process_time() - started)
            _count(counts[case], number, _shares(boxes, picture.shape), found)
    _tell(counts, seconds)
    _tell_grey(pages)


def _count(count: Count, number: int, boxes: list[tuple[float, ...]], found: tuple[Seal, ...]) -> None:
    left = [(one.left, one.top, one.right, one.bottom) for one in found]
    missed = 0
    for box in boxes:
        best = max(left, key=lambda one: _common(one, box), default=None)
        if best is not None and _common(best, box) > _SAME:
            left.remove(best)
        else:
            missed += 1
    count.pages, count.seals = count.pages + 1, count.seals + len(boxes)
    count.missed, count.false = count.missed + missed, count.false + len(left)
    if missed or left:
        count.numbers.append(number)


def _shares(boxes: Boxes, shape: tuple[int, ...]) -> list[tuple[float, ...]]:
    high, wide = shape[:2]
    return [
        (max(0, x / wide), max(0, y / high), min(1, (x + width) / wide), min(1, (y + height) / high))
        for x, y, width, height in boxes
    ]


def _common(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the area that two boxes share against the area that both cover."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, wide) * max(0.0, high)
    whole = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - shared
    return shared / whole if whole else 0.0


def _tell(counts: dict[str, Count], seconds: list[float]) -> None:
    print(f"\n{'seals':<26}{'pages':>8}{'seals':>8}{'missed':>8}{'false':>8}  pages with faults")
    for case, one in counts.items():
        faults = " ".join(map(str, one.numbers))
        print(f"{case:<26}{one.pages:>8}{one.seals:>8}{one.missed:>8}{one.false:>8}  {faults}")
    seals, missed = sum(one.seals for one in counts.values()), sum(one.missed for one in counts.values())
    bare = [one for case, one in counts.items() if case not in SEALED]
    wrong, pages = sum(len(one.numbers) for one in bare), sum(one.pages for one in bare)
    print(f"missed {missed} of {seals} ({missed / seals:.1%})")
    print(f"false on {wrong} of {pages} pages without seals ({wrong / pages:.1%})")
    print(f"CPU a page: {np.mean(seconds):.3f} s, slowest {max(seconds):.3f} s")


def _tell_grey(pages: int) -> None:
    seen = [find_seals(page_of("one", _FIRST + number, way)[0]) for number in range(pages) for way in ("grey", "fax")]
    told = sum(one.can_tell for one in seen)
    print(f"copies in grey and in black that are kept in colours: {told} of {len(seen)} wrongly said to bear none")
