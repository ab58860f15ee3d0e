"""Old Word files through LibreOffice: where that hangs, says nothing, writes half a file or is not there at all.

And what LibreOffice wrote itself: cut, changed, and behind a password.
"""

import io
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from parsers.base import ParseError
from parsers.compound import Compound
from parsers.documents import legacy
from parsers.documents.opening import refuse_cut, refuse_locked
from tests import bad_builders as bad
from tests import doc_builders as docs
from tests.desks import desk, take
from tests.inbox import Sent, mail
from tests.labelled.office import converted, find_office
from tests.sample import day

needs_office = pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
RTF = b"{\\rtf1\\ansi " + b"\\u26149?\\u27743? " * 20 + b"}"
FORM = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会").form_docx()


@pytest.fixture
def room() -> Iterator[bad.Rooms]:
    with bad.rooms() as one:
        yield one


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Return a form as LibreOffice writes it, by format, and a list as an old workbook."""
    folder = tmp_path_factory.mktemp("old")
    form, book = folder / "form.docx", folder / "list.xlsx"
    form.write_bytes(docs.recommendation_form_docx())
    book.write_bytes(bad.stray_xlsx("IV65536"))
    made = {format_: converted([form], format_, folder)[0].read_bytes() for format_ in ("doc", "rtf")}
    return {**made, "xls": converted([book], "xls", folder)[0].read_bytes()}


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a LibreOffice on the path that does nothing but run a script; $out is the folder for what it makes."""
    program = folder / "bin" / "soffice"
    program.parent.mkdir()
    loop = 'while [ "$1" != --outdir ]; do shift; done; out=$2; shift 2'
    program.write_text(f"#!/bin/sh\n{loop}\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(legacy, "_START_SECONDS", 0)
    return program


def quick(room: bad.Rooms) -> None:
    """Let a conversion take no more than a moment."""
    room.readers.allowance = legacy.Allowance(0.4, 500_000_000)


def test_where_libreoffice_hangs_it_is_ended_with_all_it_started_and_the_file_says_so(
    room: bad.Rooms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, f"echo $$ > {tmp_path}/pid; sleep 600 & wait")
    quick(room)
    start = time.monotonic()
    readings = room.read_all([RTF + b" " * number for number in range(9)])
    # One call for all, two files by themselves, and no more.
    assert time.monotonic() - start < 20
    assert {one.status for one in readings} == {"unsafe"}
    assert all("还没有完成，已中止，请人工看或请对方另存为 .docx" in one.reason for one in readings)
    assert not Path(f"/proc/{int((tmp_path / 'pid').read_text())}").exists()


@pytest.mark.parametrize(
    "script", ["exit 0", "exit 1", 'for one; do echo PK > "$out/$(basename "${one%.*}").docx"; done']
)
def test_where_libreoffice_gives_nothing_or_half_a_file_the_file_is_kept_and_says_so(
    script: str, room: bad.Rooms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, script)
    reading = room.read(RTF)
    assert (reading.format, reading.status, reading.found) == ("rtf", "corrupt", ())
    assert "请对方另存为 .docx" in reading.reason


def test_where_libreoffice_is_missing_the_finding_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy, "find_office", lambda: None)
    raw = mail("浙江省物业管理协会 <a@qq.example>", "报送", day("07-20T10:00:00"), {"春江花园推荐表.doc": RTF})
    with desk(tmp_path / "desk") as opened:
        result = take(opened, tmp_path / "inbox", raw)
        (file,) = result.picture.files
        assert opened.store.vault.path(file.sha256 or "").read_bytes() == RTF
    (message,) = [one.message for one in result.findings if one.code == "file.unsupported"]
    assert "请安装 libreoffice-writer-nogui，装好后会自动重读" in message


@needs_office
def test_a_bad_file_takes_no_other_with_it(old: Mapping[str, bytes], room: bad.Rooms) -> None:
    contents = [old["doc"], RTF[:30], old["rtf"], bad.cut(old["doc"])[3], b"{\\rtf1 " + b"{" * 300_000]
    good, _, rtf, cut, nested = room.read_all(contents)
    assert [one.kind for one in (*good.found, *rtf.found)] == ["recommendation_form"] * 2
    assert cut.status == "corrupt"
    assert nested.status in {"corrupt", "unsafe"}


