"""Which reviewer sees which cases? Drawn by a seed, evenly in number, then in project types and provinces.

The same cases, reviewers and seed always give the same. Who may not judge whom (an expert of the same province or
company) is not known here: that is for whoever names the reviewers.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from reports.picture import CaseView


def assigned(
    cases: Sequence[CaseView], reviewers: Sequence[str], each: int | None, seed: str
) -> Mapping[str, Sequence[CaseView]]:
    """Return each reviewer's cases in the given order; `each` is how many reviewers see a case, None for all."""
    if each is None or each >= len(reviewers):
        return dict.fromkeys(reviewers, cases)
    own: dict[str, set[int]] = {name: set() for name in reviewers}
    load: Counter[tuple[str, ...]] = Counter()
    for case in _shuffled(cases, seed):
        ranked = sorted(reviewers, key=lambda name: (*_burden(load, name, case), _drawn(seed, name, case)))
        for name in ranked[:each]:
            own[name].add(case.id)
            load.update([(name,), (name, case.project_type or ""), (name, "", case.province)])
    return {name: [case for case in cases if case.id in own[name]] for name in reviewers}


def _shuffled(cases: Sequence[CaseView], seed: str) -> Sequence[CaseView]:
    """Return the cases type by type and province by province, within these as the seed draws them."""
    return sorted(cases, key=lambda case: (case.project_type or "", case.province, _drawn(seed, "", case)))


def _burden(load: Counter[tuple[str, ...]], name: str, case: CaseView) -> tuple[int, int, int]:
    """Return how many cases a reviewer has already, of this type, and of this province."""
    return load[(name,)], load[name, case.project_type or ""], load[name, "", case.province]


def _drawn(seed: str, name: str, case: CaseView) -> str:
    return hashlib.sha256(f"{seed}\n{name}\n{case.name}\n{case.company or ''}".encode()).hexdigest()
