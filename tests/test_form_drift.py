"""Recommendation forms as associations really change them: other labels, several values in a cell, opinions, units."""

from pathlib import Path
from typing import Any

import pytest

from tests import doc_builders as build
from tests.doc_reading import Reader, only, reader
from tests.docx_writer import LEFT, UP, Grid, docx_bytes

COMPANY, ASSOCIATION = "杭州春江物业服务有限公司", "杭州市物业管理协会"


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def fields_of(grid: Grid, read: Reader) -> dict[str, Any]:
    return only(read(docx_bytes(build.FORM_TITLE, grid)), "recommendation_form")["fields"]


def relabelled(old: str, new: str) -> Grid:
    """Return the form of annex 3 with a label replaced."""
    return [[new if text == old else text for text in row] for row in build.form_grid(build.FORM)]


LABELS = {
    "小区名称": "小区名 申报小区 小区全称 案例小区名称 小区（项目）名称 楼盘名称",
    "物业服务企业名称": "物业服务企业全称 物业服务单位 物业企业 物业管理公司 企业全称 物业服务公司名称",
    "联系地址": "项目所在地 小区地址 坐落位置 详细地址 项目坐落",
    "建成时间": "建成年月 竣工时间 竣工年月 建成年代 竣工验收时间",
    "建筑面积": "总建筑面积 建筑面积（㎡） 小区建筑面积 建筑总面积",
    "交付时间": "交房时间 交付使用时间 入住时间 交付年月 项目交付时间",
    "项目类型": "项目类别 项目性质 小区性质 物业类型 类型",
    "物业服务费价格": "物业费 物业费标准 物业服务费 物业费（元/㎡·月） 物业服务费收费标准",
    "物业服务费收缴率": "2025年物业费收缴率 物业费收费率 收缴率（%） 2025年度收缴率 物业费收缴率（2025年）",
    "申报单位\n联系人姓名": "企业联系人 申报单位联系人姓名、职务 申报单位\n联系人姓名、职务 申报单位（企业）联系人及职务 物业企业联系人",
    "推荐单位（市级协会）\n联系人姓名": "协会联系人 市级协会联系人 推荐单位联系人姓名、职务 物协联系人姓名 推荐单位（市级物协）\n联系人及电话",
    "手 机": "移动电话 手机号码 联系手机 联系人电话",
    "推荐理由（项目所获荣誉）": "所获荣誉 推荐理由 项目荣誉 推荐理由及所获荣誉",
}


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, text in LABELS.items() for new in text.split(" ")])
def test_a_cell_is_known_by_any_of_its_labels(old: str, new: str, read: Reader) -> None:
    fields = fields_of(relabelled(old, new), read)
    wanted = only(read(build.recommendation_form_docx()), "recommendation_form")["fields"]
    assert {name: cell["value"] for name, cell in fields.items()} == {n: c["value"] for n, c in wanted.items()}


@pytest.mark.parametrize(
    ("label", "raw", "expected"),
    [
        ("建筑面积（万㎡）", "12.5", 125_000),
        ("建筑面积（万平方米）", "约12.5", 125_000),
        ("总建筑面积\n(万平米)", "１２.５", 125_000),
        ("建筑面积（万㎡）", "12.5万平方米", 125_000),
        ("建筑面积（万㎡）", "125000平方米", 125_000),
        ("建筑面积（㎡）", "125000", 125_000),
        ("建筑面积（㎡）", "12.5", None),
    ],
)
def test_a_unit_that_stands_in_the_label_counts(label: str, raw: str, expected: float | None, read: Reader) -> None:
    grid = [
        [label if text == "建筑面积" else text for text in row]
        for row in build.form_grid(build.form_fields(floor_area=raw))
    ]
    cell = fields_of(grid, read)["floor_area"]
    assert (cell["raw"], cell["value"]) == (raw, expected)


