"""The curve of cases come and whole against what is expected: its numbers, on what they rest, and the picture."""

import io
from datetime import date, timedelta
from itertools import pairwise

import pytest
from PIL import Image

from config.campaign import Campaign, Expectation
from reports.digest.curve import HEIGHT, WIDTH, curve
from reports.digest.digest import compose
from reports.digest.progress import Progress, completed_at, progress
from reports.finding import Assessment
from tests.picture_builders import AFTER, MORNING, assessment, association, campaign, case, file_of, message, realistic

SHARES = {"cases_each": 10, "source": "经验", "shares": [[30, 0.0], [10, 0.5], [0, 1.0]]}


def progress_of(made: Assessment) -> Progress:
    found = progress(made.picture)
    assert found is not None
    return found


def with_campaign(made: Assessment, other: Campaign) -> Assessment:
    from dataclasses import replace

    return replace(made, picture=replace(made.picture, campaign=other))


@pytest.mark.parametrize(
    ("days", "share"), [(79, 0.0), (30, 0.0), (20, 0.25), (10, 0.5), (5, 0.75), (0, 1.0), (-3, 1.0)]
)
def test_the_share_is_straight_between_two_points_and_whole_after_the_deadline(days: int, share: float) -> None:
    assert Expectation.model_validate(SHARES).share(days) == pytest.approx(share)


@pytest.mark.parametrize(
    "shares", [[[0, 1.0]], [[10, 0.5], [20, 0.1], [0, 1.0]], [[10, 0.5], [0, 0.9]], [[10, 0.9], [5, 0.2], [0, 1.0]], [[10, -0.1], [0, 1.0]]]
)  # fmt: skip
def test_an_expectation_that_falls_or_does_not_end_whole_is_refused(shares: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"天数|截止当天|at least 2"):
        Expectation.model_validate({**SHARES, "shares": shares})


def test_the_shipped_campaign_says_what_its_expectation_rests_on() -> None:
    estimate = campaign().expectation
    assert estimate is not None
    assert "经验" in estimate.source
    call = campaign().call
    assert estimate.shares[0][0] == (call.deadline - call.notice_date).days


def test_the_curve_ends_today_in_the_numbers_of_the_digest() -> None:
    for made in (realistic(), realistic(AFTER)):
        found = progress_of(made)
        assert found.today.arrived == len(made.picture.cases)
        assert found.today.complete == sum(view.complete_cases for view in made.picture.associations)
        known = [day for day in found.days if day.arrived is not None]
        assert known[-1] == found.today
        for before, after in pairwise(known):
            assert before.arrived is not None
            assert after.arrived is not None
            assert before.arrived <= after.arrived
            assert (after.complete or 0) <= after.arrived


def test_the_days_run_from_the_notice_to_the_deadline_and_on_to_today() -> None:
    call = campaign().call
    before, after = progress_of(realistic()), progress_of(realistic(AFTER))
    assert (before.days[0].day, before.days[-1].day) == (call.notice_date, call.deadline)
    assert after.days[-1].day == date(2026, 8, 8)
    assert progress(assessment(as_of=MORNING - timedelta(days=90)).picture) is None


def test_cases_come_on_the_day_of_their_first_file_and_are_whole_on_that_of_the_last() -> None:
    first = message("浙江", arrival=MORNING - timedelta(days=5))
    later = message("浙江", arrival=MORNING - timedelta(days=2))
    whole = case(first, "春江花园")
    form = file_of(later, "春江花园推荐表.docx", "recommendation_form")
    waited = case(first, "秋水苑", forms=(form,), files=(*case(first, "秋水苑", has=("row", "material")).files, form))
    found = progress_of(assessment([association("浙江", [first, later], [whole, waited])]))
    by_day = {day.day: (day.arrived, day.complete) for day in found.days}
    assert by_day[date(2026, 7, 14)] == (0, 0)
    assert by_day[date(2026, 7, 15)] == (2, 1)
    assert by_day[date(2026, 7, 17)] == (2, 1)
    assert by_day[date(2026, 7, 18)] == (2, 2)
    assert completed_at(waited, campaign().call) == later.arrival


def test_a_withdrawn_case_and_one_that_is_only_listed_have_not_come() -> None:
    mail = message("浙江")
    cases = [
        case(mail, "甲苑", withdrawn="陈静 7月20日"),
        case(mail, "乙苑", has=("row",), photos=0),
        case(mail, "丙苑"),
    ]
    made = assessment([association("浙江", [mail], cases)])
    assert progress_of(made).today.arrived == 1
    assert "已到 1" in compose(made, None).text


def test_what_is_expected_is_what_lists_name_and_an_estimate_for_the_others() -> None:
    mail = message("浙江")
    made = assessment([association("浙江", [mail], [case(mail, "春江花园"), case(mail, "秋水苑")])])
    found = progress_of(made)
    each = campaign().expectation.cases_each  # type: ignore[union-attr]
    assert found.total == 2 + 30 * each
    assert f"已报清单的 1 个省按清单 2 个，其余 30 个省每省按 {each} 个估计" in found.basis
    assert "不是通知的规定" in found.basis
    assert found.days[-1].expected == found.total


def test_a_province_that_will_send_nothing_is_not_expected_to() -> None:
    from dataclasses import replace

    made = assessment([replace(association("西藏"), nothing_to_send="陈静 7月20日")])
    assert progress_of(made).total == 30 * 20
    assert "零报送 1 个省不计" in progress_of(made).basis


def test_the_digest_says_what_is_due_today_and_what_has_come() -> None:
    assert "按预计今天应到约 77 个，实到 45 个，其中材料齐全 29 个。" in compose(realistic(), None).text
    assert "截止时预计约 425 个，实到 45 个" in compose(realistic(AFTER), None).text


def test_without_an_expectation_only_what_came_is_told() -> None:
    made = with_campaign(realistic(), campaign().model_copy(update={"expectation": None}))
    found = progress_of(made)
    assert found.text == "已到 45 个，其中材料齐全 29 个"
    assert found.total is None
    assert curve(found)
    assert "应到约" not in compose(made, None).text


@pytest.mark.parametrize("made", [realistic(), realistic(AFTER), assessment()], ids=["busy", "after", "empty"])
def test_the_picture_is_small_and_drawn_with_no_font_of_the_machine(made: Assessment) -> None:
    found = progress_of(made)
    data = curve(found)
    assert len(data) < 20_000
    assert data == curve(found)
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))


def test_the_line_of_what_came_rises_where_cases_come() -> None:
    with Image.open(io.BytesIO(curve(progress_of(realistic())))) as picture:
        drawn = picture.convert("RGB")
    ink = {(x, y) for x in range(WIDTH) for y in range(HEIGHT) if _is_ink(drawn.getpixel((x, y)))}
    highest = min(ink, key=lambda point: point[1])
    lowest = max(ink, key=lambda point: point[1])
    assert highest[0] > WIDTH // 2
    assert highest[1] < lowest[1] - 10


def _is_ink(colour: object) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(one - other) < 24 for one, other in zip(colour, (0x1F, 0x3A, 0x5F), strict=True))
