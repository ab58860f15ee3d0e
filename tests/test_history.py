"""The history of a case: every version with its arrivals, what changed, and who decided what."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk
from ingest.desk import Desk
from reports.history import as_text, case_history, list_history
from reports.lookup import case_named
from store import decisions
from store.decisions import Person
from tests.desks import AFTER, assessed, desk, take
from tests.inbox import Sent, list_files, mail
from tests.sample import day
from tests.test_cli import zhengji

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0, has_material=False)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0, has_material=False)
HEAD = "浙江省物业管理协会"


def sent(number: int, subject: str, *cases: Sent, **files: bytes) -> bytes:
    own = {name.replace("_", "."): data for name, data in files.items()}
    lists = {"汇总清单.docx": list_files(HEAD, cases, scanned=False)["汇总清单.docx"]} if cases else {}
    return mail("zjwyxh@example.cn", subject, day(f"07-{number}T10:00:00"), {**lists, **own})


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        form = A.form_docx()
        take(
            one,
            tmp_path / "inbox",
            sent(20, "报送", A, B, 推荐表_docx=form),
            sent(21, "转发：报送", 春江花园推荐表_docx=form),
            sent(22, "更正清单", replace(A, delivered="2016年5月")),
            sent(23, "更正推荐表", 推荐表_docx=replace(A, form={"floor_area": "13.5万平方米"}).form_docx()),
        )
        yield one


def test_every_version_is_shown_with_its_arrivals_and_what_changed(opened: Desk) -> None:
    picture = assessed(opened).picture
    history = case_history(picture, case_named(picture, "春江花园"), decisions.every(opened.store))
    first, second = history.items["汇总清单"]
    assert (first.current, second.current) == (False, True)
    assert second.changes == ("项目交付时间：“2015年6月” → “2016年5月”",)
    old, new = history.items["推荐表"]
    assert [one.arrival for one in old.arrivals] == [day("07-20T10:00:00"), day("07-21T10:00:00")]
    assert (old.current, new.current) == (False, True)
    assert new.changes[0].startswith("建筑面积：“")
    assert new.changes[0].endswith("→ “13.5万平方米”")


def test_a_history_reads_item_by_item(opened: Desk) -> None:
    clerk = Clerk(opened, Person("陈静", AFTER, "电话核实"))
    deciding.correct(clerk, "春江花园", "建筑面积", "13万平方米")
    deciding.withdraw(clerk, "春江花园")
    settling.undo(opened, 1, Person("李明", AFTER))
    picture = assessed(opened).picture
    text = as_text(case_history(picture, case_named(picture, "春江花园"), decisions.every(opened.store)), picture)
    lines = text.splitlines()
    assert lines[0] == "浙江/杭州市/春江花园"
    assert lines[1] == "已撤回（陈静 8月6日：电话核实）"
    assert "  1. 2026-07-20 10:00 《推荐表.docx》（已被新版取代） 来信 1“报送”" in lines
    assert " 同一内容又于 2026-07-21 10:00 到达 来信 2“转发：报送”" in text
    assert "李明 2026-08-06 10:00 撤销" in text


def test_the_history_of_a_list_tells_what_each_adds_changes_and_leaves_out(opened: Desk) -> None:
    picture = assessed(opened).picture
    view = next(one for one in picture.associations if one.province == "浙江")
    first, second = list_history(picture, view, []).items["汇总清单"]
    assert first.changes == ("共 2 行",)
    assert second.changes == ("未列：秋水苑", "春江花园：项目交付时间：“2015年6月” → “2016年5月”")


def test_the_command_shows_it_and_says_what_is_not_there(opened: Desk) -> None:
    config = str(opened.settings.base / "zhengji.toml")
    done = zhengji("--config", config, "history", "春江花园")
    assert done.returncode == 0, done.stderr
    assert "推荐表" in done.stdout
    assert zhengji("--config", config, "history", "浙江").stdout.startswith("浙江的汇总清单")
    wrong = zhengji("--config", config, "history", "春江花苑")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "你是不是想说 浙江/杭州市/春江花园" in wrong.stderr
