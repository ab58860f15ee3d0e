"""How far the call is, as the overview says it: worked out once a look, by the functions that the digest goes by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports import elsewhere
from reports.changes import counts
from reports.console.board import Seen
from reports.console.overview.tasks import Task, tasks
from reports.deadline import Countdown, countdown
from reports.digest.cases import expected_of
from reports.digest.progress import Progress, progress
from reports.digest.provinces import Tile, lacking, tile_of
from reports.export import open_counts
from reports.finding import Finding
from reports.incoming import MessageView
from reports.links import behind_links
from reports.picture import AssociationView, CaseView, Picture
from reports.tally import Tally, tally
from reports.wording import STATUSES

# So many things that a province lacks are named in a row.
_NAMED = 4
# What provinces can be filtered by: their states in the digest's order, then what cuts across them.
STATES: Mapping[str, str] = {
    "complete": STATUSES["complete"],
    "partial": STATUSES["partial"],
    "none": STATUSES["none"],
    "late": "迟报",
    "nothing": "零报送",
}
# The lists of cases, as the digest counts them.
CASES: Mapping[str, str] = {
    "expected": "应报",
    "arrived": "已到",
    "complete": "材料齐全",
    "partly": "已到、材料未齐",
}


@dataclass(frozen=True)
class Row:
    """A province: its tile, and in words what is still missing (the first of `missing` things), and where it may be."""

    view: AssociationView
    tile: Tile
    states: frozenset[str]
    missing: int
    named: tuple[str, ...]
    hidden: str
    errors: int
    warnings: int

    @property
    def is_cut(self) -> bool:
        """Whether more is missing than is named."""
        return self.missing > 0 and len(self.named) > _NAMED

    @property
    def is_silent(self) -> bool:
        """Whether nothing came, nor is known not to come."""
        return "none" in self.states and "nothing" not in self.states


@dataclass(frozen=True)
class Outlook:
    """What the overview shows of a look."""

    countdown: Countdown
    progress: Progress | None
    rows: tuple[Row, ...]
    tasks: tuple[Task, ...]
    cases: Mapping[str, Sequence[CaseView]]
    tally: Tally
    # What came of nobody who is known, in words and the mails themselves, and whether any seems to be of a silent one.
    nobody: tuple[str, ...]
    strangers: tuple[MessageView, ...]

    def of(self, state: str) -> list[Row]:
        """Return the provinces in one of STATES; all where none is named."""
        return [row for row in self.rows if not state or state in row.states]


def outlook(seen: Seen) -> Outlook:
    """Return what the overview shows."""
    picture = seen.picture
    found = open_counts(seen.assessment)
    return Outlook(
        countdown=countdown(picture.campaign.call, picture.as_of),
        progress=progress(picture),
        rows=tuple(
            _row(view, seen, (found[province, "error"], found[province, "warning"]))
            for province, view in seen.provinces.items()
        ),
        tasks=tasks(seen),
        cases=_cases(picture),
        tally=tally(picture),
        nobody=elsewhere.of_nobody(picture),
        strangers=tuple(one for one in seen.pictures[""].messages if is_open(one)),
    )


def is_open(message: MessageView) -> bool:
    """Tell whether a mail of no province waits to be told whose it is: a submission, or not read at all."""
    return message.is_submission or elsewhere.is_unread(message)


def _row(view: AssociationView, seen: Seen, found: tuple[int, int]) -> Row:
    states = {view.status, *(["late"] if view.late else [])}
    if view.status == "none" and view.nothing_to_send:
        states.add("nothing")
    lacks = missing_of(seen.assessment.by_province.get(view.province, ()))
    part = seen.pictures[view.province]
    named, hidden = _named(view, lacks), _hidden(view, part) if lacks else ""
    return Row(view, tile_of(view), frozenset(states), len(lacks), named, hidden, *found)


def missing_of(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings by which something has not come."""
    return [one for one in findings if one.phase and one.status == "open"]


def _named(view: AssociationView, lacks: Sequence[Finding]) -> tuple[str, ...]:
    """Return what a province lacks, in words: its own items, then case by case; one more than there is room for."""
    if view.status == "none":
        return (f"零报送（{view.nothing_to_send}）",) if view.nothing_to_send else tuple(one.message for one in lacks)
    own, cases = lacking(lacks)
    return tuple((*own, *cases)[: _NAMED + 1])


def _hidden(view: AssociationView, part: Picture) -> str:
    """Return where what is missing may be: nobody who sent everything shall be told that he did not."""
    if view.status == "none":
        return "；".join(elsewhere.beside_silent(part, [view.province])).removeprefix(f"{view.province}：")
    told = behind_links(part, view.province).strip("（）") + elsewhere.beside_lacking(part, view.province)
    return told.removeprefix("；")


def _cases(picture: Picture) -> Mapping[str, Sequence[CaseView]]:
    arrived = [case for case in picture.cases if counts(case)]
    return {
        "expected": [case for view in picture.associations for case in expected_of(view)],
        "arrived": arrived,
        "complete": [case for case in arrived if case.complete],
        "partly": [case for case in arrived if not case.complete],
    }
