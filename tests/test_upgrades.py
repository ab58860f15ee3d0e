"""A database of every schema revision opens, migrates and goes on: nothing lost, nothing sent again, nothing made up.

The fixtures are made by tests/upgrades/make.py, each by the code of its time.
"""

import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.intake import take_in
from ingest.telling.sending import standings
from store import mail
from store.database import Store, StoreError, open_store
from tests.desks import assessed, everything, write_settings
from tests.upgrades.make import INBOX, RECIPIENT, settings

HERE = Path(__file__).parent / "upgrades"
REVISIONS = sorted(one.name for one in HERE.iterdir() if one.name.isdigit())
ROOT = Path(__file__).parent.parent
# From here the newest is several steps away.
BEFORE_SEVERAL = "0003"
SCRIPTS = ROOT / "store" / "migrations"


def script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return ScriptDirectory.from_config(config)


@dataclass(frozen=True)
class Old:
    """An installation as a revision left it: its settings file, its database, and what it holds."""

    config: Path
    url: str
    expected: dict[str, Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Old]:
    """Return what lays down the installation of a revision, on each kind of database in turn."""
    return lambda revision: laid_down(revision, tmp_path / revision, _url_of(request, tmp_path / revision))


def _url_of(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder}/data/zhengji.db"
    return str(request.getfixturevalue("postgres").database())


def laid_down(revision: str, folder: Path, url: str) -> Old:
    fixture = HERE / revision
    (folder / "data").mkdir(parents=True)
    if url.startswith("sqlite"):
        (folder / "data" / "zhengji.db").write_bytes(gzip.decompress((fixture / "sqlite.db.gz").read_bytes()))
    else:
        statements = gzip.decompress((fixture / "postgresql.sql.gz").read_bytes())
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statements)
    expected = json.loads((fixture / "expected.json").read_text(encoding="utf-8"))
    of = {Path(place).name: place for place in expected["vault"]}
    for number, (_, sha256, *_) in enumerate(expected["messages"], 1):
        target = folder / "data" / of[sha256]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(INBOX / f"{number:04}.eml", target)
    config = write_settings(folder)
    config.write_text(settings(url, 1), encoding="utf-8")
    return Old(config, url, expected)


def opened(one: Old) -> Desk:
    return open_desk(load_settings(one.config, {}))


