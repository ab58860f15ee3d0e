"""Staff write 处理意见 into the ledger, and it comes back: told first, then decided, never over anybody's head."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from openpyxl import load_workbook

from config.errors import ConfigError
from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk
from ingest.decisions.opinions import Plan, carry_out, plan
from ingest.desk import Desk
from reports.finding import Finding
from reports.ledger import Book, ledger
from store import decisions
from store.decisions import Person
from tests.desks import assessed, desk, desk_on_copy, take
from tests.inbox import Sent, list_files
from tests.inbox import mail as mail_of
from tests.sample import day
from tests.servers import program
from tests.test_cli import zhengji

WHEN = day("08-06T09:00:00")
A = replace(
    Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0), form={"floor_area": "约十来万"}
)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a desk that has taken one submission in."""
    folder = tmp_path_factory.mktemp("taken") / "desk"
    own = {path.replace("/", "-"): data for case in (A, B) for path, data in case.files().items()}
    files = {**list_files("浙江省物业管理协会", [A, B]), **own}
    with desk(folder) as opened:
        take(opened, folder / "inbox", mail_of("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))
    return folder


@pytest.fixture
def opened(taken: Path, tmp_path: Path) -> Iterator[Desk]:
    """Give an open desk on a copy of it."""
    with desk_on_copy(taken, tmp_path / "desk") as one:
        yield one


def made(opened: Desk, path: Path, **options: Any) -> Path:
    """Write the desk's ledger."""
    path.write_bytes(ledger(assessed(opened, WHEN), Book(decided=decisions.last_id(opened.store), **options)))
    return path


def fill(path: Path, key: str, written: Mapping[str, str], sheet: str = "问题", known_by: str = "问题编号") -> None:
    """Write into the row of a ledger whose key column holds something."""
    book = load_workbook(path)
    page = book[sheet]
    top = next(row for row in page.iter_rows() if known_by in [cell.value for cell in row])
    columns = {cell.value: cell.column for cell in top}
    row = next(cells[0].row for cells in page.iter_rows() if page.cell(cells[0].row, columns[known_by]).value == key)
    for heading, text in written.items():
        page.cell(row, columns[heading]).value = text
    book.save(path)


def case_key(community: str) -> str:
    return f"浙江|{'杭州市' if community == '春江花园' else '宁波市'}|{community}"


def fill_case(path: Path, community: str, **written: str) -> None:
    fill(path, case_key(community), written, "案例", "案例标识")


def found(opened: Desk, code: str, community: str = "春江花园") -> Finding:
    return next(one for one in assessed(opened, WHEN).findings if (one.code, one.community) == (code, community))


def person(name: str = "王主任", note: str = "") -> Person:
    return Person(name, WHEN, note)


def taken_in(opened: Desk, path: Path) -> tuple[Plan, list[tuple[bool, list[str]]]]:
    planned = plan(opened, path, person())
    return planned, list(carry_out(opened, planned, WHEN))


def test_a_waiver_written_into_the_ledger_is_told_and_then_decided(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "照片另寄光盘", "处理人": "陈静"})
    planned = plan(opened, path, person())
    assert [change.text for change in planned.changes] == [
        f"问题 {one.id}（浙江/春江花园：{one.message}）：待处理 → 已豁免（陈静：照片另寄光盘）"
    ]
    assert decisions.every(opened.store) == []
    assert all(done for done, _ in carry_out(opened, planned, WHEN))
    (row,) = decisions.every(opened.store)
    assert (row.what, row.person, row.note) == ("waived", "陈静", "照片另寄光盘")
    assert found(opened, "photo.too_few").status == "waived"
    # It is undone as any other decision is.
    settling.undo(opened, row.id, person())
    assert found(opened, "photo.too_few").status == "open"


def test_the_same_ledger_taken_in_again_changes_nothing(opened: Desk, tmp_path: Path) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    fill(path, found(opened, "photo.too_few").id, {"处理意见": "豁免", "处理说明": "另寄"})
    fill_case(path, "春江花园", 更正栏目="建筑面积", 更正为="12.5万平方米")
    fill_case(path, "秋水苑", 处理意见="撤回", 处理说明="来电撤回")
    planned, done = taken_in(opened, path)
    assert (len(planned.changes), planned.refused) == (3, [])
    assert all(ok for ok, _ in done)
    again = plan(opened, path, person())
    assert (again.changes, len(again.unchanged), again.refused) == ([], 3, [])


def test_a_withdrawal_and_a_corrected_value_come_from_the_sheet_of_cases(opened: Desk, tmp_path: Path) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    fill_case(path, "春江花园", 更正栏目="建筑面积", 更正为="12.5万平方米", 处理说明="电话核实", 处理人="陈静")
    fill_case(path, "秋水苑", 处理意见="撤回")
    planned, _ = taken_in(opened, path)
    assert {change.text for change in planned.changes} == {
        "案例 浙江/杭州市/春江花园 的建筑面积：“约十来万” → “12.5万平方米”（陈静：电话核实）",
        "案例 浙江/宁波市/秋水苑：报送中 → 已撤回（王主任）",
    }
    cases = {case.community: case for case in assessed(opened, WHEN).picture.cases}
    assert cases["春江花园"].floor_area_m2 == 125000.0
    assert cases["秋水苑"].withdrawn
    later = made(opened, tmp_path / "后来.xlsx")
    fill_case(later, "秋水苑", 处理意见="恢复")
    taken_in(opened, later)
    assert not {case.community: case for case in assessed(opened, WHEN).picture.cases}["秋水苑"].withdrawn


def test_what_somebody_decided_after_the_ledger_was_made_is_not_overwritten(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    deciding.waive(Clerk(opened, person("李工", "已寄光盘")), one.id)
    deciding.correct(Clerk(opened, person("李工")), "春江花园", "建筑面积", "13万平方米")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "电话说明", "处理人": "陈静"})
    fill_case(path, "春江花园", 更正栏目="建筑面积", 更正为="12.5万平方米", 处理人="陈静")
    planned, _ = taken_in(opened, path)
    assert planned.changes == []
    assert [("做台账之后 李工" in line, "没有覆盖" in line) for line in planned.refused] == [(True, True)] * 2
    assert [row.person for row in decisions.every(opened.store)] == ["李工", "李工"]


