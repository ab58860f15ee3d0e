"""Answers about one association: has it sent, what is outstanding, was it late, whom to call, when is its deadline."""

from collections.abc import Sequence
from datetime import timedelta

from reports import elsewhere, links, moments
from reports.deadline import countdown
from reports.export import contact_of
from reports.facts.submission_facts import word_lists
from reports.incoming import MessageView
from reports.letters import address
from reports.picture import AssociationView, CaseView, Picture
from reports.queries import items
from reports.queries.ask.answer import Answer, Inquiry, answered, at, beside, cases_said, file_said, hidden, mail_said
from reports.stamps import any_stamped, seals_said
from reports.tally import place_of
from reports.wording import LEVELS, joined, there

_NAMED = 6


def submitted(asked: Inquiry) -> Answer:
    """江苏交了没? When, how much, and how complete; where nothing is known to have come, what else may be it."""
    view, picture = asked.view, asked.picture
    if view is None or not view.messages:
        return _nothing("submitted", asked)
    first = f"{asked.province}交了：{at(view.first_arrival, picture)} 首次报送"
    more = f"，先后 {view.messages} 封来信，最近一封 {at(view.last_arrival, picture)}" if view.messages > 1 else ""
    lists = f"汇总清单 Word 版{there(bool(word_lists(view)))}、盖章扫描件{there(bool(view.list_scans))}"
    cases = f"报了 {view.cases_expected} 个案例，{view.complete_cases} 个材料齐全"
    late = "，迟于截止时间" if view.late else "，按时"
    told = hidden(picture, asked.province) if view.status != "complete" else ()
    return answered(
        "submitted",
        asked.province,
        f"{first}{more}{late}；{cases}，{lists}{beside(told)}",
        (mail_said(one, picture) for one in view.messages_in),
    )


def _nothing(kind: str, asked: Inquiry) -> Answer:
    """Say that nothing of a province is known to have come, and what else may be it."""
    view, picture, province = asked.view, asked.picture, asked.province
    if view is not None and view.nothing_to_send:
        return answered(kind, province, f"{province}：没有报送来信，已说明不报（{view.nothing_to_send}）")
    told = hidden(picture, province)
    sentence = f"{province}：还没有认定为{province}的报送来信"
    rest = beside(told) if told else _read_all(picture)
    own = [one for one in picture.messages if one.province == province]
    strangers = [one for one in picture.messages if one.province is None and one.is_submission]
    return answered(kind, province, sentence + rest, (mail_said(one, picture) for one in (*own, *strangers)))


def _read_all(picture: Picture) -> str:
    """Return that every mail was read and told, and how many of them were taken for no submission."""
    if not picture.messages:
        return "；还没有收到任何来信"
    aside = sum(place_of(one) == "aside" for one in picture.messages)
    said = f"（{aside} 封没有计作报送）" if aside else ""
    return f"；收到的 {len(picture.messages)} 封来信都已读出并认定{said}，其中没有"


def outstanding(asked: Inquiry) -> Answer:
    """浙江还缺什么? Lists and scans, and of each case what is not there."""
    view, picture = asked.view, asked.picture
    if view is None or not view.messages:
        return _nothing("outstanding", asked)
    campaign = picture.campaign
    lacking = [(case, items.missing(case, campaign)) for case in view.standing if case.is_judged]
    lacking = [(case, told) for case, told in lacking if told]
    own = _lists_missing(view)
    told = hidden(picture, asked.province)
    if not own and not lacking:
        done = f"{asked.province}不缺应报的材料：{view.cases_expected} 个案例都齐全，清单和扫描件都有"
        return answered("outstanding", asked.province, done, (mail_said(one, picture) for one in view.messages_in))
    lines = [f"{case.community}缺{'、'.join(what)}" for case, what in lacking]
    shown = "；".join([*own, *lines[:_NAMED]])
    more = f"……共 {len(lacking)} 个案例不齐" if len(lines) > _NAMED else ""
    return answered(
        "outstanding", asked.province, f"{asked.province}还缺：{shown}{more}{beside(told)}", [*own, *lines, *told]
    )


