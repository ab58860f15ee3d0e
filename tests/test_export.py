"""Exports: the columns of domain.md section 5, JSON values, and text that cannot act as a formula."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.associations import Association
from reports.export import COLUMNS, FORMATS, export, rows
from reports.incoming import Cell
from tests.picture_builders import (
    AFTER,
    MORNING,
    assessment,
    association,
    case,
    file_of,
    finding,
    message,
    realistic,
)

HOSTILE = [
    "=cmd|' /C calc'!A0", "=1+1", "+1+1", "-1+1", "@SUM(A1)", "{=1+1}", "\t=1", "\r=1", "  =1", "＝1+1",
    "http://evil.example", "internal:Sheet1!A1", "mailto:x@y",
]  # fmt: skip


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_the_columns_are_those_of_the_domain_in_order() -> None:
    assert COLUMNS["cases"][:4] == ("province", "city", "community", "company")
    assert COLUMNS["cases"][31] == "title"
    assert [len(COLUMNS[what]) for what in ("cases", "submissions", "findings", "messages", "files")] == [
        33, 18, 15, 18, 11,
    ]  # fmt: skip


@pytest.mark.parametrize("what", list(COLUMNS))
def test_every_format_holds_the_same_columns_and_rows(what: str) -> None:
    made = realistic()
    objects = json.loads(export(made, what, "json"))
    page = load_workbook(io.BytesIO(export(made, what, "xlsx"))).active
    assert page is not None
    assert objects
    assert {tuple(row) for row in objects} == {COLUMNS[what]}
    assert tuple(table(export(made, what, "csv"))[0]) == COLUMNS[what]
    assert tuple(cell.value for cell in page[1]) == COLUMNS[what]
    assert len(objects) == len(table(export(made, what, "csv"))) == page.max_row - 1


def test_every_province_has_a_submission_row_also_the_silent_ones() -> None:
    found = rows(realistic(), "submissions")
    assert len(found) == 31
    assert len({row["province"] for row in found}) == 31
    silent = next(row for row in found if row["province"] == "青海")
    assert (silent["status"], silent["messages"], silent["first_arrival"], silent["errors"]) == ("none", 0, None, 1)


def test_a_further_provincial_association_of_the_roster_has_a_row_of_its_own() -> None:
    corps = Association(province="兵团", name="新疆生产建设兵团物业管理协会", contact="王五", phone="0991-1234567")
    view = association("兵团", [message("兵团")], roster=corps)
    row = rows(assessment([view]), "submissions")[-1]
    assert (row["province"], row["association"], row["contact"]) == ("兵团", "新疆生产建设兵团物业管理协会", "王五")


def test_moments_bear_the_offset_of_the_campaigns_zone() -> None:
    view = association("浙江", [message("浙江", arrival=datetime(2026, 7, 20, 0, 30, tzinfo=UTC))])
    made = assessment([view])
    assert rows(made, "messages")[0]["arrival"] == "2026-07-20T08:30:00+08:00"
    assert next(row for row in rows(made, "submissions") if row["messages"])["last_arrival"].endswith("+08:00")


def test_errors_and_warnings_count_the_open_findings_of_the_province_alone() -> None:
    found = [
        finding(severity="error"), finding(severity="warning"), finding(severity="warning"), finding(severity="info"),
        finding(severity="error", status="waived"), finding(severity="error", province="江苏"),
        finding(severity="warning", province=None),
    ]  # fmt: skip
    row = next(row for row in rows(assessment([], found), "submissions") if row["province"] == "浙江")
    assert (row["errors"], row["warnings"]) == (1, 2)


def test_the_contact_of_the_list_goes_before_that_of_the_roster_unless_it_is_blank() -> None:
    mail = message("浙江")
    view = association("浙江", [mail], roster=Association(province="浙江", name="浙江物协", contact="旧人", phone="1"))
    listing = file_of(mail)
    head = {"contact": Cell("钱六 ", "钱六", "表头", listing), "phone": Cell("／", None, "表头", listing)}
    row = rows(assessment([replace(view, list_head=head)]), "submissions")[10]
    assert (row["contact"], row["phone"]) == ("钱六", "1")


def test_late_means_that_the_first_submission_came_after_the_deadline() -> None:
    late = association("浙江", [message("浙江", arrival=AFTER)])
    both = association("江苏", [message("江苏", arrival=MORNING), message("江苏", arrival=AFTER)])
    found = {row["province"]: row["late"] for row in rows(assessment([late, both], as_of=AFTER), "submissions")}
    assert (found["浙江"], found["江苏"], found["青海"]) == (True, False, False)


def test_what_is_not_known_is_null_in_json_and_nothing_in_csv() -> None:
    mail = message("浙江", kind="", state="failed", failure="读信时出错", uid=None, message_id=None)
    made = assessment(others=[mail])
    row = rows(made, "messages")[0]
    assert (row["kind"], row["uid"], row["message_id"]) == (None, None, None)
    assert table(export(made, "messages", "csv"))[0]["kind"] == ""


def test_booleans_are_booleans_in_json_and_words_in_csv() -> None:
    mail = message("浙江")
    made = assessment([association("浙江", [mail], [case(mail, "春江花园", has=("row", "material"))])])
    assert json.loads(export(made, "cases", "json"))[0]["has_form"] is False
    row = table(export(made, "cases", "csv"))[0]
    assert (row["in_list"], row["has_form"], row["form_stamped"]) == ("true", "false", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_acts_as_a_formula_or_a_link(text: str) -> None:
    mail = message("浙江", subject=text)
    made = assessment([association("浙江", [mail])])
    page = load_workbook(io.BytesIO(export(made, "messages", "xlsx"))).active
    assert page is not None
    cells = [cell for row in page.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert not any(cell.hyperlink for cell in cells)
    shown = table(export(made, "messages", "csv"))[0]["subject"]
    assert not re.match(r"\s*[=+\-@＝]", shown)
    assert shown.removeprefix("'") == text


@pytest.mark.parametrize("text", ["-", "-12.5", "+8613812345678", "13812345678", "浙江省", "1-2号楼", ""])
def test_numbers_dashes_and_ordinary_text_stay_as_they_are_in_csv(text: str) -> None:
    made = assessment([association("浙江", [message("浙江", subject=text)])])
    assert table(export(made, "messages", "csv"))[0]["subject"] == text


def test_long_digits_stay_text_in_the_workbook() -> None:
    mail = message("浙江")
    made = assessment([association("浙江", [mail], [case(mail, "春江花园", recommender_phone="057187654321")])])
    page = load_workbook(io.BytesIO(export(made, "cases", "xlsx"))).active
    assert page is not None
    assert page.cell(2, COLUMNS["cases"].index("recommender_phone") + 1).value == "057187654321"


@pytest.mark.parametrize("format_", FORMATS)
def test_broken_and_overlong_text_does_not_break_an_export(format_: str) -> None:
    subjects = ["\ud83d半个字符", "控制\x00\x1b[31m字符\ufffe", "长" * 40_000]
    made = assessment(others=[message(None, subject=subject) for subject in subjects])
    data = export(made, "messages", format_)
    if format_ != "xlsx":
        assert "长" * 40_000 in data.decode("utf-8")
        return
    page = load_workbook(io.BytesIO(data)).active
    assert page is not None
    column = COLUMNS["messages"].index("subject") + 1
    assert "半个字符" in str(page.cell(2, column).value)
    assert str(page.cell(4, column).value).endswith("（过长，余下从略）")


def test_a_number_that_is_none_is_null() -> None:
    mail = message("浙江")
    made = assessment([association("浙江", [mail], [case(mail, "春江花园", fee_low=float("inf"))])])
    assert json.loads(export(made, "cases", "json"))[0]["fee_low"] is None


def test_an_empty_campaign_exports_headings_and_no_rows() -> None:
    assert json.loads(export(assessment(), "cases", "json")) == []
    assert export(assessment(), "cases", "csv") == (",".join(COLUMNS["cases"]) + "\r\n").encode()
    assert load_workbook(io.BytesIO(export(assessment(), "cases", "xlsx"))).active is not None


def test_the_documentation_names_every_view_and_column() -> None:
    text = (Path(__file__).parent.parent / "docs" / "views.md").read_text(encoding="utf-8")
    for what, columns in COLUMNS.items():
        part = text.split(f"\n## {what} ")[1].split("\n## ")[0]
        assert tuple(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == columns
