"""SQL over the exports: what may be asked, and that nothing else can be done with it."""

import json
import time
from pathlib import Path

import pytest

from reports.export import COLUMNS, rows
from reports.query import QueryError, run_query, shown
from tests.picture_builders import assessment, message, realistic


@pytest.mark.parametrize("what", list(COLUMNS))
def test_every_export_is_a_view_with_its_columns_and_rows(what: str) -> None:
    made = realistic()
    columns, found = run_query(made, f"SELECT * FROM {what}")  # noqa: S608
    assert columns == COLUMNS[what]
    assert [dict(zip(columns, row, strict=True)) for row in found] == rows(made, what)


def test_views_can_be_joined_grouped_and_walked() -> None:
    made = realistic()
    sql = "SELECT s.province, count(*) AS n FROM submissions s JOIN cases c USING (province) GROUP BY 1 ORDER BY n DESC"
    columns, found = run_query(made, sql)
    assert columns == ("province", "n")
    assert sum(row[1] for row in found) == len(made.picture.cases)
    assert run_query(
        made, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 3) SELECT sum(i) FROM n"
    )[1] == [(6,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM cases", "UPDATE cases SET city = ''", "INSERT INTO cases (city) VALUES ('')", "DROP TABLE cases",
        "CREATE TABLE x (y)", "CREATE TEMP TABLE x (y)", "PRAGMA writable_schema = 1", "VACUUM",
        "SELECT * FROM pragma_table_list", "BEGIN", "REINDEX", "ANALYZE", "SELECT load_extension('x')", "DETACH main",
    ],
)  # fmt: skip
def test_what_is_no_reading_is_refused(sql: str) -> None:
    with pytest.raises(QueryError, match="查询"):
        run_query(assessment(), sql)


def test_no_file_can_be_opened(tmp_path: Path) -> None:
    target = tmp_path / "x.db"
    for sql in (f"ATTACH '{target}' AS x", f"VACUUM INTO '{target}'"):
        with pytest.raises(QueryError):
            run_query(assessment(), sql)
    assert not target.exists()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1; SELECT 2", "一条"), ("SELEC 1", "写法有误"), ("SELECT * FROM mails", "没有这个视图"),
        ("SELECT nosuch FROM cases", "没有这一列"), ("", "SELECT"), ("-- only a remark", "SELECT"),
        ("SELECT ?", "无法执行"), ("SELECT '\x00'", "无法执行"), ("SELECT zeroblob(900000000)", "过大"),
        ("SELECT '\ud83d' FROM", "没有写完"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_chinese(sql: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        run_query(assessment(), sql)


def test_a_query_without_end_is_stopped_in_time() -> None:
    start = time.monotonic()
    with pytest.raises(QueryError, match=r"超过 0\.3 秒"):
        run_query(
            assessment(),
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n",
            seconds=0.3,
        )
    assert time.monotonic() - start < 5


def test_too_many_rows_are_refused_and_as_many_as_allowed_are_given() -> None:
    assert len(run_query(assessment(), "SELECT * FROM submissions", rows=31)[1]) == 31
    with pytest.raises(QueryError, match="结果过多"):
        run_query(assessment(), "SELECT * FROM submissions", rows=30)


def test_columns_of_the_same_name_are_told_apart() -> None:
    assert run_query(assessment(), "SELECT 1 AS a, 2 AS a, 3 AS a_2")[0] == ("a", "a_2", "a_2_2")


def test_results_are_shown_as_table_json_and_csv() -> None:
    made = assessment(others=[message(None, subject="=1+1\x1b[31m红")])
    columns, found = run_query(made, "SELECT id, subject, province FROM messages")
    assert "\x1b" not in shown(columns, found, "table")
    assert "=1+1[31m红" in shown(columns, found, "table")
    assert json.loads(shown(columns, found, "json"))[0]["subject"] == "=1+1\x1b[31m红"
    assert shown(columns, found, "csv").splitlines()[1].split(",")[1].startswith("'=")
    assert shown(("a",), [(b"\xff",)], "json").strip().endswith("]")
    assert all(shown(columns, [], one).endswith("\n") for one in ("table", "json", "csv"))
