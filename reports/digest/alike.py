"""Findings as lines: where there are more than a mail has room for, those of one kind in a province are one line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.digest.parts import Group, Item, finding_item, group, told, where
from reports.finding import Finding
from reports.incoming import MessageView
from reports.wording import clipped, joined

_NAMES = 3
_LENGTH = 60


@dataclass(frozen=True)
class Shown:
    """A finding that is told of: itself, its line, and by what it was settled (empty where it stands)."""

    finding: Finding
    item: Item
    how: str = ""


def shown(finding: Finding, subjects: Mapping[str, str], how: str = "") -> Shown:
    """Return how a finding is told of; one on a message says which, where the province alone would not."""
    item = finding_item(finding)
    subject = subjects.get(finding.message_id or "") if finding.subject == "message" else None
    place = where(finding.province, subject) if subject else item.where
    return Shown(finding, Item(place, item.text, how or item.note, about=finding), how)


def subjects_of(messages: Iterable[MessageView]) -> dict[str, str]:
    """Return what each mail is called, by what findings name it by."""
    return {message.key: subject_of(message) for message in messages}


def subject_of(message: MessageView) -> str:
    """Return what a mail is called: its subject, else our number."""
    return f"“{clipped(message.subject, _LENGTH)}”" if message.subject.strip() else f"来信 {message.id}（无主题）"


def gathered(title: str, found: Sequence[Shown], at_most: int, tone: str = "plain") -> Group:
    """Return findings one by one; where they are more than `at_most`, the mail has a line for a kind in a province."""
    whole = group(title, (one.item for one in found), at_most, tone)
    if len(found) <= at_most:
        return whole
    alike: dict[tuple[str | None, str], list[Shown]] = defaultdict(list)
    for one in found:
        alike[one.finding.province, one.finding.code].append(one)
    return told(whole, (_line(same) for same in alike.values()), at_most)


def _line(same: Sequence[Shown]) -> Item:
    """Return findings of one kind in a province as a line: the first in words, of the others where they are."""
    first = same[0]
    if len(same) == 1:
        return first.item
    names = dict.fromkeys(one.finding.community or one.finding.city or "" for one in same)
    places = joined((name for name in names if name), _NAMES)
    hows = joined(dict.fromkeys(one.how for one in same if one.how), 1)
    text = f"{clipped(first.finding.message, _LENGTH)}（同类共 {len(same)} 项，以第一项为例）"
    return Item(where(first.finding.province, places), text, hows, len(same))