def test_a_ledger_of_an_earlier_moment_does_not_claim_to_know_what_was_decided_since(
    opened: Desk, tmp_path: Path
) -> None:
    one = found(opened, "photo.too_few")
    clerk = Clerk(opened, Person("李四", WHEN + timedelta(hours=2), "已寄光盘"))
    deciding.waive(clerk, one.id)
    path, config = tmp_path / "台账.xlsx", str(tmp_path / "desk" / "zhengji.toml")
    made = zhengji("--config", config, "ledger", "--as-of", "2026-08-06T09:00", "-o", str(path))
    assert made.returncode == 0, made.stderr
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄", "处理人": "陈静"})
    planned = plan(opened, path, Person("王主任", WHEN + timedelta(hours=3), ""))
    assert planned.changes == []
    assert "做台账之后 李四 已于" in planned.refused[0]


def test_what_the_ledger_showed_of_another_person_may_be_decided_anew(opened: Desk, tmp_path: Path) -> None:
    one = found(opened, "photo.too_few")
    deciding.waive(Clerk(opened, person("李工", "已寄光盘")), one.id)
    path = made(opened, tmp_path / "台账.xlsx")
    fill(path, one.id, {"处理意见": "重新打开", "处理说明": "光盘没有寄到", "处理人": "陈静"})
    planned, done = taken_in(opened, path)
    assert [change.text for change in planned.changes] == [
        f"问题 {one.id}（浙江/春江花园：{one.message}）：已豁免（李工：已寄光盘） → 待处理（陈静：光盘没有寄到）"
    ]
    assert [ok for ok, _ in done] == [True]
    assert found(opened, "photo.too_few").status == "open"


def test_what_was_undone_since_is_not_decided_again_by_the_old_ledger(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄", "处理人": "陈静"})
    taken_in(opened, path)
    deciding.reopen(Clerk(opened, person("李工")), one.id)
    planned, _ = taken_in(opened, path)
    assert planned.changes == []
    assert "此后已被撤销或改过" in planned.refused[0]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"处理意见": "豁免"}, "豁免要在“处理说明”里写明理由"),
        ({"处理意见": "算了吧", "处理说明": "x"}, "看不懂的处理意见“算了吧”"),
        ({"处理说明": "电话核实"}, "没有填“处理意见”"),
    ],
)
def test_an_opinion_that_cannot_be_taken_says_why(
    opened: Desk, tmp_path: Path, written: Mapping[str, str], why: str
) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    fill(path, found(opened, "photo.too_few").id, written)
    planned = plan(opened, path, person())
    assert planned.changes == []
    assert why in planned.refused[0]
    assert "“问题”第" in planned.refused[0]


