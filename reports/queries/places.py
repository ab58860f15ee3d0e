"""Which provinces, cities, communities and companies does a person mean? 浙江省, 昆山, 春江, 绿城物业."""

from collections.abc import Iterable, Sequence

from config.companies import Companies, companies
from config.divisions import divisions
from config.matching import CERTAIN, Named, likeness
from config.naming import community_key, company_key, folded
from reports.picture import CaseView, Picture
from reports.queries.errors import AskedWrongError, perhaps

# A quota unit: its province and its full name.
City = tuple[str, str]


def province_named(text: str, picture: Picture) -> str:
    """Return the short name of a province that is written short or in full; also of one that the roster added."""
    if known := divisions().find_province(text):
        return known
    reporting = {view.province: view.association for view in picture.associations}
    for province, association in reporting.items():
        if folded(text) in map(folded, (province, association.name, *association.aliases)):
            return province
    raise AskedWrongError(f"没有“{text}”这个省份{perhaps(text, reporting)}")


def cities_named(text: str, provinces: Iterable[str], picture: Picture) -> frozenset[City]:
    """Return the quota units that a name means: of a county its prefecture, of a municipality all its districts."""
    within = list(provinces)
    asked: Sequence[str | None] = within or [None]
    units = {
        (found.province, found.city)
        for province in asked
        if (found := divisions().find_city(text, province)) is not None
    }
    if units:
        return frozenset(units)
    # 北京 is a province to the notice; whoever says 北京市 means what lies in it.
    if (province := divisions().find_province(text)) and province in {"北京", "天津", "上海", "重庆"}:
        return frozenset((province, row.city) for row in divisions() if row.province == province and row.city)
    known = {(case.province, case.city) for case in picture.cases if case.city}
    if same := frozenset(place for place in known if folded(place[1]) == folded(text)):
        return same
    if several := {f"{row.province}{row.city}" for row in divisions() if row.city and row.name == text}:
        raise AskedWrongError(f"“{text}”不止一处（{'、'.join(sorted(several))}），请一并写明 --province")
    raise AskedWrongError(f"没有“{text}”这个城市{perhaps(text, _cities(within))}")


def _cities(provinces: Iterable[str]) -> list[str]:
    within = set(provinces)
    return [row.name for row in divisions() if row.level == "city" and (not within or row.province in within)]


def is_company(case: CaseView, text: str) -> bool | None:
    """Tell whether a case's company is meant: by a part of its name, or by a name that is written otherwise."""
    if case.company is None:
        return None
    key = company_key(text)
    return bool(key and key in company_key(case.company)) or folded(text) in folded(case.company) or (
        companies(text, case.company) is Companies.SAME
    )  # fmt: skip


def is_community(case: CaseView, text: str) -> bool:
    """Tell whether a case's community is meant: by a part of its name, or by one that surely means it."""
    names = (case.community, case.name.community)
    if case.name.is_written(text) or any(folded(text) in folded(name) for name in names if folded(text)):
        return True
    return any(community_key(name) == community_key(text) for name in names) or any(
        likeness(Named(text), Named(name)) >= CERTAIN for name in names
    )
