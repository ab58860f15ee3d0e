"""From the screening to the sample and the book: what reviewers adopt is taken, what they differ about is named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.desk import Desk
from ingest.papers import screening
from ingest.papers.screening import Order
from reports.screening import words
from reports.screening.adopted import Adopted, adopted
from store.decisions import Person
from tests.desks import desk, desk_on_copy, take
from tests.inbox import Sent, list_files, mail
from tests.sample import day
from tests.screening_builders import VETOES, place, write

NAMES = ("春江花园", "西溪花园", "东湖名苑")
WHEN = day("08-20T10:00:00")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a desk with three cases, which two reviewers were given."""
    folder = tmp_path_factory.mktemp("adopted")
    cases = [Sent(name, f"{name}物业服务有限公司", "杭州市物业管理协会", photos=0) for name in NAMES]
    files = list_files("浙江省物业管理协会", cases, scanned=False)
    with desk(folder) as opened:
        take(opened, folder / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))
        screening.hand_out(opened, Order(("王五", "赵六")), folder / "筛选", WHEN, Person("陈静", WHEN, ""))
    return folder


@pytest.fixture
def opened(ready: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_on_copy(ready, tmp_path / "desk") as one:
        yield one


def reviewed(opened: Desk, reviewer: str, **said: dict[str, str]) -> None:
    """Fill in a reviewer's workbook, a case's columns each, and take it back in."""
    path = opened.settings.base / "筛选" / f"筛选表-{reviewer}-2026-08-20.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["总表"]
    for row in range(2, page.max_row + 1):
        for heading, text in said.get(page.cell(row, place(page, words.COMMUNITY)).value, {}).items():
            write(book, "总表", row, heading, text)
    book.save(path)
    who = Person("陈静", WHEN + timedelta(hours=1), "")
    screening.take_back(opened, screening.plan(opened, path, who.now), who)


def now(opened: Desk, hours: int = 24) -> tuple[Adopted, set[str]]:
    standing = screening.reviewed(opened, WHEN + timedelta(hours=hours))
    found = adopted(standing)
    return found, {one.case.community for one in standing.cases if one.case.id in found.ids}


def run(opened: Desk, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(opened.settings.base / "zhengji.toml"), *arguments])


def test_a_case_is_adopted_where_nobody_says_otherwise_and_a_dispute_is_named_not_outvoted(opened: Desk) -> None:
    reviewed(opened, "王五", **{name: {words.VERDICT: "采用"} for name in NAMES})
    found, names = now(opened)
    assert names == set(NAMES)
    assert all("赵六 还没有评阅" in line for line in found.remarks)
    reviewed(opened, "赵六", 春江花园={words.VERDICT: "采用"}, 西溪花园={words.VERDICT: "待议"})
    found, names = now(opened)
    assert names == {"春江花园", "东湖名苑"}
    assert found.disputed == ("浙江/杭州市/西溪花园：意见不一致（王五：采用；赵六：待议）",)
    # As of the moment before anything came back nothing was adopted.
    assert now(opened, 0)[1] == set()


@pytest.mark.parametrize("tick", ["是", "待核"])
def test_a_veto_item_that_anybody_ticked_keeps_a_case_out_until_a_person_looked(opened: Desk, tick: str) -> None:
    reviewed(opened, "王五", 春江花园={words.VERDICT: "采用"}, 西溪花园={words.VERDICT: "采用", VETOES[0]: "否"})
    reviewed(opened, "赵六", 春江花园={VETOES[3]: tick})
    found, names = now(opened)
    assert names == {"西溪花园"}
    (line,) = found.disputed
    assert line.startswith("浙江/杭州市/春江花园：一票否决项待定（赵六：否决4")
    assert line.endswith(f"{tick}）")


def test_sample_text_pack_and_contact_sheets_take_what_was_adopted(opened: Desk, tmp_path: Path) -> None:
    reviewed(opened, "王五", 春江花园={words.VERDICT: "采用"}, 西溪花园={words.VERDICT: "采用"})
    reviewed(opened, "赵六", 西溪花园={words.VERDICT: "不采用"})
    target = tmp_path / "抽样名单.xlsx"
    drawn = run(opened, "sample", "--of", "all", "--among", "adopted", "--share", "1", "-o", str(target))
    assert drawn.exit_code == 0, drawn.output
    assert "总体 1 个" in drawn.output
    assert "西溪花园：意见不一致" in drawn.output
    method = openpyxl.load_workbook(target)["抽样方法"]
    told = {row[0]: row[1] for row in method.iter_rows(values_only=True)}
    assert "且为评阅人一致采用的案例，共 1 个" in told["总体范围"]
    assert told["未进入总体"] == "不是评阅人一致采用的案例 2 个"
    assert run(opened, "sample", "verify", str(target)).exit_code == 0
    packed = run(opened, "text-pack", str(tmp_path / "文稿"), "--among", "adopted")
    assert packed.exit_code == 0, packed.output
    assert [one.name.partition("+")[0] for one in (tmp_path / "文稿" / "浙江").iterdir()] == ["春江花园"]
    # A person settles what is disputed by a list, which comes on top.
    (tmp_path / "另定.txt").write_text("西溪花园\n", encoding="utf-8")
    sheets = run(
        opened, "contact-sheets", "-o", str(tmp_path / "照片"), "--among", "采用", "--among", str(tmp_path / "另定.txt")
    )
    assert sheets.exit_code == 0, sheets.output
    assert {one.name for one in (tmp_path / "照片" / "浙江").iterdir()} == {
        "春江花园-照片页.pdf",
        "西溪花园-照片页.pdf",
    }


def test_where_nothing_was_adopted_or_the_list_is_none_it_is_said(opened: Desk, tmp_path: Path) -> None:
    assert "没有评阅人一致采用的案例" in str(run(opened, "sample", "--among", "adopted").exception)
    before = run(opened, "text-pack", str(tmp_path / "x"), "--among", "adoptd")
    assert "应是名单文件，或 adopted" in str(before.exception)
    assert not (tmp_path / "x").exists()
