"""Filled copies as they come back: understood wherever their rows and columns stand, and told where they cannot be."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from reports.picture import CaseView
from reports.screening import words
from reports.screening.filled import Copy, NotACopyError, Review, understood
from reports.screening.words import code_of, is_blank, plain
from tests.picture_builders import campaign, file_of, message
from tests.screening_builders import SECTIONS, VETOES, edited, made, place, put, read, told, write

Change = Callable[[Workbook], None]
FIRST, SECOND, THIRD = "春江花园", "秋水苑", "冬青里"


@pytest.fixture(scope="module")
def cases() -> list[CaseView]:
    return [told(FIRST), told(SECOND, "浙江", "宁波市"), told(THIRD, "江苏", "南京市")]


@pytest.fixture(scope="module")
def data(cases: list[CaseView]) -> bytes:
    return made(cases)


def filled(book: Workbook) -> None:
    """Fill in the first two cases, as a reviewer does."""
    write(book, "总表", 2, words.VERDICT, "采用")
    write(book, "总表", 2, VETOES[0], "否")
    write(book, "总表", 2, VETOES[4], "待核")
    write(book, "总表", 2, words.MERIT, "电梯更新\n做得实")
    write(book, "总表", 2, words.REASON, "=1+1，材料扎实")
    write(book, "总表", 3, words.VERDICT, "不采用")
    write(book, "总表", 3, VETOES[1], "√")
    write(book, "逐条对照", 2, words.IS_SHOWN, "体现")
    write(book, "逐条对照", 3, words.IS_SHOWN, "部分体现")
    write(book, "逐条对照", 4, words.NOTE, "没有看到")


@pytest.fixture
def back(cases: list[CaseView], data: bytes, tmp_path: Path) -> Callable[..., Copy]:
    """Return what is understood of a copy after somebody's changes, the usual ones first."""

    def taken(*changes: Change, bare: bool = False) -> Copy:
        def change(book: Workbook) -> None:
            for one in (*([] if bare else [filled]), *changes):
                one(book)

        return read(edited(data, change), cases, tmp_path)

    return taken


def of(copy: Copy, community: str) -> Review:
    return next(one for one in copy.reviews if one.case.community == community)


def as_filled(copy: Copy) -> bool:
    first, second = of(copy, FIRST), of(copy, SECOND)
    assert (first.verdict, first.veto) == ("adopt", {"veto.1": "no", "veto.5": "check"})
    assert (first.merit, first.reason) == ("电梯更新\n做得实", "=1+1，材料扎实")
    assert first.points == {
        "party.1": {"shown": "shown", "note": ""},
        "party.2": {"shown": "partly", "note": ""},
        "party.3": {"shown": "", "note": "没有看到"},
    }
    assert (second.verdict, second.veto, second.points) == ("reject", {"veto.2": "yes"}, {})
    assert first.reviewer == second.reviewer == "张三丰"
    return True


def test_what_was_filled_in_is_understood_and_the_rest_stays_blank(back: Callable[..., Copy]) -> None:
    copy = back()
    assert as_filled(copy)
    assert copy.troubles == ()
    assert of(copy, THIRD).is_blank
    assert not of(copy, FIRST).is_outdated


def test_an_untouched_copy_says_nothing_at_all(back: Callable[..., Copy]) -> None:
    copy = back(bare=True)
    assert [one.is_blank for one in copy.reviews] == [True] * 3
    assert all(not one.veto for one in copy.reviews)
    assert copy.troubles == ()


