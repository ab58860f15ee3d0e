"""When may an association be reminded again? In working days, closer together from shortly before the deadline on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from reports.deadline import is_working_day
from reports.letters.outstanding import Item
from reports.wording import month_and_day
from store.reminders import Sent

# A reminder that asks for something; a receipt asks for nothing.
ASKING = ("催报函", "补正通知")
_FARTHEST = 120


@dataclass(frozen=True)
class Spacing:
    """How many working days lie between two reminders: usually, and from `near_days` days before the deadline on."""

    usual: int
    near: int
    near_days: int

    def between(self, day: date, deadline: date) -> int:
        """Return how many working days must have passed on a day."""
        return self.near if day >= deadline - timedelta(days=self.near_days) else self.usual


def next_day(last: date, spacing: Spacing, deadline: date) -> date:
    """Return the first day after a reminder on which the next one may go."""
    passed, day = 0, last
    for _ in range(_FARTHEST):
        day += timedelta(days=1)
        passed += is_working_day(day)
        if is_working_day(day) and passed >= spacing.between(day, deadline):
            return day
    return day


def asking(sent: Iterable[Sent], province: str) -> tuple[Sent, ...]:
    """Return the reminders that asked a province for something and may have reached it, the oldest first."""
    return tuple(one for one in sent if one.province == province and one.what in ASKING and one.counts)


def last_asked(sent: Sequence[Sent], zone: tzinfo) -> date | None:
    """Return the day of the last of these reminders."""
    return max((_day(one.sent_at, zone) for one in sent), default=None)


def days_asked(item: Item, sent: Iterable[Sent], zone: tzinfo) -> tuple[date, ...]:
    """Return the days on which an item was asked for, that is all of what it rests on."""
    wanted = set(item.ids)
    return tuple(dict.fromkeys(_day(one.sent_at, zone) for one in sent if wanted <= one.ids))


def told_days(days: Iterable[date]) -> str:
    """Return days as people say them: 7月20日、7月27日."""
    return "、".join(month_and_day(day) for day in days)


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()
