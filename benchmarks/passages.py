"""How well passages are located, on labelled prose: on what tuned the words, and on what did not."""

import csv
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.campaign import load_campaign
from config.criteria import Criterion
from reports.screening.passages import Prose, located

PROSE = Path(__file__).parent / "passages.csv"
# The words were chosen by `tune`; `test` was written before them, `fresh` after the last of them.
PARTS = ("tune", "test", "fresh")
_CRITERIA = load_campaign("2026-haofuwu").screening.criterion


@dataclass(frozen=True)
class Labelled:
    """A piece of prose with the points that a careful reader says it speaks to; `part` was fixed before any tuning."""

    text: str
    points: frozenset[str]
    part: str

    @property
    def found(self) -> frozenset[str]:
        """The points to which something was located in it."""
        prose = Prose.of({"measures": self.text})
        return frozenset(one.id for one in _CRITERIA if located(prose, one))


@dataclass(frozen=True)
class Score:
    """How many points were located rightly, located at all, and were to be located."""

    right: int
    taken: int
    wanted: int

    @property
    def precision(self) -> float:
        """The share of what was located that is right."""
        return self.right / max(self.taken, 1)

    @property
    def recall(self) -> float:
        """The share of what was to be located that was."""
        return self.right / max(self.wanted, 1)


def prose() -> list[Labelled]:
    """Return the labelled prose."""
    with PROSE.open(encoding="utf-8", newline="") as file:
        return [Labelled(row["text"], frozenset(row["points"].split()), row["part"]) for row in csv.DictReader(file)]


def score(labelled: Iterable[Labelled], criteria: Iterable[Criterion] = _CRITERIA) -> Score:
    """Return how well these points are located in this prose."""
    of = {one.id for one in criteria}
    table = [(one.found & of, one.points & of) for one in labelled]
    return Score(
        sum(len(found & points) for found, points in table),
        sum(len(found) for found, _ in table),
        sum(len(points) for _, points in table),
    )


def run() -> None:
    """Print precision and recall, of each point right/taken/wanted, the errors of the tuned part, and the cost."""
    labelled = prose()
    halves = {part: [one for one in labelled if one.part == part] for part in PARTS}
    for part, half in halves.items():
        print(f"{part}  {len(half)} pieces  {_told(score(half))}")
    for one in _CRITERIA:
        scores = (score(half, [one]) for half in halves.values())
        print(f"    {one.id:<12}", *(f"{each.right}/{each.taken}/{each.wanted}" for each in scores))
    for one in halves["tune"]:
        if one.found != one.points:
            print(f"    {sorted(one.points - one.found)} missed, {sorted(one.found - one.points)} taken: {one.text}")
    text = "\n".join(one.text for one in labelled)
    started = time.process_time()
    whole = Prose.of({"measures": text})
    for criterion in _CRITERIA:
        located(whole, criterion)
    print(f"a material of {len(text)} characters takes {time.process_time() - started:.3f} s")


def _told(one: Score) -> str:
    return (
        f"precision {100 * one.precision:5.1f} % ({one.right}/{one.taken})  "
        f"recall {100 * one.recall:5.1f} % ({one.right}/{one.wanted})"
    )