def test_a_value_that_cannot_be_read_or_a_field_that_is_none_is_refused_before_anything_is_decided(
    opened: Desk, tmp_path: Path
) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    fill_case(path, "春江花园", 更正栏目="建筑面积", 更正为="很大")
    fill_case(path, "秋水苑", 更正栏目="颜色", 更正为="红")
    planned = plan(opened, path, person())
    assert planned.changes == []
    assert "“很大”读不成建筑面积" in planned.refused[1]
    assert "没有“颜色”这一栏" in planned.refused[0]


def test_a_finding_that_is_settled_meanwhile_is_told_as_such(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "form.field_invalid")
    deciding.correct(Clerk(opened, person("李工")), "春江花园", "建筑面积", "13万平方米")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "电话核实"})
    assert f"现在没有编号为 {one.id} 的问题" in plan(opened, path, person()).refused[0]


def test_a_workbook_of_another_campaign_or_of_nobody_is_not_taken(opened: Desk, tmp_path: Path) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    book = load_workbook(path)
    page = book["台账信息"]
    next(row for row in page.iter_rows() if row[0].value == "征集")[1].value = "2027-haofuwu"
    book.save(tmp_path / "明年.xlsx")
    del book["台账信息"]
    book.save(tmp_path / "别的.xlsx")
    (tmp_path / "坏的.xlsx").write_bytes(b"PK\x03\x04 cut short")
    for name, why in (
        ("明年", "另一次征集（2027-haofuwu）"),
        ("别的", "不是 zhengji ledger 做的台账"),
        ("坏的", "打不开"),
    ):
        with pytest.raises(ConfigError, match=why):
            plan(opened, tmp_path / f"{name}.xlsx", person())


def test_rows_sorted_removed_and_hidden_and_columns_moved_are_still_understood(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few", "秋水苑")
    fill(path, one.id, {"处理意见": " 豁 免 ", "处理说明": "另寄"})
    book = load_workbook(path)
    page = book["问题"]
    page.insert_cols(1, 2)
    page.insert_rows(2, 3)
    page.move_range(f"A1:Z{page.max_row}", rows=4)
    for row in range(5, page.max_row):
        page.row_dimensions[row].hidden = True
    book.save(path)
    planned, _ = taken_in(opened, path)
    assert [change.note for change in planned.changes] == ["另寄"]
    assert found(opened, "photo.too_few", "秋水苑").status == "waived"


def test_a_row_of_which_only_some_columns_were_sorted_is_refused(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄", "小区名称": "秋水苑"})
    planned = plan(opened, path, person())
    assert planned.changes == []
    assert "是不是只排序了一部分列" in planned.refused[0]


def test_two_sheets_that_say_otherwise_of_one_finding_are_both_refused(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx", by_province=True), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄"})
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "不寄了"}, "浙江")
    planned = plan(opened, path, person())
    assert planned.changes == []
    assert "两处都没有收" in planned.refused[0]


