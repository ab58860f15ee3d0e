"""The machine was off over the deadline, or the campaign file's deadline was changed: what is laid down, and told when."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.campaign import campaign_bytes
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.telling import tracking
from ingest.telling.digesting import make_edition
from ingest.worker import Worker
from tests.sample import day
from tests.test_snapshot import built, opened, said, submission  # noqa: F401 (fixtures)
from tests.tracker_world import arrive

# Saturday: the machine was off from Wednesday noon on.
BACK = day("08-08T10:00:00")


@pytest.fixture
def back(opened: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:  # noqa: F811
    monkeypatch.setattr("store.snapshots.in_use_since", lambda _store: day("08-04T00:00:00"))
    monkeypatch.setattr("ingest.worker.now", lambda: BACK)
    arrive(opened, submission("江苏", "08-05T20:11:00"), day("08-05T20:11:00"), BACK)
    arrive(opened, submission("湖南", "08-06T08:00:00"), day("08-06T08:00:00"), BACK, uid=2)
    worker = Worker(opened)
    worker.look()
    worker.overdue()
    return opened


def test_who_comes_back_days_after_the_deadline_lays_down_what_had_come_by_it(back: Desk) -> None:
    (frozen,) = tracking.every_snapshot(back)
    assert frozen.content is not None
    assert (frozen.content["lists"]["incomplete"], frozen.content["lists"]["late"]) == (["江苏", "浙江"], [])
    assert frozen.content["moment"] == "2026-08-05T23:59:59+08:00"
    assert frozen.kept.taken_at == BACK
    assert "2026-08-08 10:00 留底" in said(back, "--as-of", "2026-08-10T08:30")[1]


def test_the_digest_after_it_tells_once_that_it_was_laid_down_when_and_under_which_hash(back: Desk) -> None:
    (frozen,) = tracking.every_snapshot(back)
    line = f"截止快照已于 2026-08-08 10:00 留底，见 截止时刻/截止快照-2026-08-05.html，SHA-256 {frozen.kept.sha256}"
    monday = make_edition(back, day("08-10T08:30:00"))
    assert monday.digest.text.count(line) == monday.chat.count(line) == 1
    assert "截止快照" not in make_edition(back, day("08-11T08:30:00")).digest.text


def test_what_was_missed_is_said_and_the_latest_report_alone_is_made(back: Desk) -> None:
    (path,) = tracking.folder_of(back).glob("截止进度*.txt")
    text = path.read_text(encoding="utf-8")
    assert path.name == "截止进度-T+3-2026-08-08.txt"
    assert "缺 4 期：T−1（8月4日）、截止时刻（8月5日）、截止后第 1 天（8月6日）、截止后第 2 天（8月7日）" in text


@pytest.fixture
def moved(opened: Desk) -> Callable[[str], Desk]:  # noqa: F811
    """Return the function that opens the same desk with another deadline in its campaign file."""

    def changed(deadline: str) -> Desk:
        config: Path = opened.settings.base / "zhengji.toml"
        text = campaign_bytes("2026-haofuwu").decode()
        next_day = f"{deadline[:8]}{int(deadline[8:]) + 1:02d}"
        text = text.replace("2026-08-06", next_day).replace("2026-08-05", deadline)
        (config.parent / "own.toml").write_text(text, encoding="utf-8")
        config.write_text(config.read_text(encoding="utf-8").replace('"2026-haofuwu"', '"own.toml"'), encoding="utf-8")
        return open_desk(load_settings(config, {}))

    return changed


def test_a_deadline_changed_in_the_campaign_file_leaves_the_snapshot_and_takes_another_at_its_own(
    opened: Desk,  # noqa: F811
    moved: Callable[[str], Desk],
) -> None:
    tracking.track(opened, day("08-06T00:00:01"))
    (first,) = tracking.every_snapshot(opened)
    later = moved("2026-08-15")
    try:
        tracking.track(later, day("08-10T09:00:00"))
        assert [one.kept for one in tracking.every_snapshot(later)] == [first.kept]
        assert "尚未报送" in said(later, "--as-of", "2026-08-10T09:00")[1]
        assert "征集活动文件改过" in said(later, "--as-of", "2026-08-10T09:00")[1]
        tracking.track(later, day("08-16T00:00:01"))
        old, new = tracking.every_snapshot(later)
        assert (old.kept, old.content) == (first.kept, first.content)
        assert new.content is not None
        assert new.content["moment"] == "2026-08-15T23:59:59+08:00"
        code, text = said(later, "verify")
        assert (code, text.count("完好")) == (0, 2)
    finally:
        later.close()
