"""What strangers sent is opened in a process of its own: it may hang, die or eat memory, and the run goes on."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.contents import read_blobs
from ingest.desk import Desk
from ingest.room.cleanroom import RoomError, conclude
from ingest.room.cleanroom_child import Inside, respond
from parsers.base import ParseError
from tests import doc_builders as docs
from tests.desks import desk, take
from tests.inbox import Sent, list_files, mail
from tests.sample import day

TIGHT = "[limits]\nseconds = 1\nmemory_bytes = 256_000_000\n"
CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk", TIGHT) as one:
        yield one


def docx_of(body: bytes) -> bytes:
    """Return a Word file with this body, packed as tightly as zip can."""
    whole = docs.case_material_docx("春江花园", "题目", "公司")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "word/document.xml":
                data = data[: data.index(b"<w:body>") + 8] + body + b"</w:body></w:document>"
            new.writestr(info.filename, data)
    return out.getvalue()


def status_of(opened: Desk, data: bytes) -> tuple[str, str]:
    blob = opened.store.vault.keep([data])
    reading = read_blobs(opened, [blob])[blob.sha256]
    return reading.status, reading.reason


def test_a_word_file_of_millions_of_empty_paragraphs_is_given_up_and_the_next_one_is_read(opened: Desk) -> None:
    status, reason = status_of(opened, docx_of(b"<w:p/>" * 4_000_000))
    assert status == "unsafe"
    assert "没有读完" in reason
    assert status_of(opened, docs.case_material_docx("春江花园", "题目", "公司")) == ("ok", "")


def test_a_file_that_takes_too_much_memory_is_given_up(opened: Desk) -> None:
    status, _ = status_of(opened, docx_of(b"<w:p><w:r><w:t>" + b"x" * 150_000_000 + b"</w:t></w:r></w:p>"))
    assert status == "unsafe"


def test_a_hostile_file_is_named_in_its_mail_and_the_list_beside_it_counts(opened: Desk, tmp_path: Path) -> None:
    files = {**list_files("浙江省物业管理协会", [CASE]), "案例.docx": docx_of(b"<w:p/>" * 4_000_000)}
    sent = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
    picture = take(opened, tmp_path / "inbox", sent).picture
    assert {file.path: file.status for file in picture.files}["案例.docx"] == "unsafe"
    assert [case.community for case in picture.cases] == ["春江花园"]


def test_a_fault_of_a_reader_is_raised_outside_and_the_process_goes_on(opened: Desk) -> None:
    with pytest.raises(RoomError, match="KeyError"):
        list(opened.room.ask("juggle", 0))
    assert status_of(opened, docs.case_material_docx("春江花园", "题目", "公司")) == ("ok", "")


def test_a_full_disk_inside_is_one_outside(opened: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    raw = tmp_path / "a.eml"
    raw.write_bytes(mail("a@b.example", "甲", day("07-20T10:00:00"), {"a.txt": b"a"}))
    monkeypatch.setattr("os.fsync", full)
    *_, last = respond(
        Inside(opened.room.setup), {"do": "letter", "with": {"path": str(raw), "format_": "eml", "most": 10}}
    )
    with pytest.raises(OSError, match="No space") as raised:
        conclude(last, 1)
    assert raised.value.errno == errno.ENOSPC


def test_answers_left_unread_do_not_stand_before_the_next_ones(opened: Desk, tmp_path: Path) -> None:
    raw = tmp_path / "a.eml"
    raw.write_bytes(mail("a@b.example", "甲", day("07-20T10:00:00"), {"a.txt": b"a", "b.txt": b"b"}))
    answers = opened.room.ask("letter", 1, path=str(raw), format_="eml", most=10)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert status_of(opened, docs.case_material_docx("春江花园", "题目", "公司")) == ("ok", "")


def test_an_archive_that_cannot_be_opened_says_why(opened: Desk) -> None:
    blob = opened.store.vault.keep([b"PK\x03\x04" + b"\xff" * 100])
    path = str(opened.store.vault.path(blob.sha256))
    with pytest.raises(ParseError):
        list(opened.room.ask("unpack", 1, paths=[path], spent={"members": 0, "bytes": 0}, passwords=[]))


def test_the_process_inside_ends_with_the_one_outside_even_where_that_is_killed(tmp_path: Path) -> None:
    with desk(tmp_path / "desk", TIGHT):
        pass
    code = (
        "import sys, time; from pathlib import Path; from config.settings import load_settings\n"
        "from ingest.desk import open_desk\n"
        "desk = open_desk(load_settings(Path(sys.argv[1]), {}))\n"
        "blob = desk.store.vault.keep([b'text'])\n"
        "list(desk.room.ask('read', 4, path=str(desk.store.vault.path(blob.sha256)), size=4))\n"
        "print(desk.room._process.popen.pid, flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "desk" / "zhengji.toml")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as outside:
        assert outside.stdout is not None
        inside = int(outside.stdout.readline())
        outside.send_signal(signal.SIGKILL)
    assert ends(inside)


def ends(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
