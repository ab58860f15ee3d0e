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
# Behind a company's or a community's name: what stands right before it is a part of that name, but for these.
_NAMING = {"物业", "公司", "小区"}
_BEFORE_NAMING = {
    "count", "which", "what", "total", "province", "city", "type", "submit", "not", "lack", "material", "case", "mail",
}  # fmt: skip
_WORDS_BEFORE_NAMING = frozenset(
    ["的", "有", "还有", "各", "都", "全部", "所有", "这个", "那个", "请问", "共", "物业", "公司", "我们", "在", "其中"]
)
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
    pieces, at = [], 0
    while at < len(plain):
        pieces.append(plain[at : best[at][2]])
        at = best[at][2]
    strange = {at for end, piece in enumerate(pieces) if piece in _NAMING for at in _named(pieces, end, words)}
    concepts: set[str] = set()
    unknown = [""]
    for at, piece in enumerate(pieces):
        if at not in strange and (piece in words or piece == GAP):
            unknown.append("")
            concepts.add(words.get(piece, "nothing"))
        else:
            unknown[-1] += piece
    return Meaning(frozenset(concepts - {"nothing"}), tuple(one for one in unknown if one))


def _named(pieces: list[str], end: int, words: Mapping[str, str]) -> range:
    """Return the pieces that make a name with 物业, 公司 or 小区 behind: 中天物业 is no question of days."""
    start = end
    while start and not _may_precede(pieces[start - 1], words):
        start -= 1
    return range(start, end + 1) if start < end else range(0)


def _may_precede(piece: str, words: Mapping[str, str]) -> bool:
    return piece == GAP or piece in _WORDS_BEFORE_NAMING or words.get(piece) in _BEFORE_NAMING


@cache
def _words() -> Mapping[str, str]:
    """Return what each word means."""
    text = (resources.files("reports.queries.ask") / "words.toml").read_text(encoding="utf-8")
    return {word: concept for concept, words in tomllib.loads(text).items() for word in words}
