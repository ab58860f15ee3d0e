"""How long it is to the deadline: in days and in working days of the official calendar (国务院, with 调休)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import chinese_calendar

from config.campaign import Call

_SATURDAY = 5


@dataclass(frozen=True)
class Countdown:
    """Days from today to the deadline's day (negative afterwards), working days among them, and both in words.

    The working days are those after today, up to and including the deadline's day; 0 afterwards.
    """

    days: int
    working_days: int
    closed: bool
    text: str


def countdown(call: Call, as_of: datetime) -> Countdown:
    """Return how long it is from a moment (aware) to the deadline, counted in the campaign's zone."""
    today = as_of.astimezone(call.zone).date()
    days = (call.deadline - today).days
    closed = as_of > call.last_moment
    ahead = [today + timedelta(days=number) for number in range(1, days + 1)]
    working = sum(is_working_day(day) for day in ahead)
    note = "" if all(_official(day) is not None for day in ahead) else "，部分年份尚无放假安排，按周一至周五估算"
    return Countdown(days, working, closed, _text(days, working, note, closed=closed))


def _text(days: int, working: int, note: str, *, closed: bool) -> str:
    if closed:
        return f"已截止 {-days} 天" if days < 0 else "已截止"
    return f"距截止还有 {days} 天（{working} 个工作日{note}）" if days > 0 else "今天截止"


def is_working_day(day: date) -> bool:
    """Tell whether a day is worked; in years whose official calendar is not known, Monday to Friday are."""
    official = _official(day)
    return day.weekday() < _SATURDAY if official is None else official


def knows_year(year: int) -> bool:
    """Tell whether the official calendar of a year is known; of other years Monday to Friday are worked."""
    return _official(date(year, 1, 1)) is not None


def days_since_working_day(day: date) -> int:
    """Return how many days before a day the last working day was: 1 on a Tuesday, 3 on most Mondays."""
    return next(number for number in count(1) if is_working_day(day - timedelta(days=number)))


def _official(day: date) -> bool | None:
    """Tell whether a day is worked by the official calendar; None where the package does not know the year."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
