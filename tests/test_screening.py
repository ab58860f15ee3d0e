"""Screening from end to end: workbooks handed out, copies taken back as decisions, and how the reviews stand."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from config.errors import ConfigError
from ingest.cli import cli
from ingest.decisions import returned
from ingest.decisions.settling import undo
from ingest.desk import Desk
from ingest.intake import take_in
from ingest.papers import screening
from ingest.papers.screening import Order
from reports.screening import words
from reports.screening.showing import shown
from reports.screening.summary import CaseReviews, Standing
from reports.telling import described, is_idle
from store import decisions, mail
from store.database import Store
from store.decisions import ASSIGNED, SCREENED, Person
from tests import material_builders as materials
from tests.desks import assessed, desk, desk_on_copy, everything, take
from tests.inbox import Sent, list_files
from tests.inbox import mail as mail_of
from tests.sample import day
from tests.screening_builders import VETOES, place, write

WHEN = day("08-21T09:00:00")
AS_OF = day("08-20T10:00:00")
HEAD = "浙江省物业管理协会"
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0, has_material=False)
MEASURES = "社区党委牵头，居委会、业委会和物业每月议事。物业帮业主更新电梯八台，联系人陈静，电话13900001234。"


def material(title: str = "电梯换新记", measures: str = MEASURES) -> dict[str, bytes]:
    body = {"measures": [measures, *materials.body_of("measures")]}
    data = materials.docx(*materials.material(bodies=body, title=title))
    return {f"春江花园+{title}.docx": data}


def sent(files: dict[str, bytes], when: str) -> bytes:
    return mail_of("zjwyxh@example.cn", "浙江报送", day(when), files)


def first() -> bytes:
    forms = {f"{one.community}推荐表.docx": one.form_docx() for one in (A, B)}
    return sent({**list_files(HEAD, [A, B], scanned=False), **forms, **material()}, "07-20T10:00:00")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a desk that has taken in a province's two cases; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("screening")
    with desk(folder) as opened:
        take(opened, folder / "inbox", first())
    return folder


@pytest.fixture
def opened(ready: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_on_copy(ready, tmp_path / "desk") as one:
        yield one


def person(name: str = "陈静", hours: int = 0, note: str = "") -> Person:
    return Person(name, WHEN + timedelta(hours=hours), note)


def make(opened: Desk, folder: Path, *reviewers: str, **order: Any) -> dict[str, Path]:
    handed = screening.hand_out(opened, Order(reviewers or ("王五",), **order), folder, AS_OF, person())
    return {one.reviewer: one.path for one in handed}


def fill(path: Path, **said: str) -> Path:
    """Fill in the first case's row of a workbook: its verdict, the boxes by number (v1, v5), and point party.1."""
    book = load_workbook(path)
    page = book["总表"]
    row = next(n for n in range(2, page.max_row + 1) if page.cell(n, place(page, words.COMMUNITY)).value == A.community)
    for name, value in said.items():
        if name == "point":
            points = book["逐条对照"]
            at = place(points, words.COMMUNITY)
            begin = next(n for n in range(2, points.max_row + 1) if points.cell(n, at).value == A.community)
            write(book, "逐条对照", begin, words.IS_SHOWN, value)
        else:
            heading = VETOES[int(name[1]) - 1] if name[0] == "v" and name[1:].isdigit() else getattr(words, name)
            write(book, "总表", row, heading, value)
    book.save(path)
    return path


def bring(opened: Desk, path: Path, who: Person) -> int:
    return screening.take_back(opened, screening.plan(opened, path, who.now), who)


def reviews(opened: Desk, hours: int = 24) -> Standing:
    return screening.reviewed(opened, WHEN + timedelta(hours=hours))


def of(standing: Standing, community: str = A.community) -> CaseReviews:
    return next(one for one in standing.cases if one.case.community == community)


