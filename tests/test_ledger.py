"""The workbook of the staff: sheets, headings, print, numbers, and that nobody else's text acts in it."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.archive.layout import layout
from reports.finding import Assessment
from reports.ledger import CASES, FINDINGS, MESSAGES, SUMMARY, Book, ledger
from reports.ledger.links import Links
from reports.making.tables import Column, Link, Sheet, workbook
from tests.picture_builders import MORNING, assessment, association, case, finding, message, realistic

SHEETS = ["汇总", "案例", "问题", "来信"]


def opened(made: Assessment) -> Workbook:
    return load_workbook(io.BytesIO(ledger(made)))


def shown(book: Workbook) -> list[str]:
    return [page.title for page in book.worksheets if page.sheet_state == "visible"]


def column(page: Worksheet, heading: str) -> list[object]:
    number = next(cell.column for cell in page[1] if cell.value == heading)
    return [page.cell(row, number).value for row in range(2, page.max_row + 1)]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return opened(realistic())


def test_the_sheets_stand_in_order_with_chinese_headings(book: Workbook) -> None:
    assert shown(book) == SHEETS
    for page, fields in zip(book.worksheets[:4], (SUMMARY, CASES, FINDINGS, MESSAGES), strict=True):
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
    assert shown(book) == SHEETS
    assert column(book["汇总"], "状态") == ["未报送"] * 31
    assert book["案例"].max_row == 1


def linked(made: Assessment, **options: bool) -> bytes:
    laid = layout(made.picture)
    links = Links(laid, {entry.path: entry.path for entry in laid.entries}, "台账附件/")
    return ledger(made, Book(links, **options))


def targets(page: Worksheet) -> Iterator[tuple[str, str]]:
    """Yield (heading, target) of the links of a sheet."""
    for row in page.iter_rows():
        for cell in row:
            if cell.hyperlink:
                yield str(page.cell(1, cell.column).value), unquote(cell.hyperlink.target)


def test_what_is_filed_can_be_opened_from_the_ledger() -> None:
    mail = message("浙江")
    one = case(mail, "春江花园", company="杭州春江物业服务有限公司")
    view = association("浙江", [mail], [one])
    found = finding(file=one.forms[0].path, message_id=mail.key, community="春江花园", subject="file")
    book = load_workbook(io.BytesIO(linked(assessment([view], [found]))))
    folder = "台账附件/浙江省/杭州春江物业服务有限公司"
    assert dict(targets(book["案例"])) == {
        "推荐表": f"{folder}/春江花园+推荐表.docx",
        "案例材料": f"{folder}/春江花园+红色管家进小区.docx",
        "合格照片": folder,
        "清单列有": "台账附件/浙江省/汇总清单.docx",
    }
    assert dict(targets(book["汇总"])) == {
        "清单Word版": "台账附件/浙江省/汇总清单.docx",
        "清单扫描件": "台账附件/浙江省/汇总清单（扫描件）.pdf",
    }
    assert dict(targets(book["问题"])) == {"文件": f"{folder}/春江花园+推荐表.docx"}
    assert column(book["案例"], "合格照片") == [3]


def test_links_are_relative_with_slashes_and_lead_nowhere_else() -> None:
    mail = message("浙江", subject="http://evil.example")
    evil = case(mail, "../../etc/pass#wd%41 花园", company="C:\\windows\\system32", title="\\\\server\\share\\x")
    data = linked(assessment([association("浙江", [mail], [evil])]))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        rels = "".join(package.read(name).decode() for name in package.namelist() if "worksheets/_rels" in name)
    found = re.findall(r'Target="([^"]*)" TargetMode="External"', rels)
    assert len(found) >= 4
    assert all(target.startswith("台账附件/浙江省/") for target in found)
    assert not any(sign in target for target in found for sign in ("\\", "..", "#", ":", " "))
    assert not any(re.search(r"%(?!20)", target) for target in found)


def test_a_sheet_has_no_more_links_than_excel_takes() -> None:
    rows = [[Link(number, "台账附件/x.docx")] for number in range(66_000)]
    data = workbook([Sheet("长", [Column("数")], rows)])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = package.read("xl/worksheets/sheet1.xml").decode()
    assert text.count("<hyperlink ") == 65_000
    assert text.count("<row ") == 66_001


def test_names_of_sheets_are_short_unlike_and_without_forbidden_signs() -> None:
    sheets = [
        Sheet(name, [Column("数")], [[1]])
        for name in ("甲/乙[丙]:*?", "甲-乙-丙----", "长" * 40, "长" * 40, "'", "A", "a")
    ]
    book = load_workbook(io.BytesIO(workbook(sheets)))
    assert len({name.casefold() for name in book.sheetnames}) == len(sheets)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in book.sheetnames)


def test_no_text_is_longer_than_a_cell_and_none_holds_what_xml_cannot() -> None:
    data = workbook([Sheet("表", [Column("文", style="long")], [["长" * 40_000], ["a\x0bb\ufffe\ud800"]])])
    (_, long, odd) = [row[0].value for row in load_workbook(io.BytesIO(data))["表"].iter_rows()]
    assert len(str(long)) < 32_767
    assert str(odd).replace("\ufffd", "") == "ab"


def test_opinions_are_chosen_from_a_list_and_numbers_of_findings_refuse_to_be_typed_over(book: Workbook) -> None:
    rules = {rule.formula1: str(rule.sqref) for rule in book["问题"].data_validations.dataValidation if rule.formula1}
    headings = [cell.value for cell in book["问题"][1]]
    letters = {name: book["问题"].cell(1, headings.index(name) + 1).column_letter for name in ("处理意见", "问题编号")}
    assert rules['"豁免,重新打开"'].startswith(letters["处理意见"])
    assert rules["FALSE"].startswith(letters["问题编号"])
    assert all(len(str(rule)) <= 257 for page in book.worksheets for rule in _lists(page))
    assert book["案例"].column_dimensions[_letter(book["案例"], "案例标识")].hidden
    # Sheets are not locked: staff sort and filter them.
    assert not any(page.protection.sheet for page in book.worksheets)


def _lists(page: Worksheet) -> list[str]:
    return [rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"]


def _letter(page: Worksheet, heading: str) -> str:
    return next(cell.column_letter for cell in page[1] if cell.value == heading)


def test_each_province_has_a_sheet_of_its_own_on_request() -> None:
    made = realistic()
    book = load_workbook(io.BytesIO(ledger(made, Book(by_province=True))))
    assert shown(book)[:4] == SHEETS
    assert shown(book)[4:] == [view.province for view in made.picture.associations]
    page = book["浙江"]
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    own = [one for one in made.picture.cases if one.province == "浙江"]
    assert {one.community for one in own} <= set(texts)
    assert {one.message for one in made.findings if one.province == "浙江"} <= set(texts)
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.page_setup.fitToHeight) == ("landscape", 9, 0)
    assert page.auto_filter.ref
    assert "天津尚未报送任何材料" in [cell.value for row in book["天津"].iter_rows() for cell in row]


def test_one_province_alone_makes_one_sheet() -> None:
    book = load_workbook(io.BytesIO(ledger(realistic(), Book(province="浙江"))))
    assert shown(book) == ["浙江"]


def test_the_same_campaign_gives_the_same_bytes() -> None:
    made = realistic()
    assert ledger(made, Book(decided=3)) == ledger(made, Book(decided=3))
