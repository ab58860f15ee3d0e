"""What persons decided of a province: corrected values, withdrawn cases, waived findings, its own deadline.

Decisions name cases by what they are called (`config.case_name`): the rows of cases come and go with every rebuild.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any

from config.case_name import CaseName
from store.decisions import DEADLINE, FILED, NOTHING, VALUE, WAIVED, WITHDRAWN, Decided, Shelf


@dataclass(frozen=True)
class Rulings:
    """The decisions that count, by what they are on; of each the province's own."""

    values: Mapping[tuple[str, str], tuple[Decided, ...]] = field(default_factory=dict)
    withdrawn: Mapping[tuple[str, str], tuple[Decided, ...]] = field(default_factory=dict)
    waived: Mapping[str, tuple[Decided, ...]] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=lambda: Shelf(()))
    deadline: Decided | None = None
    nothing: Decided | None = None

    def values_of(self, case: CaseName) -> dict[str, Decided]:
        """Return the corrected values of a case by their fields, the newest of each."""
        return {one.value["field"]: one for one in self.values.get(case.key, ()) if _means(one, case)}

    def withdrawal_of(self, case: CaseName) -> Decided | None:
        """Return the decision that a case was withdrawn."""
        return next((one for one in self.withdrawn.get(case.key, ()) if _means(one, case)), None)

    def waiver_of(self, code: str, subject: str, city: str | None, rests_on: Callable[[], "RestsOn"]) -> Decided | None:
        """Return the waiver of a finding that still holds: what it was about has not changed since."""
        for one in self.waived.get(f"{code} {subject}", ()):
            same_city = not city or not one.value.get("city") or one.value["city"] == city
            if same_city and rests_on().is_as_in(one.value):
                return one
        return None

    def last_moment(self, zone: tzinfo) -> datetime | None:
        """Return the last moment of the deadline that was granted to the association."""
        if self.deadline is None:
            return None
        return datetime.combine(date.fromisoformat(self.deadline.value["day"]), time(23, 59, 59), zone)


@dataclass(frozen=True)
class RestsOn:
    """What a finding rests on: the fact that was judged, and the contents that it was measured on, as digests.

    Where a better reader sees the same contents otherwise, nothing has changed; nor where another content says the
    same.
    """

    fact: str
    contents: str

    def is_as_in(self, value: Mapping[str, Any]) -> bool:
        """Tell whether it is what a waiver was given for."""
        return bool(self.fact == value["fact"] or self.contents == value["contents"])


def rulings_of(made: Iterable[Decided]) -> Rulings:
    """Return the decisions of one province, sorted; `made` are those that count, the oldest first."""
    by_what: dict[str, list[Decided]] = {}
    for one in made:
        by_what.setdefault(one.what, []).append(one)
    return Rulings(
        values=_by_case(by_what.get(VALUE, ())),
        withdrawn=_by_case(by_what.get(WITHDRAWN, ())),
        waived=_grouped(by_what.get(WAIVED, ())),
        shelf=Shelf(by_what.get(FILED, ())),
        deadline=next(iter(by_what.get(DEADLINE, ())), None),
        nothing=next(iter(by_what.get(NOTHING, ())), None),
    )


def _by_case(made: Iterable[Decided]) -> dict[tuple[str, str], tuple[Decided, ...]]:
    found: dict[tuple[str, str], tuple[Decided, ...]] = {}
    for one in made:
        key = CaseName.of(one.value).key
        found[key] = (*found.get(key, ()), one)
    return found


def _grouped(made: Iterable[Decided]) -> dict[str, tuple[Decided, ...]]:
    found: dict[str, tuple[Decided, ...]] = {}
    for one in made:
        key = f"{one.value['code']} {one.value['subject']}"
        found[key] = (*found.get(key, ()), one)
    return found


def _means(one: Decided, case: CaseName) -> bool:
    return CaseName.of(one.value).means(case)
