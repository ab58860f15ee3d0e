"""How is a row of a copy known again? By a hidden cell that names campaign, case and the material it was made of."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from config.case_name import CaseName
from config.naming import company_key
from reports.picture import CaseView

# So much of a content's hash tells it from the others of a campaign.
_MARK = 16
# A company only tells cases of one name apart.
_LONGEST_COMPANY = 200
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class CaseKey:
    """What a row is of; `material` ends the hash of the material that counted, empty where none could be read."""

    campaign: str
    province: str
    city: str | None
    community: str
    company: str
    material: str

    @classmethod
    def of(cls, case: CaseView, campaign: str) -> "CaseKey":
        """Return the key of a case as it stands."""
        name = case.name
        return cls(campaign, name.province, name.city, name.community, _company(case), material_mark(case))

    @classmethod
    def read(cls, cell: str) -> "CaseKey | None":
        """Return the key that a cell holds; None where it holds none."""
        try:
            parts = json.loads(cell)
        except ValueError:
            return None
        if not isinstance(parts, list) or len(parts) != len(cls.__dataclass_fields__):
            return None
        texts = [part for place, part in enumerate(parts) if place != 2]  # noqa: PLR2004 (the city, which may be null)
        if not all(isinstance(part, str) for part in texts) or not (parts[2] is None or isinstance(parts[2], str)):
            return None
        return cls(*parts)

    @property
    def cell(self) -> str:
        """What the hidden cell holds; half characters of broken mails, which no file can, as JSON writes them."""
        text = json.dumps(list(asdict(self).values()), ensure_ascii=False)
        return _HALF.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def material_mark(case: CaseView) -> str:
    """Return what tells the material of a case that counts from an older or newer one; empty where there is none."""
    return (case.material.sha256 or "")[-_MARK:] if case.material else ""


def _company(case: CaseView) -> str:
    return (case.company or "")[:_LONGEST_COMPANY]


def named_by(value: dict[str, Any], cases: Iterable[CaseView]) -> Sequence[CaseView]:
    """Return the cases that {province, city, community, company} can mean; of those of one name, this company's."""
    name = CaseName.of(value)
    named = [case for case in cases if name.means(case.name)]
    if len(named) > 1:
        own = company_key((value.get("company") or "")[:_LONGEST_COMPANY])
        named = [case for case in named if company_key(_company(case)) == own] or named
    return named