def test_a_provinces_own_sheet_comes_back_as_well(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "浙江.xlsx", province="浙江"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄"}, "浙江")
    assert [change.note for change in plan(opened, path, person()).changes] == ["另寄"]


def test_a_ledger_saved_by_libreoffice_is_understood_and_keeps_links_choices_and_filters(
    opened: Desk, tmp_path: Path
) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄", "处理人": "陈静"})
    saved = resaved(path, tmp_path / "saved")
    planned, done = taken_in(opened, saved)
    assert [(change.person, change.note) for change in planned.changes] == [("陈静", "另寄")]
    assert [ok for ok, _ in done] == [True]
    book = load_workbook(saved)
    assert book.sheetnames == ["汇总", "案例", "问题", "来信", "台账信息"]
    assert book["台账信息"].sheet_state in {"hidden", "veryHidden"}
    assert {"豁免,重新打开"} <= {
        (rule.formula1 or "").strip('"') for rule in book["问题"].data_validations.dataValidation
    }
    assert all(page.auto_filter.ref for page in book.worksheets[:4])


def resaved(path: Path, folder: Path) -> Path:
    """Open a workbook with LibreOffice and save it anew, as staff do."""
    command = [
        program("soffice", "libreoffice-calc-nogui"),
        "--headless",
        f"-env:UserInstallation=file://{folder}/profile",
    ]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / path.name


def test_one_opinion_merged_over_several_rows_is_meant_for_each(opened: Desk, tmp_path: Path) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    book = load_workbook(path)
    page = book["问题"]
    columns = {cell.value: cell.column for cell in page[1]}
    for heading, text in (("处理意见", "豁免"), ("处理说明", "另寄")):
        page.cell(2, columns[heading]).value = text
        page.merge_cells(start_row=2, end_row=4, start_column=columns[heading], end_column=columns[heading])
    ids = [page.cell(row, columns["问题编号"]).value for row in (2, 3, 4)]
    book.save(path)
    for own in (path, resaved(path, tmp_path / "saved")):
        told = [(change.text.split("（")[0], change.note) for change in plan(opened, own, person()).changes]
        assert told == [(f"问题 {one}", "另寄") for one in ids]


@pytest.mark.parametrize(
    ("sheet", "heading"), [("问题", "处理意见"), ("问题", "问题编号"), ("案例", "更正为"), ("浙江", "处理说明")]
)
def test_a_heading_that_somebody_renamed_is_told_and_not_passed_over(
    opened: Desk, tmp_path: Path, sheet: str, heading: str
) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx", by_province=True), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄"})
    book = load_workbook(path)
    cell = next(cell for row in book[sheet].iter_rows() for cell in row if cell.value == heading)
    cell.value = "主任看法"
    book.save(path)
    refused = plan(opened, path, person()).refused
    assert any(f"“{sheet}”第 {cell.row} 行的表头里没有“{heading}”" in line for line in refused)


def test_a_formula_that_staff_typed_is_taken_as_what_it_showed_and_never_as_one(opened: Desk, tmp_path: Path) -> None:
    path = made(opened, tmp_path / "台账.xlsx")
    first, second = found(opened, "photo.too_few"), found(opened, "photo.too_few", "秋水苑")
    fill(path, first.id, {"处理意见": "豁免", "处理说明": '=HYPERLINK("https://x.example/","电话核实")'})
    fill(path, second.id, {"处理意见": "豁免", "处理说明": "=1+1"})
    # Never opened by a program that works formulas out, it showed nothing.
    assert [line.partition("：")[2] for line in plan(opened, path, person()).refused] == [
        "豁免要在“处理说明”里写明理由"
    ] * 2
    planned, done = taken_in(opened, resaved(path, tmp_path / "saved"))
    assert {change.note for change in planned.changes} == {"电话核实", "2"}
    assert all(ok for ok, _ in done)
    again = load_workbook(made(opened, tmp_path / "再.xlsx"))
    assert not any(cell.data_type == "f" for page in again.worksheets for row in page.iter_rows() for cell in row)


def test_ten_thousand_filled_rows_are_read_and_told_within_seconds(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄"})
    book = load_workbook(path)
    page = book["问题"]
    columns = {cell.value: cell.column for cell in page[1]}
    top = page.max_row
    for number in range(10_000):
        for heading, text in (("处理意见", "豁免"), ("处理说明", "另寄"), ("问题编号", f"f{number:07}")):
            page.cell(top + 1 + number, columns[heading]).value = text
    book.save(path)
    begun = monotonic()
    planned = plan(opened, path, person())
    assert (len(planned.changes), len(planned.refused)) == (1, 10_000)
    assert monotonic() - begun < 30


def test_the_command_shows_first_and_without_a_yes_changes_nothing(opened: Desk, tmp_path: Path) -> None:
    path, one = made(opened, tmp_path / "台账.xlsx"), found(opened, "photo.too_few")
    fill(path, one.id, {"处理意见": "豁免", "处理说明": "另寄"})
    config = str(tmp_path / "desk" / "zhengji.toml")
    asked = zhengji("--config", config, "ledger", "import", str(path), "--person", "陈静")
    assert asked.returncode == 1
    assert "改变　问题" in asked.stdout
    assert "会改变 1 项，不变 0 项，不能收 0 项" in asked.stdout
    assert "什么都没有改" in asked.stderr
    assert decisions.every(opened.store) == []
    done = zhengji("--config", config, "ledger", "import", str(path), "--person", "陈静", "--yes")
    assert done.returncode == 0, done.stderr
    assert [row.person for row in decisions.every(opened.store)] == ["陈静"]
    again = zhengji("--config", config, "ledger", "import", str(path), "--person", "陈静", "--yes")
    assert (again.returncode, "不变　" in again.stdout) == (0, True)
    assert len(decisions.every(opened.store)) == 1
