"""Which characters people and OCR write for one another: traditional for simplified, of one sound, of one shape.

Where the tables come from, and under which licences: docs/decisions.md (Names).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources


def simplified(text: str) -> str:
    """Return a text with its traditional characters as simplified ones, each by itself: 錦繡 is 锦绣."""
    return text if text.isascii() else text.translate(_traditional())


def sound_alike(one: str, other: str) -> bool:
    """Tell whether two characters have a reading in common, whatever its tone: 绣 and 秀, 庭 and 亭."""
    sounds = _sounds()
    return not sounds.get(one, _NONE).isdisjoint(sounds.get(other, _NONE))


def look_alike(one: str, other: str) -> bool:
    """Tell whether two characters are nearly the same picture: 春 and 舂, 未 and 末."""
    return other in _shapes().get(one, _NONE)


_NONE: frozenset[str] = frozenset()


def _lines(name: str) -> Iterator[tuple[str, str]]:
    """Yield (head, characters) of a table's lines."""
    for line in (resources.files("config") / name).read_text(encoding="utf-8").splitlines():
        head, _, characters = line.partition(" ")
        yield head, characters


@cache
def _traditional() -> Mapping[int, str]:
    return {ord(character): head for head, characters in _lines("traditional.txt") for character in characters}


@cache
def _sounds() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for head, characters in _lines("sounds.txt"):
        for character in characters:
            found[character].add(head)
    return {character: frozenset(sounds) for character, sounds in found.items()}


@cache
def _shapes() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for head, characters in _lines("shapes.txt"):
        for character in characters:
            found[head].add(character)
            found[character].add(head)
    return {character: frozenset(alike) for character, alike in found.items()}
