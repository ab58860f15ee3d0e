"""The tracker runs by itself: on its days, once each, also on days off, and what was missed is caught up and said."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from config.campaign import Campaign, campaign_bytes
from ingest.decisions import deciding
from ingest.decisions.deciding import Clerk
from ingest.desk import Desk
from ingest.telling import tracking
from ingest.worker import Worker
from reports.tracker.milestones import AT_DEADLINE, before, latest, milestones
from store import milestones as noted
from store.decisions import Person
from store.outgoing import Milestone
from tests.desks import desk, desk_on_copy, take, write_settings
from tests.inbox import write_inbox
from tests.sample import day
from tests.test_worker import FAST, Running, start  # noqa: F401 (a fixture)
from tests.tracker_world import case_of, files_of, sent, whole

HALF_PAST_EIGHT = time(8, 30)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("milestones")
    lacking, complete = case_of("浙江", photos=0), case_of("江苏")
    with desk(folder / "desk") as one:
        take(
            one,
            folder / "inbox",
            sent("浙江", "07-20T10:00:00", "浙江报送", whole("浙江", lacking)),
            sent("江苏", "07-27T10:00:00", "江苏报送", whole("江苏", complete)),
        )
    return folder / "desk"


@pytest.fixture
def opened(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    # The mails were taken in just now; the tests play in the summer of the campaign.
    monkeypatch.setattr("store.snapshots.in_use_since", lambda _store: day("05-20T09:00:00"))
    with desk_on_copy(built, tmp_path / "desk") as one:
        yield one


def reported(opened: Desk) -> list[str]:
    return [one.name for one in noted.every(opened.store, opened.campaign.call.id)]


def read(opened: Desk, name: str, ending: str = ".txt") -> str:
    return (tracking.folder_of(opened) / f"截止进度-{name}{ending}").read_text(encoding="utf-8")


def test_its_days_come_from_the_campaign_file(campaign: Campaign) -> None:
    call = campaign.call
    days = list(milestones(call, HALF_PAST_EIGHT, call.last_moment))
    names = [one.name for one in days]
    assert names[:7] == ["T-30", "T-14", "T-7", "T-3", "T-1", AT_DEADLINE, "T+1"]
    assert [one.day.isoformat() for one in days[:6]] == [
        "2026-07-06", "2026-07-22", "2026-07-29", "2026-08-02", "2026-08-04", "2026-08-05",
    ]  # fmt: skip
    assert names[-1] == f"T+{call.tracked_after_days}" == "T+60"
    assert {one.as_of.isoformat()[10:] for one in days if one.name != AT_DEADLINE} == {"T08:30:00+08:00"}
    assert days[5].as_of == call.last_moment
    fewer = call.model_copy(update={"milestones": (5,), "tracked_after_days": 2})
    assert [one.name for one in milestones(fewer, HALF_PAST_EIGHT, call.last_moment)] == ["T-5", "截止", "T+1", "T+2"]
    granted = call.last_moment + timedelta(days=4)
    assert [one.name for one in milestones(fewer, HALF_PAST_EIGHT, granted)][-1] == "T+5"


def test_the_report_of_the_deadline_waits_until_its_last_second_is_over(campaign: Campaign) -> None:
    days = list(milestones(campaign.call, HALF_PAST_EIGHT, campaign.call.last_moment))
    names = {when: (latest(days, day(when)) or days[0]).name for when in ("08-05T23:59:59", "08-06T00:00:00")}
    assert names == {"08-05T23:59:59": "T-1", "08-06T00:00:00": "截止"}
    assert latest(days, day("07-06T08:29:59")) is None
    assert before(days, days[0]) is None


def test_each_day_is_reported_once_and_by_the_digest_job_at_its_minute(
    opened: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for when in ("07-29T08:30:00", "07-29T08:40:00", "07-30T08:30:00"):
        monkeypatch.setattr("ingest.worker.now", lambda when=when: day(when))
        Worker(opened).digest()
    assert reported(opened) == ["T-7"]
    text = read(opened, "T-7-2026-07-29")
    assert "距截止还有 7 天（5 个工作日）" in text
    assert "【尚未报送】29 个" in text
    assert "浙江\n  - “春江花园”缺照片（合格照片 0 张，至少 3 张）" in text
    assert "【已齐全】1 个\n江苏" in text
    assert "比上一期（T−14，7月22日）：新报送 1 省（江苏）；新齐全 1 省（江苏）" in text
    assert "补做" not in text


def test_what_was_missed_is_caught_up_with_the_latest_alone_and_said(opened: Desk) -> None:
    tracking.track(opened, day("07-06T08:30:00"))
    tracking.track(opened, day("08-03T15:00:00"))
    tracking.track(opened, day("08-03T16:00:00"))
    assert reported(opened) == ["T-30", "T-3"]
    text = read(opened, "T-3-2026-08-02")
    assert "本期补做于 8月3日" in text
    assert "缺 2 期：T−14（7月22日）、T−7（7月29日）" in text
    assert "数据截至 2026-08-02 08:30" in text


def test_nothing_is_called_missed_from_before_the_program_was_there(
    opened: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.snapshots.in_use_since", lambda _store: day("07-28T09:00:00"))
    tracking.track(opened, day("08-04T08:30:00"))
    assert "缺 2 期：T−7（7月29日）、T−3（8月2日）" in read(opened, "T-1-2026-08-04")


def test_a_day_off_is_reported_on_that_day_and_told_by_the_next_digest(
    opened: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T−3 is Sunday, the second of August."""
    for when in ("07-31T08:30:00", "08-02T08:30:00"):
        monkeypatch.setattr("ingest.worker.now", lambda when=when: day(when))
        Worker(opened).digest()
    assert reported(opened)[-1] == "T-3"
    assert "8月2日是休息日" in read(opened, "T-3-2026-08-02")
    assert not (tracking.folder_of(opened) / "日报-2026-08-02.html").exists()
    note = "截止进度（T−3，8月2日）：已报 2 省，其中 1 省还有缺项；29 省还没有报送，见 截止进度-T-3-2026-08-02.html"
    assert tracking.notes_for_digest(opened, day("08-03T08:30:00")) == [note]
    # Whether Monday's digest went out or not: the one after it has it where that did not.
    assert tracking.notes_for_digest(opened, day("08-04T08:30:00")) == [note]
    monkeypatch.setattr("ingest.worker.now", lambda: day("08-03T08:30:00"))
    Worker(opened).digest()
    assert note in (tracking.folder_of(opened) / "日报-2026-08-03.txt").read_text(encoding="utf-8")
    assert tracking.notes_for_digest(opened, day("08-04T08:30:00")) == []


