"""截止进度: what the tracker reports on its days: who has sent nothing, who lacks what, how long it is, what is new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reports.deadline import countdown, is_working_day
from reports.elsewhere import of_province
from reports.tracker import rows
from reports.tracker.milestones import AT_DEADLINE, Milestone
from reports.tracker.page import Entry, Page, Section
from reports.tracker.rows import Row
from reports.tracker.standing import COMPLETE, INCOMPLETE, NOTHING, OVERDUE, ProvinceStanding, Standing
from reports.wording import clock, joined, month_and_day, weekday

_LINES = 12
_ORDER = (NOTHING, INCOMPLETE, OVERDUE, COMPLETE)


@dataclass(frozen=True)
class Progress:
    """A report of one day: how provinces stand, how they stood on the tracker's day before, and what was missed.

    `made_on` is the day on which it was made, where that was later.
    """

    milestone: Milestone
    now: Standing
    earlier: tuple[Milestone, Standing] | None = None
    missed: Sequence[Milestone] = ()
    made_on: date | None = None
    snapshot: str = ""


def file_name(milestone: Milestone) -> str:
    """Return what a report is called, without its ending: 截止进度-T-7-2026-07-29."""
    return f"截止进度-{milestone.name}-{milestone.day.isoformat()}"


def note(progress: Progress) -> str:
    """Return the line that the daily digest shows of a report."""
    now = progress.now
    sent = len(now.provinces) - len(now.of(NOTHING))
    lacking = [one for one in now.provinces if one.lacks and one.place != NOTHING]
    silent = [one.province for one in now.of(NOTHING) if one.lacks]
    return (
        f"截止进度（{progress.milestone.shown}，{month_and_day(progress.milestone.day)}）：已报 {sent} 省，"
        f"其中 {len(lacking)} 省还有缺项；{len(silent)} 省还没有报送，见 {file_name(progress.milestone)}.html"
    )


def progress_page(progress: Progress) -> Page:
    """Return the page of a report."""
    now, day = progress.now, progress.milestone.day
    call = now.picture.campaign.call
    return Page(
        title=f"{call.title}截止进度（{progress.milestone.shown}）",
        subtitle=f"{_day(day)}　{weekday(day)}　数据截至 {clock(now.as_of, call.zone)}　{call.notice}",
        headline=_countdown(progress),
        alerts=_alerts(progress),
        remarks=list(_compared(progress)),
        # Before the deadline nothing can be late but what a person says is.
        sections=[_section(place, now) for place in _ORDER if place != OVERDUE or now.closed or now.of(place)],
        foot=(
            f"截止时间：{_day(call.deadline)} 24:00；批准了延期的省按各自的截止时间",
            *((progress.snapshot,) if progress.snapshot else ()),
            "依据和到达时间见 zhengji deadline；本报告由征集程序自动生成，只给工作人员看，不发给各省。",
        ),
    )


def _day(day: date) -> str:
    return f"{day.year}年{month_and_day(day)}"


def _countdown(progress: Progress) -> str:
    """Return how long it is to the deadline; on the day itself that it has just passed."""
    if progress.milestone.name == AT_DEADLINE:
        return "截止时间已到"
    return countdown(progress.now.picture.campaign.call, progress.now.as_of).text


def _alerts(progress: Progress) -> list[str]:
    """Return what is not as usual with a report: made later, days missed, a day off, mail that is not read."""
    said = []
    if progress.made_on:
        said.append(f"本期补做于 {month_and_day(progress.made_on)}：当天程序没有运行")
    if progress.missed:
        named = joined(f"{one.shown}（{month_and_day(one.day)}）" for one in progress.missed)
        said.append(f"程序没有运行，缺 {len(progress.missed)} 期：{named}")
    picture, zone = progress.now.picture, progress.now.picture.campaign.call.zone
    for health in picture.health:
        if health.failing_since:
            since = clock(health.failing_since, zone)
            said.append(f"邮箱 {health.mailbox} 自 {since} 起收不到信（{health.reason}），数字可能不全")
    return said


def _compared(progress: Progress) -> Iterable[str]:
    """Yield what changed since the tracker's day before, and that a day off was reported all the same."""
    if not is_working_day(progress.milestone.day):
        yield f"{month_and_day(progress.milestone.day)}是休息日，期限按自然日计，照常统计；在下一个工作日的日报里提示"
    if progress.earlier is None:
        return
    milestone, before = progress.earlier
    old = {one.province: one for one in before.provinces}
    changes = "；".join(_changes(old, progress.now)) or "没有变化"
    yield f"比上一期（{milestone.shown}，{month_and_day(milestone.day)}）：{changes}"


def _changes(old: dict[str, ProvinceStanding], now: Standing) -> Iterable[str]:
    """Yield which provinces sent for the first time, which became complete, and how many items are still to come."""
    known = [(old[one.province], one) for one in now.provinces if one.province in old]
    first = [one.province for was, one in known if one.messages and not was.messages]
    whole = [one.province for was, one in known if one.complete_now and not was.complete_now]
    if first:
        yield f"新报送 {len(first)} 省（{'、'.join(first)}）"
    if whole:
        yield f"新齐全 {len(whole)} 省（{'、'.join(whole)}）"
    less = sum(map(_missing, old.values())) - sum(_missing(one) for one in now.provinces)
    if less:
        yield f"缺项{'减少' if less > 0 else '增加'} {abs(less)} 项"


def _missing(one: ProvinceStanding) -> int:
    items = [*one.items, *(item for case in one.cases for item in case.items)]
    return sum(item.state == "missing" for item in items)


def _section(place: str, now: Standing) -> Section:
    """Return a list with what each province in it lacks or sent late; who stands well is named alone."""
    zone = now.picture.campaign.call.zone
    own = [rows.province(one, now, zone) for one in now.of(place)]
    told = [Entry(row["province"], _noted(row, now), _clipped(_lines(row, place))) for row in own]
    entries = [one for one in told if one.note or one.lines]
    plain = [one.name for one in told if one not in entries]
    return Section(now.labels[place], len(own), place, entries, plain, rows.beside(now) if place == NOTHING else "")


def _noted(row: Row, now: Standing) -> str:
    """Return what stands beside a province: its notes, and where what it lacks may be."""
    hidden = of_province(now.picture, row["province"]) if row["messages"] and not row["complete_now"] else ()
    said = f"{'；'.join(hidden)}，所缺的可能在其中" if hidden else ""
    return "；".join(part for part in (row["note"], said) if part)


def _lines(row: Row, place: str) -> list[str]:
    """Return a province's lines; of one that is late as a whole, by how much, and what it still lacks."""
    if place != OVERDUE:
        return rows.short_lines(row)
    first = row["first"]
    missing = [_only_missing(item) for item in (row, *row["cases"])]
    lacking = rows.short_lines({"items": missing[0]["items"], "cases": missing[1:]})
    return [f"首次报送{first['late_text']}", *lacking]


def _only_missing(row: Row) -> Row:
    return {**row, "items": [item for item in row["items"] if item["state"] == "missing"]}


def _clipped(lines: list[str]) -> list[str]:
    if len(lines) <= _LINES:
        return lines
    return [*lines[: _LINES - 1], f"另有 {len(lines) - _LINES + 1} 行，见 zhengji deadline"]
