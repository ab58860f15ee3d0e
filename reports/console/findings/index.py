"""Says which findings are asked for, how many there are of each kind, and which of them stand on a page.

What does not grow with the page is not gone through: of each province the findings of a code, a severity and a state
are kept as sets, which are joined and counted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reports.console.board import Seen
from reports.console.findings.bits import bits_of, places_of
from reports.console.names import Where
from reports.console.per_part import PerPart
from reports.finding import Finding
from reports.wording import FINDING_STATUSES, SEVERITIES

# Where a finding belongs to no province.
NOWHERE = "-"
_FACETS: Mapping[str, Callable[[Finding], str]] = {
    "code": lambda one: one.code,
    "severity": lambda one: one.severity,
    "state": lambda one: one.status,
}


@dataclass(frozen=True)
class Choice:
    """What is asked for; empty where all will do. `text` stands somewhere in a finding, `place` is a case's."""

    code: str = ""
    province: str = ""
    severity: str = ""
    state: str = ""
    text: str = ""
    place: Where | None = None
    # What whoever asks can see of a text: nobody finds what he could not read.
    seen: Callable[[str], str] = str

    def value(self, facet: str) -> str:
        """Return what is asked for of one kind."""
        return str(getattr(self, facet))

    @property
    def scans(self) -> bool:
        """Whether each finding must be looked at."""
        return bool(self.text) or self.place is not None

    def fits(self, finding: Finding) -> bool:
        """Tell whether a finding is of the case that is asked for, and has the text."""
        if self.place is not None and (finding.province, finding.city, finding.community) != self.place:
            return False
        return not self.text or any(self.text in self.seen(own).lower() for own in _texts(finding))


def _texts(finding: Finding) -> Iterator[str]:
    own = (finding.message, finding.evidence, finding.community, finding.city, finding.file, finding.id, finding.waived)
    yield from (text for text in own if text)


@dataclass(frozen=True)
class Part:
    """The findings of a province, and the sets of those of a code, a severity, a state."""

    findings: Sequence[Finding]
    sets: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> "Part":
        """Return findings with their sets."""
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, finding in enumerate(findings):
            for facet, value in _FACETS.items():
                places[facet, value(finding)].append(place)
        size = len(findings)
        return cls(findings, {key: bits_of(own, size) for key, own in places.items()})

    @property
    def every(self) -> int:
        """The set of them all."""
        return (1 << len(self.findings)) - 1


@dataclass(frozen=True)
class Index:
    """The findings by their provinces, in the order of GB/T 2260; those of none come last, as `NOWHERE`."""

    parts: Mapping[str, Part]

    @classmethod
    def of(
        cls,
        findings: Mapping[str, Sequence[Finding]],
        order: Iterable[str],
        made: Callable[[str, Sequence[Finding]], Part] = lambda _place, own: Part.of(own),
    ) -> "Index":
        """Return the index of findings by province; `made` makes the part of a province, or has kept it."""
        known = [*(one for one in order if one in findings), *(one for one in findings if one)]
        parts = {one: made(one, findings[one]) for one in dict.fromkeys(known)}
        return cls({**parts, **({NOWHERE: made("", findings[""])} if "" in findings else {})})


@dataclass(frozen=True)
class Chosen:
    """What is asked for, of an index: to be counted, and shown a page at a time."""

    index: Index
    choice: Choice
    _scanned: dict[str, int] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """How many there are."""
        return sum(self._bits(place).bit_count() for place in self._places)

    def counts(self, facet: str) -> dict[str, int]:
        """Return how many there would be of each code, severity or state, whichever of them is asked for now."""
        found: dict[str, int] = defaultdict(int)
        for place in self._places:
            without, part = self._bits(place, facet), self.index.parts[place]
            for (own, value), bits in part.sets.items():
                if own == facet and (count := (without & bits).bit_count()):
                    found[value] += count
        return dict(found)

    def provinces(self) -> dict[str, int]:
        """Return how many there would be of each province, whichever is asked for now."""
        found = {place: self._bits(place).bit_count() for place in self.index.parts}
        return {place: count for place, count in found.items() if count}

    def rows(self, skip: int = 0, at_most: int | None = None) -> list[Finding]:
        """Return the findings of a page: open ones first, of those the errors, each in the order of the provinces."""
        found: list[Finding] = []
        for state in FINDING_STATUSES:
            for severity in SEVERITIES:
                for place in self._places:
                    if at_most is not None and len(found) >= at_most:
                        return found
                    part = self.index.parts[place]
                    bits = self._bits(place) & part.sets.get(("state", state), 0)
                    bits &= part.sets.get(("severity", severity), 0)
                    count = bits.bit_count()
                    if count <= skip:
                        skip -= count
                        continue
                    wanted = count if at_most is None else at_most - len(found)
                    found += [part.findings[one] for one in places_of(bits, skip, wanted)]
                    skip = 0
        return found

    @property
    def _places(self) -> Sequence[str]:
        if not self.choice.province:
            return tuple(self.index.parts)
        return (self.choice.province,) if self.choice.province in self.index.parts else ()

    def _bits(self, place: str, but: str = "") -> int:
        """Return those of a province that are asked for, whatever is asked for of one kind."""
        part = self.index.parts[place]
        bits = self._fitting(place) if self.choice.scans else part.every
        for facet in _FACETS:
            if facet != but and (value := self.choice.value(facet)):
                bits &= part.sets.get((facet, value), 0)
        return bits

    def _fitting(self, place: str) -> int:
        if place not in self._scanned:
            own = self.index.parts[place].findings
            fitting = (at for at, finding in enumerate(own) if self.choice.fits(finding))
            self._scanned[place] = bits_of(fitting, len(own))
        return self._scanned[place]


_part_of = PerPart(Part.of)


def index_of(seen: Seen) -> Index:
    """Return the index of what is found now; `Seen.once` keeps it."""
    campaign = id(seen.picture.campaign)
    found = seen.assessment.by_province
    return Index.of(found, seen.provinces, lambda place, own: _part_of((campaign, place), own))
