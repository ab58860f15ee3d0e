"""The lists of the tracker as plain values, for JSON, tables, pages and the snapshot: one way to say each thing."""

from datetime import datetime, tzinfo
from typing import Any

from reports.elsewhere import beside_silent
from reports.tracker.came import Came, delay, told
from reports.tracker.items import LATE, PHOTOS, Item
from reports.tracker.standing import PLACES, CaseStanding, ProvinceStanding, Standing
from reports.wording import clipped, clock, month_and_day, one_line

Row = dict[str, Any]
# Evidence may name hundreds of photos; nobody reads so long a line, and the JSON has all of it.
_LENGTH = 300
# The states of an item and of a case in words.
STATES = {"there": "按时", "late": "迟到", "missing": "缺"}
CASES = {"complete": "按时齐全", "incomplete": "未齐", "late": "迟报"}


def lists(standing: Standing) -> Row:
    """Return the four lists: the provinces' names by list, in the order of GB/T 2260."""
    return {place: [one.province for one in standing.of(place)] for place in PLACES}


def provinces(standing: Standing) -> list[Row]:
    """Return every province with its items and cases."""
    zone = standing.picture.campaign.call.zone
    return [province(one, standing, zone) for one in standing.provinces]


def province(one: ProvinceStanding, standing: Standing, zone: tzinfo) -> Row:
    """Return a province with its items and cases as JSON values."""
    return {
        "province": one.province,
        "association": one.association.name,
        "place": one.place,
        "place_text": standing.labels[one.place],
        "note": note(one, standing),
        "deadline": iso(one.deadline, zone),
        "granted": one.granted,
        "closed": one.closed,
        "nothing_to_send": one.nothing_to_send,
        "messages": one.messages,
        "first": came(one.first, zone),
        "complete_now": one.complete_now,
        "items": [item_row(item, zone) for item in one.items],
        "cases": [case_row(case, zone) for case in one.cases],
    }


def case_row(case: CaseStanding, zone: tzinfo) -> Row:
    """Return a case with its items."""
    return {
        "city": case.city,
        "community": case.community,
        "place": case.place,
        "place_text": CASES[case.place],
        "listed": case.listed,
        "complete_now": case.complete_now,
        "note": case.note,
        "items": [item_row(item, zone) for item in case.items],
    }


def item_row(item: Item, zone: tzinfo) -> Row:
    """Return an item with its evidence."""
    text = told(item.came, zone) if item.came else item.note
    if item.came and item.note:
        text = f"{item.note}；{text}"
    return {"what": item.what, "state": item.state, "text": one_line(text), "came": came(item.came, zone)}


def came(one: Came | None, zone: tzinfo) -> Row | None:
    """Return when something came, with both stamps and by how much it is late (seconds, and in words)."""
    if one is None:
        return None
    return {
        "file": one.file,
        "sha256": one.sha256,
        "message": one.message,
        "message_id": one.message_id,
        "subject": one.subject,
        "arrival": iso(one.arrival, zone),
        "received": iso(one.received, zone) if one.received else None,
        "taken": iso(one.taken, zone),
        "decided_by": one.decided_by,
        "added": one.added,
        "late_seconds": int(one.late.total_seconds()) if one.late else None,
        "late_text": f"晚 {delay(one.late)}" if one.late else "",
    }


def note(one: ProvinceStanding, standing: Standing) -> str:
    """Return what must be said beside a province's list: a later deadline, nothing to send, complete since."""
    said = []
    if one.granted:
        day = month_and_day(one.deadline.astimezone(standing.picture.campaign.call.zone).date())
        running = "，尚未截止" if standing.closed and not one.closed else ""
        said.append(f"已批准延期至{day}{running}（{one.granted}）")
    if one.nothing_to_send:
        said.append(f"零报送（{one.nothing_to_send}）{'，但有来信' if one.messages else ''}")
    if one.place in {"incomplete", "late"} and one.complete_now:
        said.append("现已齐全")
    return "；".join(said)


def beside(standing: Standing) -> str:
    """Return what must stand beside the list of those that sent nothing: where something of theirs may be all the same.

    Of who said that it will send nothing, nothing is looked for.
    """
    silent = [one.province for one in standing.provinces if one.place == "nothing" and one.lacks]
    return "；".join(beside_silent(standing.picture, silent)) if silent else ""


def iso(moment: datetime, zone: tzinfo) -> str:
    """Return a moment in ISO 8601 with the zone's offset."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def heading(standing: Standing) -> str:
    """Return what the lists speak of and as of when."""
    call = standing.picture.campaign.call
    return f"{call.title}　截止情况　截至 {clock(standing.as_of, call.zone)}"


def lines(row: Row) -> list[str]:
    """Return what a province lacks or sent late, a line each: its own items, then its cases'."""
    told_ = [line("", item) for item in row["items"] if item["state"] != "there"]
    for case in row["cases"]:
        where = f"“{case['community']}”"
        own = [item for item in case["items"] if item["state"] != "there"]
        if case["note"]:
            told_.append(f"{where}{case['note']}")
        if _is_all_late(case):
            told_.append(f"{where}整个案例迟报：{clipped(_first(own)['text'], _LENGTH)}")
        else:
            told_ += [line(where, item) for item in own]
    return told_


def line(where: str, item: Row) -> str:
    """Return an item that was not there in time, in a line."""
    told_ = clipped(item["text"], _LENGTH)
    if item["state"] == LATE:
        return f"{where}{item['what']}迟到：{told_}"
    text = f"：{told_}" if told_ else ""
    return f"{where}缺{item['what']}{text}"


def short_lines(row: Row) -> list[str]:
    """Return the same in few words, without evidence: a line for the submission, and one a case."""
    told_ = [_short("", row["items"])]
    for case in row["cases"]:
        where = f"“{case['community']}”"
        if _is_all_late(case):
            told_.append(f"{where}整个案例迟报{_by(_first(case['items']))}")
        else:
            told_.append(_short(where, case["items"]))
    return [one_line(one) for one in told_ if one]


def _is_all_late(case: Row) -> bool:
    return bool(case["items"]) and all(item["state"] == LATE for item in case["items"])


def _first(items: list[Row]) -> Row:
    return min(items, key=lambda item: (item["came"] or {}).get("taken", ""))


def _by(item: Row) -> str:
    late = (item["came"] or {}).get("late_text")
    return f"（{late}）" if late else ""


def _named(item: Row) -> str:
    """Return what a missing item is called; of photos also how many there are."""
    counted = item["text"].partition("；")[0] if item["what"] == PHOTOS else ""
    return f"{item['what']}（{counted}）" if counted else str(item["what"])


def _short(where: str, items: list[Row]) -> str:
    missing = [_named(item) for item in items if item["state"] == "missing"]
    late = [item for item in items if item["state"] == LATE]
    said = [f"缺{'、'.join(missing)}"] if missing else []
    if late:
        most = max(late, key=lambda item: (item["came"] or {}).get("late_seconds") or 0)
        said.append(f"{'、'.join(item['what'] for item in late)}迟到{_by(most)}")
    return f"{where}{'；'.join(said)}" if said else ""
