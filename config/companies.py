"""Tells whether two written companies are one: 绿城物业 is 绿城物业服务集团有限公司杭州分公司."""

import re
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from config.divisions import divisions
from config.naming import company_key, folded

_BRANCH = re.compile(r"(?<=公司).{1,12}(?:分公司|分支机构|项目部)$")
# Forms and trades that stand in anyone's name.
_COMMON = re.compile(
    r"股份|集团|控股|有限|责任|公司|物业|管理|服务|科技|生活|智慧|城市|运营|产业|发展|经营|酒店|中国|企业|实业|房地产|置业"
)
_SHORTEST = 2
_LONG = 4


class Companies(IntEnum):
    """What the companies of two names say."""

    SAME = 0
    UNKNOWN = 1
    DIFFERENT = 2


@lru_cache(maxsize=50_000)
def companies(one: str, other: str) -> Companies:
    """Return whether two companies are one, as far as both are known."""
    left, right = _pieces(one), _pieces(other)
    if not left[0] or not right[0]:
        return Companies.UNKNOWN
    if left[0] == right[0]:
        return Companies.SAME
    same = _alike(left[1], right[1]) and (not left[2] or not right[2] or left[2] == right[2] or left[3] or right[3])
    return Companies.SAME if same else Companies.DIFFERENT


@lru_cache(maxsize=20_000)
def _pieces(name: str) -> tuple[str, str, str, bool]:
    """Return (key, its own name, the place before it, whether it is a branch) of a company."""
    if not name.strip():
        return "", "", "", False
    text = folded(name)
    whole = company_key(_BRANCH.sub("", text))
    rest, place = whole, ""
    while lead := divisions().place_before(rest) or divisions().short_before(rest):
        rest, place = rest[len(lead) :], lead
    own = _COMMON.sub("", rest)
    if len(own) < _SHORTEST:
        own = _COMMON.sub("", whole) or whole
    return company_key(name), own, place.removesuffix("市").removesuffix("省"), _BRANCH.search(text) is not None


def _alike(one: str, other: str) -> bool:
    """Tell whether two companies' own names are one: equal, or of four characters or more with one mistaken."""
    if one == other:
        return len(one) >= _SHORTEST
    return min(len(one), len(other)) >= _LONG and OSA.distance(one, other, score_cutoff=1) == 1