def test_afterwards_it_reports_daily_until_nobody_lacks_anything(opened: Desk) -> None:
    tracking.track(opened, day("08-06T00:00:00"))
    tracking.track(opened, day("08-06T08:30:00"))
    tracking.track(opened, day("08-07T08:30:00"))
    assert reported(opened) == ["截止", "T+1", "T+2"]
    text = read(opened, "T+2-2026-08-07")
    assert "已截止 2 天" in text
    assert "截止快照已留底：截止时刻/截止快照-2026-08-05.html，SHA-256 " in text
    take(opened, opened.settings.base / "more", sent("浙江", "08-07T10:00:00", "浙江补照片", files_of(case_of("浙江"))))
    clerk = Clerk(opened, Person("陈静", day("08-07T11:00:00"), "来电"), None)
    for silent in tracking.standing_of(opened, day("08-07T11:00:00")).of("nothing"):
        deciding.send_nothing(clerk, silent.province)
    for when in ("08-08T08:30:00", "08-09T08:30:00"):
        tracking.track(opened, day(when))
    assert reported(opened)[3:] == ["T+3", "T+4"]
    assert not (tracking.folder_of(opened) / "截止进度-T+3-2026-08-08.html").exists()
    assert tracking.notes_for_digest(opened, day("08-10T08:30:00")) == []


def test_it_ends_where_the_campaign_file_says(opened: Desk) -> None:
    tracking.track(opened, day("10-04T08:30:00"))
    assert reported(opened) == ["T+60"]
    shutil.rmtree(tracking.folder_of(opened))
    tracking.track(opened, day("10-05T08:30:00"))
    tracking.track(opened, day("11-28T08:30:00"))
    assert reported(opened) == ["T+60"]


def test_made_again_it_is_the_same_and_noted_once(opened: Desk) -> None:
    """Whoever made it was killed before it was noted."""
    tracking.track(opened, day("07-29T08:30:00"))
    first = read(opened, "T-7-2026-07-29", ".html").encode()
    with opened.store.session() as session:
        session.execute(delete(Milestone))
    tracking.track(opened, day("07-29T09:00:00"))
    assert read(opened, "T-7-2026-07-29", ".html").encode() == first
    (row,) = noted.every(opened.store, opened.campaign.call.id)
    assert opened.store.vault.path(row.sha256).read_bytes() == first
    assert noted.note(opened.store, opened.campaign.call.id, row) is False


def test_a_campaign_whose_deadline_was_yesterday_is_caught_up_by_a_worker_that_starts(
    tmp_path: Path,
    start: Callable[[Path], Running],  # noqa: F811
) -> None:
    """The real process, with the real clock: a campaign file whose deadline was yesterday."""
    config = write_settings(
        tmp_path, FAST + f'[[mailboxes]]\nkind = "folder"\npath = "{tmp_path / "收件"}"\nsettle_seconds = 0\n'
    )
    today = datetime.now(day("08-05T00:00:00").tzinfo).date()
    text = campaign_bytes("2026-haofuwu").decode()
    for old, days in (("2026-08-06", 0), ("2026-08-05", -1)):
        text = text.replace(old, (today + timedelta(days=days)).isoformat())
    text = text.replace("2026-05-18", (today - timedelta(days=80)).isoformat())
    text = re.sub(r"passes = \[(\S+), 2026-07-01\]", r"passes = [\1]", text)
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8").replace('"2026-haofuwu"', '"own.toml"'), encoding="utf-8")
    write_inbox(tmp_path / "收件" / "浙江", [])
    worker = start(config)
    worker.wait(lambda: bool(worker.lines("milestone.reported")))
    worker.wait(lambda: len(worker.lines("worker.polled")) >= 3)
    worker.stop()
    (taken,) = worker.lines("snapshot.taken")
    yesterday = today - timedelta(days=1)
    assert str(taken["moment"]).startswith(yesterday.isoformat())
    assert len(worker.lines("milestone.reported")) == 1
    assert (tmp_path / "data" / "digests" / "截止时刻" / f"截止快照-{yesterday}.json").exists()
