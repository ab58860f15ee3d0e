"""The frozen lists for people: made of a snapshot's content alone, so that the page can be written again any time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.tracker.page import Entry, Page, Section
from reports.tracker.rows import lines
from reports.tracker.standing import LABELS, NOTHING, PLACES
from reports.wording import joined

Content = Mapping[str, Any]
_NAMED = 5
# What machines wrote is no sign that a province sent anything.
_NO_SIGN = ("automatic", "submission")


def snapshot_page(made: Content, sha256: str) -> Page:
    """Return the page of a snapshot; `sha256` is the hash of its content."""
    moment = _clock(made["moment"])
    return Page(
        title=f"{made['campaign']['title']}截止快照",
        subtitle=f"截止时刻 {moment}（{made['campaign']['timezone']}）　{made['campaign']['notice']}",
        headline="截止时刻各省的报送情况，留底之后不再改动",
        alerts=alerts(made),
        remarks=_remarks(made["numbers"]),
        sections=[_section(place, made) for place in PLACES],
        foot=(
            f"SHA-256　{sha256}",
            "核对：zhengji deadline verify；全部内容见同名的 .json 文件，其 SHA-256 就是上面这一串",
            f"程序 {made['program']}；征集活动文件 SHA-256 {made['campaign']['file_sha256']}",
            "此后补收的来信、更正和人工处理不改动本快照，另见 zhengji deadline",
        ),
    )


def _remarks(numbers: Content) -> tuple[str, ...]:
    """Return the sums of cases, mails and files."""
    complete, incomplete, late = (numbers[f"cases_{place}"] for place in ("complete", "incomplete", "late"))
    return (
        f"案例：{complete} 个齐全，{incomplete} 个未齐，{late} 个迟报",
        f"报送来信 {numbers['submissions']} 封（全部来信 {numbers['messages']} 封），计入的文件 {numbers['files']} 个",
    )


def alerts(made: Content) -> list[str]:
    """Return what must be known before anybody relies on a snapshot: mail that had not been seen by then."""
    said = [_unread(box) for box in made["mail"]["mailboxes"] if not box["read_after_the_moment"]]
    said += [
        f"{gap['mailbox']} 的文件夹 {gap['folder']} 有 {gap['count']} 封邮件服务器没有给出"
        for gap in made["mail"]["withheld"]
    ]
    unread = [str(one["id"]) for one in made["messages"] if one.get("state") in {"waiting", "failed"}]
    if unread:
        said.append(f"留底时有 {len(unread)} 封来信没有读出（来信 {joined(unread, _NAMED)}），其中的材料没有计入")
    return said


def _unread(box: Content) -> str:
    until = f"只收到 {_clock(box['last_good'])} 为止的来信" if box["last_good"] else "从来没有收到过信"
    reason = f"（{box['reason']}）" if box["reason"] else ""
    return f"留底时邮箱 {box['mailbox']} 没有收到截止时刻{reason}：{until}，快照可能不全"


def _section(place: str, made: Content) -> Section:
    own = [row for row in made["provinces"] if row["place"] == place]
    told = [Entry(row["province"], _note(row), lines(row)) for row in own]
    entries = [one for one in told if one.note or one.lines]
    return Section(
        title=LABELS[place],
        count=len(own),
        tone=place,
        entries=entries,
        names=[one.name for one in told if one not in entries],
        note=_beside(made) if place == NOTHING and own else "",
    )


def _beside(made: Content) -> str:
    """Return which mails may be of those that seem to have sent nothing: of nobody who was known by then."""
    strangers = [one for one in made["messages"] if one.get("kind") == "submission" and not one["province"]]
    silent = {row["province"] for row in made["provinces"] if row["place"] == NOTHING and not row["nothing_to_send"]}
    others = [one for one in made["messages"] if one.get("province") in silent and one["kind"] not in _NO_SIGN]
    told = (
        f"{len(strangers)} 封报送来信当时没有认定发信单位（{_ids(strangers)}）" if strangers else "",
        f"{len(others)} 封上述省的来信没有计作报送（{_ids(others)}）" if others else "",
    )
    said = "；".join(one for one in told if one)
    return f"另有 {said}，其中可能有上述省的材料" if said else ""


def _ids(messages: Sequence[Content]) -> str:
    return f"来信 {joined([str(one['id']) for one in messages], _NAMED)}"


def _note(row: Content) -> str:
    """Return what is said beside a province: how many of its cases were complete, and its own notes."""
    listed = [case for case in row["cases"] if case["listed"]]
    complete = sum(case["place"] == "complete" for case in listed)
    counted = f"案例 {complete}/{len(listed)} 齐全" if row["messages"] else ""
    return "；".join(part for part in (counted, row["note"]) if part)


def _clock(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S")
