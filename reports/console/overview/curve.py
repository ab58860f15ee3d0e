"""The curve of cases come and whole against what was expected, as the numbers of a drawing (SVG)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from reports.digest.curve import LINES, highest, ticks
from reports.digest.progress import Day, Progress

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 26, 14, 34


@dataclass(frozen=True)
class Mark:
    """A place in the drawing, with what is written there."""

    x: str
    y: str
    text: str = ""


@dataclass(frozen=True)
class Drawing:
    """The lines of the drawing as points, the marks at its edges, and the days on which something changed, as a table.

    `today` is where the number of cases come stands now, `due` where it was expected to stand.
    """

    arrived: str
    complete: str
    expected: str
    across: tuple[Mark, ...]
    days: tuple[Mark, ...]
    deadline: str
    today: Mark | None
    due: Mark | None
    steps: tuple[Day, ...]
    size: tuple[int, int, int, int, int, int] = (WIDTH, HEIGHT, _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM)


_Placing = Callable[[date, float], tuple[str, str]]


def drawing(progress: Progress) -> Drawing:
    """Return the drawing of a progress."""
    top, days = highest(progress), progress.days
    place = _placing(progress, top)
    first = days[0].day
    across = [(place(first, top * number / LINES)[1], f"{top * number / LINES:.0f}") for number in range(LINES + 1)]
    return Drawing(
        arrived=_line(days, "arrived", place),
        complete=_line(days, "complete", place),
        expected=_line(days, "expected", place),
        across=tuple(Mark(str(_LEFT), y, text) for y, text in across),
        days=tuple(Mark(*place(day, 0), f"{day.month}/{day.day}") for day in ticks(progress)),
        deadline=place(progress.deadline, 0)[0],
        today=_mark(progress.today, "arrived", place),
        due=_mark(progress.today, "expected", place),
        steps=tuple(_steps(progress)),
    )


def _placing(progress: Progress, top: float) -> _Placing:
    """Return the function from a day and a number of cases to the place of a point."""
    first, span = progress.days[0].day, max(1, (progress.days[-1].day - progress.days[0].day).days)
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def place(day: date, value: float) -> tuple[str, str]:
        return f"{_LEFT + wide * (day - first).days / span:.1f}", f"{HEIGHT - _BOTTOM - high * value / top:.1f}"

    return place


def _line(days: Iterable[Day], name: str, place: _Placing) -> str:
    known = ((day.day, getattr(day, name)) for day in days)
    return " ".join(",".join(place(day, value)) for day, value in known if value is not None)


def _mark(day: Day, name: str, place: _Placing) -> Mark | None:
    value = getattr(day, name)
    return None if value is None else Mark(*place(day.day, value))


def _steps(progress: Progress) -> Iterable[Day]:
    """Yield the days on which something came or became whole, and today: what the curve says, as numbers."""
    known = [day for day in progress.days if day.arrived is not None]
    values = [(day.arrived, day.complete) for day in known]
    changed = {day for day, (before, after) in zip(known[1:], pairwise(values), strict=True) if before != after}
    yield from (day for day in known if day in changed or day == progress.today)
