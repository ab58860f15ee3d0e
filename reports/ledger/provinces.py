"""One sheet a province: how it stands, its cases with what is there of each, and its findings, on pages to print."""

from collections.abc import Sequence
from dataclasses import replace

from reports.export import Row, contact_of
from reports.finding import Assessment
from reports.ledger.fields import (
    CASES,
    FINDING,
    FINDING_OPINIONS,
    FINDINGS,
    Field,
    project_type,
    said_there,
)
from reports.ledger.links import Links
from reports.ledger.rows import case_rows, finding_rows, page_head
from reports.making.tables import Block, Column, Pages
from reports.picture import AssociationView, CaseView
from reports.wording import STATUSES, clock, joined, yes_no

_BY_HEADING = {one.heading: one for one in FINDINGS}
# Both tables stand in the same columns, so that nothing is merged: merged cells can be neither sorted nor filtered.
_WIDTHS = (7, 10, 18, 36, 36, 14, 11, 10, 22, 9, 10)
_CASES = (
    Field("list_number", "序号", 0),
    Field("city", "城市", 0, "long"),
    Field("community", "小区名称", 0, "long"),
    Field("company", "物业服务企业", 0, "long"),
    Field("title", "案例标题", 0, "long"),
    Field("project_type", "项目类型", 0, "long", project_type),
    Field("delivered", "交付时间", 0),
    Field("has_form", "推荐表", 0, "word", said_there, link="form"),
    Field("photos_said", "照片、视频", 0, "long", link="photos"),
    Field("has_material", "案例材料", 0, "word", said_there, link="material"),
    replace(next(one for one in CASES if one.name == "complete"), width=0),
)
_FINDINGS = (
    *(_BY_HEADING[heading] for heading in ("级别", "城市", "小区名称", "问题", "依据", "条款", "处理")),
    *FINDING_OPINIONS,
    _BY_HEADING[FINDING],
)


def province_pages(assessment: Assessment, links: Links, province: str | None) -> list[Pages]:
    """Return the sheet of each province, or of the one that is named."""
    wanted = [view for view in assessment.picture.associations if province in (None, view.province)]
    cases, findings = case_rows(assessment, links), finding_rows(assessment, links)
    views = list(assessment.picture.cases)
    return [_page(view, assessment, list(zip(views, cases, strict=True)), findings) for view in wanted]


def _page(
    view: AssociationView,
    assessment: Assessment,
    cases: Sequence[tuple[CaseView, Row]],
    findings: Sequence[Row],
) -> Pages:
    own = [{**row, "photos_said": _photos(case)} for case, row in cases if case.province == view.province]
    own.sort(key=_by_number)
    found = [row for row in findings if row["province"] == view.province]
    standing = sum(row["status"] == "open" for row in found)
    blocks = (
        _block(f"案例（{len(own)} 个，齐全 {view.complete_cases} 个）", _CASES, own, assessment, "还没有收到案例"),
        _block(f"问题（{len(found)} 个，待处理 {standing} 个）", _FINDINGS, found, assessment, "没有问题"),
    )
    return Pages(view.province, _WIDTHS, _head(view, assessment), blocks, page_head(assessment))


def _block(caption: str, fields: Sequence[Field], rows: Sequence[Row], assessment: Assessment, nothing: str) -> Block:
    campaign = assessment.picture.campaign
    columns: list[Column] = [one.column for one in fields]
    return Block(caption, columns, [[one.cell(row, campaign) for one in fields] for row in rows], nothing)


def _by_number(row: Row) -> tuple[bool, int]:
    """Return the order of a province's own list; what it does not number comes last."""
    said = str(row["list_number"] or "")
    return not (said.isascii() and said.isdecimal()), int(said) if said.isascii() and said.isdecimal() else 0


def _photos(case: CaseView) -> str:
    """Return how many photos count, how many more there are, and the videos."""
    more = len(case.photo_files) - case.photos
    said = [f"合格照片 {case.photos} 张" if case.photos or more else "", f"另有不合格 {more} 张" if more else ""]
    return "，".join(filter(None, (*said, f"视频 {case.videos} 个" if case.videos else "")))


def _head(view: AssociationView, assessment: Assessment) -> tuple[str, ...]:
    """Return the lines on top of the sheet: who reports, how it stands, when it wrote, its list and its contact."""
    campaign = assessment.picture.campaign
    zone = campaign.call.zone
    state = "零报送" if view.status == "none" and view.nothing_to_send else STATUSES[view.status]
    said = [f"状态：{state}{'（迟报）' if view.late else ''}", f"案例 {view.complete_cases}/{view.cases_expected} 齐全"]
    if view.messages:
        said.append(f"报送来信 {view.messages} 封")
    if view.first_arrival:
        said.append(f"首次 {clock(view.first_arrival, zone)}")
    said.append(f"截止 {clock(view.deadline, zone)}{f'（延期，{view.deadline_note}）' if view.deadline_note else ''}")
    lists = [f"清单 {yes_no(bool(view.lists))}", f"盖章扫描件 {yes_no(bool(view.list_scans))}"]
    known = (contact_of(view, name, campaign) for name in ("contact", "phone"))
    contact = joined(one for one in known if one)
    return (
        f"{view.association.name}报送情况",
        "　".join(said),
        "　".join([*lists, f"联系人：{contact}" if contact else "联系人：不详"])
        .replace(" 是", "：有")
        .replace(" 否", "：无"),
    )