def test_a_unit_in_a_label_before_a_colon_counts(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[3] = [*grid[3][:2], "建筑面积（万㎡）：12.5", LEFT]
    assert fields_of(grid, read)["floor_area"]["value"] == 125_000


PEOPLE = {
    "applicant_contact": "王建国",
    "applicant_phone": "13800010001",
    "recommender_contact": "李秀英",
    "recommender_phone": "057186012345",
}
CONTACT_ROWS: dict[str, list[list[str]]] = {
    "both_in_one_cell": [["联系人", "申报单位：王建国\n推荐单位：李秀英", "联系电话", "申报单位：13800010001\n推荐单位：0571-86012345"]],
    "one_line": [["联系人", "申报单位：王建国　推荐单位：李秀英", "手机", "申报单位：13800010001　推荐单位：0571-86012345"]],
    "two_rows_merged": [
        ["联系人", "申报单位：王建国", "手机", "申报单位：13800010001"],
        [UP, "推荐单位：李秀英", UP, "推荐单位：0571-86012345"],
    ],
    "phones_beside": [
        ["联系人", "申报单位：王建国", "手机", "13800010001"],
        [UP, "推荐单位（市级协会）：李秀英", "手机", "0571-86012345"],
    ],
    "cells_of_their_own": [
        ["联系人", "申报单位", "王建国", "手机", "13800010001"],
        [UP, "推荐单位", "李秀英", "手机", "0571-86012345"],
    ],
    "name_and_phone": [["联系人", "申报单位：王建国 13800010001", LEFT, LEFT], [UP, "推荐单位：李秀英 0571-86012345", LEFT, LEFT]],
    "organisation_first": [
        ["申报单位", "姓名", "王建国", "手机", "13800010001"],
        ["推荐单位", "姓名", "李秀英", "手机", "0571-86012345"],
    ],
    "phones_by_name": [
        ["企业联系人", "王建国", "企业联系电话", "13800010001"],
        ["协会联系人", "李秀英", "协会联系电话", "0571-86012345"],
    ],
    "labels_above": [
        ["申报单位联系人", "手机", "推荐单位联系人", "联系电话"],
        ["王建国", "13800010001", "李秀英", "0571-86012345"],
    ],
    "labels_above_and_whose": [
        ["申报单位联系人", "手机", "申报单位", ""],
        ["王建国", "13800010001", "杭州春江物业服务有限公司", ""],
        ["推荐单位联系人", "联系电话", "推荐单位", ""],
        ["李秀英", "0571-86012345", "杭州市物业管理协会", ""],
    ],
    "name_and_phone_in_the_label": [
        ["申报单位联系人姓名及手机", "王建国 13800010001", "推荐单位联系人姓名及联系电话", "李秀英 0571-86012345"],
    ],
    "labels_repeated": [
        ["申报单位联系人", "姓名：王建国", "联系电话", "手机：13800010001"],
        ["推荐单位联系人", "姓名：李秀英", "联系电话", "电话：0571-86012345"],
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", CONTACT_ROWS.values(), ids=list(CONTACT_ROWS))
def test_whose_contact_it_is_is_no_name_of_an_organisation(rows: list[list[str]], read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    fields = fields_of([*grid[:6], *rows, *grid[8:]], read)
    assert {name: fields[name]["value"] for name in PEOPLE} == PEOPLE
    assert (fields["applicant"]["value"], fields["recommender"]["value"]) == (COMPANY, ASSOCIATION)


FEET = {
    "opinions": ("申报单位意见\n情况属实，同意申报。\n杭州春江物业服务有限公司（盖章）", "推荐单位（市级协会）意见\n同意推荐。\n杭州市物业管理协会（盖章）"),
    "opinion_on_one_line": ("申报单位名称 杭州春江物业服务有限公司（盖章）", "推荐单位（市级协会）意见：同意推荐该案例。杭州市物业管理协会（公章）"),
    "opinion_that_names_it": ("申报单位：杭州春江物业服务有限公司（盖章）", "推荐单位意见：\n经杭州市物业管理协会研究，同意推荐。\n（盖章）"),
    "signers": ("申报单位名称\n杭州春江物业服务有限公司（盖章）\n法定代表人（签字）：", "推荐单位（市级协会）名称\n杭州市物业管理协会（盖章）\n负责人（签字）：赵六"),
    "signer_on_the_line": ("申报单位名称：杭州春江物业服务有限公司（盖章） 法定代表人（签字）：张三", "推荐单位名称：杭州市物业管理协会（盖章） 会长：李四"),
    "signer_without_brackets": ("申报单位名称：杭州春江物业服务有限公司（盖章）\n负责人签字：\n日期：", "推荐单位名称\n杭州市物业管理协会\n（盖章）\n会长签名：李四"),
    "signer_first": ("申报单位名称\n法定代表人或授权代表（签字）：\n杭州春江物业服务有限公司（盖章）", "推荐单位名称\n负责人：\n杭州市物业管理协会（盖章）"),
    "lines": ("申报单位名称：__杭州春江物业服务有限公司__\n（盖章）", "推荐单位（市级协会）名称：\n__杭州市物业\n管理协会__（盖 章）"),
    "hint": ("申报单位名称（填写全称）：杭州春江物业服务有限公司（盖章）", "推荐单位名称（全称）：杭州市物业管理协会（盖章）"),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right"), FEET.values(), ids=list(FEET))
def test_the_foot_gives_the_organisations_names_alone(left: str, right: str, read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[9] = [f"{left}\n2026年6月1日", LEFT, f"{right}\n2026年6月8日", LEFT]
    fields = fields_of(grid, read)
    found = [fields[name]["value"] for name in ("applicant", "recommender", "applicant_signed", "recommender_signed")]
    assert found == [COMPANY, ASSOCIATION, "2026-06-01", "2026-06-08"]


def test_an_opinion_beside_its_label_is_no_name(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[9:] = [
        ["申报单位", COMPANY, "推荐单位（市级协会）", ASSOCIATION],
        ["推荐单位（市级协会）意见", "同意推荐为住宅小区好服务案例。\n（盖章）\n年  月  日", LEFT, LEFT],
    ]
    fields = fields_of(grid, read)
    assert (fields["applicant"]["value"], fields["recommender"]["value"]) == (COMPANY, ASSOCIATION)


def test_an_opinion_beside_a_label_that_asks_for_one_gives_the_name_in_it(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[9:] = [
        ["申报单位意见", f"同意申报。\n{COMPANY}（盖章）\n2026年6月1日", LEFT, LEFT],
        ["市级物协推荐意见", f"情况属实，同意推荐。\n{ASSOCIATION}（盖章）\n2026年6月8日", LEFT, LEFT],
        ["省级物协意见", "同意。\n浙江省物业管理协会（盖章）\n2026年6月9日", LEFT, LEFT],
    ]
    fields = fields_of(grid, read)
    assert (fields["applicant"]["value"], fields["recommender"]["value"]) == (COMPANY, ASSOCIATION)


def test_an_opinion_without_a_name_leaves_the_recommender_blank(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[9] = [grid[9][0], LEFT, "推荐单位（市级协会）意见\n同意推荐\n（盖章）\n2026年6月8日", LEFT]
    fields = fields_of(grid, read)
    assert (fields["recommender"]["raw"], fields["recommender"]["value"]) == ("", None)
    assert fields["recommender_signed"]["value"] == "2026-06-08"


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("community", "__春江花园__", "春江花园"),
        ("community", "春江花园（填写全称）", "春江花园"),
        ("community", "春江花园（一期）", "春江花园（一期）"),
        ("community", "春江\n花园", "春江花园"),
        ("community", "春江花园\n（二期）", "春江花园（二期）"),
        ("community", "Park\nAvenue", "Park Avenue"),
        ("company", f"{COMPANY}（盖章）", COMPANY),
        ("company", "杭州春江物业服务\n有限公司", COMPANY),
        ("company", "（杭州）春江物业服务有限公司", "（杭州）春江物业服务有限公司"),
        ("address", "浙江省杭州市\n西湖区文三路1号", "浙江省杭州市西湖区文三路1号"),
        ("applicant_contact", "王建国\n李四", "王建国 李四"),
        ("fee", "2.5元/平方米/月（含电梯运行费0.3元）", [2.5, 2.5]),
        ("project_type", "住宅小区", "other"),
        ("reason", "收缴率：连年百分之百，业主满意。", "收缴率：连年百分之百，业主满意。"),
        ("community", "1、春江花园", "春江花园"),
        ("fee", "物业费：2.5元/㎡·月", [2.5, 2.5]),
    ],
)
def test_a_name_is_what_the_cell_means(name: str, raw: str, expected: object, read: Reader) -> None:
    fields = fields_of(build.form_grid(build.form_fields(**{name: raw})), read)
    assert fields[name]["value"] == expected


def test_a_cell_that_holds_only_the_templates_hint_is_blank(read: Reader) -> None:
    cell = fields_of(build.form_grid(build.form_fields(company="（请填写全称）")), read)["company"]
    assert (cell["raw"], cell["value"]) == ("", None)


def test_a_form_whose_row_reminds_of_a_lists_header_is_a_form(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[5] = ["物业服务费价格及收缴率", "2.5元/㎡·月，98.5%", LEFT, LEFT]
    assert fields_of(grid, read)["delivered"]["value"] == "2015-06"


def test_numbers_before_labels_are_no_part_of_them(read: Reader) -> None:
    labels = iter(range(1, 20))
    marks = {0, 2}
    grid = [
        [f"{next(labels)}.{text}" if at in marks and text not in {LEFT, UP} else text for at, text in enumerate(row)]
        for row in build.form_grid(build.FORM)
    ]
    wanted = only(read(build.recommendation_form_docx()), "recommendation_form")["fields"]
    assert {n: c["value"] for n, c in fields_of(grid, read).items()} == {n: c["value"] for n, c in wanted.items()}


def test_traditional_labels_are_known(read: Reader) -> None:
    fields = fields_of(relabelled("联系地址", "聯繫地址"), read)
    assert fields["address"]["value"] == build.FORM["address"]


def test_a_caption_at_the_side_of_the_contacts_is_no_phone(read: Reader) -> None:
    grid = [["基本信息" if not at else UP, *row] for at, row in enumerate(build.form_grid(build.FORM))]
    grid[6][0], grid[7][0] = "联系方式", UP
    grid[8][0] = grid[9][0] = "意见"
    fields = fields_of(grid, read)
    assert (fields["applicant_phone"]["value"], fields["recommender_phone"]["value"]) == ("13800010001", "057186012345")


def test_dates_in_a_row_below_the_organisations_are_read(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[9:] = [
        ["申报单位名称", COMPANY, "推荐单位（市级协会）名称", ASSOCIATION],
        ["（盖章）\n2026年6月12日", LEFT, "（盖章）\n2026年6月25日", LEFT],
    ]
    fields = fields_of(grid, read)
    found = [fields[name]["value"] for name in ("applicant", "recommender", "applicant_signed", "recommender_signed")]
    assert found == [COMPANY, ASSOCIATION, "2026-06-12", "2026-06-25"]


CHOICES = {
    "boxes": [["项目类型", "□商品住宅小区", "☑安置房小区", "□国企移交社会管理小区\n□弃管小区"]],
    "boxes_in_two_rows": [
        ["项目类型", "□商品住宅小区", "☑安置房小区", ""],
        [UP, "□国企移交社会管理小区", "□弃管小区", ""],
    ],
    "ticks_behind": [["项目类型", "商品住宅小区", "", "安置房小区", "√", "弃管小区", ""]],
    "ticks_before": [["项目类型", "", "商品住宅小区", "√", "安置房小区", "", "弃管小区"]],
}


@pytest.mark.parametrize("rows", CHOICES.values(), ids=list(CHOICES))
def test_boxes_in_cells_of_their_own_are_one_choice(rows: Grid, read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[4:5] = [["交付时间", "2015年6月", LEFT, LEFT], *rows]
    assert fields_of(grid, read)["project_type"]["value"] == "resettlement"
