"""Read-only SQL over the exports: each of them is a view in a database in memory, which can reach nothing else."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from reports.export import COLUMNS, rows
from reports.finding import Assessment
from reports.making.tables import Column, Sheet, csv_text, json_text, workbook
from reports.status import as_table
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
    with closing(Views(assessment)) as views:
        return views.run(sql, seconds, rows)


class Views:
    """The exports of a look as views of a database in memory, each filled when a query first names it.

    Several threads may ask; their queries take turns.
    """

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._turn = threading.Lock()
        self._filled: set[str] = set()
        for what, columns in COLUMNS.items():
            names = ", ".join(f'"{name}"' for name in columns)
            self._database.execute(f'CREATE TABLE "{what}" ({names})')

    def run(self, sql: str, seconds: float, rows: int) -> tuple[Columns, Rows]:
        """Return what `run_query` does; QueryError also where others' queries take longer than `seconds`."""
        if not self._turn.acquire(timeout=seconds):
            raise QueryError("别的查询还没有算完，请稍后再试")
        try:
            _confine(self._database, None)
            self._fill(sql)
            _confine(self._database, seconds)
            return self._run(sql, seconds, rows)
        finally:
            self._turn.release()

    def _run(self, sql: str, seconds: float, rows: int) -> tuple[Columns, Rows]:
        with closing(self._database.cursor()) as cursor:
            try:
                cursor.execute(sound(sql))
                if cursor.description is None:
                    raise QueryError("请给出一条查询语句（SELECT）")
                columns = _unique(column[0] for column in cursor.description)
                return columns, _within(cursor, rows)
            except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
                raise QueryError(_sentence(str(error), seconds)) from error

    def _fill(self, sql: str) -> None:
        """Put into their tables the exports that a query names; there is no other way to speak of a table."""
        named = {what for what in COLUMNS if re.search(rf"(?<![a-z_]){what}(?![a-z_])", sql.lower())}
        for what in sorted(named - self._filled):
            marks = ", ".join(f":{name}" for name in COLUMNS[what])
            # The names are COLUMNS' own; the values are bound.
            self._database.executemany(f'INSERT INTO "{what}" VALUES ({marks})', rows(self._assessment, what))  # noqa: S608
            self._database.commit()
            self._filled.add(what)

    @property
    def is_busy(self) -> bool:
        """Whether somebody's query is being answered."""
        return self._turn.locked()

    def stop(self) -> None:
        """End the query that is being answered, as if its time were up."""
        self._database.interrupt()

    def close(self) -> None:
        """Let go of the database, once nobody asks any more."""
        with self._turn:
            self._database.close()


def _confine(database: sqlite3.Connection, seconds: float | None) -> None:
    """Allow nothing but reading, within limits of size and time; None lets go of the limits."""
    if seconds is None:
        database.set_authorizer(None)
        database.set_progress_handler(None, _STEPS_BETWEEN_LOOKS)
        return
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
