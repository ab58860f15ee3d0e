"""Where list, form and case material say different things, both are told; what agrees or is unsure is no finding."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.naming import same_company
from reports.contradictions import difference
from reports.export import rows
from reports.incoming import Cell, FileView
from reports.picture import CaseView, ListRow, Picture
from reports.subjects import Subject
from tests import picture_builders as build
from tests.desks import desk, take
from tests.docx_writer import Block
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import gbk_zip
from tests.material_builders import docx, material
from tests.sample import day

OURS, THEIRS, THIRD = "杭州春江物业服务有限公司", "宁波甬安物业管理有限公司", "绍兴鉴湖物业服务有限公司"
A = Sent("春江花园", OURS, "杭州市物业管理协会", photos=0)
HEAD = "浙江省物业管理协会"
PLAIN = f"春江花园位于文三路，物业服务企业为{OURS}，2014年12月竣工，2015年6月交付，属商品住宅小区。"


def told(tmp_path: Path, introduction: str, company: str = "员工三百余人。", **sent: Any) -> dict[str, str]:
    """Return code -> message of what is said to disagree, from a mail with list, form and a material as described."""
    found = contradictions(tmp_path, replace(A, **sent), introduction, company)
    return {code: message for code, (message, _) in found.items()}


def contradictions(tmp_path: Path, case: Sent, introduction: str, company: str = "") -> dict[str, tuple[str, str]]:
    bodies: dict[str, list[Block]] = {"introduction": [introduction], "company": [company or "员工三百余人。"]}
    own = {path: data for path, data in case.files().items() if "+" not in path}
    own[f"{OURS}/{case.community}/{case.community}+小区换新颜.docx"] = docx(*material(bodies=bodies))
    files = {**list_files(HEAD, [A]), "材料.zip": gbk_zip(own)}
    with desk(tmp_path) as opened:
        mails = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
        assessment = take(opened, tmp_path / "inbox", mails)
    (exported,) = rows(assessment, "cases")
    expected = case.form.get("delivered", "2015年6月").replace("年", "-0").rstrip("月")
    assert exported["delivered"] == expected, "the form's value is exported, whatever the material says (6.8)"
    return {one.code: (one.message, one.evidence) for one in assessment.findings if one.code.startswith("mismatch.")}


def test_where_all_three_agree_nothing_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, PLAIN, f"{OURS}成立于2003年。") == {}


AGREE = {
    "a coarser date": "2015年交付。",
    "a finer date": "2015年6月30日交付使用。",
    "another day of completion": "建成于2013年，建筑面积20万平方米。",
    "its branch": f"物业服务企业为{OURS}杭州分公司。",
    "its name without the place": "由春江物业服务有限公司服务。",
    "another writing of its name": "由杭州春江物业管理有限责任公司管理。",
    "a type beside others": "属弃管小区。",
    "another type, but not one of the notice's": "属于老旧小区。",
    "mixed types": "是商品房与安置房混合小区。",
    "phases": "分两期建设，一期2011年交付，二期2016年交付。",
    "taken over later": f"自2019年3月起由{THEIRS}接管。",
    "an earlier company": f"原物业公司为{THEIRS}。",
    "the developer": "由甲置业有限公司开发建设。",
    "finished and handed over, as the form has the first": "2014年12月竣工交付。",
}


@pytest.mark.parametrize("introduction", AGREE.values(), ids=AGREE)
def test_what_may_be_the_same_is_no_contradiction(introduction: str, tmp_path: Path) -> None:
    assert told(tmp_path, f"春江花园位于文三路。{introduction}") == {}


DISAGREE: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "material against both, on the company": (
        PLAIN.replace(OURS, THEIRS),
        {},
        {
            "mismatch.company": f"物业服务企业名称不一致：清单、推荐表和推荐表的申报单位均为“{OURS}”，案例材料为“{THEIRS}”"
        },
    ),
    "all three, on the company": (
        PLAIN.replace(OURS, THIRD),
        {"form": {"company": THEIRS, "applicant": THEIRS}},
        {
            "mismatch.company": f"物业服务企业名称不一致：清单为“{OURS}”，推荐表和推荐表的申报单位均为“{THEIRS}”，"
            f"案例材料为“{THIRD}”"
        },
    ),
    "the applicant of the form": (
        "春江花园位于文三路。",
        {"form": {"applicant": THEIRS}},
        {"mismatch.company": f"物业服务企业名称不一致：清单和推荐表均为“{OURS}”，推荐表的申报单位为“{THEIRS}”"},
    ),
    "material against both, on the date": (
        PLAIN.replace("2015年6月", "2016年9月"),
        {},
        {"mismatch.delivery_date": "交付时间不一致：清单和推荐表均为“2015年6月”，案例材料为“2016年9月交付”"},
    ),
    "the form against list and material": (
        PLAIN,
        {"form": {"delivered": "2016年6月"}},
        {"mismatch.delivery_date": "交付时间不一致：清单和案例材料均为“2015年6月”，推荐表为“2016年6月”"},
    ),
    "finished and handed over on no day of the form's": (
        "春江花园2011年竣工交付。",
        {},
        {"mismatch.delivery_date": "交付时间不一致：清单和推荐表均为“2015年6月”，案例材料为“2011年竣工交付”"},
    ),
    "material against both, on the type": (
        PLAIN.replace("商品住宅小区", "安置房小区"),
        {},
        {"mismatch.project_type": "项目类型不一致：清单和推荐表均为“商品住宅小区”，案例材料为“安置房小区”"},
    ),
}


@pytest.mark.parametrize(("introduction", "sent", "said"), DISAGREE.values(), ids=DISAGREE)
def test_a_contradiction_names_all_sides_and_what_they_say(
    introduction: str, sent: dict[str, Any], said: dict[str, str], tmp_path: Path
) -> None:
    assert told(tmp_path, introduction, **sent) == said


def test_its_evidence_says_where_each_value_stands(tmp_path: Path) -> None:
    ((_, evidence),) = contradictions(tmp_path, A, PLAIN.replace("2015年6月", "2016年9月")).values()
    list_, form, own = evidence.split("；")
    assert list_.startswith("《汇总清单.docx》")
    assert form.startswith("《推荐表.docx》")
    assert own == "《春江花园+小区换新颜.docx》小区简介：“2016年9月交付”"


# ---------------------------------------------------------------- what no mail of a test brings: doubtful readings


def case(form: Cell, row: Cell | None = None, stated: dict[str, Any] | None = None, ids: tuple[int, ...] = (1,)) -> Any:
    """Return a subject whose form and row say something of the delivery, and whose material states something."""
    mails = build.message()
    facts = {"section_facts": [], "method": "docx", "stated": {"delivered": stated}} if stated else {}
    papers = (build.file_of(mails, "材料.docx", "case_material", facts=facts, case_ids=ids),)
    listed = (ListRow(form.file, {"delivered": row}),) if row else ()
    view: CaseView = build.case(mails, "春江花园", form={"delivered": form}, rows=listed, materials=papers)
    picture: Picture = build.assessment().picture
    return Subject(view, picture)


def cell(value: str, file: FileView, method: str = "docx", confidence: float = 1.0) -> Cell:
    return Cell(value, value, "表1", file, method, confidence)


@pytest.fixture
def paper() -> FileView:
    return build.file_of(build.message(), "推荐表.docx", "recommendation_form")


def stated(value: str, method: str = "docx", confidence: float = 1.0) -> dict[str, Any]:
    raw = f"{value}交付"
    return {"raw": raw, "value": value, "place": "小区简介", "method": method, "confidence": confidence}


differs = difference("delivered")


def test_one_side_alone_is_nothing_to_compare(paper: FileView) -> None:
    assert differs(case(cell("2015-06", paper))) is None
    assert differs(case(replace(cell("待定", paper), value=None), cell("2015-06", paper))) is None


def test_a_coarse_side_that_agrees_with_all_is_not_named(paper: FileView) -> None:
    found = differs(case(cell("2015-06", paper), cell("2015", paper), stated("2015-09")))
    assert found == ["推荐表为“2015-06”，案例材料为“2015-09交付”"]


def test_an_unsure_reading_contradicts_nobody_and_the_others_are_still_compared(paper: FileView) -> None:
    unsure = cell("2013-04", paper, "ocr", 0.7)
    assert differs(case(unsure, cell("2015-06", paper))) is None
    assert differs(case(unsure, cell("2015-06", paper), stated("2015-06"))) == []
    assert differs(case(unsure, cell("2015-06", paper), stated("2016-11"))) == [
        "清单为“2015-06”，案例材料为“2016-11交付”"
    ]


def test_a_sure_scan_of_which_a_character_may_be_misread_contradicts_nobody(paper: FileView) -> None:
    assert differs(case(cell("2015-08", paper, "ocr"), cell("2015-06", paper))) is None
    assert differs(case(cell("1998-12", paper, "ocr"), cell("2015-06", paper))) != []


def test_a_material_that_an_ocr_read_contradicts_nobody(paper: FileView) -> None:
    assert differs(case(cell("2015-06", paper), None, stated("2011-02", "ocr", 0.5))) is None


def test_a_material_of_several_communities_contradicts_none_of_them(paper: FileView) -> None:
    assert differs(case(cell("2015-06", paper), None, stated("2011-02"), ids=(1, 2))) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("杭州春江物业服务有限公司", "杭州春江物业管理有限责任公司", True),
        ("杭州春江物业服务有限公司", "杭州春江物业服务有限公司滨江分公司", True),
        ("杭州春江物业服务有限公司", "春江物业服务有限公司", True),
        ("绿城物业服务集团有限公司", "杭州绿城物业服务有限公司", True),
        ("绿城（杭州）物业服务有限公司", "绿城物业服务集团有限公司", True),
        ("万科物业发展股份有限公司", "深圳市万科物业服务有限公司", True),
        ("杭州春江物业服务有限公司", "宁波春江物业服务有限公司", False),
        ("春江物业服务有限公司杭州分公司", "春江物业服务有限公司宁波分公司", False),
        ("杭州物业管理有限公司", "杭州春江物业服务有限公司", False),
        ("甲公司", "甲乙公司", False),
        ("物业服务有限公司", "杭州春江物业服务有限公司", False),
    ],
)
def test_a_branch_and_a_group_are_the_same_company(one: str, other: str, same: bool) -> None:
    assert same_company(one, other) is same
    assert same_company(other, one) is same
