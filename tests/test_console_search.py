"""The console's search box, its queries of cases, and SQL: what is understood, who may see it, and what is hostile."""

import csv
import io
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

import openpyxl
import pytest
from click.testing import CliRunner

from ingest.cli import cli
from reports.console.queries.sql import views_of
from reports.console.queries.view_columns import CAPTIONS, VIEWS
from reports.console.search.index import index_of
from reports.console.search.lines import Lines
from reports.console.search.sought import BEGINS, EXACT, HOLDS, Sought
from reports.export import COLUMNS
from reports.picture import CaseView
from reports.queries import said
from reports.queries.ask.ask import ask
from reports.query import QueryError, Views
from store import activity, saved
from tests.consoles import Running, csrf_of, sample_console, write
from tests.test_architecture import ROOT

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE decisions; --",
    "(((((.*)+)+)+$",
    "\\",
    "x" * 10_000,
    "字" * 7_000,
    "a\x00b",
    "\u202e\u200f",
    "%",
    "（）",
    "-",
    '"',
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


def found(running: Running, text: str, role: str = "editor") -> str:
    answer = running.as_role(role).get("/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    return answer.text


def groups(page: str) -> list[str]:
    return re.findall(r"<h2>([^<]+)</h2>", page)


def group(page: str, word: str) -> str:
    return page.split(f"<h2>{word}</h2>", 1)[1].split("</section>", 1)[0]


def case_called(running: Running, name: str) -> CaseView:
    return next(one for one in running.console.board.seen.picture.cases if one.community == name)


@pytest.mark.parametrize("text", ["江苏", "江苏省", "江苏省物业管理协会", "江苏省物协"])
def test_a_province_is_found_by_its_names(running: Running, text: str) -> None:
    page = found(running, text)
    assert groups(page)[0] == "省份"
    assert 'href="/provinces/江苏"' in group(page, "省份")


def test_a_city_leads_to_its_cases(running: Running) -> None:
    link = re.search(r'href="(/queries\?[^"]+)"', group(found(running, "南京"), "省份"))
    assert link
    page = running.as_role("editor").get(link[1].replace("&amp;", "&")).text
    assert "玄武湖畔花园" in page
    assert "姑苏人家" not in page


@pytest.mark.parametrize(
    "text",
    [
        "春江花园小区",
        "春江花园",
        "春江",
        "浙江春江花园",
        "浙江 春江花园",
        "春江花园 浙江",
        "春江花圆",
        "春江花苑",
        "春姜花园",
        "春江 花园",
    ],
)
def test_a_community_is_found_by_its_name_also_with_slips(running: Running, text: str) -> None:
    case = case_called(running, "春江花园小区")
    page = found(running, text)
    assert f'href="/cases/{running.console.board.seen.case_keys[case.id]}"' in group(page, "案例")


def test_a_slip_is_said_and_a_province_keeps_others_out(running: Running) -> None:
    assert "仅差一字" in group(found(running, "春江花圆"), "案例")
    assert "春江花园" not in found(running, "江苏 春江花圆").split("<main", 1)[1].replace("江苏 春江花圆", "")


def test_an_exact_name_stands_before_longer_ones() -> None:
    lines = Lines((name, name) for name in ("大春江花园", "春江花园二期", "春江花园", "别的"))
    assert [(sure, lines.texts[place]) for sure, place in lines.find("春江花园", 9)] == [
        (EXACT, "春江花园"),
        (BEGINS, "春江花园二期"),
        (HOLDS, "大春江花园"),
    ]
    assert list(lines.find("", 9)) == []
    assert list(Lines[str](()).find("春", 9)) == []


def test_lines_hold_hostile_names_apart() -> None:
    lines = Lines((name, name) for name in ("甲\x00乙", "丙\n丁", "ß", "（）", "戊"))
    assert [lines.texts[place] for _, place in lines.find("乙", 9)] == ["甲乙"]
    assert [lines.texts[place] for _, place in lines.find("丁", 9)] == ["丙\n丁"]
    assert [lines.texts[place] for _, place in lines.find("戊", 9)] == ["戊"]
    assert [lines.texts[place] for place in lines.near("戊")] == ["戊"]


def test_a_company_is_found_by_a_part_of_its_name(running: Running) -> None:
    assert "杭州春江物业服务有限公司" in group(found(running, "春江物业"), "物业服务企业")


def test_numbers_are_understood(running: Running) -> None:
    seen = running.console.board.seen
    client = running.as_role("editor")
    finding = next(one for one in seen.assessment.findings if re.search("[a-f]", one.id))
    message = seen.picture.messages[0]
    for text, address in (
        (f"来信 {message.id}", f"/messages/{message.id}"),
        (f"{message.id}号来信", f"/messages/{message.id}"),
        (finding.id, f"/findings?state=all&text={finding.id}"),
    ):
        answer = client.get("/search", params={"q": text})
        assert (answer.status_code, answer.headers.get("location")) == (302, address)
    page = found(running, str(message.id))
    assert f'href="/messages/{message.id}"' in group(page, "编号")
    assert finding.message[:5] in group(found(running, finding.id[:5]), "编号") or finding.id[:5].isdecimal()
    assert client.get("/search", params={"q": "来信 99999"}).status_code == 200


def test_a_message_id_goes_to_its_mail(running: Running) -> None:
    message = next(one for one in running.console.board.seen.picture.messages if one.message_id)
    answer = running.as_role("editor").get("/search", params={"q": message.message_id})
    assert answer.headers.get("location") == f"/messages/{message.id}"


def test_a_row_of_a_list_is_found_by_province_and_number(running: Running) -> None:
    case = next(one for one in running.console.board.seen.picture.cases if one.list_number)
    for text in (f"{case.province} {case.list_number}", f"{case.province}{case.list_number}号"):
        assert case.community in group(found(running, text), "编号")


def test_senders_subjects_and_file_names_are_found(running: Running) -> None:
    message = next(one for one in running.console.board.seen.picture.messages if one.from_address and one.province)
    assert f'href="/messages/{message.id}"' in group(found(running, str(message.from_address)), "来信")
    assert f'href="/messages/{message.id}"' in group(found(running, message.subject), "来信")
    file = next(one for one in running.console.board.seen.picture.files if one.kind == "case_material")
    assert file.name in group(found(running, file.name), "文件")


def test_words_in_materials_are_found_with_their_passages(running: Running) -> None:
    part = group(found(running, "电梯困人"), "案例材料里的文字")
    assert "<mark>电梯困人</mark>" in part
    assert f'href="/queries?{urlencode({"show": 1, "text": "电梯困人"}).replace("&", "&amp;")}"' in part


@pytest.mark.parametrize(
    "question", ["江苏交了没", "江苏交了没？", "浙江还缺什么", "哪些省齐了", "春江花园小区报了没有"]
)
def test_a_question_is_answered_as_on_the_command_line_with_its_proof(running: Running, question: str) -> None:
    told = ask(running.console.board.seen.assessment, question)
    assert told.understood
    page = found(running, question)
    assert told.sentence in page
    assert "依据（" in page


def test_the_mails_of_a_proof_lead_to_them(running: Running) -> None:
    assert re.search(r'<a href="/messages/\d+">来信 \d+</a>', found(running, "江苏交了没"))


def test_a_mere_name_is_no_question(running: Running) -> None:
    assert 'class="card answer"' not in found(running, "江苏")


def test_with_very_many_cases_a_question_still_knows_its_community(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.console.search.texts._NAMED_AT_ONCE", 0)
    told = ask(running.console.board.seen.assessment, "春江花园小区报了没有")
    assert told.sentence in found(running, "春江花园小区报了没有")
    assert ask(running.console.board.seen.assessment, "江苏交了没").sentence in found(running, "江苏交了没")


def test_while_typing_only_what_is_found_is_sent(running: Running) -> None:
    answer = running.as_role("editor").get("/search", params={"q": "春江"}, headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert "春江花园小区" in answer.text
    finding = next(one for one in running.console.board.seen.assessment.findings if re.search("[a-f]", one.id))
    typed = running.as_role("editor").get("/search", params={"q": finding.id}, headers={"hx-request": "true"})
    assert typed.status_code == 200


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("role", ["reader", "editor"])
def test_hostile_words_find_nothing_and_harm_nothing(running: Running, hostile: str, role: str) -> None:
    page = found(running, hostile, role)
    assert "<script>alert" not in page
    assert "\x00" not in page
    assert found(running, f"江苏 {hostile}", role)


def phone_case(running: Running) -> tuple[CaseView, str]:
    case = next(
        one for one in running.console.board.seen.picture.cases if re.fullmatch(r"1\d{10}", one.applicant_phone or "")
    )
    return case, str(case.applicant_phone)


def test_a_phone_number_finds_whose_it_is(running: Running) -> None:
    case, phone = phone_case(running)
    key = running.console.board.seen.case_keys[case.id]
    for text in (phone, phone[3:8]):
        part = group(found(running, text), "联系人")
        assert f"/cases/{key}" in part or part.count("<li>") >= 10
        assert phone in part or part.count("<li>") >= 10


def test_readers_find_a_whole_number_and_never_its_hidden_figures(running: Running) -> None:
    _, phone = phone_case(running)
    page = found(running, phone, "reader")
    assert "联系人" in groups(page)
    # What was typed stands in the box again, masked as all numbers are.
    assert phone not in page
    for hidden in (phone[3:7], phone[:7], phone[2:9]):
        page = found(running, hidden, "reader")
        people = group(page, "联系人") if "联系人" in groups(page) else ""
        # What is found is shown: a number of an office, say, that nothing of is hidden.
        assert all(hidden in one for one in people.split("<li>")[1:])


def test_one_look_is_searched_anew_only_where_something_changed(running: Running) -> None:
    first = running.console.board.seen.once(index_of)
    again = running.console.board.look().once(index_of)
    assert all(one.cases is other.cases and one.files is other.files for one, other in zip(first, again, strict=True))


def test_a_place_is_parted_from_what_is_sought_in_it() -> None:
    for text, province, rest in (
        ("浙江 春江花园", "浙江", "春江花园"),
        ("浙江省春江花园", "浙江", "春江花园"),
        ("内蒙古3号", "内蒙古", "3号"),
        ("春江花园", None, "春江花园"),
        ("浙江", None, "浙江"),
    ):
        sought = Sought(text, open=True, at_most=5)
        assert (sought.province, sought.rest) == (province, rest)


# Queries of cases.


def rows(page: str) -> list[str]:
    table = page.split("<tbody>", 1)
    return re.findall(r"<tr>(.*?)</tr>", table[1].split("</tbody>")[0], re.DOTALL) if len(table) > 1 else []


def test_nothing_is_listed_before_anything_is_asked(running: Running) -> None:
    page = running.as_role("reader").get("/queries").text
    assert rows(page) == []
    assert not re.search(r"共 \d+ 个案例|没有这样的案例", page)


@pytest.mark.parametrize(
    "query",
    [
        "province=浙江", "city=杭州", "missing=photo", "missing=any", "has=video", "complete=yes", "complete=no",
        "late=yes", "unstamped=yes", "company=春江", "community=春江", "type=abandoned", "finding=form.missing",
        "text=电梯", "delivered_since=2010&delivered_before=2018-06", "arrived_since=2026-08-01", "withdrawn=yes",
        "every=yes&sort=-photos&columns=community&columns=photos",
    ],
)  # fmt: skip
def test_a_form_lists_what_the_command_line_does(running: Running, query: str) -> None:
    wanted = said.from_fields([tuple(pair.split("=")) for pair in query.split("&")])  # type: ignore[misc]
    words = [
        *said.as_words(wanted),
        "--as-of",
        "2026-08-06T10:00",
        "--columns",
        "province,community",
        "--format",
        "csv",
    ]
    config = running.desk.settings.base / "zhengji.toml"
    done = CliRunner().invoke(cli, ["--config", str(config), *words])
    assert done.exit_code == 0, done.output
    expected = list(csv.DictReader(io.StringIO(done.stdout)))
    answer = running.as_role("editor").get(f"/queries?{query}")
    assert answer.status_code == 200
    shown = rows(answer.text)
    assert len(shown) == len(expected)
    for row, one in zip(shown, expected, strict=True):
        assert one["community"] in row
    assert (f"共 {len(expected)} 个案例" if expected else "没有这样的案例") in answer.text


def test_words_of_a_command_line_and_fields_of_a_form_are_the_same() -> None:
    pairs = [("province", "浙江"), ("missing", "form"), ("missing", "photo"), ("complete", "no"), ("late", "yes")]
    wanted = said.from_fields([*pairs, ("city", " "), ("nonsense", "x")])
    words = said.as_words(wanted)
    assert words == ("cases", "--province=浙江", "--missing=form", "--missing=photo", "--incomplete", "--late")
    assert said.from_words(words) == (wanted, [])
    assert said.from_words(("cases", "--as-of=2026-08-01", "--count")) == ({}, ["--as-of=2026-08-01"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("city=火星", "没有“火星”这个城市"),
        ("missing=鸭子", "没有“鸭子”这一项"),
        ("arrived_since=昨天", "不是日期"),
        ("delivered_before=2015-13", "不是日期"),
        ("text=-商铺", "只写了不要的词"),
        ("sort=鸭子", "没有“鸭子”这一栏"),
        ("limit=0", "不是个数"),
    ],
)
def test_what_is_not_known_is_said_without_options(running: Running, query: str, sentence: str) -> None:
    answer = running.as_role("editor").get(f"/queries?{query}")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "--" not in re.search(r'role="alert">(.*?)</p>', answer.text, re.DOTALL)[1]  # type: ignore[index]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_conditions_are_only_words(running: Running, hostile: str) -> None:
    for name in ("province", "community", "company", "text", "sort", "columns", "page", "limit", "finding", "type"):
        answer = running.as_role("editor").get("/queries", params={name: hostile})
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.text


def test_what_is_listed_can_be_taken_along_by_editors_alone(running: Running) -> None:
    path = "/queries/export?province=浙江&columns=community&columns=applicant_phone&format="
    client = running.as_role("editor")
    book = openpyxl.load_workbook(BytesIO(client.get(f"{path}xlsx").content))
    values = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert any("小区名称" in row for row in values)
    table = list(csv.reader(io.StringIO(client.get(f"{path}csv").text)))
    assert table[0] == ["community", "applicant_phone"]
    assert len(table) == 1 + sum(one.is_judged for one in running.console.board.seen.provinces["浙江"].cases)
    assert running.as_role("reader").get(f"{path}csv").status_code == 403
    _, phone = phone_case(running)
    assert phone not in running.as_role("reader").get("/queries?show=1&columns=applicant_phone").text
    assert phone in client.get("/queries?show=1&columns=applicant_phone").text


def test_a_query_is_kept_run_and_forgotten_by_page_and_command_line(running: Running) -> None:
    client = running.as_role("editor")
    page = write(client, "/queries/save", query="province=浙江&missing=photo", name="浙江缺照片", back="/queries")
    assert "已保存“浙江缺照片”" in page
    assert "--province" not in page
    kept = saved.find(running.desk.store, "浙江缺照片")
    assert kept
    assert kept.words == ("cases", "--province=浙江", "--missing=photo")
    config = str(running.desk.settings.base / "zhengji.toml")
    done = CliRunner().invoke(cli, ["--config", config, "cases", "--saved", "浙江缺照片", "--count"])
    assert done.exit_code == 0, done.output
    made = CliRunner().invoke(
        cli, ["--config", config, "cases", "--community", "春江", "--save", "春江的", "--person", "李编"]
    )
    assert made.exit_code == 0, made.output
    page = client.get("/queries").text
    link = re.search(r'href="(/queries\?[^"]+)">春江的<', page)
    assert link
    assert len(rows(client.get(link[1].replace("&amp;", "&")).text)) == 1
    assert "已删去" in write(client, "/queries/forget", name="浙江缺照片", back="/queries")
    assert saved.find(running.desk.store, "浙江缺照片") is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"query": "", "name": "空的"}, "没有写任何条件"),
        ({"query": "province=浙江", "name": "-坏"}, "查询的名称"),
        ({"query": "city=火星", "name": "火星"}, "没有“火星”"),
        ({"query": "province=" + "浙" * 5_000, "name": "长"}, "太长"),
    ],
)
def test_a_query_that_is_none_is_not_kept(running: Running, fields: dict[str, str], sentence: str) -> None:
    client = running.as_role("editor")
    answer = client.post("/queries/save", data={"csrf": csrf_of(client, "/"), **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert saved.find(running.desk.store, fields["name"]) is None


# SQL.


def sql(running: Running, text: str, **fields: str) -> Any:
    client = running.as_role("editor")
    return client.post("/queries/sql", data={"csrf": csrf_of(client, "/"), "sql": text, **fields})


def test_the_views_are_described_as_in_the_documentation(running: Running) -> None:
    text = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
    assert list(CAPTIONS) == list(VIEWS) == list(COLUMNS)
    for view, columns in COLUMNS.items():
        part = text.split(f"\n## {view} ")[1].split("\n## ")[0]
        told = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", part, re.MULTILINE))
        assert dict(CAPTIONS[view]) == {column: told[column].strip() for column in columns}
    page = running.as_role("editor").get("/queries/sql").text
    assert all(f"<code>{column}</code>" in page for columns in COLUMNS.values() for column in columns)


def test_sql_shows_a_table_and_is_noted_in_the_activity(running: Running) -> None:
    answer = sql(running, "SELECT province, count(*) AS n FROM cases GROUP BY province")
    assert answer.status_code == 200
    assert "<th>n</th>" in answer.text
    assert "<td>浙江</td>" in answer.text
    deed = activity.latest(running.desk.store, 1)[0][0]
    assert (deed.action, deed.person) == ("SQL 查询", "李编")
    assert "GROUP BY province" in deed.target


def test_sql_is_given_as_file(running: Running) -> None:
    answer = sql(running, "SELECT community FROM cases", format="csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "春江花园小区" in answer.text
    book = openpyxl.load_workbook(BytesIO(sql(running, "SELECT community FROM cases", format="xlsx").content))
    assert book.active.max_row == 1 + len(running.console.board.seen.picture.cases)


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM cases",
        "DROP TABLE cases",
        "UPDATE cases SET province = ''",
        "SELECT 1; SELECT 2",
        "ATTACH DATABASE '/etc/passwd' AS x",
        "PRAGMA table_info(cases)",
        "SELECT load_extension('x')",
        "CREATE TABLE x (y)",
        "SELECT * FROM decisions",
        "SELECT FROM WHERE",
        "SELECT zeroblob(100000000)",
        "'" * 5_000,
    ],
)
def test_sql_reads_and_does_nothing_else(running: Running, text: str) -> None:
    before = sql(running, "SELECT count(*) FROM cases").text
    answer = sql(running, text)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    count = re.findall(r"<td>(\d+)</td>", before)
    assert re.findall(r"<td>(\d+)</td>", sql(running, "SELECT count(*) FROM cases").text) == count
    assert "没有查成" in activity.latest(running.desk.store, 2)[0][1].told


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_sql_is_answered_in_a_sentence(running: Running, hostile: str) -> None:
    for text in (hostile, f"SELECT '{hostile.replace(chr(39), chr(39) * 2)}'"):
        answer = sql(running, text)
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.text


RUNAWAY = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


@pytest.fixture
def limited(running: Running) -> Running:
    settings = running.console.settings.model_copy(update={"query_seconds": 1.0, "query_rows": 5})
    return replace(running, console=replace(running.console, settings=settings), clients={})


def test_a_runaway_query_ends_in_a_sentence(limited: Running) -> None:
    client = limited.client("editor")
    answer = client.post("/queries/sql", data={"csrf": csrf_of(client, "/"), "sql": RUNAWAY})
    assert answer.status_code == 422
    assert "查询超过 1 秒，已停止" in answer.text


def test_a_runaway_query_holds_up_nobody(running: Running) -> None:
    settings = running.console.settings.model_copy(update={"query_seconds": 600.0})
    endless = replace(running, console=replace(running.console, settings=settings), clients={})
    client, other, answers = endless.client("editor"), endless.client("reader"), []
    fields = {"csrf": csrf_of(client, "/"), "sql": RUNAWAY}
    asking = threading.Thread(target=lambda: answers.append(client.post("/queries/sql", data=fields)))
    asking.start()
    views = running.console.board.seen.once(views_of)
    while not views.is_busy:
        asking.join(0.01)
    for page in ("/", "/findings", "/search?q=江苏", "/queries"):
        assert other.get(page).status_code == 200
    assert answers == []
    while not answers:
        views.stop()
        asking.join(0.01)
    assert "已停止" in answers[0].text


def test_more_rows_than_allowed_are_refused_in_a_sentence(limited: Running) -> None:
    client = limited.client("editor")
    answer = client.post("/queries/sql", data={"csrf": csrf_of(client, "/"), "sql": "SELECT * FROM findings"})
    assert answer.status_code == 422
    assert "上限 5 行" in answer.text


def test_views_are_filled_when_they_are_named_and_once(running: Running) -> None:
    views = Views(running.console.board.seen.assessment)
    assert views.run('SELECT count(*) FROM "CASES"', 5, 5)[1] == [(len(running.console.board.seen.picture.cases),)]
    assert views.run("SELECT count(*) FROM [cases] JOIN findings", 5, 5)[1][0][0] > 0
    with pytest.raises(QueryError):
        views.run("INSERT INTO cases (province) VALUES ('x')", 5, 5)
    views.close()
    with pytest.raises(sqlite3.ProgrammingError):
        views.run("SELECT 1", 5, 5)


def test_sql_is_kept_under_a_name_for_page_and_command_line(running: Running) -> None:
    client = running.as_role("editor")
    text = "SELECT community FROM cases WHERE province = '浙江'"
    assert "已保存“浙江的”" in write(client, "/queries/sql/save", sql=text, name="浙江的", back="/queries/sql")
    assert text.replace("'", "&#39;") in client.get(f"/queries/sql?saved={quote('浙江的')}").text
    config = str(running.desk.settings.base / "zhengji.toml")
    done = CliRunner().invoke(cli, ["--config", config, "query", "--saved", "浙江的", "--format", "csv"])
    assert "春江花园小区" in done.stdout
    bad = client.post("/queries/sql/save", data={"csrf": csrf_of(client, "/"), "sql": "DROP TABLE x", "name": "坏"})
    assert bad.status_code == 422
    assert "已删去" in write(client, "/queries/forget", name="浙江的", back="/queries/sql")


def test_sql_is_not_for_readers(running: Running) -> None:
    assert running.as_role("reader").get("/queries/sql").status_code == 403