@pytest.mark.parametrize(
    ("what", "text", "code"),
    [
        ("veto", "□", ""),
        ("veto", " ", ""),
        ("veto", "√", "yes"),
        ("veto", "✓", "yes"),
        ("veto", "☑", "yes"),
        ("veto", "ｙ", "yes"),
        ("veto", " 是。", "yes"),
        ("veto", "N", "no"),
        ("veto", "无", "no"),
        ("veto", "待 核", "check"),
        ("veto", "×", None),
        ("veto", "○", None),
        ("veto", "□是", None),
        ("veto", "1", None),
        ("veto", "好像有", None),
        ("verdict", "建议采用", "adopt"),
        ("verdict", "不 采 用", "reject"),
        ("verdict", "待定", "undecided"),
        ("verdict", "√", None),
        ("verdict", "采用？", None),
        ("verdict", "采用/不采用", None),
        ("shown", "✔", "shown"),
        ("shown", "部分", "partly"),
        ("shown", "没有体现", "absent"),
        ("shown", "90分", None),
    ],
)
def test_variants_are_read_and_what_may_mean_two_things_is_not(what: str, text: str, code: str | None) -> None:
    assert code_of(what, text) == code


def test_no_word_means_two_things_and_none_is_blank() -> None:
    for what, known in words.SAID.items():
        said = [plain(word) for own in known.values() for word in own]
        assert len(said) == len(set(said)), what
        assert not any(is_blank(word) for word in said)


def test_what_is_not_understood_is_told_with_its_place_and_not_taken(back: Callable[..., Copy]) -> None:
    def odd(book: Workbook) -> None:
        write(book, "总表", 2, words.VERDICT, "还行吧")
        write(book, "总表", 4, VETOES[2], "×")
        write(book, "逐条对照", 2, words.IS_SHOWN, "80分")

    copy = back(odd)
    assert of(copy, FIRST).verdict == ""
    assert of(copy, FIRST).veto == {"veto.1": "no", "veto.5": "check"}
    assert "party.1" not in of(copy, FIRST).points
    assert [one.unclear for one in copy.reviews] == [True, False, True]
    assert [line.split("，")[0] for line in copy.troubles] == [
        "“总表”第 2 行（浙江/杭州市/春江花园）“结论”写的是“还行吧”",
        "“总表”第 4 行（江苏/南京市/冬青里）“否决3 带资入场”写的是“×”",
        "“逐条对照”第 2 行（浙江/杭州市/春江花园）“是否体现”写的是“80分”",
    ]


# ---------------------------------------------------------------- what people do to a workbook


def columns_moved(book: Workbook) -> None:
    for page in (book["总表"], book["逐条对照"]):
        page.insert_cols(1, 2)
        page.cell(1, 1).value = "我的备忘"
        last = page.max_column
        for row in range(1, page.max_row + 1):
            cells = [page.cell(row, number).value for number in range(1, last + 1)]
            for number, value in enumerate(reversed(cells), start=1):
                put(page, row, number, value)


def rows_sorted(book: Workbook) -> None:
    for page in (book["总表"], book["逐条对照"]):
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(rows), start=2):
            for column, value in enumerate(row, start=1):
                put(page, number, column, value)


def a_title_above(book: Workbook) -> None:
    book["总表"].insert_rows(1, 2)
    book["总表"]["A1"] = "评阅意见"


def keys_gone(book: Workbook) -> None:
    for page in (book["总表"], book["逐条对照"]):
        page.delete_cols(place(page, words.CASE_KEY))
    page = book["逐条对照"]
    page.delete_cols(place(page, words.POINT_KEY))


def rows_hidden(book: Workbook) -> None:
    for page in (book["总表"], book["逐条对照"]):
        for row in range(2, page.max_row + 1):
            page.row_dimensions[row].hidden = True


def sheets_renamed(book: Workbook) -> None:
    book["总表"].title = "Sheet1"
    book["逐条对照"].title = "Sheet2"
    book.move_sheet("Sheet2", -2)


def headings_respaced(book: Workbook) -> None:
    for page in (book["总表"], book["逐条对照"]):
        for cell in page[1]:
            cell.value = str(cell.value).replace("\n", "").replace("（", "(").replace("结论", " 结 论 ")


@pytest.mark.parametrize(
    "change", [columns_moved, rows_sorted, a_title_above, keys_gone, rows_hidden, sheets_renamed, headings_respaced]
)
def test_what_people_do_to_a_workbook_changes_nothing_of_what_it_says(
    back: Callable[..., Copy], change: Change
) -> None:
    copy = back(change)
    assert as_filled(copy)
    assert copy.troubles == ()


