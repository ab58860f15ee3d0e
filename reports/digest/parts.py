"""What a digest is made of: items, and groups of items whose count always equals what they list and leave out."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reports.finding import Finding
from reports.wording import clipped

_NOTE_LENGTH = 90
_TEXT_LENGTH = 160
_NO_CLAUSE = {"", "–", "-"}


@dataclass(frozen=True)
class Item:
    """One line: where (province, community, mailbox …), what, and in small what it rests on."""

    where: str
    text: str
    note: str = ""
    # How many things it stands for: the files of one delivery are one line.
    count: int = 1
    # The mail, link or finding that it is of, for whoever leads to it; None where it is of none.
    about: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Group:
    """Items under one title: how many there are in all, those that a mail shows, and every one for the whole page.

    What a mail shows may be put together (one line for a province); both lists count the same things.
    """

    title: str
    count: int
    items: tuple[Item, ...]
    tone: str = "plain"
    unit: str = "项"
    every: tuple[Item, ...] = ()

    @property
    def rest(self) -> int:
        """How many are not listed in the mail and stand in the whole page."""
        return self.count - sum(item.count for item in self.items)

    @property
    def key(self) -> str:
        """The name of the anchor of its list; titles differ within a digest."""
        return f"l{zlib.crc32(self.title.encode()):08x}"


@dataclass(frozen=True)
class Chapter:
    """Groups that together are one list of the whole page; its count is the sum of theirs.

    `parts` are lists of some of its groups, which stand together. Where groups count unlike things, `unit` is empty,
    for their sum says nothing.
    """

    title: str
    groups: tuple[Group, ...]
    unit: str = "项"
    parts: tuple["Chapter", ...] = ()

    @property
    def count(self) -> int:
        """How many things it lists."""
        return sum(one.count for one in self.groups)

    @property
    def key(self) -> str:
        """The name of its anchor."""
        return f"c{zlib.crc32(self.title.encode()):08x}"


@dataclass(frozen=True)
class Number:
    """A count in a sentence, with the list that it counts, and the words before and after it."""

    before: str
    of: Group | Chapter
    after: str = ""
    unit: str = ""
    # The anchor in the mail where the same is seen; empty where only the whole page lists it.
    here: str = ""


def group(title: str, items: Iterable[Item], at_most: int, tone: str = "plain", unit: str = "项") -> Group:
    """Return a group of all items (counted in `unit`), of which the first are listed in the mail."""
    known = tuple(items)
    return Group(title, _sum(known), known[:at_most], tone, unit, known)


def told(made: Group, lines: Iterable[Item], at_most: int) -> Group:
    """Return a group of which the mail shows these lines, put together from the same things, the first of them."""
    known = tuple(lines)
    return Group(made.title, made.count, known[:at_most], made.tone, made.unit, made.every)


def named(title: str, by_place: Iterable[tuple[str, Sequence[str]]], unit: str = "个") -> Group:
    """Return a group of names by their provinces, a line each, of which the mail shows none."""
    lines = [Item(place, "、".join(names), count=len(names)) for place, names in by_place if names]
    return group(title, lines, 0, unit=unit)


def _sum(items: Iterable[Item]) -> int:
    return sum(item.count for item in items)


def where(*names: str | None) -> str:
    """Return the place of an item from its names, wide to narrow; those not known are left out."""
    return " · ".join(name for name in names if name)


def finding_item(finding: Finding) -> Item:
    """Return a finding as an item: its place, its sentence, and its evidence and clause in small."""
    clause = "" if finding.clause in _NO_CLAUSE else f"通知 {finding.clause}"
    notes = [note for note in (clipped(finding.evidence, _NOTE_LENGTH), clause) if note]
    return Item(
        where(finding.province, finding.city, finding.community),
        clipped(finding.message, _TEXT_LENGTH),
        "；".join(notes),
        about=finding,
    )
