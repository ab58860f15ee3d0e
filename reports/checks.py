"""How a rule may check a fact: each check answers true (holds), false (does not) or None (cannot be told).

To add a check: write a function here and name it in CHECKS. A fact that is not known is never judged.
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

Check = Callable[[Any, Any], bool | None]


def at_least(actual: Any, value: Any) -> bool | None:  # noqa: ANN401 (a fact is any value)
    """Hold where the fact is the value or more."""
    return None if actual is None else bool(actual >= value)


def each_at_least(actual: Sequence[Any] | None, value: Sequence[Any]) -> bool | None:
    """Hold where each of the fact's numbers is at least the value's in the same place."""
    return None if actual is None else all(one >= limit for one, limit in zip(actual, value, strict=True))


def at_most(actual: Any, value: Any) -> bool | None:  # noqa: ANN401
    """Hold where the fact is the value or less."""
    return None if actual is None else bool(actual <= value)


def before(actual: str | None, value: date) -> bool | None:
    """Hold where an ISO date of any precision lies wholly before a day; None where its precision leaves that open."""
    if actual is None or not re.fullmatch(r"\d{4}(-\d{2}){0,2}", actual):
        return None
    limit = value.isoformat()
    if actual < limit[: len(actual)]:
        return True
    # An equal prefix is decided only where the limit is that year's or month's first day.
    first_day = (actual + "-01-01")[:10]
    return False if first_day >= limit else None


def empty(actual: Collection[Any] | None, _value: object) -> bool | None:
    """Hold where nothing is in the list."""
    return None if actual is None else not actual


def is_true(actual: bool | None, _value: object) -> bool | None:  # noqa: FBT001 (the fact itself)
    """Hold where the fact is true."""
    return actual


def is_present(actual: object, _value: object) -> bool | None:
    """Hold where there is anything."""
    return actual is not None and actual != ""


def is_absent(actual: object, _value: object) -> bool | None:
    """Hold where there is nothing; None where it could not be looked up."""
    return None if actual is None else not actual


def is_one_of(actual: object, value: Collection[Any]) -> bool | None:
    """Hold where the fact is one of the values."""
    return None if actual is None else actual in value


def is_none_of(actual: object, value: Collection[Any]) -> bool | None:
    """Hold where the fact is none of the values."""
    return None if actual is None else actual not in value


CHECKS: dict[str, Check] = {
    "at_least": at_least,
    "each_at_least": each_at_least,
    "at_most": at_most,
    "before": before,
    "empty": empty,
    "is_true": is_true,
    "is_present": is_present,
    "is_absent": is_absent,
    "is_one_of": is_one_of,
    "is_none_of": is_none_of,
}
