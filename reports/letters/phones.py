"""Whom to ring up: one sheet of all associations to be called, with the whole number and room for what they said."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from reports.letters.letter import Letter
from reports.letters.outstanding import in_order
from reports.letters.spacing import asking
from reports.making.tables import Column, Sheet, workbook
from reports.wording import month_and_day
from store.reminders import Sent

# A row may take a whole page: what is to be asked for is not cut off. No program shows a row of more than 409 points.
_MOST_LINES = 27
_COLUMNS = (
    Column("省份", 8, "word"),
    Column("协会", 22, "long"),
    Column("联系人", 10, "long"),
    Column("电话", 17, "text"),
    Column("号码来源", 20, "long"),
    Column("请对方做什么", 62, "long"),
    Column("此前提请", 14, "long"),
    Column("通话结果", 26, "long"),
    Column("记录人", 10, "long"),
)


def phone_sheet(
    letters: Sequence[Letter], sent: Iterable[Sent], names: dict[str, str], title: str, zone: tzinfo
) -> bytes:
    """Return the sheet as a workbook; the last two columns are blank, to be written in."""
    rows = list(_rows(letters, tuple(sent), names, zone))
    return workbook([Sheet("电话单", _COLUMNS, rows, page_head=title, most_lines=_MOST_LINES)])


def phone_text(letters: Sequence[Letter], sent: Iterable[Sent], names: dict[str, str], title: str, zone: tzinfo) -> str:
    """Return the same sheet as text."""
    parts = [f"{title}\n"]
    for row in _rows(letters, tuple(sent), names, zone):
        province, name, person, phone, source, asked, before = row[:7]
        who = f"{person} {phone}".strip() or "没有登记电话"
        head = f"【{province}】{name}\n联系人：{who}（{source}）"
        parts.append(f"{head}\n{asked}\n此前提请：{before or '没有'}\n通话结果：\n记录人：\n")
    return "\n".join(parts)


def _rows(
    letters: Iterable[Letter], sent: tuple[Sent, ...], names: dict[str, str], zone: tzinfo
) -> Iterable[Sequence[Any]]:
    for letter in letters:
        earlier = asking(sent, letter.province)
        days = dict.fromkeys(f"{month_and_day(one.sent_at.astimezone(zone).date())}{one.channel}" for one in earlier)
        who = letter.contact
        name = names.get(letter.province, letter.province)
        yield (letter.province, name, who.name, who.phone, who.source, _asked(letter), "、".join(days), "", "")


def _asked(letter: Letter) -> str:
    """Return what to ask for, a line an item, as it is numbered in the letter."""
    lines, number = [], 0
    for kind in ("missing", "amend", "hint"):
        for item in in_order(letter.items, kind):
            number += 1
            if kind != "hint":
                lines.append(f"{number}. {item.place.short + '：' if item.place.short else ''}{item.text}")
    return "\n".join(lines)
