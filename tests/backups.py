"""What the tests of backup, restore and verify share: stores filled in every column, and what two stores hold."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import Column, Connection, insert, text

from ingest.cli import cli
from store.database import Store, open_store, open_unmigrated
from store.personal.privacy import Removal
from store.safekeeping import dump
from store.safekeeping.backing_up import Made, Wish, back_up
from store.safekeeping.backup import find_backup
from store.safekeeping.named import NAMING
from store.safekeeping.restoring import Back, restore
from tests.servers import Postgres

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 8, 1, 2, 3, 4, 567_891, tzinfo=UTC)
# What a restore and a backup themselves write.
_OWN = {"restored", "backups"}

Rows = dict[str, list[str]]


def wish(folder: Path, **changes: Any) -> Wish:
    """Return a backup as the tests wish for it."""
    own = {"campaign": "2026-haofuwu", "program": "0.1.0", "keep": 30, "spare": 0, "supplied": {}}
    return Wish(folder, **{**own, **changes})


def backed_up(store: Store, folder: Path, now: datetime = NOW, **changes: Any) -> Made:
    """Make a backup of a store."""
    return back_up(store, wish(folder, **changes), now)


@contextmanager
def restored(folder: Path, url: str, vault: Path, name: str | None = None) -> Iterator[tuple[Store, Back]]:
    """Give the store that a backup was restored into."""
    store = open_unmigrated(url, vault)
    try:
        yield store, restore(store, find_backup(folder), name, NOW + timedelta(days=1), 0)
    finally:
        store.close()


@contextmanager
def opened(url: str, vault: Path) -> Iterator[Store]:
    """Give a store, closed afterwards."""
    store = open_store(url, vault)
    try:
        yield store
    finally:
        store.close()


def rows(store: Store) -> Rows:
    """Return all rows of all tables as a dump writes them, in an order of their own, without what the two note of themselves."""
    lines: list[str] = []
    with dump.frozen(store.engine) as connection:
        dump.dump(connection, lines.append)
    found: Rows = {}
    for line in lines[1:]:
        if line.startswith("{"):
            own = found.setdefault(json.loads(line)["table"], [])
        else:
            own.append(line)
    return {name: sorted(own) for name, own in found.items() if name not in _OWN}


def contents(store: Store) -> dict[str, bytes]:
    """Return every content of a vault by its hash."""
    return {one.sha256: store.vault.path(one.sha256).read_bytes() for one in store.vault.kept()}


def fill(store: Store, count: int = 3) -> None:
    """Put some rows into every table, with odd values in every column, and the contents that they name.

    Not into that of removals: where there was one, no content is named any more.
    """
    with store.engine.begin() as connection:
        for one in (one for one in dump.tables() if one.name != Removal.__tablename__):
            for number in range(1, count + 1):
                made = {own.name: _value(store, own, number) for own in one.columns}
                connection.execute(insert(one).values(made))
        if connection.dialect.name == "postgresql":
            _skip_numbers(connection, count)


def _skip_numbers(connection: Connection, count: int) -> None:
    for one in dump.tables():
        if "id" in one.columns and one.name != Removal.__tablename__:
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": one.name})
            if sequence:
                connection.execute(text("SELECT setval(CAST(:s AS regclass), :n)"), {"s": sequence, "n": count})


_NAMING = {column.expression for column, _, _ in NAMING}
_SIZES = {size.expression for _, size, _ in NAMING if size is not None}


def _value(store: Store, own: Column[Any], number: int) -> Any:
    kind = dump.kind_of(own)
    if own.nullable and number == 2:
        return None
    if own in _NAMING:
        return store.vault.keep([f"content {own.table.name} {number}".encode()]).sha256
    if own in _SIZES:
        return len(f"content {own.table.name} {number}")
    if own.foreign_keys or own.name == "id":
        return number
    values: dict[str, Any] = {
        "integer": 2**33 + number if "BIGINT" in str(own.type) else number,
        "boolean": number % 2 == 0,
        "real": 0.1 + number,
        "moment": NOW + timedelta(microseconds=number),
        "bytes": bytes(range(256)) * number,
        # What is no JSON at all and what is its null are two things.
        "json": None
        if number == 3
        else {"键": ["值", number, None, 1.5, True, "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")]},
        "text": f"{number} 『春江花园』\n\t\"'\\ é 𠮷"[: getattr(own.type, "length", None) or 60],
    }
    return values[kind]


def zhengji(config: Path, *words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, ["--config", str(config), *words])


def zhengji_apart(config: Path, *words: str) -> subprocess.Popen[str]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "ingest.cli", "--config", str(config), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def place(kind: str, folder: Path, request: Any) -> str:
    """Return the URL of a new, empty database of a kind."""
    if kind == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder}/zhengji.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database()
