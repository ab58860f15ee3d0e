"""Which photos show the same picture? Compares fingerprints (64 hex digits, see `parsers.fingerprint`).

Re-saved, resized, brightened, slightly cropped and time-stamped copies are the same picture, also turned or mirrored.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np

from reports.incoming import FileView
from reports.picture import CaseView, Picture, Reuse

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


@dataclass(frozen=True, slots=True)
class _Use:
    """A photo of a case, and the how manieth it is among those of its province."""

    case: CaseView
    file: FileView
    at: int
    place: str


class PhotoUses:
    """Which cases use which photos, kept between looks: a province that changed costs no more than its own photos."""

    def __init__(self) -> None:
        self._drawn: dict[str, Picture] = {}
        # The uses of each content in each province, how many there are of it in all, and which contents have several.
        self._own: dict[str, dict[str, list[_Use]]] = {}
        self._count: dict[str, int] = {}
        self._several: set[str] = set()

    def become(self, parts: Mapping[str, Picture]) -> None:
        """Hold the photos of these provinces and no others."""
        for place in self._own.keys() - parts.keys():
            self._put(place, {})
        for place, part in parts.items():
            if self._drawn.get(place) is not part:
                self._put(place, _used(place, part.cases))
        self._own = {place: self._own[place] for place in parts}
        self._drawn = dict(parts)

    def _put(self, place: str, own: dict[str, list[_Use]]) -> None:
        before = self._own.get(place, {})
        self._own[place] = own
        for content in before.keys() | own.keys():
            count = self._count.pop(content, 0) - len(before.get(content, ())) + len(own.get(content, ()))
            if count:
                self._count[content] = count
            if count > 1:
                self._several.add(content)
            else:
                self._several.discard(content)

    def reused(self, same: Mapping[str, Collection[str]]) -> dict[str, dict[int, tuple[Reuse, ...]]]:
        """Return by province the photos of each case (by its id) that also serve another.

        Blank ones and drawings never do. `same` gives for a content those others that show the same picture.
        """
        shared = self._several | (same.keys() & self._count.keys())
        uses = {content: self._uses(content) for content in shared}
        places = {place: at for at, place in enumerate(self._own)}
        order = {use.file.id: (places[use.place], use.at) for own in uses.values() for use in own}
        found: dict[str, dict[int, list[Reuse]]] = {}
        for content, own in uses.items():
            for use in own:
                if reuses := list(_reuses(use, uses, (content, *same.get(content, ())))):
                    found.setdefault(use.place, {}).setdefault(use.case.id, []).extend(reuses)
        return {
            place: {
                id_: tuple(sorted(own, key=lambda one: (order[one.file.id], order[one.other.id])))
                for id_, own in by_case.items()
            }
            for place, by_case in found.items()
        }

    def _uses(self, content: str) -> list[_Use]:
        return [use for own in self._own.values() for use in own.get(content, ())]


def _used(place: str, cases: Iterable[CaseView]) -> dict[str, list[_Use]]:
    """Return the uses of each content that can be known again."""
    photos = ((case, file) for case in cases for file in case.photo_files)
    found: dict[str, list[_Use]] = {}
    for at, (case, file) in enumerate(photos):
        if file.sha256 and file.facts.get("fingerprint"):
            found.setdefault(file.sha256, []).append(_Use(case, file, at, place))
    return found


def _reuses(use: _Use, uses: Mapping[str, Sequence[_Use]], contents: Iterable[str]) -> Iterator[Reuse]:
    for content in contents:
        for other in uses.get(content, ()):
            # One file may be filed to two cases, which is no second use of it.
            if other.case.id != use.case.id and other.file.id != use.file.id:
                yield Reuse(use.file, other.file, other.case)