def test_a_workbook_shows_what_was_read_of_the_mail_and_hides_whom_to_call(opened: Desk, tmp_path: Path) -> None:
    made = make(opened, tmp_path, "王五", "赵六")
    assert [path.name for path in made.values()] == ["筛选表-王五-2026-08-20.xlsx", "筛选表-赵六-2026-08-20.xlsx"]
    book = load_workbook(made["王五"])
    page = book["逐条对照"]
    passages: dict[str, list[str]] = {}
    for row in page.iter_rows(min_row=2, values_only=True):
        passages.setdefault(row[1], []).append(row[4])
    assert passages[A.community][0].startswith("【解决措施】社区党委牵头，居委会、业委会和物业每月议事。")
    assert "物业帮业主更新电梯八台" in passages[A.community][4]
    assert set(passages[B.community]) == {"未收到案例材料"}
    whole = [str(value) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for value in row]
    for case in assessed(opened).picture.cases:
        for secret in (case.applicant_contact, case.recommender_contact, case.applicant_phone, case.recommender_phone):
            assert secret
            assert not any(secret in text for text in whole), secret
    assert not any("13900001234" in text or "139****1234" in text for text in whole)


def test_a_review_becomes_a_decision_with_who_and_when_and_can_be_undone(opened: Desk, tmp_path: Path) -> None:
    path = fill(make(opened, tmp_path)["王五"], VERDICT="采用", v1="否", v5="√", MERIT="做得实", point="体现")
    assert bring(opened, path, person("陈静")) == 1
    row = next(one for one in decisions.every(opened.store) if one.what == SCREENED)
    assert (row.person, row.decided_at, row.value["reviewer"]) == ("陈静", WHEN, "王五")
    assert row.value["veto"] == {"veto.1": "no", "veto.5": "yes"}
    assert described(row) == "王五评阅 浙江/杭州市/春江花园：采用；一票否决：否决5 行政处罚 是、否 1 项；要点：体现 1"
    assert not is_idle(row, assessed(opened).picture)
    assert of(reviews(opened)).verdicts == {"adopt": 1}
    told = undo(opened, row.id, person("李四", 1))
    assert len(told) == 1
    assert of(reviews(opened)).reviews == ()
    # As of a moment before that it stood.
    assert of(screening.reviewed(opened, WHEN + timedelta(minutes=30))).verdicts == {"adopt": 1}
    assert of(screening.reviewed(opened, WHEN - timedelta(minutes=1))).reviews == ()


def test_the_same_copy_again_changes_nothing_a_newer_one_replaces_another_reviewers_stays(
    opened: Desk, tmp_path: Path
) -> None:
    made = make(opened, tmp_path, "王五", "赵六")
    assert bring(opened, fill(made["王五"], VERDICT="采用"), person()) == 1
    assert bring(opened, fill(made["赵六"], VERDICT="不采用"), person()) == 1
    count = len(decisions.every(opened.store))
    assert bring(opened, made["王五"], person(hours=1)) == 0
    assert bring(opened, made["王五"], person("李四", 1)) == 0
    assert len(decisions.every(opened.store)) == count
    assert of(reviews(opened)).agreement == "不一致"
    fill(made["王五"], VERDICT="不采用", REASON="再看了一遍")
    newer = screening.plan(opened, made["王五"], WHEN)
    assert any("取代编号" in line and "采用" in line for line in screening.told(newer, opened))
    # Whoever brings it, having been shown what it replaces.
    assert bring(opened, made["王五"], person("李四", 2)) == 1
    now = of(reviews(opened))
    assert now.agreement == "一致"
    assert now.by_reviewer(lambda value: value["verdict"]) == "赵六：reject；王五：reject"


