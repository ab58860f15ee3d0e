"""Which columns a list of cases may have: domain.md's, with the ledger's captions, and what only a query knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.campaign import Campaign
from reports.export import COLUMNS
from reports.finding import Assessment, Finding
from reports.ledger import fields as ledger
from reports.ledger.fields import Field
from reports.picture import CaseView
from reports.queries import items
from reports.queries.errors import AskedWrongError, perhaps
from reports.queries.fulltext import Hits
from reports.queries.late import is_late
from reports.stamps import seals_said

_SHOWN_SNIPPETS = 2


@dataclass(frozen=True)
class View:
    """A case with what a list may say of it beside its own fields."""

    case: CaseView
    assessment: Assessment
    findings: Sequence[Finding] = ()
    hits: Hits | None = None
    # Where else something of its province may be.
    hidden: Sequence[str] = ()

    @property
    def campaign(self) -> Campaign:
        """The campaign that it is of."""
        return self.assessment.picture.campaign


@dataclass(frozen=True)
class Extra:
    """A column that is no field of a case: how it stands in lists for people, and its value."""

    field: Field
    of: Callable[[View], Any]
    # How JSON gives it, where that is not the same.
    whole: Callable[[View], Any] | None = None


def _yes_no(value: Any, campaign: Campaign) -> Any:  # noqa: ANN401 (a value of any kind)
    return ledger.said_yes_no(value, campaign)


_EXTRAS = (
    Extra(
        Field("missing", "所缺", 16, "long"), lambda view: "、".join(items.missing(view.case, view.campaign)) or None
    ),
    Extra(Field("elsewhere", "可能在", 28, "long"), lambda view: "；".join(view.hidden) or None),
    Extra(Field("late", "迟报", 6, "word", _yes_no), lambda view: is_late(view.case, view.assessment.picture)),
    Extra(
        Field("findings", "问题", 36, "long"),
        lambda view: "；".join(one.message for one in view.findings) or None,
        lambda view: [one.code for one in view.findings],
    ),
    Extra(Field("form_seals", "推荐表公章", 22, "long"), lambda view: seals_said(view.case.forms) or None),
    Extra(Field("to_verify", "扫描识别待核", 14, "long"), lambda view: view.case.to_verify or None),
    Extra(Field("hits", "命中", 6, "number"), lambda view: view.hits.count if view.hits else None),
    Extra(
        Field("snippets", "摘录", 60, "long"),
        lambda view: "\n".join(one.marked for one in view.hits.snippets[:_SHOWN_SNIPPETS]) if view.hits else None,
        lambda view: [vars(one) for one in view.hits.snippets] if view.hits else [],
    ),
)
EXTRAS: Mapping[str, Extra] = {one.field.name: one for one in _EXTRAS}
FIELDS: Mapping[str, Field] = {
    **{one.name: one for one in ledger.CASES if one.name in COLUMNS["cases"]},
    **{name: one.field for name, one in EXTRAS.items()},
}
# What docs/views.md calls some of them.
_ALSO = {
    "有推荐表": "has_form", "有案例材料": "has_material", "建筑面积": "floor_area_m2", "物业服务费价格": "fee_text",
    "申报单位盖章日期": "applicant_signed", "推荐单位盖章日期": "recommender_signed",
    "小区": "community", "企业": "company", "省": "province",
    "市": "city", "类型": "project_type", "照片": "photos", "缺": "missing", "齐全": "complete",
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    **_ALSO,
    **{one.heading: name for name, one in FIELDS.items()},
    **{name: name for name in FIELDS},
}
DEFAULT = ("province", "city", "community", "company", "project_type", "missing", "first_arrival")
WITH_TEXT = ("province", "city", "community", "company", "hits", "snippets")


def column_named(text: str) -> str:
    """Return a column's name by its name or caption; AskedWrongError says what may have been meant."""
    known = _NAMES.get(text.strip()) or _NAMES.get(text.strip().lower())
    if known is None:
        raise AskedWrongError(f"没有“{text.strip()}”这一栏{perhaps(text.strip(), _NAMES) or _ALL}")
    return known


_ALL = f"（可用的有：{'、'.join(f'{name} {one.heading}' for name, one in FIELDS.items())}）"


def value_of(name: str, view: View) -> Any:  # noqa: ANN401 (a value of any kind)
    """Return a column's value."""
    return EXTRAS[name].of(view) if name in EXTRAS else getattr(view.case, name)


def whole_of(name: str, view: View) -> Any:  # noqa: ANN401 (a JSON value or a moment)
    """Return a column's value for programs."""
    extra = EXTRAS.get(name)
    return extra.whole(view) if extra and extra.whole else value_of(name, view)


def said(name: str, view: View) -> str:
    """Return a column's value for people, in a cell of a terminal's table."""
    told = FIELDS[name].say(value_of(name, view), view.campaign)
    if told is None:
        return ""
    if isinstance(told, datetime):
        return told.strftime("%m-%d %H:%M")
    if FIELDS[name].style == "percent":
        return f"{told:.1%}"
    return f"{told:,.10g}" if isinstance(told, float) else str(told)
