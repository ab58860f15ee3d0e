"""The floor: nothing is taken in before a disk is full, nothing is lost, and it goes on by itself once there is room."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from config.errors import ConfigError
from ingest.cli import cli
from ingest.decisions.attaching import attach
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from reports.console.adding.uploads import UploadError, Uploads
from store import alarms, mail
from store.contents.floor import Disk, Floor, NoRoomError, amount, disks
from store.database import Store
from store.models import Withheld
from tests.alarm_world import MONDAY, World, channels, mailbox, subjects, text_of, world
from tests.imap_engine import Engine, running
from tests.provider_servers import PROVIDERS, WHEN, letter
from tests.quick import again, prepare
from tests.robots import Robots
from tests.servers import MailServer
from tests.test_full_disk import fill_up, small_disk

_MB = 1_000_000


def alarms_at(stop: int, warn: int) -> str:
    return f"[alarms]\nstop_bytes = {stop}\nwarn_bytes = {warn}\n"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with running(PROVIDERS["coremail"]) as server:
        for number in range(3):
            server.append("INBOX", letter("INBOX", number), WHEN)
        yield server


@pytest.fixture
def robots() -> Iterator[Robots]:
    with Robots().running() as open_:
        yield open_


def resized(at: World, **limits: int) -> None:
    """Give a world other limits, as an operator who edits the settings does."""
    settings = at.desk.settings
    own = settings.alarms.model_copy(update=limits)
    at.desk = replace(at.desk, settings=settings.model_copy(update={"alarms": own}))
    at.restart(None)


def test_a_disk_that_fills_up_is_told_before_intake_stops_and_goes_on_by_itself(
    engine: Engine, smtp: MailServer, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        more = mailbox(engine.port) + channels(smtp.port) + alarms_at(_MB, 2 * _MB)
        with again(prepare(disk, more)) as desk:
            at = World(desk)
            assert at.turn() == "ok"
            assert mail.count(desk.store) == 3
            assert smtp.mails == []
            ballast = fill_up(disk, 1_700_000)
            engine.append("INBOX", letter("INBOX", 3), WHEN)
            assert at.turn() == "ok"
            assert subjects(smtp) == ["【征集】告警：磁盘快满了"]
            ballast.unlink()
            ballast = fill_up(disk, 900_000)
            engine.append("INBOX", letter("INBOX", 4), WHEN)
            assert [at.turn(), at.turn()] == ["full", "full"]
            assert subjects(smtp)[1:] == ["【征集】告警：磁盘将满，已停止收信"]
            assert "低于停收线 1 MB，已先停止收信" in text_of(smtp)
            assert "邮件没有丢：新来信都在邮箱里" in text_of(smtp)
            assert mail.count(desk.store) == 4
            ballast.unlink()
            assert [at.turn(), at.turn()] == ["ok", "ok"]
            assert subjects(smtp)[2:] == ["【征集】已恢复：磁盘快满了等 2 件"]
            assert mail.count(desk.store) == 5
            assert {one.state for one in alarms.notices(desk.store)} == {"sent"}


def test_a_disk_without_any_room_is_told_once_though_nothing_can_be_noted(
    engine: Engine, smtp: MailServer, robots: Robots, tmp_path: Path
) -> None:
    more = mailbox(engine.port) + channels(smtp.port, robots) + alarms_at(10**9, 10**9)
    with small_disk(tmp_path / "disk") as disk, again(prepare(disk, more)) as desk:
        at = World(desk)
        ballast = fill_up(disk, 0)
        wal_away(desk, disk)
        for _ in range(3):
            at.look(10)
            assert at.watch.unnoted
        assert subjects(smtp) == ["【征集】告警：磁盘将满，已停止收信"]
        assert len(robots.asked) == 1
        assert alarms.every(desk.store) == ()
        ballast.unlink()
        (disk / "rest").unlink()
        resized(at, warn_bytes=0, stop_bytes=0)
        assert [at.turn(), at.turn()] == ["ok", "ok"]


def wal_away(desk: Desk, disk: Path) -> None:
    """Let the database's log begin anew, so that a note needs room, and use up what that gave back."""
    with desk.store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    fill_up_rest(disk)


def fill_up_rest(disk: Path) -> None:
    rest = disk / "rest"
    with rest.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return


