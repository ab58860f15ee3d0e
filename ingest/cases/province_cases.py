"""The cases of a province as they come together: found by name, city and company, or made anew.

Names match as people match them (`config.matching`); what a person decided of names goes before that.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from config.case_name import CaseName
from config.divisions import divisions
from config.likeness import misread
from config.matching import Named, likeness, why
from config.naming import community_key, community_place, company_key, folded, holds_name
from store.decisions import APART, MERGED, Decided

# A name of one character says nothing.
SHORTEST = 2
# Where a second name is nearly as alike as the best one, neither is meant for sure.
_CLEARLY = 0.05


@dataclass
class PlacedCase:
    """A case as it comes together: its key (community, city), its names as first written, the divisions before them."""

    community: str
    key: str
    city: str | None
    place: str = ""
    companies: set[str] = field(default_factory=set)
    written: str | None = None

    @property
    def named(self) -> Named:
        """Its name as names are compared."""
        return Named(self.community, self.city, self.written, self.place)


@dataclass(frozen=True)
class Alike:
    """A case that a name which it does not bear exactly means: how sure that is, and why."""

    case: PlacedCase
    confidence: float
    why: str


class Cases:
    """The cases of a province, found by name and, where one name stands in two cities, by city."""

    def __init__(self, province: str, threshold: float, decided: Iterable[Decided] = ()) -> None:
        self.province = province
        # How alike a name must be to mean a case that does not bear it.
        self.threshold = threshold
        self.by_key: dict[str, list[PlacedCase]] = defaultdict(list)
        self._all: list[PlacedCase] = []
        # Other names that turned out to mean a case: files may be called by them.
        self._aliases: dict[str, list[PlacedCase]] = defaultdict(list)
        self._by_company: dict[str, list[PlacedCase]] = defaultdict(list)
        self._lengths: set[int] = set()
        self._company_lengths: set[int] = set()
        rows = list(decided)
        self._merged = [row for row in rows if row.what == MERGED]
        self._apart = [row for row in rows if row.what == APART]

    def get(self, community: str, city: str | None, company: str | None, *, listed: bool = False) -> PlacedCase:
        """Return the case of that name, made anew where there is none that it can be; see `known`."""
        return self.known(community, city, company, listed=listed) or self.add(community, city, company)

    def known(
        self, community: str, city: str | None, company: str | None, *, listed: bool = False
    ) -> PlacedCase | None:
        """Return the case of that name, with what is new about it noted; None where there is none that it can be.

        Two rows of a list in two cities are two cases. A form that names another city than the row of its own company
        contradicts that row (mismatch.recommender), and makes no case of its own. 西湖区春江花园 may be 春江花园, but
        never 余杭区春江花园.
        """
        written, (community, city) = community, self._meant(community, city)
        key, place = self._key(community, company), community_place(community)
        named = self._of_place(self.by_key[key], place)
        same = [case for case in named if city is None or case.city is None or case.city == city]
        of_company = [case for case in self.by_key[key] if company and company_key(company) in case.companies]
        case = next((case for case in same if case in of_company), None) or next(iter(same), None)
        if case is None and of_company and not listed:
            case = of_company[0]
        return self._noted(case, city, place, company, written) if case else None

    def add(self, community: str, city: str | None, company: str | None) -> PlacedCase:
        """Return a new case of that name."""
        written, (community, city) = community, self._meant(community, city)
        key, place = self._key(community, company), community_place(community)
        # The store knows a case by its key: a second one of a name has its place in it.
        own_key = f"{folded(place)}{key}" if self.by_key[key] and place else key
        shown = f"{community}（{company}）" if key != community_key(community) else community
        case = PlacedCase(shown, own_key, city, place)
        self._all.append(case)
        self.by_key[key].append(case)
        if (by_shown := community_key(shown)) != key:
            # People and decisions speak of it by the name that it is shown by.
            self.by_key[by_shown].append(case)
        return self._noted(case, city, place, company, written)

    def alike(self, community: str, city: str | None, company: str | None, but: Collection[int] = ()) -> Alike | None:
        """Return the one case that is likely meant by a name that no case bears; `but` are ids of those it is not."""
        if self._is_apart(community):
            return None
        own = Named(community, city, company)
        others = [case for case in self.all() if id(case) not in but and not self._is_apart(case.community)]
        best = sorted(((likeness(own, case.named), at) for at, case in enumerate(others)), reverse=True)[:2]
        if not best or best[0][0] < self.threshold or (len(best) > 1 and best[1][0] > best[0][0] - _CLEARLY):
            return None
        case = others[best[0][1]]
        return Alike(self._noted(case, None, "", company, community), best[0][0], why(own, case.named))

    def _noted(self, case: PlacedCase, city: str | None, place: str, company: str | None, written: str) -> PlacedCase:
        """Return a case with its city, place and company noted, and the name by which it was meant."""
        if not self.by_key.get(key := community_key(written)) and case not in self._aliases[key]:
            self._aliases[key].append(case)
        self._lengths |= {len(key), len(community_key(case.community))}
        case.city = case.city or city
        if not case.place or (place and _is_whole_city(case.place, self.province)):
            case.place = place or case.place
        if company and (own := company_key(company)) not in case.companies:
            case.companies.add(own)
            self._by_company[own].append(case)
            self._company_lengths.add(len(own))
        if company:
            case.written = case.written or company
        return case

    def _meant(self, community: str, city: str | None) -> tuple[str, str | None]:
        """Return the name and city that persons said is meant by these, also over several steps."""
        for _ in self._merged:
            own = CaseName(self.province, city, community)
            row = next((row for row in self._merged if CaseName.of(row.value).means(own)), None)
            if row is None:
                break
            community, city = row.value["into"], row.value["into_city"] or city
        return community, city

    def is_open(self, community: str, city: str | None, company: str | None) -> bool:
        """Tell whether a paper may be of several cases of its name: nothing in it says of which."""
        community, city = self._meant(community, city)
        named = self._of_place(self.by_key.get(self._key(community, company), []), community_place(community))
        same = [case for case in named if city is None or case.city is None or case.city == city]
        return len(same) > 1 and not (company and any(company_key(company) in case.companies for case in same))

    def _key(self, community: str, company: str | None) -> str:
        """Return the key of a name; where a person parted a company's community from others of its name, its own."""
        key = community_key(community)
        for row in self._apart:
            parted = row.value.get("company")
            same = community_key(row.value["community"]) == key
            if same and parted and company and company_key(parted) == company_key(company):
                return f"{key}@{company_key(company)}"
        return key

    def _is_apart(self, community: str) -> bool:
        """Tell whether a person said that a name is nobody else's."""
        key = community_key(community)
        return any(community_key(row.value["community"]) == key for row in self._apart)

    def meant_by(self, community: str, company: str | None) -> PlacedCase | None:
        """Return the one case of the same company whose name an OCR may have read as this one; None for a known name.

        The company's name may be misread as well.
        """
        key = community_key(community)
        if self.by_key.get(key) or not company:
            return None
        own = company_key(company)
        meant = [
            case
            for case in self.all()
            if misread(key, community_key(case.community)) and any(misread(own, other) for other in case.companies)
        ]
        return meant[0] if len(meant) == 1 else None

    def _of_place(self, cases: Sequence[PlacedCase], place: str) -> list[PlacedCase]:
        """Return the cases that may lie in a place: those of the same one first, then those that do not say."""
        same = [case for case in cases if place and case.place and _same_place(case.place, place, self.province)]
        return same or [case for case in cases if not (place and case.place)]

    def named_in(self, text: str) -> list[PlacedCase]:
        """Return the cases whose name a text holds, but none within another: 春江花园二期 is not 春江花园."""
        plain = community_key(text)
        held = [key for key in _pieces(plain, self._lengths) if len(key) >= SHORTEST and self._called(key)]
        held = [key for key in held if holds_name(plain, key)]
        whole = [key for key in held if not any(key != other and key in other for other in held)]
        found = list({id(case): case for key in whole for case in self._called(key)}.values())
        placed = [case for case in found if case.place and case.place in folded(text)]
        return placed or found

    def of_company(self, text: str) -> list[PlacedCase]:
        """Return the cases of the company that a text names."""
        held = _pieces(company_key(text), self._company_lengths)
        return list({id(case): case for company in held for case in self._by_company.get(company, ())}.values())

    def _called(self, key: str) -> list[PlacedCase]:
        """Return the cases of a name, else those for which it turned out to be another name."""
        return self.by_key.get(key) or self._aliases.get(key) or []

    def all(self) -> Sequence[PlacedCase]:
        """Return every case."""
        return self._all


def _same_place(one: str, other: str, province: str) -> bool:
    """Tell whether two places may be one: 西湖区 is 杭州市西湖区 and lies in 杭州市; 余杭区 is another."""
    if one.endswith(other) or other.endswith(one):
        return True
    city, other_city = city_in(province, one), city_in(province, other)
    if city is None or other_city is None:
        return True
    return city == other_city and (_is_whole_city(one, province) or _is_whole_city(other, province))


def _is_whole_city(place: str, province: str) -> bool:
    """Tell whether a place is no more than a province or a city, so that districts lie in it."""
    city = city_in(province, place)
    return city is None or place.endswith(city)


def _pieces(text: str, lengths: Collection[int]) -> list[str]:
    """Return the pieces of a text that are as long as some name: so names are looked up, and not gone through."""
    return list(dict.fromkeys(text[at : at + length] for at in range(len(text)) for length in lengths))


def city_in(province: str, *texts: str) -> str | None:
    """Return the quota unit that the first telling text names."""
    for text in texts:
        if text and (division := divisions().city_in(text, province)):
            return division.city
    return None
