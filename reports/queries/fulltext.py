"""In which cases do words stand, where, and how often? Searched is what counts: material, title, reason of the form.

The index says which materials may hold a word; the text itself says whether it does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from config.campaign import Campaign
from config.search_terms import Word, offsets, plain
from reports.picture import CaseView
from reports.queries.words import Asked
from reports.wording import one_line

# Of the contents whose texts may hold each word; None where that may be any. And the texts of contents, by section.
Index = Callable[[Sequence[Word]], Mapping[Word, frozenset[str] | None]]
Texts = Callable[[Iterable[str]], Mapping[str, Mapping[str, str]]]
# Characters that are shown on each side of a hit.
_AROUND = 30
_KEPT = 10
_AT_ONCE = 500
TITLE, REASON = "案例标题", "推荐理由"


@dataclass(frozen=True)
class Library:
    """What is needed to search: the index, the texts, and what the sections are called."""

    index: Index
    texts: Texts
    campaign: Campaign


@dataclass(frozen=True)
class Snippet:
    """Where a word stands: in which section from which character on, and the text around it."""

    section: str
    start: int
    end: int
    before: str
    hit: str
    after: str

    @property
    def marked(self) -> str:
        """The text with the hit marked: 解决措施：…更新【电梯】六部…."""
        return f"{self.section}：{self.before}【{self.hit}】{self.after}"


@dataclass(frozen=True)
class Hits:
    """How often words stand in a case, how often in its title, and the first places."""

    count: int
    in_title: int
    snippets: tuple[Snippet, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """What is sorted by: the title first, then how often."""
        return -min(self.in_title, 1), -self.count


@dataclass(frozen=True)
class Found:
    """The hits by the cases' ids, and the cases whose material nobody could read, so that nobody can tell."""

    hits: Mapping[int, Hits]
    unread: tuple[CaseView, ...]


@dataclass(frozen=True)
class _Piece:
    """A text that is searched, and where each of its compared characters stands in it."""

    section: str
    text: str
    plain: str

    @cached_property
    def where(self) -> list[int]:
        return offsets(self.text)


def find(cases: Sequence[CaseView], asked: Asked, library: Library) -> Found:
    """Return which of some cases hold what is asked for."""
    index = library.index(asked.words)
    possible = [case for case in cases if _may_hold(case, asked, index)]
    hits: dict[int, Hits] = {}
    for start in range(0, len(possible), _AT_ONCE):
        some = possible[start : start + _AT_ONCE]
        texts = library.texts(case.material.sha256 for case in some if case.material and case.material.sha256)
        for case in some:
            if found := _hits(_pieces(case, texts, library.campaign), asked):
                hits[case.id] = found
    return Found(
        hits, tuple(case for case in cases if case.materials and case.material is None and case.id not in hits)
    )


def _may_hold(case: CaseView, asked: Asked, index: Mapping[Word, frozenset[str] | None]) -> bool:
    own = [plain(text) for text in (case.title, case.reason) if text]
    sha256 = case.material.sha256 if case.material else None

    def may(word: Word) -> bool:
        contents = index[word]
        return contents is None or sha256 in contents or any(word.spans(text) for text in own)

    return all(any(may(word) for word in group) for group in asked.all_of)


def _pieces(case: CaseView, texts: Mapping[str, Mapping[str, str]], campaign: Campaign) -> list[_Piece]:
    """Return what is searched of a case, the title first, then the sections in the annex's order, last the reason."""
    own = texts.get((case.material.sha256 if case.material else None) or "", {})
    labels = {section.name: section.label for section in campaign.section}
    sections = [(labels[name], own[name]) for name in labels if name in own and name != "title"]
    sections += [(name, text) for name, text in own.items() if name not in labels]
    every = [(TITLE, case.title or own.get("title") or ""), *sections, (REASON, case.reason or "")]
    return [_Piece(section, text, plain(text)) for section, text in every if text]


def _hits(pieces: Sequence[_Piece], asked: Asked) -> Hits | None:
    """Return the hits in a case's pieces; None where a word is missing that must stand there, or one that must not."""
    if any(word.spans(piece.plain) for word in asked.none_of for piece in pieces):
        return None
    spans = {word: [(piece, span) for piece in pieces for span in word.spans(piece.plain)] for word in asked.words}
    if not all(any(spans[word] for word in group) for group in asked.all_of):
        return None
    every = list(chain.from_iterable(spans.values()))
    in_title = sum(piece.section == TITLE for piece, _ in every)
    return Hits(len(every), in_title, tuple(_snippets(spans.values())))


def _snippets(spans: Iterable[Sequence[tuple[_Piece, tuple[int, int]]]]) -> list[Snippet]:
    """Return the first places of each word in turn, none of which another one shows already."""
    shown: list[Snippet] = []
    turns = [list(own) for own in spans]
    for turn in range(_KEPT):
        for own in turns:
            fresh = (one for one in own if not any(_shows(snippet, *one) for snippet in shown))
            if len(shown) < _KEPT and turn < len(own) and (one := next(fresh, None)):
                shown.append(_snippet(*one))
    return shown


def _shows(snippet: Snippet, piece: _Piece, span: tuple[int, int]) -> bool:
    start = piece.where[span[0]]
    return snippet.section == piece.section and snippet.start - _AROUND <= start <= snippet.end + _AROUND


def _snippet(piece: _Piece, span: tuple[int, int]) -> Snippet:
    start, end = piece.where[span[0]], piece.where[span[1] - 1] + 1
    before, after = piece.text[max(0, start - _AROUND) : start], piece.text[end : end + _AROUND]
    return Snippet(
        piece.section,
        start,
        end,
        ("…" if start > _AROUND else "") + one_line(before),
        one_line(piece.text[start:end]),
        one_line(after) + ("…" if end + _AROUND < len(piece.text) else ""),
    )
