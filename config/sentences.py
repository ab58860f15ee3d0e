"""Tells which sentences a text consists of, and what each is known by, whatever its punctuation, width and number.

Readers keep of a material what its sentences are known by, and reports look for those that also stand elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from struct import Struct

from config.campaign import Campaign

# Raise this where sentences are told otherwise: what is kept of them is made again.
SENTENCES_VERSION = 1
# A sentence as it is kept: eight bytes that it is known by, and how many characters it has.
RECORD = Struct("<QH")
Packed = bytes
_MOST_CHARACTERS = 0xFFFF
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*[”’」』）)]*")
# Whoever copies a passage numbers it anew.
_CHINESE = "[一二三四五六七八九十]"
_NUMBER = re.compile(rf"\W*(?:(?:{_CHINESE}{{1,3}}|\d{{1,2}})(?:[)】、]|\.(?!\d))|第?{_CHINESE}(?:是|,))")
_MARKS = re.compile(r"[\W_]")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is written, what it is known by (64 bits), and how many letters and figures it has."""

    text: str
    key: int
    characters: int


def sentences(text: str, least: int) -> Iterator[Sentence]:
    """Yield the sentences of a text that have at least so many letters and figures."""
    for match in _SENTENCE.finditer(text):
        plain = _plain(match[0])
        if len(plain) >= least:
            key = blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest()
            yield Sentence(match[0].strip(), int.from_bytes(key, "little"), min(len(plain), _MOST_CHARACTERS))


def _plain(text: str) -> str:
    """Return the letters and figures of a sentence, without the number that it begins with."""
    alike = unicodedata.normalize("NFKC", text)
    number = _NUMBER.match(alike)
    return _MARKS.sub("", alike[number.end() :] if number else alike).casefold()


def packed(texts: Mapping[str, str], campaign: Campaign) -> Packed:
    """Return a RECORD of each sentence of a material's sections (by name) that is to be compared, each once.

    What the annex itself says is nobody's sentence, nor are those of a section that may be the same in two cases.
    """
    least = campaign.call.passage_characters
    compared = {section.name for section in campaign.section if section.compared}
    asked = _keys(tuple(section.asks for section in campaign.section), least)
    found = (one for name, text in texts.items() if name in compared for one in sentences(text, least))
    records = {one.key: one.characters for one in found if one.key not in asked}
    return b"".join(RECORD.pack(key, characters) for key, characters in sorted(records.items()))


@lru_cache(maxsize=8)
def _keys(texts: tuple[str, ...], least: int) -> frozenset[int]:
    return frozenset(one.key for text in texts for one in sentences(text, least))


def passages(texts: Iterable[str], least: int, keys: Iterable[int]) -> tuple[str, ...]:
    """Return the sentences of texts that are known by some keys as they are written, each once, the longest first."""
    wanted = frozenset(keys)
    found = {one.key: one for text in texts for one in sentences(text, least) if one.key in wanted}
    return tuple(one.text for one in sorted(found.values(), key=lambda one: -one.characters))
