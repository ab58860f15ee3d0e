"""The four lists at the deadline: who is on time and complete, on time but not, late, or has sent nothing, and why."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from config.errors import ConfigError
from ingest.cli import cli
from ingest.decisions.arriving import decide_arrival
from ingest.desk import Desk
from ingest.telling import tracking
from reports.finding import Assessment
from reports.tracker import rows, shown
from reports.tracker.came import delay
from reports.tracker.standing import LABELS, PLACES, CaseStanding, ProvinceStanding, Standing, standing_at
from store.decisions import Person
from tests.desks import assessed, desk, take, write_settings
from tests.picture_builders import AFTER
from tests.sample import day
from tests.test_architecture import ROOT
from tests.tracker_world import DEADLINE, TODAY, arrive, case_of, early_mails, fill, sent, whole


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("tracker")
    with desk(folder) as opened:
        fill(opened, folder / "inbox")
        yield opened


@pytest.fixture(scope="module")
def today(world: Desk) -> Standing:
    return tracking.standing_of(world, TODAY)


def of(standing: Standing, province: str) -> ProvinceStanding:
    return next(one for one in standing.provinces if one.province == province)


def states(one: ProvinceStanding) -> dict[str, str]:
    return {item.what: item.state for case in one.cases for item in case.items}


def text(one: ProvinceStanding, standing: Standing) -> str:
    return "\n".join(rows.lines(rows.province(one, standing, standing.picture.campaign.call.zone)))


def test_every_province_stands_in_exactly_one_of_the_four_lists(today: Standing) -> None:
    listed = [one.province for place in PLACES for one in today.of(place)]
    assert sorted(listed) == sorted(one.province for one in today.picture.associations)
    assert len(listed) == len(set(listed)) == 31
    found = {place: [one.province for one in today.of(place)] for place in PLACES[:3]}
    # 湖北 is complete by the later deadline that was granted to it; what 山东 added later takes nothing away.
    assert found == {"complete": ["浙江", "山东", "湖北", "四川"], "incomplete": ["江苏"], "late": ["湖南"]}


def test_what_only_a_late_form_made_complete_was_not_complete_on_time(today: Standing) -> None:
    one = of(today, "江苏")
    assert (one.place, one.complete_now) == ("incomplete", True)
    assert states(one) == {"列入汇总清单": "there", "推荐表": "late", "案例材料": "there", "照片": "there"}
    assert text(one, today) == (
        "“玄武湖畔花园”推荐表迟到：《玄武湖畔花园推荐表.docx》2026-08-07 02:59:59 到达，晚 1 天 3 小时，"
        "来信 6“江苏补推荐表 13812345678”"
    )
    (item,) = one.cases[0].open_items
    assert item.came is not None
    assert item.came.file == "玄武湖畔花园推荐表.docx"
    assert item.came.late is not None
    assert item.came.late.total_seconds() == 27 * 3600


def test_a_mail_of_the_last_second_is_in_time(today: Standing) -> None:
    first = of(today, "江苏").first
    assert first is not None
    assert (first.taken, first.late) == (DEADLINE, None)


def test_a_province_whose_first_mail_is_late_is_late_with_everything(today: Standing) -> None:
    one = of(today, "湖南")
    assert one.first is not None
    assert one.first.late is not None
    assert delay(one.first.late) == "9 小时 12 分"
    assert {item.state for item in one.items} == {"late"}
    assert [case.place for case in one.cases] == ["late"]


def test_a_case_that_came_later_is_late_and_leaves_the_others_on_time(today: Standing) -> None:
    cases = {case.community: case.place for case in of(today, "山东").cases}
    assert cases == {"鸢飞花园": "complete", "虞河人家": "late"}
    assert "“虞河人家”整个案例迟报" in text(of(today, "山东"), today)


def test_photos_that_were_renewed_after_the_deadline_were_there_in_time(today: Standing, world: Desk) -> None:
    assert states(of(today, "四川"))["照片"] == "there"
    late = [one for one in assessed(world, TODAY).findings if one.code == "late.item" and one.province == "四川"]
    assert late == []


def test_a_later_deadline_is_the_provinces_own_and_rewrites_nothing(world: Desk, today: Standing) -> None:
    assert rows.note(of(today, "湖北"), today) == "已批准延期至8月12日，尚未截止（陈静 8月4日：协会函〔2026〕3号）"
    known = assessed(world, TODAY).picture
    then = standing_at(world.store, world.keeper.call, known, DEADLINE)
    assert of(then, "湖北").place == "incomplete"
    assert {one.province for one in then.of("late")} == set()
    waiting = of(today, "陕西")
    assert (waiting.place, waiting.closed, waiting.lacks) == ("nothing", False, True)
    assert rows.note(waiting, today).startswith("已批准延期至8月20日，尚未截止")


def test_who_sends_nothing_by_its_own_word_is_said_as_such(today: Standing) -> None:
    one = of(today, "西藏")
    assert (one.place, one.lacks) == ("nothing", False)
    assert rows.note(one, today) == "零报送（陈静 8月4日：协会函〔2026〕3号）"
    assert today.numbers["nothing_to_send"] == 1


MISSING = {"推荐表": "form.missing", "案例材料": "material.missing", "照片": "photo.too_few"}
OWN = {"汇总清单": "list.word_missing", "汇总清单盖章扫描件": "list.scan_missing"}
Found = dict[tuple[str, str | None, str | None], str]


def disagreements(standing: Standing, assessment: Assessment) -> Iterator[str]:
    """Yield where the lists say otherwise than the findings."""
    found = {(one.code, one.province, one.community): one.message for one in assessment.findings}
    for one in standing.provinces:
        silent = one.place == "nothing" and not one.nothing_to_send
        if (one.place == "late", silent) != tuple(
            (c, one.province, None) in found for c in ("late.submission", "submission.none")
        ):
            yield f"{one.province} {one.place}"
        own = {OWN[item.what] for item in one.items if item.state == "missing" and item.what in OWN}
        if own != {code for code in OWN.values() if (code, one.province, None) in found}:
            yield f"{one.province} {own}"
        for case in one.cases:
            yield from _of_case(one, case, found)


def _of_case(one: ProvinceStanding, case: CaseStanding, found: Found) -> Iterator[str]:
    key = one.province, case.community
    missing = {MISSING[item.what] for item in case.items if item.state == "missing" and item.what in MISSING}
    if missing != {code for code in MISSING.values() if (code, *key) in found}:
        yield f"{key} {missing}"
    if one.place != "late" and (case.place == "late") is not (("late.case", *key) in found):
        yield f"{key} {case.place}"
    late = [item.what for item in case.items if item.state == "late" and item.what in MISSING]
    told = found.get(("late.item", *key), "").partition("在截止日")[0]
    if "late" not in {one.place, case.place} and told != "、".join(late):
        yield f"{key} {late}"


def test_the_lists_and_the_findings_agree(world: Desk) -> None:
    for when in (TODAY, DEADLINE, day("08-06T12:00:00"), day("08-13T00:00:00"), day("07-29T12:00:00")):
        assert list(disagreements(tracking.standing_of(world, when), assessed(world, when))) == [], when


def test_the_earlier_of_two_stamps_decides_and_both_are_shown(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        raw = sent("浙江", "08-05T20:00:00", "浙江报送", whole("浙江", case_of("浙江", photos=0)))
        arrive(opened, raw, day("08-06T09:00:00"), TODAY)
        found = tracking.standing_of(opened, TODAY)
        one = of(found, "浙江")
        assert (one.place, one.first.late if one.first else "") == ("incomplete", None)
        # A picture as of the deadline does not hold the mail; how the province stood by its stamps does.
        assert assessed(opened, DEADLINE).picture.messages == ()
        then = standing_at(opened.store, opened.keeper.call, assessed(opened, TODAY).picture, DEADLINE)
        assert of(then, "浙江").place == "incomplete"
        decide_arrival(opened, "1", "迟到", Person("张三", TODAY))
        found = tracking.standing_of(opened, TODAY)
        assert of(found, "浙江").place == "late"
        (line, *_) = text(of(found, "浙江"), found).splitlines()
        assert "2026-08-06 09:00:00 到达，晚 9 小时" in line
        assert "（INTERNALDATE 2026-08-06 09:00:00；最上一行 Received 2026-08-05 20:00:00，由张三认定）" in line


def test_a_case_that_a_late_list_leaves_out_stays_in_what_was_due(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        kept, dropped = case_of("浙江"), case_of("浙江", "秋水苑", photos=0)
        first = sent("浙江", "07-20T10:00:00", "浙江报送", whole("浙江", kept, dropped))
        second = {name: data for name, data in whole("浙江", kept).items() if "清单" in name}
        take(opened, tmp_path / "inbox", first, sent("浙江", "08-07T10:00:00", "更正清单，以此件为准", second))
        found = tracking.standing_of(opened, TODAY)
        one = of(found, "浙江")
        assert (one.place, one.complete_now) == ("incomplete", True)
        assert "“秋水苑”截止之后的清单不再列出" in text(one, found)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (45, "45 秒"),
        (720, "12 分钟"),
        (3600, "1 小时"),
        (33_165, "9 小时 12 分"),
        (97_200, "1 天 3 小时"),
        (86_400, "1 天"),
    ],
)
def test_a_delay_is_said_in_days_and_hours(seconds: int, said: str) -> None:
    assert delay(DEADLINE.fromtimestamp(seconds) - DEADLINE.fromtimestamp(0)) == said


def test_a_naive_moment_is_refused(world: Desk) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        standing_at(world.store, world.keeper.call, assessed(world).picture, AFTER.replace(tzinfo=None))
    with pytest.raises(TypeError):
        tracking.track(world, datetime(2026, 8, 6))  # noqa: DTZ001 (that is what is refused)


def test_before_the_deadline_nobody_is_called_on_time(world: Desk) -> None:
    early = tracking.standing_of(world, day("07-29T12:00:00"))
    assert set(early.labels.values()) & set(LABELS.values()) == {"迟报"}
    assert "已齐全　3 个" in shown.as_lines(early, None)


def asked(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(config), "deadline", *arguments])


def elsewhere(config: Path, zone: str, *arguments: str) -> str:
    """Return what a host in another time zone says."""
    command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "deadline", *arguments]
    environment = {**os.environ, "TZ": zone}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True, cwd=ROOT).stdout


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    path = write_settings(folder)
    with desk(folder) as opened:
        hostile = sent(
            "浙江", "08-06T00:00:00", '=cmd|"/c calc"!A1', whole("浙江", case_of("浙江", "=1+1小区", photos=0))
        )
        take(opened, folder / "inbox", early_mails()[1], hostile)
    return path


def test_a_host_in_another_zone_says_the_same(config: Path) -> None:
    arguments = ("--as-of", "2026-08-06T10:00", "--format", "json")
    (only,) = {elsewhere(config, zone, *arguments) for zone in ("Asia/Shanghai", "America/New_York", "Asia/Urumqi")}
    assert json.loads(only)["lists"]["late"] == ["浙江"]
    assert json.loads(only)["lists"]["incomplete"] == ["江苏"]


def test_the_lists_come_as_table_json_csv_and_xlsx(config: Path, tmp_path: Path) -> None:
    at = ("--as-of", "2026-08-06T10:00")
    table = asked(config, *at)
    assert (table.exit_code, table.stderr) == (0, "")
    assert "迟报　1 个" in table.stdout
    assert "首次报送晚 1 秒" in table.stdout
    found = list(csv.DictReader(io.StringIO(asked(config, *at, "--format", "csv").stdout)))
    assert tuple(found[0]) == tuple(shown.COLUMNS)
    assert {row["subject"] for row in found if row["province"] == "浙江" and row["subject"]} == {'\'=cmd|"/c calc"!A1'}
    path = tmp_path / "deadline.xlsx"
    assert asked(config, *at, "--format", "xlsx", "-o", str(path)).exit_code == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["各省", "缺项与迟到"]
    assert book["各省"].max_row == 32
    # Whom nothing is wrong with, or of whom nothing came, stands on the first sheet alone.
    assert {row[0].value for row in book["缺项与迟到"].iter_rows(min_row=2)} == {"江苏", "浙江"}
    assert {cell.data_type for row in book["缺项与迟到"].iter_rows() for cell in row} <= {"s", "n", "d"}


def test_one_province_can_be_asked_for(config: Path) -> None:
    at = ("--as-of", "2026-08-06T10:00")
    said = asked(config, *at, "--province", "江苏").stdout
    assert "江苏" in said
    assert "浙江" not in said
    wrong = asked(config, *at, "--province", "江苏省")
    assert isinstance(wrong.exception, ConfigError)
    assert str(wrong.exception) == "没有叫“江苏省”的省，请写简称，如 浙江、内蒙古"