@needs_office
@pytest.mark.parametrize("format_", ["doc", "xls"])
def test_an_old_file_that_is_cut_is_corrupt_and_not_half_read(
    format_: str, old: Mapping[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "content"
    for data in bad.cut(old[format_])[:-2]:
        path.write_bytes(data)
        with pytest.raises(ParseError, match="请对方重发"):
            refuse_cut(path, format_)


@needs_office
def test_an_old_file_whose_bytes_are_changed_stops_nothing(old: Mapping[str, bytes], room: bad.Rooms) -> None:
    broken = [*bad.flipped(old["xls"], "xls", 60), *bad.flipped(old["doc"], "doc", 12)]
    for one in room.read_all(broken):
        assert one.status in {"ok", "corrupt", "unsupported", "encrypted", "unsafe"}
        assert one.reason or one.status == "ok"


@needs_office
def test_a_stray_cell_far_away_hides_no_list_of_an_old_workbook(old: Mapping[str, bytes], room: bad.Rooms) -> None:
    (found,) = room.read(old["xls"]).found
    assert len(found.facts["rows"]) == 3


@needs_office
def test_an_old_word_file_behind_a_password_is_locked(
    old: Mapping[str, bytes], room: bad.Rooms, tmp_path: Path
) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(old["doc"])
    compound = Compound(path)
    data = bytearray(old["doc"])
    data[compound.offsets(compound.root.children["WordDocument"])(11)] |= 1
    reading = room.read(bytes(data))
    assert (reading.status, "打开密码" in reading.reason) == ("encrypted", True)


@needs_office
def test_an_old_workbook_behind_a_password_is_locked(old: Mapping[str, bytes], room: bad.Rooms, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(old["xls"])
    compound = Compound(path)
    node = compound.root.children["Workbook"]
    place = compound.offsets(node)
    # The record after the first one becomes FILEPASS ([MS-XLS] 2.4.117).
    second = 4 + int.from_bytes(compound.read(node, 4)[2:], "little")
    data = bytearray(old["xls"])
    data[place(second)], data[place(second + 1)] = 0x2F, 0
    reading = room.read(bytes(data))
    assert (reading.status, "打开密码" in reading.reason) == ("encrypted", True)


def test_an_open_document_behind_a_password_is_locked(tmp_path: Path) -> None:
    for kind in ("text", "spreadsheet"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
            archive.writestr("META-INF/manifest.xml", "<manifest:file-entry><manifest:encryption-data/>")
            archive.writestr("content.xml", b"\x8f\x01 locked")
        path = tmp_path / kind
        path.write_bytes(out.getvalue())
        with pytest.raises(ParseError) as raised:
            refuse_locked(path, {"text": "odt", "spreadsheet": "ods"}[kind])
        assert raised.value.status == "encrypted"
    path.write_bytes(b"PK\x03\x04 broken")
    refuse_locked(path, "odt")


@needs_office
def test_word_bytes_under_other_names_are_read_by_what_they_are(old: Mapping[str, bytes], tmp_path: Path) -> None:
    files = {"a.wps": old["doc"], "b.doc": old["rtf"], "c.docx": old["doc"], "d.wps": FORM, "e.et": old["xls"]}
    raw = mail("浙江省物业管理协会 <a@qq.example>", "报送", day("07-20T10:00:00"), files)
    with desk(tmp_path / "desk") as opened:
        result = take(opened, tmp_path / "inbox", raw)
    told = {file.name: (file.format, file.kind, file.status) for file in result.picture.files}
    assert told == {
        "a.wps": ("doc", "recommendation_form", "ok"),
        "b.doc": ("rtf", "recommendation_form", "ok"),
        "c.docx": ("doc", "recommendation_form", "ok"),
        "d.wps": ("docx", "recommendation_form", "ok"),
        "e.et": ("xls", "summary_list", "ok"),
    }
