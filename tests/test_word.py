"""A Word file is read as a person sees it, whatever Word, WPS or an attacker put into it."""

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.base import ParseError
from parsers.documents import word
from parsers.documents.document import Document
from parsers.documents.word import read_docx
from tests.docx_writer import LEFT, UP, Raw, W, docx_bytes

W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(path: Path, *blocks: object) -> Document:
    target = path / "一份文件.docx"
    target.write_bytes(docx_bytes(*blocks))  # type: ignore[arg-type]
    return read_docx(target)


def changed(data: bytes, **members: bytes | None) -> bytes:
    """Return a package with members replaced, added or (None) taken away; names with __ for / and _dot_ for a dot."""
    wanted = {name.replace("__", "/").replace("_dot_", "."): content for name, content in members.items()}
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            if name not in wanted:
                result.writestr(name, source.read(name))
        for name, content in wanted.items():
            if content is not None:
                result.writestr(name, content)
    return target.getvalue()


def main_part(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read("word/document.xml")


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def check_box(ticked: int, text: str) -> str:
    properties = f'<w:sdtPr><w14:checkbox><w14:checked w14:val="{ticked}"/></w14:checkbox></w:sdtPr>'
    return f"<w:sdt>{properties}<w:sdtContent>{run('☒')}</w:sdtContent></w:sdt>{run(text)}"


def symbol(font: str, code: str, text: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>{run(text)}'


BOX = f"<w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent>"
NEW_BOX = f"<mc:Choice Requires='wps'>{BOX}</mc:Choice>"
OLD_FIELD = "<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
# What stands in a paragraph -> what Word shows of it.
CONSTRUCTS = {
    "a content control that nobody filled in": (
        f"{run('乙')}<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击此处')}</w:sdtContent></w:sdt>",
        "乙",
    ),
    "a content control": (f"<w:sdt><w:sdtPr/><w:sdtContent>{run('乙')}</w:sdtContent></w:sdt>", "乙"),
    "a tracked insertion": (f'{run("甲")}<w:ins w:id="1">{run("乙")}</w:ins>', "甲乙"),
    "a tracked deletion": (f'{run("甲")}<w:del w:id="1"><w:r><w:delText>乙</w:delText></w:r></w:del>', "甲"),
    "text moved": (f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('新')}</w:moveTo>", "新"),
    "a smart tag": (f"<w:smartTag>{run('杭州市')}</w:smartTag>", "杭州市"),
    "a simple field": (f'<w:fldSimple w:instr="DATE">{run("2026年")}</w:fldSimple>', "2026年"),
    "a field's code": (f"<w:r><w:instrText>PAGE</w:instrText></w:r>{run('1')}", "1"),
    "hidden text": (run("甲") + run("藏", "<w:vanish/>"), "甲"),
    "text no longer hidden": (run("甲", '<w:vanish w:val="0"/>'), "甲"),
    "a tab and a line break": ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>", "甲\t乙\n丙"),
    "a ticked symbol": (symbol("Wingdings 2", "F052", "商品房"), "☑商品房"),
    "an empty symbol": (symbol("Wingdings", "F0A8", "安置房"), "☐安置房"),
    "a symbol of another font": (symbol("Symbol", "F0B7", "商品房"), "商品房"),
    "a ticked check box control": (check_box(1, "弃管小区"), "☑弃管小区"),
    "an empty check box control": (check_box(0, "弃管小区"), "☐弃管小区"),
    "an old form field's check box": (f"<w:r><w:fldChar>{OLD_FIELD}</w:fldChar></w:r>{run('商品房')}", "☑商品房"),
    "a text box, once": (
        f"<w:r><mc:AlternateContent>{NEW_BOX}<mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r>{run('外')}",
        "框\n外",
    ),
    "ruby": (f"<w:r><w:ruby><w:rt>{run('fú')}</w:rt><w:rubyBase>{run('罘')}</w:rubyBase></w:ruby></w:r>", "罘"),
}


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_paragraph_shows_what_word_shows(construct: str, tmp_path: Path) -> None:
    xml, shown = CONSTRUCTS[construct]
    assert read(tmp_path, Raw(f"<w:p {W} {W14} {MC}>{xml}</w:p>")).paragraphs == (shown,)


def test_merged_cells_are_the_same_cell_in_every_place_they_cover(tmp_path: Path) -> None:
    table = read(tmp_path, [["一", LEFT, "二"], ["三", "四", UP], ["五", "六", UP]]).tables[0]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["一", "一", "二"],
        ["三", "四", "二"],
        ["五", "六", "二"],
    ]
    assert table.rows[0][0] is table.rows[0][1]
    assert table.rows[2][2].origin == (1, 3)
    assert table.place(table.rows[2][1]) == "表1第3行第2列"


def test_a_row_or_cell_inside_a_content_control_keeps_its_column(tmp_path: Path) -> None:
    cell = f"<w:tc><w:tcPr/><w:p>{run('乙')}</w:p></w:tc>"
    xml = (
        f"<w:tbl {W}><w:tblPr/><w:tr><w:tc><w:p>{run('甲')}</w:p></w:tc>"
        f"<w:sdt><w:sdtContent>{cell}</w:sdtContent></w:sdt></w:tr><w:sdt><w:sdtContent><w:tr>{cell}{cell}</w:tr></w:sdtContent></w:sdt></w:tbl>"
    )
    rows = read(tmp_path, Raw(xml)).tables[0].rows
    assert [[one.text for one in row] for row in rows] == [["甲", "乙"], ["乙", "乙"]]


def test_a_row_deleted_with_changes_tracked_is_gone_and_an_offset_row_keeps_its_columns(tmp_path: Path) -> None:
    cell = f"<w:tc><w:p>{run('乙')}</w:p></w:tc>"
    xml = (
        f'<w:tbl {W}><w:tr><w:trPr><w:del w:id="1"/></w:trPr>{cell}{cell}</w:tr>'
        f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{cell}</w:tr></w:tbl>'
    )
    rows = read(tmp_path, Raw(xml)).tables[0].rows
    assert [[one.text for one in row] for row in rows] == [["", "乙"]]


def test_a_table_inside_a_cell_is_in_the_cell_and_a_table_of_its_own_but_once_in_the_text(tmp_path: Path) -> None:
    inner = f"<w:tbl {W}><w:tr><w:tc><w:p>{run('内')}</w:p></w:tc></w:tr></w:tbl>"
    document = read(tmp_path, [["外", Raw(f"{inner}<w:p {W}/>")]])
    assert document.tables[0].rows[0][1].text == "内"
    assert [table.nested for table in document.tables] == [False, True]
    assert document.text.count("内") == 1


def test_paragraphs_and_tables_come_in_reading_order(tmp_path: Path) -> None:
    document = read(tmp_path, "前", [["中"]], "后")
    texts = [block if isinstance(block, str) else block.text for block in document.blocks]
    assert [text for text in texts if text] == ["前", "中", "后"]


def test_headings_are_told_by_their_style(tmp_path: Path) -> None:
    heading = f'<w:p {W}><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{run("一、小区简介")}</w:p>'
    assert read(tmp_path, Raw(heading), "正文").headings == ("一、小区简介",)


NULL_RELATION = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="t" Target="NULL"/></Relationships>'
)
SAMPLE = docx_bytes("正文", [["甲", "乙"]])


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(
            {"word__document_dot_xml": main_part(SAMPLE).replace(TRANSITIONAL.encode(), STRICT.encode())}, id="strict"
        ),
        pytest.param({"word___rels__document_dot_xml_dot_rels": NULL_RELATION}, id="a relationship to NULL"),
        pytest.param({"_rels___dot_rels": None}, id="no relationships"),
        pytest.param({"word__styles_dot_xml": b"<broken"}, id="broken styles"),
    ],
)
def test_a_package_that_python_docx_refuses_is_read_from_its_main_part(
    members: dict[str, bytes | None], tmp_path: Path
) -> None:
    (tmp_path / "a.docx").write_bytes(changed(SAMPLE, **members))
    document = read_docx(tmp_path / "a.docx")
    assert document.paragraphs == ("正文",)
    assert [cell.text for cell in document.tables[0].rows[0]] == ["甲", "乙"]


