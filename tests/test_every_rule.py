"""Every code of domain.md section 3 is a rule with its severity, and holds on a real mail that other tests leave out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from config.campaign import Campaign
from ingest.desk import Desk
from reports.export import rows
from reports.finding import Assessment, Finding
from tests import doc_builders as docs
from tests.desks import assessed, codes, desk, take
from tests.inbox import Sent, list_files, mail, scan
from tests.mail_builders import gbk_zip
from tests.material_builders import material
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
HEAD = "浙江省物业管理协会"
BEFORE = datetime.fromisoformat("2026-08-05T23:59:59+08:00")
Take = Callable[..., Assessment]

# Code -> severity and the subjects on which its rules stand.
ERROR, WARNING, INFO = "error", "warning", "info"
RULES = {
    "submission.none": (ERROR, "association"), "list.word_missing": (ERROR, "association"),
    "list.not_word": (INFO, "association"), "list.scan_missing": (ERROR, "association"),
    "list.scan_unstamped": (WARNING, "association"), "list.scan_differs": (WARNING, "association"),
    "list.contact_missing": (WARNING, "association"), "list.row_incomplete": (WARNING, "association case"),
    "list.duplicate_case": (WARNING, "case"), "case.not_in_list": (WARNING, "case"), "form.missing": (ERROR, "case"),
    "form.unstamped": (WARNING, "case"), "form.field_missing": (WARNING, "case"), "form.field_invalid": (WARNING, "case"),
    "material.missing": (ERROR, "case"), "material.not_word": (INFO, "case"), "material.section_missing": (WARNING, "case"),
    "material.section_length": (INFO, "case"), "material.format": (INFO, "case"), "material.filename": (INFO, "case"),
    "photo.too_few": (ERROR, "case"), "photo.too_many": (INFO, "case"), "photo.too_small": (WARNING, "photo"),
    "photo.not_jpeg": (WARNING, "photo"), "photo.unreadable": (ERROR, "photo"), "photo.reused": (WARNING, "case"),
    "video.too_long": (WARNING, "video"), "video.not_landscape": (WARNING, "video"),
    "video.low_resolution": (WARNING, "video"), "video.wrong_format": (WARNING, "video"),
    "video.unreadable": (WARNING, "video"), "eligibility.delivery_date": (ERROR, "case"),
    "eligibility.collection_rate": (ERROR, "case"), "eligibility.project_type": (WARNING, "case"),
    "eligibility.already_selected": (ERROR, "case"), "quota.exceeded": (ERROR, "city"),
    "balance.project_types": (INFO, "association"), "mismatch.company": (WARNING, "case"),
    "mismatch.delivery_date": (WARNING, "case"), "mismatch.project_type": (WARNING, "case"),
    "mismatch.recommender": (WARNING, "case"), "late.submission": (ERROR, "association"), "late.case": (ERROR, "case"),
    "late.item": (WARNING, "association case"), "sender.unknown": (WARNING, "message"),
    "sender.not_provincial": (WARNING, "message"), "sender.suspicious": (WARNING, "message"),
    "link.cloud_attachment": (ERROR, "message"), "file.encrypted": (ERROR, "file"), "file.corrupt": (ERROR, "file"),
    "file.unsafe": (ERROR, "file"), "file.volume_missing": (ERROR, "file"), "file.unclassified": (WARNING, "file"),
    "file.unsupported": (ERROR, "file"),
}  # fmt: skip
# Those of things that are absent: outstanding before the deadline, missing after it.
PHASED = {
    "submission.none",
    "list.word_missing",
    "list.scan_missing",
    "form.missing",
    "material.missing",
    "photo.too_few",
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def taken(opened: Desk, tmp_path: Path) -> Take:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


def sent(files: dict[str, bytes], when: str = "07-20T10:00:00") -> bytes:
    return mail("zjwyxh@example.cn", "浙江报送", day(when), files)


def files(*cases: Sent) -> dict[str, bytes]:
    return {"材料.zip": gbk_zip({path: data for case in cases for path, data in case.files().items()})}


def found(assessment: Assessment, code: str) -> list[Finding]:
    return [one for one in assessment.findings if one.code == code and one.province == "浙江"]


def test_every_code_is_a_rule_with_its_severity_and_subject(campaign: Campaign) -> None:
    told: dict[str, tuple[str, set[str]]] = {}
    for rule in campaign.rule:
        _, subjects = told.setdefault(rule.code, (rule.severity, set()))
        subjects.add(rule.on)
    expected = {code: (severity, set(on.split())) for code, (severity, on) in RULES.items()}
    assert {code: told.get(code) for code in expected} == expected


def test_what_is_absent_and_nothing_else_has_a_phase(campaign: Campaign) -> None:
    assert {rule.code for rule in campaign.rule if rule.phase} == PHASED


@pytest.mark.parametrize(
    ("files_", "code", "message"),
    [
        (files(A), "list.word_missing", "尚未收到可编辑的汇总清单（附件4），请补充 Word 版"),
        (list_files(HEAD, [A], scanned=False), "list.scan_missing", "尚未收到汇总清单的盖章扫描件，请补充"),
        (list_files(HEAD, [A]), "form.missing", "尚未收到推荐表（附件3），请补充"),
        (list_files(HEAD, [A]), "material.missing", "尚未收到案例材料，请补充"),
        (list_files(HEAD, [A]), "photo.too_few", "合格照片 0 张，至少需要 3 张，请补充"),
    ],
)
def test_what_has_not_come_is_outstanding_before_the_deadline_and_missing_after_it(
    files_: dict[str, bytes], code: str, message: str, opened: Desk, taken: Take
) -> None:
    after = taken(sent(files_))
    for assessment, phase in ((after, "missing"), (assessed(opened, BEFORE), "outstanding")):
        (one,) = found(assessment, code)
        assert (one.severity, one.phase, one.message) == ("error", phase, message)
        assert one.evidence


def test_a_material_alone_that_has_not_come_is_asked_for_alone(taken: Take) -> None:
    done = taken(sent({**list_files(HEAD, [A]), **files(replace(A, has_material=False))}))
    (one,) = found(done, "material.missing")
    assert (one.community, one.subject) == ("春江花园", "case")
    assert codes(done, "浙江") == {"material.missing", "balance.project_types"}
    (row,) = rows(done, "cases")
    assert (row["has_material"], row["complete"]) == (False, False)


def test_a_form_without_any_seal_is_asked_about_and_a_later_stamped_one_settles_it(taken: Take) -> None:
    bare = sent({**list_files(HEAD, [A]), **files(replace(A, stamped=False))})
    done = taken(bare)
    (one,) = found(done, "form.unstamped")
    assert (one.severity, one.community, one.phase) == ("warning", "春江花园", None)
    assert "推荐表.docx" in one.evidence
    (row,) = rows(done, "cases")
    assert (row["form_stamped"], row["complete"]) == (False, True)
    # Whether the picture in it is a seal nobody can tell: then nothing is said.
    done = taken(bare, sent({"春江花园推荐表（盖章）.docx": A.form_docx()}, "07-25T10:00:00"))
    assert found(done, "form.unstamped") == []


def test_a_material_that_is_no_word_file_counts_and_is_asked_for_in_word(taken: Take) -> None:
    html = "<html><body>" + "".join(f"<p>{line}</p>" for line in material()) + "</body></html>"
    other = {"春江花园+小区换新颜.html": html.encode()}
    done = taken(sent({**list_files(HEAD, [A]), **files(replace(A, has_material=False)), **other}))
    (one,) = found(done, "material.not_word")
    assert one.message == "案例材料不是 Word 版（《春江花园+小区换新颜.html》），请补充 Word 版"
    assert (one.severity, found(done, "material.missing")) == ("info", [])
    assert rows(done, "cases")[0]["complete"] is True


def test_types_that_a_province_leaves_out_are_named_and_those_unknown_are_not(taken: Take) -> None:
    cases = [A, replace(A, community="秋水苑", project_type="安置房小区")]
    (one,) = found(taken(sent(list_files(HEAD, cases))), "balance.project_types")
    assert one.message == "全省案例未涉及：国企移交社会管理小区、弃管小区"
    assert one.evidence == "商品住宅小区 1 个、安置房小区 1 个"


def test_where_no_case_says_its_type_nothing_is_said_of_the_balance(taken: Take) -> None:
    done = taken(sent(list_files(HEAD, [replace(A, project_type="")])))
    assert found(done, "balance.project_types") == []


@pytest.mark.parametrize(("city", "said"), [("武汉市", True), ("宜昌市", False)])
def test_a_community_that_was_selected_before_is_told_from_its_namesake(city: str, said: bool, taken: Take) -> None:
    own = Sent("东湖名苑小区", "宜昌东湖物业服务有限公司", f"{city}物业管理协会", photos=0)
    head = "湖北省物业服务和管理协会"
    done = taken(mail("hb@wyxh.example", "湖北省案例", day("07-20T10:00:00"), list_files(head, [own])))
    messages = [one.message for one in done.findings if one.code == "eligibility.already_selected"]
    expected = "此前已入选（湖北省武汉市东湖名苑（武汉东湖物业服务有限公司）），不再重复申报"
    assert messages == ([expected] if said else [])


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"delivered": "2019年12月31日"}, None),
        ({"delivered": "2019年"}, None),
        ({"delivered": "2020年"}, "eligibility.delivery_date"),
        ({"collection_rate": "90%"}, None),
        ({"collection_rate": "0.9"}, None),
        ({"collection_rate": "89.99%"}, "eligibility.collection_rate"),
        ({"project_type": "弃管小区"}, None),
        ({"project_type": "公租房"}, "eligibility.project_type"),
    ],
)
def test_what_is_eligible_is_judged_to_the_day_and_the_percent(
    form: dict[str, str], code: str | None, taken: Take
) -> None:
    own = replace(A, photos=0, has_material=False, form=form)
    done = taken(sent({**list_files(HEAD, [A]), **files(own)}))
    eligibility = {one.code for one in done.findings if one.code.startswith("eligibility.")}
    assert eligibility == ({code} if code else set())


def test_a_recommender_written_otherwise_is_the_same_and_another_one_is_told_with_both(taken: Take) -> None:
    own = replace(A, photos=0, has_material=False, form={"recommender": "杭州市物协"})
    assert found(taken(sent({**list_files(HEAD, [A]), **files(own)})), "mismatch.recommender") == []
    other = replace(own, form={"recommender": "宁波市物业管理协会"})
    (one,) = found(taken(sent({"推荐表（新）.docx": other.form_docx()}, "07-25T10:00:00")), "mismatch.recommender")
    assert one.message == "推荐单位不一致：清单为“杭州市物业管理协会”，推荐表为“宁波市物业管理协会”"


def test_a_scan_of_the_list_alone_leaves_its_word_file_to_be_asked_for(taken: Take) -> None:
    done = taken(sent({"汇总清单盖章.pdf": scan(), **files(A)}))
    assert {"list.word_missing", "list.scan_missing"} & codes(done, "浙江") == {"list.word_missing"}


def test_a_form_that_names_only_its_community_is_asked_for_all_other_cells(taken: Take) -> None:
    blank = {name: "" for name in docs.FORM if name not in ("community", "applicant_signed", "recommender_signed")}
    own = replace(A, photos=0, has_material=False, form=blank)
    (one,) = found(taken(sent({**list_files(HEAD, [A]), **files(own)})), "form.field_missing")
    labels = one.message.removeprefix("推荐表中").removesuffix("空白，请补充").split("、")
    assert len(labels) == 15
    assert "小区名称" not in labels
