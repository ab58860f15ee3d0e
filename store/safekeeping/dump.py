"""All tables as one stream of JSON lines that either database takes back in: how a backup holds the database.

The first line says the revision of the tables. Each table begins with an object that names its columns and their
kinds; an array a row follows. A dump can be loaded into tables of its own revision alone: whoever loads it makes these
first, and migrates afterwards.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Engine,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

import store.outgoing
import store.people
import store.personal.privacy
import store.safekeeping.latest
import store.safekeeping.lineage
import store.searching  # noqa: F401 (their tables are part of the metadata)
from store.database import faults_told, newest_revision
from store.models import Base
from store.times import Moment

FORMAT = 1
# Made anew by itself: the index of terms is a table of each database's own kind, and this one says what is in it.
LEFT_OUT = {"searched"}
# Which revision the tables are of is noted where they are made.
_NOT_OURS = {"alembic_version"}
_AT_ONCE = 1_000

Row = list[Any]
Counts = dict[str, int]

# The kinds of columns: what a value is in a line, and what it is again in a database. JSON travels as the very text
# that stands in the column: `null` written as JSON is not the same as nothing.
_TYPES: Mapping[str, TypeEngine[Any]] = {
    "integer": BigInteger(),
    "boolean": Boolean(),
    "real": Double(),
    "text": Text(),
    "json": Text(),
    "moment": Moment(),
    "bytes": LargeBinary(),
}
_OUT: Mapping[str, Callable[[Any], Any]] = {
    "moment": datetime.isoformat,
    "bytes": lambda value: b64encode(value).decode("ascii"),
}
_IN: Mapping[str, Callable[[Any], Any]] = {"moment": datetime.fromisoformat, "bytes": b64decode}


def tables() -> list[Table]:
    """Return the tables that are dumped, those that others refer to first."""
    return [one for one in Base.metadata.sorted_tables if one.name not in LEFT_OUT]


def tables_by_name() -> dict[str, Table]:
    """Return the same by their names."""
    return {one.name: one for one in tables()}


@contextmanager
def frozen(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the database as it is at one moment, however long it looks, and holds up nobody."""
    options: dict[str, Any] = {"only_reads": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with faults_told(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def dump(connection: Connection, write: Callable[[str], object]) -> Counts:
    """Write all tables as they are seen by a connection, line by line; return how many rows each has."""
    write(_line({"format": FORMAT, "revision": newest_revision()}))
    return {one.name: _dump_table(connection, one, write) for one in tables()}


def _dump_table(connection: Connection, one: Table, write: Callable[[str], object]) -> int:
    kinds = [kind_of(own) for own in one.columns]
    write(
        _line({"table": one.name, "columns": [[own.name, kind] for own, kind in zip(one.columns, kinds, strict=True)]})
    )
    asked = [cast(own, Text) if kind == "json" else own for own, kind in zip(one.columns, kinds, strict=True)]
    turns = [(place, _OUT[kind]) for place, kind in enumerate(kinds) if kind in _OUT]
    query, count = select(*asked).order_by(*one.primary_key.columns), 0
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        write(_line(_turned(list(row), turns)))
        count += 1
    return count


def _turned(row: Row, turns: Iterable[tuple[int, Callable[[Any], Any]]]) -> Row:
    for place, turn in turns:
        if row[place] is not None:
            row[place] = turn(row[place])
    return row


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def kind_of(own: Column[Any]) -> str:
    """Return the kind of a column; LookupError for one that no kind is known of."""
    if isinstance(own.type, Moment):
        return "moment"
    kinds: tuple[tuple[type[Any], str], ...] = (
        (Boolean, "boolean"), (Integer, "integer"), (Double, "real"), (JSON, "json"), (LargeBinary, "bytes"),
        (String, "text"),
    )  # fmt: skip
    found = next((kind for kinds_type, kind in kinds if isinstance(own.type, kinds_type)), None)
    if found is None:
        raise LookupError(f"no kind for {own.table.name}.{own.name}: {own.type}")
    return found


def revision_in(lines: Iterator[str]) -> str:
    """Return the revision that the first line of a dump says; ValueError where it is no dump that is known here."""
    head = json.loads(next(lines, "null"))
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError("not a dump of a known format")
    return str(head["revision"])


def load(connection: Connection, lines: Iterator[str], tell: Callable[[int], None]) -> Counts:
    """Fill empty tables of the dump's revision with what follows its first line; return how many rows each got."""
    counts: Counts = {}
    loading: _Loading | None = None
    for is_row, group in groupby(lines, key=lambda line: line.startswith("[")):
        if not is_row:
            # Several where tables are empty.
            for head in map(json.loads, group):
                loading = _Loading(connection, *_head(connection, head))
                counts[loading.name] = 0
        while is_row and loading and (batch := list(islice(group, _AT_ONCE))):
            counts[loading.name] += loading.insert(batch)
            tell(sum(counts.values()))
    for name in counts:
        _continue_numbers(connection, name)
    return counts


def _head(connection: Connection, head: Any) -> tuple[str, dict[str, str]]:  # noqa: ANN401 (JSON)
    """Return a table and the kinds of its columns; ValueError where the database has none such, or it is not ours."""
    try:
        name, kinds = str(head["table"]), {str(each): str(kind) for each, kind in head["columns"]}
    except (KeyError, TypeError) as error:
        raise ValueError("no head of a table") from error
    there = inspect(connection)
    if name in _NOT_OURS or not there.has_table(name):
        raise ValueError("no table of a dump")
    if not kinds.keys() <= {each["name"] for each in there.get_columns(name)} or not set(kinds.values()) <= set(_TYPES):
        raise ValueError("no columns of that table")
    return name, kinds


class _Loading:
    """The filling of one table."""

    def __init__(self, connection: Connection, name: str, kinds: Mapping[str, str]) -> None:
        self.connection, self.name, self.names = connection, name, tuple(kinds)
        self.turns = [(place, _IN[kind]) for place, kind in enumerate(kinds.values()) if kind in _IN]
        own = table(name, *(column(each, _TYPES[kind]) for each, kind in kinds.items()))
        # SQLite takes the text as it is: a cast would make a number of it.
        as_json = connection.dialect.name == "postgresql"
        self.statement = insert(own).values({each: _bound(each, kind, as_json=as_json) for each, kind in kinds.items()})

    def insert(self, lines: Sequence[str]) -> int:
        """Insert rows and return how many."""
        rows = [dict(zip(self.names, _turned(json.loads(line), self.turns), strict=True)) for line in lines]
        self.connection.execute(self.statement, rows)
        return len(rows)


def _bound(name: str, kind: str, *, as_json: bool) -> ColumnElement[Any]:
    bound = bindparam(name, type_=_TYPES[kind])
    return cast(bound, JSON) if kind == "json" and as_json else bound


def _continue_numbers(connection: Connection, name: str) -> None:
    """Let PostgreSQL number new rows after those that were loaded; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    numbered = connection.execute(
        text("SELECT pg_get_serial_sequence(quote_ident(table_name), 'id') FROM information_schema.columns"
             " WHERE table_schema = current_schema() AND table_name = :name AND column_name = 'id'"),
        {"name": name},
    ).scalar()  # fmt: skip
    last = connection.scalar(select(func.max(column("id"))).select_from(table(name))) if numbered else None
    if last is not None:
        connection.execute(
            text("SELECT setval(CAST(:sequence AS regclass), :last)"), {"sequence": numbered, "last": last}
        )
