"""When a backup was last made is known where people look: doctor, overview, numbers; and whoever stops is told once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.doctor import staff
from ingest.doctor.result import Patient, patient_at
from ingest.monitoring import monitor_of
from store import alarms
from store.database import Store
from store.safekeeping.backing_up import back_up
from store.safekeeping.backup import BackupError
from store.safekeeping.latest import Latest, latest, note
from tests.alarm_world import MONDAY, World, world
from tests.backups import NOW, backed_up, fill, opened, restored, wish, zhengji
from tests.consoles import console_on
from tests.desks import desk, write_settings
from tests.test_console_overview import words
from tests.test_doctor import found, told
from tests.test_monitoring import numbers

DAY = timedelta(days=1)
# No mailbox and nobody who is told; neither the disk nor the digest is looked at.
QUIET = "[alarms]\nwarn_bytes = 0\nstop_bytes = 0\ndigest_minutes = 1e6\n"


@pytest.fixture
def quiet() -> Iterator[World]:
    with world(QUIET) as made:
        yield made


def test_a_backup_is_noted_when_it_is_whole_on_both_databases(store: Store, tmp_path: Path) -> None:
    assert latest(store) is None
    backed_up(store, tmp_path / "nas", NOW)
    backed_up(store, tmp_path / "stick", NOW - DAY)
    assert latest(store) == Latest(str(tmp_path / "nas"), NOW)
    backed_up(store, tmp_path / "stick", NOW + DAY)
    assert latest(store) == Latest(str(tmp_path / "stick"), NOW + DAY)


def test_a_backup_that_fails_is_not_noted(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        back_up(store, wish(tmp_path / "nas", spare=10**18), NOW)
    assert latest(store) is None


def test_a_restored_database_knows_the_backup_before_its_own(store: Store, tmp_path: Path) -> None:
    backed_up(store, tmp_path / "nas", NOW - DAY)
    backed_up(store, tmp_path / "nas", NOW)
    with restored(tmp_path / "nas", f"sqlite:///{tmp_path}/new.db", tmp_path / "vault2") as (again, _):
        assert latest(again) == Latest(str(tmp_path / "nas"), NOW - DAY)


def test_what_a_backup_lacks_is_noted_with_it(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/zhengji.db", tmp_path / "vault") as store:
        fill(store)
        backed_up(store, tmp_path / "whole", NOW + DAY)
        store.vault.path(next(iter(store.vault.kept())).sha256).unlink()
        backed_up(store, tmp_path / "less", NOW + 2 * DAY)
        assert latest(store) == Latest(str(tmp_path / "less"), NOW + 2 * DAY, lost=1)


def test_doctor_tells_whether_there_is_a_backup_how_old_it_is_and_what_it_lacks(tmp_path: Path) -> None:
    one = patient_at(write_settings(tmp_path, QUIET))
    assert found(staff.backed_up(one))["backup.new"].state == "ok"
    with desk(tmp_path, QUIET):
        pass
    never = found(staff.backed_up(one))["backup.never"]
    assert "zhengji backup" in told(never)[1]
    done = zhengji(one.path, "backup", str(tmp_path / "nas"))
    assert done.exit_code == 0, done.output
    fresh = found(staff.backed_up(one))["backup.ok"]
    assert str(tmp_path / "nas") in told(fresh)[0]
    later = Patient(one.path, one.settings, one.campaign, "", lambda: datetime.now(UTC) + 4 * DAY)
    assert "已超过 3 天" in told(found(staff.backed_up(later))["backup.old"])[0]
    with opened(one.settings.database_url, tmp_path / "vault") as store:
        note(store, "/mnt/备份", datetime.now(UTC), "20990101T000000Z", 2)
    assert "缺 2 个内容" in told(found(staff.backed_up(one))["backup.lost"])[0]


def test_backups_that_stop_are_told_once_and_the_next_one_ends_it(quiet: World) -> None:
    quiet.now = MONDAY
    assert quiet.look(60 * 24 * 30).begun == (), "where no backup was ever made"
    made = quiet.now
    note(quiet.desk.store, "/mnt/备份", made, "g1", 0)
    assert quiet.look(60 * 24 * 3).begun == ()
    (begun,) = quiet.look(1).begun
    assert begun.sentence == f"已有 3 天没有做过备份：上一次在 {made:%Y-%m-%d %H:%M}，备份到 /mnt/备份"
    assert quiet.look(60 * 24 * 9).begun == ()
    note(quiet.desk.store, "/mnt/备份", quiet.now, "g2", 0)
    assert len(quiet.look(1).ended) == 1
    (kept,) = alarms.every(quiet.desk.store)
    assert (kept.ending, kept.over[:5]) == ("restored", "已重新备份")


def test_nobody_is_told_of_old_backups_who_wants_none() -> None:
    with world(f"{QUIET}backup_days = 0\n") as never:
        note(never.desk.store, "/mnt/备份", MONDAY - 99 * DAY, "g1", 0)
        assert never.look().begun == ()


def test_the_numbers_and_the_overview_tell_the_last_backup(tmp_path: Path) -> None:
    with desk(tmp_path, QUIET) as own:
        running = console_on(own)
        name = "zhengji_backup_last_timestamp_seconds{}"
        monitor = monitor_of(own, lambda: MONDAY)
        assert numbers(monitor.exposition())[name] == 0
        assert "备份" not in words(running.as_role("reader").get("/").text)
        note(own.store, "/mnt/备份", MONDAY, "g1", 0)
        assert numbers(monitor.exposition())[name] == MONDAY.timestamp()
        assert f"正常 备份上次 {MONDAY:%Y-%m-%d %H:%M}" in words(running.as_role("reader").get("/").text)
        note(own.store, "/mnt/备份", MONDAY, "g1", 3)
        assert "有问题 备份" in words(running.as_role("reader").get("/").text)
