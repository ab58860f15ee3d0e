"""Which photos show the same picture? Compares fingerprints (64 hex digits, see `parsers.fingerprint`).

Re-saved, resized, brightened, slightly cropped and time-stamped copies are the same picture, also turned or mirrored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np

from reports.incoming import FileView
from reports.picture import CaseView, Reuse

_Name = TypeVar("_Name")
_Pair = tuple[_Name, _Name]
# Bits of 255 in which copies differ. Measured on 122 desktop pictures, 95 of 100: re-saved and resized copies in up to
# 7, brightened in 26, time-stamped in 47, cropped by 3 % in 69; no two different pictures, in eight positions each, in
# fewer than 93. Chance alone gives 128 ± 8.
SAME_BITS = 64
_SIDE = 16
_BITS = _SIDE * _SIDE
# The frequencies of the lowest four rows, one machine word, are looked at first: in copies they differ least.
_WORD, _WORD_BITS, _TURNS = 64, 20, 8
_ODD_ACROSS = sum(1 << at for at in range(_BITS) if at % 2 == 0)
_ODD_DOWN = sum(1 << at for at in range(_BITS) if at // _SIDE % 2 == 0)


def same_picture(one: str | None, other: str | None) -> bool:
    """Tell whether two fingerprints are of the same picture, in any position; never where one is missing."""
    if not one or not other:
        return False
    mark = int(one, 16)
    return any((mark ^ turned).bit_count() <= SAME_BITS for turned in positions(other))


@lru_cache(maxsize=20_000)
def positions(fingerprint: str) -> tuple[int, ...]:
    """Return a fingerprint as a number, in the picture's eight positions; the first is the picture as it is shown.

    A mirrored picture's odd frequencies in that direction have the other sign; turning swaps across and down.
    """
    upright = int(fingerprint, 16)
    text = f"{upright:0{_BITS}b}"
    turned = int("".join(text[start::_SIDE] for start in range(_SIDE)), 2)
    mirrors = (0, _ODD_ACROSS, _ODD_DOWN, _ODD_ACROSS ^ _ODD_DOWN)
    return tuple(mark ^ mirror for mark in (upright, turned) for mirror in mirrors)


def same_pairs(new: Sequence[tuple[_Name, str]], others: Sequence[tuple[_Name, str]] = ()) -> Iterator[_Pair[_Name]]:
    """Yield the pairs of names whose fingerprints are of the same picture: new ones among each other and with others.

    Each is (name, fingerprint). One new picture costs 0.2 ms beside 6,000 others.
    """
    known = [*others, *new]
    words = np.array([int(mark[: _WORD // 4], 16) for _, mark in known], dtype=np.uint64).reshape(-1, 1)
    for place, (name, mark) in enumerate(new, start=len(others)):
        own = positions(mark)
        turned = np.array([position >> (_BITS - _WORD) for position in own], dtype=np.uint64)
        near = np.argwhere(np.bitwise_count(words[:place] ^ turned) <= _WORD_BITS)
        found = {int(at) for at, turn in near if _differing(known[at][1], own[turn]) <= SAME_BITS}
        yield from ((known[at][0], name) for at in sorted(found))


def _differing(fingerprint: str, position: int) -> int:
    return (int(fingerprint, 16) ^ position).bit_count()


def first_copies(photos: Sequence[FileView]) -> dict[int, FileView]:
    """Return, by the id of each photo that is a copy of an earlier one in the sequence, that earlier one."""
    copies: dict[int, FileView] = {}
    originals: list[FileView] = []
    for photo in photos:
        original = next((one for one in originals if _is_copy(photo, one)), None)
        if original is None:
            originals.append(photo)
        else:
            copies[photo.id] = original
    return copies


def _is_copy(one: FileView, other: FileView) -> bool:
    if one.sha256 and one.sha256 == other.sha256:
        return True
    return same_picture(one.facts.get("fingerprint"), other.facts.get("fingerprint"))


def reused(cases: Sequence[CaseView], same: Mapping[str, Collection[str]]) -> Mapping[int, tuple[Reuse, ...]]:
    """Return the photos of each case (by its id) that also serve another; blank ones and drawings never do.

    `same` gives for a content those others that show the same picture.
    """
    using: dict[str, list[tuple[CaseView, FileView]]] = defaultdict(list)
    for case in cases:
        for file in case.photo_files:
            if file.sha256 and file.facts.get("fingerprint"):
                using[file.sha256].append((case, file))
    shared = {content for content, users in using.items() if len(users) > 1 or content in same}
    found: dict[int, list[Reuse]] = {}
    for content in shared:
        for case, file in using[content]:
            found.setdefault(case.id, []).extend(_reuses(case, file, using, same.get(content, ())))
    order = (
        {file.id: at for at, file in enumerate(file for case in cases for file in case.photo_files)} if found else {}
    )
    return {
        id_: tuple(sorted(own, key=lambda one: (order[one.file.id], order[one.other.id])))
        for id_, own in found.items()
        if own
    }


def _reuses(
    case: CaseView,
    file: FileView,
    using: Mapping[str, Sequence[tuple[CaseView, FileView]]],
    same: Collection[str],
) -> Iterator[Reuse]:
    for content in (file.sha256 or "", *same):
        for other_case, other in using.get(content, ()):
            # One file may be filed to two cases, which is no second use of it.
            if other_case.id != case.id and other.id != file.id:
                yield Reuse(file, other, other_case)
