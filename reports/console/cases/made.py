"""What did persons decide of a case, also what was undone? Read anew only when anything was decided or undone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.case_name import CaseName
from store import decisions
from store.database import Store
from store.decisions import Decided

_Key = tuple[str, str]


@dataclass(frozen=True)
class _Known:
    mark: tuple[object, ...]
    by_case: Mapping[_Key, Sequence[Decided]]
    standing: frozenset[int]


@dataclass
class Made:
    """The decisions on cases by the names of these, as long as no other was made or undone since."""

    store: Store
    _known: _Known | None = field(default=None, repr=False)

    def about(self, name: CaseName) -> Sequence[Decided]:
        """Return all decisions that may be on a case of that name, the oldest first."""
        return self._now().by_case.get(name.key, ())

    def stands(self, decision: int) -> bool:
        """Tell whether a decision counts: neither undone nor replaced."""
        return decision in self._now().standing

    def _now(self) -> _Known:
        mark, known = decisions.mark(self.store), self._known
        if known is None or known.mark != mark:
            rows = decisions.every(self.store)
            standing = frozenset(row.id for row in decisions.current(rows))
            known = self._known = _Known(mark, _by_case(rows), standing)
        return known


def names_of(row: Decided) -> list[CaseName]:
    """Return the names of all cases that a decision is on: of two that were merged, or parted, both."""
    value = row.value
    if not value.get("community"):
        return []
    own = CaseName.of(value)
    if value.get("into"):
        return [own, CaseName(own.province, value.get("into_city"), value["into"])]
    if row.what == decisions.APART and value.get("company"):
        # So filing calls what a company has under a name that others have too.
        return [own, CaseName(own.province, own.city, f"{own.community}（{value['company']}）")]
    return [own]


def _by_case(rows: Sequence[Decided]) -> Mapping[_Key, Sequence[Decided]]:
    found: dict[_Key, list[Decided]] = defaultdict(list)
    for row in rows:
        for key in dict.fromkeys(name.key for name in names_of(row)):
            found[key].append(row)
    return found
