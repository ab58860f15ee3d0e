"""What do the words of a form or a command line ask for? Lists between commas, days, and moments."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo

from reports.queries.errors import AskedWrongError

_COMMAS = re.compile(r"[,，、]")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def split(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words that stand between commas."""
    return tuple(one.strip() for text in texts for one in _COMMAS.split(text) if one.strip())


def moment_named(text: str, zone: tzinfo) -> datetime:
    """Return the moment that a text names; of a day alone its beginning."""
    try:
        if len(text) == len("2026-08-05"):
            return datetime.combine(date.fromisoformat(text), time(), zone)
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise AskedWrongError(f"{text[:40]} 不是日期，请写作 2026-07-20 或 2026-07-20T18:00") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def first_day(text: str) -> date:
    """Return the first day of what a text names: 2015, 2015-06, 2015-06-30."""
    if match := _DAY.fullmatch(text.strip()):
        try:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            pass
    raise AskedWrongError(f"{text[:40]} 不是日期，请写作 2015、2015-06 或 2015-06-30")
