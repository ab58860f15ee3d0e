"""Where do list, form and case material contradict each other? What each of them says of a case, where they disagree.

A side that says nothing, that cannot be read or that an OCR may have misread contradicts nobody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from config.campaign import Campaign
from config.likeness import ALIKE, alike
from config.naming import association_key, company_key, same_company
from reports.facts.material_facts import material_of
from reports.incoming import Cell
from reports.picture import CaseView

if TYPE_CHECKING:
    from reports.subjects import Subject

# What the foot of a form names may be its seal's or its signer's; only an enterprise is compared with the company.
_ENTERPRISE = ("公司", "集团", "企业", "物业")
_AT_LEAST = 2


class _Side(NamedTuple):
    """Who says something (清单), and what."""

    label: str
    cell: Cell
    prose: bool = False

    @property
    def value(self) -> str:
        return str(self.cell.value)


def difference(name: str) -> Callable[["Subject"], list[str] | None]:
    """Return a fact: what each side says in a field, those that disagree with another; empty where all agree.

    None where there is nothing to compare: fewer than two sides say something that can be relied on.
    """

    def differs(subject: "Subject") -> list[str] | None:
        sides = _disagreeing(subject.view, name, subject.campaign)
        if sides is None:
            return None
        # Sides that agree are joined by 、 already.
        return ["，".join(_said(sides, name))] if sides else []

    return differs


def disagreeing(case: CaseView, name: str, campaign: Campaign) -> list[str]:
    """Return the labels of the sides (清单, 推荐表 …) that disagree with another in a field; empty for other fields."""
    return [side.label for side in _disagreeing(case, name, campaign) or ()] if name in _SAME else []


def _disagreeing(case: CaseView, name: str, campaign: Campaign) -> list[_Side] | None:
    if name in case.corrected:
        # A person said which of them is right.
        return None
    sides = _sides(case, name)
    verdicts = [(one, other, _agree(one, other, name, campaign)) for one, other in combinations(sides, _AT_LEAST)]
    if all(agree is None for *_, agree in verdicts):
        return None
    return [side for side in sides if any(agree is False and side in pair for *pair, agree in verdicts)]


def evidence(name: str) -> Callable[["Subject"], str]:
    """Return the evidence of a difference: where each side says what it says."""

    def told(subject: "Subject") -> str:
        return "；".join(dict.fromkeys(side.cell.evidence for side in _sides(subject.view, name)))

    return told


def _sides(case: CaseView, name: str) -> list[_Side]:
    """Return who says something that could be read of a field, in the order in which they are named."""
    return [side for side in _all_sides(case, name) if side.cell.value is not None]


def _all_sides(case: CaseView, name: str) -> Iterator[_Side]:
    row = next((row.cells[name] for row in case.rows if name in row.cells), None)
    if row:
        yield _Side("清单", row)
    if name in case.form:
        yield _Side("推荐表", case.form[name])
    applicant = case.form.get("applicant") if name == "company" else None
    # On a scan it stands under the seal.
    if applicant and not applicant.is_scanned and any(word in str(applicant.value) for word in _ENTERPRISE):
        yield _Side("推荐表的申报单位", applicant)
    if (stated := _stated(case, name)) is not None:
        yield _Side("案例材料", stated, prose=True)


def _stated(case: CaseView, name: str) -> Cell | None:
    """Return what the case's material states of a field; None where it states nothing, or leaves open of what."""
    material = material_of(case)
    # A material of several communities does not say of which of them it speaks.
    if material is None or len(material.case_ids) > 1 or name not in material.facts.get("stated", {}):
        return None
    stated = material.facts["stated"]
    # 2014年竣工交付 may be the day of either.
    both = name == "delivered" and stated.get("completed", {}).get("raw") == stated[name]["raw"]
    completed = case.form.get("completed") if both else None
    if completed and completed.value and _same_date(str(completed.value), stated[name]["value"]):
        return None
    return Cell.of(stated[name], material)


def _agree(one: _Side, other: _Side, name: str, campaign: Campaign) -> bool | None:
    """Tell whether two sides say the same; None where what differs may be the reading."""
    if _SAME[name](one.value, other.value) or (name == "project_type" and _may_both_hold(one, other, campaign)):
        return True
    scanned = one.cell.is_scanned or other.cell.is_scanned
    if one.cell.is_doubtful or other.cell.is_doubtful or (scanned and alike(one.value, other.value) >= ALIKE):
        return None
    return False


def _may_both_hold(one: _Side, other: _Side, campaign: Campaign) -> bool:
    """Tell whether prose names another type that the same community may be of: 商品住宅小区 may be 弃管小区."""
    beside = {kind.name for kind in campaign.project_type if kind.beside}
    return (one.prose or other.prose) and not beside.isdisjoint({one.value, other.value})


def _said(sides: Sequence[_Side], name: str) -> Iterator[str]:
    """Yield what the sides say, those that say the same together."""
    groups: dict[str, list[_Side]] = {}
    for side in sides:
        groups.setdefault(_KEYS[name](side.value), []).append(side)
    for group in groups.values():
        *first, last = (side.label for side in group)
        who = f"{'、'.join(first)}和{last}均" if first else last
        yield f"{who}为“{group[0].cell.raw}”"


def _same_date(one: str, other: str) -> bool:
    """Dates of different precision agree when the coarser contains the finer (domain.md section 6.8)."""
    return one.startswith(other) or other.startswith(one)


def _same_association(one: str, other: str) -> bool:
    return association_key(one) == association_key(other)


_SAME: Mapping[str, Callable[[str, str], bool]] = {
    "company": same_company,
    "delivered": _same_date,
    "project_type": str.__eq__,
    "recommender": _same_association,
}
_KEYS: Mapping[str, Callable[[str], str]] = {
    "company": company_key,
    "delivered": str,
    "project_type": str,
    "recommender": association_key,
}
