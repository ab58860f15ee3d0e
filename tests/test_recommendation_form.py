"""A recommendation form is read as annex 3 prints it and as people change it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import doc_builders as build
from tests.doc_reading import CAMPAIGN, Reader, only, reader, values
from tests.docx_writer import LEFT, Raw, W, docx_bytes, table


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


READ_FORM = {
    "community": "春江花园",
    "company": "杭州春江物业服务有限公司",
    "address": "浙江省杭州市西湖区文三路1号",
    "completed": "2014-12",
    "floor_area": 125_000,
    "delivered": "2015-06",
    "project_type": "commodity",
    "fee": [2.5, 2.5],
    "collection_rate": 0.985,
    "applicant_contact": "王建国",
    "applicant_phone": "13800010001",
    "recommender_contact": "李秀英",
    "recommender_phone": "057186012345",
    "reason": "获评浙江省物业管理示范住宅小区。",
    "applicant": "杭州春江物业服务有限公司",
    "applicant_signed": "2026-06-01",
    "recommender": "杭州市物业管理协会",
    "recommender_signed": "2026-06-08",
}


@pytest.mark.parametrize("variant", build.FORM_VARIANTS)
def test_a_form_is_read_in_full_however_it_is_laid_out(variant: str, read: Reader) -> None:
    facts = only(read(build.recommendation_form_docx(variant=variant)), "recommendation_form")
    assert values(facts["fields"]) == READ_FORM


def test_the_fields_of_a_form_are_those_of_the_campaign(read: Reader) -> None:
    facts = only(read(build.recommendation_form_docx()), "recommendation_form")
    assert set(facts["fields"]) == set(CAMPAIGN.recommendation_form.captions)


def test_each_value_of_a_form_says_where_it_stood(read: Reader) -> None:
    fields = only(read(build.recommendation_form_docx()), "recommendation_form")["fields"]
    assert (fields["floor_area"]["raw"], fields["floor_area"]["place"]) == ("12.5万平方米", "表1第4行第4列")
    assert fields["applicant_phone"]["place"] == "表1第7行第4列"


def test_a_foot_without_date_has_no_date(read: Reader) -> None:
    fields = build.form_fields(applicant_signed="", recommender_signed="2026年  月  日")
    facts = only(read(build.recommendation_form_docx(fields)), "recommendation_form")["fields"]
    assert (facts["applicant_signed"]["raw"], facts["applicant_signed"]["value"]) == ("年月日", None)
    assert facts["recommender_signed"]["value"] is None
    assert facts["recommender"]["value"] == "杭州市物业管理协会"


def test_a_foot_filled_without_space_after_its_label_is_taken_apart(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    grid[9] = [
        "申报单位名称杭州春江物业服务有限公司（盖章）2026.6.1",
        LEFT,
        "推荐单位名称：杭州市物业管理协会\n（公章）\n二〇二六年六月八日",
        LEFT,
    ]
    facts = only(read(docx_bytes(build.FORM_TITLE, grid)), "recommendation_form")["fields"]
    assert (facts["applicant"]["value"], facts["applicant_signed"]["value"]) == (
        "杭州春江物业服务有限公司",
        "2026-06-01",
    )
    assert (facts["recommender"]["value"], facts["recommender_signed"]["value"]) == ("杭州市物业管理协会", "2026-06-08")


def test_the_type_is_read_from_the_ticked_box(read: Reader) -> None:
    boxes = {
        "resettlement": "□商品住宅小区 ☑安置房小区 □国企移交社会管理小区 □弃管小区",
        "abandoned": "□商品住宅小区 □安置房小区 ■弃管小区",
    }
    for expected, text in boxes.items():
        facts = only(read(build.recommendation_form_docx(build.form_fields(project_type=text))), "recommendation_form")
        assert facts["fields"]["project_type"]["value"] == expected


def test_the_type_is_read_from_a_check_box_control(read: Reader) -> None:
    w14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    boxes = "".join(
        f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{ticked}"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r>'
        f"<w:t>□</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t xml:space='preserve'>{text} </w:t></w:r>"
        for ticked, text in ((0, "商品住宅小区"), (1, "国企移交社会管理小区"), (0, "弃管小区"))
    )
    grid = build.form_grid(build.FORM)
    grid[4][3] = Raw(f"<w:p {W} {w14}>{boxes}</w:p>")
    facts = only(read(docx_bytes(build.FORM_TITLE, grid)), "recommendation_form")
    assert facts["fields"]["project_type"]["value"] == "soe_transferred"


def test_contact_and_phone_in_one_cell_of_a_form_are_told_apart(read: Reader) -> None:
    fields = build.form_fields(applicant_contact="王建国 13800010001", applicant_phone="")
    facts = only(read(build.recommendation_form_docx(fields)), "recommendation_form")["fields"]
    assert (facts["applicant_contact"]["value"], facts["applicant_phone"]["value"]) == ("王建国", "13800010001")
    assert facts["recommender_phone"]["value"] == "057186012345"


def test_a_phone_left_blank_is_not_filled_with_the_other_one(read: Reader) -> None:
    facts = only(read(build.recommendation_form_docx(build.form_fields(applicant_phone=""))), "recommendation_form")[
        "fields"
    ]
    assert (facts["applicant_phone"]["raw"], facts["applicant_phone"]["value"]) == ("", None)
    assert facts["recommender_phone"]["value"] == "057186012345"


def test_what_cannot_be_read_keeps_its_text_and_has_no_value(read: Reader) -> None:
    fields = build.form_fields(floor_area="约十来个足球场", collection_rate="基本收齐", delivered="分期交付")
    facts = only(read(build.recommendation_form_docx(fields)), "recommendation_form")["fields"]
    for name in ("floor_area", "collection_rate", "delivered"):
        assert (facts[name]["raw"], facts[name]["value"]) == (fields[name], None)


def test_several_forms_in_one_file_are_several(read: Reader) -> None:
    grids = [build.form_grid(build.form_fields(community=name)) for name in ("春江花园", "湖滨一号", "安居里")]
    separate = read(docx_bytes(build.FORM_TITLE, grids[0], build.FORM_TITLE, grids[1], grids[2]))
    assert [one.facts["fields"]["community"]["value"] for one in separate] == ["春江花园", "湖滨一号", "安居里"]
    assert [one.facts["fields"]["recommender_signed"]["value"] for one in separate] == ["2026-06-08"] * 3
    joined = read(docx_bytes(build.FORM_TITLE, [row for grid in grids for row in grid]))
    assert [one.facts["fields"]["community"]["value"] for one in joined] == ["春江花园", "湖滨一号", "安居里"]


def test_a_form_that_goes_on_in_a_second_table_is_one_form(read: Reader) -> None:
    grid = build.form_grid(build.FORM)
    facts = only(read(docx_bytes(build.FORM_TITLE, grid[:6], "", grid[6:])), "recommendation_form")
    assert values(facts["fields"]) == READ_FORM


def test_a_form_inside_a_frame_of_one_cell_is_read(read: Reader) -> None:
    inner = Raw(f"{table(build.form_grid(build.FORM))}<w:p {W}/>")
    assert values(only(read(docx_bytes(build.FORM_TITLE, [[inner]])), "recommendation_form")["fields"]) == READ_FORM


def test_a_label_that_a_form_does_not_have_is_missing_from_its_fields(read: Reader) -> None:
    grid = [row for row in build.form_grid(build.FORM) if row[0] != "联系地址"]
    assert "address" not in only(read(docx_bytes(build.FORM_TITLE, grid)), "recommendation_form")["fields"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filled=st.sets(st.sampled_from(sorted(build.FORM)), min_size=1),
    variant=st.sampled_from(sorted(build.FORM_VARIANTS)),
)
def test_no_value_is_made_up_for_a_cell_that_is_blank(filled: set[str], variant: str, read: Reader) -> None:
    fields = {name: text if name in filled else "" for name, text in build.FORM.items()}
    for found in read(build.recommendation_form_docx(fields, variant)):
        for name, cell in found.facts["fields"].items():
            assert cell["value"] == (READ_FORM[name] if name in filled else None), name
