"""Who may be drawn? The cases that stand, by default those listed and complete, each under a key of its own."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from config.campaign import Campaign
from reports.picture import CaseView, Picture
from reports.sampling.draw import Unit
from reports.wording import one_line

# What the population may be, and how that is said. Withdrawn cases never belong to it.
BOUNDS: Mapping[str, str] = {
    "complete": "清单列有且材料齐全（清单、推荐表、案例材料、照片）的案例",
    "listed": "清单列有的案例（不论材料是否齐全）",
    "all": "所有已报送的案例（不论是否列入清单、材料是否齐全）",
}
UNKNOWN_TYPE = "类型不明"


@dataclass(frozen=True)
class Population:
    """The cases that may be drawn by their keys, how they were bounded, and how many were left out for which reason."""

    bounds: str
    cases: Mapping[str, CaseView]
    types: Mapping[str, str]
    left_out: Mapping[str, int]

    @property
    def units(self) -> list[Unit]:
        """The cases as they are drawn."""
        return [Unit(key, one_line(case.province), self.types[key]) for key, case in self.cases.items()]


def population(picture: Picture, of: str, among: Collection[int] | None = None, said: str = "") -> Population:
    """Return the population of a picture, bounded by one of BOUNDS.

    `among` are the ids of the only cases that may be drawn, and `said` what they are: 另附的名单之内的案例.
    """
    why = {case.id: _left_out(case, of, among, said) for case in picture.cases}
    keys = case_keys(picture)
    within = {keys[case.id]: case for case in picture.cases if not why[case.id]}
    bounds = BOUNDS[of] + (f"，且为{said}" if among is not None else "")
    types = {key: type_of(case, picture.campaign) for key, case in within.items()}
    return Population(bounds, within, types, Counter(reason for reason in why.values() if reason))


def _left_out(case: CaseView, of: str, among: Collection[int] | None, said: str) -> str:
    """Return why a case does not belong to the population; empty where it does."""
    if case.withdrawn is not None:
        return "已撤回"
    if not case.is_judged:
        return "已从清单删去"
    if of != "all" and not case.in_list:
        return "清单未列"
    if of == "complete" and not case.complete:
        return "材料未齐"
    return "" if among is None or case.id in among else f"不是{said}"


def case_keys(picture: Picture) -> dict[int, str]:
    """Return what each case is known by in a draw: 浙江/杭州市/春江花园, with its company where two are called so."""
    names = {case.id: one_line(str(case.name)) for case in picture.cases}
    names = _told_apart(picture.cases, names, [one_line(case.company or "企业不明") for case in picture.cases])
    return _told_apart(picture.cases, names, [str(number) for number in range(1, len(picture.cases) + 1)])


def _told_apart(cases: Sequence[CaseView], names: Mapping[int, str], more: Sequence[str]) -> dict[int, str]:
    """Return names, those that several cases have with something more behind them."""
    counts = Counter(names.values())
    return {
        case.id: f"{names[case.id]}（{word}）" if counts[names[case.id]] > 1 else names[case.id]
        for case, word in zip(cases, more, strict=True)
    }


def type_of(case: CaseView, campaign: Campaign) -> str:
    """Return a case's project type in words; one that is not known is a stratum of its own."""
    return campaign.type_labels.get(case.project_type or "", UNKNOWN_TYPE)


def strata_order(picture: Picture) -> list[str]:
    """Return the names of all strata that there may be, in their order: by province, then by type."""
    types = [*(kind.label for kind in picture.campaign.project_type), UNKNOWN_TYPE]
    return [f"{one_line(view.province)}/{type_}" for view in picture.associations for type_ in types]
