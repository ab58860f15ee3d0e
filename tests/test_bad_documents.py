"""Bad documents: cut, changed, huge, locked or called something else. A finding each, in bounded time, nothing made up."""

import csv
import io
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from pdfminer.arcfour import Arcfour

from parsers.base import Reading
from parsers.documents import pdf_pages
from parsers.documents.far_cells import MAX_ROWS
from parsers.documents.pdf import read_pdf
from parsers.documents.sheets import read_sheets
from parsers.reading import MACROS, read_content
from reports.judge import Assessment
from tests import bad_builders as bad
from tests import doc_builders as docs
from tests.desks import desk, take
from tests.doc_reading import CAMPAIGN
from tests.inbox import Sent, mail
from tests.sample import day

STATUSES = {"ok", "corrupt", "encrypted", "unsafe", "unsupported"}
TWO = [docs.list_row(1), docs.list_row(2, community="秋水苑")]
LIST = ("浙江省物业管理协会", "陈静", "13900001234", TWO)
HTML = ("<html><body>" + docs.summary_list_html(*LIST)).encode()
# As Word saves a web page in one file: no From, no Date.
MHT = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\nThis document is a Single File Web Page'
    b"\r\n\r\n--b\r\nContent-Location: file:///C:/x.htm\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    + HTML
    + b"\r\n--b--"
)


def csv_of(rows: int) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(docs.list_grid([docs.list_row(one) for one in range(1, rows + 1)], blank_to=0))
    return text.getvalue().encode()


# Formats whose parts carry a checksum: what is read of them is what was written, or nothing is.
CHECKED = {"docx": docs.recommendation_form_docx(), "xlsx": bad.list_xlsx(3), "ods": bad.list_ods()}
PLAIN = {"csv": csv_of(3), "html": HTML, "mht": MHT, "pdf": bad.pdf([bad.table_page(1)])}


@pytest.fixture(scope="module")
def room() -> Iterator[bad.Rooms]:
    with bad.rooms() as one:
        yield one


def read(folder: Path, data: bytes) -> Reading:
    path = folder / "content"
    path.write_bytes(data)
    return read_content(path, len(data), CAMPAIGN)


def cells(value: object) -> set[str]:
    """Return all values that stand in facts."""
    if isinstance(value, dict):
        own = {str(value["value"])} if value.get("value") else set()
        return own.union(*(cells(one) for one in value.values()))
    return set().union(*(cells(one) for one in value)) if isinstance(value, list) else set()


def said(reading: Reading) -> set[str]:
    return set().union(*(cells(one.facts) for one in reading.found)) if reading.found else set()


@pytest.mark.parametrize("format_", [*CHECKED, *PLAIN])
def test_a_file_that_is_cut_or_changed_has_a_status_and_stops_nothing(format_: str, room: bad.Rooms) -> None:
    good = {**CHECKED, **PLAIN}[format_]
    whole, *broken = room.read_all([good, *bad.cut(good), *bad.flipped(good, format_, 50)])
    assert whole.found or format_ == "pdf"
    for one in broken:
        assert one.status in STATUSES
        assert one.reason or one.status == "ok"
        if format_ in CHECKED:
            assert said(one) <= said(whole)


def test_an_empty_file_is_called_so(room: bad.Rooms) -> None:
    assert room.read(b"").reason == "文件是空的（0 字节）"


@pytest.mark.parametrize(
    "data",
    [
        bad.repacked(CHECKED["docx"], word_document_xml=bad.with_entities(b"<w:t>")),
        bad.repacked(CHECKED["xlsx"], xl_sharedStrings_xml=bad.with_entities(b"<t>")),
        bad.repacked(CHECKED["ods"], content_xml=bad.with_entities(b"<text:p>")),
        b"<html>" + bad.ENTITIES + HTML.replace("春江".encode(), b"&e17;"),
    ],
    ids=["docx", "xlsx", "ods", "html"],
)
def test_entities_are_not_unfolded(data: bytes, room: bad.Rooms) -> None:
    start = time.monotonic()
    reading = room.read(data)
    assert time.monotonic() - start < 5
    assert not any("BOMB" in value for value in said(reading))


@pytest.mark.parametrize(
    "made",
    [
        lambda: bad.repacked(CHECKED["xlsx"], xl_worksheets_sheet1_xml=lambda part: part + b" " * 210_000_000),
        lambda: bad.repacked(CHECKED["xlsx"], xl_sharedStrings_xml=lambda _: b"<sst>" + b"<si/>" * 45_000_000),
        lambda: bad.repacked(CHECKED["docx"], word_document_xml=lambda part: part + b" " * 60_000_000),
    ],
    ids=["a sheet", "its texts", "a body"],
)
def test_a_bomb_is_not_opened(made: Callable[[], bytes], room: bad.Rooms) -> None:
    data, start = made(), time.monotonic()
    reading = room.read(data)
    assert (reading.status, "大得反常" in reading.reason) == ("unsafe", True)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("place", ["A1048576", "Z1048576", "XFD4", "XFD1048576"])
