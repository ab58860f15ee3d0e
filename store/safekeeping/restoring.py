"""Brings a generation of a backup back into an empty database and an empty vault, also one of an older program.

Contents first, each hashed on its way; then all tables in one transaction. So a killed restore leaves an empty
database, and the next one goes on where it was.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from gzip import BadGzipFile

from sqlalchemy import Connection, inspect, select, table, text
from sqlalchemy.exc import DataError

from store.contents.blobs import Blob
from store.database import Store, faults_told, is_known_revision, migrating, newest_revision, revision_of, upgrade
from store.safekeeping import dump, lineage
from store.safekeeping.backup import TABLES, Backup, BackupError, Generation, Manifest
from store.safekeeping.copying import Copying, ensure_room

Tell = Callable[[str, int], None]
# What tables that are none raise, wherever they are looked at.
_DAMAGE = (KeyError, TypeError, ValueError, AttributeError, EOFError, BadGzipFile, zlib.error, RecursionError)


@dataclass(frozen=True)
class Back:
    """What was brought back: of which generation, how many contents were copied, and which the backup has lost."""

    generation: Generation
    manifest: Manifest
    copied: int
    lost: dict[str, str]


def restore(
    store: Store, backup: Backup, name: str | None, now: datetime, spare: int, tell: Tell = lambda _what, _done: None
) -> Back:
    """Bring a generation back (the newest one that is whole, unless one is named).

    BackupError where it is damaged, of a newer program, or there is something here already.
    """
    generation, manifest = _sound(backup, name)
    if not is_known_revision(manifest.revision):
        raise BackupError(f"备份 {generation.name} 是更新的程序（{manifest.program}）做的，请先升级本机的程序再恢复")
    _ensure_empty_tables(store, manifest)
    _ensure_own_contents(store, generation)
    copying = Copying(backup.blobs, store.vault, spare, lambda done: tell("取回内容", done))
    absent = [one for one in _absent(store, generation) if one.sha256 not in manifest.lost]
    ensure_room(store.vault.folder, sum(one.bytes for one in absent), spare)
    copying.run(one.sha256 for one in absent)
    _load(store, generation, manifest, now, tell)
    return Back(generation, manifest, copying.files, {**copying.lost, **manifest.lost})


def _sound(backup: Backup, name: str | None) -> tuple[Generation, Manifest]:
    """Return a generation with all its files hashed; without a name the newest that is sound."""
    if name is not None or not backup.generations():
        generation = backup.generation(name)
        return generation, generation.check()
    for generation in reversed(backup.generations()):
        try:
            return generation, generation.check()
        except BackupError as error:
            last = error
    raise last


def _ensure_empty_tables(store: Store, manifest: Manifest) -> None:
    """Raise BackupError where the database holds anything, or empty tables of another revision than the backup's."""
    there = revision_of(store.engine)
    if there is None:
        return
    with store.engine.connect() as connection:
        names = {one.name for one in dump.tables()} & set(inspect(connection).get_table_names())
        full = sorted(name for name in names if connection.execute(select(text("1")).select_from(table(name))).first())
    if full:
        raise BackupError("数据库里已经有数据，没有恢复；请在设置里写一个新的、空的数据库（[database] url）")
    if there != manifest.revision:
        raise BackupError("数据库里已有另一版本的空表，没有恢复；请在设置里写一个没有任何表的数据库（[database] url）")


def _ensure_own_contents(store: Store, generation: Generation) -> None:
    """Raise BackupError where the vault holds what is not of this generation; what is may be half of a restore."""
    expected = generation.contents()
    wanted = next(expected, None)
    for one in store.vault.kept():
        while wanted is not None and wanted.sha256 < one.sha256:
            wanted = next(expected, None)
        if wanted is None or wanted.sha256 != one.sha256:
            raise BackupError("文件库里已经有别的内容，没有恢复；请在设置里写一个新的、空的文件夹（[vault] path）")


def _absent(store: Store, generation: Generation) -> Iterator[Blob]:
    there = (one.sha256 for one in store.vault.kept())
    held = next(there, None)
    for one in generation.contents():
        while held is not None and held < one.sha256:
            held = next(there, None)
        if held != one.sha256:
            yield one


def _load(store: Store, generation: Generation, manifest: Manifest, now: datetime, tell: Tell) -> None:
    """Make the tables of the backup's revision, fill them, and bring them to today's: all of it, or nothing."""
    with _damage_told(generation), generation.lines() as lines, faults_told(), migrating(store.engine) as connection:
        revision = dump.revision_in(lines)
        upgrade(connection, revision)
        counts = _filled(connection, lines, tell)
        if counts != dict(manifest.rows):
            raise BackupError(f"备份 {generation.name} 的行数与清单不符，没有恢复")
        if revision != newest_revision():
            upgrade(connection)
        _end_sessions(connection, now)
        lineage.note_restored(connection, manifest.moment, generation.name, now)


@contextmanager
def _damage_told(generation: Generation) -> Iterator[None]:
    """Turn what tables that were forged raise, though their hash is as their manifest says, into one sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise BackupError(f"备份 {generation.name} 的文件 {TABLES} 已损坏或被改动过，没有恢复") from error


def _filled(connection: Connection, lines: Iterator[str], tell: Tell) -> dump.Counts:
    try:
        return dump.load(connection, lines, lambda done: tell("写入数据库", done))
    except (DataError, ValueError) as error:
        raise BackupError("备份里有这种数据库存不了的内容（如空字符），没有恢复；请改用备份时的那种数据库") from error


def _end_sessions(connection: Connection, now: datetime) -> None:
    """Let everybody sign in again: who was signed out or disabled after the backup was made is forgotten."""
    sessions = dump.tables_by_name()["sign_ins"]
    connection.execute(sessions.update().where(sessions.c.ended_at.is_(None)).values(ended_at=now))
