"""What was sent, and what has become of it: which of what was asked for is there, and which drafts are out of date."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from reports.finding import Assessment
from reports.letters.draft import Draft
from reports.letters.outstanding import Item, outstanding
from reports.letters.situations import RECEIPT
from reports.letters.spacing import Spacing, asking, last_asked, next_day
from reports.picture import AssociationView
from reports.wording import clock, month_and_day
from store.reminders import FAILED, SENDING, Sent

HEADINGS = ("编号", "时间", "省份", "函件", "渠道", "收件人", "经办人", "事项", "现状", "备注")
DONE = "已到齐，不必再催"


@dataclass(frozen=True)
class Record:
    """A line of 催办记录, in the order of HEADINGS."""

    id: int
    when: str
    province: str
    what: str
    channel: str
    recipient: str
    person: str
    asked: int
    state: str
    note: str

    @property
    def cells(self) -> tuple[object, ...]:
        """The line as a row of a table."""
        return tuple(getattr(self, name) for name in type(self).__dataclass_fields__)


def records(assessment: Assessment, sent: Sequence[Sent], spacing: Spacing) -> list[Record]:
    """Return every reminder with what has become of what it asked for, the newest first."""
    zone = assessment.picture.campaign.call.zone
    views = {view.province: view for view in assessment.picture.associations}
    wanted = {one.province for one in sent}
    items = {province: outstanding(assessment, view) for province, view in views.items() if province in wanted}
    return [
        Record(
            one.id,
            clock(one.sent_at, zone),
            one.province,
            one.what,
            one.channel,
            one.recipient,
            one.person,
            one.asked,
            _state(
                one,
                views.get(one.province),
                items.get(one.province, ()),
                next_of(assessment, sent, one.province, spacing),
                zone,
            ),
            one.note,
        )
        for one in reversed(sent)
    ]


def next_of(assessment: Assessment, sent: Sequence[Sent], province: str, spacing: Spacing) -> date | None:
    """Return the first day on which a province may be reminded again; None where it was not reminded yet."""
    zone = assessment.picture.campaign.call.zone
    view = next((one for one in assessment.picture.associations if one.province == province), None)
    last = last_asked(asking(sent, province), zone)
    if view is None or last is None:
        return None
    return next_day(last, spacing, view.deadline.astimezone(zone).date())


def _state(one: Sent, view: AssociationView | None, items: Sequence[Item], again: date | None, zone: tzinfo) -> str:
    if said := _not_simply_sent(one, zone):
        return said
    if one.what == RECEIPT or view is None:
        return ""
    if view.nothing_to_send:
        return "已登记零报送，不必再催"
    needed = [item for item in items if item.kind != "hint"]
    still = one.lacks({number for item in needed for number in item.ids})
    if still:
        return f"还有 {still} 项未到{f'，{month_and_day(again)}起可再催' if again else ''}"
    return f"所催事项已到，另有 {len(needed)} 项尚缺或待补正" if needed else DONE


def _not_simply_sent(one: Sent, zone: tzinfo) -> str:
    if one.undone_at is not None:
        why = f"：{one.undone_why}" if one.undone_why else ""
        return f"已撤销登记，不算（{one.undone_by} {clock(one.undone_at, zone)}{why}）"
    if one.state == SENDING:
        return f"不知是否发出，请到“已发送”里核对，再运行 zhengji remind settle {one.id} 已发出|未发出"
    return f"没有发出：{one.reason}" if one.state == FAILED else ""


def draft_states(assessment: Assessment, drafts: Iterable[Draft], sent: Sequence[Sent]) -> Iterator[tuple[Draft, str]]:
    """Yield each draft with whether it still says what is so: nobody is to send what has come meanwhile."""
    views = {view.province: view for view in assessment.picture.associations}
    for draft in drafts:
        if draft.as_of <= assessment.picture.as_of and draft.province in views:
            yield draft, _draft_state(draft, views[draft.province], assessment, sent)


def _draft_state(draft: Draft, view: AssociationView, assessment: Assessment, sent: Sequence[Sent]) -> str:
    zone = assessment.picture.campaign.call.zone
    mine = (draft.province, draft.what, draft.as_of)
    went = [one for one in sent if one.counts and (one.province, one.what, one.as_of) == mine]
    if went:
        return f"已于{month_and_day(went[-1].sent_at.astimezone(zone).date())}发出"
    if draft.what == RECEIPT:
        newer = view.last_arrival is not None and view.last_arrival > draft.as_of
        return "已过时：此后又有来件，请重新生成" if newer else "仍然有效"
    return _still_so(draft, view, assessment)


def _still_so(draft: Draft, view: AssociationView, assessment: Assessment) -> str:
    """Return whether a draft asks for what is lacking now, and as one asks now."""
    items = outstanding(assessment, view)
    if all(item.kind == "hint" for item in items):
        return f"已过时：{DONE}，请删除草稿"
    lacking = {number for item in items for number in item.ids}
    if not draft.ids & lacking:
        return "已过时：所催事项已到，请重新生成"
    if draft.as_of <= view.deadline < assessment.picture.as_of:
        return "已过时：截止日已过，说法不同了，请重新生成"
    gone, new = len(draft.ids - lacking), len(lacking - draft.ids)
    if gone or new:
        told = [f"{gone} 项已到" if gone else "", f"{new} 项新增" if new else ""]
        return f"已过时：{'，'.join(part for part in told if part)}，请重新生成"
    return "仍然有效"
