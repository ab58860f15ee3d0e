"""Where does a material speak to a point of annex 1? Sentences located by the campaign's words, and nothing judged.

That a passage is found does not mean that the point is fulfilled, nor the opposite where none is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from config.criteria import Criterion

# So many passages are shown of a point, and of one so many characters.
MOST_PASSAGES = 3
_LONGEST = 240
_BEFORE = 60
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]*[”’」』）)]*")
# Full-width letters and figures as plain ones, small as capital: the length stays, so that places in the text do.
_PLAIN = {0xFF01 + number: 0x21 + number for number in range(94)}
_PLAIN |= {0xFF41 + number: 0x41 + number for number in range(26)}
_PLAIN |= {0x61 + number: 0x41 + number for number in range(26)}

Span = tuple[int, int]
Hits = dict[str, Span]
Pattern = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Passage:
    """Neighbouring sentences of a section that speak to a point, the words that tell so, and where these stand."""

    section: str
    text: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]

    @property
    def evidence(self) -> int:
        """How many characters the words have together, by which passages are put in order."""
        return sum(map(len, self.words))


@dataclass(frozen=True)
class Prose:
    """The texts of a material taken apart: paragraphs with their section, sentences as written and as compared."""

    paragraphs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    whole: str

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Prose":
        """Return the prose of texts by section, the longest first: there measures are told at length."""
        ordered = sorted(texts.items(), key=lambda one: -len(one[1]))
        lines = [(section, line) for section, text in ordered for line in text.splitlines()]
        told = tuple(
            (section, tuple((one, one.translate(_PLAIN)) for one in _SENTENCE.findall(line))) for section, line in lines
        )
        return cls(told, "\n".join(plain for _, sentences in told for _, plain in sentences))


def located(prose: Prose, criterion: Criterion) -> tuple[Passage, ...]:
    """Return the best passages of a point, the longest evidence first, then those of the longest section."""
    patterns = _Patterns(tuple(_occurring(prose.whole, criterion)))
    found = [one for section, sentences in prose.paragraphs for one in _in_paragraph(section, sentences, patterns)]
    distinct: dict[str, Passage] = {}
    for one in found:
        distinct.setdefault(one.text, one)
    return tuple(sorted(distinct.values(), key=lambda one: -one.evidence)[:MOST_PASSAGES])


def _occurring(whole: str, criterion: Criterion) -> Iterator[Pattern]:
    """Yield the patterns that can hold in a text, with those of their words that stand in it."""
    for pattern in criterion.patterns:
        plain = tuple(tuple(word.translate(_PLAIN) for word in part) for part in pattern)
        present = tuple(tuple(word for word in part if word in whole) for part in plain)
        if all(present):
            yield present


class _Patterns:
    """The patterns that can hold in a text; most sentences have no first word of any, which one look tells."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = patterns
        first = {re.escape(word) for pattern in patterns for word in pattern[0]}
        self._first = re.compile("|".join(sorted(first)) if first else r"(?!)")

    def worth(self, plain: str) -> Sequence[Pattern]:
        """Return the patterns to look for in a sentence."""
        return self.patterns if self._first.search(plain) else ()


def _hits(sentence: str, plain: str, patterns: _Patterns) -> Hits:
    """Return the words by which a sentence speaks to a point, each with where it stands; nothing where it does not."""
    hits: Hits = {}
    for pattern in patterns.worth(plain):
        parts = [_first(plain, alternatives) for alternatives in pattern]
        if all(parts):
            hits.update({sentence[start:end]: (start, end) for start, end in filter(None, parts)})
    return hits


def _first(plain: str, alternatives: Sequence[str]) -> Span | None:
    """Return where one of these words stands, the first in the campaign's order."""
    for word in alternatives:
        if word.isascii():
            if match := _latin(word).search(plain):
                return match.span()
        elif (at := plain.find(word)) >= 0:
            return at, at + len(word)
    return None


@cache
def _latin(word: str) -> re.Pattern[str]:
    """Return what finds a Latin word that is not a part of another."""
    return re.compile(rf"(?<![A-Z]){re.escape(word)}(?![A-Z])")


def _in_paragraph(section: str, sentences: Sequence[tuple[str, str]], patterns: _Patterns) -> Iterator[Passage]:
    run: list[tuple[str, Hits]] = []
    for sentence, plain in sentences:
        hits = _hits(sentence, plain, patterns)
        if run and (not hits or sum(len(one) for one, _ in run) + len(sentence) > _LONGEST):
            yield _passage(section, run)
            run = []
        if hits:
            run.append((sentence, hits))
    if run:
        yield _passage(section, run)


def _passage(section: str, run: Sequence[tuple[str, Hits]]) -> Passage:
    """Return neighbouring sentences as one passage; of one without an end, what stands around its first word."""
    text, spans, words = "", [], dict[str, None]()
    for sentence, hits in run:
        spans += [(start + len(text), end + len(text)) for start, end in hits.values()]
        words |= dict.fromkeys(hits)
        text += sentence
    # One character alone is half of a word to the eye: 查 of 巡查.
    marked = _apart([(start, end) for start, end in spans if end - start > 1] or spans)
    return Passage(section, *_cut(text, _counted(words), marked))


def _counted(words: Mapping[str, None]) -> tuple[str, ...]:
    """Return the words but those that stand in another: 党员 in 老党员 says nothing more."""
    return tuple(one for one in words if not any(one != other and one in other for other in words))


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in the order of the text, those that overlap as one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)


def _cut(text: str, words: tuple[str, ...], spans: tuple[Span, ...]) -> tuple[str, tuple[str, ...], tuple[Span, ...]]:
    whole = text.strip()
    shift = len(text) - len(text.lstrip())
    if len(whole) <= _LONGEST:
        return whole, words, tuple((start - shift, end - shift) for start, end in spans)
    begin = max(0, spans[0][0] - _BEFORE)
    piece = text[begin : begin + _LONGEST]
    shown = f"{'…' if begin else ''}{piece}{'…' if begin + _LONGEST < len(text) else ''}"
    shift = begin - (1 if begin else 0)
    kept = tuple((start - shift, end - shift) for start, end in spans if end <= begin + _LONGEST)
    return shown, words, kept