def test_a_stray_cell_far_away_hides_no_list(place: str, room: bad.Rooms) -> None:
    reading = room.read(bad.stray_xlsx(place))
    assert [(one.kind, len(one.facts["rows"])) for one in reading.found] == [("summary_list", 3)]


def test_rows_repeated_a_billion_times_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(bad.list_ods(' table:number-rows-repeated="1000000000"'))
    assert len(read_sheets(path).tables[0].rows) == MAX_ROWS


def test_a_web_page_saved_by_word_or_excel_is_read(room: bad.Rooms) -> None:
    assert (room.read(MHT).format, len(room.read(MHT).found[0].facts["rows"])) == ("mht", 2)
    sheets = b"\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    frames = MHT.replace(HTML, b"<html><frameset></frameset></html>" + sheets + HTML)
    excel = frames.replace(b"\r\nContent-Type: multipart", b"\r\nX-Document-Type: Workbook\r\nContent-Type: multipart")
    assert len(room.read(excel).found[0].facts["rows"]) == 2


def test_tables_within_tables_within_tables_end(room: bad.Rooms) -> None:
    for depth in (80, 4_000):
        body = b"<w:tbl><w:tr><w:tc>" * depth + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * depth
        deep = bad.repacked(CHECKED["docx"], word_document_xml=lambda part, body=body: part.replace(b"<w:body>", b"<w:body>" + body))  # type: ignore[misc]  # fmt: skip
        assert room.read(deep).status in {"ok", "corrupt", "unsafe"}
    assert room.read(b"<html>" + b"<table><tr><td>a<td>b<td>" * 5_000).status == "ok"


LARGE: dict[str, Callable[[int], bytes]] = {
    "docx": bad.list_docx,
    "xlsx": bad.list_xlsx,
    "csv": csv_of,
    "html": lambda rows: ("<html>" + docs.summary_list_html(*LIST[:3], [docs.list_row(1)] * rows)).encode(),
    "pdf": lambda rows: bad.pdf([bad.table_page(first) for first in range(0, rows // 2, 30)]),
}


@pytest.mark.parametrize("format_", LARGE)
def test_twice_the_rows_take_twice_the_time(format_: str, tmp_path: Path) -> None:
    small, large = LARGE[format_](1_500), LARGE[format_](3_000)
    # The first reading of all makes tables that are kept; other work on the machine may disturb one measure.
    read(tmp_path, LARGE[format_](30))
    assert any(seconds(tmp_path, large) <= 2.6 * seconds(tmp_path, small) for _ in range(3))


def seconds(folder: Path, data: bytes) -> float:
    start = time.process_time()
    assert read(folder, data).status == "ok"
    return time.process_time() - start


def test_a_list_of_5000_rows_is_read_within_the_limits(room: bad.Rooms) -> None:
    for reading in room.read_all([bad.list_xlsx(5_000), bad.list_docx(5_000)]):
        assert (reading.status, len(reading.found[0].facts["rows"])) == ("ok", 5_000)


def test_of_500_pages_of_text_the_first_are_read_and_the_rest_is_told(room: bad.Rooms) -> None:
    reading = room.read(bad.pdf([bad.text_page()] * 500))
    assert (reading.status, reading.reason) == ("ok", "共 500 页，只读了前 60 页")


@pytest.mark.parametrize(
    ("page", "text", "pictures"),
    [
        (bad.text_page(), (1,), ()),
        # Letters that are drawn as shapes are no text; neither is a drawing of a million lines.
        (b"10 10 m 20 20 l S " * 30, (), (1,)),
        (bad.text_page() + b"0 0 m 9 9 l S " * 300_000, (), (1,)),
        (b"q 300 0 0 400 0 0 cm /I0 Do Q", (), (1,)),
        (b" ", (), ()),
    ],
)
def test_a_page_is_text_or_a_picture_by_what_it_shows(
    page: bytes, text: tuple[int, ...], pictures: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bad.pdf([page], image=bad.flate_image(60, 80)))
    kinds = pdf_pages.page_kinds(path)
    assert (kinds.text, kinds.pictures) == (text, pictures)


def torn(page: bytes) -> bytes:
    return zlib.compress(page)[:60] + b"\xff" * 200


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (bad.pdf([b" "]), "corrupt", "没有任何文字和图片"),
        (bad.pdf([]), "corrupt", "PDF"),
        (bad.pdf([bad.text_page()], packed=torn), "corrupt", "第 1 页已损坏"),
        (bad.pdf([bad.text_page()]).replace(b"/Kids[6 0 R]", b"/Kids[2 0 R]"), "ok", ""),
        (bad.pdf([bad.text_page()]).replace(b"%%EOF", b""), "ok", "PDF 文件不完整"),
        (bad.pdf([bad.text_page()]).replace(b"/Count 1", b"/Count 99999999"), "ok", ""),
        (bad.pdf([bad.text_page()], size=(2_000_000, 2_000_000)), "ok", ""),
        (
            bad.pdf([bad.text_page()], trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32)),
            "encrypted",
            "打开密码",
        ),
    ],
    ids=["blank", "no pages", "torn", "a tree in circles", "cut", "lies of its pages", "huge paper", "locked"],
)  # fmt: skip
def test_each_fault_of_a_pdf_is_told(data: bytes, status: str, words: str, room: bad.Rooms) -> None:
    reading = room.read(data)
    assert reading.status == status
    assert words in reading.reason


