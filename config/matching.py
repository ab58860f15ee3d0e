"""How sure a careful clerk would be that two written names mean one community, and why.

Equal names are certain, other cities are other communities, and what tells neighbours apart (二期, 北区, 三村) comes
before anything else. How names differ and what the companies say is then looked up in one table. The thresholds are
measured on benchmarks/names.csv (`make bench ARGS=naming`, docs/measured.md).
"""

from dataclasses import dataclass
from functools import lru_cache

from config.anatomy import Anatomy, anatomy
from config.companies import Companies, companies
from config.divisions import Division, divisions, lies_in
from config.naming import folded
from config.variance import Variance, variance

# From here on nobody need look; from here on a person should.
CERTAIN = 0.95
LIKELY = 0.75


@dataclass(frozen=True)
class Named:
    """A community as someone wrote it: its name, and as far as it is known its city and company.

    `place` is where else it is said to lie (杭州市西湖区); the divisions before the name itself are read from it.
    """

    community: str
    city: str | None = None
    company: str | None = None
    place: str = ""


# How sure one is by how the names differ: with the same company, with companies not known, with different ones.
_SURE: dict[Variance, tuple[float, float, float]] = {
    Variance.NONE: (1.0, 1.0, 1.0),
    Variance.LEAD: (0.97, 0.92, 0.6),
    Variance.BRAND: (0.96, 0.88, 0.35),
    Variance.TAIL: (0.92, 0.78, 0.3),
    Variance.CONFUSED: (0.94, 0.86, 0.35),
    Variance.CONFUSED_TAIL: (0.85, 0.6, 0.1),
    Variance.ONE: (0.6, 0.1, 0.05),
    Variance.MISSING: (0.8, 0.5, 0.1),
    Variance.REORDERED: (0.85, 0.6, 0.1),
    Variance.HELD: (0.85, 0.55, 0.1),
}
# A phase or part is named on one side only.
_HALF_TOLD = (0.8, 0.45, 0.15)
# Equal names of two companies, where no city says that they are in one.
_UNPLACED = 0.9
# Nothing but the name speaks: neither city nor company is known of both.
_ALONE = 0.95
_WHY = {
    Variance.LEAD: "仅差城市名",
    Variance.BRAND: "仅差开发商名",
    Variance.TAIL: "仅后缀不同",
    Variance.CONFUSED: "仅差一字",
    Variance.CONFUSED_TAIL: "差一字且后缀不同",
    Variance.ONE: "仅差一字",
    Variance.MISSING: "仅多一字",
    Variance.REORDERED: "仅字序不同",
    Variance.HELD: "一名包含另一名",
}
_COMPANY_WORDS = {
    Companies.SAME: "企业相同",
    Companies.DIFFERENT: "企业不同",
    Companies.UNKNOWN: "企业未知",
}


def likeness(one: Named, other: Named) -> float:
    """Return how sure (0..1) one may be that two names mean one community; the same both ways, 1.0 to itself."""
    left, right = anatomy(one.community), anatomy(other.community)
    how = variance(left, right)
    if how is None or not _may_lie_together(one, other, left, right):
        return 0.0
    known = companies(one.company or "", other.company or "")
    together = lie_together(one, other)
    sure = _SURE[how][known]
    if _half_told(left, right):
        sure = min(sure, _HALF_TOLD[known]) * (1.0 if how is Variance.NONE else sure)
    elif how is Variance.NONE and known is Companies.DIFFERENT and not together:
        sure = _UNPLACED
    elif how is not Variance.NONE and known is Companies.UNKNOWN and not together:
        sure *= _ALONE
    return sure


def why(one: Named, other: Named) -> str:
    """Return in Chinese on what the likeness of two names rests: 仅差一字：春江花园/春江花苑，企业相同."""
    left, right = anatomy(one.community), anatomy(other.community)
    how = variance(left, right)
    if how is None or not _may_lie_together(one, other, left, right):
        return ""
    half = _half_told(left, right)
    words = [_WHY[how]] if how in _WHY else []
    words += ["仅一方写明分期或分区"] if half else []
    told = f"{'、'.join(words)}：{one.community}/{other.community}" if words else "名称相同"
    context = _COMPANY_WORDS[companies(one.company or "", other.company or "")]
    together = "" if lie_together(one, other) else "，城市待核"
    return f"{told}，{context}{together}"


def _half_told(left: Anatomy, right: Anatomy) -> bool:
    """Tell whether a phase or a part stands on one side that the other does not name."""
    return left.phases != right.phases or left.parts != right.parts


def _may_lie_together(one: Named, other: Named, left: Anatomy, right: Anatomy) -> bool:
    """Tell whether nothing that is said of where two communities lie contradicts itself."""
    # 上海康城 may stand elsewhere; but beside 康城 the name says where it stands.
    leads = (left.lead, right.lead) if left.lead != right.lead else ("", "")
    there = [said for said in (other.city, other.place, right.place, leads[1]) if said]
    here = [said for said in (one.city, one.place, left.place, leads[0]) if said]
    # A name that contradicts itself (杭州市春, said to lie in 宁波市) still agrees with its own copy.
    return here == there or all(compatible(said, answer) for said in here for answer in there)


def lie_together(one: Named, other: Named) -> bool:
    """Tell whether both are known to lie in one city."""
    left, right = anatomy(one.community), anatomy(other.community)
    return _has_city(one, left) and _has_city(other, right) and _may_lie_together(one, other, left, right)


def _has_city(named: Named, found: Anatomy) -> bool:
    return any(said and _is_city(said) for said in (named.city, named.place, found.place, found.lead))


@lru_cache(maxsize=20_000)
def compatible(one: str, other: str) -> bool:
    """Tell whether two places may be one, or one lie in the other, by present names: 杭州市下城区 and 拱墅区."""
    if one == other:
        return True
    left, right = _meant(one), _meant(other)
    if not left or not right:
        return True
    return any(lies_in(a, b) or lies_in(b, a) for a in left for b in right)


@lru_cache(maxsize=20_000)
def _meant(place: str) -> tuple[Division, ...]:
    text = folded(place)
    found = divisions().meant_by(text)
    # 昆山 and 萧山 by themselves are places only where somebody says so.
    unit = divisions().find_city(text) if not found else None
    return (unit,) if unit else found


@lru_cache(maxsize=20_000)
def _is_city(place: str) -> bool:
    return any(division.level != "province" for division in _meant(place))
