"""What changed since the last digest: what came, was settled by what, was replaced; and nothing that did not change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.telling.digesting import looking_back, make_digest
from reports.changes import Changes, Replaced, changes
from reports.digest.changed import changed
from reports.digest.digest import compose
from store import decisions, mail, sent
from store.decisions import Person
from tests.desks import assessed, desk
from tests.inbox import Sent, list_files, write_inbox
from tests.inbox import mail as mail_of
from tests.picture_builders import AFTER, MORNING, assessment, association, case, file_of, finding, message, realistic
from tests.sample import day

HEAD = "浙江省物业管理协会"
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", has_form=False, photos=0)
WHOLE_B = replace(B, has_form=True, photos=3)
LAST, NOW = day("07-21T08:30:00"), day("07-22T08:30:00")


def flat(*cases: Sent) -> dict[str, bytes]:
    return {path.replace("/", "-"): data for one in cases for path, data in one.files().items()}


FIRST = mail_of("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), {**list_files(HEAD, (A, B)), **flat(A, B)})
# The form of the first case anew, with another company; what the second lacked.
SECOND = mail_of(
    "zjwyxh@example.cn",
    "浙江补充材料",
    day("07-21T10:00:00"),
    {
        **{
            name: data
            for name, data in flat(replace(A, form={"company": "嘉兴南湖物业服务有限公司"})).items()
            if "推荐表" in name
        },
        **flat(WHOLE_B),
    },
)


THIRD = mail_of(
    "zjwyxh@example.cn",
    "更正：浙江汇总清单（以此件为准）",
    day("07-24T10:00:00"),
    {"汇总清单（更正）.docx": list_files(HEAD, (replace(A, delivered="2014年9月"), B))["汇总清单.docx"]},
)


def fetch(opened: Desk, folder: Path, raw: bytes, kept: datetime) -> None:
    """Take in a mail that came to us at a moment."""
    inbox = folder / f"inbox-{kept.timestamp():.0f}"
    write_inbox(inbox, [raw])
    import_path(opened, inbox, kept)
    take_in(opened)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("changes")
    with desk(folder) as one:
        fetch(one, folder, FIRST, day("07-20T10:05:00"))
        fetch(one, folder, SECOND, day("07-21T10:05:00"))
        fetch(one, folder, THIRD, day("07-24T10:05:00"))
        yield one


def told(opened: Desk, since: datetime = LAST, now: datetime = NOW) -> Changes:
    return changes(looking_back(opened, since, now), assessed(opened, now), decisions.every(opened.store))


def how(found: Changes) -> dict[tuple[str, str | None], str]:
    return {(one.finding.code, one.finding.community): one.how for one in found.settled}


def test_what_came_settles_what_was_missing_and_is_named(opened: Desk) -> None:
    found = how(told(opened))
    assert found["form.missing", "秋水苑"] == "收到《宁波秋水物业服务有限公司-秋水苑-推荐表.docx》"
    assert found["photo.too_few", "秋水苑"].startswith("收到《宁波秋水物业服务有限公司-秋水苑-照片")
    assert {community for _, community in found} == {"秋水苑"}


def test_a_newer_form_is_told_as_replaced_and_its_contradiction_as_new(opened: Desk) -> None:
    found = told(opened)
    assert [(one.code, one.community) for one in found.new] == [("mismatch.company", "春江花园")]
    papers = [(one.old.kind, one.old.community, one.newer and one.newer.name) for one in found.replaced]
    assert ("recommendation_form", "春江花园", "杭州春江物业服务有限公司-春江花园-推荐表.docx") in papers
    assert not any(kind == "summary_list" for kind, *_ in papers)


def test_a_corrected_list_is_told_with_what_it_says_otherwise(opened: Desk) -> None:
    found = told(opened, day("07-24T08:30:00"), day("07-25T08:30:00"))
    names = [(one.old.name, one.newer and one.newer.name) for one in found.replaced]
    assert names == [("汇总清单.docx", "汇总清单（更正）.docx")]
    assert [(one.code, one.community) for one in found.new] == [("mismatch.delivery_date", "春江花园")]
    text = make_digest(opened, day("07-25T08:30:00")).text
    assert "〔更正、更新的材料〕1 件\n  1. 浙江　汇总清单 1 件：《汇总清单.docx》" in text


def test_a_case_that_became_whole_is_told_once(opened: Desk) -> None:
    found = told(opened)
    assert [one.community for one in found.completed] == ["秋水苑"]
    assert (found.arrived, found.first, found.withdrawn) == ((), (), ())
    assert told(opened, NOW, NOW + timedelta(days=1)).is_idle


def test_a_province_that_sends_for_the_first_time_is_told_with_its_cases(opened: Desk) -> None:
    found = told(opened, day("07-20T08:30:00"), LAST)
    assert [one.province for one in found.first] == ["浙江"]
    assert {one.community for one in found.arrived} == {"春江花园", "秋水苑"}
    assert [one.community for one in found.completed] == ["春江花园"]
    assert how(found)["submission.none", None] == "收到首次报送"


def went_out(opened: Desk, at: datetime) -> None:
    parcel = sent.Parcel(at.date(), at, sent.MAIL, "a@x.cn", "", "")
    sending = sent.begin(opened.store, parcel, at)
    assert sending is not None
    sent.finish(opened.store, sending, "sent", "", at)


def test_a_mail_that_came_before_the_digest_and_was_fetched_after_it_is_new_in_the_next(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        listed = mail_of("zjwyxh@example.cn", "浙江清单", day("07-20T10:00:00"), list_files(HEAD, (A,), scanned=False))
        fetch(opened, tmp_path, listed, day("07-20T10:05:00"))
        went_out(opened, LAST)
        # It arrived five minutes before that digest, which could not know it.
        form = mail_of(
            "zjwyxh@example.cn", "浙江推荐表", LAST - timedelta(minutes=5), {"春江花园推荐表.docx": A.form_docx()}
        )
        fetch(opened, tmp_path, form, LAST + timedelta(minutes=5))
        digest = make_digest(opened, NOW)
        assert "新到 1 封" in digest.text
        assert "新到案例 1 个，已解决的问题 1 项" in digest.text
        # As the next day's digest sees it, it is not new any more.
        went_out(opened, NOW)
        assert "没有新来信" in make_digest(opened, NOW + timedelta(days=1)).text


def test_the_deadline_makes_nothing_new_of_what_was_outstanding(opened: Desk) -> None:
    before, after = day("08-05T12:00:00"), day("08-06T08:30:00")
    phases = {one.phase for one in assessed(opened, after).findings if one.code == "submission.none"}
    assert phases == {"missing"}
    assert told(opened, before, after).is_idle


def test_rereading_everything_changes_nothing(opened: Desk) -> None:
    was = told(opened)
    mail.forget_conclusions(opened.store)
    take_in(opened)
    now = told(opened)
    assert [one.id for one in now.new] == [one.id for one in was.new]
    assert how(now) == how(was)
    assert told(opened, NOW, NOW + timedelta(days=1)).is_idle


def decide(opened: Desk, work: str, *said: str, at: datetime) -> int:
    clerk = Clerk(opened, Person("陈静", at, "电话核实"), None)
    getattr(deciding, work)(clerk, *said)
    return max(one.id for one in decisions.every(opened.store))


@pytest.fixture
def undone(opened: Desk) -> Iterator[list[int]]:
    made: list[int] = []
    yield made
    for one in made:
        settling.undo(opened, one, Person("陈静", day("08-10T08:00:00")))


def test_a_waiver_settles_in_the_digest_after_it_and_in_no_other(opened: Desk, undone: list[int]) -> None:
    mismatch = next(one for one in assessed(opened, NOW).findings if one.code == "mismatch.company")
    decided_at = NOW + timedelta(hours=2)
    undone.append(decide(opened, "waive", mismatch.id, at=decided_at))
    after = NOW + timedelta(days=1)
    found = told(opened, NOW, after)
    assert how(found) == {("mismatch.company", "春江花园"): "已豁免（陈静 7月22日：电话核实）"}
    assert [one.what for one in found.decided] == ["waived"]
    assert told(opened, after, after + timedelta(days=1)).is_idle
    # What persons decide later is better knowledge of the same facts: an earlier day's digest knows it all along.
    assert told(opened).new == ()


def test_a_correction_settles_and_says_who_made_it(opened: Desk, undone: list[int]) -> None:
    at = NOW + timedelta(hours=2)
    undone.append(decide(opened, "correct", "春江花园", "company", A.company, at=at))
    found = told(opened, NOW, NOW + timedelta(days=1))
    assert how(found) == {("mismatch.company", "春江花园"): "人工更正（陈静 7月22日）"}
    assert found.new == ()


def test_a_withdrawn_case_is_told_and_the_sum_of_cases_holds(opened: Desk, undone: list[int]) -> None:
    at, after = NOW + timedelta(hours=2), NOW + timedelta(days=1)
    undone.append(decide(opened, "withdraw", "秋水苑", at=at))
    found = told(opened, NOW, after)
    assert [one.community for one in found.withdrawn] == ["秋水苑"]
    assert all("案例已撤回" in one.how for one in found.settled if one.finding.community == "秋水苑")
    text = make_digest(opened, after).text
    assert "撤回的案例 1 个" in text
    assert "人工处理 1 项" in text
    assert "案例应报 1，已到 1，材料齐全 1" in text


def test_a_corrected_city_makes_no_finding_new(opened: Desk, undone: list[int]) -> None:
    before = {one.code for one in assessed(opened, NOW).findings if one.community == "春江花园"}
    undone.append(decide(opened, "correct", "春江花园", "城市", "绍兴", at=NOW + timedelta(hours=2)))
    assert before
    found = told(opened, NOW, NOW + timedelta(days=1))
    assert (found.new, found.settled) == ((), ())


def test_a_decision_that_was_undone_is_not_told(opened: Desk) -> None:
    number = decide(opened, "withdraw", "秋水苑", at=NOW + timedelta(hours=2))
    settling.undo(opened, number, Person("陈静", NOW + timedelta(hours=3)))
    found = told(opened, NOW, NOW + timedelta(days=1))
    assert (found.withdrawn, found.decided, found.settled) == ((), (), ())


def said(opened: Desk, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(opened.settings.at(Path("zhengji.toml"))), "findings", *arguments])


def test_findings_since_shows_what_was_settled_and_by_what(opened: Desk) -> None:
    asked = ("秋水苑", "--as-of", "2026-07-22T08:30")
    settled = "已解决（收到《宁波秋水物业服务有限公司-秋水苑-推荐表.docx》）"
    assert settled in said(opened, *asked, "--since", "2026-07-21T08:30").output
    assert "已解决" not in said(opened, *asked).output


def test_since_must_lie_before_the_moment_that_is_asked_for(opened: Desk) -> None:
    done = said(opened, "--since", "2026-07-23", "--as-of", "2026-07-22")
    assert done.exit_code == 2
    assert "要早于 --as-of" in done.output


def test_a_copy_from_the_other_address_that_was_fetched_later_is_no_new_mail() -> None:
    first = message("浙江", message_id="<a@x>", subject="报送")
    copy = message("浙江", message_id="<a@x>", subject="报送", arrival=first.arrival - timedelta(seconds=2))
    other = message("浙江", message_id="<a@x>", subject="补充")
    before = assessment([association("浙江", [first])], as_of=MORNING - timedelta(days=1))
    digest = compose(assessment([association("浙江", [copy, other])]), None, before=before)
    assert "新到 1 封" in digest.text
    assert "“补充”" in digest.text


def test_nothing_changed_between_two_looks_at_the_same() -> None:
    for made in (realistic(), realistic(AFTER), assessment()):
        assert changes(made, made).is_idle


def test_in_the_mail_findings_of_a_kind_are_one_line_and_in_the_page_each_has_its_own() -> None:
    from reports.digest.changed import changed

    mail_ = message("浙江")
    cases = [case(mail_, f"第{number}小区") for number in range(7)]
    view = association("浙江", [mail_], cases)
    found = [finding(province="浙江", community=one.community, city=one.city) for one in cases]
    then, now = assessment([view]), assessment([view], found, as_of=MORNING + timedelta(days=1))
    (group,) = changed(changes(then, now), now.picture).groups
    assert (group.title, group.count, group.rest) == ("新出现的问题", 7, 0)
    assert [item.count for item in group.items] == [7]
    assert group.items[0].where == "浙江 · 第0小区、第1小区、第2小区等 7 个"
    assert [item.where for item in group.every] == [f"浙江 · 杭州市 · 第{number}小区" for number in range(7)]


def test_a_renewed_list_is_the_provinces_and_not_of_the_one_case_that_stands_in_it() -> None:
    mail = message("陕西")
    one = Replaced(file_of(mail, community="曲江春晓"), file_of(mail, "汇总清单（更正）.docx"))
    (group,) = changed(Changes(MORNING, replaced=(one,)), realistic().picture).groups
    assert [(item.where, item.text) for item in group.items] == [("陕西", "汇总清单 1 件：《汇总清单.docx》")]
    assert [(item.where, item.text) for item in group.every] == [("陕西", "汇总清单《汇总清单.docx》")]


def test_what_is_only_good_to_know_is_no_change_for_the_digest() -> None:
    from reports.digest.changed import changed

    then, now = assessment(), assessment([], [finding(severity="info")], as_of=MORNING + timedelta(days=1))
    assert len(changes(then, now).new) == 1
    assert changed(changes(then, now), now.picture).groups == ()
