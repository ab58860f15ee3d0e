"""HTML as a document: tables pasted into mails, by Word, by Excel, by hand, and made to do harm."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.campaign import Campaign
from parsers.base import ParseError
from parsers.documents.web import document_of, read_html
from parsers.letter import read_letter
from parsers.reading import read_content
from tests import doc_builders as docs
from tests import mail_builders as build

GRID = "<table><tr><td>序号</td><td>名称</td><td>类型</td></tr><tr><td>1</td><td>甲</td><td>乙</td></tr></table>"


def grid(html: str) -> list[list[str]]:
    (table,) = document_of(html).tables
    return [[cell.text for cell in row] for row in table.rows]


def test_merged_cells_stand_in_all_places_that_they_cover() -> None:
    html = """<table><tr><td rowspan=2>A</td><td colspan=2>B</td></tr><tr><td>c</td><td rowspan="2">d</td></tr>
    <tr><td colspan=2>e</td></tr></table>"""
    (table,) = document_of(html).tables
    assert [[cell.text for cell in row] for row in table.rows] == [["A", "B", "B"], ["A", "c", "d"], ["e", "e", "d"]]
    assert table.rows[0][0] is table.rows[1][0]
    assert (table.rows[1][2].origin, table.rows[2][2].origin) == ((2, 3), (2, 3))


def test_a_cell_is_read_as_it_is_shown() -> None:
    html = "<table><tr><th>申报<br>单位</th><td><p>a&nbsp;b</p><p>c<script>x</script></p></td></tr><tr><td><!-- n -->1\n 2<td>3</table>"
    assert grid(html) == [["申报\n单位", "a b\nc"], ["1 2", "3"]]


def test_tables_that_lay_out_a_page_are_dissolved_and_their_texts_stay_in_order() -> None:
    document = document_of(
        f"<h1>清单</h1><table><tr><td>前言</td><td>{GRID}</td></tr></table><table><tr><td>落款</td></tr></table>"
    )
    texts = [block if isinstance(block, str) else "|" for block in document.blocks]
    assert (texts, document.headings) == (["清单", "前言", "|", "落款"], ("清单",))


def test_a_pasted_list_is_read_as_a_list(tmp_path: Path, campaign: Campaign) -> None:
    rows = [docs.list_row(1), docs.list_row(2, community="秋水苑")]
    path = tmp_path / "x"
    for codec in ("utf-8", "gb18030"):
        html = "<html><meta charset=gb2312><body>" + docs.summary_list_html(
            "浙江省物业管理协会", "张三", "0571-1", rows
        )
        path.write_bytes(html.encode(codec))
        reading = read_content(path, path.stat().st_size, campaign)
        (found,) = reading.found
        assert (reading.format, found.kind, found.confidence) == ("html", "summary_list", 0.98)
        assert [row["community"]["value"] for row in found.facts["rows"]] == ["春江花园", "秋水苑"]
        assert found.facts["submitter"]["value"] == "浙江省物业管理协会"


@pytest.mark.parametrize(
    ("subject", "html", "offered"),
    [
        ("报送", GRID, True),
        ("转发：报送", f"<div>原始邮件</div>{GRID}", True),
        ("回复：报送", f"<div>收到</div><div>------ 原始邮件 ------</div>{GRID}", False),
        ("Re: 报送", f"{GRID}<blockquote>{GRID}</blockquote>", True),
        ("报送", f"<table><tr><td>{GRID}</td></tr></table>", True),
        (
            "报送",
            "<table><tr><td><img src=logo.png></td><td>张三</td></tr><tr><td>电话</td><td>1</td></tr></table>",
            False,
        ),
        ("报送", "<table><tr><td>a</td><td>b</td><td>c</td></tr></table>", False),
        (
            "报送",
            "<table><tr><td>a</td><td></td><td>&nbsp;</td></tr><tr><td>b</td><td></td><td></td></tr></table>",
            False,
        ),
        ("报送", "<p>没有表格</p>", False),
        ("报送", "", False),
    ],
)
def test_a_body_is_offered_as_a_file_only_where_it_holds_a_table_of_data(
    tmp_path: Path, subject: str, html: str, offered: bool
) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(build.mail(build.text_part(html, b"html", b"gb2312", "gb18030"), Subject=subject.encode()))
    parts = list(read_letter(path)[1])
    assert [part.path for part in parts] == (["正文表格.html"] if offered else [])
    for part in parts:
        assert "序号" in b"".join(part.chunks()).decode()


def test_a_bodys_tables_stand_after_the_attachments_under_a_name_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    own = build.attachment("正文表格.html", b"<html>")
    path.write_bytes(build.mail(build.multipart([build.text_part(GRID, b"html"), own])))
    assert [part.path for part in read_letter(path)[1]] == ["正文表格.html", "正文表格 (2).html"]


@pytest.mark.parametrize(
    "html",
    [
        "<table>" + "<tr><td colspan=99999 rowspan=99999>x<td>" * 20_000,
        "<table><tr>" + "<td colspan=100>" * 100_000,
        "<table>" + "<tr><td rowspan=60000 colspan=100>a<td>b" * 3_000,
        "<div>" * 100_000,
        "<table><tr><td>" * 30_000,
        "<table><tr><td>a<td>b" * 30_000,
        "<b>" * 300_000,
        "<table><tr><td>" + "x<br>" * 300_000 + "<td>y",
        "<!DOCTYPE html [<!ENTITY a 'aaaa'>]><p>&a;",
        "<a " * 200_000,
    ],
)
def test_hostile_pages_are_bounded_in_time_and_memory(html: str) -> None:
    start = time.process_time()
    with suppress(ParseError):
        document_of(html)
    assert time.process_time() - start < 15


PIECES = ["<table>", "</table>", "<tr>", "<td>", "<td colspan=3>", "<td rowspan=4>", "</td>", "x", "<p>", "<br>", "\0", "&#0;", "<!--", "<?xml encoding='x'?>", "<svg>", "\ud800"]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(html=st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=100)))
def test_whatever_the_page_only_a_parse_error_comes(html: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(html.encode("utf-8", "surrogatepass"))
    try:
        document = read_html(path)
    except ParseError:
        return
    for table in document.tables:
        assert table.text is not None
