"""One letter to one association: what it asks for or has received, as a mail's text and as a short message."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from config.campaign import Campaign
from reports.finding import Assessment
from reports.letters.address import Contact, Recipients, contact, recipients
from reports.letters.outstanding import Item, in_order, outstanding
from reports.letters.received import in_short, received
from reports.letters.situations import AMENDMENT, RECEIPT, REMINDER, SUBJECT, WECHAT
from reports.letters.spacing import asking, days_asked, told_days
from reports.making.templating import Checked
from reports.picture import AssociationView
from reports.wording import clipped, month_and_day, one_line
from store.reminders import Sent

# A short message is read at a glance; what does not fit is left to the letter.
WECHAT_LONGEST = 1_000
_POINT_LONGEST = 160
# No message holds more, however short they are.
_MOST_POINTS = 100
_HEADINGS: Mapping[str, str] = {
    "missing": "尚未收到的材料",
    "amend": "已经收到、需要补正的内容",
    "hint": "供参考，方便时一并完善",
}
_NUMERALS = "一二三四五六七八九十"
# So many full-width characters into the line a letter is signed.
_SIGNED_AT = 18


@dataclass(frozen=True)
class Letter:
    """A letter as it would leave the house: its subject, text and short message, to whom, and what it asks for."""

    province: str
    what: str
    as_of: datetime
    day: date
    subject: str
    text: str
    wechat: str
    items: tuple[Item, ...]
    to: Recipients
    contact: Contact
    message_id: str

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What it asks for, as it is remembered: the findings of each item, and its words."""
        told = [(item.ids, f"{item.place.title}：{item.text}") for item in self.items]
        return [{"id": number, "text": text} for ids, text in told for number in ids]

    @property
    def lacks(self) -> bool:
        """Whether it says that something has not come."""
        return bool(in_order(self.items, "missing"))


@dataclass(frozen=True)
class Writer:
    """What letters are written from: the campaign judged, what was sent before, and the templates, checked."""

    assessment: Assessment
    sent: tuple[Sent, ...]
    templates: Mapping[str, Checked]
    # Of mails that nobody could read yet: the address that each says it is from.
    unread: Mapping[int, str] = field(default_factory=dict)

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.assessment.picture.campaign

    def letter(self, view: AssociationView, what: str | None = None) -> Letter | None:
        """Return the letter of a kind to an association, by default the one that asks; None where there is none.

        Where something has not come that is a 催报函, where what came does not do a 补正通知; both say everything.
        """
        items = outstanding(self.assessment, view)
        what = what or kind_of(items)
        if what is None:
            return None
        items = tuple(item for item in items if item.kind in _SAID[what])
        if not _has_reason(what, items, view):
            return None
        return self._written(view, what, items)

    def _written(self, view: AssociationView, what: str, items: tuple[Item, ...]) -> Letter:
        picture = self.assessment.picture
        values = self._values(view, what, items)
        subject, _, text = self.templates[what].render(values).partition("\n")
        text = text.lstrip("\n")
        mark = hashlib.sha256(f"{picture.campaign.call.id}\n{view.province}\n{what}\n{text}".encode()).hexdigest()[:24]
        return Letter(
            province=view.province,
            what=what,
            as_of=picture.as_of,
            day=picture.as_of.astimezone(picture.campaign.call.zone).date(),
            subject=one_line(subject.removeprefix(SUBJECT)).strip(),
            text=text,
            wechat=self._wechat(values, view, items),
            items=items,
            to=recipients(view, picture),
            contact=contact(view, picture.campaign.call.zone),
            message_id=f"<letter-{mark}@{picture.campaign.call.addresses[0].rpartition('@')[2]}>",
        )

    def _values(self, view: AssociationView, what: str, items: tuple[Item, ...]) -> dict[str, Any]:
        """Return what a template may show; see `situations.PLACEHOLDERS`."""
        picture, call, letters = self.assessment.picture, self.campaign.call, self.campaign.letters
        today, last = (moment.astimezone(call.zone).date() for moment in (picture.as_of, view.deadline))
        earlier = asking(self.sent, view.province)
        before = {item: days_asked(item, earlier, call.zone) for item in items}
        # Said once where it holds for everything, else at each.
        common = next(iter(before.values()), ()) if len(set(before.values())) == 1 else ()
        notes = {} if common else before
        long_day = f"{today.year}年{month_and_day(today)}"
        return {
            "种类": what,
            "协会": view.association.name,
            "省份": view.province,
            "征集": call.title.replace(" ", ""),
            "通知": f"《{letters.notice_title or call.title}》（{call.notice}）",
            "主办": call.organiser,
            "邮箱": call.addresses[0],
            "截止日": month_and_day(last),
            "剩余天数": max(0, (last - today).days),
            "已截止": picture.as_of > view.deadline,
            "延期": view.deadline > call.last_moment,
            "未报": not view.messages,
            "日期": long_day,
            "今日": month_and_day(today),
            "尚缺数": len(in_order(items, "missing")),
            "补正数": len(in_order(items, "amend")),
            "事项": block(items, notes, silent=not view.messages),
            "已收": received(view, picture) if what == RECEIPT else "",
            "已齐": view.status == "complete",
            "曾提请": told_days(common),
            "要点": "",
            "余项": 0,
            "电话": "、".join(letters.phones),
            "落款": "\n".join(f"{'　' * _SIGNED_AT}{line}" for line in (*letters.signature, long_day)),
        }

    def _wechat(self, values: dict[str, Any], view: AssociationView, items: Sequence[Item]) -> str:
        """Return the short message: as many points as fit, the important first; the rest is in the letter."""
        wanted = [item for kind in ("missing", "amend") for item in in_order(items, kind)]
        came = in_short(view) if values["种类"] == RECEIPT else []
        came += ["还请补充："] if came and wanted else []
        for shown in range(min(len(wanted), _MOST_POINTS), -1, -1):
            points = "\n".join([*came, *_points(wanted[:shown])])
            text = self.templates[WECHAT].render({**values, "要点": points, "余项": len(wanted) - shown})
            if len(text) <= WECHAT_LONGEST or not shown:
                break
        return text


