"""How well names are matched, on the labelled pairs of benchmarks/names.csv, and what a comparison costs."""

import csv
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

from config.campaign import load_campaign
from config.divisions import divisions
from config.matching import CERTAIN, LIKELY, Named, likeness, why
from config.selected import Selected, Selection

PAIRS = Path(__file__).parent / "names.csv"
_PARTS = ("tune", "test")
# From here on filing joins a name to a case.
_FILING = load_campaign("2026-haofuwu").call.name_threshold


@dataclass(frozen=True)
class Pair:
    """Two names with what a careful clerk says of them; `part` is fixed before anything was tuned."""

    one: Named
    other: Named
    same: bool
    group: str
    part: str

    @property
    def sure(self) -> float:
        """The likeness of the two."""
        return likeness(self.one, self.other)


def pairs() -> list[Pair]:
    """Return the labelled pairs."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [
            Pair(
                Named(row["one"], row["city_one"] or None, row["company_one"] or None),
                Named(row["other"], row["city_other"] or None, row["company_other"] or None),
                row["same"] == "1",
                row["group"],
                row["part"],
            )
            for row in csv.DictReader(file)
        ]


def run() -> None:
    """Print precision and recall of both parts, the errors by group, and the cost of a pair."""
    labelled = pairs()
    print(f"\n{len(labelled)} labelled pairs, {sum(pair.same for pair in labelled)} of one community")
    for part in _PARTS:
        of_part = [pair for pair in labelled if pair.part == part]
        for name, threshold in (("CERTAIN", CERTAIN), ("filing", _FILING), ("LIKELY", LIKELY)):
            print(f"{part}  {name:<8}{threshold:.2f}  {_told(of_part, threshold)}")
    _errors(labelled)
    _costs(labelled)


def _told(labelled: Sequence[Pair], threshold: float) -> str:
    taken = [pair for pair in labelled if pair.sure >= threshold]
    right, wanted = sum(pair.same for pair in taken), sum(pair.same for pair in labelled)
    return f"precision {_share(right, len(taken))}  recall {_share(right, wanted)}  of {len(labelled)} pairs"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):5.1f} % ({part}/{whole})"


def _errors(labelled: Iterable[Pair]) -> None:
    """Print how many of each group are wrong at LIKELY, and which."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in labelled:
        groups[pair.group].append(pair)
    for group, members in groups.items():
        wrong = [pair for pair in members if (pair.sure >= LIKELY) != pair.same]
        print(f"{group:<20}{len(members):5} pairs{len(wrong):5} wrong")
        for pair in wrong:
            kind = "missed" if pair.same else "taken"
            said = f"{pair.one.community} / {pair.other.community}  {why(pair.one, pair.other)}"
            print(f"    {kind} {pair.sure:.2f} [{pair.part}] {said}")


def _costs(labelled: Sequence[Pair]) -> None:
    """Print the time of a pair: each name with every other, as where two lists are compared."""
    left, right = [pair.one for pair in labelled], [pair.other for pair in labelled]
    print(f"a pair of known names         {_seconds(left, right) / len(left) / len(right) * 1e6:8.2f} µs")
    new = [replace(name, community=f"{name.community}第九期") for name in many_names(1_000)]
    print(f"and of a name not met before  {_seconds(new, left[:1]) / len(new) * 1e6:8.2f} µs")
    for provinces in (divisions().provinces, ("浙江",)):
        seconds, found = looked_up(1_500, provinces)
        print(f"1500 cases in a list of 1500, provinces: {len(provinces):2}  {seconds:6.3f} s, {found} found")


def looked_up(count: int, provinces: Sequence[str]) -> tuple[float, int]:
    """Return the CPU seconds to look so many cases up in a list of as many, and how many are found."""
    names = list(zip(many_names(count), cycle(provinces), strict=False))
    selection = Selection(Selected(place, one.city or "", one.community, one.company or "") for one, place in names)
    started = time.process_time()
    found = sum(bool(selection.find(one, place)) for one, place in names)
    return time.process_time() - started, found


def many_names(count: int) -> list[Named]:
    """Return so many names of one province: those of the labelled pairs, then their later phases."""
    labelled = pairs()
    plain = list(dict.fromkeys(name.community for pair in labelled for name in (pair.one, pair.other)))
    phased = [f"{name}{number}期" for number in range(6, 9) for name in plain]
    return [Named(name, "杭州市", f"{name[:3]}物业服务有限公司") for name in (*plain, *phased)[:count]]


def _seconds(left: Sequence[Named], right: Sequence[Named]) -> float:
    started = time.process_time()
    for one in left:
        for other in right:
            likeness(one, other)
    return time.process_time() - started