def test_a_deleted_row_is_simply_not_there(back: Callable[..., Copy]) -> None:
    copy = back(lambda book: book["总表"].delete_rows(4))
    assert as_filled(copy)
    assert [one.case.community for one in copy.reviews] == [FIRST, SECOND]


@pytest.mark.parametrize("suffix", ["ods", "xlsx"])
def test_a_copy_saved_by_libreoffice_says_the_same(
    cases: list[CaseView], data: bytes, tmp_path: Path, suffix: str
) -> None:
    (tmp_path / "copy.xlsx").write_bytes(edited(data, filled))
    out = tmp_path / "out"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        "--headless",
        profile,
        "--convert-to",
        suffix,
        "--outdir",
        str(out),
        str(tmp_path / "copy.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    copy = read(out / f"copy.{suffix}", cases, tmp_path)
    assert as_filled(copy)
    assert copy.troubles == ()


def test_where_only_some_columns_were_sorted_the_rows_are_not_taken(back: Callable[..., Copy]) -> None:
    def torn(book: Workbook) -> None:
        page = book["总表"]
        at = place(page, words.COMMUNITY)
        one, other = page.cell(2, at).value, page.cell(3, at).value
        page.cell(2, at).value, page.cell(3, at).value = other, one

    copy = back(torn)
    # Only what the sheet of the points says of the first one is left.
    assert [(one.case.community, one.verdict, one.veto) for one in copy.reviews] == [(THIRD, "", {}), (FIRST, "", {})]
    assert sum("也许只排序了几栏" in line for line in copy.troubles) == 2


def test_a_case_that_stands_twice_is_taken_once_where_the_same_is_said_else_not(back: Callable[..., Copy]) -> None:
    def twice(book: Workbook, verdict: str = "采用") -> None:
        page = book["总表"]
        for column in range(1, page.max_column + 1):
            put(page, 5, column, page.cell(2, column).value)
        write(book, "总表", 5, words.VERDICT, verdict)

    assert as_filled(back(twice))
    copy = back(lambda book: twice(book, "待议"))
    assert FIRST not in {one.case.community for one in copy.reviews}
    assert copy.troubles == ("浙江/杭州市/春江花园 出现不止一次，内容不同，没有取",)


def test_a_column_or_a_sheet_that_is_gone_is_told(back: Callable[..., Copy]) -> None:
    copy = back(
        lambda book: book["总表"].delete_cols(place(book["总表"], VETOES[3])),
        lambda book: book.remove(book["逐条对照"]),
    )
    assert copy.troubles == ("没有找到“逐条对照”，其中的意见没有取", "“总表”缺少“否决4 重大负面舆情”一栏")
    assert all(one.unclear for one in copy.reviews)


def test_a_row_of_another_campaign_or_of_no_case_is_told(back: Callable[..., Copy]) -> None:
    def foreign(book: Workbook) -> None:
        page = book["总表"]
        at = place(page, words.CASE_KEY)
        page.cell(2, at).value = str(page.cell(2, at).value).replace("2026-haofuwu", "2025-x")
        page.cell(3, at).value = str(page.cell(3, at).value).replace(SECOND, "没有的小区")
        page.cell(5, place(page, words.VERDICT)).value = "采用"

    copy = back(foreign)
    assert "“总表”第 2 行：属于另一个征集活动（2025-x），没有取" in copy.troubles
    assert "“总表”第 3 行（浙江/没有的小区）：现在没有这个案例，没有取" in copy.troubles
    assert "“总表”第 5 行：认不出是哪个案例，没有取" in copy.troubles


@pytest.mark.parametrize("cell", ["[]", "[1,2,3,4,5,6]", '["a","b",3,"c","d","e"]', "{", "null", '["' + "x" * 9_000])
def test_a_hidden_cell_that_is_broken_leaves_the_names_that_a_person_sees(back: Callable[..., Copy], cell: str) -> None:
    assert as_filled(back(lambda book: write(book, "总表", 2, words.CASE_KEY, cell)))


def test_a_newer_material_than_the_one_laid_before_the_reviewer_is_known_by_its_content(
    cases: list[CaseView], data: bytes, tmp_path: Path
) -> None:
    facts = {"section_facts": SECTIONS, "method": "docx"}
    newer = file_of(message("浙江"), "新版.docx", "case_material", facts=facts)
    now = [replace(cases[0], materials=(newer,)), *cases[1:]]
    copy = read(edited(data, filled), now, tmp_path)
    assert as_filled(copy)
    assert [one.is_outdated for one in copy.reviews] == [True, False, False]


def test_the_reviewer_is_whom_the_row_names_else_whom_the_copy_was_handed_to(back: Callable[..., Copy]) -> None:
    def signed(book: Workbook) -> None:
        write(book, "总表", 2, words.REVIEWER, "张 三丰")
        write(book, "总表", 3, words.REVIEWER, "李四")

    copy = back(signed)
    assert (of(copy, FIRST).reviewer, of(copy, SECOND).reviewer) == ("张三丰", "李四")
    assert as_filled(back(lambda book: write(book, "总表", 2, words.REVIEWER, None)))

    def nobody(book: Workbook) -> None:
        del book["说明"]
        write(book, "总表", 2, words.REVIEWER, None)

    assert "浙江/杭州市/春江花园 没有写评阅人，没有取" in back(nobody).troubles


def test_a_name_of_any_length_or_kind_is_shown_in_bounds_and_known_again(tmp_path: Path) -> None:
    cases = [told("长" * 4_000, company="企" * 40_000), told("a\x00b\u202e花园\ud800"), told("张三花园")]
    copy = read(
        edited(made(cases, reviewer="Li Ming"), lambda book: write(book, "总表", 3, words.VERDICT, "采用")),
        cases,
        tmp_path,
    )
    assert [(one.case.id, one.verdict, one.reviewer) for one in copy.reviews] == [
        (cases[0].id, "", "Li Ming"), (cases[1].id, "adopt", "Li Ming"), (cases[2].id, "", "Li Ming"),
    ]  # fmt: skip
    assert copy.troubles == ()


def test_cases_of_one_name_are_told_apart_by_their_company(tmp_path: Path) -> None:
    cases = [told(FIRST, company="杭州春江物业服务有限公司"), told(FIRST, company="杭州秋水物业服务有限公司")]

    def second(book: Workbook) -> None:
        write(book, "总表", 3, words.VERDICT, "采用")
        write(book, "逐条对照", 19, words.IS_SHOWN, "体现")

    copy = read(edited(made(cases), second), cases, tmp_path)
    assert [(one.case.id, one.verdict, len(one.points)) for one in copy.reviews] == [
        (cases[0].id, "", 0), (cases[1].id, "adopt", 1),
    ]  # fmt: skip
    same = [replace(one, company="杭州春江物业服务有限公司") for one in cases]
    assert any("不止一个案例叫这个名字" in line for line in read(edited(made(same), second), same, tmp_path).troubles)


def test_what_is_too_long_is_cut_and_told_and_unseen_characters_go(back: Callable[..., Copy]) -> None:
    copy = back(
        lambda book: write(book, "总表", 2, words.MERIT, "好" * 6_000),
        lambda book: write(book, "总表", 2, words.REASON, "a\u202eb\u200bc"),
    )
    assert len(of(copy, FIRST).merit) == 5_000
    assert of(copy, FIRST).reason == "abc"
    assert any("超过 5000 字" in line for line in copy.troubles)


def test_a_workbook_of_something_else_is_none_of_ours(cases: list[CaseView]) -> None:
    with pytest.raises(NotACopyError, match="不是筛选表"):
        understood([[(1, ["序号", "小区名称"]), (2, ["1", FIRST])]], campaign(), cases)
    with pytest.raises(NotACopyError):
        understood([], campaign(), cases)


def test_the_value_that_is_kept_can_be_kept(back: Callable[..., Copy]) -> None:
    import json

    value = of(back(), FIRST).value
    assert json.loads(json.dumps(value)) == value
    assert value["names"] == {"veto.1": "否决1 拒不退出", "veto.5": "否决5 行政处罚"}