def test_an_old_copy_brings_back_neither_what_was_undone_nor_what_was_replaced(opened: Desk, tmp_path: Path) -> None:
    newer = fill(make(opened, tmp_path)["王五"], VERDICT="采用")
    old = tmp_path / "旧.xlsx"
    shutil.copy(newer, old)
    bring(opened, old, person())
    bring(opened, fill(newer, VERDICT="不采用"), person(hours=1))
    assert bring(opened, old, person(hours=2)) == 0
    (line,) = [one for one in screening.told(screening.plan(opened, old, WHEN), opened) if "没有再收" in one]
    assert "已被后来的意见取代" in line
    assert of(reviews(opened)).verdicts == {"reject": 1}
    undo(opened, decisions.last_id(opened.store), person("李四", 3))
    # What had been replaced counts again by that; what was undone stays undone.
    assert of(reviews(opened)).verdicts == {"adopt": 1}
    assert bring(opened, newer, person(hours=4)) == 0
    assert any("已被撤销" in one for one in screening.told(screening.plan(opened, newer, WHEN), opened))
    config = str(opened.settings.base / "zhengji.toml")
    for more, kept in (((), {"adopt": 1}), (("--again",), {"reject": 1})):
        done = CliRunner().invoke(
            cli, ["--config", config, "screening", "import", str(newer), "--yes", "--person", "陈静", *more]
        )
        assert done.exit_code == 0, done.output
        assert of(reviews(opened, 24 * 365 * 20)).verdicts == kept


def test_a_blank_copy_takes_nothing_away(opened: Desk, tmp_path: Path) -> None:
    path = make(opened, tmp_path)["王五"]
    blank = tmp_path / "blank.xlsx"
    shutil.copy(path, blank)
    bring(opened, fill(path, VERDICT="采用"), person())
    plan = screening.plan(opened, blank, WHEN)
    assert (plan.news, len(plan.blank)) == ((), 2)
    assert any("仍然保留" in line for line in screening.told(plan, opened))
    assert bring(opened, blank, person(hours=1)) == 0
    assert of(reviews(opened)).verdicts == {"adopt": 1}


def test_a_copy_that_is_not_understood_leaves_what_was_said_before(opened: Desk, tmp_path: Path) -> None:
    path = make(opened, tmp_path)["王五"]
    bring(opened, fill(path, VERDICT="采用", v1="否"), person())
    fill(path, VERDICT="还行", v1="是")
    plan = screening.plan(opened, path, WHEN)
    assert (plan.news, len(plan.held)) == ((), 1)
    assert bring(opened, path, person(hours=1)) == 0
    assert of(reviews(opened)).reviews[0]["veto"] == {"veto.1": "no"}


def test_reviews_outlive_a_rebuild_and_change_no_export(opened: Desk, tmp_path: Path) -> None:
    before = everything(assessed(opened))
    bring(opened, fill(make(opened, tmp_path)["王五"], VERDICT="待议"), person())
    assert everything(assessed(opened)) == before
    mail.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == before
    assert of(reviews(opened)).verdicts == {"undecided": 1}


def test_a_material_that_came_after_the_workbook_was_made_is_told_and_kept_in_mind(
    opened: Desk, tmp_path: Path
) -> None:
    path = fill(make(opened, tmp_path)["王五"], VERDICT="采用")
    newer = material("电梯换新记", "全新的一稿：小区实行智慧门禁。")
    take(opened, tmp_path / "later", sent(newer, "08-20T20:00:00"))
    plan = screening.plan(opened, path, WHEN)
    assert any("案例材料有了新版" in line for line in screening.told(plan, opened))
    bring(opened, path, person())
    assert of(reviews(opened)).outdated == ("王五",)
    assert "评阅之后材料有新版：春江花园" in shown(reviews(opened), "table").decode()
    # A workbook as of before it came still shows the older one.
    again = make(opened, tmp_path / "again")["王五"]
    assert again.read_bytes() == make(opened, tmp_path / "once_more")["王五"].read_bytes()
    assert screening.plan(opened, fill(again, VERDICT="采用"), WHEN).changes[0].review.is_outdated


