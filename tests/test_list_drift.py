"""Summary lists as provinces really write them: other headings, halves side by side, and rows that are no cases."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import doc_builders as build
from tests.doc_reading import Reader, only, reader, values
from tests.docx_writer import LEFT, UP, Block, docx_bytes

REQUIRED = ("community", "company", "delivered", "project_type", "recommender")
COMPANY, ASSOCIATION = "杭州春江物业服务有限公司", "杭州市物业管理协会"
CELLS = ["1", "春江花园", COMPANY, "2015年6月", "商品住宅小区", ASSOCIATION, ""]
READ = ("春江花园", COMPANY, "2015-06", "commodity", ASSOCIATION)
ACROSS = [LEFT] * 6


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def list_of(*rows: Sequence[str], header: Sequence[str] = build.LIST_HEADER, head: Sequence[Block] = ()) -> bytes:
    return docx_bytes(build.LIST_TITLE, *head, [list(header), *map(list, rows)])


def headed(**headings: str) -> list[str]:
    """Return the header of annex 4 with some headings replaced."""
    return [headings.get(name, heading) for name, heading in zip(build.LIST_FIELDS, build.LIST_HEADER, strict=True)]


def rows_of(data: bytes, read: Reader) -> list[tuple[object, ...]]:
    rows = only(read(data), "summary_list")["rows"]
    return [tuple(row[name]["value"] for name in REQUIRED if name in row) for row in rows]


def communities(data: bytes, read: Reader) -> list[str | None]:
    return [row["community"]["value"] for row in only(read(data), "summary_list")["rows"]]


HEADINGS = {
    "community": "申报小区 小区名 小区全称 住宅小区 推荐案例 项目 名称 申报小区名称 物业项目名称 小区（全称）名 楼盘",
    "company": "物业服务单位 物业企业 物业管理企业 物业服务公司 物业服务企业全称 申报企业（物业公司） 服务企业 承接的物业公司",
    "delivered": "交付使用时间 入住时间 交房时间 交付年月 竣工交付时间 集中交付（入住）时间 首批业主入住时间",
    "project_type": "项目类别 项目性质 小区性质 住宅类型 类型（四选一） 房屋性质 推荐项目类型",
    "recommender": "市物协 市级物协 推荐协会 推荐单位（市级协会）名称 市州物协 所在地物协 设区市物业协会",
}


@pytest.mark.parametrize(
    ("name", "heading"), [(name, word) for name, text in HEADINGS.items() for word in text.split()]
)
def test_a_column_is_known_by_any_of_its_headings(name: str, heading: str, read: Reader) -> None:
    assert rows_of(list_of(CELLS, header=headed(**{name: heading})), read) == [READ]


def test_all_headings_may_be_other_ones_at_once(read: Reader) -> None:
    header = ["序号", "项目", "物业企业", "入住时间", "项目性质", "市物协", "备注"]
    assert rows_of(list_of(CELLS, header=header), read) == [READ]


def test_a_vague_heading_gives_way_to_the_clear_one(read: Reader) -> None:
    header = ["序号", "项目", "小区名称", "单位名称", "申报单位", "交付时间", "项目类型", "推荐单位"]
    row = ["1", "美好家园计划", "春江花园", "某某街道", COMPANY, "2015年6月", "商品住宅小区", ASSOCIATION]
    assert rows_of(list_of(row, header=header), read) == [READ]


@pytest.mark.parametrize("heading", ["企业性质", "项目经理", "入住率", "推荐单位意见", "小区概况", "物业公司资质"])
def test_a_column_about_another_thing_is_not_taken_for_a_missing_one(heading: str, read: Reader) -> None:
    header = ["序号", "小区名称", heading, "申报单位", "推荐单位"]
    facts = only(read(list_of(["1", "春江花园", "甲", COMPANY, ASSOCIATION], header=header)), "summary_list")
    assert set(facts["columns"]) == {"number", "community", "company", "recommender"}


def test_a_row_whose_cells_hold_words_of_headings_is_a_case(read: Reader) -> None:
    row = ["", "春江住宅小区", "杭州物业公司", "2015年6月", "商品住宅小区", ASSOCIATION, ""]
    assert communities(list_of(row, [*CELLS[:1], "湖滨一号", *CELLS[2:]]), read) == ["春江住宅小区", "湖滨一号"]


HALF = ["序号", "小区名称", "申报单位", "交付时间", "项目类型", "推荐单位"]


def half(number: int, community: str, **cells: str) -> list[str]:
    return [str(number), community, COMPANY, "2015年6月", "商品住宅小区", cells.get("recommender", ASSOCIATION)]


def test_two_halves_side_by_side_are_both_read_in_the_order_of_their_numbers(read: Reader) -> None:
    grid = [
        [*HALF, *HALF],
        [*half(1, "春江花园"), *half(3, "安居里")],
        [*half(2, "湖滨一号", recommender="同上"), *half(4, "秋水苑", recommender="同上")],
        [*half(5, "望江府"), *[""] * 6],
        ["合计", "5个", *[""] * 4, "", "", *[""] * 4],
    ]
    found = rows_of(docx_bytes(build.LIST_TITLE, grid), read)
    assert [row[0] for row in found] == ["春江花园", "湖滨一号", "望江府", "安居里", "秋水苑"]
    assert {row[1:] for row in found} == {READ[1:]}


def test_halves_with_a_gap_and_one_common_column_are_both_read(read: Reader) -> None:
    header = [*HALF[1:5], "", *HALF[1:5], "推荐单位"]
    row = [*half(1, "春江花园")[1:5], "", *half(2, "安居里")[1:5], ASSOCIATION]
    assert rows_of(docx_bytes(build.LIST_TITLE, [header, row]), read) == [READ, ("安居里", *READ[1:])]


def test_a_header_of_two_rows_that_are_not_merged_is_one_header(read: Reader) -> None:
    upper = ["序号", "小区", "申报单位", "项目", "项目", "推荐单位", "备注"]
    lower = ["", "名称", "（物业服务企业）", "交付时间", "类型", "（市级物协）", ""]
    facts = only(read(docx_bytes(build.LIST_TITLE, [upper, lower, CELLS])), "summary_list")
    assert [tuple(values(row)[name] for name in REQUIRED) for row in facts["rows"]] == [READ]
    assert facts["columns"]["delivered"] == "项目交付时间"


def test_a_header_whose_upper_row_says_little_is_one_header(read: Reader) -> None:
    upper = ["序号", "案例基本情况", "", "", "", "推荐单位", "备注"]
    lower = ["", "小区名称", "申报单位", "交付时间", "项目类型", "", ""]
    assert rows_of(docx_bytes(build.LIST_TITLE, [upper, lower, CELLS]), read) == [READ]


@pytest.mark.parametrize(
    "row",
    [
        ["备注", "以上案例均经市级物协初审并公示", *[LEFT] * 5],
        ["备注：以上案例均经初审", "", "", "", "", "", ""],
        ["", "省级物协（盖章）", "", "", "", "", ""],
        ["", "浙江省物业管理协会（盖章）", LEFT, LEFT, "2026年7月20日", LEFT, LEFT],
        ["", "", "", "（盖章）", "", "", "2026年7月20日"],
        ["", "2026年7月20日", "", "", "", "", ""],
        ["", "杭州市小计 2个", "", "", "", "", ""],
        ["杭州市小计", "2个", "", "", "", "", ""],
        ["合计：2个案例", *ACROSS],
        ["", "共 2 个", "", "", "", "", ""],
        ["一", "杭州市", "", "", "", "", ""],
        ["一 杭州市", LEFT, LEFT, "", "", "", ""],
        ["", "一、杭州市（2个）", "", "", "", "", ""],
        ["", "浙江省杭州市", "", "", "", "", ""],
        ["", "杭州市物业管理协会", "", "", "", "", ""],
        ["", "（二）安置房小区", "", "", "", "", ""],
        ["", "市直", "", "", "", "", ""],
        ["", "负责人 李四", "", "", "", "", ""],
        ["负责人", "李四", "", "联系电话", "13800001111", "", ""],
        ["", "单位负责人：李四", "", "", "填报日期：2026年7月20日", "", ""],
        ["", "法定代表人（签字）", "", "", "", "", ""],
        ["示例", "春江花园", COMPANY, "2015年6月", "商品住宅小区", ASSOCIATION, ""],
        ["例", "XX小区", "XX物业公司", "20XX年X月", "商品住宅小区", "XX市物业管理协会", ""],
        ["1", "XX小区", "XX物业服务有限公司", "2015年6月", "商品住宅小区", "XX市物业管理协会", ""],
        ["1", "**市××花园", "**公司", "2015年6月", "商品住宅小区", "", ""],
        ["1", "某某小区", "某物业公司", "2015年6月", "商品住宅小区", "", ""],
        ["", "（以下空白）", "", "", "", "", ""],
        ["", "以上案例已在协会网站公示。", "", "", "", "", ""],
    ],
)  # fmt: skip
def test_a_row_that_is_no_case_makes_none(row: list[str], read: Reader) -> None:
    after = ["2", "安居里", *CELLS[2:]]
    assert communities(list_of(CELLS, row, after), read) == ["春江花园", "安居里"]


@pytest.mark.parametrize(
    "community",
    [
        "合计花园", "总计苑", "小计家园", "备注里小区", "说明苑", "示例小区", "样例花园", "盖章巷小区", "杭州花园", "西湖区花园",
        "市直机关宿舍", "联系新村", "电话新村", "以上海为名苑", "负责人才公寓", "共3号院", "X小区", "商品住宅小区一期", "案例花园",
        "一品花园", "2026花园", "杭州市小区", "物协宿舍", "名称小区", "日期新城",
    ],
)  # fmt: skip
def test_a_community_is_a_case_whatever_its_name_reminds_of(community: str, read: Reader) -> None:
    assert communities(list_of(["1", community, *CELLS[2:]]), read) == [community]


@pytest.mark.parametrize(
    "community", ["合计花园", "备注里小区", "示例小区", "电话新村", "一品花园", "杭州市场宿舍", "物协宿舍"]
)
def test_a_community_whose_other_cells_are_blank_is_a_case(community: str, read: Reader) -> None:
    assert communities(list_of(["1", community, *[""] * 5]), read) == [community]


def test_a_remark_with_a_contact_does_not_make_a_case_a_foot_line(read: Reader) -> None:
    row = [*CELLS[:2], "", "", "商品住宅小区", "", "联系人：张三 13800001111"]
    assert communities(list_of(row), read) == ["春江花园"]


def test_names_lose_the_seal_the_line_and_the_templates_hint(read: Reader) -> None:
    row = [
        "1",
        "__春江花园__（填写全称）",
        f"{COMPANY}（盖章）",
        "2015年6月",
        "商品住宅小区",
        f"{ASSOCIATION} （盖 章）",
        "",
    ]
    assert rows_of(list_of(row), read) == [READ]


def test_a_name_broken_over_lines_is_one_word(read: Reader) -> None:
    row = ["1", "春江\n花园", "杭州春江物业服务\n有限公司", "2015年\n6月", "商品住宅\n小区", "杭州市物业\n管理协会", ""]
    assert rows_of(list_of(row), read) == [READ]


def test_a_foreign_name_broken_over_lines_keeps_its_space(read: Reader) -> None:
    assert communities(list_of(["1", "Park\nAvenue", *CELLS[2:]]), read) == ["Park Avenue"]


@pytest.mark.parametrize("label", ["填报人", "填表人", "联络人", "经办人", "报送人"])
def test_the_submitter_ends_where_the_next_label_begins(label: str, read: Reader) -> None:
    head = [f"填报单位：浙江省物业管理协会（盖章） {label}：张三 联系电话：13800001111 填报日期：2026年7月1日"]
    facts = only(read(list_of(CELLS, head=head)), "summary_list")
    assert values({name: facts[name] for name in ("submitter", "contact", "phone")}) == {
        "submitter": "浙江省物业管理协会",
        "contact": "张三",
        "phone": "13800001111",
    }


def test_a_case_merged_over_rows_stays_one_case_in_both_halves(read: Reader) -> None:
    grid = [
        [*HALF, *HALF],
        [*half(1, "春江花园"), *half(2, "安居里")],
        [UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, "宁波市物业管理协会"],
    ]
    assert [row[0] for row in rows_of(docx_bytes(build.LIST_TITLE, grid), read)] == ["春江花园", "安居里"]


TICKED = ["商品住宅小区", "安置房小区", "国企移交社会管理小区", "弃管小区"]


@pytest.mark.parametrize("above", [["项目类型（打√）", LEFT, LEFT, LEFT], None], ids=["under_a_heading", "alone"])
def test_types_that_are_columns_to_tick_are_read(above: list[str] | None, read: Reader) -> None:
    rows = [
        ["1", "春江花园", COMPANY, "2015年6月", "√", "", "", "", ASSOCIATION],
        ["2", "安居里", COMPANY, "2015年6月", "", "×", "√", "/", ASSOCIATION],
        ["3", "秋水苑", COMPANY, "2015年6月", "√", "√", "", "", ASSOCIATION],
    ]
    header = [[*HALF[:4], *TICKED, "推荐单位"]]
    if above:
        header = [[*HALF[:4], *above, "推荐单位"], [UP, UP, UP, UP, *TICKED, UP]]
    found = only(read(docx_bytes(build.LIST_TITLE, [*header, *rows])), "summary_list")["rows"]
    assert [row["project_type"]["value"] for row in found] == ["commodity", "soe_transferred", None]
    assert [row["community"]["value"] for row in found] == ["春江花园", "安居里", "秋水苑"]


def test_the_submitter_loses_a_seals_short_mark_and_the_phone_its_brackets(read: Reader) -> None:
    facts = only(
        read(list_of(CELLS, head=["报送单位：浙江省物业管理协会（章）  经办人：张三（13800001111）"])), "summary_list"
    )
    assert values({name: facts[name] for name in ("submitter", "contact", "phone")}) == {
        "submitter": "浙江省物业管理协会",
        "contact": "张三",
        "phone": "13800001111",
    }


def test_a_list_in_traditional_characters_is_read(read: Reader) -> None:
    header = [
        "序號",
        "小區名稱",
        "申報單位（物業服務企業）",
        "項目交付時間",
        "項目類型",
        "推薦單位（市級物協）",
        "備註",
    ]
    assert rows_of(list_of(CELLS, header=header), read) == [READ]
