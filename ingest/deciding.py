"""What a person decides of cases, findings and submissions: checked against the picture, kept, and carried out.

Everything is kept by what it is called, never by the number of a row of conclusions (store.decisions).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from config.case_name import CaseName
from config.divisions import divisions
from ingest.desk import Desk
from ingest.intake import file_all
from ingest.settling import DecisionError, keep, message_named, place_named
from parsers.base import as_json
from parsers.kinds.cells import value_of
from reports.finding import Assessment, Finding
from reports.lookup import case_named, file_named, finding_named
from reports.picture import CaseView, Picture
from store import decisions
from store.decisions import Person

# Fields that a person may correct beside those of the form.
_MORE_FIELDS = {"city": "城市", "remark": "备注"}
_EXAMPLES = {
    "completed": "2015 或 2015年6月",
    "delivered": "2015年6月30日",
    "applicant_signed": "2026年6月1日",
    "recommender_signed": "2026年6月1日",
    "floor_area": "12.5万平方米",
    "collection_rate": "98.5%",
    "fee": "2.5元/㎡·月",
    "applicant_phone": "13800000000",
    "recommender_phone": "0571-86012345",
    "project_type": "商品住宅小区、安置房小区、国企移交社会管理小区、弃管小区",
}


@dataclass(frozen=True)
class Clerk:
    """Who decides at which desk, and which earlier decision of another person that person has seen."""

    desk: Desk
    person: Person
    seen: int | None = None

    @property
    def assessment(self) -> Assessment:
        """The campaign as it stands now."""
        return self.desk.keeper.assessment(self.person.now)

    @property
    def picture(self) -> Picture:
        """The picture as it stands now."""
        return self.assessment.picture

    def keep(self, what: str, subject: str, value: dict[str, Any]) -> list[str]:
        """Keep a decision, carry out what it changes in filing, and say so."""
        _, lines = keep(self.desk, what, subject, value, self.person, self.seen)
        file_all(self.desk)
        return lines

    def keep_on(self, what: str, case: CaseName, more: dict[str, Any], part: str = "") -> list[str]:
        """Keep a decision on a case, or on a part of it."""
        value = {"province": case.province, "city": case.city, "community": case.community, **more}
        return self.keep(what, f"case:{case}{part}"[:400], value)


def correct(clerk: Clerk, target: str, field: str, raw: str) -> list[str]:
    """Correct a value of a case; DecisionError where there is no such case or field, or the value cannot be read."""
    campaign = clerk.desk.campaign
    case = case_named(clerk.picture, target)
    captions = {**campaign.recommendation_form.captions, **_MORE_FIELDS}
    name = field if field in captions else next((key for key, said in captions.items() if said == field), None)
    if name is None:
        raise DecisionError(f"没有“{field}”这一栏，可以更正的有：{'、'.join(captions.values())}")
    value = _city(case, raw) if name == "city" else as_json(value_of(name, raw, "", campaign).value)
    if value is None:
        example = f"，应如 {_EXAMPLES[name]}" if name in _EXAMPLES else ""
        raise DecisionError(f"“{raw}”读不成{captions[name]}{example}")
    more = {"field": name, "caption": captions[name], "raw": str(raw).strip(), "value": value, "was": was(case, name)}
    return clerk.keep_on(decisions.VALUE, case.name, more, f"#{name}")


def was(case: CaseView, name: str) -> str:
    """Return what the papers say of a field, without any correction: the form, else the list's row."""
    if name == "city":
        return case.name.city or ""
    for cells in (case.form, *(row.cells for row in case.rows)):
        if name in cells and cells[name].raw:
            return cells[name].raw
    return ""


def _city(case: CaseView, raw: str) -> str | None:
    unit = divisions().find_city(raw.strip(), case.province)
    return unit.city if unit else None


def withdraw(clerk: Clerk, target: str) -> list[str]:
    """Mark a case withdrawn (撤回): it stays to be seen and is judged and counted no more."""
    return clerk.keep_on(decisions.WITHDRAWN, case_named(clerk.picture, target).name, {})


def merge(clerk: Clerk, target: str, into: str) -> list[str]:
    """Say that a case is another one under another name: everything of it belongs to that one."""
    case, other = case_named(clerk.picture, target), case_named(clerk.picture, into)
    if case.id == other.id:
        raise DecisionError(f"“{target}”和“{into}”已经是同一个案例")
    if case.province != other.province:
        raise DecisionError(f"{case.name} 和 {other.name} 不在同一个省，不能合并")
    more = {"into": other.name.community, "into_city": other.name.city}
    return clerk.keep_on(decisions.MERGED, case.name, more)


def split(clerk: Clerk, target: str, company: str | None) -> list[str]:
    """Say that names which are alike are different communities, or that those of one company are another one."""
    picture = clerk.picture
    case = case_named(picture, target).name if company else _name_of(picture, target)
    return clerk.keep_on(decisions.APART, case, {"company": company}, f"@{company}" if company else "")


