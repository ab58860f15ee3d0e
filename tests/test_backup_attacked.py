"""A backup folder that somebody changed, or a drive that keeps things of its own in it, harms nothing outside of it."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from store.database import Store, open_store
from store.safekeeping.backup import CONTENTS, MANIFEST, TABLES, Backup, BackupError, Generation, blob_of, find_backup
from store.safekeeping.verifying import check_backup
from tests.backups import NOW, backed_up, fill, restored


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/zhengji.db", tmp_path / "vault")
    fill(store)
    yield store
    store.close()


def forged(generation: Generation, name: str, data: bytes) -> None:
    """Change a file of a generation so that its manifest speaks of it as it is now."""
    manifest = generation.manifest()
    (generation.folder / name).write_bytes(data)
    blob = blob_of(generation.folder / name)
    told = {**vars(manifest), "files": {**manifest.files, name: (blob.bytes, blob.sha256)}}
    (generation.folder / MANIFEST).write_bytes(type(manifest)(**told).as_json())


def outside(store: Store, tmp_path: Path) -> Path:
    """Leave a file that is none of a backup's business."""
    path = tmp_path / "precious.txt"
    path.write_text("of somebody else")
    assert store.vault.folder != path.parent
    return path


def test_a_forged_backup_makes_the_next_one_remove_nothing_outside_of_its_folder(filled: Store, tmp_path: Path) -> None:
    backed_up(filled, tmp_path / "backup")
    precious = outside(filled, tmp_path)
    (first,) = find_backup(tmp_path / "backup").generations()
    (first.folder / CONTENTS).write_text(f"{precious} 16\n../../../precious.txt 16\n")
    made = backed_up(filled, tmp_path / "backup", NOW + timedelta(days=1), keep=1)
    assert made.removed == (first.name,)
    assert precious.read_text() == "of somebody else"
    assert check_backup(find_backup(tmp_path / "backup"), lambda _done: None).is_whole


@pytest.mark.parametrize("line", ["../../escaped 3\n", "/etc/hostname 3\n", f"{'a' * 64} -1\n", "0" * 1000])
def test_a_forged_list_of_contents_is_refused_and_nothing_is_written_or_read(
    filled: Store, tmp_path: Path, line: str
) -> None:
    generation = backed_up(filled, tmp_path / "backup").generation
    forged(generation, CONTENTS, line.encode())
    with (
        pytest.raises(BackupError, match="已损坏或被改动过"),
        restored(tmp_path / "backup", f"sqlite:///{tmp_path}/new.db", tmp_path / "new"),
    ):
        pass
    assert list((tmp_path / "new").rglob("*")) == [tmp_path / "new" / "incoming"]
    found = check_backup(find_backup(tmp_path / "backup"), lambda _done: None)
    assert not found.is_whole


@pytest.mark.parametrize(
    "more",
    [
        b"{}\n",
        b'{"table":"no_such_table","columns":[["id","integer"]]}\n[1]\n',
        b'{"table":"alembic_version","columns":[["version_num","text"]]}\n["9999"]\n',
        b'{"table":"accounts","columns":[["no_such_column","integer"]]}\n[1]\n',
        b'{"table":"accounts","columns":[["id","no such kind"]]}\n[1]\n',
        b'{"table":"accounts","columns":[["id","integer"]]}\n[1,2]\n',
        b"[[[[[[\n",
        b"\xff\xfe\n",
    ],
)
def test_forged_tables_are_refused_in_words_and_leave_nothing(filled: Store, tmp_path: Path, more: bytes) -> None:
    generation = backed_up(filled, tmp_path / "backup").generation
    with gzip.open(generation.folder / TABLES) as tables:
        head = tables.readline()
    forged(generation, TABLES, gzip.compress(head + more))
    with (
        pytest.raises(BackupError, match="备份"),
        restored(tmp_path / "backup", f"sqlite:///{tmp_path}/new.db", tmp_path / "new"),
    ):
        pass
    engine = create_engine(f"sqlite:///{tmp_path}/new.db")
    try:
        assert inspect(engine).get_table_names() == []
    finally:
        engine.dispose()


def test_a_table_without_end_is_refused_before_it_fills_the_memory(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.safekeeping.backup._LONGEST_LINE", 100_000)
    generation = backed_up(filled, tmp_path / "backup").generation
    with gzip.open(generation.folder / TABLES) as tables:
        head = tables.readline()
    forged(generation, TABLES, gzip.compress(head + b"[" + b" " * 5_000_000))
    with (
        pytest.raises(BackupError, match="没有结尾"),
        restored(tmp_path / "backup", f"sqlite:///{tmp_path}/new.db", tmp_path / "new"),
    ):
        pass


def test_what_a_network_drive_keeps_beside_the_generations_is_passed_over(filled: Store, tmp_path: Path) -> None:
    backed_up(filled, tmp_path / "backup")
    (tmp_path / "backup" / "generations" / "@eaDir").mkdir()
    (tmp_path / "backup" / "generations" / "99990101T000000Z").symlink_to(tmp_path)
    backup = find_backup(tmp_path / "backup")
    assert [one.name for one in backup.generations()] == ["20260801T020304Z"]
    assert backed_up(filled, tmp_path / "backup", NOW + timedelta(days=1), keep=1).removed == ("20260801T020304Z",)
    assert check_backup(backup, lambda _done: None).is_whole


def test_a_backup_made_by_a_clock_that_was_set_back_is_not_the_first_to_go(filled: Store, tmp_path: Path) -> None:
    for days in range(2):
        backed_up(filled, tmp_path / "backup", NOW + timedelta(days=days), keep=2)
    made = backed_up(filled, tmp_path / "backup", NOW - timedelta(days=2000), keep=2)
    there = [one.name for one in Backup(tmp_path / "backup").generations()]
    assert made.generation.name in there
    assert len(there) == 2


def test_a_generation_that_cannot_be_read_costs_no_other_one_a_content(filled: Store, tmp_path: Path) -> None:
    first = backed_up(filled, tmp_path / "backup").generation
    second = backed_up(filled, tmp_path / "backup", NOW + timedelta(days=1)).generation
    before = {one.sha256 for one in Backup(tmp_path / "backup").blobs.kept()}
    (second.folder / CONTENTS).write_bytes(b"\x00\xff")
    (first.folder / CONTENTS).write_text("".join(f"{one} 1\n" for one in sorted(before)))
    filled.vault.keep([b"new"])
    backed_up(filled, tmp_path / "backup", NOW + timedelta(days=2), keep=2)
    assert {one.sha256 for one in Backup(tmp_path / "backup").blobs.kept()} == before
