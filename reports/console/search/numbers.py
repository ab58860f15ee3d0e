"""Finds what a number means: a mail, a finding, a decision, a Message-ID, a case's row in the list of a province."""

import re
from collections.abc import Iterator

from reports.console.board import Seen
from reports.console.leads import findings_page, lead
from reports.console.search.sought import BEGINS, EXACT, Hit, Sought
from reports.telling import described
from reports.wording import FINDING_STATUSES, clipped, one_line, short_clock
from store import decisions
from store.database import Store

_MAIL = re.compile(r"(?:来信|邮件|信)\s*(?:编号)?\s*#?(\d{1,9})|(\d{1,9})\s*号(?:来信|邮件|信)")
_DECISION = re.compile(r"(?:人工处理|决定|处理)\s*(?:编号)?\s*#?(\d{1,9})")
_NUMBER = re.compile(r"#?(\d{1,9})")
_LISTED = re.compile(r"第?(?:序号)?(\d{1,4})(?:号|行|个)?")
_FINDING = re.compile(r"(?:问题\s*)?([0-9a-f]{4,8})")
_WHOLE_FINDING = re.compile(r"(?=.*[a-f])[0-9a-f]{8}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,300}@[^<>\s]{1,300}>")
_SHOWN = 60


def unmistakable(sought: Sought, seen: Seen) -> str:
    """Return the address of what is surely meant: 来信 12, a whole number of a finding, a Message-ID; else nothing."""
    text = sought.text
    if (match := _MAIL.fullmatch(text)) and (number := int(match[1] or match[2])) in seen.messages:
        return f"/messages/{number}"
    if _WHOLE_FINDING.fullmatch(text.lower()) and text.lower() in seen.findings:
        return _finding_address(text.lower())
    if _MESSAGE_ID.fullmatch(text):
        return next((f"/messages/{one.id}" for one in seen.picture.messages if one.message_id == text), "")
    return ""


def numbered(sought: Sought, seen: Seen, store: Store) -> Iterator[Hit]:
    """Yield what has the number that was typed."""
    text = sought.text.lower()
    plain = _NUMBER.fullmatch(text)
    if match := _MAIL.fullmatch(text) or plain:
        number = int(next(one for one in match.groups() if one))
        yield from _mail(number, seen)
    if match := _DECISION.fullmatch(text) or plain:
        yield from _decision(int(match[1]), store)
    if (match := _FINDING.fullmatch(text)) and not (plain and len(match[1]) < len("00000000")):
        yield from _findings(match[1], seen, sought.at_most)
    if sought.province and (match := _LISTED.fullmatch(sought.rest)):
        yield from _listed(sought.province, match[1], seen)


def _mail(number: int, seen: Seen) -> Iterator[Hit]:
    if one := seen.messages.get(number):
        when = short_clock(one.arrival, seen.picture.campaign.call.zone)
        subject = clipped(one_line(one.subject), _SHOWN) or "无主题"
        yield Hit(f"来信 {number}：{subject}", f"/messages/{number}", f"{when} {one.province or '来源不明'}", EXACT)


def _decision(number: int, store: Store) -> Iterator[Hit]:
    if one := decisions.find(store, number):
        undone = "（已撤销）" if one.undone_at else ""
        title = f"人工处理 {number}：{clipped(described(one), _SHOWN)}{undone}"
        yield Hit(title, f"/decisions#d-{number}", one.person, EXACT)


def _findings(number: str, seen: Seen, at_most: int) -> Iterator[Hit]:
    exact = [seen.findings[number]] if number in seen.findings else []
    found = exact or [one for id_, one in seen.findings.items() if id_.startswith(number)]
    for one in found[:at_most]:
        more = f"{one.province or '来源不明'} {one.community or ''} {FINDING_STATUSES[one.status]}"
        sure = EXACT if exact else BEGINS
        yield Hit(f"问题 {one.id}：{clipped(one.message, _SHOWN)}", _finding_address(one.id), more, sure)


def _finding_address(number: str) -> str:
    return findings_page(state="all", text=number)


def _listed(province: str, number: str, seen: Seen) -> Iterator[Hit]:
    view = seen.provinces.get(province)
    for case in view.cases if view else ():
        if case.list_number and case.list_number.lstrip("0") == number.lstrip("0"):
            more = f"{province}清单序号 {case.list_number}"
            yield Hit(case.community, lead(case, seen), more, EXACT)
