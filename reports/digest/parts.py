"""What a digest is made of: items, and groups of items whose count always equals what they list and leave out."""

from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Group:
    """Items under one title: how many there are in all, and the first of them."""

    title: str
    count: int
    items: tuple[Item, ...]
    tone: str = "plain"
    unit: str = "项"

    @property
    def rest(self) -> int:
        """How many are not listed here and stand in the ledger."""
        return self.count - sum(item.count for item in self.items)


def group(title: str, items: Iterable[Item], at_most: int, tone: str = "plain", unit: str = "项") -> Group:
    """Return a group of all items (counted in `unit`), of which the first are listed."""
    known = tuple(items)
    return Group(title, sum(item.count for item in known), known[:at_most], tone, unit)


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
    )