def test_a_macro_document_and_backslash_names_are_read(tmp_path: Path) -> None:
    data = docx_bytes("正文")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        types = package.read("[Content_Types].xml")
    macro = types.replace(
        b"officedocument.wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml"
    )
    (tmp_path / "a.docx").write_bytes(changed(data, **{"[Content_Types]_dot_xml": macro}))
    assert read_docx(tmp_path / "a.docx").paragraphs == ("正文",)
    odd = io.BytesIO()
    with zipfile.ZipFile(odd, "w") as package:
        package.writestr("word\\document.xml", main_part(data))
    (tmp_path / "b.docx").write_bytes(odd.getvalue())
    assert read_docx(tmp_path / "b.docx").paragraphs == ("正文",)


def status_of(path: Path, data: bytes) -> tuple[str, str]:
    (path / "x.docx").write_bytes(data)
    with pytest.raises(ParseError) as caught:
        read_docx(path / "x.docx")
    return caught.value.status, caught.value.reason


def test_a_password_protected_file_is_encrypted_and_an_old_doc_unsupported(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert status_of(tmp_path, ole + "EncryptedPackage".encode("utf-16-le") + bytes(50))[0] == "encrypted"
    assert status_of(tmp_path, ole + "WordDocument".encode("utf-16-le"))[0] == "unsupported"


def test_a_zip_whose_members_need_a_password_is_encrypted(tmp_path: Path) -> None:
    data = bytearray(docx_bytes("正文"))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert status_of(tmp_path, bytes(data))[0] == "encrypted"


def test_a_broken_file_is_corrupt_and_says_so_in_chinese(tmp_path: Path) -> None:
    whole = docx_bytes("正文" * 500)
    for data in (
        b"",
        b"PK\x03\x04",
        whole[: len(whole) // 2],
        b"plain text",
        changed(whole, word__document_dot_xml=b"<w:p"),
    ):
        status, reason = status_of(tmp_path, data)
        assert status == "corrupt"
        assert "请人工看" in reason


def test_a_package_without_main_part_is_corrupt(tmp_path: Path) -> None:
    assert status_of(tmp_path, changed(docx_bytes("正文"), word__document_dot_xml=None))[0] == "corrupt"


def test_entities_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "ha">]>' + main_part(docx_bytes("正文")).partition(b"?>")[2]
    assert status_of(tmp_path, changed(docx_bytes("正文"), word__document_dot_xml=bomb))[0] == "unsafe"
    wide = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16")
    assert status_of(tmp_path, changed(docx_bytes("正文"), word__document_dot_xml=wide))[0] == "unsafe"


def test_too_many_members_and_too_many_bytes_are_refused_unopened(tmp_path: Path) -> None:
    many = {f"word__media__{number}": b"" for number in range(word.MAX_MEMBERS)}
    assert status_of(tmp_path, changed(docx_bytes("正文"), **many))[0] == "unsafe"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package, package.open("word/document.xml", "w") as part:
        for _ in range(word.MAX_MAIN_BYTES // 1_000_000 + 1):
            part.write(bytes(1_000_000))
    assert len(bomb.getvalue()) < 100_000
    assert status_of(tmp_path, bomb.getvalue())[0] == "unsafe"


def test_cells_that_span_without_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    row = f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999"/></w:tcPr><w:p>{run("甲")}</w:p></w:tc></w:tr>'
    assert len(read(tmp_path, Raw(f"<w:tbl {W}>{row}</w:tbl>")).tables[0].rows[0]) == 63
    assert status_of(tmp_path, docx_bytes(Raw(f"<w:tbl {W}>{row * 5_000}</w:tbl>")))[0] == "unsafe"


def test_a_table_of_2000_rows_is_read_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "long.docx"
    path.write_bytes(docx_bytes([[str(number), *["小区"] * 6] for number in range(2_000)]))
    began = time.process_time()
    assert len(read_docx(path).tables[0].rows) == 2_000
    assert time.process_time() - began < 20


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=40), part=st.sampled_from(["package", "main"]))
def test_bytes_changed_anywhere_give_a_document_or_a_reason_but_no_other_error(
    at: float, junk: bytes, part: str, tmp_path: Path
) -> None:
    data = docx_bytes("正文", [["甲", LEFT], ["乙", UP]])
    target = bytearray(data if part == "package" else main_part(data))
    place = int(at * len(target))
    target[place : place + len(junk)] = junk
    path = tmp_path / "x.docx"
    path.write_bytes(bytes(target) if part == "package" else changed(data, word__document_dot_xml=bytes(target)))
    status = "ok"
    try:
        read_docx(path)
    except ParseError as error:
        status = error.status
    assert status in {"ok", "corrupt", "encrypted", "unsafe", "unsupported"}
