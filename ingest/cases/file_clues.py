"""By which clues does a file belong to a case? Names and folders say so; what came beside it only hints.

What is worth how much, and how it is said, stands in the campaign file ([filing.…]). What is stated goes before what
is hinted; where names contradict each other the file is nobody's for sure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import PurePosixPath

from config.campaign import Campaign
from ingest.cases.placing import PAPERS, Item, Place
from ingest.cases.province_cases import Cases, PlacedCase

# Clues in which a person names the case; where there is one, neighbours say nothing.
_STATED = ("holder", "name", "folder")


@dataclass(frozen=True)
class _Clue:
    """A clue: its name in the campaign file, the case that it points to, and its words."""

    name: str
    case: PlacedCase
    weight: float
    words: str


class Surroundings:
    """What surrounds a file: the cases of its folder and of its mail."""

    def __init__(self, cases: Cases, items: Sequence[Item], places: Sequence[Place], campaign: Campaign) -> None:
        self.cases = cases
        self.campaign = campaign
        papers = {item.id: item for item in items if item.kind != "summary_list"}
        self.by_folder: dict[tuple[int | str, str], set[int]] = defaultdict(set)
        self.by_mail: dict[int | str, set[int]] = defaultdict(set)
        self.by_file: dict[int, set[int]] = defaultdict(set)
        self.known: dict[int, PlacedCase] = {}
        self.ids = {(item.shelf, item.path): item.id for item in items}
        for place in places:
            if (item := papers.get(place.file_id)) is not None:
                self._add(item, place.case)

    def _add(self, item: Item, case: PlacedCase) -> None:
        self.known[id(case)] = case
        self.by_file[item.id].add(id(case))
        self.by_mail[item.together].add(id(case))
        for folder in PurePosixPath(item.path).parents:
            self.by_folder[item.shelf, str(folder)].add(id(case))

    def in_the_same_file(self, item: Item, done: Collection[tuple[int, int]]) -> Iterable[Place]:
        """Yield a place for what stands in one file with a form or a material that names its case."""
        cases = self._known(self.by_file[item.id])
        said = self.campaign.filing["same_file"]
        for index, found in enumerate(item.found):
            if len(cases) == 1 and found["kind"] in PAPERS and (item.id, index) not in done:
                yield Place(item.id, index, 0, cases[0], said.weight, (said.say.format(value=item.name),))

    def best(self, item: Item) -> Place | None:
        """Return the place that the clues speak for most, however little; None where they point nowhere or both ways.

        Clues that agree make it surer; where another case is named as well, that much less sure.
        """
        clues = list(self._clues(item))
        stated = [clue for clue in clues if clue.name in _STATED]
        by_case: dict[int, list[_Clue]] = defaultdict(list)
        for clue in stated or clues:
            by_case[id(clue.case)].append(clue)
        sure = {case: 1 - prod(1 - clue.weight for clue in own) for case, own in by_case.items()}
        ranked = sorted(sure, key=lambda case: sure[case], reverse=True)
        if not ranked or (len(ranked) > 1 and sure[ranked[0]] == sure[ranked[1]]):
            return None
        confidence = sure[ranked[0]] * prod(1 - sure[other] for other in ranked[1:])
        against = (f"但{clue.words}" for other in ranked[1:] for clue in by_case[other])
        words = (*(clue.words for clue in by_case[ranked[0]]), *against)
        return Place(item.id, item.main, 0, by_case[ranked[0]][0].case, round(confidence, 3), words)

    def _clues(self, item: Item) -> Iterable[_Clue]:
        """Yield the clues that point to exactly one case."""
        path = PurePosixPath(item.path.replace("!/", "/"))
        holder = item.path.rpartition("!/")[0]
        if holder and (of := self.ids.get((item.shelf, holder))) is not None:
            yield from self._clue("holder", self._known(self.by_file[of]), PurePosixPath(holder).name)
        yield from self._clue("name", self.cases.named_in(path.stem), path.name)
        yield from self._folders(path)
        own = PurePosixPath(item.path).parent
        if str(own) != ".":
            yield from self._clue("beside", self._known(self.by_folder[item.shelf, str(own)]), own.name)
        together = self._known(self.by_mail[item.together])
        yield from self._clue("delivery" if item.delivery else "mail", together, "")
        if len(together) <= 1:
            yield from self._clue("subject", self.cases.named_in(item.subject), item.subject)
            yield from self._clue("text", self.cases.named_in(item.text), "")

    def _folders(self, path: PurePosixPath) -> Iterable[_Clue]:
        """Yield what the folders say: the nearest one that names a case, and the one of a company with one case."""
        folders = [folder.name for folder in path.parents if str(folder) not in {".", "/"}]
        named = next((clue for name in folders for clue in self._clue("folder", self.cases.named_in(name), name)), None)
        if named is not None:
            yield named
        for name in folders:
            yield from self._clue("company", self.cases.of_company(name), name)

    def _clue(self, name: str, cases: Sequence[PlacedCase], value: str) -> Iterable[_Clue]:
        if len(cases) == 1:
            said = self.campaign.filing[name]
            yield _Clue(name, cases[0], said.weight, said.say.format(value=value, community=cases[0].community))

    def _known(self, ids: Iterable[int]) -> list[PlacedCase]:
        return [self.known[id_] for id_ in ids]
