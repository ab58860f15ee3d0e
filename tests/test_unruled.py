"""Lists and forms without ruled tables: in columns that only positions tell, typed with tabs, or line by line."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from parsers.base import Found
from parsers.documents.columns import find_columns
from parsers.documents.rows import rows_of
from parsers.documents.segments import Line, Segment
from parsers.reading import read_content
from tests import doc_builders as build
from tests.doc_reading import CAMPAIGN, Reader, only, reader, values
from tests.docx_writer import LEFT, Block, Grid, Raw, docx_bytes, table
from tests.labelled.office import converted, find_office

COMPANY, ASSOCIATION = "杭州春江物业服务有限公司", "杭州市物业管理协会"
HEADER = ["序号", "小区名称", "申报单位", "交付时间", "项目类型", "推荐单位", "备注"]
ROWS = [
    ["1", "春江花园", COMPANY, "2015年6月", "商品住宅小区", ASSOCIATION, ""],
    ["2", "安居里", "宁波甬安物业管理有限公司", "1998年", "安置房小区", "宁波市物业管理协会", "补报"],
    [
        "3",
        "湖滨一号",
        "温州瓯江物业有限责任公司温州第一分公司",
        "2009年12月",
        "国企移交社会管理小区",
        "温州市物业管理协会",
        "",
    ],
]
READ = [
    ("春江花园", COMPANY, "2015-06", "commodity", ASSOCIATION, None),
    ("安居里", "宁波甬安物业管理有限公司", "1998", "resettlement", "宁波市物业管理协会", "补报"),
    ("湖滨一号", "温州瓯江物业有限责任公司温州第一分公司", "2009-12", "soe_transferred", "温州市物业管理协会", None),
]
HEAD = ["附件4", build.LIST_TITLE, "提交单位（盖章）：浙江省物业管理协会", "联系人：张三", "联系电话：0571-86012345"]
COLUMNS = ("community", "company", "delivered", "project_type", "recommender", "remark")
BORDERS = {"none": (), "across": ("top", "bottom", "insideH"), "head_and_foot": ("top", "bottom")}


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def bordered(grid: Grid, sides: Sequence[str], *, middle: bool) -> Raw:
    """Return a table's XML with lines on some sides only, its cells perhaps in the middle of their rows."""
    shown = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in sides)
    xml = re.sub(r"<w:tblBorders>.*?</w:tblBorders>", f"<w:tblBorders>{shown}</w:tblBorders>", table(grid))
    return Raw(xml.replace("</w:tcPr>", '<w:vAlign w:val="center"/></w:tcPr>') if middle else xml)


def drafts() -> dict[str, bytes]:
    """Return name -> .docx of a list and a form with every kind of borders."""
    made = {}
    for name, sides in BORDERS.items():
        for middle in (False, True):
            grid = bordered([HEADER, *ROWS], sides, middle=middle)
            made[f"list_{name}_{middle}"] = docx_bytes(*HEAD, grid, "说明：本表格由省级物协统一填报。")
        form = bordered(build.form_grid(build.FORM), sides, middle=False)
        made[f"form_{name}"] = docx_bytes("附件3", build.FORM_TITLE, form)
    many = [[str(number), *ROWS[number % 3][1:]] for number in range(1, 41)]
    made["long"] = docx_bytes(*HEAD, bordered([HEADER, *many], (), middle=False))
    made["blank"] = docx_bytes(
        *HEAD[:2], bordered([HEADER, *([str(at), *[""] * 6] for at in range(1, 8))], (), middle=False)
    )
    return made


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Found, ...]]:
    """Return name -> what is found in the drafts as PDF, all converted in one call."""
    folder = tmp_path_factory.mktemp("unruled")
    paths = []
    for name, data in drafts().items():
        paths.append(folder / f"{name}.docx")
        paths[-1].write_bytes(data)
    made = converted(paths, "pdf", folder)
    return {path.stem: read_content(path, path.stat().st_size, CAMPAIGN).found for path in made}


needs_office = pytest.mark.skipif(
    find_office() is None, reason="LibreOffice makes these files, and it is not installed"
)


def rows_in(facts: dict[str, object]) -> list[tuple[object, ...]]:
    rows = facts["rows"]
    assert isinstance(rows, list)
    return [tuple(row[name]["value"] for name in COLUMNS) for row in rows]


@needs_office
@pytest.mark.parametrize("middle", [False, True], ids=["top", "middle"])
@pytest.mark.parametrize("borders", BORDERS)
def test_a_list_whose_columns_only_positions_tell_is_read(
    borders: str, middle: bool, found: dict[str, tuple[Found, ...]]
) -> None:
    facts = only(found[f"list_{borders}_{middle}"], "summary_list")
    assert rows_in(facts) == READ
    assert (facts["submitter"]["value"], facts["phone"]["value"]) == ("浙江省物业管理协会", "057186012345")
    cell = facts["rows"][0]["company"]
    assert cell["confidence"] < 1
    assert cell["area"]["page"] == 1


