"""Which photos show the same picture? Compares fingerprints (64 hex digits, see `parsers.fingerprint`).

Re-saved, resized, brightened, slightly cropped and time-stamped copies are the same picture, also turned or mirrored.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from reports.picture import CaseView, FileView, Reuse

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


@lru_cache(maxsize=2)
def same_pairs(fingerprints: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of places (lower first) whose fingerprints are of the same picture; 7,500 take two seconds."""
    return tuple(_same_pairs(fingerprints))


def _same_pairs(fingerprints: Sequence[str]) -> Iterator[tuple[int, int]]:
    marks = [positions(one) for one in fingerprints]
    words = np.array([[mark >> (_BITS - _WORD) for mark in own] for own in marks], dtype=np.uint64).reshape(-1, _TURNS)
    for place, own in enumerate(marks):
        near = np.bitwise_count(words[place + 1 :, :1] ^ words[place]) <= _WORD_BITS
        found = {
            place + 1 + int(further)
            for further, turn in np.argwhere(near)
            if (marks[place + 1 + further][0] ^ own[turn]).bit_count() <= SAME_BITS
        }
        yield from ((place, other) for other in sorted(found))


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


def reused(cases: Sequence[CaseView]) -> Mapping[int, tuple[Reuse, ...]]:
    """Return the photos of each case (by its id) that also serve another; blank ones and drawings never do."""
    photos = [(case, file) for case in cases for file in case.photo_files if file.facts.get("fingerprint")]
    found: dict[int, dict[tuple[int, int], Reuse]] = {}
    for one, other in same_pairs(tuple(str(file.facts["fingerprint"]) for _, file in photos)):
        (case, file), (second_case, second_file) = photos[one], photos[other]
        # One file may be filed to two cases, which is no second use of it.
        if case.id == second_case.id or file.id == second_file.id:
            continue
        found.setdefault(case.id, {})[file.id, second_file.id] = Reuse(file, second_file, second_case)
        found.setdefault(second_case.id, {})[second_file.id, file.id] = Reuse(second_file, file, case)
    return {id_: tuple(pairs.values()) for id_, pairs in found.items()}
