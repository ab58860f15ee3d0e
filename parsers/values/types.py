"""The project type, from the words of a cell or from a ticked box in it."""

import re
from collections.abc import Sequence

from config.campaign import ProjectType
from parsers.values.text import short

_TICKED = "☑☒✓✔√■▣●◉✅✗✘🗹"
_EMPTY = "□☐○◯"
_MARK = re.compile(f"[{_TICKED}{_EMPTY}]")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2,}")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)")
_OTHER = "other"


def read_project_type(raw: str, types: Sequence[ProjectType]) -> str | None:
    """Return a type's name; `other` where the words name none of them; None where nothing or several are named."""
    # An empty pair of brackets is a box that nobody ticked.
    text = _EMPTY_BRACKETS.sub("□", short(raw))
    words = _mentions(text, types)
    marks = list(_MARK.finditer(text))
    if not marks:
        return _only(words, text)
    ticked = {_beside(mark, words, before=_mark_first(marks, words)) for mark in marks if mark[0] in _TICKED}
    return ticked.pop() if len(ticked) == 1 else None


def _mentions(text: str, types: Sequence[ProjectType]) -> list[tuple[int, int, str]]:
    """Return (start, end, type) of the words in a text, the longest first where they overlap, in order."""
    names = {word: kind.name for kind in types for word in kind.words}
    taken = [False] * len(text)
    found = []
    for word in sorted(names, key=len, reverse=True):
        for match in re.finditer(re.escape(word), text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = [True] * len(word)
                found.append((match.start(), match.end(), names[word]))
    return sorted(found)


def _only(words: Sequence[tuple[int, int, str]], text: str) -> str | None:
    """Return the one type that a text without boxes names; a named type goes before what lies beside it (含商业)."""
    named = {kind for _, _, kind in words}
    if len(named) > 1:
        named -= {_OTHER}
    if len(named) == 1:
        return named.pop()
    return _OTHER if not named and _WORDS.search(text) else None


def _mark_first(marks: Sequence[re.Match[str]], words: Sequence[tuple[int, int, str]]) -> bool:
    """Tell whether boxes stand before their words, by what comes first."""
    return not words or marks[0].start() < words[0][0]


def _beside(mark: re.Match[str], words: Sequence[tuple[int, int, str]], *, before: bool) -> str | None:
    """Return the type of the word that a mark belongs to."""
    if before:
        return next((kind for start, _, kind in words if start >= mark.end()), None)
    return next((kind for _, end, kind in reversed(words) if end <= mark.start()), None)