@needs_office
def test_a_list_without_borders_goes_on_over_pages_also_where_they_cut_a_row(
    found: dict[str, tuple[Found, ...]],
) -> None:
    rows = rows_in(only(found["long"], "summary_list"))
    assert rows == [READ[number % 3] for number in range(1, 41)]


@needs_office
@pytest.mark.parametrize("borders", BORDERS)
def test_a_form_whose_columns_only_positions_tell_is_read(borders: str, found: dict[str, tuple[Found, ...]]) -> None:
    fields = only(found[f"form_{borders}"], "recommendation_form")["fields"]
    wanted = {"community": "春江花园", "address": build.FORM["address"], "fee": [2.5, 2.5], "applicant": COMPANY,
              "applicant_contact": "王建国", "recommender_phone": "057186012345", "recommender": ASSOCIATION,
              "recommender_signed": "2026-06-08", "reason": build.FORM["reason"]}  # fmt: skip
    assert {name: fields[name]["value"] for name in wanted} == wanted


@needs_office
def test_a_blank_list_without_borders_says_nothing(found: dict[str, tuple[Found, ...]]) -> None:
    assert found["blank"] == ()


def line(middle: float, *pieces: tuple[str, float, float]) -> Line:
    return tuple(Segment(text, left, right, middle - 5, middle + 5, 10.0) for text, left, right in pieces)


LISTED = [
    line(
        100, ("序号", 0, 20), ("小区名称", 40, 80), ("申报单位", 100, 140), ("交付时间", 160, 200), ("类型", 220, 240)
    ),
    line(120, ("1", 5, 10), ("春江", 40, 60), ("春江物业", 100, 140), ("2015年", 160, 190), ("商品房", 220, 250)),
    line(133, ("花园", 40, 60)),
    line(146, ("2", 5, 10), ("安居里", 40, 70), ("甬安物业", 100, 140), ("1998年", 160, 190), ("安置房", 220, 250)),
]


def communities(lines: Sequence[Line]) -> list[str]:
    columns = find_columns(lines)
    assert columns is not None
    rows = rows_of(lines, columns, ())
    return ["".join(piece.text for piece in row if columns.of(piece)[0] == 1) for row in rows]


def test_lines_below_a_number_belong_to_its_row() -> None:
    assert communities(LISTED) == ["小区名称", "春江花园", "安居里"]


def test_lines_around_a_number_belong_to_its_row() -> None:
    around = [
        LISTED[0],
        line(120, ("春江", 40, 60)),
        line(126, *(((one.text, one.left, one.right)) for one in LISTED[1] if one.text != "春江")),
        line(133, ("花园", 40, 60)),
        LISTED[3],
    ]
    assert communities(around) == ["小区名称", "春江花园", "安居里"]


def test_a_short_text_beside_its_headings_place_is_in_its_column() -> None:
    wide = [
        line(100, *((one.text, one.left, one.right) for one in LISTED[0]), ("备注", 300, 320)),
        *LISTED[1:3],
        line(146, *((one.text, one.left, one.right) for one in LISTED[3]), ("补报", 265, 285)),
    ]
    columns = find_columns(wide)
    assert columns is not None
    assert len(columns.edges) == 6


@pytest.mark.parametrize("gap", ["\t", "    ", "　　"])
def test_a_list_typed_with_tabs_or_spaces_is_read(gap: str, read: Reader) -> None:
    lines = [gap.join(row[:6]) for row in [HEADER, *ROWS]]
    rows = only(read(docx_bytes(*HEAD, *lines)), "summary_list")["rows"]
    assert [row["community"]["value"] for row in rows] == ["春江花园", "安居里", "湖滨一号"]
    assert [row["project_type"]["value"] for row in rows] == ["commodity", "resettlement", "soe_transferred"]


def test_a_list_on_its_side_is_read_under_its_own_title(read: Reader) -> None:
    turned = [list(column) for column in zip(HEADER, *ROWS, strict=True)]
    facts = only(read(docx_bytes(*HEAD, turned)), "summary_list")
    assert rows_in(facts) == READ
    assert facts["rows"][1]["company"]["place"] == "表1第3行第3列"
    assert read(docx_bytes("住宅小区对比表", turned)) == ()


def test_a_list_of_lines_is_read_under_its_own_title(read: Reader) -> None:
    lines = [
        f"{number}．{label}：{text}" if label == "小区名称" else f"{label}：{text}"
        for number, row in enumerate(ROWS, 1)
        for label, text in zip(HEADER[1:], row[1:], strict=True)
    ]
    facts = only(read(docx_bytes(*HEAD, *lines)), "summary_list")
    assert rows_in(facts) == READ
    assert facts["rows"][0]["community"]["place"] == "正文第6段"


