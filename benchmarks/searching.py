"""What it costs to search the texts of all materials, against looking through every one: SQLite, 1,500 and 15,000."""

import random
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from benchmarks.measure import measure
from benchmarks.texts import prose
from config.search_terms import Word, plain
from store import documents, searching
from store.database import Store, open_store
from store.documents import CachedReading

_CHARACTERS = 4_000
# In every text, in one of a hundred, in one alone; a single character, a phrase, and a word that stands nowhere.
_WORDS = ("电梯", "水泵房噪声改造样板", "第七百七十七号样本", "梯", "电梯困人隐患、", "骑手友好社区示范")
_AT_ONCE = 250


def run() -> None:
    """Print the time of indexing a text and of some searches, and their ratio to a plain scan of the same run."""
    for count in (1_500, 15_000):
        done = measure(_searched, count)
        index, size, rows = done.result
        told = f"{index:.2f} ms to keep and index one, the index is {size:.0%} of texts and index"
        print(f"\n{count:,} materials of {_CHARACTERS:,} characters: {told}")
        for word, found, candidates, seconds, plainly in rows:
            print(
                f"  {word:<20}{found:6d} found of {candidates:6d} looked at, {seconds * 1000:8.1f} ms, "
                f"plain scan {plainly * 1000:8.1f} ms: 1/{plainly / seconds:.0f}"
            )


def _texts(count: int) -> Iterable[str]:
    source = random.Random(count)
    for number in range(count):
        own = prose(source, _CHARACTERS)
        if number % 100 == 0:
            own.append("水泵房噪声改造样板经验在全市推广。")
        if number == 777:
            own.append("第七百七十七号样本。")
        yield "".join(own)


def _searched(count: int) -> tuple[float, float, list[tuple[str, int, int, float, float]]]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/zhengji.db", Path(folder) / "vault")
        readings = (
            CachedReading(f"{number:064x}", "1", "docx", "ok", "", [], {"measures": own})
            for number, own in enumerate(_texts(count))
        )
        index = 0.0
        while some := list(islice(readings, _AT_ONCE)):
            started = time.perf_counter()
            documents.keep_readings(store, some)
            index += time.perf_counter() - started
        assert searching.catch_up(store) == 0
        rows = [_row(store, word) for word in _WORDS]
        with store.reading() as session:
            own = session.scalar(text("SELECT sum(length(block)) FROM searched_terms_data"))
            whole = session.scalar(text("SELECT sum(length(texts)) FROM readings"))
        store.close()
    return 1000 * index / count, own / (own + whole), rows


def _row(store: Store, word: str) -> tuple[str, int, int, float, float]:
    asked = Word(word)
    candidates = searching.search(store, [asked])[asked]
    assert candidates is not None
    found, seconds = _timed(partial(_by_index, store, asked))
    scanned, plainly = _timed(partial(_by_scan, store, asked))
    assert found == scanned
    return word, len(found), len(candidates), seconds, plainly


def _timed(work: Callable[[], set[str]]) -> tuple[set[str], float]:
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


def _by_index(store: Store, word: Word) -> set[str]:
    candidates = searching.search(store, [word])[word]
    return _holding(store, word, candidates or ())


def _by_scan(store: Store, word: Word) -> set[str]:
    with store.reading() as session:
        every = session.scalars(text("SELECT sha256 FROM readings")).all()
    return _holding(store, word, every)


def _holding(store: Store, word: Word, hashes: Iterable[str]) -> set[str]:
    found = set()
    waiting = sorted(hashes)
    for start in range(0, len(waiting), _AT_ONCE):
        for sha256, own in documents.texts(store, waiting[start : start + _AT_ONCE]).items():
            if any(word.spans(plain(one)) for one in own.values()):
                found.add(sha256)
    return found
