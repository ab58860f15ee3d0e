"""The countdown: days in Beijing, and working days of the official calendar."""

from datetime import UTC, date, datetime

import pytest

from config.campaign import Call
from reports.deadline import countdown, days_since_working_day, is_working_day
from tests.picture_builders import campaign

CALL = campaign().call


@pytest.mark.parametrize("day", ["2026-06-19", "2026-09-25", *(f"2026-10-0{number}" for number in range(1, 8))])
def test_the_official_holidays_after_the_notice_are_off(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-09-20", "2026-10-10", "2026-07-20"])
def test_a_weekend_day_that_is_worked_instead_is_a_working_day(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("as_of", "days", "working", "closed", "text"),
    [
        ("2026-07-24T08:30+08:00", 12, 8, False, "距截止还有 12 天（8 个工作日）"),
        ("2026-08-04T23:59+08:00", 1, 1, False, "距截止还有 1 天（1 个工作日）"),
        ("2026-08-05T00:00+08:00", 0, 0, False, "今天截止"),
        ("2026-08-05T23:59:59+08:00", 0, 0, False, "今天截止"),
        ("2026-08-06T00:00+08:00", -1, 0, True, "已截止 1 天"),
        ("2026-08-08T08:30+08:00", -3, 0, True, "已截止 3 天"),
        ("2026-08-05T23:59:59.500000+08:00", 0, 0, True, "已截止"),
    ],
)
def test_the_days_to_the_deadline_are_said(as_of: str, days: int, working: int, closed: bool, text: str) -> None:
    found = countdown(CALL, datetime.fromisoformat(as_of))
    assert (found.days, found.working_days, found.closed, found.text) == (days, working, closed, text)


def test_days_are_counted_in_beijing_whatever_the_zone_of_the_moment() -> None:
    assert countdown(CALL, datetime(2026, 8, 4, 16, 0, tzinfo=UTC)).text == "今天截止"
    assert countdown(CALL, datetime(2026, 8, 4, 15, 59, tzinfo=UTC)).days == 1


def test_dragon_boat_friday_does_not_count_as_a_working_day() -> None:
    before = countdown(CALL, datetime.fromisoformat("2026-06-18T08:30+08:00"))
    after = countdown(CALL, datetime.fromisoformat("2026-06-21T08:30+08:00"))
    assert before.days - after.days == 3
    assert before.working_days == after.working_days


def test_a_year_without_an_official_calendar_counts_monday_to_friday_and_says_so() -> None:
    call = Call.model_validate({**CALL.model_dump(), "deadline": date(2099, 8, 5)})
    found = countdown(call, datetime.fromisoformat("2099-08-01T08:30+08:00"))
    assert (found.days, found.working_days) == (4, 3)
    assert "按周一至周五估算" in found.text
    assert is_working_day(date(2099, 8, 5))
    assert not is_working_day(date(2099, 8, 2))


@pytest.mark.parametrize(
    ("day", "days"),
    [
        ("2026-07-21", 1),
        ("2026-07-20", 3),
        # After the Dragon Boat Festival, after the National Day, after a Saturday and a Sunday that were worked.
        ("2026-06-22", 4),
        ("2026-10-08", 8),
        ("2026-10-12", 2),
        ("2026-09-21", 1),
    ],
)
def test_the_last_working_day_before_is_found_over_weekends_and_holidays(day: str, days: int) -> None:
    assert days_since_working_day(date.fromisoformat(day)) == days
