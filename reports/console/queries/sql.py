"""Read-only SQL over the documented views: what is asked, within limits of time and rows, noted in the activity log."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from config.errors import ConfigError
from reports.console.asked import UNPROCESSABLE, Asked, Done
from reports.console.board import Seen
from reports.console.handing_out import TYPES, attachment
from reports.console.queries.view_columns import CAPTIONS, VALUES, VIEWS
from reports.console.roles import EDITOR
from reports.console.route import Route, write
from reports.queries.saving import kept
from reports.query import Columns, QueryError, Rows, Views, as_bytes
from reports.wording import clipped
from store import saved

COMMAND = "query"
_LONGEST = 20_000
# So many rows, and so much of a value, are shown on the page; a file holds all.
_SHOWN, _LONGEST_VALUE = 200, 300
_LONGEST_TOLD = 1_000
_EXAMPLES = (
    "SELECT province, count(*) AS n FROM cases WHERE NOT complete GROUP BY province ORDER BY n DESC",
    "SELECT province, community, message FROM findings WHERE severity = 'error' AND status = 'open'",
    "SELECT s.province, c.community FROM submissions s JOIN cases c USING (province) WHERE s.late",
)


@dataclass(frozen=True)
class Result:
    """What a query gives: its columns, the rows that are shown, and how many there are."""

    columns: Columns
    rows: Sequence[Sequence[str]]
    total: int


def views_of(seen: Seen) -> Views:
    """Return the views of a look; `Seen.once` keeps them, and only those that somebody names are filled."""
    return Views(seen.assessment)


def sql_page(asked: Asked) -> Response:
    """Return the page to write SQL, with a saved query where one is named."""
    one = saved.find(asked.console.store, asked.query("saved")) if asked.query("saved") else None
    return _page(asked, _sql_of(one.words) if one else "")


def _sql_of(words: Sequence[str]) -> str:
    """Return the SQL of a saved command line: query -- SELECT …."""
    return words[-1] if words[:1] == (COMMAND,) and len(words) > 1 else ""


def _page(asked: Asked, sql: str, result: Result | None = None, trouble: str = "") -> Response:
    settings = asked.console.settings
    own = [one for one in saved.every(asked.console.store) if one.words[:1] == (COMMAND,)]
    return asked.show(
        "sql.html",
        UNPROCESSABLE if trouble else 200,
        sql=sql,
        result=result,
        trouble=trouble,
        views=VIEWS,
        captions=CAPTIONS,
        meanings=VALUES,
        examples=_EXAMPLES,
        kept=own,
        most_rows=settings.query_rows,
        most_seconds=settings.query_seconds,
        shown=_SHOWN,
    )


def run(asked: Asked) -> Done:
    """Run a query, and show what it gives, or hand it out as a file; what was asked is noted, also where it fails."""
    sql, kind = _text(asked), asked.text("format")
    told = clipped(sql, _LONGEST_TOLD)
    try:
        columns, rows = _asked_for(asked, sql)
    except QueryError as error:
        return Done([f"没有查成：{error}"], "/queries/sql", told, _page(asked, sql, trouble=str(error)))
    shown = (
        attachment(lambda: as_bytes(columns, rows, kind), "查询", kind, asked)
        if kind in TYPES
        else _page(asked, sql, _result(columns, rows))
    )
    return Done([f"{len(rows)} 行{f'，{kind}' if kind in TYPES else ''}"], "/queries/sql", told, shown)


def _text(asked: Asked) -> str:
    sql = asked.text("sql").replace("\x00", "")
    if not sql:
        raise ConfigError("请写一条 SQL（SELECT）")
    if len(sql) > _LONGEST:
        raise ConfigError(f"SQL 太长（最多 {_LONGEST} 个字）")
    return sql


def _asked_for(asked: Asked, sql: str) -> tuple[Columns, Rows]:
    settings = asked.console.settings
    return asked.seen.once(views_of).run(sql, settings.query_seconds, settings.query_rows)


def _result(columns: Columns, rows: Rows) -> Result:
    return Result(columns, [[_said(value) for value in row] for row in rows[:_SHOWN]], len(rows))


def _said(value: object) -> str:
    if isinstance(value, bytes):
        value = value.hex()
    return "" if value is None else clipped(str(value), _LONGEST_VALUE)


def save(asked: Asked) -> Done:
    """Keep a query under a name, for all and for the command line too; one that cannot be run is not worth keeping."""
    sql = _text(asked)
    try:
        _asked_for(asked, sql)
    except QueryError as error:
        raise ConfigError(f"这条查询不成，没有保存：{error}") from None
    one = kept(asked.console.store, asked.text("name"), (COMMAND, "--", sql), asked.who.name, asked.now)
    return Done([f"已保存“{one.name}”"], asked.back, one.name)


ROUTES = (
    Route("/queries/sql", sql_page, EDITOR),
    write("/queries/sql", run, "SQL 查询"),
    write("/queries/sql/save", save, "保存查询"),
)
