"""What do the words of a question mean? Splits it into known words (words.toml), and says what is left."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from config.characters import simplified

# A name that was taken out of a question stands there as this, so that nothing is read across it.
GAP = "\x1f"
_MARKS = re.compile(r"[\s?？。.!！,，、;；:：~～…“”\"'‘’（）()【】《》<>\-—]+")
# 交没交, 齐不齐: whether.
_WHETHER = re.compile(r"(.)[没不]\1")
_AT_END = re.compile(r"(?:没有|没|不|未)$")


@dataclass(frozen=True)
class Meaning:
    """What the words of a question mean together, and the pieces of it that mean nothing known."""

    concepts: frozenset[str]
    unknown: tuple[str, ...]


def tidied(question: str) -> str:
    """Return a question in simplified characters and half width."""
    return simplified(unicodedata.normalize("NFKC", question)).strip()


def meaning_of(text: str) -> Meaning:
    """Return what a question without its names means; words are taken so that as little as possible is left over."""
    words = _words()
    plain = _AT_END.sub("", _WHETHER.sub(r"\1", _MARKS.sub("", text)))
    # For each place: (characters left over, words) at best from there on, and where the best word ends.
    best: list[tuple[int, int, int]] = [(0, 0, 0)] * (len(plain) + 1)
    longest = max(map(len, words))
    for at in range(len(plain) - 1, -1, -1):
        left, count, _ = best[at + 1]
        ends = (end for end in range(at + 1, min(at + longest, len(plain)) + 1) if plain[at:end] in words)
        choices = [(best[end][0], best[end][1] + 1, end) for end in ends]
        best[at] = min([(left + (plain[at] != GAP), count + 1, at + 1), *choices])
    return _read(plain, best, words)


def _read(plain: str, best: list[tuple[int, int, int]], words: Mapping[str, str]) -> Meaning:
    concepts: set[str] = set()
    unknown = [""]
    at = 0
    while at < len(plain):
        word = plain[at : best[at][2]]
        if word in words or word == GAP:
            unknown.append("")
            concepts.add(words.get(word, "nothing"))
        else:
            unknown[-1] += word
        at = best[at][2]
    return Meaning(frozenset(concepts - {"nothing"}), tuple(one for one in unknown if one))


@cache
def _words() -> Mapping[str, str]:
    """Return what each word means."""
    text = (resources.files("reports.queries.ask") / "words.toml").read_text(encoding="utf-8")
    return {word: concept for concept, words in tomllib.loads(text).items() for word in words}
