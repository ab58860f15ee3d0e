"""What a second pair of eyes found: titles, templates, other people's forms, Word's own hints, pages among photos."""

import io
from pathlib import Path

import docx
import numpy as np
import pytest
from openpyxl import Workbook

from parsers.base import Found
from parsers.kinds.list_head import wrapped
from parsers.reading import read_content
from parsers.scanning import read_scan
from tests import doc_builders as docs
from tests.doc_reading import CAMPAIGN, only, values
from tests.page_builders import Paper, as_jpeg, scanned
from tests.seal_drawing import fonts


def read(tmp_path: Path, data: bytes) -> tuple[Found, ...]:
    path = tmp_path / "file"
    path.write_bytes(data)
    return read_content(path, len(data), CAMPAIGN).found


def book(*rows: list[str]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


LIST_HEADER = ["序号", "小区名称", "物业服务企业", "交付时间", "项目类型"]
LIST_ROW = ["1", "春江花园", "杭州春江物业服务有限公司", "2015年6月", "商品住宅小区"]


@pytest.mark.parametrize("annex", ["附件4：", "附件 4:", "附件４ ", ""])
def test_the_annex_before_a_title_is_no_label(tmp_path: Path, annex: str) -> None:
    title = f"{annex}住宅小区“好服务”推荐案例汇总清单"
    facts = only(read(tmp_path, docs.docx_bytes(title, [LIST_HEADER, LIST_ROW])), "summary_list")
    assert facts["title"] == "住宅小区“好服务”推荐案例汇总清单"
    assert [row["community"]["value"] for row in facts["rows"]] == ["春江花园"]


@pytest.mark.parametrize("hint", ["（字数不超过300字）", "请填写项目所获荣誉", "（请简要填写，300字以内）"])
def test_a_template_that_still_holds_a_hint_is_no_form(tmp_path: Path, hint: str) -> None:
    assert read(tmp_path, docs.recommendation_form_docx({"reason": hint})) == ()


def test_a_form_of_persons_in_a_sheet_is_not_ours(tmp_path: Path) -> None:
    rows = (
        ["“最美物业人”推荐表"],
        ["姓名", "张三", "性别", "男"],
        ["小区名称", "锦城花园", "物业服务企业名称", "成都安居物业有限公司"],
        ["联系地址", "成都", "手机", "13800000000"],
        ["项目类型", "商品住宅小区", "建筑面积", "12万㎡"],
        ["交付时间", "2010年", "物业服务费收缴率", "98%"],
        ["推荐理由", "工作好"],
    )
    assert read(tmp_path, book(*rows)) == ()


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("专家评审打分表", ["序号", "小区名称", "物业服务企业", "项目类型", "推荐单位", "得分", "评委签字"]),
        ("住宅小区“好服务”案例征集活动回执", ["序号", "推荐单位", "联系人", "手机", "拟报案例数", "小区名称", "物业服务企业"]),
        ("住宅小区“好服务”案例初审未通过项目清单", ["序号", "小区名称", "物业服务企业", "项目类型", "推荐单位"]),
    ],
)  # fmt: skip
def test_what_judges_and_guests_fill_in_is_no_list(tmp_path: Path, title: str, header: list[str]) -> None:
    row = [*LIST_ROW[:3], "商品住宅小区", "杭州市物业管理协会", "90", "李四"][: len(header)]
    assert read(tmp_path, docs.docx_bytes(title, [header, row])) == ()


def test_what_a_control_shows_that_nobody_filled_in_is_blank(tmp_path: Path) -> None:
    typed = docs.form_fields(project_type="选择一项。", address="单击或点击此处输入文字。")
    fields = values(only(read(tmp_path, docs.recommendation_form_docx(typed)), "recommendation_form")["fields"])
    assert (fields["project_type"], fields["address"]) == (None, None)


def test_a_label_at_the_end_of_a_line_has_its_value_on_the_next() -> None:
    assert wrapped(["联系人：王刚    联系电话：", "13900001234 填报日期："]) == [
        "联系人：王刚    联系电话：13900001234 填报日期："
    ]


def test_the_community_on_a_cover_is_not_the_title(tmp_path: Path) -> None:
    title, out = "红色管家进万家 邻里和谐共一家", io.BytesIO()
    made = docx.Document(io.BytesIO(docs.case_material_docx("锦城花园", title, "成都安居物业服务有限公司")))
    first = made.paragraphs[0]
    for line in ("四川省住宅小区“好服务”案例", "锦城花园", "成都安居物业服务有限公司", "2026年6月"):
        first.insert_paragraph_before(line)
    made.save(out)
    assert only(read(tmp_path, out.getvalue()), "case_material")["title"] == title


@pytest.mark.skipif(not fonts(), reason="no Chinese font is installed")
def test_a_picture_of_a_page_of_which_nothing_is_known_says_so(tmp_path: Path) -> None:
    paper = Paper()
    for number in range(12):
        paper.line(f"{number}、物业服务人员每日巡查公共区域并做好记录，发现问题及时处理。")
    path = tmp_path / "page.jpg"
    path.write_bytes(as_jpeg(scanned(paper.image)))
    assert read_scan(path, CAMPAIGN).reason == "像是文件的一页，没有认出内容，请人工看"
    green = np.asarray(paper.image).copy()
    green[..., (0, 2)] //= 2
    from PIL import Image

    path.write_bytes(as_jpeg(Image.fromarray(green)))
    assert read_scan(path, CAMPAIGN).reason == ""
