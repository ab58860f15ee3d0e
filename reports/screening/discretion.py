"""What must outside experts not see? Phone numbers, and the names of those who are to be called."""

import re
from collections.abc import Iterable

from reports.picture import CaseView
from reports.wording import clipped, masked, one_line

_LEFT_OUT, _SOMEBODY = "（电话略）", "（联系人）"
# A phone number after `masked` has hidden a mobile's middle: mobiles, landlines with their area code, 400 numbers.
_PHONE = re.compile(
    r"(?<!\d)(?:(?:\+|00)?86[-\s]?)?(?:1\d{2}\*{4}\d{4})+"
    r"|(?<!\d)[(（]?0\d{2,3}[)）]?[-－—‐–\s]{0,2}\d{3,4}[-－—‐–\s]?\d{4}(?:[-－转]\d{1,5})?(?!\d)"
    r"|(?<!\d)[48]00[-－—‐–\s]?\d{3,4}[-－—‐–\s]?\d{3,4}(?!\d)"
    r"|(?<=电话)[:：为是\s]{0,3}\d{7,8}(?!\d)|(?<=热线)[:：为是\s]{0,3}\d{7,8}(?!\d)"
)
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,5}")
_LONGEST_FACT = 200
_CONTACTS = ("applicant_contact", "recommender_contact")
# What stands in a contact's cell without being a name.
_NO_NAMES = {
    "联系人",
    "经理",
    "主任",
    "电话",
    "手机",
    "先生",
    "女士",
    "项目经理",
    "秘书长",
    "会长",
    "办公室",
    "物业",
    "小区",
}


def contacts_of(case: CaseView) -> frozenset[str]:
    """Return the names of the people to call of a case, as form, list and persons say."""
    cells = [case.applicant_contact, case.recommender_contact]
    cells += [case.form[name].raw for name in _CONTACTS if name in case.form]
    return frozenset(name for cell in cells for name in _NAME.findall(cell or "")) - _NO_NAMES


def fact_of(text: str | None, contacts: Iterable[str]) -> str:
    """Return a value of a case as it is shown: no longer than a cell can be looked at."""
    return clipped(guarded(text or "", contacts), _LONGEST_FACT)


def guarded(text: str, contacts: Iterable[str]) -> str:
    """Return a stranger's text in sound lines, without phone numbers and without these names."""
    clean = "\n".join(one_line(line) for line in text.splitlines())
    clean = _PHONE.sub(_LEFT_OUT, masked(clean))
    for name in sorted(contacts, key=len, reverse=True):
        clean = clean.replace(name, _SOMEBODY)
    return clean
