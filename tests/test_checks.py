"""The checks of rules: what holds, what does not, and what cannot be told."""

from datetime import date

import pytest

from reports.checks import CHECKS


@pytest.mark.parametrize(
    ("check", "actual", "value", "held"),
    [
        ("at_least", 3, 3, True),
        ("at_least", 2, 3, False),
        ("at_most", 3, 3, True),
        ("at_most", 4, 3, False),
        ("before", "2019", date(2020, 1, 1), True),
        ("before", "2019-12", date(2020, 1, 1), True),
        ("before", "2019-12-31", date(2020, 1, 1), True),
        ("before", "2020", date(2020, 1, 1), False),
        ("before", "2020-01", date(2020, 1, 1), False),
        ("before", "2020-01-01", date(2020, 1, 1), False),
        ("before", "2020", date(2020, 7, 1), None),
        ("before", "2020-07", date(2020, 7, 15), None),
        ("before", "2020-06", date(2020, 7, 15), True),
        ("before", "二〇二〇", date(2020, 1, 1), None),
        ("empty", [], None, True),
        ("empty", ["x"], None, False),
        ("is_true", True, None, True),
        ("is_true", False, None, False),
        ("is_present", "浙江", None, True),
        ("is_present", None, None, False),
        ("is_absent", "", None, True),
        ("is_absent", "x", None, False),
        ("is_one_of", "jpeg", ("jpeg",), True),
        ("is_one_of", "png", ("jpeg",), False),
        ("is_none_of", "ok", ("corrupt",), True),
        ("is_none_of", "corrupt", ("corrupt",), False),
    ],
)
def test_a_check_answers(check: str, actual: object, value: object, held: bool | None) -> None:
    assert CHECKS[check](actual, value) is held


@pytest.mark.parametrize("check", sorted(set(CHECKS) - {"is_present"}))
def test_what_is_not_known_is_never_judged(check: str) -> None:
    value = {"before": date(2020, 1, 1), "is_one_of": (1,), "is_none_of": (1,)}.get(check, 1)
    assert CHECKS[check](None, value) is None
