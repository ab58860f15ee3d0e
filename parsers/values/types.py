"""Which project type does a cell say? In words (普通商品住宅) or by a ticked box (☑商品住宅小区 □安置房小区).

Two types, two ticks, a tick that could belong to either neighbour, or a list without a tick say no type.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.campaign import ProjectType
from parsers.values.text import label_key, prepared

_TICK, _BOX = "☑", "☐"
# The second row of each: what Wingdings' check boxes become where the font is lost, and an OCR's 口.
_TICKS = "☑√✓✔☒■▣●◉⦿◆⬛✅🗸🗹⊠⊙" + "\uf0fe\uf052\uf0fc\uf050\uf06e\uf0fd\uf053\uf054"
_BOXES = "☐□○◯◻▢⬜◇❏❑❍×✕✖✗✘❌" + "\uf0a8\uf0a3\uf06f"
# Every character that may mark a choice.
MARKS = frozenset(_TICKS + _BOXES)
_MARKS = dict.fromkeys(map(ord, _TICKS), _TICK) | dict.fromkeys(map(ord, _BOXES), _BOX)
_OPEN, _CLOSE = r"[(\[【〔{]", r"[)\]】〕}]"
_BRACKETED = (
    (re.compile(rf"{_OPEN} ?☐? ?☑ ?☐? ?{_CLOSE}"), _TICK),
    (re.compile(rf"{_OPEN} ?[xXvV] ?{_CLOSE}"), _TICK),
    (re.compile(rf"{_OPEN} ?☐? ?{_CLOSE}"), _BOX),
    (re.compile(r"(?:^|(?<=[ ☐☑]))口(?=[^ 口])"), _BOX),
)
# Wingdings 2 where its font was lost: £ is an empty box, and then R is a ticked one.
_LOST_FONT = ((re.compile(r"(?<![a-zA-Z])R(?![a-zA-Z])"), _TICK), (re.compile("£"), _BOX))
_MARK = re.compile(r"[☑☐]")
_LEAST_BOXES = 2
_SEPARATOR = re.compile(r"[ 、,;/|。]+")
_STROKE_BEHIND, _STROKE_AHEAD = re.compile(r"[、,;/|。] ?$"), re.compile(r" ?[、,;/|。]")
_CHINESE_WORD = re.compile(r"[\u4e00-\u9fff]{2}")
_NOT = re.compile(r"(?:非|不是|不属于|不含|无) ?$")


@dataclass(frozen=True)
class _Words:
    """The words of a campaign's types as one pattern, longest first, and which types the notice names."""

    pattern: re.Pattern[str]
    types: dict[str, str]
    named: frozenset[str]
    other: str | None

    def in_order(self, text: str) -> list[str]:
        """Return the types that a text names, in order, without those it denies (非商品房)."""
        found = (match for match in self.pattern.finditer(text) if not _NOT.search(text[: match.start()][-4:]))
        return [self.types[match[0].replace(" ", "")] for match in found]

    def run_in(self, text: str) -> list[str]:
        """Return the types that a text consists of, one right behind the other; none where it says more."""
        found = self.pattern.findall(text)
        return [self.types[one.replace(" ", "")] for one in found] if "".join(found) == text else []

    def type_of(self, text: str) -> str | None:
        """Return the one type that a text names; None for several; words that name none (高层住宅) are `other`.

        A type of the notice outranks words of 其他: 商品房（含商业、公寓） is 商品房.
        """
        types = set(self.in_order(text))
        types = types & self.named or types
        if not types and _CHINESE_WORD.search(text):
            return self.other
        return types.pop() if len(types) == 1 else None


@lru_cache(maxsize=8)
def _words(types: tuple[ProjectType, ...]) -> _Words:
    type_of: dict[str, str] = {}
    for kind in types:
        for word in (kind.label, *kind.words):
            type_of.setdefault(label_key(word), kind.name)
    ways = (" ?".join(map(re.escape, word)) for word in sorted(filter(None, type_of), key=len, reverse=True))
    pattern = re.compile("|".join(ways) or "(?!)")
    other = next((kind.name for kind in types if not kind.named), None)
    return _Words(pattern, type_of, frozenset(kind.name for kind in types if kind.named), other)


def read_project_type(raw: str, types: tuple[ProjectType, ...]) -> str | None:
    """Return the name of the one project type that a cell says; None where it says none, several or leaves it open."""
    words = _words(types)
    text = _marked(raw)
    head, *pieces = _MARK.split(text)
    if not pieces:
        return words.type_of(text)
    marks = [mark == _TICK for mark in _MARK.findall(text)]
    if not words.in_order(head):
        ticked = _ticked_before(marks, pieces, words)
    elif not words.in_order(pieces[-1]):
        ticked = _ticked_after(marks, [head, *pieces], words)
    else:
        ticked = _ticked_beside(marks, [head, *pieces], words)
    return ticked[0] if len(ticked) == 1 else None


