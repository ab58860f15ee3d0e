"""Situations with scans, from raw mails to findings."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.export import rows
from reports.finding import Assessment
from reports.ledger import ledger
from tests import doc_builders as docs
from tests.desks import codes, desk, take
from tests.docx_writer import with_picture
from tests.inbox import Sent, list_files, mail
from tests.labelled.office import converted, find_office
from tests.mail_builders import gbk_zip
from tests.page_builders import Paper, as_jpeg, as_pdf, photographed, scanned
from tests.sample import day
from tests.seal_drawing import draw_seal, fonts
from tests.test_scanning import form_page, further_page, list_page

pytestmark = pytest.mark.skipif(not fonts(), reason="no Chinese font is installed")

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", "2013年4月", "安置房小区")
HEAD = "浙江省物业管理协会"
SCAN = "汇总清单（盖章扫描件）.pdf"


def done(tmp_path: Path, scan: bytes, *cases: Sent, **more: bytes) -> Assessment:
    own = {path: data for case in cases for path, data in case.files().items()}
    own |= {f"{cases[0].company}/{cases[0].community}/{name.replace('__', '.')}": data for name, data in more.items()}
    files = {**list_files(HEAD, cases), SCAN: scan, "材料.zip": gbk_zip(own)}
    with desk(tmp_path) as opened:
        return take(opened, tmp_path / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))


def listed(*communities: str, sealed: bool = True) -> bytes:
    entries = [docs.list_row(number, community=name) for number, name in enumerate(communities, start=1)]
    return as_pdf(scanned(list_page(entries, sealed=sealed)))


def column(assessment: Assessment, sheet: str, heading: str) -> list[object]:
    """Return a column of the ledger."""
    page = load_workbook(io.BytesIO(ledger(assessment)))[sheet]
    number = next(cell.column for cell in page[1] if cell.value == heading)
    return [page.cell(row, number).value for row in range(2, page.max_row + 1)]


def filed(assessment: Assessment) -> dict[str, str | None]:
    return {file.name: file.community for file in assessment.picture.files if file.kind == "recommendation_form_scan"}


def zhejiang(assessment: Assessment) -> dict[str, object]:
    return next(row for row in rows(assessment, "submissions") if row["province"] == "浙江")


def test_a_stamped_scan_of_the_same_list_gives_no_finding(tmp_path: Path) -> None:
    assessment = done(tmp_path, listed("春江花园", "秋水苑"), A, B)
    assert codes(assessment, "浙江") == {"balance.project_types"}
    assert (zhejiang(assessment)["has_list_scan"], zhejiang(assessment)["list_stamped"]) == (True, True)


def test_a_scan_that_names_another_case_is_told_with_both_names(tmp_path: Path) -> None:
    assessment = done(tmp_path, listed("春江花园", "碧水名邸"), A, B)
    (finding,) = (one for one in assessment.findings if one.code == "list.scan_differs")
    assert "扫描件没有“秋水苑”" in finding.message
    assert "扫描件另有“碧水名邸”" in finding.message
    assert SCAN.removesuffix(".pdf") in finding.evidence


def test_a_scan_with_one_character_misread_names_the_same_cases(tmp_path: Path) -> None:
    assessment = done(tmp_path, listed("舂江花园", "秋水苑"), A, B)
    assert "list.scan_differs" not in codes(assessment, "浙江")


def test_a_scan_without_a_seal_is_asked_about_and_a_grey_copy_is_not(tmp_path: Path) -> None:
    bare = done(tmp_path / "bare", listed("春江花园", sealed=False), A)
    assert "list.scan_unstamped" in codes(bare, "浙江")
    drawn = done(tmp_path / "drawn", as_pdf(list_page([docs.list_row(1)], sealed=False)), A)
    assert "list.scan_unstamped" in codes(drawn, "浙江")
    grey = done(tmp_path / "grey", as_pdf(scanned(list_page([docs.list_row(1)])).convert("L")), A)
    assert "list.scan_unstamped" not in codes(grey, "浙江")
    assert zhejiang(grey)["list_stamped"] is None


def test_a_photo_of_the_stamped_form_stands_for_the_form_where_no_word_form_came(tmp_path: Path) -> None:
    case = Sent(A.community, A.company, A.recommender, has_form=False)
    photo = as_jpeg(photographed(form_page()))
    assessment = done(tmp_path, listed("春江花园"), case, 推荐表照片__jpg=photo)
    (row,) = rows(assessment, "cases")
    assert (row["has_form"], row["form_stamped"], row["complete"]) == (True, True, True)
    assert (row["floor_area_m2"], row["collection_rate"], row["photos"]) == (125_000, 0.985, 3)
    (to_verify,) = column(assessment, "案例", "扫描识别待核")
    assert "收缴率" in str(to_verify)
    assert "小区名称" not in str(to_verify)
    seals = "申报单位处：杭州春江物业服务有限公司（与此处单位一致）；推荐单位处：杭州市物业管理协会（与此处单位一致）"
    assert column(assessment, "案例", "推荐表公章") == [seals]
    assert "提交单位处：浙江省物业管理协会（与此处单位一致）" in column(assessment, "汇总", "扫描件公章")


def test_a_seal_of_another_association_is_told_beside_the_name_that_it_stands_at(tmp_path: Path) -> None:
    fields = docs.form_fields()
    page = form_page(fields, seals=())
    paper = Paper()
    paper.image, at = page, (0.76, 0.47)
    page = paper.sealed("绍兴市房地产业联合会", at).image
    assessment = done(tmp_path, listed("春江花园"), A, 推荐表__pdf=as_pdf(scanned(page)))
    assert any(
        "推荐单位处：“" in str(said) and "不一致" in str(said) for said in column(assessment, "案例", "推荐表公章")
    )
    assert codes(assessment, "浙江") == {"balance.project_types"}


def test_a_form_whose_name_was_misread_in_its_scan_stands_with_the_case_that_it_means(tmp_path: Path) -> None:
    fields = docs.form_fields(community="舂江花园")
    assessment = done(tmp_path, listed("春江花园"), A, 扫描001__jpg=as_jpeg(scanned(form_page(fields))))
    assert [case.community for case in assessment.picture.cases] == ["春江花园"]
    assert filed(assessment) == {"扫描001.jpg": "春江花园"}


def test_a_form_of_the_second_phase_is_no_misread_one_of_the_first(tmp_path: Path) -> None:
    fields = docs.form_fields(community="春江花园二期")
    assessment = done(tmp_path, listed("春江花园"), A, 扫描001__jpg=as_jpeg(scanned(form_page(fields))))
    assert {case.community for case in assessment.picture.cases} == {"春江花园", "春江花园二期"}


def test_the_forms_of_all_cases_scanned_into_one_file_stand_each_with_its_case(tmp_path: Path) -> None:
    pages = [
        scanned(form_page(docs.form_fields(community=one.community, company=one.company, applicant=one.company,
                                           recommender=one.recommender), seals=()))
        for one in (A, B)
    ]  # fmt: skip
    bare = [Sent(one.community, one.company, one.recommender, has_form=False) for one in (A, B)]
    files = {**list_files(HEAD, bare), "推荐表汇总.pdf": as_pdf(*pages)}
    files["材料.zip"] = gbk_zip({path: data for one in bare for path, data in one.files().items()})
    with desk(tmp_path) as opened:
        assessment = take(
            opened, tmp_path / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
        )
    assert {row["community"]: row["has_form"] for row in rows(assessment, "cases")} == {
        "春江花园": True,
        "秋水苑": True,
    }
    assert "form.missing" not in codes(assessment, "浙江")


@pytest.mark.skipif(find_office() is None, reason="LibreOffice makes this file, and it is not installed")
def test_a_list_printed_to_pdf_with_its_seal_in_it_stands_for_the_stamped_scan(tmp_path: Path) -> None:
    seal = io.BytesIO()
    draw_seal(HEAD, 248).save(seal, "PNG", dpi=(150, 150))
    word = with_picture(list_files(HEAD, [A])["汇总清单.docx"], seal.getvalue())
    (tmp_path / "list.docx").write_bytes(word)
    (made,) = converted([tmp_path / "list.docx"], "pdf", tmp_path)
    assessment = done(tmp_path, made.read_bytes(), A)
    row = zhejiang(assessment)
    assert (row["has_list_word"], row["has_list_scan"], row["list_stamped"]) == (True, True, True)
    assert codes(assessment, "浙江") == {"balance.project_types"}


def test_a_list_photographed_page_by_page_is_compared_as_one(tmp_path: Path) -> None:
    names = ["春江花园", "秋水苑", "锦绣家园", "翡翠湖畔", "和谐里"]
    cases = [Sent(name, f"杭州{name}物业服务有限公司", "杭州市物业管理协会", has_form=False) for name in names]
    entries = [docs.list_row(n, community=one.community, company=one.company) for n, one in enumerate(cases, 1)]
    pages = {
        "IMG_0001.jpg": as_jpeg(photographed(list_page(entries[:3]))),
        "IMG_0002.jpg": as_jpeg(photographed(further_page(entries[3:]))),
    }
    files = {**list_files(HEAD, cases, scanned=False), **pages}
    with desk(tmp_path) as opened:
        assessment = take(
            opened, tmp_path / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
        )
    assert not {"list.scan_differs", "list.scan_unstamped", "photo.too_small"} & codes(assessment, "浙江")
    assert zhejiang(assessment)["list_stamped"] is True
