"""Draws the curve of cases come and whole against what was expected, as a PNG; the only door to Pillow in reports.

Only digits stand in it, so that no font of the machine is needed; what the lines mean is said beside it.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from reports.digest.progress import Day, Progress

# In pixels of the picture, which a mail shows at most at 560 and a phone at 335.
WIDTH, HEIGHT = 800, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 64, 28, 52
# Drawn twice as large and shrunk, so that slanting lines are smooth.
_SCALE = 2
_FONT = 26 * _SCALE
_INK, _GREY, _FAINT, _EXPECTED, _WHOLE = "#1f3a5f", "#5b6670", "#e3e8ee", "#8a6d00", "#2f7d4f"
LINES, _TICKS, _COLOURS = 4, 5, 64
# So much of the usual distance must lie between two days that are named.
_ROOM = 0.7
_Point = tuple[float, float]


def curve(progress: Progress) -> bytes:
    """Return the picture (PNG): thick what came, thin what is whole, dashed what was expected, upright the deadline."""
    sheet = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), "white")
    draw = ImageDraw.Draw(sheet)
    days = progress.days
    top = highest(progress)
    place = _placing(days, top)
    _frame(draw, progress, top, place)
    _dashed(draw, [place(day.day, day.expected) for day in days if day.expected is not None])
    for values, ink, width in (("complete", _WHOLE, 3), ("arrived", _INK, 6)):
        drawn = [place(day.day, getattr(day, values)) for day in days if getattr(day, values) is not None]
        draw.line(drawn, fill=ink, width=width * _SCALE, joint="curve")
    _mark_today(draw, progress.today, place)
    small = sheet.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(_COLOURS)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _placing(days: Sequence[Day], top: float) -> Callable[[date, float], _Point]:
    """Return the function from a day and a number of cases to the place of a point."""
    first, span = days[0].day, max(1, (days[-1].day - days[0].day).days)
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def place(day: date, value: float) -> _Point:
        across, up = (day - first).days / span, value / top
        return (_LEFT + wide * across) * _SCALE, (HEIGHT - _BOTTOM - high * up) * _SCALE

    return place


def highest(progress: Progress) -> float:
    """Return the number of cases at the upper edge: the next one that divides into round steps for the lines across."""
    values = (value for day in progress.days for value in (day.arrived, day.expected) if value is not None)
    value = max(1.0, *values)
    ten = 1
    while True:
        for step in (ten, 2 * ten, 3 * ten, 4 * ten, 5 * ten):
            if step * LINES >= value:
                return float(step * LINES)
        ten *= 10


def _frame(draw: ImageDraw.ImageDraw, progress: Progress, top: float, place: Callable[[date, float], _Point]) -> None:
    """Draw the lines across with their numbers, the days below, and the deadline."""
    first, last = progress.days[0].day, progress.days[-1].day
    for number in range(LINES + 1):
        value = top * number / LINES
        (left, y), (right, _) = place(first, value), place(last, value)
        draw.line([(left, y), (right, y)], fill=_GREY if number == 0 else _FAINT, width=_SCALE)
        _write(draw, (left - 10 * _SCALE, y), f"{value:.0f}", "rm", _GREY)
    x, floor = place(progress.deadline, 0)
    _, ceiling = place(progress.deadline, top)
    draw.line([(x, floor), (x, ceiling)], fill=_GREY, width=2 * _SCALE)
    for day in ticks(progress):
        at, _ = place(day, 0)
        draw.line([(at, floor), (at, floor + 6 * _SCALE)], fill=_GREY, width=_SCALE)
        _write(draw, (at, floor + 12 * _SCALE), f"{day.month}/{day.day}", "mt", _GREY)


def ticks(progress: Progress) -> Iterable[date]:
    """Yield the days that are named below: the first, the deadline, the last, and those between that leave room."""
    days = [day.day for day in progress.days]
    named = sorted({days[0], progress.deadline, days[-1]})
    apart = max(1, len(days) // _TICKS)
    for day in days[::apart]:
        if all(abs((day - other).days) >= apart * _ROOM for other in named):
            named.append(day)
    close = {days[-1]} if 0 < (days[-1] - progress.deadline).days < apart * _ROOM else set()
    yield from (day for day in sorted(named) if day not in close)


def _dashed(draw: ImageDraw.ImageDraw, points: Sequence[_Point]) -> None:
    """Draw a line in dashes of equal length along its way."""
    dash, gap, ink, walked = 14.0 * _SCALE, 9.0 * _SCALE, True, 0.0
    for (x, y), (to_x, to_y) in pairwise(points):
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        at = 0.0
        while at < length:
            step = min((dash if ink else gap) - walked, length - at)
            if ink:
                ends = [(at / length), ((at + step) / length)]
                draw.line([(x + (to_x - x) * part, y + (to_y - y) * part) for part in ends], _EXPECTED, 3 * _SCALE)
            at, walked = at + step, walked + step
            if walked >= (dash if ink else gap):
                ink, walked = not ink, 0.0


def _mark_today(draw: ImageDraw.ImageDraw, today: Day, place: Callable[[date, float], _Point]) -> None:
    """Put a dot on today's number of cases come, and a ring on that expected; the numbers stand in the text."""
    for value, ink, fill in ((today.expected, _EXPECTED, "white"), (today.arrived, _INK, _INK)):
        if value is not None:
            x, y = place(today.day, value)
            radius = 7 * _SCALE
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill, outline=ink, width=3 * _SCALE)


def _write(draw: ImageDraw.ImageDraw, at: _Point, text: str, anchor: str, ink: str) -> None:
    draw.text(at, text, fill=ink, font=ImageFont.load_default(_FONT), anchor=anchor)
