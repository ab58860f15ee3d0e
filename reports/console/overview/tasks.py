"""What is to be done today, the most urgent first: the digest's lists, each line with the page where it is done."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.console.board import Seen
from reports.console.leads import findings_page, lead
from reports.digest.alike import shown, subjects_of
from reports.digest.parts import Group, Item, where
from reports.digest.todo import Kind, finding_kinds, other_groups
from reports.finding import Finding
from reports.wording import clipped, joined

# So many lines of a list stand on the overview.
_LINES = 4
_NAMES = 3
_LENGTH = 60
# Lists that have a page of their own elsewhere.
_PAGES = {"未能处理的来信": "/inbox?state=failed"}


@dataclass(frozen=True)
class Line:
    """One thing to do, or several alike: where, what, in small what it rests on, and the page where it is done."""

    where: str
    text: str
    note: str
    address: str
    count: int = 1


@dataclass(frozen=True)
class Task:
    """Things of which the same is to be done: how many, the first of them, and the page that lists them all.

    `things` are all of them: lines of the digest, or findings.
    """

    key: str
    title: str
    tone: str
    unit: str
    count: int
    lines: tuple[Line, ...]
    address: str
    things: Sequence[Item] | Sequence[Finding]

    @property
    def rest(self) -> int:
        """How many are not among the first."""
        return self.count - sum(line.count for line in self.lines)


def tasks(seen: Seen) -> tuple[Task, ...]:
    """Return what is to be done, as the digest lists and counts it."""
    groups = [_of_group(one, seen) for one in other_groups(seen.picture) if one.count]
    kinds = [_of_kind(one, seen) for one in finding_kinds(seen.assessment) if one.findings]
    return (*groups, *kinds)


def _of_group(one: Group, seen: Seen) -> Task:
    lines = lines_of(one.every[:_LINES], seen)
    return Task(one.key, one.title, one.tone, one.unit, one.count, lines, _address(one.title, one.key), one.every)


def _of_kind(kind: Kind, seen: Seen) -> Task:
    key = Group(kind.title, 0, ()).key
    lines = tuple(_together(kind.findings, seen)) if kind.alike else lines_of(kind.findings[:_LINES], seen)
    unit, count = "项", len(kind.findings)
    return Task(key, kind.title, kind.tone, unit, count, lines, _address(kind.title, key), kind.findings)


def _address(title: str, key: str) -> str:
    return _PAGES.get(title) or f"/todo?list={key}"


def lines_of(things: Sequence[Item] | Sequence[Finding], seen: Seen) -> tuple[Line, ...]:
    """Return things to do as lines."""
    own = {one.message_id for one in things if isinstance(one, Finding) and one.subject == "message"}
    subjects = subjects_of(message for message in seen.picture.messages if message.key in own) if own else {}
    items = [shown(one, subjects).item if isinstance(one, Finding) else one for one in things]
    return tuple(Line(one.where, one.text, one.note, lead(one.about, seen), one.count) for one in items)


def _together(findings: Sequence[Finding], seen: Seen) -> Iterable[Line]:
    """Yield the first lines: findings of one code in a province are one line, said by the first of them."""
    alike: dict[tuple[str | None, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.province, finding.code].append(finding)
    for same in list(alike.values())[:_LINES]:
        first = same[0]
        if len(same) == 1:
            yield from lines_of(same, seen)
            continue
        names = dict.fromkeys(one.community or one.city or "" for one in same)
        places = joined((name for name in names if name), _NAMES)
        text = f"{clipped(first.message, _LENGTH)}（同类共 {len(same)} 项，以第一项为例）"
        wanted = {"code": first.code, "province": first.province, "severity": first.severity, "state": "open"}
        yield Line(where(first.province, places), text, "", findings_page(**wanted), len(same))
