"""The sample campaign from raw mails to findings: what the notice asks for is told, and nothing else."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from reports.finding import Assessment, Finding
from store import mail
from tests.desks import AFTER, assessed, codes, desk, everything, take
from tests.sample import mails


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Assessment]]:
    folder = tmp_path_factory.mktemp("sample")
    with desk(folder) as opened:
        yield opened, take(opened, folder / "inbox", *mails())


def found(assessment: Assessment, code: str) -> list[Finding]:
    return [finding for finding in assessment.findings if finding.code == code]


def test_every_mail_is_accounted_for(sample: tuple[Desk, Assessment]) -> None:
    messages = sample[1].picture.messages
    assert len(messages) == 15
    assert {message.state for message in messages} == {"filed"}
    kinds = [message.kind for message in messages]
    assert (kinds.count("submission"), kinds.count("unrelated"), kinds.count("inquiry"), kinds.count("automatic")) == (
        12,
        1,
        1,
        1,
    )


def test_complete_provinces_are_complete(sample: tuple[Desk, Assessment]) -> None:
    states = {view.province: view.status for view in sample[1].picture.associations}
    assert {province for province, state in states.items() if state == "complete"} == {
        "浙江",
        "江苏",
        "山东",
        "北京",
        "湖北",
        "湖南",
    }
    assert {province for province, state in states.items() if state == "partial"} == {"四川", "上海", "广东", "陕西"}
    assert list(states.values()).count("none") == 21


@pytest.mark.parametrize(
    ("code", "province", "community"),
    [
        ("quota.exceeded", "山东", None),
        ("form.missing", "四川", "涪城新居"),
        ("form.missing", "陕西", "雁塔人家"),
        ("late.submission", "湖南", None),
        ("list.scan_missing", "上海", None),
        ("list.scan_missing", "广东", None),
        ("photo.too_few", "广东", "南山海景花园"),
        ("photo.too_small", "上海", "徐汇新村"),
        ("photo.unreadable", "上海", "徐汇新村"),
        ("eligibility.delivery_date", "湖北", "东湖名苑"),
        ("eligibility.collection_rate", "湖北", "东湖名苑"),
        ("eligibility.already_selected", "湖北", "东湖名苑"),
        ("form.field_missing", "湖北", "东湖名苑"),
        ("mismatch.company", "陕西", "曲江春晓"),
        ("sender.not_provincial", "广东", None),
        ("sender.unknown", None, None),
        ("file.corrupt", "陕西", None),
    ],
)
def test_what_is_wrong_is_found_where_it_is(
    sample: tuple[Desk, Assessment], code: str, province: str | None, community: str | None
) -> None:
    assert (province, community) in {(finding.province, finding.community) for finding in found(sample[1], code)}


def test_a_province_that_sent_everything_is_told_nothing_is_missing(sample: tuple[Desk, Assessment]) -> None:
    for province in ("浙江", "江苏", "北京"):
        assert codes(sample[1], province) <= {"balance.project_types"}


def test_only_the_case_whose_papers_differ_is_called_a_mismatch(sample: tuple[Desk, Assessment]) -> None:
    mismatches = [one for one in sample[1].findings if one.code.startswith("mismatch.")]
    assert [(one.code, one.community) for one in mismatches] == [("mismatch.company", "曲江春晓")]
    assert mismatches[0].message == (
        "物业服务企业名称不一致：清单、推荐表的申报单位和案例材料均为“西安曲江物业服务有限公司”，"
        "推荐表为“西安大明宫物业服务有限公司”"
    )


def test_a_silent_province_has_that_finding_alone(sample: tuple[Desk, Assessment]) -> None:
    assert codes(sample[1], "西藏") == {"submission.none"}


def test_a_late_province_has_no_late_cases_or_items(sample: tuple[Desk, Assessment]) -> None:
    assert not {code for code in codes(sample[1], "湖南") if code.startswith("late.")} - {"late.submission"}


def test_every_finding_shows_its_evidence_and_clause(sample: tuple[Desk, Assessment]) -> None:
    assert [finding.code for finding in sample[1].findings if not finding.evidence or not finding.clause] == []


def test_before_the_deadline_things_are_outstanding_and_after_it_missing(sample: tuple[Desk, Assessment]) -> None:
    opened, after = sample
    before = assessed(opened, datetime.fromisoformat("2026-08-05T23:59:59+08:00"))
    assert {finding.phase for finding in before.findings} == {"outstanding", None}
    assert {finding.phase for finding in after.findings} == {"missing", None}


def test_as_of_a_moment_only_what_had_arrived_counts(sample: tuple[Desk, Assessment]) -> None:
    opened, _ = sample
    early = assessed(opened, datetime.fromisoformat("2026-07-20T10:12:03+08:00"))
    assert [message.province for message in early.picture.messages] == ["浙江"]
    earlier = assessed(opened, datetime.fromisoformat("2026-07-20T10:12:02+08:00"))
    assert earlier.picture.messages == ()
    assert len([one for one in earlier.findings if one.code == "submission.none"]) == 31


def test_files_of_a_gbk_zip_are_filed_by_their_folders(sample: tuple[Desk, Assessment]) -> None:
    paths = {file.path: file.community for file in sample[1].picture.files if file.province == "浙江"}
    path = "案例材料.zip!/宁波甬安物业管理有限公司/鄞州安居家园/照片1.jpg"
    assert paths[path] == "鄞州安居家园"


def test_a_corrected_list_replaces_the_earlier_one_item_by_item(sample: tuple[Desk, Assessment]) -> None:
    lists = [file for file in sample[1].picture.files if file.kind == "summary_list" and file.province == "陕西"]
    assert [file.superseded for file in lists] == [True, False]
    cases = {case.community: case for case in sample[1].picture.cases if case.province == "陕西"}
    assert cases["曲江春晓"].has_form
    assert cases["曲江春晓"].in_list
    assert "list.duplicate_case" not in codes(sample[1], "陕西")


def test_a_rebuild_from_the_stored_mails_gives_the_same(sample: tuple[Desk, Assessment]) -> None:
    opened, before = sample
    mail.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == everything(before)


def test_importing_the_same_mails_again_changes_nothing(sample: tuple[Desk, Assessment], tmp_path: Path) -> None:
    opened, before = sample
    again = take(opened, tmp_path / "again", *mails())
    assert everything(again) == everything(before)


def test_mail_by_mail_ends_as_all_at_once(sample: tuple[Desk, Assessment], tmp_path: Path) -> None:
    with desk(tmp_path / "one") as opened:
        for number, raw in enumerate(reversed(list(mails()))):
            after = take(opened, tmp_path / f"inbox{number}", raw)
    assert {k: v for k, v in everything(after).items() if k != "messages"} == {
        k: v for k, v in everything(sample[1]).items() if k != "messages"
    }


def test_nothing_waits_when_all_is_read(sample: tuple[Desk, Assessment], tmp_path: Path) -> None:
    opened, _ = sample
    assert mail.waiting(opened.store) == []
    import_path(opened, Path(tmp_path), AFTER)
    assert take_in(opened) == 0