def _lists_missing(view: AssociationView) -> list[str]:
    lists = [] if view.lists else ["汇总清单（可编辑的）"]
    return lists if view.list_scans else [*lists, "汇总清单的盖章扫描件"]


def listed(asked: Inquiry) -> Answer:
    """浙江的清单盖章了没? Which lists and scans came, and whether they are stamped."""
    view, picture, province = asked.view, asked.picture, asked.province
    if view is None or not view.messages:
        return _nothing("item", asked)
    files = [*view.all_lists, *(one for one in view.list_scans if one not in view.all_lists)]
    stamped = {True: "盖有红色公章", False: "没有见到红色公章", None: "看不出是否盖章（灰度件，或没有读出）"}
    scans = (
        f"盖章扫描件收到 {len(view.list_scans)} 份，{stamped[any_stamped(view.list_scans)]}" if view.list_scans else ""
    )
    word = f"汇总清单收到 {len(view.all_lists)} 份" if view.all_lists else "可编辑的汇总清单还没有收到"
    told = () if view.all_lists and view.list_scans else hidden(picture, province)
    sentence = f"{province}：{word}；{scans or '盖章扫描件还没有收到'}{beside(told)}"
    seals = seals_said(view.list_scans)
    return answered("item", province, sentence, [*(file_said(one, picture) for one in files), seals])


def cases(asked: Inquiry) -> Answer:
    """浙江报了几个? How many its list names, which, and what else came."""
    view, picture = asked.view, asked.picture
    if view is None or not view.messages:
        return _nothing("cases", asked)
    own = [case for case in view.standing if case.is_judged]
    others = [case for case in own if not case.in_list]
    named = cases_said([one for one in own if one not in others] or own)
    named = f"{asked.province}报了 {view.cases_expected} 个案例{f'：{named}' if own else ''}"
    more = f"；另有 {len(others)} 个有材料而清单没有列：{cases_said(others)}" if others and view.cases_listed else ""
    told = hidden(picture, asked.province) if not own else ()
    lines = (_case_line(case, asked) for case in own)
    return answered("cases", asked.province, f"{named}{more}；{view.complete_cases} 个材料齐全{beside(told)}", lines)


def _case_line(case: CaseView, asked: Inquiry) -> str:
    what = items.missing(case, asked.picture.campaign)
    return f"{case.name}：{case.company or '企业未知'}，{f'缺{joined(what)}' if what else '材料齐全'}"


def late(asked: Inquiry) -> Answer:
    """陕西迟了吗? By which of the server's stamps, and by which deadline."""
    view, picture, province = asked.view, asked.picture, asked.province
    if view is None or not view.messages:
        if view is not None and picture.as_of <= view.deadline:
            return _nothing("late", asked)
        told = _nothing("late", asked)
        return answered("late", province, f"{told.sentence}；截止时间已过", told.proof)
    first = view.first_taken
    assert first is not None  # noqa: S101 (there are messages)
    until = f"截止 {at(view.deadline, picture)}{f'（延期：{view.deadline_note}）' if view.deadline_note else ''}"
    came = f"首次报送 {at(first, picture)} 到达，{until}"
    behind = [case for case in view.standing if _is_behind(case, view)]
    if view.late:
        sentence = f"{province}迟了 {_how_long(first - view.deadline)}：{came}"
    elif behind:
        sentence = f"{province}首次报送没有迟（{came}），但有 {len(behind)} 个案例的材料晚于截止：{cases_said(behind)}"
    else:
        sentence = f"{province}没有迟：{came}"
    return answered("late", province, sentence, (mail_said(one, picture) for one in view.messages_in))


def _is_behind(case: CaseView, view: AssociationView) -> bool:
    first = moments.first_taken(case)
    return first is not None and first > view.deadline


