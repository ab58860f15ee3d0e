"""Facts that only letters to associations speak of: what rules see, said so that a province may read it.

They name no other case, no phone number, none of our own steps.
"""

import re
from collections.abc import Mapping

from reports import links
from reports.facts import case_facts
from reports.picture import CaseView, CityView
from reports.subjects import FACTS, Fact, Subject
from reports.wording import clipped, month_and_day, one_line

# What stands beside a caption where no such label was seen at all.
_UNSEEN = "（没有认出这一栏）"
_NAME = 60
_PHONE = re.compile(r"\d{7,}|手机|电话")


def _cells(captions: list[str] | None) -> str:
    """Return which cells are blank; those whose label we did not find are said to be our difficulty."""
    known = captions or []
    blank = "、".join(caption for caption in known if _UNSEEN not in caption)
    unseen = "、".join(caption.replace(_UNSEEN, "") for caption in known if _UNSEEN in caption)
    told = (f"{blank}未填写" if blank else "", f"{unseen}我们未能识别" if unseen else "")
    return "，".join(part for part in told if part)


def _unread_cells(subject: Subject) -> str:
    """Return the cells that could not be read with what they say, but no numbers of persons."""
    found = case_facts.unreadable_form_cells(subject.view, subject.campaign)
    return "、".join(label if _PHONE.search(label + cell.raw) else f"{label}“{cell.raw}”" for label, cell in found)


def _reused_own(subject: Subject) -> str:
    """Return the case's own photos that serve other cases too; whose those are is nobody else's business."""
    case: CaseView = subject.view
    names = dict.fromkeys(reuse.file.name for reuse in subject.picture.reused.get(case.id, ()))
    return "".join(f"《{clipped(one_line(name), _NAME)}》" for name in names)


def _city_cases(subject: Subject) -> str:
    view: CityView = subject.view
    return "、".join(clipped(one_line(case.community), _NAME) for case in view.cases)


def _selected_asked(subject: Subject) -> str:
    case: CaseView = subject.view
    if case.surely_selected:
        return "该小区已在此前公布的入选名单中，按通知不再重复申报，请核对并告知是否改报其他案例"
    return "该小区与此前公布的入选名单中的小区名称相近，请核对是否同一小区；是同一小区的，按通知不再重复申报"


def _links_expired(subject: Subject) -> str:
    """Return the links of a message that can no longer be had; one that can is ours to download."""
    picture, zone = subject.picture, subject.campaign.call.zone
    return "、".join(
        f"{clipped(one_line(links.called(link)), _NAME)}已于{month_and_day(link.expires.astimezone(zone).date())}到期"
        for link in picture.open_links
        if link.message_pk == subject.view.id and link.expires and links.is_expired(link, picture.as_of)
    )


def _mail_told(subject: Subject) -> str:
    day = month_and_day(subject.view.arrival.astimezone(subject.campaign.call.zone).date())
    return f"{day}来信“{clipped(one_line(subject.view.subject), _NAME)}”"


def _may_hold(subject: Subject) -> str:
    """Return a note where items are missing: they may be in a file that we could not open (domain.md section 6.7)."""
    lacks = subject.association is not None and subject.association.status == "partial"
    return "；尚缺的材料如果就在其中，不必另发" if lacks else ""


ASKED: Mapping[str, Mapping[str, Fact]] = {
    "case": {
        "photos_short": Fact("还缺几张照片", lambda s: max(0, s.campaign.call.photos_min - s.view.photos)),
        "list_cells": Fact("汇总清单该行空白的栏目", lambda s: _cells(case_facts.blank_list_cells(s.view, s.campaign))),
        "form_cells": Fact("推荐表空白的栏目", lambda s: _cells(case_facts.blank_form_cells(s.view, s.campaign))),
        "unread_cells": Fact("推荐表中读不出的栏目（不写号码）", _unread_cells),
        "reused_own": Fact("本案例中也用于其他案例的照片（不写是哪个案例）", _reused_own),
        "selected_asked": Fact("此前入选（或可能入选）时怎么说", _selected_asked),
    },
    "file": {"may_hold": Fact("还缺材料时的提示：可能就在打不开的文件里", _may_hold)},
    "city": {"city_cases": Fact("该市推荐的小区", _city_cases)},
    "message": {
        "links_expired": Fact("已到期的云附件", _links_expired),
        "mail_told": Fact("来信的日期和主题", _mail_told),
    },
}


def facts_of(on: str) -> dict[str, Fact]:
    """Return every fact that a letter's sentence on a subject may speak of."""
    return {**FACTS[on], **ASKED.get(on, {})}
