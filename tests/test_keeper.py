"""The picture that is kept between looks equals one from scratch, on both databases; only what changed is drawn anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk, Shelved
from ingest.desk import Desk
from store import pictures
from store.decisions import DEADLINE, Person, decide
from tests.desks import AFTER, assessed, desk, everything, from_scratch, take
from tests.inbox import Sent, list_files, mail, photo
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
N = Sent("玄武花园", "南京玄武物业服务有限公司", "南京市物业管理协会", photos=0)
WHEN = day("08-01T10:00:00")


def zhejiang(number: int, subject: str, **files: bytes) -> bytes:
    own = {name.replace("_", "."): data for name, data in files.items()}
    return mail("zjwyxh@example.cn", subject, day(f"07-{number}T10:00:00"), own)


def jiangsu(number: int, **files: bytes) -> bytes:
    own = {name.replace("_", "."): data for name, data in files.items()}
    whole = {**list_files("江苏省物业管理协会", [N]), **own}
    return mail("jswx@jsproperty.example", "江苏报送", day(f"07-{number}T10:00:00"), whole)


@pytest.fixture
def opened(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, f'[database]\nurl = "{database_url}"\n') as one:
        lists = list_files("浙江省物业管理协会", [A])
        take(one, tmp_path / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), lists), jiangsu(21))
        yield one


def kept(opened: Desk) -> dict[str, int]:
    """Return the identity of each province's picture as it is kept."""
    return {place: id(drawn.picture) for place, drawn in opened.keeper._drawn.items()}  # noqa: SLF001


def test_after_a_mail_only_its_province_is_drawn_anew(opened: Desk, tmp_path: Path) -> None:
    assessed(opened)
    before = kept(opened)
    take(opened, tmp_path / "more", zhejiang(22, "浙江补充", 春江花园推荐表_docx=A.form_docx()))
    after = kept(opened)
    assert {place for place in after if after[place] != before[place]} == {"浙江"}
    assert everything(assessed(opened)) == everything(from_scratch(opened))


def test_a_look_into_the_past_and_back_is_right(opened: Desk) -> None:
    now = everything(assessed(opened))
    early = day("07-20T12:00:00")
    assert everything(assessed(opened, early)) == everything(from_scratch(opened, early))
    assert everything(assessed(opened)) == now


def test_the_moment_of_the_deadline_turns_outstanding_into_missing(opened: Desk) -> None:
    phases = [{one.phase for one in assessed(opened, when).findings} for when in (day("08-05T23:59:59"), AFTER)]
    assert phases == [{"outstanding", None}, {"missing", None}]


def test_a_decision_changes_the_picture_of_its_province_alone(opened: Desk) -> None:
    assessed(opened)
    before = kept(opened)
    decide(
        opened.store, DEADLINE, "province:江苏", {"province": "江苏", "day": "2026-08-20"}, Person("陈静", WHEN, "函")
    )
    assessed(opened)
    after = kept(opened)
    assert {place for place in after if after[place] != before[place]} == {"江苏"}


def test_a_photo_that_serves_another_province_is_told_in_both_also_where_it_came_later(
    opened: Desk, tmp_path: Path
) -> None:
    take(opened, tmp_path / "one", zhejiang(23, "浙江照片", 春江花园大门_jpg=photo("gate")))
    assert "photo.reused" not in {one.code for one in assessed(opened).findings}
    take(opened, tmp_path / "two", jiangsu(24, 玄武花园正门_jpg=photo("gate")))
    told = {one.province for one in assessed(opened).findings if one.code == "photo.reused"}
    assert told == {"浙江", "江苏"}
    assert everything(assessed(opened)) == everything(from_scratch(opened))


def test_a_photo_that_serves_another_case_no_more_is_told_nowhere_and_everything_stands_in_order(
    opened: Desk, tmp_path: Path
) -> None:
    take(opened, tmp_path / "one", zhejiang(23, "浙江照片", 春江花园大门_jpg=photo("gate")))
    take(opened, tmp_path / "two", jiangsu(24, 玄武花园正门_jpg=photo("gate")))
    assert len(assessed(opened).picture.reused) == 2
    # The mail of 江苏 turns out to be of no submission; nothing of 浙江 changes but what it shares.
    settling.set_kind(opened, "4", "unrelated", Person("陈静", WHEN))
    kept_between, scratch = assessed(opened), from_scratch(opened)
    assert kept_between.picture.reused == {}
    assert "photo.reused" not in {one.code for one in kept_between.findings}
    assert everything(kept_between) == everything(scratch)
    for what in ("files", "messages", "cases"):
        ids = [[one.id for one in getattr(made.picture, what)] for made in (kept_between, scratch)]
        assert ids[0] == ids[1]
    assert kept_between.findings == scratch.findings
    assert kept_between.by_province == scratch.by_province


def test_each_picture_is_compared_once(opened: Desk, tmp_path: Path) -> None:
    take(opened, tmp_path / "one", zhejiang(23, "浙江照片", a_jpg=photo("a"), b_jpg=photo("b")))
    asked: list[int] = []
    assert pictures.compare_new(opened.store, lambda new, _others: asked.append(len(new)) or ()) == 0
    assert asked == []


def test_decisions_on_filing_are_carried_out_and_undone(opened: Desk, tmp_path: Path) -> None:
    other = replace(A, community="江畔名都", has_material=False)
    before = everything(take(opened, tmp_path / "more", zhejiang(22, "浙江补充", 推荐表_docx=other.form_docx())))
    clerk = Clerk(opened, Person("陈静", WHEN))
    deciding.merge(clerk, "江畔名都", "春江花园")
    assert [case.community for case in assessed(opened).picture.cases if case.province == "浙江"] == ["春江花园"]
    deciding.file_to(clerk, "3", "推荐表.docx", Shelved("春江花园"))
    assert everything(assessed(opened)) == everything(from_scratch(opened))
    for number in (2, 1):
        settling.undo(opened, number, Person("陈静", WHEN))
    assert everything(assessed(opened)) == before