def _name_of(picture: Picture, target: str) -> CaseName:
    """Return the name that is to stand for itself, which may be one that was joined to a case."""
    province, *_, community = target.split("/") if "/" in target else (None, target)
    if province is None or not divisions().find_province(province):
        return case_named(picture, target).name
    return CaseName(divisions().find_province(province) or province, None, community)


def file_to(clerk: Clerk, message: str, path: str, case: str | None, kind: str | None, *, new: bool) -> list[str]:
    """Say to which case a file belongs (None: to none), and of what kind it is where that was told wrongly."""
    picture, number = clerk.picture, message_named(clerk.desk, message).id
    file = file_named(picture, number, path)
    if file.province is None:
        raise DecisionError(f"来信 {number} 还不知道是哪个省的，请先运行 zhengji assign {number} 省份")
    own = [one for one in picture.cases if one.province == file.province]
    name = None
    if case is not None:
        name = CaseName(file.province, None, case) if new else case_named(_of(picture, own), case).name
    label = _kind(clerk, kind)
    value = {
        "province": file.province,
        "city": name.city if name else None,
        "community": name.community if name else None,
        "message": number,
        "path": file.path,
        "name": file.name,
        "sha256": file.sha256,
        "kind": kind,
        "kind_label": label,
    }
    return clerk.keep(decisions.FILED, f"file:{number}:{file.path}"[-400:], value)


def _of(picture: Picture, cases: list[CaseView]) -> Picture:
    return Picture(picture.campaign, picture.as_of, (), (), tuple(cases), (), ())


def _kind(clerk: Clerk, kind: str | None) -> str | None:
    if kind is None:
        return None
    labels = {one.name: one.label for one in clerk.desk.campaign.kind}
    if kind not in labels:
        raise DecisionError(f"没有 {kind} 这一种材料，可以是：{'、'.join(f'{k}（{v}）' for k, v in labels.items())}")
    return labels[kind]


def waive(clerk: Clerk, target: str) -> list[str]:
    """Waive a finding: it stays to be seen as 已豁免, and comes back only where what it was about changes."""
    if not clerk.person.note:
        raise DecisionError("豁免要写明理由：--note 理由")
    found = finding_named(clerk.assessment, target)
    if found.rests_on is None:
        raise DecisionError(f"问题 {target} 不能豁免")
    basis = found.rests_on()
    value = {
        "province": found.province or "",
        "city": found.city,
        "community": found.community,
        "code": found.code,
        "subject": found.key,
        "fact": basis.fact,
        "contents": basis.contents,
        "message": found.message,
    }
    return clerk.keep(decisions.WAIVED, f"finding:{found.id}", value)


def reopen(clerk: Clerk, target: str) -> list[str]:
    """Reopen a waived finding or a withdrawn case: the decision on it is undone, and stays to be seen."""
    row = _standing_on(clerk, target)
    if not decisions.undo(clerk.desk.store, row.id, clerk.person):
        raise DecisionError(f"人工处理 {row.id} 已被撤销过")
    return [f"已重新打开，撤销了人工处理 {row.id}（{row.person} 所定）"]


def _standing_on(clerk: Clerk, target: str) -> decisions.Decided:
    assessment = clerk.assessment
    made = decisions.current(decisions.every(clerk.desk.store))
    waived = [one for one in assessment.findings if one.id.startswith(target.lower()) and one.status == "waived"]
    if len(waived) == 1:
        return _waiver(made, waived[0])
    name = case_named(assessment.picture, target).name
    rows = [row for row in made if row.what == decisions.WITHDRAWN and CaseName.of(row.value).means(name)]
    if not rows:
        raise DecisionError(f"{name} 没有登记撤回，也没有编号为 {target} 的已豁免问题")
    return rows[-1]


def _waiver(made: list[decisions.Decided], found: Finding) -> decisions.Decided:
    rows = [row for row in made if row.what == decisions.WAIVED]
    return next(row for row in rows if (row.value["code"], row.value["subject"]) == (found.code, found.key))


def extend(clerk: Clerk, province: str, day: str) -> list[str]:
    """Grant an association a later deadline; the note says who granted it by what."""
    if not clerk.person.note:
        raise DecisionError("延期要写明依据（谁同意的、哪份函）：--note 依据")
    place, call = place_named(clerk.desk, {"province": province}), clerk.desk.campaign.call
    try:
        granted = date.fromisoformat(day)
    except ValueError:
        raise DecisionError(f"{day} 不是日期，请写作 2026-08-12") from None
    if granted <= call.deadline:
        raise DecisionError(f"{day} 不晚于截止日 {call.deadline}，不用延期")
    value = {"province": place["province"], "day": granted.isoformat()}
    return clerk.keep(decisions.DEADLINE, f"province:{place['province']}", value)


def send_nothing(clerk: Clerk, province: str) -> list[str]:
    """Record that a province will send nothing (零报送)."""
    place = place_named(clerk.desk, {"province": province})["province"]
    view = next((one for one in clerk.picture.associations if one.province == place), None)
    lines = clerk.keep(decisions.NOTHING, f"province:{place}", {"province": place})
    if view and view.messages:
        lines.append(f"请注意：{place}已有 {view.messages} 封报送来信，零报送与此不符，请核对")
    return lines
