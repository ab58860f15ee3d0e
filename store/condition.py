"""Tells the state of a database without changing it: reachable, of which version, migrated, may we write."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from store.contents.blobs import Vault
from store.database import (
    Store,
    cause_of,
    check_url,
    engine_of,
    is_known_revision,
    newest_revision,
    shown,
    sqlite_file,
)
from store.errors import StoreError
from store.models import Message, Poll

# A probe that waits for a writer tells so much sooner than a command that has work to do.
_PATIENCE_SECONDS = 10
_PROBE = "zhengji_probe"
_ENCODING = "UTF8"


@dataclass(frozen=True)
class Condition:
    """What was found: the server's name and version, and whether there is anything in it yet.

    `revision` is that of its tables, None where it has none, `newest` that of this program. `trouble` says why we may
    not write, as the database says it; empty where we may. `file` is that of a SQLite database.
    """

    server: str
    revision: str | None
    newest: str
    trouble: str = ""
    encoding: str = _ENCODING
    file: Path | None = None

    @property
    def is_migrated(self) -> bool:
        """Whether its tables are those of this program."""
        return self.revision == self.newest

    @property
    def is_newer(self) -> bool:
        """Whether its tables are those of a program that we do not know."""
        return self.revision is not None and not is_known_revision(self.revision)

    @property
    def speaks_chinese(self) -> bool:
        """Whether it can hold Chinese text."""
        return self.encoding == _ENCODING


def examine(url: str) -> Condition:
    """Return what state a database is in, and leave it as it is; StoreError where it cannot be reached."""
    check_url(url)
    file = sqlite_file(url)
    try:
        return _examine_sqlite(file) if file else _examine_server(url)
    except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
        raise StoreError(f"数据库打不开：{shown(url)}（{cause_of(error)}）") from error


def with_password(url: str, password: str) -> str:
    """Return a URL with a password, whatever characters are in it; StoreError where it is no URL."""
    check_url(url)
    return make_url(url).set(password=password).render_as_string(hide_password=False) if password else url


def has_password(url: str) -> bool:
    """Tell whether a password stands in a URL, also in one that is none."""
    try:
        return bool(make_url(url).password)
    except ArgumentError:
        return True


def nearest_folder(path: Path) -> Path:
    """Return the folder nearest to a path that is there already."""
    return next(one for one in (path, *path.absolute().parents) if one.is_dir())


@contextmanager
def looked_into(url: str, vault: Path) -> Iterator[Store]:
    """Give the store of a migrated database for reading, without migrating it; StoreError where it cannot be opened."""
    check_url(url)
    engine = engine_of(url)
    try:
        yield Store(engine, Vault(vault))
    finally:
        engine.dispose()


def _examine_sqlite(file: Path) -> Condition:
    server = f"SQLite {sqlite3.sqlite_version}"
    if not file.exists():
        return Condition(server, None, newest_revision(), _trouble_in(nearest_folder(file.parent)), file=file)
    # Plain and as it is: the program's own engine would set its journal, which is a change.
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": _PATIENCE_SECONDS}, hide_parameters=True)
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            return Condition(server, revision, newest_revision(), _trouble_of(connection), file=file)
    finally:
        engine.dispose()


def _trouble_in(folder: Path) -> str:
    """Make a database as ours will be in a folder, with its log beside it and its locks, and remove it."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".zhengji-", dir=folder) as own,
            closing(sqlite3.connect(Path(own) / "probe.db")) as connection,
        ):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"CREATE TABLE {_PROBE} (x)")
            connection.commit()
    except (OSError, sqlite3.Error) as error:
        return cause_of(error)
    return ""


def _examine_server(url: str) -> Condition:
    # A database without an encoding gives bytes, unless it is told that we speak UTF-8.
    told = {"connect_timeout": _PATIENCE_SECONDS, "client_encoding": "utf8"}
    engine = create_engine(url, hide_parameters=True, connect_args=told)
    try:
        with engine.connect() as connection:
            version = connection.exec_driver_sql("SHOW server_version").scalar_one().split(" ")[0]
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            revision = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            return Condition(f"PostgreSQL {version}", revision, newest_revision(), _trouble_of(connection), encoding)
    finally:
        engine.dispose()


def _trouble_of(connection: Connection) -> str:
    """Make a table and take it back; return what the database said against it."""
    try:
        connection.rollback()
        if connection.dialect.name == "sqlite":
            # Python's driver begins by itself before rows are changed, not before tables are.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql(f"CREATE TABLE {_PROBE} (x int)")
    except SQLAlchemyError as error:
        return cause_of(error)
    finally:
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql("ROLLBACK")
            connection.rollback()
    return ""


@dataclass(frozen=True)
class Stamps:
    """The newest moments that a store holds: when a server took a mail, and when our own clock noted something."""

    server: datetime | None
    own: datetime | None


def newest_stamps(store: Store) -> Stamps:
    """Return the newest moments that a store holds; clocks that went backwards are told by them."""
    with store.reading() as session:
        server = session.scalar(select(func.max(Message.arrival)).where(Message.arrival_source == "internaldate"))
        noted = (func.max(Message.kept_at), func.max(Poll.ended_at))
        own = [moment for moment in (session.scalar(select(one)) for one in noted) if moment]
        return Stamps(server, max(own, default=None))
