"""Situations a clerk meets where provinces fill in the templates their own way, from raw mails to findings."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.export import rows
from reports.finding import Assessment
from tests import doc_builders as docs
from tests.desks import codes, desk, take
from tests.docx_writer import docx_bytes, with_picture
from tests.inbox import Sent, list_files, mail, scan
from tests.mail_builders import gbk_zip
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
HEAD = "浙江省物业管理协会"
UNREADABLE = [["甲", "乙", "丙"], ["一", "二", "三"]]


def done(tmp_path: Path, files: dict[str, bytes]) -> Assessment:
    with desk(tmp_path) as opened:
        return take(opened, tmp_path / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))


def whole(case: Sent, **changes: Any) -> dict[str, bytes]:
    return {"材料.zip": gbk_zip(replace(case, **changes).files())}


def listing(*grid: list[str]) -> dict[str, bytes]:
    return {
        "汇总清单.docx": docx_bytes(docs.LIST_TITLE, f"提交单位：{HEAD}　联系人：张三　联系电话：13800001111", grid),
        "汇总清单扫描件.pdf": scan(),
    }


def messages(assessment: Assessment, code: str) -> list[str]:
    return [one.message for one in assessment.findings if one.code == code and one.province == "浙江"]


@pytest.mark.parametrize("name", ["汇总清单.docx", "推荐案例汇总表.docx"])
def test_a_list_by_name_from_which_nothing_was_read_is_in_sight(tmp_path: Path, name: str) -> None:
    found = done(tmp_path, {name: docx_bytes("好服务", UNREADABLE), **whole(A)})
    assert messages(found, "file.unclassified") == [f"《{name}》应是汇总清单，收到了，但读不出任何小区，请人工看"]
    assert "list.word_missing" not in codes(found, "浙江")


def test_a_list_that_says_who_sent_it_but_names_no_community_is_in_sight(tmp_path: Path) -> None:
    found = done(tmp_path, {**list_files(HEAD, []), **whole(A)})
    assert messages(found, "file.unclassified") == ["《汇总清单.docx》应是汇总清单，收到了，但读不出任何小区，请人工看"]


def test_a_form_by_name_from_which_nothing_was_read_is_in_sight_and_not_missing(tmp_path: Path) -> None:
    form = {"春江花园推荐表.docx": docx_bytes("好服务", UNREADABLE)}
    found = done(tmp_path, {**list_files(HEAD, [A]), **whole(A, has_form=False), **form})
    assert messages(found, "form.missing") == []
    assert messages(found, "file.unclassified") == ["《春江花园推荐表.docx》应是推荐表，收到了，但读不出内容，请人工看"]


def test_a_form_that_can_neither_be_read_nor_placed_is_named_where_one_is_missing(tmp_path: Path) -> None:
    a, b = (replace(A, community=name, has_form=False) for name in ("春江花园", "秋水苑"))
    files = {path: data for case in (a, b) for path, data in case.files().items()}
    found = done(
        tmp_path,
        {**list_files(HEAD, [a, b]), "材料.zip": gbk_zip(files), "推荐表2.docx": docx_bytes("好服务", UNREADABLE)},
    )
    note = "尚未收到推荐表（附件3），请补充（《推荐表2.docx》收到但读不出，请人工看是否即此表）"
    assert messages(found, "form.missing") == [note, note]


def test_a_list_and_a_form_under_other_labels_are_read_without_a_finding(tmp_path: Path) -> None:
    grid = docs.form_grid(
        docs.form_fields(company="杭州春江物业服务\n有限公司（盖章）", community="杭州市西湖区春江花园（填写全称）")
    )
    other = {
        "小区名称": "申报小区",
        "物业服务企业名称": "物业服务单位",
        "联系地址": "项目所在地",
        "建成时间": "建成年月",
    }
    other |= {"交付时间": "交房时间", "物业服务费价格": "物业费", "建筑面积": "建筑面积（万㎡）", "手 机": "移动电话"}
    form = docx_bytes(
        docs.FORM_TITLE, [[other.get(text, text).replace("12.5万平方米", "12.5") for text in row] for row in grid]
    )
    header = ["序号", "申报小区", "物业企业", "入住时间", "项目性质", "市物协", "备注"]
    row = ["1", "春江花园", f"{A.company}（盖章）", "2015年6月", "商品住宅小区", "杭州市物业\n管理协会（盖章）", ""]
    found = done(
        tmp_path,
        {**listing(header, row), **whole(A, has_form=False), "推荐表.docx": with_picture(form, docs.seal_png())},
    )
    (case,) = rows(found, "cases")
    assert (case["community"], case["city"], case["complete"]) == ("杭州市西湖区春江花园", "杭州市", True)
    assert (case["company"], case["floor_area_m2"]) == (A.company, 125_000)
    assert codes(found, "浙江") == {"balance.project_types"}


def test_a_heading_that_nobody_knows_is_said_to_be_that_and_not_blank(tmp_path: Path) -> None:
    header = ["序号", "小区名称", "申报单位", "何时交的楼", "项目类型", "推荐单位", "备注"]
    row = ["1", "春江花园", A.company, "2015年6月", "商品住宅小区", A.recommender, ""]
    found = done(tmp_path, {**listing(header, row), **whole(A)})
    assert messages(found, "list.row_incomplete") == ["汇总清单中项目交付时间（没有认出这一栏）空白，请补充"]


def test_notes_seals_and_group_headings_in_a_list_make_no_phantom_cases(tmp_path: Path) -> None:
    row = ["1", "合计花园", A.company, "2015年6月", "商品住宅小区", A.recommender, ""]
    blank = [""] * 5
    asides = [["一", "杭州市", *blank], row, ["", "杭州市小计 1个", *blank], ["备注", "均已公示", *blank]]
    asides += [["", "省级物协（盖章）", *blank], ["", "负责人 李四", *blank]]
    found = done(tmp_path, {**listing(list(docs.LIST_HEADER), *asides), **whole(A, community="合计花园")})
    assert [case["community"] for case in rows(found, "cases")] == ["合计花园"]
    assert codes(found, "浙江") == {"balance.project_types"}


def test_both_halves_of_a_list_are_cases(tmp_path: Path) -> None:
    half = list(docs.LIST_HEADER[:6])
    left, right = (
        [str(n), name, A.company, "2015年6月", "安置房小区", A.recommender] for n, name in ((1, "甲苑"), (2, "乙苑"))
    )
    found = done(tmp_path, listing([*half, *half], [*left, *right]))
    assert [(case["community"], case["list_number"]) for case in rows(found, "cases")] == [("乙苑", "2"), ("甲苑", "1")]