def facts(store: Store, expected: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """Return of a store what its fixture says it held."""
    queries = {
        "messages": "SELECT id, sha256, bytes FROM messages ORDER BY id",
        "decisions": "SELECT id, what, subject, person, note, undone_by FROM decisions ORDER BY id",
        "sent": "SELECT day, recipient FROM digests ORDER BY id",
        "cases": "SELECT province, community FROM cases ORDER BY province, community",
    }
    assert queries.keys() <= expected.keys()
    with store.reading() as session:
        return {name: [list(row) for row in session.execute(text(query))] for name, query in queries.items()}


def told(expected: dict[str, Any]) -> dict[str, list[list[Any]]]:
    rows = {name: expected[name] for name in ("decisions", "sent", "cases")}
    return {"messages": [row[:3] for row in expected["messages"]], **rows}


@pytest.fixture(scope="module")
def concluded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the code of today concludes of the same mails and decisions, in a store of its own."""
    folder = tmp_path_factory.mktemp("today")
    one = laid_down(REVISIONS[-1], folder / "old", f"sqlite:///{folder}/old/data/zhengji.db")
    desk = opened(one)
    mail.forget_conclusions(desk.store)
    take_in(desk)
    found = everything(assessed(desk))
    desk.close()
    assert [row["community"] for row in found["cases"]] == ["春江花园小区"]
    return found


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_old_database_opens_loses_nothing_and_says_what_a_new_one_would(
    revision: str, old: Callable[[str], Old], concluded: dict[str, Any]
) -> None:
    one = old(revision)
    desk = opened(one)
    try:
        assert facts(desk.store, one.expected) == told(one.expected)
        take_in(desk)
        assert everything(assessed(desk)) == concluded
        mail.forget_conclusions(desk.store)
        take_in(desk)
        assert everything(assessed(desk)) == concluded
        assert facts(desk.store, one.expected) == told(one.expected)
    finally:
        desk.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_was_sent_is_not_sent_again(revision: str, old: Callable[[str], Old]) -> None:
    one = old(revision)
    desk = opened(one)
    try:
        ((day, recipient),) = one.expected["sent"]
        assert recipient == RECIPIENT
        moment = datetime.fromisoformat(f"{day}T20:00:00+08:00")
        assert [standing.state for standing in standings(desk, date.fromisoformat(day), moment)] == ["had"]
        tomorrow = date.fromisoformat(day) + timedelta(days=1)
        assert [standing.state for standing in standings(desk, tomorrow, moment)] == ["waiting"]
    finally:
        desk.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_its_tables_are_exactly_those_of_a_new_one(revision: str, old: Callable[[str], Old], tmp_path: Path) -> None:
    one = old(revision)
    open_store(one.url, tmp_path / "vault").close()
    if one.url.startswith("sqlite"):
        fresh = f"sqlite:///{tmp_path}/fresh.db"
    else:
        fresh = f"{one.url.rpartition('/')[0]}/fresh_{revision}"
        with psycopg.connect(one.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE fresh_{revision}".encode())
    open_store(fresh, tmp_path / "vault").close()
    assert shape(one.url) == shape(fresh)


def shape(url: str) -> dict[str, Any]:
    """Return the tables of a database with their columns, keys and indexes; the index of words is a conclusion."""
    engine = create_engine(url)
    found = inspect(engine)
    tables = [name for name in found.get_table_names() if not name.startswith("searched_terms")]
    told = {
        name: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(name)},
            "key": found.get_pk_constraint(name),
            "foreign": sorted(map(str, found.get_foreign_keys(name))),
            "unique": sorted(map(str, found.get_unique_constraints(name))),
            "indexes": sorted(map(_index, found.get_indexes(name))),
        }
        for name in tables
    }
    engine.dispose()
    return told


def _index(found: Any) -> str:
    """Return an index as text, with which rows it is of."""
    rows = {name: str(which) for name, which in found.pop("dialect_options", {}).items()}
    return f"{found} {rows}"


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_settings_file_of_that_time_still_loads(revision: str) -> None:
    starter = HERE / revision / "starter.toml"
    loaded = load_settings(starter, {})
    assert loaded.campaign.id == "2026-haofuwu"
    # With what stands there as an example, too: each line that shows a key, switched on.
    assert loaded.database.url == "sqlite:///data/zhengji.db"


KILLED = """
import os, signal, sys
from pathlib import Path
from alembic.runtime import migration
from store.database import open_store
left = [int(sys.argv[3])]
stamp = migration.HeadMaintainer.update_to_step
def update(self, one):
    stamp(self, one)
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
migration.HeadMaintainer.update_to_step = update
open_store(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.mark.parametrize("after", [0, 2])
def test_a_migration_that_is_killed_leaves_the_old_and_can_be_done_again(
    old: Callable[[str], Old], tmp_path: Path, after: int
) -> None:
    one = old(BEFORE_SEVERAL)
    command = [sys.executable, "-c", KILLED, one.url, str(tmp_path / "vault"), str(after)]
    done = subprocess.run(command, cwd=ROOT, check=False, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    engine = create_engine(one.url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == BEFORE_SEVERAL
        assert "accounts" not in inspect(connection).get_table_names()
    engine.dispose()
    store = open_store(one.url, tmp_path / "vault")
    try:
        assert facts(store, one.expected) == told(one.expected)
    finally:
        store.close()


def test_a_copy_is_made_before_a_sqlite_file_is_changed(tmp_path: Path) -> None:
    one = laid_down("0003", tmp_path / "old", f"sqlite:///{tmp_path}/old/data/zhengji.db")
    open_store(one.url, tmp_path / "vault").close()
    copy = tmp_path / "old" / "data" / "zhengji.db.before-0003"
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0003",)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_newer_database_is_refused_in_a_plain_sentence(store: Store, database_url: str, tmp_path: Path) -> None:
    with store.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(StoreError, match=r"是较新版本的程序用过的（0999）.*请升级程序"):
        open_store(database_url, tmp_path / "vault")
    assert list(tmp_path.glob("*.before-0999")) == []


def test_every_revision_before_the_newest_has_a_fixture() -> None:
    """Whoever adds a migration first makes the fixture of the revision before: python -m tests.upgrades.make."""
    revisions = {one.revision for one in script().walk_revisions()}
    head = script().get_current_head()
    assert sorted(revisions - {head} - set(REVISIONS)) == []


def test_every_released_version_has_a_fixture() -> None:
    """Whoever releases makes one and names it in tests/upgrades/released.txt."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d\S*)(?! \(unreleased\))\s*(?:\(\d|$|-)", changes, re.MULTILINE)
    lines = (HERE / "released.txt").read_text(encoding="utf-8").splitlines()
    known = dict(line.split() for line in lines if line and not line.startswith("#"))
    assert sorted(set(released) - known.keys()) == []
    assert sorted(set(known.values()) - set(REVISIONS)) == []


@pytest.mark.parametrize(
    ("heading", "found"),
    [("## 0.2.0 (unreleased)", []), ("## 0.1.0 (2026-12-01)", ["0.1.0"]), ("## 0.1.0", ["0.1.0"])],
)
def test_a_released_version_is_told_from_one_that_is_not(heading: str, found: list[str]) -> None:
    assert re.findall(r"^## (\d\S*)(?! \(unreleased\))\s*(?:\(\d|$|-)", heading, re.MULTILINE) == found


def test_no_fixture_tells_where_it_was_made() -> None:
    for path in HERE.rglob("*"):
        if path.is_file() and path.parent != HERE and "__pycache__" not in path.parts:
            data = path.read_bytes()
            plain = gzip.decompress(data) if path.suffix == ".gz" else data
            assert b"/%b/" % b"tmp" not in plain.replace(b"<", b"/"), path
            assert str(ROOT).encode() not in plain, path
