"""On which days does the tracker report? T−30, −14 …, the deadline, and each day after; all from the campaign file.

Days are calendar days of the campaign's zone. Each speaks of a moment of its own, so that whoever makes its report
again makes the same: the digest's minute of that day, and at the deadline its last moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.campaign import Call

AT_DEADLINE = "截止"


@dataclass(frozen=True)
class Milestone:
    """A day of the tracker: its name (T-7, 截止, T+3) and the moment that it speaks of."""

    day: date
    name: str
    as_of: datetime

    @property
    def due(self) -> datetime:
        """From when on it can be reported: after the deadline's last second, for mail may come within it."""
        return self.as_of + timedelta(seconds=1) if self.name == AT_DEADLINE else self.as_of

    @property
    def shown(self) -> str:
        """The name as it is read: T−7, 截止时刻, 截止后第 3 天."""
        if self.name == AT_DEADLINE:
            return "截止时刻"
        sign, number = self.name[1], self.name[2:]
        return f"T−{number}" if sign == "-" else f"截止后第 {number} 天"


def milestones(call: Call, at: time, last: datetime) -> Iterator[Milestone]:
    """Yield the days in order; `at` is the digest's minute, `last` the latest deadline that was granted to anybody.

    Afterwards it is every day until `tracked_after_days`, and longer where a later deadline still runs.
    """
    for days in sorted(set(call.milestones), reverse=True):
        yield _at(call.deadline - timedelta(days=days), f"T-{days}", at, call)
    yield Milestone(call.deadline, AT_DEADLINE, call.last_moment)
    running = (last.astimezone(call.zone).date() - call.deadline).days + 1 if last > call.last_moment else 0
    for days in range(1, max(call.tracked_after_days, running) + 1):
        yield _at(call.deadline + timedelta(days=days), f"T+{days}", at, call)


def _at(day: date, name: str, at: time, call: Call) -> Milestone:
    return Milestone(day, name, datetime.combine(day, at.replace(tzinfo=None), call.zone))


def latest(known: Sequence[Milestone], now: datetime) -> Milestone | None:
    """Return the last day that can be reported by now (aware); None before the first."""
    return next((one for one in reversed(known) if one.due <= now), None)


def before(known: Sequence[Milestone], one: Milestone) -> Milestone | None:
    """Return the day before one in the tracker's calendar; None for the first."""
    at = known.index(one)
    return known[at - 1] if at else None
