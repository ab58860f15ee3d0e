"""By which terms is a text found, and where in it does a word stand? Whatever width, case, white space and variant.

Chinese has no spaces: a text is found by all pairs of neighbouring characters (电梯更新: 电梯, 梯更, 更新), as Lucene's
CJKAnalyzer does it, a run's last character also by itself; Latin words and figures are found whole. Terms only tell
which texts may hold a word: `Word.spans` looks at the text itself, so that what is found stands there.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from config.characters import simplified

# Raise this where texts get other terms: what is kept of them is made again.
TERMS_VERSION = 1
# More terms of one word would not make its texts fewer; what they leave is looked at.
_ASKED_TERMS = 24
_LONGEST_TERM = 40
# Han with its extensions, iteration mark and zero, bopomofo, kana, hangul: written without spaces.
_CJK = (
    "\u2e80-\u2fdf々〆〇\u3041-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"[{_CJK}](?: *[{_CJK}])*|[^\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")
_LETTER = rf"[^\W_{_CJK}]"
_IS_LETTER = re.compile(_LETTER)
# Marks on letters, and characters that are not seen; private ones may be rare characters of a font.
_DROPPED = {"Mn", "Mc", "Me", "Cc", "Cf", "Cs"}


class _Folding(dict[int, str]):
    """What each character counts as: nothing, a space, or its plain form; filled as characters come."""

    def __missing__(self, code: int) -> str:
        told = self[code] = _plain(chr(code))
        return told


def _plain(character: str) -> str:
    """Return a character without width, case and marks, simplified; white space is a space, what is unseen nothing."""
    if character.isspace():
        return " "
    # The parts of a Korean syllable are no characters of their own.
    parts = character if "\uac00" <= character <= "\ud7af" else unicodedata.normalize("NFKD", character)
    return simplified("".join(part for part in parts if unicodedata.category(part) not in _DROPPED)).casefold()


_FOLDING = _Folding()


def plain(text: str) -> str:
    """Return a text as it is compared: １２ＡＢ is 12ab, 電梯 is 电梯."""
    return text.translate(_FOLDING)


def terms_of(text: str) -> set[str]:
    """Return the terms of a text, each in letters and figures alone (UTF-16 in hexadecimal): never syntax."""
    # Each once, before it is written otherwise: most stand there several times.
    return set(map(_coded, {term for run in _RUN.finditer(plain(text)) for term in _terms(run[0])}))


def _terms(run: str) -> Iterator[str]:
    """Yield a Latin word; the pairs of a run of Chinese characters, and its last one."""
    if not _IS_CJK.match(run):
        yield run[:_LONGEST_TERM]
        return
    characters = run.replace(" ", "")
    yield from (characters[at : at + 2] for at in range(len(characters) - 1))
    yield characters[-1]


def _coded(term: str) -> str:
    return term.encode("utf-16-be", "surrogatepass").hex()


def _inner(run: str) -> Iterator[str]:
    """Yield the terms of a run that every text with it has, wherever in a longer run it stands."""
    if not _IS_CJK.match(run):
        yield run[:_LONGEST_TERM]
        return
    characters = run.replace(" ", "")
    yield from (characters[at : at + 2] for at in range(len(characters) - 1))


@dataclass(frozen=True)
class Word:
    """What is searched for: a word, or several that stand one after the other."""

    text: str

    @cached_property
    def plain(self) -> str:
        """The word as it is compared."""
        return " ".join(plain(self.text).split())

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it but marks."""
        return bool(self._runs)

    @cached_property
    def _runs(self) -> tuple[str, ...]:
        return tuple(run[0] for run in _RUN.finditer(self.plain))

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The terms that a text with this word has, coded; at most so many as are of use."""
        own = (_coded(term) for run in self._runs for term in _inner(run))
        return tuple(dict.fromkeys(own))[:_ASKED_TERMS]

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """How a term of a text with this word begins, coded: a single character begins a pair or ends a run."""
        single = (_coded(run) for run in self._runs if len(run) == 1 and _IS_CJK.match(run))
        return tuple(dict.fromkeys(single))[:_ASKED_TERMS]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the word stands in a text that is `plain`: starts and ends, from left to right."""
        return [match.span() for match in self._pattern.finditer(text)]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The word with any white space between its characters; Latin words and figures stand whole."""
        pieces: list[str] = []
        before = gap = ""
        for character in self.plain:
            if character == " ":
                gap = " "
                continue
            within = _IS_LETTER.match(before) and _IS_LETTER.match(character)
            pieces.append((" +" if gap else "") if within else " *" if before else "")
            pieces.append(re.escape(character))
            before, gap = character, ""
        first = f"(?<!{_LETTER})" if _IS_LETTER.match(self.plain) else ""
        last = f"(?!{_LETTER})" if _IS_LETTER.match(before) else ""
        return re.compile(first + "".join(pieces) + last)


def offsets(text: str) -> list[int]:
    """Return for each character of `plain(text)`, and for its end, which character of the text it comes from."""
    return [*(at for at, character in enumerate(text) for _ in _FOLDING[ord(character)]), len(text)]
