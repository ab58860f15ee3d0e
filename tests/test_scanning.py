"""What scans and phone photos of pages say, drawn, read by OCR, compared with what was drawn."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from parsers.base import Found
from parsers.reading import read_content
from parsers.scanning import read_scan
from tests import doc_builders as docs
from tests.doc_reading import CAMPAIGN, only, values
from tests.page_builders import Paper, as_jpeg, as_pdf, photographed, scanned
from tests.seal_drawing import fonts

pytestmark = pytest.mark.skipif(not fonts(), reason="no Chinese font is installed")

FORM = docs.form_fields(reason="获评浙江省物业管理示范住宅小区，业主满意度逐年提高。")
LIST_SHARES = (6, 20, 30, 14, 16, 24, 10)
ROWS = [
    docs.list_row(1),
    docs.list_row(2, community="秋水苑（北区）", company="宁波秋水物业服务有限公司", delivered="2013.4", project_type="安置房小区",
                  recommender="宁波市物业管理协会", remark="/"),
    docs.list_row(3, community="锦绣家园二期", company="温州锦绣城市服务有限公司", delivered="2009年11月",
                  project_type="弃管小区", recommender="温州市物业管理协会", remark="已整改"),
]  # fmt: skip


def form_page(
    fields: Mapping[str, str] = FORM, *, seals: tuple[str, ...] = ("applicant", "recommender")
) -> Image.Image:
    paper = Paper().line("附件 3").line(docs.FORM_TITLE, centred=True)
    paper.table(docs.form_grid(fields), (24, 30, 22, 26))
    for name, left in (("applicant", 0.36), ("recommender", 0.76)):
        if name in seals:
            paper.sealed(fields[name], (left, (paper.y - 40) / paper.image.height), seed=len(fields[name]))
    return paper.image


def list_page(
    rows: list[dict[str, str]] = ROWS, submitter: str = "浙江省物业管理协会", *, sealed: bool = True
) -> Image.Image:
    paper = Paper(lying=True).line("附件 4").line(docs.LIST_TITLE, centred=True)
    paper.line(f"提交单位（盖章）：{submitter}").line("联系人：陈静").line("联系电话：13900001234")
    paper.table(docs.list_grid(rows, blank_to=0, dots=False), LIST_SHARES)
    return (paper.sealed(submitter, (0.32, 0.2)) if sealed else paper).image


def further_page(rows: list[dict[str, str]]) -> Image.Image:
    """Return the page that a list goes on on: nothing but rows."""
    return Paper(lying=True).table(docs.list_grid(rows, blank_to=0, dots=False)[1:], LIST_SHARES).image


def scan_of(tmp_path: Path, data: bytes) -> tuple[Found, ...]:
    path = tmp_path / "scan"
    path.write_bytes(data)
    reading = read_content(path, len(data), CAMPAIGN)
    assert reading.needs == "scan"
    return read_scan(path, CAMPAIGN).found


def fields_of(found: tuple[Found, ...]) -> dict[str, Any]:
    return values(only(found, "recommendation_form_scan")["fields"])


EXPECTED = {
    "community": "春江花园", "company": "杭州春江物业服务有限公司", "completed": "2014-12", "floor_area": 125_000,
    "delivered": "2015-06", "project_type": "commodity", "fee": [2.5, 2.5], "collection_rate": 0.985,
    "applicant_contact": "王建国", "applicant_phone": "13800010001", "recommender_contact": "李秀英",
    "recommender_phone": "057186012345", "reason": "获评浙江省物业管理示范住宅小区，业主满意度逐年提高。",
    "applicant": "杭州春江物业服务有限公司", "recommender": "杭州市物业管理协会", "applicant_signed": "2026-06-01",
    "recommender_signed": "2026-06-08", "address": "浙江省杭州市西湖区文三路1号",
}  # fmt: skip


def test_a_form_under_two_seals_is_read_whole_and_each_seal_is_told_whose_it_is(tmp_path: Path) -> None:
    found = scan_of(tmp_path, as_pdf(scanned(form_page())))
    assert fields_of(found) == EXPECTED
    facts = found[0].facts
    assert (facts["stamped"], facts["pages"]) == (True, 1)
    assert {seal["at"]: seal["agrees"] for seal in facts["seals"]} == {"applicant": True, "recommender": True}
    community = facts["fields"]["community"]
    assert (community["method"], community["raw"], community["area"]["page"]) == ("ocr", "春江花园", 1)
    assert 0.9 < community["confidence"] < 1


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180])
def test_a_photo_of_a_form_lying_on_its_side_or_head_is_read(turn: Image.Transpose, tmp_path: Path) -> None:
    found = scan_of(tmp_path, as_jpeg(photographed(form_page()).transpose(turn)))
    read = fields_of(found)
    assert {name: value for name, value in read.items() if value != EXPECTED[name]} == {}
    assert found[0].facts["stamped"] is True


def test_a_seal_at_the_companys_place_alone_is_located_there(tmp_path: Path) -> None:
    (found,) = scan_of(tmp_path, as_pdf(scanned(form_page(seals=("applicant",)))))
    assert [seal["at"] for seal in found.facts["seals"]] == ["applicant"]


def test_a_form_without_a_seal_is_unstamped_and_its_grey_copy_cannot_tell(tmp_path: Path) -> None:
    bare = scanned(form_page(seals=()))
    assert scan_of(tmp_path, as_pdf(bare))[0].facts["stamped"] is False
    assert scan_of(tmp_path, as_pdf(bare.convert("L")))[0].facts["stamped"] is None
    assert scan_of(tmp_path, as_pdf(scanned(form_page()).convert("L")))[0].facts["stamped"] is None


def test_a_scanned_list_is_read_row_by_row_with_single_figures_and_slashes(tmp_path: Path) -> None:
    facts = only(scan_of(tmp_path, as_pdf(scanned(list_page()))), "summary_list_scan")
    read = [values(row) for row in facts["rows"]]
    assert [row["number"] for row in read] == ["1", "2", "3"]
    assert [row["community"] for row in read] == ["春江花园", "秋水苑（北区）", "锦绣家园二期"]
    assert [row["company"] for row in read] == [row["company"] for row in ROWS]
    assert [row["delivered"] for row in read] == ["2015-06", "2013-04", "2009-11"]
    assert [row["project_type"] for row in read] == ["commodity", "resettlement", "abandoned"]
    assert [row["recommender"] for row in read] == [row["recommender"] for row in ROWS]
    assert [row["remark"] for row in read] == [None, None, "已整改"]
    assert (facts["submitter"]["value"], facts["contact"]["value"]) == ("浙江省物业管理协会", "陈静")
    assert facts["stamped"] is True


def test_a_list_goes_on_past_a_page_number_and_a_row_that_the_page_cuts_is_one(tmp_path: Path) -> None:
    grid = docs.list_grid(ROWS, blank_to=0, dots=False)
    first = Paper(lying=True).line(docs.LIST_TITLE, centred=True).line("提交单位（盖章）：浙江省物业管理协会")
    first.table([*grid[:3], ["3", "锦绣家", "温州锦绣城市", "2009年", "弃管小", "温州市物业管", ""]], LIST_SHARES)
    first.line("- 1 -", centred=True)
    second = Paper(lying=True).table([["", "园二期", "服务有限公司", "11月", "区", "理协会", "已整改"]], LIST_SHARES)
    second.line("- 2 -", centred=True)
    facts = only(scan_of(tmp_path, as_pdf(scanned(first.image), scanned(second.image, 2))), "summary_list_scan")
    last = values(facts["rows"][-1])
    assert len(facts["rows"]) == 3
    assert (last["community"], last["company"]) == ("锦绣家园二期", "温州锦绣城市服务有限公司")
    assert (last["delivered"], last["recommender"]) == ("2009-11", "温州市物业管理协会")


def test_of_two_forms_in_one_scan_each_has_its_own_seals(tmp_path: Path) -> None:
    other = docs.form_fields(
        community="秋水苑", applicant="宁波秋水物业服务有限公司", company="宁波秋水物业服务有限公司"
    )
    found = scan_of(tmp_path, as_pdf(scanned(form_page()), scanned(form_page(other, seals=()), 2)))
    assert [one.facts["fields"]["community"]["value"] for one in found] == ["春江花园", "秋水苑"]
    assert [one.facts["stamped"] for one in found] == [True, False]


def test_a_choice_by_ticks_is_read_from_a_scan(tmp_path: Path) -> None:
    boxes = "□商品住宅小区 √安置房小区\n□国企移交社会管理小区 □弃管小区"
    found = scan_of(tmp_path, as_pdf(scanned(form_page(docs.form_fields(project_type=boxes)))))
    assert fields_of(found)["project_type"] == "resettlement"


def test_a_photo_of_houses_with_a_red_sign_is_no_page(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    wall = np.full((900, 1200, 3), 205, np.float32) + random.normal(0, 12, (900, 1200, 3))
    wall[300:420, 400:800] = (200, 30, 40)
    data = as_jpeg(Image.fromarray(np.clip(wall, 0, 255).astype(np.uint8)))
    path = tmp_path / "photo"
    path.write_bytes(data)
    assert read_scan(path, CAMPAIGN).found == ()


def test_a_page_of_a_list_that_began_on_another_photo_is_read_by_what_stands_in_its_columns(tmp_path: Path) -> None:
    for number, page in enumerate((scanned(further_page(ROWS[1:])), photographed(further_page(ROWS[1:])))):
        facts = only(scan_of(tmp_path, as_jpeg(page)), "summary_list_scan")
        assert [row["community"]["value"] for row in facts["rows"]] == ["秋水苑（北区）", "锦绣家园二期"], number
        assert [row["project_type"]["value"] for row in facts["rows"]] == ["resettlement", "abandoned"]
        assert [row["number"]["value"] for row in facts["rows"]] == ["2", "3"]
        # The place of the seal is on the first page.
        assert facts["stamped"] is None


def test_the_first_page_of_a_form_does_not_say_that_the_second_is_not_stamped(tmp_path: Path) -> None:
    paper = Paper().line("附件 3").line(docs.FORM_TITLE, centred=True)
    paper.table(docs.form_grid(FORM)[:-1], (24, 30, 22, 26))
    facts = only(scan_of(tmp_path, as_pdf(scanned(paper.image))), "recommendation_form_scan")
    assert facts["stamped"] is None
