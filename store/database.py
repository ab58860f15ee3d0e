"""Opens the store: the database (migrated, after a copy where it is a SQLite file) and the vault beside it."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as QueueTimeoutError
from sqlalchemy.orm import Session

from config.vault import ObjectStoreSettings
from store.contents.blobs import Vault
from store.contents.objects import Objects
from store.contents.shared_vault import SharedVault
from store.errors import AwayError, DamagedError, OvertakenError, StoreError
from store.jobs import SHARED, UnknownJobsError, migrate_jobs

T = TypeVar("T")
# Two processes note the same at once now and then; who loses a race this often loses no more races.
_RACES = 3
# A writer waits this long for another one before it gives up (milliseconds).
_BUSY_MS = 30_000
# A database server that does not answer is away after so long.
_CONNECT_SECONDS = 10
# Any number that no other program uses for a PostgreSQL advisory lock: one process migrates, the others wait.
_MIGRATION_LOCK = 20_260_805


# What SQLite says of a file that is not what it wrote.
_DAMAGED = ("malformed", "not a database")
# The classes of errors of PostgreSQL that say so (its manual, appendix A).
_POSTGRES_DISK_FULL = "53100"
_POSTGRES_OVERTAKEN = {"40001", "40P01"}


@dataclass(frozen=True)
class Store:
    """An open store: sessions on its database, and its vault.

    Where it is `shared`, what is to be read and filed is noted as jobs for any number of workers: see `store.jobs`.
    """

    engine: Engine
    vault: Vault
    shared: bool = False

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session whose work is committed as one at the end, or not at all."""
        own = {SHARED: self.shared}
        with faults_told(), Session(self.engine, expire_on_commit=False, info=own) as session, session.begin():
            yield session

    def noted(self, work: Callable[[Session], T]) -> T:
        """Return what `work` gives in a transaction of its own, begun again where another process noted the same.

        The next look finds what that one noted. IntegrityError or OvertakenError where it never does.
        """
        for _ in range(_RACES - 1):
            try:
                with self.session() as session:
                    return work(session)
            except (IntegrityError, OvertakenError):
                continue
        with self.session() as session:
            return work(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only looks: it waits for no writer and holds none up."""
        engine = self.engine.execution_options(only_reads=True)
        with faults_told(), Session(engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn what a database says of a full disk into OSError, as everybody else says it, and of being away into ours."""
    try:
        yield
    except OperationalError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == _POSTGRES_DISK_FULL or "disk is full" in str(error.orig):
            raise OSError(errno.ENOSPC, "the database found no room on the disk") from error
        if state in _POSTGRES_OVERTAKEN:
            raise OvertakenError("同时有别的进程改动了同一处，请再试一次") from error
        raise AwayError(f"数据库暂时用不了（{cause_of(error)}），请稍后再试") from error
    except (InterfaceError, QueueTimeoutError) as error:
        raise AwayError("数据库暂时用不了，请稍后再试") from error
    except DatabaseError as error:
        if any(said in str(error.orig) for said in _DAMAGED):
            raise DamagedError(f"数据库文件已损坏（{cause_of(error)}），请停下程序，从备份恢复") from error
        raise


def open_store(url: str, vault: Path, objects: ObjectStoreSettings | None = None, *, shared: bool = False) -> Store:
    """Open and migrate the database at `url`, and the vault; StoreError where that cannot be done.

    With `objects` the contents lie in an object store, and the folder is this machine's cache of it. Where it is
    `shared`, the tables of its jobs are made and brought up to date as well.
    """
    return _opened(url, partial(_vault, vault, objects), _migrate_all if shared else migrate, shared=shared)


def open_unmigrated(url: str, vault: Path, objects: ObjectStoreSettings | None = None) -> Store:
    """Open a database as it is, perhaps without any tables, and the vault; StoreError where that cannot be done."""
    return _opened(url, partial(_vault, vault, objects), revision_of, shared=False)


def _migrate_all(engine: Engine) -> None:
    migrate(engine)
    migrate_jobs(engine, _MIGRATION_LOCK)


def _opened(url: str, vault: Callable[[], Vault], prepare: Callable[[Engine], object], *, shared: bool) -> Store:
    check_url(url)
    try:
        with ExitStack() as leaving:
            engine = engine_of(url)
            leaving.callback(engine.dispose)
            prepare(engine)
            store = Store(engine, vault(), shared)
            # Opened: the connections stay until the store is closed.
            leaving.pop_all()
            return store
    except (SQLAlchemyError, CommandError, OSError, ImportError, UnknownJobsError) as error:
        raise StoreError(f"数据库或文件库打不开：{shown(url)}（{cause_of(error)}）") from error


def _vault(folder: Path, objects: ObjectStoreSettings | None) -> Vault:
    return SharedVault(folder, Objects(objects), objects.cache_bytes) if objects else Vault(folder)


def driver_options(url: str) -> dict[str, Any]:
    """Return what PostgreSQL's own driver is given to reach the database at a URL, as it names them."""
    made = make_url(url)
    named = {"host": made.host, "port": made.port, "user": made.username, "password": made.password}
    options = {"connect_timeout": _CONNECT_SECONDS, **named, "dbname": made.database, **made.query}
    return {name: value for name, value in options.items() if value is not None}


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


def sqlite_file(url: str | URL) -> Path | None:
    """Return the file of a SQLite database; None of any other, or of one in memory."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def is_current(store: Store) -> bool:
    """Tell whether the database has the tables of this very version; StoreError where it does not answer."""
    with store.reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    return current == newest_revision()


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision; a SQLite file that holds data is copied first."""
    current = revision_of(engine)
    if current == newest_revision():
        return
    _refuse_newer(current)
    if current is not None:
        _copy_sqlite(engine, current)
    with migrating(engine) as connection:
        upgrade(connection)


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def newest_revision() -> str:
    """Return the revision of the tables that this program knows."""
    return str(ScriptDirectory.from_config(_migrations()).get_current_head())


def is_known_revision(revision: str) -> bool:
    """Tell whether this program can make the tables of a revision."""
    return revision in {one.revision for one in ScriptDirectory.from_config(_migrations()).walk_revisions()}


def revision_of(engine: Engine) -> str | None:
    """Return the revision of a database; None where it has no tables of ours."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Give a transaction in which tables may be made and changed; other processes that want the same wait."""
    with engine.connect() as connection, _nothing_hanging(connection), connection.begin():
        _lock(connection)
        yield connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision within a transaction that was begun by `migrating`."""
    config = _migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _refuse_newer(current: str | None) -> None:
    """Raise StoreError, with nothing changed, where a database bears a revision that this code does not know."""
    if current is not None and not is_known_revision(current):
        raise StoreError(
            f"数据库是较新版本的程序用过的（{current}），这个版本打不开，什么都没有改动；"
            "请升级程序，或换回升级前的备份（见 docs/upgrading.md）"
        )


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


def engine_of(url: str) -> Engine:
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


def still(session: Session) -> None:
    """Let a transaction see but one state of the database from here on; call it first of all.

    Where another changes what it changes as well, it is OvertakenError; on SQLite nobody else writes meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


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


def shown(url: str) -> str:
    """Return a database URL without its password; one that is no URL is not shown, it may hold one."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "[database] url 不是数据库地址"


def cause_of(error: Exception) -> str:
    """Return the first line of the innermost cause, without SQL and parameters."""
    if isinstance(error, ArgumentError):
        return "应如 sqlite:///data/zhengji.db 或 postgresql+psycopg://…"
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
