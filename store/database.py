"""Opens the store: the database (migrated, after a copy where it is a SQLite file) and the vault beside it."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as QueueTimeoutError
from sqlalchemy.orm import Session

from store.blobs import Vault

T = TypeVar("T")
# Two processes note the same at once now and then; who loses a race this often loses no more races.
_RACES = 3
# A writer waits this long for another one before it gives up (milliseconds).
_BUSY_MS = 30_000
# A database server that does not answer is away after so long.
_CONNECT_SECONDS = 10
# Any number that no other program uses for a PostgreSQL advisory lock: one process migrates, the others wait.
_MIGRATION_LOCK = 20_260_805


class StoreError(Exception):
    """The database or the vault cannot be opened; the text is a Chinese sentence for staff."""


class AwayError(StoreError):
    """The database does not answer, or another writer holds it too long; later it may."""


# The class of errors of PostgreSQL that says so (its manual, appendix A).
_POSTGRES_DISK_FULL = "53100"


@dataclass(frozen=True)
class Store:
    """An open store: sessions on its database, and its vault."""

    engine: Engine
    vault: Vault

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session whose work is committed as one at the end, or not at all."""
        with _faults_told(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def noted(self, work: Callable[[Session], T]) -> T:
        """Return what `work` gives in a transaction of its own, begun again where another process noted the same.

        The next look finds what that one noted. IntegrityError where it never does.
        """
        for _ in range(_RACES - 1):
            try:
                with self.session() as session:
                    return work(session)
            except IntegrityError:
                continue
        with self.session() as session:
            return work(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only looks: it waits for no writer and holds none up."""
        engine = self.engine.execution_options(only_reads=True)
        with _faults_told(), Session(engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


@contextmanager
def _faults_told() -> Iterator[None]:
    """Turn what a database says of a full disk into OSError, as everybody else says it, and of being away into ours."""
    try:
        yield
    except OperationalError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == _POSTGRES_DISK_FULL or "disk is full" in str(error.orig):
            raise OSError(errno.ENOSPC, "the database found no room on the disk") from error
        raise AwayError(f"数据库暂时用不了（{_cause(error)}），请稍后再试") from error
    except (InterfaceError, QueueTimeoutError) as error:
        raise AwayError("数据库暂时用不了，请稍后再试") from error


def open_store(url: str, vault: Path) -> Store:
    """Open and migrate the database at `url`, and the vault; StoreError where that cannot be done."""
    check_url(url)
    try:
        with ExitStack() as leaving:
            engine = _engine(url)
            leaving.callback(engine.dispose)
            migrate(engine)
            store = Store(engine, Vault(vault))
            # Opened: the connections stay until the store is closed.
            leaving.pop_all()
            return store
    except (SQLAlchemyError, CommandError, OSError, ImportError) as error:
        raise StoreError(f"数据库或文件库打不开：{_shown(url)}（{_cause(error)}）") from error


def check_url(url: str) -> None:
    """Raise StoreError where a URL is none, or names a database that is not supported."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in {"sqlite", "postgresql"}:
        raise StoreError(
            "数据库地址 [database] url 应如 sqlite:///data/zhengji.db 或 postgresql+psycopg://用户:密码@主机/库"
        )


def _migrations() -> tuple[Config, str | None]:
    """Return where the migrations are, and the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config, ScriptDirectory.from_config(config).get_current_head()


def is_current(store: Store) -> bool:
    """Tell whether the database has the tables of this very version; StoreError where it does not answer."""
    with store.reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    return current == _migrations()[1]


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision; a SQLite file that holds data is copied first."""
    config, newest = _migrations()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return
    if current is not None:
        _copy_sqlite(engine, current)
    with engine.connect() as connection, _nothing_hanging(connection), connection.begin():
        _lock(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _nothing_hanging(connection: Connection) -> Iterator[None]:
    """Let SQLite make tables anew without deleting what refers to their rows; PostgreSQL alters them in place."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    # Within a transaction this would be passed over in silence.
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _engine(url: str) -> Engine:
    """Return an engine; a SQLite one waits for other writers and keeps foreign keys."""
    if make_url(url).get_backend_name() != "sqlite":
        # Who names another patience in the URL is heeded.
        patience = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": _CONNECT_SECONDS}
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=patience)
    if database := make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    # No parameters in error texts: they hold the names and phones of people.
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 (SQLAlchemy's event)
    """Set what SQLite does not do by itself: write-ahead log, foreign keys, a busy timeout, and no implicit BEGIN."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer at once: a reader that turns writer can meet a lock that no wait resolves."""
    only_reads = connection.get_execution_options().get("only_reads", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _lock(connection: Connection) -> None:
    """Let one process migrate at a time; SQLite's BEGIN IMMEDIATE does the same there."""
    hold(connection, _MIGRATION_LOCK)


def hold(connection: Connection, key: int) -> None:
    """Wait for a lock of that number until the transaction ends; on SQLite the transaction itself is that lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _copy_sqlite(engine: Engine, revision: str) -> None:
    """Copy a SQLite file beside itself before its tables are changed."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        path = Path(engine.url.database)
        shutil.copy2(path, path.with_name(f"{path.name}.before-{revision}"))


def _shown(url: str) -> str:
    """Return a database URL without its password; one that is no URL is not shown, it may hold one."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "[database] url 不是数据库地址"


def _cause(error: Exception) -> str:
    """Return the first line of the innermost cause, without SQL and parameters."""
    if isinstance(error, ArgumentError):
        return "应如 sqlite:///data/zhengji.db 或 postgresql+psycopg://…"
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
