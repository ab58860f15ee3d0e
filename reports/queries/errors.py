"""The one error of a question that cannot be answered as it was put."""

from collections.abc import Iterable
from difflib import get_close_matches

from config.characters import look_alike, sound_alike
from config.errors import ConfigError

_OFFERED, _LOOKED_AT = 5, 100


class AskedWrongError(ConfigError):
    """What was asked for is not known; the text is one Chinese line that says what may have been meant."""


def perhaps(word: str, known: Iterable[str]) -> str:
    """Return `，是不是 杭州市、杭州？` for known words that hold a word or are near to it; nothing where none is."""
    every = list(dict.fromkeys(known))
    near = [one for one in every if word and word in one] or get_close_matches(word, every, n=_LOOKED_AT, cutoff=0.5)
    near.sort(key=lambda one: -_slips(word, one))
    return f"，是不是 {'、'.join(near[:_OFFERED])}？" if near else ""


def _slips(one: str, other: str) -> int:
    """Return in how many places two words have a character that is easily written for the other's."""
    pairs = zip(one, other, strict=False)
    return sum(left == right or sound_alike(left, right) or look_alike(left, right) for left, right in pairs)
