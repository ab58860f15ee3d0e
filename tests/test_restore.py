"""What is restored is what was backed up: every row, every content, the digest; from either database into either."""

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, text

from config.search_terms import Word
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.telling.digesting import make_digest
from store import searching
from store.database import Store, migrating, open_unmigrated, revision_of, upgrade
from store.models import Message
from store.safekeeping import dump, lineage
from store.safekeeping.backup import BackupError, find_backup
from store.safekeeping.restoring import restore
from store.safekeeping.verifying import check_backup
from tests.backups import (
    NOW,
    ROOT,
    backed_up,
    contents,
    fill,
    opened,
    place,
    restored,
    rows,
    zhengji,
)
from tests.desks import AFTER, assessed, desk, everything, take, write_settings
from tests.inbox import Sent, list_files, mail
from tests.sample import day
from tests.servers import MailServer

BOTH = ("sqlite", "postgresql")
CASES = (Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=1),)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    with opened(f"sqlite:///{tmp_path}/from/zhengji.db", tmp_path / "from" / "vault") as store:
        fill(store)
        yield store


def unended(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return rows without when sessions ended: a restore ends those that were open."""
    sessions = [json.loads(line) for line in found["sign_ins"]]
    return {**found, "sign_ins": [repr([*row[:7], *row[8:]]) for row in sessions]}


@pytest.mark.parametrize("through", BOTH)
@pytest.mark.parametrize("kind", BOTH)
def test_every_row_and_every_content_comes_back_as_it_was(
    kind: str, through: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """From one database into another and back into the first kind: all four ways."""
    with opened(place(kind, tmp_path / "a", request), tmp_path / "a" / "vault") as store:
        fill(store)
        backed_up(store, tmp_path / "backup")
        expected, kept = rows(store), contents(store)
    assert [name for name, own in expected.items() if not own] == ["removals"]
    with restored(tmp_path / "backup", place(through, tmp_path / "b", request), tmp_path / "b" / "vault") as (one, _):
        assert unended(rows(one)) == unended(expected)
        assert contents(one) == kept
        backed_up(one, tmp_path / "again", NOW + timedelta(days=2))
    # The second restore fills a table that the first one has written into.
    with restored(tmp_path / "again", place(kind, tmp_path / "c", request), tmp_path / "c" / "vault") as (two, back):
        assert unended(rows(two)) == unended(expected)
        assert contents(two) == kept
        assert back.manifest.database == through
        assert len(lineage.every(two)) == 3 + 2


@pytest.mark.parametrize("kind", BOTH)
def test_a_restored_database_goes_on_numbering_where_it_was(
    filled: Store, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backed_up(filled, tmp_path / "backup")
    with restored(tmp_path / "backup", place(kind, tmp_path / "b", request), tmp_path / "b" / "vault") as (store, _):
        values = {"bytes": 1, "arrival": NOW, "arrival_source": "x", "kept_at": NOW, "state": "waiting", "attempts": 0}
        with store.session() as session:
            query = insert(Message).returning(Message.id)
            assert session.scalar(query.values(sha256="f" * 64, **values)) == 4


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("made")
    with desk(folder / "desk") as one:
        files = list_files("浙江省物业管理协会", CASES, scanned=False)
        submission = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
        take(one, folder / "inbox", submission, mail("x@y.example", "特价机票", day("07-22T10:00:00")))
        backed_up(one.store, folder / "backup")
        yield one


@pytest.mark.parametrize("kind", BOTH)
def test_the_restored_desk_says_what_the_first_one_said(
    made: Desk, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = place(kind, tmp_path / "data", request)
    config = write_settings(tmp_path, f'[database]\nurl = "{url}"\n')
    done = zhengji(config, "restore", str(made.settings.base.parent / "backup"))
    assert done.exit_code == 0, done.output
    assert "来信 2 封" in done.output
    assert "密码、授权码不在备份里" in done.output
    again = open_desk(load_settings(config, {}))
    lineage.settle(again.store, "王读", AFTER)
    assert everything(assessed(again)) == everything(assessed(made))
    one, other = make_digest(made, AFTER), make_digest(again, AFTER)
    assert (one.html, one.text) == (other.html, other.text)
    asked = [Word("春江花园")]
    found = searching.search(again.store, asked)
    assert found == searching.search(made.store, asked)
    again.close()


def test_the_drill_of_the_handbook_ends_with_the_status_of_the_day(made: Desk, tmp_path: Path) -> None:
    config = made.settings.base / "zhengji.toml"
    assert zhengji(config, "backup", str(tmp_path / "backup")).exit_code == 0
    (generation,) = find_backup(tmp_path / "backup").generations()
    shutil.copytree(generation.folder / "supplied", tmp_path / "drill")
    drill = tmp_path / "drill" / "zhengji.toml"
    assert zhengji(drill, "restore", str(tmp_path / "backup")).exit_code == 0
    done = zhengji(drill, "verify", "--blobs")
    assert done.exit_code == 0, done.output
    told = zhengji(drill, "status", "--as-of", "2026-08-06T10:00")
    assert told.stdout == zhengji(config, "status", "--as-of", "2026-08-06T10:00").stdout
    assert "请核对" in told.stderr


def test_a_restore_into_what_is_not_empty_is_refused_and_changes_nothing(filled: Store, tmp_path: Path) -> None:
    backed_up(filled, tmp_path / "backup")
    before = rows(filled), contents(filled)
    backup = find_backup(tmp_path / "backup")
    with pytest.raises(BackupError, match="数据库里已经有数据"):
        restore(filled, backup, None, NOW, 0)
    assert (rows(filled), contents(filled)) == before
    with opened(f"sqlite:///{tmp_path}/b.db", tmp_path / "vault") as store:
        store.vault.keep([b"of somebody else"])
        with pytest.raises(BackupError, match="文件库里已经有别的内容"):
            restore(store, backup, None, NOW, 0)
        assert contents(store) != {}
        assert not any(rows(store).values())


def test_a_database_with_empty_tables_of_this_program_is_filled(filled: Store, tmp_path: Path) -> None:
    backed_up(filled, tmp_path / "backup")
    with opened(f"sqlite:///{tmp_path}/b.db", tmp_path / "b") as store:
        restore(store, find_backup(tmp_path / "backup"), None, NOW, 0)
        assert unended(rows(store)) == unended(rows(filled))


@pytest.mark.parametrize("file", ["manifest.json", "tables.jsonl.gz", "contents.txt", "supplied/zhengji.toml"])
def test_a_generation_that_was_changed_is_refused_by_name_and_passed_over_otherwise(
    filled: Store, tmp_path: Path, file: str
) -> None:
    supplied = {"zhengji.toml": b"x = 1\n"}
    first = backed_up(filled, tmp_path / "backup", supplied=supplied)
    second = backed_up(filled, tmp_path / "backup", NOW + timedelta(days=1), supplied=supplied)
    path = second.generation.folder / file
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    with (
        pytest.raises(BackupError, match="被改动过"),
        restored(tmp_path / "backup", f"sqlite:///{tmp_path}/b.db", tmp_path / "b", second.generation.name),
    ):
        pass
    with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/c.db", tmp_path / "c") as (_, back):
        assert back.generation.name == first.generation.name


def test_a_backup_whose_every_generation_is_damaged_restores_nothing(filled: Store, tmp_path: Path) -> None:
    made = backed_up(filled, tmp_path / "backup")
    (made.generation.folder / "tables.jsonl.gz").unlink()
    with (
        pytest.raises(BackupError, match="tables.jsonl.gz 缺失"),
        restored(tmp_path / "backup", f"sqlite:///{tmp_path}/b.db", tmp_path / "b"),
    ):
        pass


def test_a_content_that_the_backup_lost_is_named_and_everything_else_comes_back(filled: Store, tmp_path: Path) -> None:
    backed_up(filled, tmp_path / "backup")
    backup = find_backup(tmp_path / "backup")
    gone, changed, *rest = contents(filled)
    backup.blobs.remove(gone)
    backup.blobs.path(changed).write_bytes(b"x")
    with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/b.db", tmp_path / "b") as (store, back):
        assert back.lost == {gone: "missing", changed: "corrupt"}
        assert sorted(contents(store)) == sorted(rest)
        assert unended(rows(store)) == unended(rows(filled))


def test_a_backup_of_a_newer_program_is_refused(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store.safekeeping import backing_up

    monkeypatch.setattr(backing_up, "newest_revision", lambda: "9999")
    backed_up(filled, tmp_path / "backup")
    with (
        pytest.raises(BackupError, match="请先升级本机的程序"),
        restored(tmp_path / "backup", f"sqlite:///{tmp_path}/b.db", tmp_path / "b"),
    ):
        pass


OLD = "0005"


def old_backup(folder: Path) -> None:
    """Turn a backup into one of an older program: fewer tables, fewer columns."""
    (generation,) = find_backup(folder).generations()
    engine = create_engine("sqlite://")
    with engine.connect() as connection, connection.begin():
        upgrade(connection, OLD)
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        columns = {
            name: [one[1] for one in connection.execute(text(f"PRAGMA table_info({name})")).all()] for name in found
        }
    engine.dispose()
    counts: dict[str, int] = {}
    lines = [json.dumps({"format": 1, "revision": OLD})]
    with generation.lines() as there:
        next(there)
        head: dict[str, Any] = {}
        for line in there:
            told = json.loads(line)
            if isinstance(told, dict):
                head = told
                names = [one for one in told["columns"] if one[0] in columns.get(told["table"], ())]
                if names:
                    counts[told["table"]] = 0
                    lines.append(json.dumps({"table": told["table"], "columns": names}))
            elif head["table"] in counts:
                counts[head["table"]] += 1
                kept = [v for v, one in zip(told, head["columns"], strict=True) if one[0] in columns[head["table"]]]
                lines.append(json.dumps(kept))
    (generation.folder / "tables.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))
    manifest = generation.manifest()
    from dataclasses import replace

    from store.safekeeping.backup import blob_of

    blob = blob_of(generation.folder / "tables.jsonl.gz")
    files = {**manifest.files, "tables.jsonl.gz": (blob.bytes, blob.sha256)}
    changed = replace(manifest, revision=OLD, rows=counts, files=files)
    (generation.folder / "manifest.json").write_bytes(changed.as_json())


@pytest.mark.parametrize("kind", BOTH)
def test_a_backup_of_an_older_program_is_restored_and_migrated(
    filled: Store, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backed_up(filled, tmp_path / "backup")
    old_backup(tmp_path / "backup")
    with restored(tmp_path / "backup", place(kind, tmp_path / "b", request), tmp_path / "b" / "vault") as (store, back):
        assert back.manifest.revision == OLD
        from store.database import newest_revision

        assert revision_of(store.engine) == newest_revision()
        expected, found = rows(filled), rows(store)
        # Tables that are older than both, without columns that came later.
        for name in ("messages", "sightings", "decisions", "digests", "snapshots", "filings", "readings"):
            assert found[name] == expected[name], name
        assert found["accounts"] == []


def killed(what: str, places: list[tuple[str, Path, Path]]) -> list[int]:
    """Do it undisturbed in the first place and killed in the others; return the number of steps and those of the kills."""
    told = [{"url": url, "vault": str(vault), "folder": str(folder)} for url, vault, folder in places]
    command = [sys.executable, "-m", "tests.backup_killed", what]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(told), capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, done.stderr[-4000:]
    steps: list[int] = json.loads(done.stdout)
    return steps


def test_a_backup_that_is_killed_leaves_the_earlier_one_and_is_finished_by_the_next(
    filled: Store, tmp_path: Path
) -> None:
    url, vault = str(filled.engine.url), filled.vault.folder
    first = backed_up(filled, tmp_path / "first", NOW - timedelta(days=1))
    for gone in list(find_backup(tmp_path / "first").blobs.kept())[::2]:
        # So that there is something to copy.
        find_backup(tmp_path / "first").blobs.remove(gone.sha256)
    folders = [tmp_path / f"killed-{number}" for number in range(12)]
    for folder in folders:
        shutil.copytree(tmp_path / "first", folder)
    steps, *_ = killed("backup", [(url, vault, folder) for folder in folders])
    assert steps > 40
    for folder in folders[1:]:
        backup = find_backup(folder)
        assert backup.generations()[0].name == first.generation.name
        for one in backup.generations():
            one.check()
            if one.name != first.generation.name:
                # It appeared: then everything that it names is there.
                assert all(backup.blobs.has(each.sha256) for each in one.contents())
        backed_up(filled, folder, NOW + timedelta(days=1))
        assert [*backup.incoming.iterdir(), *backup.blobs.incoming.iterdir()] == []
        assert check_backup(backup, lambda _: None).is_whole
    with restored(folders[-1], f"sqlite:///{tmp_path}/b.db", tmp_path / "b") as (store, _):
        assert unended(rows(store)) == unended(rows(filled))


@pytest.mark.parametrize("kind", BOTH)
def test_a_restore_that_is_killed_is_finished_by_the_next(
    filled: Store, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backed_up(filled, tmp_path / "backup")
    folders = [tmp_path / str(number) for number in range(8)]
    urls = [place(kind, folder, request) for folder in folders]
    killed("restore", [(url, folder / "vault", tmp_path / "backup") for url, folder in zip(urls, folders, strict=True)])
    finished = 0
    for url, folder in zip(urls, folders, strict=True):
        store = open_unmigrated(url, folder / "vault")
        if revision_of(store.engine) is None:
            restore(store, find_backup(tmp_path / "backup"), None, NOW, 0)
            finished += 1
        # Where the tables are there, they are whole.
        assert unended(rows(store)) == unended(rows(filled))
        assert contents(store) == contents(filled)
        store.close()
    assert finished > 2


def test_text_that_the_other_database_cannot_hold_is_told_and_nothing_is_half(
    filled: Store, tmp_path: Path, postgres_url: str
) -> None:
    with filled.engine.begin() as connection:
        connection.execute(text("UPDATE messages SET failure = :odd WHERE id = 1"), {"odd": "a\0b"})
    backed_up(filled, tmp_path / "backup")
    with (
        pytest.raises(BackupError, match="存不了的内容"),
        restored(tmp_path / "backup", postgres_url, tmp_path / "b"),
    ):
        pass
    store = open_unmigrated(postgres_url, tmp_path / "b")
    assert revision_of(store.engine) is None
    store.close()
    with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/c.db", tmp_path / "c") as (back, _):
        assert unended(rows(back)) == unended(rows(filled))


def test_the_digest_of_the_day_is_held_after_a_restore_until_a_person_says_so(
    tmp_path: Path, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old machine has sent it after the backup was made: the restored one knows nothing of that."""
    from ingest.commands import digest as commands
    from ingest.telling.sending import is_held
    from ingest.worker import Worker

    moment = day("07-20T09:30:00")
    settings = (
        f'[digest]\nrecipients = ["staff@example.cn"]\n[digest.smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\n'
        'security = "none"\nusername = "staff"\npassword = "geheim"\nsender = "box@example.cn"\n'
    )
    config = write_settings(tmp_path / "old", settings)
    with opened(f"sqlite:///{tmp_path}/old/data/zhengji.db", tmp_path / "old" / "data" / "vault") as store:
        backed_up(store, tmp_path / "backup", moment - timedelta(hours=2))
    monkeypatch.setattr("ingest.worker.now", lambda: moment)
    monkeypatch.setattr(commands, "now", lambda: moment)
    old = open_desk(load_settings(config, {}))
    Worker(old).overdue()
    old.close()
    assert smtp.recipients == ["staff@example.cn"]

    config = write_settings(tmp_path / "new", settings)
    new = open_unmigrated(f"sqlite:///{tmp_path}/new/data/zhengji.db", tmp_path / "new" / "data" / "vault")
    restore(new, find_backup(tmp_path / "backup"), None, moment + timedelta(minutes=5), 0)
    new.close()
    again = open_desk(load_settings(config, {}))
    Worker(again).overdue()
    Worker(again).digest()
    assert smtp.recipients == ["staff@example.cn"]
    assert not is_held(again, (moment + timedelta(days=1)).date())
    again.close()

    told = zhengji(config, "digest", "--send", "--as-of", "2026-07-20T09:30")
    assert told.exit_code == 1
    assert "没有发送，数据库是从备份恢复的" in told.output
    assert "请核对" in zhengji(config, "status").output
    assert "尚未核对" in zhengji(config, "restored").output
    assert "日报照常自动发出" in zhengji(config, "restored", "--settle", "--person", "王读").output
    assert "王读" in zhengji(config, "restored").output
    assert "请核对" not in zhengji(config, "status").output
    assert zhengji(config, "digest", "--send", "--as-of", "2026-07-20T09:30").exit_code == 0
    assert smtp.recipients == ["staff@example.cn"] * 2


def test_nobody_stays_signed_in_through_a_restore(filled: Store, tmp_path: Path) -> None:
    backed_up(filled, tmp_path / "backup")
    with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/b.db", tmp_path / "b") as (store, _):
        sessions = [json.loads(line) for line in rows(store)["sign_ins"]]
        assert all(row[7] for row in sessions)


def test_backups_can_be_listed(filled: Store, tmp_path: Path) -> None:
    made = backed_up(filled, tmp_path / "backup")
    told = zhengji(tmp_path / "no.toml", "restore", str(tmp_path / "backup"), "--list")
    assert told.exit_code == 0
    assert f"{made.generation.name}（北京时间 2026-08-01 10:03）：来信 3 封" in told.output


def test_a_dump_is_loaded_in_one_transaction_with_its_tables(filled: Store, tmp_path: Path) -> None:
    lines: list[str] = []
    with dump.frozen(filled.engine) as connection:
        dump.dump(connection, lines.append)
    with opened(f"sqlite:///{tmp_path}/b.db", tmp_path / "b") as store, migrating(store.engine) as connection:
        assert sum(dump.load(connection, iter(lines[1:]), lambda _: None).values()) == len(lines) - 1 - len(
            dump.tables()
        )