_SAID: Mapping[str, tuple[str, ...]] = {
    REMINDER: ("missing", "amend", "hint"),
    AMENDMENT: ("missing", "amend", "hint"),
    RECEIPT: ("missing", "amend"),
}


def kind_of(items: Sequence[Item]) -> str | None:
    """Return which letter asks for what is outstanding; None where nothing needs to be asked."""
    if in_order(items, "missing"):
        return REMINDER
    return AMENDMENT if in_order(items, "amend") else None


def _has_reason(what: str, items: Sequence[Item], view: AssociationView) -> bool:
    """Tell whether there is anything to write: to remind of, to amend, or to acknowledge."""
    reasons = {
        REMINDER: bool(in_order(items, "missing")),
        AMENDMENT: bool(in_order(items, "amend")),
        RECEIPT: view.messages > 0,
    }
    return reasons[what]


def block(items: Sequence[Item], notes: Mapping[Item, Sequence[date]], *, silent: bool) -> str:
    """Return everything that is asked for, grouped by what it is and by case, numbered through."""
    if silent and len(items) == 1:
        return f"　　{items[0].text}{_note(items[0], notes)}。"
    return "\n".join(_block(items, notes))


def _block(items: Sequence[Item], notes: Mapping[Item, Sequence[date]]) -> Iterator[str]:
    number, kinds = 0, [kind for kind in _HEADINGS if in_order(items, kind)]
    for at, kind in enumerate(kinds):
        own = in_order(items, kind)
        heading = f"{_NUMERALS[at]}、" if len(kinds) > 1 else ""
        yield f"　　{heading}{_HEADINGS[kind]}（{len(own)} 项）"
        for group, (place, found) in enumerate(groupby(own, key=lambda item: item.place), start=1):
            yield f"　　（{_numeral(group)}）{place.title}"
            for item in found:
                number += 1
                yield f"　　{number}. {item.text}{_note(item, notes)}。"


def _note(item: Item, notes: Mapping[Item, Sequence[date]]) -> str:
    days = notes.get(item, ())
    return f"（此前已于{told_days(days)}提请）" if days else ""


def _numeral(number: int) -> str:
    """Return a number as headings count: 一, 十二, 二十; beyond 99 in figures."""
    if number > 99:  # noqa: PLR2004 (two numerals)
        return str(number)
    tens, ones = divmod(number, 10)
    ten = "" if not tens else ("" if tens == 1 else _NUMERALS[tens - 1]) + "十"
    return ten + (_NUMERALS[ones - 1] if ones else "")


def _points(items: Sequence[Item]) -> Iterator[str]:
    """Yield the points of a short message, a line a case."""
    for number, (place, found) in enumerate(groupby(items, key=lambda item: (item.kind, item.place)), start=1):
        told = "；".join(clipped(item.text, _POINT_LONGEST) for item in found)
        name = f"{place[1].short}：" if place[1].short else ""
        yield f"{number}. {name}{told}"
