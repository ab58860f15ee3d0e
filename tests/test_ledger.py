"""The workbook of the staff: sheets, headings, print, numbers, and that nobody else's text acts in it."""

import io
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.finding import Assessment
from reports.ledger import CASES, FINDINGS, MESSAGES, SUMMARY, ledger
from tests.picture_builders import MORNING, assessment, association, case, finding, message, realistic

SHEETS = ["汇总", "案例", "问题", "来信"]


def opened(made: Assessment) -> Workbook:
    return load_workbook(io.BytesIO(ledger(made)))


def column(page: Worksheet, heading: str) -> list[object]:
    number = next(cell.column for cell in page[1] if cell.value == heading)
    return [page.cell(row, number).value for row in range(2, page.max_row + 1)]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return opened(realistic())


def test_the_sheets_stand_in_order_with_chinese_headings(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for page, fields in zip(book.worksheets, (SUMMARY, CASES, FINDINGS, MESSAGES), strict=True):
        headings = [cell.value for cell in page[1]]
        assert headings == [field.heading for field in fields]
        assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("name", SHEETS)
def test_the_header_row_is_frozen_filtered_and_repeated_on_landscape_a4(book: Workbook, name: str) -> None:
    page = book[name]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref is not None
    assert page.print_title_rows == "$1:$1"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0
    assert "2026 年住宅小区" in str(page.oddHeader.left.text)


def test_the_numbers_are_those_of_the_picture(book: Workbook) -> None:
    made = realistic()
    assert len(column(book["汇总"], "省份")) == 31
    assert len(column(book["案例"], "小区名称")) == len(made.picture.cases)
    assert len(column(book["问题"], "级别")) == len(made.findings)
    assert len(column(book["来信"], "主题")) == len(made.picture.messages)
    assert sum(value for value in column(book["汇总"], "已齐案例") if isinstance(value, int)) == column(
        book["案例"], "材料齐全"
    ).count("是")


def test_codes_are_said_in_chinese(book: Workbook) -> None:
    assert set(column(book["汇总"], "状态")) == {"未报送", "部分报送", "已报齐"}
    assert set(column(book["案例"], "项目类型")) == {"商品住宅小区"}
    assert set(column(book["问题"], "级别")) == {"须改正", "请核对"}
    assert set(column(book["来信"], "类别")) == {"报送", "咨询", "自动邮件", "无关邮件", None}
    assert set(column(book["来信"], "处理")) == {"已归档", "搁置", "未能处理"}


def test_phones_are_whole_and_text(book: Workbook) -> None:
    assert set(column(book["案例"], "申报单位手机")) == {"13812345678"}
    assert set(column(book["案例"], "推荐单位手机")) == {"057187654321"}


def test_moments_are_dates_as_the_clock_in_beijing_showed_them() -> None:
    book = opened(assessment([association("浙江", [message("浙江", arrival=MORNING)])]))
    assert column(book["来信"], "到达时间") == [datetime(2026, 7, 20, 8, 30)]  # noqa: DTZ001
    assert book["来信"]["A2"].number_format == "yyyy-mm-dd hh:mm"


def test_severities_are_coloured_and_the_errors_come_first(book: Workbook) -> None:
    assert book["问题"].conditional_formatting
    severities = column(book["问题"], "级别")
    assert severities == sorted(severities, key=lambda word: ["须改正", "请核对"].index(str(word)))


def test_no_cell_is_a_formula_or_a_link_whatever_others_wrote() -> None:
    mail = message("浙江", subject='=HYPERLINK("http://x")', from_name="@SUM(1)", from_address="=1+1@x.cn")
    one = case(mail, "=1+1", city="+1", company="{=1+1}", reason="-2+3", remark="http://evil.example", title="\t=1")
    found = finding(community="=1+1", message="=2", evidence="=cmd|' /C calc'!A0", file="=x.docx", message_id="=3")
    made = opened(assessment([association("浙江", [mail], [one])], [found]))
    cells = [cell for page in made.worksheets for row in page.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert not any(cell.hyperlink for cell in cells)
    assert {"=1+1", "{=1+1}", '=HYPERLINK("http://x")'} <= {cell.value for cell in cells}


def test_an_empty_campaign_has_all_sheets_and_headings() -> None:
    book = opened(assessment())
    assert book.sheetnames == SHEETS
    assert column(book["汇总"], "状态") == ["未报送"] * 31
    assert book["案例"].max_row == 1
