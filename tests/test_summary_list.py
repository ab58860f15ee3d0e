"""A summary list is read as annex 4 prints it and as people change it."""

import string
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import doc_builders as build
from tests.doc_reading import Reader, only, reader, values
from tests.docx_writer import LEFT, UP, Block, docx_bytes


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


ROWS = [
    build.list_row(1),
    build.list_row(2, community="湖滨一号", delivered="２０１８年１２月", company="杭州湖滨物业有限公司"),
    build.list_row(
        3, community="安居里", project_type="安置房小区", recommender="宁波市物业管理协会", remark="省级示范"
    ),
]
READ_ROWS = [
    ("春江花园", "杭州春江物业服务有限公司", "2015-06", "commodity", "杭州市物业管理协会"),
    ("湖滨一号", "杭州湖滨物业有限公司", "2018-12", "commodity", "杭州市物业管理协会"),
    ("安居里", "杭州春江物业服务有限公司", "2015-06", "resettlement", "宁波市物业管理协会"),
]
REQUIRED = ("community", "company", "delivered", "project_type", "recommender")


@pytest.mark.parametrize("variant", build.LIST_VARIANTS)
def test_a_list_is_read_in_full_however_it_is_laid_out(variant: str, read: Reader) -> None:
    facts = only(read(build.summary_list_docx(rows=ROWS, variant=variant)), "summary_list")
    assert [tuple(row[name]["value"] for name in REQUIRED) for row in facts["rows"]] == READ_ROWS
    assert values({name: facts[name] for name in ("submitter", "contact", "phone")}) == {
        "submitter": "浙江省物业管理协会",
        "contact": "张三",
        "phone": "057187654321",
    }


def test_every_value_of_a_list_keeps_its_raw_text_and_its_place(read: Reader) -> None:
    facts = only(read(build.summary_list_docx(rows=ROWS)), "summary_list")
    assert facts["title"] == build.LIST_TITLE
    assert facts["columns"]["company"] == "申报单位(物业服务企业)"
    delivered = facts["rows"][1]["delivered"]
    assert delivered == {
        "raw": "２０１８年１２月", "value": "2018-12", "place": "表1第3行第4列", "method": "docx", "confidence": 1.0,
    }  # fmt: skip


def list_of(*rows: Sequence[str], head: Sequence[Block] = ()) -> bytes:
    return docx_bytes(build.LIST_TITLE, *head, [list(build.LIST_HEADER), *rows])


def case_row(
    number: str = "1", community: str = "春江花园", recommender: str = "杭州市物协", **cells: str
) -> list[str]:
    return [
        number, community, cells.get("company", "春江物业"), cells.get("delivered", "2015年"),
        cells.get("project_type", "商品住宅小区"), recommender, cells.get("remark", ""),
    ]  # fmt: skip


def test_a_recommender_merged_over_several_rows_stands_in_each_of_them(read: Reader) -> None:
    facts = only(read(list_of(case_row(), case_row("2", "湖滨一号", UP), case_row("3", "安居里", UP))), "summary_list")
    assert [row["recommender"]["value"] for row in facts["rows"]] == ["杭州市物协"] * 3
    assert facts["rows"][2]["recommender"]["place"] == "表1第4行第6列（与第2行合并）"


def test_as_above_has_the_value_above_it_and_says_so(read: Reader) -> None:
    facts = only(read(list_of(case_row(), case_row("2", "湖滨一号", "同 上", delivered="〃"))), "summary_list")
    cell = facts["rows"][1]["recommender"]
    assert (cell["raw"], cell["value"], cell["method"]) == ("同 上", "杭州市物协", "ditto")
    assert "取自表1第2行第6列" in cell["place"]
    assert facts["rows"][1]["delivered"]["value"] == "2015"


def test_as_above_in_the_first_row_means_nothing(read: Reader) -> None:
    facts = only(read(list_of(case_row(recommender="同上"))), "summary_list")
    assert facts["rows"][0]["recommender"]["value"] is None


def test_blank_numbered_dotted_and_total_rows_are_no_cases(read: Reader) -> None:
    blank = ["2", *[""] * 6]
    rows = [
        case_row(),
        blank,
        ["3", *["/"] * 6],
        ["……", *["……"] * 6],
        ["合 计", "1", *[""] * 5],
        ["", "总计：1个", *[""] * 5],
    ]
    assert len(only(read(list_of(*rows)), "summary_list")["rows"]) == 1


def test_cells_that_hold_a_stroke_or_a_word_for_nothing_have_no_value(read: Reader) -> None:
    cells = {"company": "/", "delivered": "无", "project_type": "详见附件", "remark": "——"}
    row = only(read(list_of(case_row(**cells))), "summary_list")["rows"][0]
    assert {name: (row[name]["raw"], row[name]["value"]) for name in cells} == {
        name: (raw, None) for name, raw in cells.items()
    }


