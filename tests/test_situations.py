"""Situations a clerk meets, from raw mails to findings: what domain.md says should come out of each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.desk import Desk
from reports.export import rows
from reports.finding import Assessment
from tests import doc_builders as docs
from tests.desks import codes, desk, take
from tests.inbox import Sent, list_files, mail, photo, scan
from tests.mail_builders import gbk_zip
from tests.material_builders import LENGTHS, body_of, docx, letters, material, package, set_material
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", "2013年4月", "安置房小区")
HEAD = "浙江省物业管理协会"
IN_TIME, LATE = day("07-20T10:00:00"), day("08-06T00:00:00")
Take = Callable[..., Assessment]


def sent(
    files: Mapping[str, bytes], when: datetime = IN_TIME, subject: str = "浙江报送", sender: str = "zjwyxh@example.cn"
) -> bytes:
    return mail(sender, subject, when, files)


def files(*cases: Sent) -> dict[str, bytes]:
    return {"材料.zip": gbk_zip({path: data for case in cases for path, data in case.files().items()})}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def taken(opened: Desk, tmp_path: Path) -> Take:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


def case(assessment: Assessment, community: str) -> dict[str, object]:
    return next(row for row in rows(assessment, "cases") if row["community"] == community)


def about(assessment: Assessment, community: str) -> set[str]:
    return {finding.code for finding in assessment.findings if finding.community == community}


def test_an_item_that_came_late_while_the_rest_was_in_time_is_late_by_itself(taken: Take) -> None:
    form = {path: data for path, data in A.files().items() if "推荐表" in path}
    rest = {path: data for path, data in A.files().items() if "推荐表" not in path}
    done = taken(
        sent({**list_files(HEAD, [A], scanned=False), **rest}), sent({**form, "汇总清单盖章.pdf": scan()}, LATE)
    )
    assert about(done, "春江花园") == {"late.item"}
    assert {f.message for f in done.findings if f.code == "late.item"} == {
        "推荐表在截止日之后才到，其余按时",
        "汇总清单盖章扫描件在截止日之后才到，其余按时",
    }
    assert not {"late.case", "late.submission"} & codes(done, "浙江")


def test_a_case_whose_first_material_came_late_is_late_as_a_case_alone(taken: Take) -> None:
    done = taken(sent({**list_files(HEAD, [A, B]), **files(A)}), sent(files(B), LATE))
    assert about(done, "秋水苑") == {"late.case"}
    assert about(done, "春江花园") == set()


def test_the_last_second_is_in_time_and_the_next_is_late(taken: Take) -> None:
    done = taken(sent({**list_files(HEAD, [A]), **files(A)}, day("08-05T23:59:59")))
    assert not {code for code in codes(done, "浙江") if code.startswith("late.")}


def test_a_resend_after_the_deadline_makes_nothing_late(taken: Take) -> None:
    whole = {**list_files(HEAD, [A]), **files(A)}
    done = taken(sent(whole), sent(whole, LATE, "再发一遍"))
    assert not {code for code in codes(done, "浙江") if code.startswith("late.")}
    assert case(done, "春江花园")["photos"] == 3
    assert "list.duplicate_case" not in codes(done, "浙江")


def test_a_community_that_stands_twice_in_the_list_is_said(taken: Take) -> None:
    done = taken(sent({**list_files(HEAD, [A, replace(A, community="春江花园小区")]), **files(A)}))
    assert "list.duplicate_case" in about(done, "春江花园")
    assert len(rows(done, "cases")) == 1


def test_the_same_name_in_two_cities_is_two_cases(taken: Take) -> None:
    twin = replace(A, company="宁波甬江物业服务有限公司", recommender="宁波市物业管理协会")
    done = taken(sent({**list_files(HEAD, [A, twin]), **files(A, twin)}))
    found = {row["city"]: row for row in rows(done, "cases")}
    assert set(found) == {"杭州市", "宁波市"}
    assert all(row["complete"] for row in found.values())


def test_material_of_a_community_that_the_list_does_not_name_is_said(taken: Take) -> None:
    done = taken(sent({**list_files(HEAD, [A]), **files(A, B)}))
    assert about(done, "秋水苑") == {"case.not_in_list"}
    assert case(done, "秋水苑")["in_list"] is False
    assert case(done, "秋水苑")["complete"] is False


def test_without_a_list_no_case_is_said_to_be_absent_from_it(taken: Take) -> None:
    done = taken(sent(files(A)))
    assert "case.not_in_list" not in codes(done)
    assert "list.word_missing" in codes(done, "浙江")


def test_a_spreadsheet_list_counts_as_editable_but_not_as_word(taken: Take) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["序号", "小区名称"])
    data = io.BytesIO()
    book.save(data)
    done = taken(sent({"汇总清单.xlsx": data.getvalue(), "汇总清单盖章.pdf": scan(), **files(A)}))
    found = codes(done, "浙江")
    assert "list.not_word" in found
    assert "list.word_missing" not in found
    row = next(row for row in rows(done, "submissions") if row["province"] == "浙江")
    assert row["has_list_word"] is False


def test_a_list_pasted_into_the_body_counts_as_editable_but_not_as_word(taken: Take) -> None:
    html = docs.summary_list_html(HEAD, "陈静", "13900001234", [A.row(1), B.row(2)])
    done = taken(mail("zjwyxh@example.cn", "浙江报送", IN_TIME, {"汇总清单盖章.pdf": scan(), **files(A)}, html=html))
    found = codes(done, "浙江")
    assert "list.not_word" in found
    assert not {"list.word_missing", "list.contact_missing", "list.row_incomplete", "case.not_in_list"} & found
    assert not codes(done) & {"file.unclassified", "file.unsupported"}
    row = next(row for row in rows(done, "submissions") if row["province"] == "浙江")
    assert (row["has_list_word"], row["cases_listed"], row["contact"]) == (False, 2, "陈静")
    assert case(done, "秋水苑")["delivered"] == "2013-04"


def test_a_table_in_the_body_that_is_no_list_is_kept_and_asks_for_nothing(taken: Take) -> None:
    html = "<table><tr><td>部门</td><td>电话</td><td>传真</td></tr><tr><td>秘书处</td><td>1</td><td>2</td></tr></table>"
    done = taken(mail("zjwyxh@example.cn", "浙江报送", IN_TIME, {**list_files(HEAD, [A]), **files(A)}, html=html))
    (table,) = (file for file in done.picture.files if file.path == "正文表格.html")
    assert (table.kind, table.status) == ("other", "ok")
    assert "file.unclassified" not in codes(done)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("补充：浙江好服务案例", {"春江花园", "秋水苑"}),
        ("浙江第二批案例", {"春江花园", "秋水苑"}),
        ("更正：浙江汇总清单（以此件为准）", {"秋水苑"}),
    ],
)
def test_a_list_called_an_addition_adds_and_one_called_a_correction_replaces(
    taken: Take, subject: str, expected: set[str]
) -> None:
    first = sent({**list_files(HEAD, [A]), **files(A)})
    done = taken(first, sent({**list_files(HEAD, [B]), **files(B)}, day("07-22T10:00:00"), subject))
    assert {str(row["community"]) for row in rows(done, "cases") if row["in_list"]} == expected


def test_a_corrected_list_replaces_the_earlier_one(taken: Take) -> None:
    changed = replace(A, delivered="2014年1月")
    first = sent({**list_files(HEAD, [A, B]), **files(A, B)})
    done = taken(first, sent(list_files(HEAD, [changed, B]), day("07-22T10:00:00"), "更正：汇总清单"))
    assert "mismatch.delivery_date" in about(done, "春江花园")
    row = case(done, "春江花园")
    assert row["delivered"] == "2015-06"


def test_dates_of_different_precision_agree_when_the_coarser_contains_the_finer(taken: Take) -> None:
    finer = replace(A, form={"delivered": "2015年6月30日"})
    done = taken(sent({**list_files(HEAD, [A]), **files(finer)}))
    assert about(done, "春江花园") == set()
    assert case(done, "春江花园")["delivered"] == "2015-06-30"


def test_where_list_and_form_disagree_the_forms_value_is_exported_and_both_are_said(taken: Take) -> None:
    other = replace(A, form={"recommender": "宁波市物业管理协会", "project_type": "安置房"})
    done = taken(sent({**list_files(HEAD, [A]), **files(other)}))
    assert {"mismatch.recommender", "mismatch.project_type"} <= about(done, "春江花园")
    row = case(done, "春江花园")
    assert (row["recommender"], row["project_type"]) == ("宁波市物业管理协会", "resettlement")


@pytest.mark.parametrize(
    ("form", "code", "absent"),
    [
        ({"collection_rate": "很高"}, "form.field_invalid", "eligibility.collection_rate"),
        ({"delivered": "待定中"}, "form.field_invalid", "eligibility.delivery_date"),
        ({"floor_area": ""}, "form.field_missing", "form.field_invalid"),
        ({"recommender_phone": "无"}, "form.field_missing", "form.field_invalid"),
        ({"collection_rate": "89.9%"}, "eligibility.collection_rate", "form.field_invalid"),
        ({"delivered": "2020年1月1日"}, "eligibility.delivery_date", "form.field_invalid"),
        ({"project_type": "老旧小区"}, "eligibility.project_type", "form.field_invalid"),
    ],
)
def test_what_cannot_be_read_is_not_blank_and_does_not_fail(
    taken: Take, form: dict[str, str], code: str, absent: str
) -> None:
    done = taken(sent({**list_files(HEAD, [A]), **files(replace(A, form=form))}))
    assert code in about(done, "春江花园")
    assert absent not in about(done, "春江花园")


def test_the_two_dates_at_the_foot_need_not_be_filled(taken: Take) -> None:
    done = taken(
        sent({**list_files(HEAD, [A]), **files(replace(A, form={"applicant_signed": "", "recommender_signed": ""}))})
    )
    assert about(done, "春江花园") == set()


@pytest.mark.parametrize(
    ("photos", "expected", "counted"),
    [
        ({"1.jpg": photo("1"), "2.jpg": photo("2")}, {"photo.too_few"}, 2),
        ({f"{n}.jpg": photo(str(n)) for n in range(6)}, {"photo.too_many"}, 6),
        ({"1.jpg": photo("1"), "2.jpg": photo("2"), "3.JPG": photo("3")}, set(), 3),
        (
            {"1.jpg": photo("1"), "2.jpg": photo("2"), "3.jpg": docs.small_jpeg(3)},
            {"photo.too_few", "photo.too_small"},
            2,
        ),
        (
            {"1.jpg": photo("1"), "2.jpg": photo("2"), "3.jpg": docs.photo_jpeg(3)[:700_000]},
            {"photo.too_few", "photo.unreadable"},
            2,
        ),
        (
            {"1.jpg": photo("1"), "2.jpg": photo("2"), "3.jpg": docs.picture("PNG", 3)},
            {"photo.too_few", "photo.too_small", "photo.not_jpeg"},
            2,
        ),
        ({"1.jpg": photo("1"), "2.jpg": photo("2"), "副本.jpg": photo("2")}, {"photo.too_few"}, 2),
    ],
)
def test_photos_count_where_they_are_readable_large_jpegs_each_once(
    taken: Take, photos: dict[str, bytes], expected: set[str], counted: int
) -> None:
    own = {f"春江花园/{name}": data for name, data in photos.items()}
    done = taken(sent({**list_files(HEAD, [A]), **files(replace(A, photos=0)), **own}))
    assert about(done, "春江花园") == expected
    assert case(done, "春江花园")["photos"] == counted


@pytest.mark.parametrize(
    ("recommender", "city"),
    [("昆山市物业管理协会", "苏州市"), ("苏州市物业管理协会", "苏州市"), ("南京市物业管理行业协会", "南京市")],
)
def test_a_county_level_city_counts_to_its_prefecture(taken: Take, recommender: str, city: str) -> None:
    own = replace(A, recommender=recommender)
    done = taken(sent({**list_files("江苏省物业管理协会", [own]), **files(own)}, sender="jswx@jsproperty.example"))
    assert case(done, "春江花园")["city"] == city


@pytest.mark.parametrize(
    ("city", "count", "exceeded"),
    [("杭州市", 5, False), ("杭州市", 6, True), ("绍兴市", 3, False), ("绍兴市", 4, True), ("宁波市", 5, False)],
)
def test_a_city_may_recommend_as_many_as_its_quota(taken: Take, city: str, count: int, exceeded: bool) -> None:
    own = [replace(A, community=f"第{n}花园", recommender=f"{city}物业管理协会") for n in range(count)]
    done = taken(sent(list_files(HEAD, own)))
    assert ("quota.exceeded" in codes(done, "浙江")) is exceeded


def test_a_district_of_a_municipality_may_recommend_three(taken: Take) -> None:
    own = [replace(A, community=f"第{n}花园", recommender="重庆市渝中区物业管理协会") for n in range(4)]
    done = taken(sent(list_files("重庆市物业管理协会", own), sender="x@qq.example"))
    (finding,) = (one for one in done.findings if one.code == "quota.exceeded")
    assert (finding.province, finding.city, finding.subject) == ("重庆", "渝中区", "association")


def test_a_list_in_two_files_of_one_mail_is_one_list(taken: Take) -> None:
    first, second = list_files(HEAD, [A]), list_files(HEAD, [B])
    done = taken(
        sent(
            {
                "杭州汇总清单.docx": first["汇总清单.docx"],
                "宁波汇总清单.docx": second["汇总清单.docx"],
                "汇总清单扫描.pdf": scan(),
                **files(A, B),
            }
        )
    )
    assert codes(done, "浙江") <= {"balance.project_types"}
    assert sum(bool(row["in_list"]) for row in rows(done, "cases")) == 2


def test_blank_cells_of_a_row_and_a_blank_contact_are_said_by_name(taken: Take) -> None:
    own = replace(A, delivered="/", project_type="")
    listed = list_files(HEAD, [own], contact="", phone="")
    done = taken(sent({**listed, **files(A)}))
    messages = {finding.code: finding.message for finding in done.findings if finding.province == "浙江"}
    assert messages["list.row_incomplete"] == "汇总清单中项目交付时间、项目类型空白，请补充"
    assert messages["list.contact_missing"] == "汇总清单中联系人、联系电话空白，请补充"


def test_a_material_under_another_name_or_format_is_told_apart(taken: Take) -> None:
    named = {path: data for path, data in A.files().items() if "+" not in path}
    material = docs.case_material_docx("春江花园", "标题", A.company)
    done = taken(sent({**list_files(HEAD, [A]), **named, "春江花园/案例材料.docx": material}))
    assert about(done, "春江花园") == {"material.filename"}


MATERIAL = "杭州春江物业服务有限公司/春江花园/春江花园+红色管家进万家 邻里和谐共一家.docx"


def with_material(material: bytes) -> dict[str, bytes]:
    assert MATERIAL in A.files()
    return {**list_files(HEAD, [A]), "材料.zip": gbk_zip({**A.files(), MATERIAL: material})}


def test_a_material_without_a_section_is_asked_for_it_alone(taken: Take) -> None:
    look = {"heading": {"letters": letters(15, bold=True)}, "title": {"letters": letters(16, bold=True)}}
    body = {"letters": letters(15), "spacing": 'w:line="360"'}
    for without, said in (([], []), (["insights"], ["案例材料请补充完整：没有找到“总结启示”"])):
        done = taken(sent(with_material(package(set_material(**look, body=body, without=without)))))
        found = [finding for finding in done.findings if finding.community == "春江花园"]
        assert [(one.code, one.severity, one.message) for one in found] == [
            ("material.section_missing", "warning", message) for message in said
        ]


def test_sections_that_are_too_long_or_too_short_are_named_with_their_counts(taken: Take) -> None:
    lengths = {**LENGTHS, "introduction": 101, "problems": 651, "measures": 2799, "results": 210, "company": 200}
    bodies = {name: body_of(name, lengths) for name in LENGTHS}
    done = taken(sent(with_material(docx(*material(bodies=bodies)))))
    (one,) = (finding for finding in done.findings if finding.code == "material.section_length")
    assert one.message == (
        "案例材料的篇幅与要求不同：“小区简介”101 字（要求 100 字以内）、“问题诊断”651 字（要求 500 字左右）、"
        "“解决措施”2799 字（要求 4000 字左右）"
    )
    assert "取得成效 210 字" in one.evidence


def test_how_a_material_is_set_is_one_finding_for_information(taken: Take) -> None:
    done = taken(sent(with_material(docx(*material()))))
    (one,) = (finding for finding in done.findings if finding.code == "material.format")
    assert (one.severity, one.subject) == ("info", "case")
    assert "正文多为11 磅（要求小三号）" in one.message
    assert "没有页码" in one.message


def test_of_several_materials_the_newest_counts(taken: Take) -> None:
    first = sent(with_material(docx(*material(without=["results"]))))
    done = taken(first, sent(with_material(docx(*material(without=["company"]))), IN_TIME + timedelta(days=1)))
    (one,) = (finding for finding in done.findings if finding.code == "material.section_missing")
    assert one.message == "案例材料请补充完整：没有找到“企业简介”"


def test_a_material_that_cannot_be_read_lacks_no_section(taken: Take) -> None:
    done = taken(sent(with_material(b"%PDF-1.4 broken")))
    assert not [code for code in about(done, "春江花园") if code.startswith("material.section")]


def test_a_mail_that_nobody_can_be_told_for_is_asked_about_and_counts_for_no_province(taken: Take) -> None:
    done = taken(mail("x@qq.example", "好服务案例", IN_TIME, {"1.jpg": photo("1")}))
    assert codes(done) == {"sender.unknown", "submission.none"}
    assert len([one for one in done.findings if one.code == "submission.none"]) == 31


def test_sender_findings_stand_only_on_submissions(taken: Take) -> None:
    done = taken(mail("x@qq.example", "请问好服务案例何时截止？", IN_TIME), mail("y@qq.example", "机票", IN_TIME))
    assert codes(done) == {"submission.none"}


def test_an_enterprise_that_writes_directly_is_filed_under_its_province(taken: Take) -> None:
    raw = mail("杭州春江物业服务有限公司 <cj@qq.example>", "春江花园好服务案例", IN_TIME, files(A))
    done = taken(raw)
    (finding,) = (one for one in done.findings if one.code == "sender.not_provincial")
    assert (finding.province, case(done, "春江花园")["has_form"]) == ("浙江", True)


def test_a_second_form_replaces_the_first_and_the_first_stays_to_be_seen(taken: Take) -> None:
    corrected = replace(A, form={"collection_rate": "97%"})
    form = {"推荐表（新）.docx": corrected.form_docx()}
    done = taken(sent({**list_files(HEAD, [A]), **files(A)}), sent(form, day("07-25T10:00:00"), "更正推荐表"))
    assert case(done, "春江花园")["collection_rate"] == 0.97
    forms = [row for row in rows(done, "files") if row["kind"] == "recommendation_form"]
    assert [row["superseded"] for row in forms] == [True, False]


@pytest.mark.parametrize("name", ["推荐表.docx", "推荐表.doc"])
def test_a_newer_form_that_cannot_be_read_does_not_stand_in_for_the_good_one(taken: Take, name: str) -> None:
    broken = A.form_docx()[:3000] if name.endswith("docx") else b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    first = sent({**list_files(HEAD, [A]), **files(A)})
    done = taken(first, sent({f"春江花园{name}": broken}, day("07-25T10:00:00"), "更正推荐表"))
    assert case(done, "春江花园")["collection_rate"] == 0.985
    assert {"file.corrupt", "file.unsupported"} & codes(done, "浙江")


def test_a_submission_in_formats_that_are_not_read_yet_is_in_sight(taken: Take) -> None:
    done = taken(sent({"新建文档.ofd": gbk_zip({"OFD.xml": b"<ofd/>"})}))
    assert "submission.none" not in codes(done, "浙江")
    assert "file.unsupported" in codes(done, "浙江")


def test_a_blank_form_that_comes_with_a_question_is_no_submission(taken: Take) -> None:
    blank = docs.recommendation_form_docx(dict.fromkeys(docs.FORM, ""))
    done = taken(sent({"推荐表.docx": blank}, subject="请问推荐表怎么填？"))
    assert codes(done, "浙江") == {"submission.none"}


def test_a_row_without_a_community_is_said_and_keeps_the_province_incomplete(taken: Take) -> None:
    done = taken(sent({**list_files(HEAD, [A, replace(B, community="")]), **files(A)}))
    (finding,) = (one for one in done.findings if one.code == "list.row_incomplete")
    assert finding.subject == "association"
    assert "没有写小区名称" in finding.message
    assert next(row for row in rows(done, "submissions") if row["province"] == "浙江")["status"] == "partial"


def test_a_photo_that_is_added_under_a_used_name_takes_nothing_away(taken: Take) -> None:
    two = {f"春江花园/照片{n}.jpg": photo(str(n)) for n in (1, 2)}
    first = sent({**list_files(HEAD, [A]), **files(replace(A, photos=0)), "照片.zip": gbk_zip(two)})
    more = {"照片.zip": gbk_zip({"春江花园/照片1.jpg": photo("3")})}
    done = taken(first, sent(more, day("07-25T10:00:00"), "补充1张照片"))
    assert case(done, "春江花园")["photos"] == 3


def test_a_full_list_in_a_mail_that_adds_photos_replaces_the_earlier_list(taken: Take) -> None:
    first = sent({**list_files(HEAD, [A, B]), **files(A)})
    done = taken(first, sent(list_files(HEAD, [A]), day("07-25T10:00:00"), "补充照片"))
    assert [row["community"] for row in rows(done, "cases") if row["in_list"]] == ["春江花园"]


def test_a_form_that_names_another_city_contradicts_its_row(taken: Take) -> None:
    other = replace(A, form={"recommender": "宁波市物业管理协会"})
    done = taken(sent({**list_files(HEAD, [A]), **files(other)}))
    assert about(done, "春江花园") == {"mismatch.recommender"}
    assert len(rows(done, "cases")) == 1


@pytest.mark.parametrize("data", [b"plain text, no picture", b"<html><body>x</body></html>", b"\x01\x02\x03" * 900])
def test_a_photo_that_is_no_picture_is_unreadable_and_belongs_to_its_case(taken: Take, data: bytes) -> None:
    done = taken(sent({**list_files(HEAD, [A]), **files(A), "春江花园照片10.jpg": data}))
    assert about(done, "春江花园") == {"photo.unreadable"}
    (finding,) = (one for one in done.findings if one.code == "photo.unreadable")
    assert finding.city == "杭州市"


def test_a_zip_member_that_needs_a_password_is_named_where_things_are_missing(taken: Take) -> None:
    locked = bytearray(gbk_zip({"春江材料.docx": A.form_docx()}))
    # The encryption flag of both headers: the member claims to need a password.
    for start in (6, locked.index(b"PK\x01\x02") + 8):
        locked[start] |= 1
    done = taken(sent({**list_files(HEAD, [A]), "材料.zip": bytes(locked)}))
    (finding,) = (one for one in done.findings if one.code == "form.missing")
    assert "打不开，材料可能在其中" in finding.message
    assert "file.encrypted" in codes(done, "浙江")
