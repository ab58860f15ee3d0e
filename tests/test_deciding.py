"""What a person decides of cases, findings and submissions: kept by name, undone at will, and never overwritten unseen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk, Shelved
from ingest.desk import Desk
from ingest.intake import take_in
from ingest.telling.digesting import make_digest
from reports.export import rows
from reports.finding import Assessment, Finding
from reports.history import case_history
from reports.telling import is_idle
from store import decisions, mail
from store.decisions import Person
from tests.desks import assessed, codes, desk, everything, from_scratch, take
from tests.inbox import Sent, list_files, photo
from tests.inbox import mail as mail_of
from tests.sample import day
from tests.test_cli import zhengji

WHEN = day("08-06T09:00:00")
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=3)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0)
HEAD = "浙江省物业管理协会"
Take = Callable[..., Assessment]


def sent(files: Mapping[str, bytes], when: str = "07-20T10:00:00", subject: str = "浙江报送") -> bytes:
    return mail_of("zjwyxh@example.cn", subject, day(when), files)


def whole(*cases: Sent) -> dict[str, bytes]:
    own = {path.replace("/", "-"): data for case in cases for path, data in case.files().items()}
    return {**list_files(HEAD, cases), **own}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def taken(opened: Desk, tmp_path: Path) -> Take:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


def clerk(opened: Desk, name: str = "陈静", note: str = "", seen: int | None = None) -> Clerk:
    return Clerk(opened, Person(name, WHEN, note), seen)


def case(assessment: Assessment, community: str) -> dict[str, Any]:
    return next(row for row in rows(assessment, "cases") if row["community"] == community)


def finding(assessment: Assessment, code: str) -> Finding:
    return next(one for one in assessment.findings if one.code == code)


def survives_a_rebuild(opened: Desk) -> None:
    before = assessed(opened)
    mail.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == everything(before)
    assert everything(from_scratch(opened)) == everything(before)


def test_a_corrected_value_is_exported_settles_its_findings_and_outlives_a_rebuild(opened: Desk, taken: Take) -> None:
    odd = replace(A, form={"floor_area": "约十来万", "company": "杭州春江物业管理集团"})
    done = taken(sent(whole(odd)))
    assert {"form.field_invalid"} <= codes(done, "浙江")
    lines = deciding.correct(clerk(opened, note="电话核实"), "春江花园", "建筑面积", "12.5万平方米")
    assert lines == ["已认定（编号 1）：浙江/杭州市/春江花园 的建筑面积：“约十来万”改为“12.5万平方米”"]
    after = assessed(opened)
    assert case(after, "春江花园")["floor_area_m2"] == 125000.0
    assert "form.field_invalid" not in codes(after, "浙江")
    survives_a_rebuild(opened)
    settling.undo(opened, 1, Person("陈静", WHEN))
    assert case(assessed(opened), "春江花园")["floor_area_m2"] is None
    assert "form.field_invalid" in codes(assessed(opened), "浙江")


def test_a_corrected_company_ends_the_contradiction_between_list_and_form(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(replace(A, form={"company": "嘉兴南湖物业服务有限公司"}))))
    assert "mismatch.company" in codes(done, "浙江")
    deciding.correct(clerk(opened), "春江花园", "company", "杭州春江物业服务有限公司")
    after = assessed(opened)
    assert "mismatch.company" not in codes(after, "浙江")
    assert case(after, "春江花园")["company"] == "杭州春江物业服务有限公司"


def test_a_corrected_city_counts_for_the_quota_of_that_city(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A)))
    deciding.correct(clerk(opened), "春江花园", "城市", "宁波")
    assert case(assessed(opened), "春江花园")["city"] == "宁波市"
    assert [city.city for city in assessed(opened).picture.cities] == ["宁波市"]
    # It is still found by the name that it was decided on.
    deciding.correct(clerk(opened), "浙江/宁波市/春江花园", "备注", "改过")
    assert case(assessed(opened), "春江花园")["remark"] == "改过"


@pytest.mark.parametrize(
    ("field", "raw", "said"),
    [
        ("交付时间", "好久以前", "“好久以前”读不成交付时间，应如 2015年6月30日"),
        ("天气", "12", "没有“天气”这一栏"),
        ("城市", "南京", "“南京”读不成城市"),
    ],
)
def test_a_correction_that_cannot_be_read_is_refused(
    opened: Desk, taken: Take, field: str, raw: str, said: str
) -> None:
    taken(sent(whole(A)))
    with pytest.raises(ConfigError, match=said):
        deciding.correct(clerk(opened), "春江花园", field, raw)
    assert decisions.every(opened.store) == []


def test_a_waived_finding_stays_to_be_seen_and_counts_no_more(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(B)))
    found = finding(done, "photo.too_few")
    lines = deciding.waive(clerk(opened, note="已电话说明，照片随后寄到"), found.id)
    assert lines[0].startswith("已认定（编号 1）：浙江/宁波市/秋水苑：合格照片 0 张")
    after = finding(assessed(opened), "photo.too_few")
    assert (after.status, after.waived) == ("waived", "陈静 8月6日：已电话说明，照片随后寄到")
    errors = {row["province"]: row["errors"] for row in rows(assessed(opened), "submissions")}
    before = {row["province"]: row["errors"] for row in rows(done, "submissions")}
    assert errors["浙江"] == before["浙江"] - 1
    survives_a_rebuild(opened)


def test_a_waiver_lapses_only_where_what_it_was_about_changes(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(B)))
    deciding.waive(clerk(opened, note="同意"), finding(done, "photo.too_few").id)
    # A note that has nothing to do with the photos changes nothing.
    later = taken(
        sent(whole(B)), sent({"秋水苑推荐表.docx": replace(B, form={"fee": "3元"}).form_docx()}, "07-21T10:00:00")
    )
    assert finding(later, "photo.too_few").status == "waived"
    more = taken(sent({"秋水苑大门.jpg": photo("秋水苑一")}, "07-22T10:00:00"))
    assert finding(more, "photo.too_few").message.startswith("合格照片 1 张")
    assert finding(more, "photo.too_few").status == "open"


def test_a_waiver_without_a_reason_is_refused(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(B)))
    with pytest.raises(ConfigError, match="豁免要写明理由"):
        deciding.waive(clerk(opened), finding(done, "photo.too_few").id)


def test_a_waived_finding_is_reopened(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(B)))
    found = finding(done, "photo.too_few").id
    deciding.waive(clerk(opened, note="同意"), found)
    assert deciding.reopen(clerk(opened, "李明"), found) == ["已重新打开，撤销了人工处理 1（陈静 所定）"]
    assert finding(assessed(opened), "photo.too_few").status == "open"
    assert decisions.every(opened.store)[0].undone_by == "李明"


def test_a_withdrawn_case_is_shown_and_judged_no_more(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(A, B)))
    assert "photo.too_few" in codes(done, "浙江")
    deciding.withdraw(clerk(opened, note="协会来电"), "秋水苑")
    after = assessed(opened)
    assert case(after, "秋水苑")["withdrawn"] == "陈静 8月6日：协会来电"
    assert [one for one in after.findings if one.community == "秋水苑"] == []
    (zhejiang,) = [row for row in rows(after, "submissions") if row["province"] == "浙江"]
    assert (zhejiang["cases_listed"], zhejiang["cases_complete"], zhejiang["status"]) == (1, 1, "complete")
    assert [city.city for city in after.picture.cities] == ["杭州市"]
    survives_a_rebuild(opened)
    deciding.reopen(clerk(opened), "秋水苑")
    assert "photo.too_few" in codes(assessed(opened), "浙江")


def test_the_photos_of_a_withdrawn_case_are_not_asked_for_anew(opened: Desk, taken: Take) -> None:
    small = {"秋水苑小图.jpg": photo("小")[:400_000]}
    taken(sent({**whole(A, B), **small}))
    assert any(one.file == "秋水苑小图.jpg" for one in assessed(opened).findings)
    deciding.withdraw(clerk(opened), "秋水苑")
    assert [one for one in assessed(opened).findings if one.file == "秋水苑小图.jpg"] == []


def test_a_later_deadline_makes_in_time_what_came_until_then(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A), "08-07T10:00:00"))
    assert "late.submission" in codes(assessed(opened, day("08-11T10:00:00")), "浙江")
    lines = deciding.extend(clerk(opened, note="协会函〔2026〕3号"), "浙江", "2026-08-12")
    assert lines == ["已认定（编号 1）：浙江的截止日期延到 2026-08-12"]
    after = assessed(opened, day("08-11T10:00:00"))
    assert not {code for code in codes(after, "浙江") if code.startswith("late.")}
    (row,) = [row for row in rows(after, "submissions") if row["province"] == "浙江"]
    assert (row["late"], row["deadline"]) == (False, "2026-08-12T23:59:59+08:00")


def test_what_is_not_there_is_outstanding_until_the_later_deadline(opened: Desk, taken: Take) -> None:
    taken(sent(whole(B)))
    deciding.extend(clerk(opened, note="函"), "浙江", "2026-08-12")
    phases = {
        when: finding(assessed(opened, day(when)), "photo.too_few").phase
        for when in ("08-12T23:59:59", "08-13T00:00:00")
    }
    assert phases == {"08-12T23:59:59": "outstanding", "08-13T00:00:00": "missing"}
    assert finding(assessed(opened, day("08-06T10:00:00")), "submission.none").phase == "missing"


@pytest.mark.parametrize(
    ("day_", "note", "said"),
    [
        ("2026-08-05", "函", "不晚于截止日"),
        ("下周", "函", "不是日期"),
        ("2026-13-01", "函", "不是日期"),
        ("2027-08-10", "函", "请核对日期"),
        ("2026-08-12", "", "延期要写明依据"),
    ],
)
def test_a_deadline_that_is_none_is_refused(opened: Desk, day_: str, note: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        deciding.extend(clerk(opened, note=note), "浙江", day_)


def test_a_province_that_sends_nothing_is_no_longer_asked(opened: Desk, taken: Take) -> None:
    taken()
    assert deciding.send_nothing(clerk(opened, note="来电"), "西藏") == ["已认定（编号 1）：西藏零报送"]
    after = assessed(opened)
    assert codes(after, "西藏") == set()
    (row,) = [row for row in rows(after, "submissions") if row["province"] == "西藏"]
    assert (row["status"], row["nothing_to_send"]) == ("none", "陈静 8月6日：来电")


def test_a_file_is_filed_by_a_person_and_stays_there_when_it_comes_again(opened: Desk, taken: Take) -> None:
    lone = {"IMG_0001.jpg": photo("lone")}
    done = taken(sent(whole(A, B)), sent(lone, "07-21T10:00:00"))
    found = finding(done, "file.unfiled")
    assert found.message == "看不出《IMG_0001.jpg》是哪个小区的，请人工归档"
    assert found.evidence.endswith("归档：zhengji decide file 2 文件 --case 小区")
    deciding.file_to(clerk(opened), "2", "IMG_0001.jpg", Shelved("秋水苑"))
    after = assessed(opened)
    assert case(after, "秋水苑")["photos"] == 1
    assert "file.unfiled" not in codes(after, "浙江")
    again = taken(sent(lone, "07-23T10:00:00", "再发一次"))
    assert "file.unfiled" not in codes(again, "浙江")
    assert case(again, "秋水苑")["photos"] == 1
    survives_a_rebuild(opened)
    settling.undo(opened, 1, Person("陈静", WHEN))
    assert case(assessed(opened), "秋水苑")["photos"] == 0


def test_a_form_that_was_filed_elsewhere_makes_no_case_of_its_own(opened: Desk, taken: Take) -> None:
    odd = replace(A, community="北山雅居", company="湖州北山物业有限公司", photos=0, has_material=False)
    done = taken(sent(list_files(HEAD, [A, B])), sent({"推荐表.docx": odd.form_docx()}, "07-21T10:00:00"))
    assert {row["community"] for row in rows(done, "cases")} == {"春江花园", "秋水苑", "北山雅居"}
    deciding.file_to(clerk(opened), "2", "推荐表.docx", Shelved("秋水苑"))
    after = assessed(opened)
    assert len(rows(after, "cases")) == 2
    assert sum(row["has_form"] for row in rows(after, "cases")) == 1


def test_a_person_says_of_what_kind_a_file_is(opened: Desk, taken: Take) -> None:
    taken(sent({**whole(A), "情况.docx": list_files("", [])["汇总清单.docx"]}))
    deciding.file_to(clerk(opened), "1", "情况.docx", Shelved(kind="other", none=True))
    (row,) = [row for row in rows(assessed(opened), "files") if row["path"] == "情况.docx"]
    assert (row["kind"], row["community"]) == ("other", None)


def test_a_file_goes_to_a_case_that_nobody_listed(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A)), sent({"IMG_1.jpg": photo("x")}, "07-21T10:00:00"))
    deciding.file_to(clerk(opened), "2", "IMG_1.jpg", Shelved("明月湾", new=True))
    assert case(assessed(opened), "明月湾")["photos"] == 1
    assert "case.not_in_list" in {one.code for one in assessed(opened).findings if one.community == "明月湾"}


def test_two_names_of_one_community_are_merged_and_parted_again(opened: Desk, taken: Take) -> None:
    other = replace(A, community="江畔名都", photos=0, has_material=False)
    done = taken(sent({**list_files(HEAD, [A]), "推荐表.docx": other.form_docx()}))
    assert len(rows(done, "cases")) == 2
    deciding.merge(clerk(opened), "江畔名都", "春江花园")
    after = assessed(opened)
    assert [row["in_list"] and row["has_form"] for row in rows(after, "cases")] == [True]
    survives_a_rebuild(opened)
    settling.undo(opened, 1, Person("陈静", WHEN))
    assert len(rows(assessed(opened), "cases")) == 2


def test_names_that_are_nearly_alike_are_joined_and_a_person_parts_them(opened: Desk, taken: Take) -> None:
    slip = replace(A, community="舂江花园", photos=0, has_material=False)
    done = taken(sent({**list_files(HEAD, [A]), "推荐表.docx": slip.form_docx()}))
    assert [row["has_form"] for row in rows(done, "cases")] == [True]
    basis = next(row["filing_basis"] for row in rows(done, "files") if row["kind"] == "recommendation_form")
    assert "仅差一字" in basis
    deciding.split(clerk(opened), "浙江/舂江花园", None)
    assert {row["community"]: row["has_form"] for row in rows(assessed(opened), "cases")} == {
        "春江花园": False,
        "舂江花园": True,
    }


def test_one_name_of_two_companies_is_split(opened: Desk, taken: Take) -> None:
    twin = replace(A, company="杭州运河物业服务有限公司", photos=0, has_material=False)
    taken(sent({**list_files(HEAD, [A, twin]), "a.docx": A.form_docx(), "b.docx": twin.form_docx()}))
    assert len(rows(assessed(opened), "cases")) == 1
    deciding.split(clerk(opened), "春江花园", "杭州运河物业服务有限公司")
    after = assessed(opened)
    assert [(row["company"], row["in_list"], row["has_form"]) for row in rows(after, "cases")] == [
        ("杭州春江物业服务有限公司", True, True),
        ("杭州运河物业服务有限公司", True, True),
    ]


def test_the_second_of_two_persons_sees_that_the_first_was_there(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A)))
    deciding.correct(clerk(opened, "陈静"), "春江花园", "建筑面积", "12万平方米")
    with pytest.raises(ConfigError, match="陈静 已于 2026-08-06 09:00 决定过（编号 1）.*请加 --replace 1"):
        deciding.correct(clerk(opened, "李明"), "春江花园", "建筑面积", "13万平方米")
    same = deciding.correct(clerk(opened, "李明"), "春江花园", "建筑面积", "12万平方米")
    assert same[0].startswith("先前已这样认定（编号 1，陈静）")
    lines = deciding.correct(clerk(opened, "李明", seen=1), "春江花园", "建筑面积", "13万平方米")
    assert lines[1].startswith("取代 陈静 2026-08-06 09:00 的决定（编号 1）")
    assert case(assessed(opened), "春江花园")["floor_area_m2"] == 130000.0
    # What the first decided stands again where the second is undone.
    settling.undo(opened, 2, Person("李明", WHEN))
    assert case(assessed(opened), "春江花园")["floor_area_m2"] == 120000.0


def test_two_who_decide_at_the_same_moment_do_not_both_go_through(opened: Desk) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def decide(name: str) -> str:
        value = {"province": "西藏", "day": f"2026-08-1{len(name)}"}
        try:
            decisions.decide(opened.store, decisions.DEADLINE, "province:西藏", value, Person(name, WHEN, "函"))
        except decisions.AlreadyDecided:
            return "there"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(decide, ["甲", "乙乙", "丙丙丙", "丁丁丁丁"]))
    assert sorted(done) == ["done", "there", "there", "there"]


def test_a_case_that_is_not_there_is_told_with_what_may_be_meant(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A)))
    with pytest.raises(ConfigError, match="没有叫“春江花苑”的案例，你是不是想说 浙江/杭州市/春江花园？"):
        deciding.withdraw(clerk(opened), "春江花苑")


def test_a_name_in_two_cities_must_be_written_whole(opened: Desk, taken: Take) -> None:
    twin = replace(A, company="宁波甬江物业有限公司", recommender="宁波市物业管理协会", photos=0)
    taken(sent(list_files(HEAD, [A, twin])))
    with pytest.raises(ConfigError, match="“春江花园”不止一个：浙江/宁波市/春江花园、浙江/杭州市/春江花园"):
        deciding.withdraw(clerk(opened), "春江花园")
    deciding.withdraw(clerk(opened), "浙江/宁波市/春江花园")
    assert [row["city"] for row in rows(assessed(opened), "cases") if row["withdrawn"]] == ["宁波市"]


def test_a_correction_on_which_a_newer_form_says_something_else_is_asked_again(opened: Desk, taken: Take) -> None:
    taken(sent(whole(replace(A, form={"floor_area": "约十来万"}))))
    deciding.correct(clerk(opened), "春江花园", "建筑面积", "12.5万平方米")
    later = taken(
        sent({"春江花园推荐表.docx": replace(A, form={"floor_area": "14万平方米"}).form_docx()}, "07-25T10:00:00")
    )
    assert case(later, "春江花园")["floor_area_m2"] == 125000.0
    assert finding(later, "value.outdated").message == (
        "人工更正之后来了新的材料：建筑面积更正为“12.5万平方米”，现写“14万平方米”，请核对以哪个为准"
    )
    same = taken(
        sent({"春江花园推荐表.docx": replace(A, form={"floor_area": "12.5万平方米"}).form_docx()}, "07-26T10:00:00")
    )
    assert "value.outdated" not in codes(same)


def test_a_process_that_dies_between_a_decision_and_its_filing_is_made_up_for(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A, B)), sent({"IMG_0001.jpg": photo("lone")}, "07-21T10:00:00"))
    value = {
        "province": "浙江", "city": "宁波市", "community": "秋水苑", "message": 2, "path": "IMG_0001.jpg",
        "name": "IMG_0001.jpg", "sha256": None, "kind": None, "kind_label": None, "placed": True,
    }  # fmt: skip
    decisions.decide(opened.store, decisions.FILED, "file:2:IMG_0001.jpg", value, Person("陈静", WHEN))
    assert case(assessed(opened), "秋水苑")["photos"] == 0
    take_in(opened)
    assert case(assessed(opened), "秋水苑")["photos"] == 1
    decisions.undo(opened.store, 1, Person("陈静", WHEN))
    take_in(opened)
    assert case(assessed(opened), "秋水苑")["photos"] == 0


def test_a_province_of_which_nothing_will_come_is_told_apart_from_the_silent_ones(opened: Desk) -> None:
    deciding.send_nothing(clerk(opened, note="来电"), "西藏")
    told = as_text_of(opened)
    assert "零报送 1" in told
    assert "西藏" not in told.partition("尚未报送")[2].partition("\n")[0]


def as_text_of(opened: Desk) -> str:
    return make_digest(opened, day("08-01T08:30:00")).text


def test_many_files_are_asked_for_in_one_line_and_filed_by_one_command(opened: Desk, taken: Take) -> None:
    lone = {f"IMG_{number:04}.jpg": photo(f"lone{number}") for number in range(5)}
    done = taken(sent(whole(A, B)), sent(lone, "07-21T10:00:00"))
    (found,) = [one for one in done.findings if one.code == "file.unfiled"]
    assert (
        found.message == "看不出《IMG_0000.jpg》、《IMG_0001.jpg》、《IMG_0002.jpg》等 5 个文件是哪个小区的，请人工归档"
    )
    assert len(deciding.file_to(clerk(opened), "2", "IMG_*.jpg", Shelved("秋水苑"))) == 5
    assert case(assessed(opened), "秋水苑")["photos"] == 5


def test_place_and_kind_of_a_file_are_decided_apart(opened: Desk, taken: Take) -> None:
    taken(sent({**whole(A, B), "秋水苑情况.docx": B.form_docx()}))
    deciding.file_to(clerk(opened), "1", "秋水苑情况.docx", Shelved(kind="other"))
    deciding.file_to(clerk(opened), "1", "秋水苑情况.docx", Shelved("春江花园"))
    (row,) = [row for row in rows(assessed(opened), "files") if row["path"] == "秋水苑情况.docx"]
    assert (row["kind"], row["community"]) == ("other", "春江花园")


def test_a_form_that_is_filed_to_a_case_does_not_rename_it(opened: Desk, taken: Take) -> None:
    taken(sent(list_files(HEAD, [A, B])), sent({"推荐表.docx": A.form_docx()}, "07-21T10:00:00"))
    deciding.file_to(clerk(opened), "2", "推荐表.docx", Shelved("秋水苑"))
    assert {row["community"]: row["has_form"] for row in rows(assessed(opened), "cases")} == {
        "春江花园": False,
        "秋水苑": True,
    }


def test_merges_are_followed_over_several_steps(opened: Desk, taken: Take) -> None:
    one, two = (replace(A, community=name, photos=0, has_material=False) for name in ("江畔名都", "之江公馆"))
    taken(sent({**list_files(HEAD, [A]), "a.docx": one.form_docx(), "b.docx": two.form_docx()}))
    deciding.correct(clerk(opened), "江畔名都", "备注", "有用")
    deciding.merge(clerk(opened), "之江公馆", "江畔名都")
    lines = deciding.merge(clerk(opened), "江畔名都", "春江花园")
    assert lines[1].startswith("请注意：编号 1 的决定（浙江/杭州市/江畔名都 的备注")
    after = assessed(opened)
    assert [row["community"] for row in rows(after, "cases")] == ["春江花园"]
    history = case_history(after.picture, after.picture.cases[0], decisions.every(opened.store))
    assert [row.id for row in history.decisions] == [3]


def test_the_second_sees_the_first_also_where_the_city_became_known_between_them(opened: Desk, taken: Take) -> None:
    nameless = replace(A, recommender="", photos=0, has_material=False, has_form=False)
    taken(sent(list_files(HEAD, [nameless], scanned=False)))
    deciding.correct(clerk(opened, "陈静"), "浙江/春江花园", "备注", "甲")
    taken(sent({"推荐表.docx": A.form_docx()}, "07-21T10:00:00"))
    with pytest.raises(ConfigError, match="陈静 已于"):
        deciding.correct(clerk(opened, "李明"), "浙江/杭州市/春江花园", "备注", "乙")


def test_a_name_with_a_slash_is_found_and_a_senseless_one_refused(opened: Desk, taken: Take) -> None:
    odd = replace(A, community="春江花园A/B区", photos=0)
    taken(sent({**list_files(HEAD, [odd]), "IMG_1.jpg": photo("x")}))
    deciding.correct(clerk(opened), "春江花园A/B区", "备注", "甲")
    deciding.correct(clerk(opened), "浙江/杭州市/春江花园A/B区", "备注", "乙")
    for name in (" ", "..", "甲\n乙", "甲" * 500, "甲\x00"):
        with pytest.raises(ConfigError, match="不像小区名称"):
            deciding.file_to(clerk(opened), "1", "IMG_1.jpg", Shelved(name, new=True))
    deciding.file_to(clerk(opened), "1", "IMG_1.jpg", Shelved("浙江/杭州市/之江公馆", new=True))
    assert (case(assessed(opened), "之江公馆")["city"], case(assessed(opened), "之江公馆")["photos"]) == ("杭州市", 1)


def test_a_form_that_may_be_of_either_of_two_twins_is_asked_about(taken: Take) -> None:
    twin = replace(A, company="宁波甬江物业有限公司", recommender="宁波市物业管理协会", photos=0)
    open_ = replace(A, company="某某物业有限公司", recommender="", form={"address": "人民路1号"})
    done = taken(sent(list_files(HEAD, [A, twin])), sent({"推荐表.docx": open_.form_docx()}, "07-21T10:00:00"))
    assert not any(row["has_form"] for row in rows(done, "cases"))
    assert "“春江花园”不止一个，看不出是哪一个" in finding(done, "file.unfiled").evidence


def test_a_split_twin_is_spoken_of_by_the_name_it_is_shown_by(opened: Desk, taken: Take) -> None:
    twin = replace(A, company="杭州运河物业服务有限公司", photos=0, has_material=False)
    taken(sent({**list_files(HEAD, [A, twin]), "b.docx": twin.form_docx(), "IMG_1.jpg": photo("x")}))
    deciding.split(clerk(opened), "春江花园", "杭州运河物业服务有限公司")
    deciding.file_to(clerk(opened), "1", "IMG_1.jpg", Shelved("春江花园（杭州运河物业服务有限公司）"))
    found = {row["company"]: row["photos"] for row in rows(assessed(opened), "cases")}
    assert found == {"杭州春江物业服务有限公司": 0, "杭州运河物业服务有限公司": 1}


def test_a_company_that_is_not_there_splits_nothing(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A)))
    with pytest.raises(ConfigError, match="没有企业“甲公司”，有：杭州春江物业服务有限公司"):
        deciding.split(clerk(opened), "春江花园", "甲公司")


def test_a_waived_quota_comes_back_where_other_cases_exceed_it(opened: Desk, taken: Take) -> None:
    own = [replace(A, community=f"{name}花园", company=f"{name}物业") for name in "赤橙黄绿青蓝"]
    done = taken(sent(list_files(HEAD, own)))
    deciding.waive(clerk(opened, note="协会说明"), finding(done, "quota.exceeded").id)
    changed = [*own[:5], replace(A, community="紫花园", company="紫物业")]
    other = taken(sent(list_files(HEAD, changed), "07-22T10:00:00", "更正"))
    assert finding(other, "quota.exceeded").status == "open"


def test_a_better_reason_is_kept_as_a_decision_of_its_own(opened: Desk, taken: Take) -> None:
    done = taken(sent(whole(B)))
    found = finding(done, "photo.too_few").id
    deciding.waive(clerk(opened, note="同意"), found)
    deciding.waive(clerk(opened, note="协会函〔2026〕3号"), found)
    assert finding(assessed(opened), "photo.too_few").waived == "陈静 8月6日：协会函〔2026〕3号"


def test_a_corrected_name_is_looked_up_among_those_selected_before(opened: Desk, taken: Take) -> None:
    hubei = Sent("东湖名院", "武汉东湖物业服务有限公司", "武汉市物业管理协会", photos=0)
    taken(mail_of("hb@x.example", "湖北报送", day("07-20T10:00:00"), list_files("湖北省物业管理协会", [hubei])))
    deciding.correct(clerk(opened), "东湖名院", "小区名称", "东湖名苑")
    assert finding(assessed(opened), "eligibility.already_selected").message.startswith("此前已入选")


def test_what_comes_after_a_withdrawal_or_a_report_of_nothing_is_asked_about(opened: Desk, taken: Take) -> None:
    taken(sent(whole(A, B)))
    deciding.withdraw(Clerk(opened, Person("陈静", day("07-21T09:00:00"), "来函")), "秋水苑")
    deciding.send_nothing(clerk(opened, note="来电"), "江苏")
    form = replace(B, form={"fee": "3元"}).form_docx()
    other = mail_of("jswx@jsproperty.example", "江苏报送", day("07-22T10:00:00"), list_files("江苏省物业管理协会", [A]))
    after = taken(sent({"秋水苑推荐表.docx": form}, "07-22T10:00:00"), other)
    assert finding(after, "case.withdrawn_resent").message == "登记撤回之后又来了“秋水苑”的材料，请核实是否恢复"
    assert finding(after, "submission.declared_none").province == "江苏"


@pytest.mark.parametrize("target", ["", " "])
def test_nothing_named_reopens_nothing(opened: Desk, taken: Take, target: str) -> None:
    done = taken(sent(whole(B)))
    deciding.waive(clerk(opened, note="同意"), finding(done, "photo.too_few").id)
    with pytest.raises(ConfigError):
        deciding.reopen(clerk(opened), target)


@pytest.mark.parametrize("field", ["收缴率", "物业服务费收缴率", "collection_rate", "2025年收缴率"])
def test_a_field_is_meant_by_any_of_its_labels(opened: Desk, taken: Take, field: str) -> None:
    taken(sent(whole(A)))
    deciding.correct(clerk(opened), "春江花园", field, "95%")
    assert case(assessed(opened), "春江花园")["collection_rate"] == 0.95


def test_the_same_value_written_otherwise_is_no_news_beside_a_correction(opened: Desk, taken: Take) -> None:
    taken(sent(whole(replace(A, form={"floor_area": "12.5万平方米"}))))
    deciding.correct(clerk(opened), "春江花园", "建筑面积", "13万平方米")
    again = replace(A, form={"floor_area": "125000㎡"}).form_docx()
    assert "value.outdated" not in codes(taken(sent({"春江花园推荐表.docx": again}, "07-25T10:00:00")))


def test_a_decision_that_speaks_of_nothing_any_more_says_so(opened: Desk, taken: Take) -> None:
    odd = replace(A, community="江畔名都", photos=0, has_material=False)
    done = taken(sent({**list_files(HEAD, [A]), "a.docx": odd.form_docx()}))
    deciding.correct(clerk(opened), "江畔名都", "备注", "有用")
    (row,) = decisions.every(opened.store)
    assert not is_idle(row, done.picture)
    deciding.merge(clerk(opened), "江畔名都", "春江花园")
    assert is_idle(row, assessed(opened).picture)
    assert "有效，现无所指" in zhengji("--config", str(opened.settings.base / "zhengji.toml"), "decisions").stdout
