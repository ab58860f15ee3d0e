"""How many cases had come, and were whole, by each day, against how many were expected by then."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from config.campaign import Call
from reports.changes import counts
from reports.picture import AssociationView, CaseView, Picture
from reports.wording import month_and_day


@dataclass(frozen=True)
class Day:
    """Cases by the end of a day: come, whole (None for days to come), and expected (None where nobody estimated)."""

    day: date
    arrived: int | None
    complete: int | None
    expected: float | None


@dataclass(frozen=True)
class Progress:
    """The days from the notice to the deadline, or to today where that is later, and what is said of them."""

    days: tuple[Day, ...]
    today: Day
    deadline: date
    total: int | None
    text: str
    basis: str


def progress(picture: Picture) -> Progress | None:
    """Return the progress of a picture; None before the day of the notice, when nothing can have come."""
    call = picture.campaign.call
    today = picture.as_of.astimezone(call.zone).date()
    if today < call.notice_date:
        return None
    total = _total(picture)
    days = tuple(_days(picture, today, total))
    now = next(day for day in days if day.day == today)
    return Progress(days, now, call.deadline, total, _text(now, call), _basis(picture, total))


def _total(picture: Picture) -> int | None:
    """Return how many cases are expected in all: what the lists name, and an estimate for those without one."""
    if picture.campaign.expectation is None:
        return None
    each = picture.campaign.expectation.cases_each
    return sum(_expected_of(view, each) for view in picture.associations)


def _expected_of(view: AssociationView, each: int) -> int:
    if view.cases_listed:
        return view.cases_listed
    return 0 if view.nothing_to_send and not view.messages else each


def _days(picture: Picture, today: date, total: int | None) -> Iterable[Day]:
    call, zone = picture.campaign.call, picture.campaign.call.zone
    own = [case for case in picture.cases if counts(case)]
    # What is on record of an earlier day than the notice (a wrong clock) counts from the first day on.
    came = sorted(_date(case.first_arrival, zone) for case in own)
    whole = sorted(_date(completed_at(case, call), zone) for case in own if case.complete)
    last = max(today, call.deadline)
    for number in range((last - call.notice_date).days + 1):
        day = call.notice_date + timedelta(days=number)
        known = day <= today
        yield Day(
            day,
            bisect_right(came, day) if known else None,
            bisect_right(whole, day) if known else None,
            _expected(picture, day, total),
        )


def _expected(picture: Picture, day: date, total: int | None) -> float | None:
    estimate = picture.campaign.expectation
    if estimate is None or total is None:
        return None
    return total * estimate.share((picture.campaign.call.deadline - day).days)


def completed_at(case: CaseView, call: Call) -> datetime | None:
    """Return when the last came of what makes a case whole: its row, a form, a material, and as many photos as asked.

    It goes by what counts today: of versions that were replaced nobody knows whether they would do.
    """
    rows = [row.file.first_arrival for row in case.all_rows or case.rows]
    photos = sorted(file.first_arrival for file in case.counted_photos)
    parts = [rows, _first(case, "forms"), _first(case, "materials"), photos[call.photos_min - 1 : call.photos_min]]
    return max((min(part) for part in parts if part), default=case.first_arrival)


def _first(case: CaseView, name: str) -> list[datetime]:
    """Return when the versions of a paper came, also those that were replaced."""
    counted = getattr(case, name)
    kinds = {file.kind for file in counted}
    return [file.first_arrival for file in case.files if file.kind in kinds] or [one.first_arrival for one in counted]


def _date(moment: datetime | None, zone: tzinfo) -> date:
    return moment.astimezone(zone).date() if moment else date.min


def _text(now: Day, call: Call) -> str:
    come = f"已到 {now.arrived} 个，其中材料齐全 {now.complete} 个"
    if now.expected is None:
        return come
    due = (
        f"按预计今天应到约 {round(now.expected)} 个"
        if now.day <= call.deadline
        else f"截止时预计约 {round(now.expected)} 个"
    )
    return f"{due}，{come.replace('已到', '实到')}"


def _basis(picture: Picture, total: int | None) -> str:
    """Return on what the expectation rests, so that nobody takes an estimate for a rule of the notice."""
    estimate = picture.campaign.expectation
    if estimate is None or total is None:
        return "征集文件没有写预计进度（[expectation]），只画实到数。"
    views: Sequence[AssociationView] = picture.associations
    listed = [view for view in views if view.cases_listed]
    nothing = [view for view in views if view.nothing_to_send and not view.messages]
    rest = len(views) - len(listed) - len(nothing)
    parts = [f"已报清单的 {len(listed)} 个省按清单 {sum(view.cases_listed for view in listed)} 个" if listed else ""]
    parts.append(
        f"{'其余 ' if listed or nothing else ''}{rest} 个省每省按 {estimate.cases_each} 个估计" if rest else ""
    )
    parts.append(f"零报送 {len(nothing)} 个省不计" if nothing else "")
    said = "，".join(part for part in parts if part)
    end = month_and_day(picture.campaign.call.deadline)
    rests_on = f"各日进度凭{estimate.source}。这是估计，不是通知的规定，可在征集文件里修改。"
    return f"预计到{end}共约 {total} 个：{said}；{rests_on}"