def test_who_has_yet_to_send_a_copy_and_what_nobody_reviewed_is_told(opened: Desk, tmp_path: Path) -> None:
    made = make(opened, tmp_path, "王五", "赵六", each=1)
    holder = next(name for name, path in made.items() if A.community in {
        row[3] for row in load_workbook(path)["总表"].iter_rows(min_row=2, values_only=True)
    })  # fmt: skip
    other = ({"王五", "赵六"} - {holder}).pop()
    standing = reviews(opened)
    assert [(one.name, one.given, one.outstanding) for one in standing.reviewers] == [("王五", 1, 1), ("赵六", 1, 1)]
    assert of(standing).awaiting == (holder,)
    bring(opened, fill(made[holder], VERDICT="采用"), person())
    standing = reviews(opened)
    assert [one.community for one in standing.unreviewed] == [B.community]
    assert {one.name: one.outstanding for one in standing.reviewers} == {holder: 0, other: 1}
    text = shown(standing, "table").decode()
    assert f"尚未交回：{other}（0/1）" in text
    assert "还没有人评阅：秋水苑" in text


def test_reviews_are_exported_with_numbers_of_persons_alone_and_in_no_order_of_size(
    opened: Desk, tmp_path: Path
) -> None:
    made = make(opened, tmp_path, "王五", "赵六")
    bring(opened, fill(made["王五"], VERDICT="采用", v2="待核", MERIT="=1+1", point="体现"), person())
    bring(opened, fill(made["赵六"], VERDICT="采用", v5="是", point="部分体现"), person())
    standing = reviews(opened)
    rows = json.loads(shown(standing, "json"))
    assert [row["community"] for row in rows] == [one.community for one in standing.picture.cases]
    row = next(row for row in rows if row["community"] == A.community)
    assert (row["reviews"], row["adopt"], row["agreement"], row["verdicts"]) == (2, 2, "一致", "王五：采用；赵六：采用")
    assert (row["vetoed"], row["to_check"]) == ("赵六：否决5 行政处罚 是", "王五：否决2 停水电催费 待核")
    assert (row["shown"], row["partly"], row["absent"]) == (1, 1, 0)
    assert not {"score", "rank", "floor_area_m2"} & set(row)
    table = list(csv.DictReader(io.StringIO(shown(standing, "csv").decode())))
    assert [one["verdicts"] for one in table if one["community"] == A.community] == ["王五：采用；赵六：采用"]
    book = load_workbook(io.BytesIO(shown(standing, "xlsx")))
    assert book.sheetnames == ["汇总", "逐条", "评阅人"]
    assert book["逐条"].max_row == 1 + 17
    assert not any(cell.data_type == "f" for page in book.worksheets for line in page.iter_rows() for cell in line)


def test_a_withdrawn_case_is_not_handed_out_and_its_review_has_nothing_to_speak_of(
    opened: Desk, tmp_path: Path
) -> None:
    from ingest.decisions.deciding import Clerk, withdraw

    bring(opened, fill(make(opened, tmp_path)["王五"], VERDICT="采用"), person())
    withdraw(Clerk(opened, person()), A.community)
    path = make(opened, tmp_path / "later")["王五"]
    assert load_workbook(path)["总表"].max_row == 2
    assert "所评案例已不在：王五：春江花园" in shown(reviews(opened), "table").decode()


def test_what_stood_at_a_moment_is_told_on_both_databases(store: Store) -> None:
    made = decisions.decide(
        store, SCREENED, "screened:王五:浙江/春江花园@" + "长" * 300, {"province": "浙江"}, person()
    )
    decisions.undo(store, made.id, person("李四", 2))
    rows = decisions.every(store)
    stood = [[row.id for row in decisions.standing_at(rows, WHEN + timedelta(hours=hours))] for hours in (-1, 0, 1, 3)]
    assert stood == [[], [made.id], [made.id], []]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("name", ["../王五", "王*五", "con", "", "  ", "王\n\x00五", "很" * 21, "王五.", "a/b"])
def test_a_reviewer_whose_name_is_no_file_name_is_refused(opened: Desk, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="评阅人"):
        make(opened, tmp_path / "out", name)
    assert not (tmp_path / "out").exists()


def test_two_reviewers_whose_files_would_be_one_on_windows_are_refused(opened: Desk, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="写了两次"):
        make(opened, tmp_path, "Li", "li")