def _how_long(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{span.days} 天" if span.days else f"{hours} 小时" if hours else "不到 1 小时"


def contact(asked: Inquiry) -> Answer:
    """四川联系人是谁? As letters and the phone sheet have it; what others wrote for it is said to be theirs."""
    view, picture, province = asked.view, asked.picture, asked.province
    if view is None:
        return answered("contact", province, f"{province}没有登记省级物协")
    who, to = address.contact(view, picture.campaign.call.zone), address.recipients(view, picture)
    said = f"联系人{f' {who.name}' if who.name else '没有登记'}，{f'电话 {who.phone}' if who.phone else '没有电话'}"
    mails = f"，邮箱 {joined(to.addresses)}" if to.addresses else ""
    others = _others(view, to.addresses)
    name, phone = (contact_of(view, field, picture.campaign) for field in ("contact", "phone"))
    if not who.phone and (name or phone):
        others.insert(0, f"清单上写的是 {' '.join(one for one in (name, phone) if one)}，不一定是省级物协的")
    more = f"；{'；'.join(others)}" if others else ""
    proof = [f"电话：{who.source}", f"邮箱：{to.source}"]
    return answered("contact", province, f"{view.association.name}（{province}）：{said}{mails}{more}", proof)


def _others(view: AssociationView, own: Sequence[str]) -> list[str]:
    """Return who else wrote for a province, and that these addresses are not its association's."""
    known = {one.lower() for one in own}
    found: dict[str, list[str]] = {}
    for message in view.messages_in:
        if message.from_address and message.from_address.lower() not in known:
            addresses = found.setdefault(_level(message), [])
            addresses += [message.from_address] if message.from_address not in addresses else []
    return [f"{level}来信用的是 {joined(addresses)}" for level, addresses in found.items()]


def _level(message: MessageView) -> str:
    return "真伪存疑的" if message.suspicions else LEVELS.get(message.sender_level or "", "没有认定级别的")


def deadline(asked: Inquiry) -> Answer:
    """什么时候截止? The campaign's deadline, or the later one that was granted to a province."""
    picture = asked.picture
    call = picture.campaign.call
    count = countdown(call, picture.as_of).text
    whole = f"截止时间是 {at(call.last_moment, picture)}，{count}"
    granted = [view for view in picture.associations if view.deadline_note]
    if not asked.names.provinces:
        more = (
            f"；延期的有{joined([f'{one.province}（{at(one.deadline, picture)}）' for one in granted])}"
            if granted
            else ""
        )
        return answered("deadline", "", whole + more, [f"{call.notice} 三(二)1"])
    own = next((view for view in granted if view.province == asked.province), None)
    if own is None:
        return answered(
            "deadline", asked.province, f"{asked.province}没有另外延期：{whole}", [f"{call.notice} 三(二)1"]
        )
    today, last = (moment.astimezone(call.zone).date() for moment in (picture.as_of, own.deadline))
    left = "已截止" if picture.as_of > own.deadline else f"距今还有 {(last - today).days} 天"
    said = f"{asked.province}延至 {at(own.deadline, picture)}，{left}"
    return answered("deadline", asked.province, said, [own.deadline_note])


def cloud(asked: Inquiry) -> Answer:
    """云附件有没有没下的? Which are open, and until when they can be had."""
    picture = asked.picture
    zone, as_of = picture.campaign.call.zone, picture.as_of
    wanted = asked.names.provinces
    open_ = [one for one in picture.open_links if not wanted or one.province in wanted]
    soon = [one for one in open_ if links.is_soon(one, as_of)]
    gone = [one for one in open_ if links.is_expired(one, as_of)]
    about = asked.province if wanted else ""
    done = sum(one.answered for one in picture.links if not wanted or one.province in wanted)
    if not open_:
        sentence = f"{about}没有待下载的云附件（已下载 {done} 个）" if done else f"{about}没有收到过要下载的云附件"
        hidden_ = elsewhere.of_nobody(picture, about) if wanted else ()
        return answered("links", about, sentence + beside(hidden_))
    parts = [f"{len(soon)} 个三天内到期" if soon else "", f"{len(gone)} 个已到期" if gone else ""]
    told = "，".join(one for one in parts if one) or "没有三天内到期的"
    lines = [
        f"{one.province or '未认定单位'}：{links.called(one)}{links.until(one, as_of, zone)}"
        f"（来信 {one.message_pk} 第 {one.number} 个链接）"
        for one in open_
    ]
    first = links.until(open_[0], as_of, zone)
    sentence = f"{about}还有 {len(open_)} 个云附件没有下载，{told}；最急的是{links.called(open_[0])}，{first}"
    return answered("links", about, sentence, lines)
