"""What a person decides of cases, findings and submissions: checked against the picture, kept, and carried out.

Everything is kept by what it is called, never by the number of a row of conclusions (store.decisions).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.campaign import Campaign
from config.case_name import CaseName
from config.divisions import divisions
from config.errors import nearest
from config.naming import company_key, folded
from ingest.decisions.settling import DecisionError, keep, message_named, place_named
from ingest.desk import Desk
from ingest.intake import file_all
from parsers.base import as_json
from parsers.kinds.cells import value_of
from reports.finding import Assessment, Finding
from reports.incoming import Cell, FileView
from reports.lookup import case_named, files_named, finding_named
from reports.picture import CaseView, Picture
from reports.telling import described
from reports.wording import one_line
from store import decisions, mail
from store.decisions import Decided, Ground, Person, Wanted

# So long a database lets a subject be, and so long a name that a person writes may be.
_LONGEST, _LONGEST_NAME = 400, 60
# Later than this after the deadline a day is a slip.
_MOST_DAYS = 120
_DAY = re.compile(r"(?:(\d{4})\s*[-./年]\s*)?(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_ON_CASES = (decisions.VALUE, decisions.WITHDRAWN)
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

    def keep(
        self, what: str, subject: str, value: dict[str, Any], is_of: Callable[[Decided], bool] = lambda _row: False
    ) -> list[str]:
        """Keep a decision, carry out what it changes in filing, and say so, also where that failed."""
        _, lines = keep(self.desk, what, subject, value, self.person, Ground(self.seen, is_of))
        file_all(self.desk)
        return [*lines, *(f"来信 {number} 未能处理：{reason}" for number, reason in mail.failed(self.desk.store))]

    def keep_on(self, what: str, case: CaseName, more: dict[str, Any], part: str = "") -> list[str]:
        """Keep a decision on a case, or on a part of it."""
        value = {"province": case.province, "city": case.city, "community": case.community, **more}

        def is_of(row: Decided) -> bool:
            same = all(row.value.get(key) == more.get(key) for key in ("field", "company"))
            return same and CaseName.of(row.value).means(case)

        return self.keep(what, f"case:{case}"[: _LONGEST - len(part)] + part, value, is_of)


def correct(clerk: Clerk, target: str, field: str, raw: str) -> list[str]:
    """Correct a value of a case; DecisionError where there is no such case or field, or the value cannot be read."""
    case = case_named(clerk.picture, target)
    more = correction(clerk.desk.campaign, case, field, raw)
    return clerk.keep_on(decisions.VALUE, case.name, more, f"#{more['field']}")


def correction(campaign: Campaign, case: CaseView, field: str, raw: str) -> dict[str, Any]:
    """Return what a corrected value is kept as, checked; DecisionError as `correct`."""
    captions = {**campaign.recommendation_form.captions, **_MORE_FIELDS}
    name = _field(field, captions, campaign)
    value = _city(case, raw) if name == "city" else as_json(value_of(name, raw, "", campaign).value)
    if value is None:
        example = f"，应如 {_EXAMPLES[name]}" if name in _EXAMPLES else ""
        raise DecisionError(f"“{raw}”读不成{captions[name]}{example}")
    old = was(case, name)
    said = {"field": name, "caption": captions[name], "raw": str(raw).strip()}
    was_value = as_json(value_of(name, old, "", campaign).value) if old and name != "city" else None
    more = {**said, "value": value, "was": old, **({"was_value": was_value} if was_value is not None else {})}
    if name == "community":
        _checked(str(raw))
    return more


def _checked(name: str) -> str:
    """Return a name that a person writes; DecisionError where it is none, or none that could stand in one line."""
    text = name.strip()
    if not folded(text) or len(text) > _LONGEST_NAME or not text.isprintable():
        raise DecisionError(
            f"“{one_line(text)[:_LONGEST_NAME]}”不像小区名称，请重写（不超过 {_LONGEST_NAME} 字、一行）"
        )
    return text


def _field(text: str, captions: Mapping[str, str], campaign: Campaign) -> str:
    """Return the field that a person means by its name, its caption, or any label that heads it in lists and forms."""
    known = {**{caption: name for name, caption in captions.items()}, **{name: name for name in captions}}
    for table in (campaign.recommendation_form, campaign.summary_list):
        for name, labels in table.labels.items():
            known = {**{label: name for label in labels if name in captions}, **known}
    if text.strip() in known:
        return known[text.strip()]
    meant = nearest(text, list(known)) or f"，可以更正的有：{'、'.join(captions.values())}"
    raise DecisionError(f"没有“{text}”这一栏{meant}")


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
    lines = clerk.keep_on(decisions.MERGED, case.name, more)
    made = decisions.current(decisions.every(clerk.desk.store))
    idle = [row for row in made if row.what in _ON_CASES and CaseName.of(row.value).means(case.name)]
    return [*lines, *(f"请注意：编号 {row.id} 的决定（{described(row)}）不再起作用" for row in idle)]


def split(clerk: Clerk, target: str, company: str | None) -> list[str]:
    """Say that names which are alike are different communities, or that those of one company are another one."""
    picture = clerk.picture
    case = _of_company(picture, target, company) if company else _name_of(picture, target)
    return clerk.keep_on(decisions.APART, case, {"company": company}, f"@{company}" if company else "")


def _of_company(picture: Picture, target: str, company: str) -> CaseName:
    """Return the name of a case in whose list rows or forms a company stands; DecisionError where it is in none."""
    case = case_named(picture, target)
    cells = [row.cells.get("company") for row in case.all_rows]
    cells += [Cell.of(file.facts["fields"]["company"], file) for file in case.files if _names_company(file)]
    known = {str(cell.value) for cell in cells if cell and cell.value}
    if company_key(company) not in map(company_key, known):
        there = "、".join(sorted(known)) or "（没有）"
        raise DecisionError(f"{case.name} 的清单和推荐表里没有企业“{one_line(company)}”，有：{there}")
    return case.name


def _names_company(file: FileView) -> bool:
    return bool((file.facts.get("fields") or {}).get("company"))


def _name_of(picture: Picture, target: str) -> CaseName:
    """Return the name that is to stand for itself, which may be one that was joined to a case."""
    province, *_, community = target.split("/") if "/" in target else (None, target)
    if province is None or not divisions().find_province(province):
        return case_named(picture, target).name
    return CaseName(divisions().find_province(province) or province, None, community)


@dataclass(frozen=True)
class Shelved:
    """Where a person puts a file: to a case (`new` where there is none yet), to none, or where it is; and of what kind.

    What is not said stays as it was decided before, else as it was told.
    """

    case: str | None = None
    new: bool = False
    none: bool = False
    kind: str | None = None


def file_to(clerk: Clerk, message: str, path: str, to: Shelved) -> list[str]:
    """Say where the files of a message belong that a path or a pattern (IMG_*.jpg) names, or of what kind they are."""
    picture, number = clerk.picture, message_named(clerk.desk, message).id
    files = files_named(picture, number, path)
    if files[0].province is None:
        raise DecisionError(f"来信 {number} 还不知道是哪个省的，请先运行 zhengji assign {number} 省份")
    name, label = _target(picture, files[0].province, to), _kind(clerk, to.kind)
    lines = []
    for file in files:
        value = {
            **_before(clerk, file),
            **({"placed": True, "city": name.city, "community": name.community} if name else {}),
            **({"placed": True, "city": None, "community": None} if to.none else {}),
            **({"kind": to.kind, "kind_label": label} if to.kind else {}),
        }
        lines += clerk.keep(decisions.FILED, f"file:{number}:{file.path}"[-_LONGEST:], value)
    return lines


def _before(clerk: Clerk, file: FileView) -> dict[str, Any]:
    """Return what was decided of a file so far; nothing of its place and kind where nothing was."""
    own = {"message": file.message_pk, "path": file.path, "name": file.name, "sha256": file.sha256}
    rows = decisions.on_filing(clerk.desk.store, file.province or "")
    row = decisions.Shelf(rows).of(file.message_pk, file.path, file.sha256)
    kept = ("placed", "city", "community", "kind", "kind_label")
    return {"province": file.province, **{key: row.value.get(key) if row else None for key in kept}, **own}


def _target(picture: Picture, province: str, to: Shelved) -> CaseName | None:
    """Return the case that a file is put to; None where it is put to none, or only its kind is told."""
    if to.case is None:
        return None
    if not to.new:
        own = [one for one in picture.cases if one.province == province]
        return case_named(_of(picture, own), to.case).name
    return _new_name(province, to.case)


def _new_name(province: str, text: str) -> CaseName:
    """Return the name of a case that is not there yet, as people write it: 之江公馆, 浙江/杭州市/之江公馆."""
    *places, community = text.split("/")
    named = [place for place in places if divisions().find_province(place) != province]
    city = divisions().find_city(named[0], province) if len(named) == 1 else None
    # What is no place belongs to the name.
    name = community if not named or city else "/".join((*named, community))
    return CaseName(province, city.city if city else None, _checked(name))


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
    wanted = waiver_of(finding_named(clerk.assessment, target), target)
    return clerk.keep(decisions.WAIVED, wanted.subject, wanted.value, wanted.ground.is_of)


def waiver_of(found: Finding, target: str, seen: int | None = None) -> Wanted:
    """Return the decision that waives a finding; DecisionError where it cannot be waived."""
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

    def is_of(row: Decided) -> bool:
        same = (row.value["code"], row.value["subject"]) == (found.code, found.key)
        return same and (not row.value["city"] or not found.city or row.value["city"] == found.city)

    return Wanted(f"finding:{found.id}", value, Ground(seen, is_of))


def reopen(clerk: Clerk, target: str) -> list[str]:
    """Reopen a waived finding or a withdrawn case: the decision on it is undone, and stays to be seen."""
    row = _standing_on(clerk, target)
    if not decisions.undo(clerk.desk.store, row.id, clerk.person):
        raise DecisionError(f"人工处理 {row.id} 已被撤销过")
    return [f"已重新打开，撤销了人工处理 {row.id}（{row.person} 所定）"]


def _standing_on(clerk: Clerk, target: str) -> Decided:
    assessment, wanted = clerk.assessment, target.strip().lower()
    made = decisions.current(decisions.every(clerk.desk.store))
    waived = [one for one in assessment.findings if wanted and one.id.startswith(wanted) and one.status == "waived"]
    if len(waived) == 1:
        return _waiver(made, waived[0])
    name = case_named(assessment.picture, target).name
    rows = [row for row in made if row.what == decisions.WITHDRAWN and CaseName.of(row.value).means(name)]
    if not rows:
        raise DecisionError(f"{name} 没有登记撤回，也没有编号为 {target} 的已豁免问题")
    return rows[-1]


def _waiver(made: list[Decided], found: Finding) -> Decided:
    rows = [row for row in made if row.what == decisions.WAIVED]
    return next(row for row in rows if (row.value["code"], row.value["subject"]) == (found.code, found.key))


def extend(clerk: Clerk, province: str, day: str) -> list[str]:
    """Grant an association a later deadline; the note says who granted it by what."""
    if not clerk.person.note:
        raise DecisionError("延期要写明依据（谁同意的、哪份函）：--note 依据")
    place, call = place_named(clerk.desk, {"province": province}), clerk.desk.campaign.call
    granted = _day(day, call.deadline)
    if granted <= call.deadline:
        raise DecisionError(f"{day} 不晚于截止日 {call.deadline}，不用延期")
    if (granted - call.deadline).days > _MOST_DAYS:
        raise DecisionError(f"{granted} 比截止日晚 {(granted - call.deadline).days} 天，请核对日期")
    value = {"province": place["province"], "day": granted.isoformat()}
    return clerk.keep(decisions.DEADLINE, f"province:{place['province']}", value)


def _day(text: str, deadline: date) -> date:
    """Return a day as people write it: 2026-08-12, 2026-8-12, 8月12日 (of the deadline's year)."""
    match = _DAY.fullmatch(text.strip())
    try:
        if match:
            return date(int(match[1] or deadline.year), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise DecisionError(f"{text} 不是日期，请写作 2026-08-12") from None


def send_nothing(clerk: Clerk, province: str) -> list[str]:
    """Record that a province will send nothing (零报送)."""
    place = place_named(clerk.desk, {"province": province})["province"]
    view = next((one for one in clerk.picture.associations if one.province == place), None)
    lines = clerk.keep(decisions.NOTHING, f"province:{place}", {"province": place})
    if view and view.messages:
        lines.append(f"请注意：{place}已有 {view.messages} 封报送来信，零报送与此不符，请核对")
    return lines