def test_automatic_numbers_leave_the_number_blank_and_keep_the_row(read: Reader) -> None:
    row = only(read(list_of(case_row(""))), "summary_list")["rows"][0]
    assert (row["number"]["raw"], row["number"]["value"]) == ("", None)
    assert row["community"]["value"] == "春江花园"


def test_a_header_of_two_rows_is_one_header(read: Reader) -> None:
    grid = [
        ["序号", "小区名称", "申报单位", "项目", LEFT, "推荐单位", "备注"],
        [UP, UP, UP, "交付时间", "类型", UP, UP],
        case_row(),
    ]
    facts = only(read(docx_bytes(build.LIST_TITLE, grid)), "summary_list")
    assert values(facts["rows"][0])["delivered"] == "2015"
    assert values(facts["rows"][0])["project_type"] == "commodity"
    assert len(facts["rows"]) == 1


def test_a_header_repeated_on_the_next_page_is_no_case(read: Reader) -> None:
    facts = only(read(list_of(case_row(), list(build.LIST_HEADER), case_row("2", "湖滨一号"))), "summary_list")
    assert [row["community"]["value"] for row in facts["rows"]] == ["春江花园", "湖滨一号"]


def test_labels_with_spaces_widths_and_explanations_are_the_same_labels(read: Reader) -> None:
    header = [
        "序　号",
        "小 区 名 称",
        "申报单位（物业服务企业全称）",
        "项目交付时间（年/月）",
        "项目类型（按四类填写）",
        "推荐单位（市级物协）",
        "备　注",
    ]
    facts = only(read(docx_bytes("附件4", [header, case_row()])), "summary_list")
    assert values(facts["rows"][0])["project_type"] == "commodity"
    assert set(facts["columns"]) == {"number", *REQUIRED, "remark"}


def test_a_column_of_contacts_is_not_taken_for_the_recommender(read: Reader) -> None:
    header = [*build.LIST_HEADER[:5], "推荐单位联系人", "推荐单位"]
    facts = only(read(docx_bytes(build.LIST_TITLE, [header, [*case_row()[:5], "李四", "杭州市物协"]])), "summary_list")
    assert facts["rows"][0]["recommender"]["value"] == "杭州市物协"


def test_a_case_split_over_two_rows_is_one_case(read: Reader) -> None:
    split = case_row("1", UP, UP, company=UP, delivered="2016年")
    facts = only(read(list_of(case_row(delivered=""), split)), "summary_list")
    assert [row["delivered"]["value"] for row in facts["rows"]] == ["2016"]


def test_a_row_without_community_is_kept_and_its_community_blank(read: Reader) -> None:
    facts = only(read(list_of(case_row(), case_row("2", ""))), "summary_list")
    assert (facts["rows"][1]["community"]["raw"], facts["rows"][1]["community"]["value"]) == ("", None)


def test_contact_and_phone_in_one_cell_are_told_apart(read: Reader) -> None:
    facts = only(read(list_of(case_row(), head=["联系人及电话：张三 13800001111"])), "summary_list")
    assert (facts["contact"]["value"], facts["phone"]["value"]) == ("张三", "13800001111")


def test_blank_head_lines_have_no_value_and_absent_ones_are_none(read: Reader) -> None:
    facts = only(read(list_of(case_row(), head=["提交单位（盖章）：_____　　联系人：_____"])), "summary_list")
    assert (facts["submitter"]["raw"], facts["submitter"]["value"]) == ("", None)
    assert facts["contact"]["value"] is None
    assert facts["phone"] is None


def test_the_note_under_the_list_is_neither_a_case_nor_a_head_line(read: Reader) -> None:
    facts = only(read(build.summary_list_docx(contact="", rows=ROWS, variant="foot_in_table")), "summary_list")
    assert len(facts["rows"]) == 3
    assert facts["contact"]["value"] is None


def test_a_second_table_of_other_content_adds_no_cases(read: Reader) -> None:
    other = [["甲", "乙", "丙", "丁", "戊", "己", "庚"], ["1", "2", "3", "四", "五", "六", "七"]]
    facts = only(read(docx_bytes(build.LIST_TITLE, [list(build.LIST_HEADER), case_row()], other)), "summary_list")
    assert len(facts["rows"]) == 1


def test_a_list_of_2000_rows_is_read_in_seconds(read: Reader) -> None:
    rows = [
        build.list_row(number, community=f"{string.ascii_uppercase[number % 26]}{number}小区")
        for number in range(1, 2_001)
    ]
    data = build.summary_list_docx(rows=rows)
    began = time.process_time()
    assert len(only(read(data), "summary_list")["rows"]) == 2_000
    assert time.process_time() - began < 30
