"""Read-only SQL over the exports: each of them is a view in a database in memory, which can reach nothing else."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from reports.export import COLUMNS, rows
from reports.finding import Assessment
from reports.status import as_table
from reports.tables import Column, Sheet, csv_text, json_text, workbook
from reports.wording import sound

FORMATS = ("table", "json", "csv", "xlsx")
Columns = tuple[str, ...]
Rows = list[tuple[Any, ...]]

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_STEPS_BETWEEN_LOOKS = 10_000
# What one value may be, and all values of a result together (bytes or characters).
_VALUE_LIMIT = 2_000_000
_RESULT_LIMIT = 100_000_000
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _VALUE_LIMIT,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
# What SQLite says, and what to say of it; the first that fits counts.
_SENTENCES = (
    ("no such table", f"没有这个视图，可用的有 {'、'.join(COLUMNS)}（{{error}}）"),
    ("no such column", "没有这一列，各视图的列见 docs/views.md（{error}）"),
    ("one statement", "一次只能执行一条语句"),
    ("too big", "语句或结果中的值过大（{error}）"),
    *((words, "只能查询（SELECT），不能改动或读取其他内容") for words in ("not authorized", "denied", "prohibited")),
    ("syntax error", "SQL 写法有误（{error}）"),
    ("incomplete input", "SQL 没有写完（{error}）"),
)


class QueryError(Exception):
    """A query that cannot be run; its text is a Chinese sentence that says what to do."""


def run_query(assessment: Assessment, sql: str, seconds: float = 10, rows: int = 10_000) -> tuple[Columns, Rows]:
    """Return the columns (names made unique) and rows of one SELECT over the views named in COLUMNS.

    Booleans are 1 and 0, moments ISO 8601 text. Raises QueryError where it is no SELECT, takes longer than `seconds`,
    or gives more than `rows` rows.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        _fill(database, assessment)
        _confine(database, seconds)
        try:
            cursor = database.execute(sound(sql))
            if cursor.description is None:
                raise QueryError("请给出一条查询语句（SELECT）")
            columns = _unique(column[0] for column in cursor.description)
            return columns, _within(cursor, rows)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise QueryError(_sentence(str(error), seconds)) from error


def _fill(database: sqlite3.Connection, assessment: Assessment) -> None:
    """Put every export into a table of its name."""
    for what, columns in COLUMNS.items():
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join(f":{name}" for name in columns)
        database.execute(f'CREATE TABLE "{what}" ({names})')
        # The names are COLUMNS' own; the values are bound.
        database.executemany(f'INSERT INTO "{what}" VALUES ({marks})', rows(assessment, what))  # noqa: S608
    database.commit()


def _confine(database: sqlite3.Connection, seconds: float) -> None:
    """Allow nothing but reading, within limits of size and time."""
    for limit, value in _LIMITS.items():
        database.setlimit(limit, value)
    end = time.monotonic() + seconds
    database.set_authorizer(_authorise)
    database.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)


def _authorise(action: int, _first: str | None, second: str | None, *_rest: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if second == "load_extension" else sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _within(cursor: Iterable[tuple[Any, ...]], at_most: int) -> Rows:
    """Return all rows; QueryError where there are too many or too much."""
    found: Rows = []
    total = 0
    for row in cursor:
        total += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(found) == at_most or total > _RESULT_LIMIT:
            raise QueryError(f"结果过多（上限 {at_most:,} 行），请加条件或 LIMIT；要全部数据请用 zhengji export")
        found.append(row)
    return found


def _sentence(error: str, seconds: float) -> str:
    if error == "interrupted":
        return f"查询超过 {seconds:g} 秒，已停止；请加条件"
    fitting = (sentence for words, sentence in _SENTENCES if words in error)
    return next(fitting, "无法执行（{error}）").format(error=error)


def _unique(names: Iterable[str]) -> Columns:
    """Return names with _2, _3 … behind those that come again, so that no column hides another."""
    known: dict[str, None] = {}
    for name in names:
        number, own = 1, name
        while own in known:
            number += 1
            own = f"{name}_{number}"
        known[own] = None
    return tuple(known)


def as_bytes(columns: Sequence[str], found: Sequence[Sequence[Any]], format: str) -> bytes:  # noqa: A002 (as in export)
    """Return a result in one of FORMATS."""
    if format != "xlsx":
        return shown(columns, found, format).encode("utf-8", "replace")
    sheet = [Column(one, width=max(10, len(one) + 2)) for one in columns]
    return workbook([Sheet("查询", sheet, [list(_plain(row)) for row in found])])


def shown(columns: Sequence[str], found: Iterable[Sequence[Any]], format: str) -> str:  # noqa: A002 (as in export)
    """Return a result as `table` for a terminal, `json` (an array of objects) or `csv`; ends with a line feed."""
    return _SHOWN[format](columns, found)


def _json(columns: Sequence[str], found: Iterable[Sequence[Any]]) -> str:
    objects = [dict(zip(columns, _plain(row), strict=True)) for row in found]
    return json_text(objects)


def _plain(row: Iterable[Any]) -> Iterator[Any]:
    return (value.hex() if isinstance(value, bytes) else value for value in row)


_SHOWN: Mapping[str, Callable[[Sequence[str], Iterable[Sequence[Any]]], str]] = {
    "table": lambda columns, found: as_table(columns, [tuple(_plain(row)) for row in found]),
    "json": _json,
    "csv": csv_text,
}