LABELS = ["小区名称", "物业服务企业名称", "联系地址", "建成时间", "建筑面积", "交付时间", "项目类型", "物业服务费价格", "物业服务费收缴率",
          "申报单位联系人姓名", "手机", "推荐单位（市级协会）联系人姓名", "手机", "推荐理由（项目所获荣誉）"]  # fmt: skip
FIELDS = ["community", "company", "address", "completed", "floor_area", "delivered", "project_type", "fee", "collection_rate",
          "applicant_contact", "applicant_phone", "recommender_contact", "recommender_phone", "reason"]  # fmt: skip
PAIRS = [(label, build.FORM[field]) for label, field in zip(LABELS, FIELDS, strict=True)]
FOOT = [
    f"申报单位名称（盖章）：{COMPANY}", "2026年6月1日", f"推荐单位（市级协会）名称（盖章）：{ASSOCIATION}", "2026年6月8日",
]  # fmt: skip
TWO_A_LINE = (3, 5, 7, 9, 11)
LINES: dict[str, list[Block]] = {
    "colons": [*(f"{label}：{text}" for label, text in PAIRS), *FOOT],
    "two_on_a_line": [
        *(f"{label}：{text}" for label, text in PAIRS[:3]),
        *(f"{PAIRS[at][0]}：{PAIRS[at][1]}     {PAIRS[at + 1][0]}：{PAIRS[at + 1][1]}" for at in TWO_A_LINE),
        "推荐理由：", PAIRS[13][1], *FOOT,
    ],
    "lines_to_write_on": [*(f"{label}__{text}____" for label, text in PAIRS), *FOOT],
    "tabs": [*(f"{label}\t{text}" for label, text in PAIRS), *FOOT],
    "numbered": [*(f"{number}、{label}：{text}" for number, (label, text) in enumerate(PAIRS, 1)), *FOOT],
}  # fmt: skip


@pytest.mark.parametrize("lines", LINES.values(), ids=list(LINES))
def test_a_form_without_a_table_is_read(lines: list[Block], read: Reader) -> None:
    wanted = values(only(read(build.recommendation_form_docx()), "recommendation_form")["fields"])
    facts = only(read(docx_bytes("附件3", build.FORM_TITLE, *lines)), "recommendation_form")
    assert values(facts["fields"]) == wanted
    assert facts["fields"]["community"]["place"] == "正文第3段"


def test_two_forms_without_tables_are_two(read: Reader) -> None:
    other = [str(text).replace("春江花园", "安居里") for text in LINES["colons"]]
    found = read(docx_bytes(build.FORM_TITLE, *LINES["colons"], build.FORM_TITLE, *other))
    assert [one.facts["fields"]["community"]["value"] for one in found] == ["春江花园", "安居里"]


def test_a_contract_that_names_the_same_things_is_no_form(read: Reader) -> None:
    lines = [f"{label}：{text}" for label, text in PAIRS[:9]]
    assert read(docx_bytes("物业服务合同", "甲方：春江花园业主委员会", f"乙方：{COMPANY}", *lines)) == ()


def test_a_form_of_lines_that_nobody_filled_in_says_nothing(read: Reader) -> None:
    assert (
        read(docx_bytes(build.FORM_TITLE, *(f"{label}：" for label in LABELS), "申报单位名称（盖章）：", "年 月 日"))
        == ()
    )


@pytest.mark.parametrize(
    "title",
    [
        "“好房子”建设案例汇总表",
        "省级物业服务示范项目推荐汇总表",
        "完整社区案例汇总表",
        "“红色物业”推荐案例汇总清单",
        "优秀住宅小区汇总表",
    ],
)
def test_a_list_of_another_campaign_is_not_ours_though_its_columns_are(title: str, read: Reader) -> None:
    grid = [HEADER, *ROWS]
    assert read(docx_bytes(title, grid)) == ()


@pytest.mark.parametrize(
    "title", ["住宅小区“好服务”案例（红色物业类）汇总表", "住宅小区好服务示范案例推荐案例汇总清单（“好服务”）"]
)
def test_our_campaigns_name_outranks_the_words_of_others(title: str, read: Reader) -> None:
    assert rows_in(only(read(docx_bytes(title, [HEADER, *ROWS])), "summary_list")) == READ


def test_a_groups_heading_in_any_column_is_no_case(read: Reader) -> None:
    groups = [["", "", "", "杭州市（1个）", "", "", ""], ["", "", "", "省直管市（2个）", LEFT, "", ""]]
    grid = [HEADER, groups[0], ROWS[0], groups[1], *ROWS[1:]]
    assert rows_in(only(read(docx_bytes(*HEAD, grid)), "summary_list")) == READ
