"""What a case material states of its community is told with its place, and only where it is said in plain words."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.stated import judged, stated_by
from parsers.documents.document import Document
from parsers.kinds.case_material import CaseMaterial
from tests.doc_reading import CAMPAIGN, only, reader, values
from tests.docx_writer import docx_bytes
from tests.labelled.introductions import FIELDS, HARD, PLAIN, introductions
from tests.labelled.materials import case_material
from tests.material_builders import docx, material

Stated = Callable[..., dict[str, Any]]
OURS, THEIRS = "杭州春江物业服务有限公司", "宁波甬安物业管理有限公司"


@pytest.fixture
def stated(tmp_path: Path) -> Stated:
    """Return what is stated in a material with an introduction, and a text on its company."""
    read = reader(tmp_path)

    def of(introduction: str, company: str = "员工三百余人，服务项目四十个。") -> dict[str, Any]:
        made = docx(*material(bodies={"introduction": introduction.split("\n"), "company": [company]}))
        return only(read(made), "case_material")["stated"]

    return of


def test_a_statement_is_given_as_the_cells_of_forms_are(stated: Stated) -> None:
    told = stated(f"春江花园位于文三路，物业服务企业为{OURS}，2015年6月交付，属商品住宅小区。")
    common = {"place": "小区简介", "method": "docx", "confidence": 1.0}
    assert told == {
        "company": {"raw": OURS, "value": OURS, **common},
        "delivered": {"raw": "2015年6月交付", "value": "2015-06", **common},
        "project_type": {"raw": "商品住宅小区", "value": "commodity", **common},
    }


SAID: dict[str, tuple[str, Mapping[str, Any]]] = {
    "completed in a year": ("小区2014年建成。", {"completed": "2014"}),
    "completed behind its word": ("建成于2014年12月。", {"completed": "2014-12"}),
    "finished": ("2014年12月竣工验收。", {"completed": "2014-12"}),
    "the year of completion": ("建成年份：二〇一四年", {"completed": "2014"}),
    "a label without a colon": ("建成年份2014年。", {"completed": "2014"}),
    "handed over": ("2015年6月30日正式交付使用。", {"delivered": "2015-06-30"}),
    "handed over behind its word": ("交付时间为2015.6。", {"delivered": "2015-06"}),
    "since the handing over": ("自2015年6月交付以来，服务如一。", {"delivered": "2015-06"}),
    "keys given": ("2015年底交房。", {"delivered": "2015"}),
    "moved in": ("业主于2015年6月入住。", {"delivered": "2015-06"}),
    "both at once": ("2015年6月建成交付。", {"completed": "2015-06", "delivered": "2015-06"}),
    "both one after the other": ("2014年竣工，2015年交付。", {"completed": "2014", "delivered": "2015"}),
    "both without a comma": ("2014年12月竣工2015年6月交付。", {"completed": "2014-12", "delivered": "2015-06"}),
    "a finer date for a coarser one": ("2014年建成。小区建成于2014年12月。", {"completed": "2014-12"}),
    "moved in after the handing over": ("2015年6月交付，2015年9月入住。", {"delivered": "2015-06"}),
    "a phase by its name": ("春江花园二期位于文三路，2015年交付。", {"delivered": "2015"}),
    "a quarter by its name": ("春江花园（北区）2015年交付。", {"delivered": "2015"}),
    "an area in ten thousands": ("总建筑面积12.6万平方米。", {"floor_area": 126_000}),
    "an area with commas": ("建筑面积约126,000㎡。", {"floor_area": 126_000}),
    "a total beside its parts": ("总建筑面积12万㎡，其中地上建筑面积9万㎡、地下建筑面积3万㎡。", {"floor_area": 120_000}),
    "land beside floors": ("总占地面积5万平方米，建筑面积12万平方米，容积率2.4。", {"floor_area": 120_000}),
    "a type": ("属于安置房小区。", {"project_type": "resettlement"}),
    "a type by its label": ("项目类型：国企移交社会管理小区", {"project_type": "soe_transferred"}),
    "a type that is ticked": ("项目类型：□商品住宅小区 ☑安置房小区", {"project_type": "resettlement"}),
    "a type alone": ("春江花园，普通商品住宅小区，位于文三路。", {"project_type": "commodity"}),
    "a company by its label": (f"物业服务单位：{OURS}", {"company": OURS}),
    "a company that serves": (f"由{OURS}提供专业化物业服务。", {"company": OURS}),
    "a company that manages": (f"小区由{OURS}（以下简称“公司”）负责物业管理。", {"company": OURS}),
    "a company as the subject": (f"{OURS}自2018年3月起为小区提供物业服务。", {"company": OURS}),
    "a branch": (f"物业公司为{OURS}宁波分公司。", {"company": f"{OURS}宁波分公司"}),
    "a developer beside the company": (f"开发商为甲置业有限公司，物业公司为{OURS}。", {"company": OURS}),
    "an earlier company beside it": (f"原物业公司为{THEIRS}，现由{OURS}提供物业服务。", {"company": OURS}),
    "a company of 太原": ("由太原汾河物业服务有限公司服务。", {"company": "太原汾河物业服务有限公司"}),
    "spaces": ("小区于 2014 年 12 月 建成 ，属 商品住宅小区 。", {"completed": "2014-12", "project_type": "commodity"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), SAID.values(), ids=SAID)
def test_what_is_said_in_plain_words_is_stated(text: str, told: Mapping[str, Any], stated: Stated) -> None:
    assert values(stated(text)) == told


NOTHING = {
    "phases": "小区分两期建设，一期2013年建成，二期2016年交付，总建筑面积20万平方米。",
    "phases by number": "一、二期分别于2013年、2016年交付。",
    "another phase": "小区位于文三路，其中二期2016年交付。",
    "bit by bit": "2015年6月起陆续交付。",
    "in part": "2015年6月首批房屋交付，全部交付于2017年。",
    "a range": "2012年至2014年建成。",
    "a range in figures": "2012-2014年建成。",
    "about": "大约2014年建成，2015年前后交付。",
    "before a day": "2015年6月30日前交付。",
    "two dates": "小区2014年建成。小区建成于2012年。",
    "taken over": f"自2018年3月起由{OURS}接管。",
    "a plan": "计划2027年6月交付，预计总建筑面积20万平方米。",
    "begun": "始建于1998年，为老旧小区。",
    "something else was finished": "2021年建成智慧门禁系统，地下车库于2019年扩建，2020年交付使用。",
    "rebuilt": "2020年改造完成交付使用。",
    "a neighbour": "周边有2014年建成的市民广场，毗邻2016年交付的实验小学。",
    "how many live there": "2025年入住率96%，2025年入住业主1260户。",
    "land": "总占地面积5万平方米，容积率2.1。",
    "parts of the area": "地上建筑面积9万平方米，地下建筑面积3万平方米，户均建筑面积98平方米。",
    "a range of areas": "建筑面积10万—12万平方米。",
    "two areas": "建筑面积10万平方米，小区建筑面积12万平方米。",
    "mixed types": "是商品房与安置房混合小区。",
    "a type with some of another": "小区类型为商品住宅（含少量回迁房）。",
    "what it was": "曾是弃管小区，无人管理。",
    "not that type": "为非商品住宅小区。",
    "a type of the neighbours": "周边为安置房小区。",
    "another type": "属于老旧小区，为单位房改房。",
    "a word of a type": "商品一条街紧邻小区，妥善安置困难住户。",
    "an earlier company": f"原物业公司为{OURS}。",
    "one after the other": f"先后由{OURS}、{THEIRS}提供物业服务。",
    "two companies": f"物业服务企业为{OURS}，由{THEIRS}提供物业服务。",
    "the developer": "由甲置业有限公司开发建设，物业管理完善。",
    "nobody's name": "由一家知名物业公司提供物业服务，物业公司为XX物业服务有限公司。",
    "whoever brought it": f"社区引入{OURS}提供物业服务。",
    "the annex's own words": next(one.asks for one in CAMPAIGN.section if one.name == "introduction"),
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_is_no_statement_or_not_one_is_not_stated(text: str, stated: Stated) -> None:
    assert stated(text) == {}


def test_a_table_of_labels_and_values_states_them(tmp_path: Path) -> None:
    grid = [["物业服务企业", OURS, "建成年份", "2014年"], ["建筑面积", "12万平方米", "项目类型", "商品住宅小区"]]
    blocks = material(bodies={"introduction": [grid]})
    told = only(reader(tmp_path)(docx(*blocks)), "case_material")["stated"]
    assert values(told) == {
        "company": OURS,
        "completed": "2014",
        "floor_area": 120_000,
        "project_type": "commodity",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{OURS}成立于2003年，主营住宅物业。", OURS),
        (f"{OURS}（以下简称“春江物业”）是市物协会员。", OURS),
        (f"{OURS}隶属于春江集团有限公司。", OURS),
        ("绿城物业服务集团有限公司成立于1998年。", None),
        ("我公司成立于2003年。", None),
        ("本物业公司成立于2003年。", None),
        ("公司成立于2003年，旗下有绿城物业服务有限公司。", None),
    ],
)
def test_the_text_on_the_company_names_it_where_it_begins_with_it(text: str, name: str | None, stated: Stated) -> None:
    told = stated("春江花园位于文三路。", text)
    assert values(told) == ({"company": name} if name else {})
    assert {one["place"] for one in told.values()} <= {"企业简介"}


def test_two_different_companies_in_two_sections_are_none(stated: Stated) -> None:
    assert stated(f"物业服务企业为{OURS}。", f"{THEIRS}成立于2003年。") == {}
    told = stated(f"物业服务企业为{OURS}宁波分公司。", f"{OURS}成立于2003年。")
    assert values(told) == {"company": f"{OURS}宁波分公司"}


def test_what_stands_in_other_sections_is_not_stated(tmp_path: Path) -> None:
    blocks = material(
        bodies={"introduction": ["春江花园位于文三路。"], "results": ["2025年6月交付使用，属安置房小区。"]}
    )
    assert only(reader(tmp_path)(docx(*blocks)), "case_material")["stated"] == {}


def test_what_an_ocr_read_is_said_to_be_unsure() -> None:
    blocks = tuple(block for block in material() if isinstance(block, str))
    (found,) = CaseMaterial().read(Document(blocks, method="ocr"), CAMPAIGN)
    assert {(cell["method"], cell["confidence"]) for cell in found.facts["stated"].values()} == {("ocr", 0.5)}


def test_of_generated_introductions_nothing_is_told_wrong(tmp_path: Path) -> None:
    wrong, silent, right = [], 0, 0
    for one in introductions(3 * (len(PLAIN) + len(HARD)), seed=8):
        told = stated_by(one, tmp_path / "材料.docx")
        for field in FIELDS:
            verdict = judged(field, one.truth[field], told.get(field))
            right, silent = right + (verdict == "right"), silent + (verdict == "silent")
            if verdict == "wrong":
                wrong.append((one.phrasing, field, told[field]))
    assert wrong == []
    assert silent <= right * 0.05


def test_materials_of_the_labelled_set_state_what_their_authors_wrote(tmp_path: Path) -> None:
    read, random = reader(tmp_path), Random(5)
    for _ in range(12):
        draft = case_material(random)
        told = values(only(read(docx_bytes(*draft.blocks)), "case_material")["stated"])
        assert told.pop("floor_area") >= 60_000
        assert told.pop("company", draft.truth.fields["company"]) == draft.truth.fields["company"]
        # A community that is called 安置小区 says two types.
        assert told.pop("project_type", "commodity") == "commodity"
        assert told == {"completed": "2014"}