def test_a_pdf_that_anybody_may_open_but_not_change_is_read(tmp_path: Path) -> None:
    # ISO 32000-1, 7.6.3: the padding of an empty password, the entries O and P, the file's id.
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    secret = md5(padding + b"o" * 32 + (-44).to_bytes(4, "little", signed=True) + b"id").digest()[:5]  # noqa: S324
    user = Arcfour(secret).process(padding).hex().encode()
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -44/O<%s>/U<%s>>>/ID[<6964><6964>]" % (b"6f" * 32, user)
    own = md5(secret + b"\5\0\0\0\0").digest()[:10]  # noqa: S324 (what the format asks for)
    path = tmp_path / "a.pdf"
    locked = bad.pdf([bad.text_page()], trailer=lock, packed=lambda page: Arcfour(own).process(zlib.compress(page)))
    path.write_bytes(locked)
    assert len(read_pdf(path, pdf_pages.page_kinds(path).text).document.paragraphs) == 30


def test_a_letter_that_a_pdfs_font_does_not_tell_leaves_no_value(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    font = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<</Registry(A)/Ordering(B)/Supplement 0>>>>]>>"
    page = bad.text_page(3).replace(b"ET", b"/F2 12 Tf <0005> Tj ET")
    path.write_bytes(bad.pdf([page]).replace(b"/Font<</F1 3 0 R>>", b"/Font<</F1 3 0 R/F2 %s>>" % font))
    assert read_pdf(path, (1,)).document.paragraphs[-1] == "\ufffd"


def assessed(folder: Path, **files: bytes) -> Assessment:
    """Return the campaign after a mail with files (a name's last _ is its dot)."""
    named = {".".join(name.rsplit("_", 1)): data for name, data in files.items()}
    sent = mail("浙江省物业管理协会 <a@qq.example>", "报送", day("07-20T10:00:00"), named)
    with desk(folder / "desk") as opened:
        return take(opened, folder / "inbox", sent)


def findings(assessment: Assessment, code: str) -> list[str]:
    return [one.message for one in assessment.findings if one.code == code]


def test_a_cell_that_cannot_be_read_is_null_with_its_text_and_its_finding_names_it(tmp_path: Path) -> None:
    unclear = {"floor_area": "约十来万", "collection_rate": "9\ufffd.5%", "recommender_contact": "李\ufffd英"}
    form = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", form=unclear).form_docx()
    result = assessed(tmp_path, 推荐表_docx=form)
    (case,) = result.picture.cases
    told: dict[str, Any] = {name: (case.form[name].value, case.form[name].raw) for name in unclear}
    assert told == {name: (None, raw) for name, raw in unclear.items()}
    (message,) = findings(result, "form.field_invalid")
    assert all(raw in message for raw in unclear.values())
    assert not any("建筑面积" in one or "联系人" in one for one in findings(result, "form.field_missing"))


def test_content_decides_under_a_wrong_suffix(tmp_path: Path) -> None:
    form = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会").form_docx()
    result = assessed(
        tmp_path,
        a_jpg=form,
        b_doc=docs.small_jpeg(),
        c_doc=bad.list_xlsx(2),
        d_doc=MHT,
        e_doc=HTML,
        f_et=bad.list_xlsx(3),
        g_wps=docs.case_material_docx("春江花园", "题目", "公司"),
        h_pdf=docs.small_jpeg(2),
        i_docx=b"junk\r\n" + bad.pdf([bad.text_page()]),
    )
    formats = [(file.name, file.format, file.status) for file in result.picture.files]
    assert formats == [
        ("a.jpg", "docx", "ok"),
        ("b.doc", "jpeg", "ok"),
        ("c.doc", "xlsx", "ok"),
        ("d.doc", "mht", "ok"),
        ("e.doc", "html", "ok"),
        ("f.et", "xlsx", "ok"),
        ("g.wps", "docx", "ok"),
        ("h.pdf", "jpeg", "ok"),
        ("i.docx", "pdf", "ok"),
    ]


def test_what_was_not_read_of_a_file_is_a_finding_that_says_what(tmp_path: Path) -> None:
    result = assessed(tmp_path, 春江花园案例_pdf=bad.pdf([bad.text_page()] * 90))
    assert findings(result, "file.unclassified") == [
        "《春江花园案例.pdf》没有全部读出：共 90 页，只读了前 60 页，请人工看"
    ]


def test_macros_that_were_not_run_are_nothing_that_was_not_read(tmp_path: Path) -> None:
    data = io.BytesIO(Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会").form_docx())
    with zipfile.ZipFile(data, "a") as package:
        package.writestr("word/vbaProject.bin", b"macros")
    result = assessed(tmp_path, 推荐表_docx=data.getvalue())
    assert [file.reason for file in result.picture.files] == [MACROS]
    assert findings(result, "file.unclassified") == []