def unboxed_type(raw: str, types: tuple[ProjectType, ...]) -> str | None:
    """Return the one type that no empty box stands before, where one stands before every other; else None.

    An OCR reads the empty boxes of a choice and often passes over the ticked one.
    """
    words = _words(types)
    head, *pieces = _MARK.split(_marked(raw))
    if len(pieces) < _LEAST_BOXES or _TICK in _MARK.findall(_marked(raw)):
        return None
    boxed = [words.in_order(piece)[:1] for piece in pieces]
    bare = [*words.in_order(head), *(one for piece in pieces for one in words.in_order(piece)[1:])]
    return bare[0] if len(bare) == 1 and all(boxed) and bare not in boxed else None


def _marked(raw: str) -> str:
    """Return a text with every kind of tick as ☑ and every empty box or bracket as ☐."""
    text = prepared(raw.translate(_MARKS))
    for pattern, mark in (*_BRACKETED, *(_LOST_FONT if "£" in text else ())):
        text = pattern.sub(mark, text)
    return text


def _ticked_before(marks: Sequence[bool], pieces: Sequence[str], words: _Words) -> list[str | None]:
    """Return what is ticked where marks stand before their words; a second mark beside one belongs to it (□√).

    A tick between a word and the next word's box is that one's it touches; where that is open, both count as ticked.
    """
    ticked: list[str | None] = []
    pending, last = False, ""
    for number, (mark, piece) in enumerate(zip(marks, pieces, strict=True), start=1):
        at_end = number == len(pieces)
        if piece.strip():
            ticked += [_first_of(piece, words)] if mark or pending else []
            pending, last = False, piece
        elif mark and last:
            touches_last, touches_next = not _ends_apart(last), not piece
            ticked += [_last_of(last, words)] if at_end or touches_last or not touches_next else []
            pending = touches_next or not touches_last
        else:
            pending = pending or mark
    return ticked


def _ticked_after(marks: Sequence[bool], pieces: Sequence[str], words: _Words) -> list[str | None]:
    """Return what is ticked where marks stand after their words; adjacent marks are one."""
    ticked: list[str | None] = []
    last, done = "", False
    for mark, piece in zip(marks, pieces, strict=False):
        if piece.strip():
            last, done = piece, False
        if mark and not done:
            ticked.append(_last_of(last, words))
            done = True
    return ticked


def _ticked_beside(marks: Sequence[bool], pieces: Sequence[str], words: _Words) -> list[str | None]:
    """Return what is ticked where words stand around all marks: a tick is that one's it touches, else both count."""
    ticked: list[str | None] = []
    for mark, before, after in zip(marks, pieces, pieces[1:], strict=False):
        touches_before, touches_after = not _ends_apart(before), not _starts_apart(after)
        if not (touches_before or touches_after):
            # Where it touches neither, a stroke or a comma on one side leaves it the other's.
            parted = bool(_STROKE_BEHIND.search(before)), bool(_STROKE_AHEAD.match(after))
            touches_before, touches_after = parted == (False, True), parted == (True, False)
        if mark and (touches_before or not touches_after):
            ticked.append(_last_of(before, words))
        if mark and (touches_after or not touches_before):
            ticked.append(_first_of(after, words))
    return ticked


def _ends_apart(text: str) -> bool:
    return not text or bool(_SEPARATOR.fullmatch(text[-1]))


def _starts_apart(text: str) -> bool:
    return not text or bool(_SEPARATOR.match(text))


def _first_of(piece: str, words: _Words) -> str | None:
    """Return the type that a mark before a text belongs to: its only type, else that of its first part."""
    only = words.type_of(piece)
    parts = [part for part in _SEPARATOR.split(piece) if part]
    # Where a line was wrapped, the space between two choices is gone.
    return only or (words.type_of(parts[0]) or next(iter(words.run_in(parts[0])), None) if parts else None)


def _last_of(piece: str, words: _Words) -> str | None:
    """Return the type that a mark after a text belongs to: its only type, else that of its last part."""
    only = words.type_of(piece)
    parts = [part for part in _SEPARATOR.split(piece) if part]
    return only or (words.type_of(parts[-1]) or next(reversed(words.run_in(parts[-1])), None) if parts else None)
