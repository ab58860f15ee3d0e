"""Which cases' materials have long passages in common (四(三))? Compares what their sentences are known by.

A sentence that stands in many materials is a common phrase. Materials that consist of such sentences for the greater
part are copies of one text all the same, however many there are.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from config.campaign import Campaign
from config.sentences import Packed, passages
from reports.facts.material_facts import material_of
from reports.incoming import FileView
from reports.picture import CaseView, Picture, Shared

# As `config.sentences.RECORD` packs them.
_RECORD = np.dtype([("hash", "<u8"), ("length", "<u2")])
# Where so much of a text is common phrases, it is no text of its own.
_MOSTLY = 0.5
Rows = npt.NDArray[Any]
Texts = Mapping[str, Mapping[str, str]]
# A content by its hash, and sentences of it.
Quoted = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Limits:
    """Up to how many texts a sentence tells something in, and how many shared characters are worth a look."""

    documents: int
    characters: int


@dataclass(frozen=True)
class Pair:
    """Two texts by their keys, the lower first, with how many characters they share, and in which sentences."""

    one: int
    other: int
    characters: int
    hashes: tuple[int, ...]


def shared(texts: Sequence[tuple[int, Packed]], limits: Limits) -> list[Pair]:
    """Return the texts (each of its own key) that have long passages in common, by their keys."""
    index = SentenceIndex()
    index.become(dict(texts))
    return index.pairs(limits)


class SentenceIndex:
    """All sentences of all texts in the order of their hashes; a few texts more or less cost little."""

    def __init__(self) -> None:
        self._texts: dict[int, Packed] = {}
        self._characters: dict[int, float] = {}
        self._hashes: Rows = np.empty(0, np.uint64)
        self._keys: Rows = np.empty(0, np.int64)
        self._lengths: Rows = np.empty(0, np.uint16)

    def become(self, texts: Mapping[int, Packed]) -> bool:
        """Hold these texts by their keys and no others; return whether that changed anything."""
        return self.change(self._texts.keys() - texts.keys(), texts)

    def change(self, gone: Collection[int], texts: Mapping[int, Packed]) -> bool:
        """Let go of some texts by their keys and hold these; return whether that changed anything."""
        fresh = {key: packed for key, packed in texts.items() if self._texts.get(key) != packed}
        stale = [key for key in (*gone, *fresh) if key in self._texts]
        if stale:
            stays = ~np.isin(self._keys, stale)
            self._hashes, self._keys, self._lengths = self._hashes[stays], self._keys[stays], self._lengths[stays]
        for key in stale:
            del self._texts[key], self._characters[key]
        if fresh:
            self._add(fresh)
            self._texts |= fresh
        return bool(stale or fresh)

    def _add(self, texts: Mapping[int, Packed]) -> None:
        records = np.frombuffer(b"".join(texts.values()), _RECORD)
        counts = [len(packed) // _RECORD.itemsize for packed in texts.values()]
        text = np.repeat(np.arange(len(texts)), counts)
        keys = np.fromiter(texts, np.int64)[text]
        sums = np.bincount(text, records["length"], len(texts))
        self._characters |= zip(texts, sums.tolist(), strict=True)
        # Copied first: packed records lie at odd addresses, where sorting takes longer.
        hashes = records["hash"].astype(np.uint64)
        order = np.argsort(hashes)
        hashes = hashes[order]
        places = np.searchsorted(self._hashes, hashes) + np.arange(len(hashes))
        self._hashes = _merged(self._hashes, hashes, places)
        self._keys = _merged(self._keys, keys[order], places)
        self._lengths = _merged(self._lengths, records["length"][order], places)

    def pairs(self, limits: Limits) -> list[Pair]:
        """Return the pairs that share enough, by their keys."""
        if not len(self._hashes):
            return []
        starts = np.flatnonzero(np.r_[True, self._hashes[1:] != self._hashes[:-1]])
        counts = np.diff(np.r_[starts, len(self._hashes)])
        # Most sentences stand in one text alone.
        told = np.flatnonzero(np.repeat((counts > 1) & (counts <= limits.documents), counts))
        common = np.flatnonzero(np.repeat(counts > limits.documents, counts))
        common = common[self._in_copies(common)]
        met = [self._together(told, limits.documents - 1), self._together(common, limits.documents)]
        rare = np.r_[np.ones(len(met[0]), bool), np.zeros(len(met[1]), bool)]
        return list(self._summed(np.concatenate(met), rare, limits.characters))

    def _in_copies(self, places: Rows) -> Rows:
        """Return which of some places are in texts that consist of the sentences at those places for the most part."""
        keys, own = np.unique(self._keys[places], return_inverse=True)
        there = np.bincount(own, self._lengths[places])
        return np.asarray(there >= _MOSTLY * self._totals(keys))[own]

    def _totals(self, keys: Iterable[int]) -> Rows:
        """Return how many characters the sentences of texts have together."""
        return np.fromiter((self._characters[int(key)] for key in keys), np.float64)

    def _together(self, places: Rows, most: int) -> Rows:
        """Return [lower key, higher key, length, place] for the texts that a sentence stands in, some places apart.

        In the order of keys the next `most` are met, so that the work grows with the sentences, not with their pairs.
        """
        places = places[np.lexsort((self._keys[places], self._hashes[places]))]
        hashes, keys, lengths = self._hashes[places], self._keys[places], self._lengths[places]
        rows = [np.empty((0, 4), np.int64)]
        for apart in range(1, most + 1):
            at = np.flatnonzero(hashes[apart:] == hashes[:-apart])
            rows.append(np.column_stack((keys[at], keys[at + apart], lengths[at], places[at])))
        return np.concatenate(rows)

    def _summed(self, rows: Rows, rare: Rows, characters: int) -> Iterable[Pair]:
        """Yield the pairs of texts that share enough: in sentences that are rare, or in most of the shorter one."""
        if not len(rows):
            return
        order = np.lexsort((rows[:, 1], rows[:, 0]))
        rows, rare = rows[order], rare[order]
        starts = np.flatnonzero(np.r_[True, (rows[1:, :2] != rows[:-1, :2]).any(axis=1)])
        ends = np.r_[starts[1:], len(rows)]
        sums = np.add.reduceat(rows[:, 2], starts)
        telling = np.add.reduceat(rows[:, 2] * rare, starts)
        for at in np.flatnonzero(sums >= characters):
            one, other = (int(key) for key in rows[starts[at], :2])
            if telling[at] < characters and sums[at] < _MOSTLY * self._totals((one, other)).min():
                continue
            hashes = self._hashes[rows[starts[at] : ends[at], 3]]
            yield Pair(one, other, int(sums[at]), tuple(sorted(int(each) for each in hashes)))


def _merged(held: Rows, fresh: Rows, places: Rows) -> Rows:
    """Return an array with more in it, which stand at these places of the whole."""
    whole = np.empty(len(held) + len(fresh), held.dtype)
    stays = np.ones(len(whole), bool)
    stays[places] = False
    whole[places], whole[stays] = fresh, held
    return whole


@dataclass(frozen=True, slots=True)
class _Told:
    """A case, its material, and the province that it is of."""

    case: CaseView
    file: FileView
    place: str


class Materials:
    """The materials of all cases, kept between looks: only those of provinces that changed are looked at again."""

    def __init__(self, campaign: Campaign) -> None:
        call = campaign.call
        self._limits, self._least = Limits(call.passage_documents, call.shared_characters), call.passage_characters
        self._index = SentenceIndex()
        self._pairs: list[Pair] = []
        self._passages: dict[Quoted, tuple[str, ...]] = {}
        self._drawn: dict[str, Picture] = {}
        self._own: dict[str, dict[int, _Told]] = {}
        self._by_id: dict[int, _Told] = {}

    def become(self, parts: Mapping[str, Picture]) -> None:
        """Hold the materials of these provinces and no others."""
        changed = {
            place: _told(place, part.cases) for place, part in parts.items() if self._drawn.get(place) is not part
        }
        old = (self._own.pop(place, {}) for place in (*(self._own.keys() - parts.keys()), *changed))
        gone = {id_ for own in old for id_ in own}
        for id_ in gone:
            del self._by_id[id_]
        for own in changed.values():
            self._by_id |= own
        self._own |= changed
        self._drawn = dict(parts)
        texts = {id_: one.file.sentences for own in changed.values() for id_, one in own.items()}
        if self._index.change(gone - texts.keys(), texts):
            self._pairs = self._index.pairs(self._limits)

    def shared(self, load: Callable[[Iterable[str]], Texts]) -> dict[str, dict[int, tuple[Shared, ...]]]:
        """Return by province for each case (by its id) which others its material has long passages in common with.

        Those with the longest come first. `load` gives the texts of contents by their hashes; only those of pairs are
        asked for.
        """
        known = self._by_id
        # One file may be filed to two cases, which is no second use of it.
        told = [pair for pair in self._pairs if known[pair.one].file.id != known[pair.other].file.id]
        sides = [side for pair in told for side in ((pair.one, pair.other, pair), (pair.other, pair.one, pair))]
        self._quote({(_content(known[own].file), pair.hashes) for own, _, pair in sides}, load)
        found: dict[str, dict[int, list[Shared]]] = {}
        for one, two, pair in sides:
            own, other = known[one], known[two]
            words = self._passages[_content(own.file), pair.hashes]
            shares = Shared(own.file, other.file, other.case, pair.characters, words)
            found.setdefault(own.place, {}).setdefault(one, []).append(shares)
        return {
            place: {id_: tuple(sorted(own, key=lambda one: -one.characters)) for id_, own in by_case.items()}
            for place, by_case in found.items()
        }

    def _quote(self, wanted: set[Quoted], load: Callable[[Iterable[str]], Texts]) -> None:
        """Have the passages as they are written for contents (by hash) and their sentences; others are forgotten."""
        self._passages = {each: self._passages[each] for each in wanted if each in self._passages}
        missing = wanted - self._passages.keys()
        texts = load({sha256 for sha256, _ in missing}) if missing else {}
        for sha256, keys in missing:
            self._passages[sha256, keys] = passages(texts.get(sha256, {}).values(), self._least, keys)


def _told(place: str, cases: Iterable[CaseView]) -> dict[int, _Told]:
    """Return the cases of a province, by their ids, whose material says something that can be compared."""
    return {case.id: _Told(case, file, place) for case in cases if (file := material_of(case)) and file.sentences}


def _content(file: FileView) -> str:
    return file.sha256 or ""