def test_a_floor_that_is_near_lets_the_mails_before_it_in_and_no_large_one_holds_up_others(
    engine: Engine, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        engine.append("INBOX", b"Subject: large\r\n\r\n" + b"x" * 2_000_000, WHEN)
        engine.append("INBOX", letter("INBOX", 8), WHEN)
        with again(prepare(disk, mailbox(engine.port) + alarms_at(2_000_000, 2_000_000))) as desk:
            at = World(desk)
            result = Poller(desk, at.clock).poll_all()[0]
            assert mail.count(desk.store) == 4
            assert result.reason == "有一封 2 MB 的邮件磁盘放不下，留在邮箱里，腾出空间后自动收取；别的来信照常收取"
            assert (result.outcome, at.poll(10)) == ("full", "full")
            resized(at, stop_bytes=1_000_000, warn_bytes=1_000_000)
            assert at.poll(10) == "ok"
            assert mail.count(desk.store) == 5
            with desk.store.reading() as session:
                assert list(session.scalars(select(Withheld.uid).where(Withheld.given_at.is_(None)))) == []


def test_below_the_floor_nothing_is_asked_of_the_server_and_nothing_kept_is_read(engine: Engine) -> None:
    with world(mailbox(engine.port)) as at:
        at.poll()
        assert len(mail.waiting(at.desk.store)) == 3
        resized(at, stop_bytes=10**15, warn_bytes=10**15)
        engine.forget()
        assert at.poll(10) == "full"
        assert take_in(at.desk) == 0
        assert len(mail.waiting(at.desk.store)) == 3
        resized(at, stop_bytes=0)
        assert at.poll(10) == "ok"
        assert take_in(at.desk) == 3


def test_a_watched_folder_stops_before_the_floor_and_goes_on(tmp_path: Path) -> None:
    folder = '[[mailboxes]]\nkind = "folder"\npath = "收件"\naddress = "U盘"\nsettle_seconds = 0\n'
    with small_disk(tmp_path / "disk") as disk:
        more = folder.replace("收件", str(tmp_path / "收件")) + alarms_at(2_000_000, 2_000_000)
        with again(prepare(disk, more)) as desk:
            (tmp_path / "收件" / "浙江").mkdir(parents=True)
            (tmp_path / "收件" / "浙江" / "大.zip").write_bytes(b"x" * 1_800_000)
            (tmp_path / "收件" / "浙江" / "小.txt").write_bytes(b"small")
            at = World(desk)
            assert [at.poll(), at.poll(1)] == ["ok", "ok"]
            assert mail.count(desk.store) == 1
            resized(at, stop_bytes=10**9)
            (tmp_path / "收件" / "浙江" / "又.txt").write_bytes(b"another")
            assert [at.poll(10), at.poll(10)] == ["full", "full"]
            resized(at, stop_bytes=1_000_000)
            assert [at.poll(10), at.poll(10)] == ["ok", "ok"]
            assert mail.count(desk.store) == 3


def test_whoever_adds_files_is_refused_in_words_and_nothing_is_done(tmp_path: Path) -> None:
    with world(alarms_at(10**15, 10**15)) as at:
        file = tmp_path / "a.eml"
        file.write_bytes(letter("INBOX", 1))
        with pytest.raises(NoRoomError) as refused:
            import_path(at.desk, file, MONDAY)
        assert "低于停收线" in refused.value.text
        assert "没有收下；请先腾出空间，再做一次" in refused.value.text
        assert mail.count(at.desk.store) == 0
        done = CliRunner().invoke(cli, ["--config", str(at.desk.settings.base / "zhengji.toml"), "import", str(file)])
        assert isinstance(done.exception, NoRoomError)
        assert list(at.desk.store.vault.kept()) == []


def test_a_file_for_a_mail_is_refused_before_anything_is_kept(engine: Engine, tmp_path: Path) -> None:
    with world(mailbox(engine.port)) as at:
        at.poll()
        take_in(at.desk)
        before = len(list(at.desk.store.vault.kept()))
        resized(at, stop_bytes=10**15, warn_bytes=10**15)
        file = tmp_path / "材料.zip"
        file.write_bytes(b"x")
        with pytest.raises(NoRoomError):
            attach(at.desk, "1", [file], None, "陈静", MONDAY)
        assert len(list(at.desk.store.vault.kept())) == before


def test_an_upload_leaves_the_floor_free(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="服务器磁盘空间不够"):
        Uploads(tmp_path, 10**9, 10**15).begin("陈静", "a.zip", 10, MONDAY)
    assert issubclass(UploadError, ConfigError)


def test_the_floor_tells_what_is_left_and_what_would_not_fit(store: Store) -> None:
    seen = [Disk("文件库", 2_500_000_000, 100 * 10**9), Disk("数据库", 9 * 10**9, 10**10)]
    floor = Floor(store, 2_000_000_000, lambda _store: tuple(seen))
    assert floor.lacks() == floor.lacks(500_000_000) == ""
    assert floor.lacks(500_000_001) == "文件库所在的磁盘只剩 2.5 GB，再放入 500 MB 就低于停收线 2 GB"
    seen[1] = Disk("数据库", 1_999_999_999, 10**10)
    assert floor.lacks() == "数据库所在的磁盘只剩 1.9 GB，低于停收线 2 GB"
    assert Floor(store, 0, lambda _store: tuple(seen)).lacks(10**15) == ""


def test_the_disks_are_those_of_vault_and_database(store: Store) -> None:
    seen = disks(store)
    assert all(disk.total >= disk.free > 0 for disk in seen)
    on_sqlite = store.engine.dialect.name == "sqlite"
    assert [disk.name for disk in seen] == ["文件库和数据库" if on_sqlite else "文件库"]


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 KB"), (999_999, "999 KB"), (1_999_999, "1 MB"), (1_999_999_999, "1.9 GB"), (2 * 10**9, "2 GB")],
)
def test_room_is_told_rounded_down(count: int, said: str) -> None:
    assert amount(count) == said
