"""Which version counts: item by item, in the order of arrival; nothing that was sent is ever taken away in silence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ingest.desk import Desk
from reports.export import rows
from reports.finding import Assessment, Finding
from tests.desks import codes, desk, take
from tests.inbox import Sent, list_files, mail, photo
from tests.mail_builders import gbk_zip
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0, has_material=False)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0, has_material=False)
C = Sent("南湖名邸", "嘉兴南湖物业服务有限公司", "嘉兴市物业管理协会", photos=0, has_material=False)
D = Sent("兰亭雅苑", "绍兴兰亭物业服务有限公司", "绍兴市物业管理协会", photos=0, has_material=False)
HEAD = "浙江省物业管理协会"
Take = Callable[..., Assessment]


def on(number: int) -> datetime:
    return day(f"07-{number}T10:00:00")


def sent(files: Mapping[str, bytes], number: int, subject: str = "浙江报送", to: str = "") -> bytes:
    more = {"X_To": to} if to else {}
    return mail("zjwyxh@example.cn", subject, on(number), files, **more)


def listed(*cases: Sent, number: int, subject: str = "浙江报送", name: str = "汇总清单.docx") -> bytes:
    files = list_files(HEAD, cases, scanned=False)
    return sent({name: files["汇总清单.docx"]}, number, subject)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def taken(opened: Desk, tmp_path: Path) -> Take:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


def in_list(assessment: Assessment) -> set[object]:
    return {row["community"] for row in rows(assessment, "cases") if row["in_list"]}


def asked(assessment: Assessment) -> list[Finding]:
    return [finding for finding in assessment.findings if finding.code == "list.rows_removed"]


def superseded(assessment: Assessment) -> list[object]:
    return [row["superseded"] for row in rows(assessment, "files") if row["kind"] == "summary_list"]


def test_a_correction_that_drops_a_row_asks_and_deletes_nothing(taken: Take) -> None:
    done = taken(listed(A, B, C, number=20), listed(A, B, number=21, subject="更正：浙江汇总清单"))
    (finding,) = asked(done)
    assert finding.message.startswith("新的汇总清单没有列出先前报过的“南湖名邸”，请核实")
    assert "07-21 10:00:00 到达）未列；先前《汇总清单.docx》表1第" in finding.evidence
    assert in_list(done) == {"春江花园", "秋水苑"}
    assert {row["community"]: row["company"] for row in rows(done, "cases")}["南湖名邸"] == C.company
    # Nobody is chased for what may have been taken back.
    assert [one for one in done.findings if one.community == "南湖名邸"] == []
    assert superseded(done) == [True, False]


def test_a_plain_resend_that_names_most_of_them_asks_of_the_rest(taken: Take) -> None:
    done = taken(listed(A, B, C, number=20), listed(A, B, D, number=21))
    assert [finding.message.count("“") for finding in asked(done)] == [1]
    assert "该清单新列出兰亭雅苑" in asked(done)[0].evidence
    assert in_list(done) == {"春江花园", "秋水苑", "兰亭雅苑"}


def test_a_list_of_one_row_again_renews_that_row_and_asks_of_the_others(taken: Take) -> None:
    done = taken(listed(A, B, C, number=20), listed(replace(A, delivered="2016年5月"), number=21))
    assert [finding.message.count("“") for finding in asked(done)] == [2]
    assert in_list(done) == {"春江花园", "秋水苑", "南湖名邸"}
    found = {row["community"]: row for row in rows(done, "cases")}
    assert set(found) == {"春江花园", "秋水苑", "南湖名邸"}
    assert found["春江花园"]["delivered"] == "2016-05"
    assert superseded(done) == [False, False]


@pytest.mark.parametrize("subject", ["补充：浙江汇总清单", "浙江报送"])
def test_a_list_of_new_rows_is_united_with_the_earlier_one(taken: Take, subject: str) -> None:
    done = taken(listed(A, B, number=20), listed(C, number=21, subject=subject))
    assert asked(done) == []
    assert in_list(done) == {"春江花园", "秋水苑", "南湖名邸"}


def test_an_addition_that_lists_nearly_all_again_asks_of_what_it_leaves_out(taken: Take) -> None:
    done = taken(listed(A, B, C, number=20), listed(A, B, D, number=21, subject="补充案例后的清单"))
    assert len(asked(done)) == 1
    assert in_list(done) == {"春江花园", "秋水苑", "南湖名邸", "兰亭雅苑"}


def test_a_correction_that_names_none_of_the_earlier_cases_asks_of_all(taken: Take) -> None:
    done = taken(listed(A, B, number=20), listed(C, D, number=21, name="汇总清单（以此件为准）.docx"))
    assert [finding.message.count("“") for finding in asked(done)] == [2]


def test_a_row_that_comes_back_is_no_longer_asked_about(taken: Take) -> None:
    done = taken(
        listed(A, B, C, number=20),
        listed(A, B, number=21, subject="更正"),
        listed(A, B, C, D, number=22, subject="更正"),
    )
    assert asked(done) == []
    assert superseded(done) == [True, True, False]


def test_the_first_list_again_from_a_colleague_takes_nothing_back(taken: Take) -> None:
    first = listed(A, B, number=20)
    done = taken(first, listed(A, B, C, number=21, subject="更正"), listed(A, B, number=22, subject="转发：浙江报送"))
    assert asked(done) == []
    assert in_list(done) == {"春江花园", "秋水苑", "南湖名邸"}


def test_an_earlier_list_that_is_sent_again_as_the_valid_one_counts_again(taken: Take) -> None:
    done = taken(
        listed(A, B, number=20), listed(A, B, C, number=21), listed(A, B, number=22, subject="以此件为准：浙江汇总清单")
    )
    assert ["“南湖名邸”" in finding.message for finding in asked(done)] == [True]


def test_lists_of_senders_nobody_knows_take_nothing_from_each_other(taken: Take) -> None:
    lone = replace(A, recommender="", company="某物业"), replace(B, recommender="", company="某物业")
    mails = [
        mail("a@qq.com", "好服务案例", on(20), {"汇总清单.docx": list_files("", lone, scanned=False)["汇总清单.docx"]}),
        mail("b@qq.com", "更正", on(21), {"汇总清单.docx": list_files("", lone[:1], scanned=False)["汇总清单.docx"]}),
    ]
    assert superseded(taken(*mails)) == [False, False]


def form_of(assessment: Assessment) -> object:
    return next(row["floor_area_m2"] for row in rows(assessment, "cases"))


def test_an_old_form_that_comes_again_does_not_go_before_the_corrected_one(taken: Take) -> None:
    old = {"春江花园推荐表.docx": A.form_docx()}
    new = {"春江花园推荐表.docx": replace(A, form={"floor_area": "13.5万平方米"}).form_docx()}
    done = taken(sent(old, 20), sent(new, 21, "更正推荐表"), sent(old, 22, "转发：浙江报送"))
    assert form_of(done) == 135000.0


def test_a_resend_with_fewer_files_deletes_nothing(taken: Take) -> None:
    whole = {
        **list_files(HEAD, [A, B], scanned=False),
        "春江花园推荐表.docx": A.form_docx(),
        "秋水苑推荐表.docx": B.form_docx(),
    }
    done = taken(sent(whole, 20), sent({"春江花园推荐表.docx": A.form_docx()}, 21, "重新报送"))
    assert [row["has_form"] for row in rows(done, "cases")] == [True, True]
    assert "form.missing" not in codes(done)


def test_a_mail_that_speaks_of_withdrawing_a_case_asks_and_withdraws_nothing(taken: Take) -> None:
    letter = mail(
        "zjwyxh@example.cn", "关于个别案例的说明", on(22), text="您好！因企业更换，现撤回“秋水苑”案例。其余不变。"
    )
    done = taken(listed(A, B, number=20), letter)
    (finding,) = [one for one in done.findings if one.code == "case.withdrawal_said"]
    assert finding.community == "秋水苑"
    assert finding.message == "来信“关于个别案例的说明”说到撤回该案例：属实的请登记撤回，否则请豁免此条"
    assert "现撤回“秋水苑”案例" in finding.evidence
    assert in_list(done) == {"春江花园", "秋水苑"}


def test_a_mail_program_that_withdraws_a_mail_withdraws_no_case(taken: Take) -> None:
    letter = mail("zjwyxh@example.cn", "说明", on(22), text="抱歉，我已撤回该邮件，内容是秋水苑的，请以新邮件为准。")
    done = taken(listed(A, B, number=20), letter)
    assert "case.withdrawal_said" not in codes(done)


def test_material_under_a_name_near_a_listed_one_says_which(taken: Take) -> None:
    other = replace(A, community="春江花园东苑", company="杭州某某物业有限公司")
    done = taken(listed(A, B, number=20), sent({"推荐表.docx": other.form_docx()}, 21))
    (finding,) = [one for one in done.findings if one.code == "case.not_in_list"]
    assert "汇总清单没有列出（清单中相近的有“春江花园”（" in finding.message


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("附件是更正后的汇总清单，以此件为准。", True),
        ("附件是补充案例的汇总清单。", False),
        ("照片已更正。清单也请查收。", False),
        ("请查收。\n\n-----原始邮件-----\n附件是更正后的汇总清单。", False),
    ],
)
def test_the_mail_s_own_words_on_its_list_are_evidence(taken: Take, text: str, *, asks: bool) -> None:
    files = list_files(HEAD, [C], scanned=False)
    done = taken(
        listed(A, B, number=20),
        mail("zjwyxh@example.cn", "浙江报送", on(21), {"清单.docx": files["汇总清单.docx"]}, text=text),
    )
    assert bool(asked(done)) is asks
    assert in_list(done) == ({"南湖名邸"} if asks else {"春江花园", "秋水苑", "南湖名邸"})


def test_what_a_correction_left_out_is_not_listed_again_by_a_list_that_leaves_it_open(taken: Take) -> None:
    done = taken(
        listed(A, B, C, D, number=20),
        listed(A, B, C, number=21, subject="更正"),
        listed(replace(A, delivered="2016年5月"), number=22),
    )
    assert in_list(done) == {"春江花园", "秋水苑", "南湖名邸"}


def test_photos_of_one_name_in_two_folders_are_two_photos(taken: Take) -> None:
    one = {"春江花园/绿化/1.jpg": photo("a"), "春江花园/绿化/2.jpg": photo("b")}
    two = {"春江花园/大门/1.jpg": photo("c"), "春江花园/大门/2.jpg": photo("d")}
    done = taken(
        listed(A, B, number=20),
        sent({"照片.zip": gbk_zip(one)}, 21),
        sent({"其余照片.zip": gbk_zip(two)}, 22, "其余照片"),
    )
    assert {row["community"]: row["photos"] for row in rows(done, "cases")}["春江花园"] == 4


def test_photos_that_the_text_calls_added_renew_none(taken: Take) -> None:
    letter = mail(
        "zjwyxh@example.cn", "春江花园", on(22), {"春江花园1.jpg": photo("c")}, text="补充两张照片，请加入原来的照片。"
    )
    done = taken(listed(A, B, number=20), sent({"春江花园1.jpg": photo("a")}, 21), letter)
    assert {row["community"]: row["photos"] for row in rows(done, "cases")}["春江花园"] == 2


def test_a_mail_that_says_a_case_stays_withdraws_nothing(taken: Take) -> None:
    letter = mail("zjwyxh@example.cn", "说明", on(22), text="经研究，秋水苑不撤回，请继续受理。")
    assert "case.withdrawal_said" not in codes(taken(listed(A, B, number=20), letter))
