"""What a rule can speak of: for each subject its facts, each with a sentence of what it is and how it is measured.

`zhengji facts` prints these tables. A rule names a subject (`on`) and one of its facts (`fact`).
To add a fact: one line in the subject's table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from config.campaign import Campaign
from reports import contradictions, links, moments, stamps, withdrawals
from reports.facts import (
    case_facts,
    file_facts,
    material_facts,
    message_facts,
    photo_facts,
    scan_facts,
    submission_facts,
    text_facts,
    video_facts,
)
from reports.incoming import FileView, MessageView
from reports.picture import AssociationView, CaseView, Picture
from reports.wording import LEVELS


@dataclass(frozen=True)
class Subject:
    """One thing that is judged, with the context that its facts need."""

    view: Any
    picture: Picture
    association: AssociationView | None = None

    @property
    def campaign(self) -> Campaign:
        """The campaign it is judged by."""
        return self.picture.campaign

    @property
    def deadline(self) -> date:
        """The last day for it: the campaign's, or the later one that was granted to its association."""
        granted = self.association.deadline if self.association else self.campaign.call.last_moment
        return granted.astimezone(self.campaign.call.zone).date()

    @property
    def last_moment(self) -> datetime:
        """The last moment for it; see `deadline`."""
        return self.association.deadline if self.association else self.campaign.call.last_moment

    def day(self, moment: datetime | None) -> Any:  # noqa: ANN401 (a date or None)
        """Return a moment's day as the notice counts days."""
        return moment.astimezone(self.campaign.call.zone).date() if moment else None

    def clock(self, moment: datetime | None) -> str:
        """Return a moment for people."""
        return moment.astimezone(self.campaign.call.zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


@dataclass(frozen=True)
class Fact:
    """A fact of a subject: what it is, how it is measured, and the evidence it rests on."""

    doc: str
    of: Callable[[Subject], Any]
    evidence: Callable[[Subject], str] = lambda _subject: ""


def cells(*names: str) -> Callable[[Subject], str]:
    """Return the evidence of a case's fields: where each stood and what it said."""

    def evidence(subject: Subject) -> str:
        case: CaseView = subject.view
        found = [cells[name] for name in names for cells in (case.corrected, case.form) if name in cells]
        found += [row.cells[name] for row in case.rows for name in names if name in row.cells]
        return _joined(cell.evidence for cell in found)

    return evidence


def _joined(parts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(part for part in parts if part))


def _arrivals(subject: Subject) -> str:
    return _joined(moments.came(file, subject) for file in subject.view.files[:5])


def _province_has_list(subject: Subject) -> bool:
    return subject.association is not None and any(
        submission_facts.has_rows(file) for file in subject.association.lists
    )


def _sender(message: MessageView) -> str:
    return _joined((message_facts.writer(message), *message.sender_clues))


def _in_submission(subject: Subject) -> bool:
    file: FileView = subject.view
    return file.message_pk in subject.picture.submission_ids


def _hidden(subject: Subject) -> str:
    return case_facts.locked_note(subject) + links.behind_links(subject.picture, subject.view.province)


_ASSOCIATION: dict[str, Fact] = {
    "province": Fact("省份简称", lambda s: s.view.province),
    "messages": Fact("报送类来信的件数", lambda s: s.view.messages, lambda _: "收件记录中没有该省的报送来信"),
    "has_submission": Fact("已有报送来信", lambda s: s.view.messages > 0),
    "expected": Fact("没有声明零报送", lambda s: not s.view.nothing_to_send),
    "in_time": Fact("首次报送按时", lambda s: s.view.messages > 0 and not s.view.late),
    "first_arrival": Fact("首次报送到达的时刻", lambda s: s.clock(s.view.first_arrival)),
    "first_arrival_day": Fact("首次报送到达（入箱）的日期", lambda s: s.day(s.view.first_arrival)),
    "first_taken": Fact("首次报送到达的时刻（服务器两个时间中较早的）", lambda s: s.clock(s.view.first_taken)),
    "first_taken_day": Fact(
        "首次报送到达的日期（服务器两个时间中较早的）",
        lambda s: s.day(s.view.first_taken),
        lambda s: moments.came_first(s.view.messages_in, s),
    ),
    "editable_lists": Fact("可编辑的汇总清单份数", lambda s: len(s.view.lists), submission_facts.received),
    "lists_not_word": Fact(
        "没有 Word 版时，其他格式的汇总清单",
        lambda s: submission_facts.lists_not_word(s.view),
        lambda s: _joined(f"《{file.name}》（{file.format}）" for file in s.view.lists),
    ),
    "list_scans": Fact("汇总清单扫描件份数", lambda s: len(s.view.list_scans), submission_facts.received),
    "list_stamped": Fact(
        "汇总清单扫描件上有红色公章（灰度件看不出）", lambda s: stamps.any_stamped(s.view.list_scans), stamps.list_seals
    ),
    "scan_differences": Fact(
        "汇总清单与其扫描件所列小区之别", lambda s: scan_facts.differences(s.view), scan_facts.evidence
    ),
    "locked": Fact("材料可能在打不开的文件或没有下载的云附件里时的提示", _hidden),
    "blank_contact_cells": Fact(
        "汇总清单表头空白的栏目（联系人、联系电话）",
        lambda s: submission_facts.blank_contact_cells(s.view, s.campaign),
        lambda s: _joined(f"《{file.name}》" for file in s.view.lists),
    ),
    "late_items": Fact(
        "截止后才到的应报项目（清单、扫描件）",
        lambda s: submission_facts.late_items(s.view),
        lambda s: _joined(moments.came(f, s) for f in (*s.view.all_lists, *s.view.list_scans)),
    ),
    "nameless_rows": Fact(
        "汇总清单中有内容而小区名称空白的行",
        lambda s: submission_facts.nameless_rows(s.view),
        lambda s: _joined(f"《{file.name}》" for file in s.view.lists),
    ),
    "withdrawn_resent": Fact(
        "登记撤回之后又来了材料的案例", submission_facts.withdrawn_resent, submission_facts.withdrawn_evidence
    ),
    "nothing_but_sent": Fact(
        "登记了零报送而有报送来信", submission_facts.nothing_but_sent, lambda s: s.view.nothing_to_send
    ),
    "removed_rows": Fact(
        "新的汇总清单不再列出、先前清单列有的小区", submission_facts.removed_rows, submission_facts.removed_evidence
    ),
    "missing_project_types": Fact(
        "全省案例没有涉及的项目类型",
        lambda s: submission_facts.missing_project_types(s.view, s.campaign),
        lambda s: submission_facts.types_told(s.view, s.campaign),
    ),
}

_CITY: dict[str, Fact] = {
    "city": Fact("市（州、盟、直辖市的区县）全称", lambda s: s.view.city),
    "cases": Fact("该市推荐的案例数", lambda s: len(s.view.cases)),
    "quota": Fact("该市的名额", lambda s: s.view.quota),
    "over_quota": Fact(
        "超出名额的案例数",
        lambda s: max(0, len(s.view.cases) - s.view.quota),
        lambda s: "、".join(case.community for case in s.view.cases),
    ),
}

_CASE: dict[str, Fact] = {
    "community": Fact("小区名称", lambda s: s.view.community),
    "in_list": Fact("汇总清单列有该小区", lambda s: s.view.in_list, _arrivals),
    "near_names": Fact("清单里名称相近的小区", case_facts.near_names),
    "withdrawal_said": Fact("说到撤回该案例的来信", withdrawals.said, withdrawals.evidence),
    "list_rows": Fact(
        "汇总清单中出现的次数",
        lambda s: len(s.view.rows) if s.view.in_list else 0,
        lambda s: _joined(row.cells["community"].evidence for row in s.view.rows),
    ),
    "list_readable": Fact("该省已有读得出的汇总清单", _province_has_list),
    "association_in_time": Fact(
        "该省首次报送按时",
        lambda s: s.association is not None and s.association.messages > 0 and not s.association.late,
    ),
    "forms": Fact("推荐表份数（Word、PDF 或扫描件）", lambda s: len(s.view.forms), case_facts.received),
    "form_stamped": Fact(
        "推荐表任一版本上有红色公章（灰度件看不出）", lambda s: s.view.form_stamped, stamps.form_seals
    ),
    "materials": Fact("案例材料份数", lambda s: len(s.view.materials), case_facts.received),
    "photos": Fact("合格照片张数", lambda s: s.view.photos, photo_facts.photo_evidence),
    "reused_photos": Fact("也用于其他案例的照片", photo_facts.reused_photos, photo_facts.reuse_evidence),
    "shared_texts": Fact(
        "案例材料与哪些其他案例有大段相同的文字（各多少字）", text_facts.shared_texts, text_facts.passages_quoted
    ),
    "pasted": Fact("照片不足而案例材料里有插图时的提示", material_facts.pasted_note),
    "unread_forms": Fact("收到推荐表而读不出、也归不到小区时的提示", file_facts.unread_forms),
    "locked": Fact("材料可能在打不开的文件或没有下载的云附件里时的提示", _hidden),
    "blank_list_cells": Fact(
        "汇总清单该行空白的必填栏",
        lambda s: case_facts.blank_list_cells(s.view, s.campaign),
        lambda s: _joined(f"《{row.file.name}》{row.cells['community'].place}" for row in s.view.rows),
    ),
    "blank_form_cells": Fact(
        "推荐表空白的必填栏",
        lambda s: case_facts.blank_form_cells(s.view, s.campaign),
        lambda s: _joined(f"《{file.name}》" for file in s.view.forms[:1]),
    ),
    "unreadable_form_cells": Fact(
        "推荐表中读不出的栏目",
        lambda s: [f"{label}“{cell.raw}”" for label, cell in case_facts.unreadable_form_cells(s.view, s.campaign)],
        lambda s: _joined(cell.evidence for _, cell in case_facts.unreadable_form_cells(s.view, s.campaign)),
    ),
    "materials_not_word": Fact(
        "没有 Word 版时，其他格式的案例材料", lambda s: case_facts.materials_not_word(s.view), case_facts.received
    ),
    "misnamed_materials": Fact(
        "文件名不合“小区+标题”的案例材料",
        lambda s: case_facts.misnamed_materials(s.view),
        lambda s: _joined(file.path for file in s.view.materials),
    ),
    "sections_missing": Fact(
        "案例材料缺少、空白或没有改完的部分（扫描件不判）",
        lambda s: material_facts.sections_missing(s.view, s.campaign),
        material_facts.counts,
    ),
    "sections_off": Fact(
        "案例材料中篇幅与要求不同的部分",
        lambda s: material_facts.sections_off(s.view, s.campaign),
        material_facts.counts,
    ),
    "layout_faults": Fact(
        "案例材料的排版与要求不同之处（只列确定的）",
        lambda s: material_facts.layout_faults(s.view),
        material_facts.named,
    ),
    "delivered": Fact("交付时间", lambda s: s.view.delivered, cells("delivered")),
    "collection_rate": Fact("物业服务费收缴率", lambda s: s.view.collection_rate, cells("collection_rate")),
    "project_type": Fact("项目类型", lambda s: s.view.project_type, cells("project_type")),
    "project_type_text": Fact(
        "项目类型的原文", lambda s: case_facts.raw_of(s.view, "project_type"), cells("project_type")
    ),
    "already_selected": Fact(
        "此前入选名单中的同一小区，确定或疑似（未提供名单则不判）",
        lambda s: s.view.already_selected,
        lambda s: f"已入选名单，{'确定' if s.view.surely_selected else '疑似'}：{s.view.already_selected}",
    ),
    "selected_doubt": Fact("只是疑似入选时的“疑似”二字", lambda s: "" if s.view.surely_selected else "疑似"),
    "selected_advice": Fact(
        "确定入选、疑似入选时各应怎么办",
        lambda s: "不再重复申报" if s.view.surely_selected else "请核对是否同一小区",
    ),
    "company_differs": Fact(
        "清单、推荐表（含申报单位）与案例材料的企业名称之别",
        contradictions.difference("company"),
        contradictions.evidence("company"),
    ),
    "delivered_differs": Fact(
        "清单、推荐表与案例材料的交付时间之别",
        contradictions.difference("delivered"),
        contradictions.evidence("delivered"),
    ),
    "project_type_differs": Fact(
        "清单、推荐表与案例材料的项目类型之别",
        contradictions.difference("project_type"),
        contradictions.evidence("project_type"),
    ),
    "recommender_differs": Fact(
        "清单与推荐表的推荐单位之别", contradictions.difference("recommender"), contradictions.evidence("recommender")
    ),
    "outdated_corrections": Fact(
        "人工更正之后，新的材料又写了别的值",
        lambda s: case_facts.outdated_corrections(s.view, s.picture.rulings, s.campaign),
        lambda s: _joined(cell.evidence for cell in s.view.corrected.values()),
    ),
    "first_arrival": Fact("材料最早到达的时刻", lambda s: s.clock(s.view.first_arrival)),
    "first_arrival_day": Fact("材料最早到达（入箱）的日期", lambda s: s.day(s.view.first_arrival), _arrivals),
    "first_taken": Fact("材料最早到达的时刻（服务器两个时间中较早的）", lambda s: s.clock(moments.first_taken(s.view))),
    "first_taken_day": Fact(
        "材料最早到达的日期（服务器两个时间中较早的）", lambda s: s.day(moments.first_taken(s.view)), _arrivals
    ),
    "in_time": Fact(
        "材料最早按时到达",
        lambda s: (first := moments.first_taken(s.view)) is not None and first <= s.last_moment,
    ),
    "late_items": Fact(
        "截止后才到的应报项目（推荐表、案例材料、照片）",
        lambda s: case_facts.late_items(s.view, s.last_moment, s.campaign),
        _arrivals,
    ),
}

_MESSAGE: dict[str, Fact] = {
    "is_submission": Fact("属于报送", lambda s: s.view.is_submission),
    "province": Fact(
        "来信所属省份",
        lambda s: s.view.province,
        lambda s: _joined((message_facts.writer(s.view), *message_facts.more_clues(s.view))),
    ),
    "sender_level": Fact("发信单位的级别", lambda s: s.view.sender_level, lambda s: _sender(s.view)),
    "clues_text": Fact("认定发信单位的线索（最多三条）", lambda s: message_facts.clues_text(s.view)),
    "assign_command": Fact("认定发信单位的命令", lambda s: message_facts.assign_command(s.view)),
    "suspicions": Fact("发信人的可疑之处", lambda s: list(s.view.suspicions), lambda s: _sender(s.view)),
    "arrival": Fact("入箱的时刻", lambda s: s.clock(s.view.arrival)),
    "received": Fact("收件服务器写明收到的时刻", lambda s: s.clock(s.view.received)),
    "arrival_open": Fact("截止时间在收件服务器的两个时间之间，还没有人认定", moments.is_open),
    "stamps_apart": Fact("收件服务器的两个时间相差（秒）", lambda s: moments.apart(s.view), moments.evidence),
    "arrival_command": Fact("认定按时或迟到的命令", lambda s: moments.command(s.view)),
    "unfiled_files": Fact("归不到小区的文件", file_facts.unfiled_files, file_facts.unfiled_evidence),
    "open_links": Fact("还没有下载的云附件（名称、大小、到期时间）", links.open_links, links.evidence),
    "open_links_text": Fact("还没有下载的云附件（一句话）", lambda s: "；".join(links.open_links(s))),
    "sender_level_text": Fact("发信单位的级别（中文）", lambda s: LEVELS.get(s.view.sender_level or "", "")),
}

_FILE: dict[str, Fact] = {
    "name": Fact("文件名", lambda s: s.view.name),
    "in_submission": Fact("在报送类来信里", _in_submission),
    "not_photo": Fact("不是照片", lambda s: s.view.kind != "photo"),
    "not_video": Fact("不是视频", lambda s: s.view.kind != "video"),
    "not_broken_photo": Fact(
        "不是损坏的照片", lambda s: s.view.kind != "photo" or photo_facts.is_readable(s.view) is not False
    ),
    "status": Fact(
        "能否打开（ok、encrypted、corrupt、unsafe、unsupported）", lambda s: s.view.status, lambda s: s.view.path
    ),
    "status_ok": Fact("打得开", lambda s: s.view.status == "ok"),
    "reason": Fact("打不开的原因", lambda s: s.view.reason),
    "kind_told": Fact(
        "看得出是哪种材料，清单和推荐表还读得出内容",
        lambda s: file_facts.is_told(s.view),
        lambda s: _joined((s.view.path, s.view.kind_evidence)),
    ),
    "doubt": Fact("是哪种材料不明、或读不出的说明", file_facts.doubt),
}

_PHOTO: dict[str, Fact] = {
    "name": Fact("文件名", lambda s: s.view.name),
    "bytes": Fact("字节数", lambda s: s.view.bytes, photo_facts.size_evidence),
    "pixels": Fact("像素（宽×高）", lambda s: photo_facts.pixels(s.view), lambda s: s.view.path),
    "readable": Fact(
        "打得开且完整",
        lambda s: photo_facts.is_readable(s.view),
        lambda s: _joined((s.view.path, str(s.view.facts.get("reason") or s.view.reason))),
    ),
    "not_broken": Fact("没有发现损坏", lambda s: photo_facts.is_readable(s.view) is not False),
    "format": Fact("按内容判断的格式", lambda s: s.view.format or None, lambda s: s.view.path),
}

_VIDEO: dict[str, Fact] = {
    "name": Fact("文件名", lambda s: s.view.name),
    "format": Fact("按内容判断的格式", lambda s: video_facts.container(s.view), lambda s: s.view.path),
    "readable": Fact("打得开且完整", lambda s: video_facts.is_readable(s.view), lambda s: s.view.path),
    "reason": Fact("打不开或不完整的原因", lambda s: video_facts.reason(s.view)),
    "seconds": Fact("时长（秒，舍去零头）", lambda s: video_facts.seconds(s.view), lambda s: s.view.path),
    "pixels": Fact("像素（旋转后的宽×高）", lambda s: photo_facts.pixels(s.view), lambda s: s.view.path),
    "landscape": Fact("横屏（旋转后宽大于高）", lambda s: video_facts.is_landscape(s.view), lambda s: s.view.path),
    "sides": Fact("长边和短边的像素", lambda s: video_facts.sides(s.view), lambda s: s.view.path),
}

FACTS: Mapping[str, Mapping[str, Fact]] = {
    "association": _ASSOCIATION,
    "city": _CITY,
    "case": _CASE,
    "message": _MESSAGE,
    "file": _FILE,
    "photo": _PHOTO,
    "video": _VIDEO,
}


def subjects(picture: Picture, on: str) -> Iterable[Subject]:
    """Yield every subject of a kind, in the picture's order."""
    associations = {view.province: view for view in picture.associations}
    views: Mapping[str, Iterable[Any]] = {
        "association": picture.associations,
        "city": picture.cities,
        "case": (case for case in picture.cases if case.is_judged),
        "message": picture.messages,
        "file": picture.files,
        "photo": (file for file in picture.files if file_facts.is_judged_photo(file, picture)),
        "video": (file for file in picture.files if file_facts.is_judged_video(file, picture)),
    }
    for view in views[on]:
        yield Subject(view, picture, associations.get(getattr(view, "province", None) or ""))