def test_a_workbook_that_may_be_filled_in_is_not_overwritten(opened: Desk, tmp_path: Path) -> None:
    path = make(opened, tmp_path)["王五"]
    made = path.read_bytes()
    # The same again says the same, and harms nobody.
    assert make(opened, tmp_path)["王五"].read_bytes() == made
    fill(path, VERDICT="采用")
    filled = path.read_bytes()
    with pytest.raises(ConfigError, match="没有覆盖"):
        make(opened, tmp_path, "王五", "赵六")
    assert path.read_bytes() == filled
    assert [one.name for one in tmp_path.glob("筛选表*")] == [path.name]
    assert make(opened, tmp_path, "王五", overwrite=True)["王五"].read_bytes() == made


def test_a_province_without_cases_and_one_that_is_none_are_refused(opened: Desk, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="江苏还没有案例"):
        make(opened, tmp_path, provinces=("江苏",))
    with pytest.raises(ConfigError, match="没有 浙 这个省份"):
        make(opened, tmp_path, provinces=("浙",))
    assert make(opened, tmp_path, provinces=("浙江省",))


def test_what_was_given_anew_takes_the_place_of_what_was_given_before(opened: Desk, tmp_path: Path) -> None:
    make(opened, tmp_path, "王五", "赵六")
    make(opened, tmp_path / "b", "王五", "赵六", each=1)
    given = [row for row in decisions.current(decisions.every(opened.store)) if row.what == ASSIGNED]
    assert [len(row.value["cases"]) for row in given] == [1, 1]


def test_files_that_are_no_copies_are_refused_in_one_line(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = tmp_path / "坏.xlsx", tmp_path / "别的.xlsx"
    broken.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(ConfigError, match="坏.xlsx"):
        screening.plan(opened, broken, WHEN)
    book = load_workbook(make(opened, tmp_path)["王五"])
    del book["总表"], book["逐条对照"]
    book.save(other)
    with pytest.raises(ConfigError, match="不是筛选表"):
        screening.plan(opened, other, WHEN)
    monkeypatch.setattr(returned, "_MOST_BYTES", 1_000)
    with pytest.raises(ConfigError, match="没有打开"):
        screening.plan(opened, other, WHEN)


def test_a_campaign_without_points_is_not_screened(opened: Desk, tmp_path: Path) -> None:
    bare = replace(opened, campaign=opened.campaign.model_copy(update={"screening": type(opened.campaign.screening)()}))
    with pytest.raises(ConfigError, match="没有选树参考标准"):
        make(bare, tmp_path)


# ---------------------------------------------------------------- the commands


def run(opened: Desk, *arguments: str, answer: str = "") -> Result:
    config = str(opened.settings.base / "zhengji.toml")
    return CliRunner().invoke(cli, ["--config", config, "screening", *arguments], input=answer)


def test_the_commands_hand_out_ask_before_they_take_in_and_show(opened: Desk, tmp_path: Path) -> None:
    done = run(
        opened, "make", "--reviewer", "王五", "-o", str(tmp_path), "--as-of", "2026-08-20T10:00", "--person", "陈静"
    )
    assert (done.exit_code, "2 个案例" in done.output) == (0, True)
    path = fill(tmp_path / "筛选表-王五-2026-08-20.xlsx", VERDICT="采用", v3="×")
    asked = run(opened, "import", str(path), "--person", "陈静", answer="n\n")
    assert "要收 1 个案例的意见" in asked.output
    assert "写的是“×”，不能确定是什么意思" in asked.output
    assert of(reviews(opened, 24 * 365 * 20)).reviews == ()
    taken = run(opened, "import", str(path), "--person", "陈静", "--yes")
    assert "已收下 1 个案例的意见" in taken.output
    # Not all of it was understood, which is said and seen.
    assert taken.exit_code == 1
    assert "王五：采用" in run(opened, "show").output
    out = tmp_path / "汇总.xlsx"
    assert run(opened, "show", "--format", "xlsx", "-o", str(out)).output.strip() == str(out)
    assert load_workbook(out).sheetnames[0] == "汇总"
    assert "王五" not in run(opened, "show", "--as-of", "2026-08-01").output
