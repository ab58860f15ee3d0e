"""Texts that share passages are found, kept up to date as if all were compared anew, and copies of one text too."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from config.sentences import RECORD
from reports.near_duplicates import Limits, Pair, SentenceIndex, shared

LIMITS = Limits(documents=3, characters=60)
# What sentence has which length is known by the sentence alone.
TEXT = st.frozensets(st.integers(0, 30), max_size=10)


def packed(keys: frozenset[int] | Sequence[int]) -> bytes:
    return b"".join(RECORD.pack(key, length(key)) for key in sorted(keys))


def length(key: int) -> int:
    return 12 + key


def by_hand(texts: Mapping[int, frozenset[int]], limits: Limits) -> list[Pair]:
    """Return what is to be found where no text consists of common phrases for the most part."""
    met = Counter(key for own in texts.values() for key in own)
    found = []
    for one, other in combinations(sorted(texts), 2):
        same = sorted(key for key in texts[one] & texts[other] if met[key] <= limits.documents)
        if sum(map(length, same)) >= limits.characters:
            found.append(Pair(one, other, sum(map(length, same)), tuple(same)))
    return found


def of_its_own(texts: Mapping[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """Return texts with so much of their own that common phrases are never most of one."""
    return {key: own | {1_000 + 20 * key + n for n in range(20)} for key, own in texts.items()}


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 40), TEXT, max_size=12))
def test_pairs_are_those_that_a_plain_comparison_finds(drawn: dict[int, frozenset[int]]) -> None:
    texts = of_its_own(drawn)
    assert shared([(key, packed(own)) for key, own in texts.items()], LIMITS) == by_hand(texts, LIMITS)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.integers(0, 15), TEXT, max_size=10), max_size=6))
def test_an_index_that_is_kept_gives_what_a_new_one_gives(pictures: list[dict[int, frozenset[int]]]) -> None:
    index = SentenceIndex()
    for picture in pictures:
        texts = {key: packed(own) for key, own in picture.items()}
        changed = index.become(texts)
        assert index.pairs(LIMITS) == shared(list(texts.items()), LIMITS)
        assert not index.become(texts)
        assert changed or index.pairs(LIMITS) == shared(list(texts.items()), LIMITS)


def text(source: random.Random, count: int = 100) -> list[int]:
    return [source.getrandbits(63) for _ in range(count)]


def records(keys: Sequence[int]) -> bytes:
    return b"".join(RECORD.pack(key, 40) for key in sorted(set(keys)))


def test_a_sentence_in_more_texts_than_the_limit_tells_nothing() -> None:
    source = random.Random(1)
    common = text(source, 10)
    texts = [(key, records(text(source) + common)) for key in range(6)]
    assert shared(texts, Limits(5, 200)) == []
    assert len(shared(texts[:5], Limits(5, 200))) == 10


def test_copies_of_one_text_are_found_however_many_there_are() -> None:
    source = random.Random(2)
    copied = text(source)
    # Each with a name of its own in a few sentences, and four of them cut.
    copies = {key: copied[: 60 if key % 5 == 0 else 100] + text(source, 5) for key in range(20)}
    others = {key: text(source) + copied[:8] for key in range(20, 60)}
    pairs = shared([(key, records(own)) for key, own in {**copies, **others}.items()], Limits(5, 200))
    met: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        met[pair.one].add(pair.other)
        met[pair.other].add(pair.one)
        assert pair.characters == 40 * len(set(copies[pair.one]) & set(copies[pair.other]))
    assert set(met) == set(copies)
    assert all(len(own) >= 5 for own in met.values())


def test_the_work_does_not_grow_with_the_pairs_of_copies() -> None:
    copied = text(random.Random(3))
    pairs = shared([(key, records(copied)) for key in range(2_000)], Limits(5, 200))
    assert len(pairs) == 5 * 2_000 - 15


def test_texts_without_a_sentence_are_no_copies_of_each_other() -> None:
    assert shared([(key, b"") for key in range(20)], LIMITS) == []
