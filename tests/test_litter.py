"""What Macs, Windows and Office leave beside papers is told as that: no finding, no case, no hint names it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.desk import Desk
from parsers.base import Reading
from parsers.litter import find_litter
from tests.desks import assessed, desk, take
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import attachment, encoded_word, gbk_zip, multipart, part, text_part
from tests.mail_builders import mail as raw_mail
from tests.sample import day

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
LITTER = {
    "~$推荐表.docx": b"\x04user" + b" " * 157,
    "~$汇总清单.docx": b"\x04user" + b" " * 157,
    "._推荐表.docx": b"\x00\x05\x16\x07" + bytes(100),
    "推荐表的资源.docx": b"\x00\x05\x16\x07" + bytes(100),
    "ZBThumbnail.info": b"abc",
    ".DS_Store": b"\0\0\0\1Bud1" + b"x" * 50,
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "desktop.ini": b"[.ShellClassInfo]",
    "案例材料.url": b"[InternetShortcut]\r\nURL=https://www.example.cn/\r\n",
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as one:
        yield one


def file_codes(opened: Desk) -> list[str]:
    return [finding.code for finding in assessed(opened).findings if finding.code.startswith("file.")]


@pytest.mark.parametrize("packed", [False, True])
def test_what_systems_leave_behind_raises_no_finding(packed: bool, opened: Desk, tmp_path: Path) -> None:
    files = LITTER | {"推荐表.docx": CASE.form_docx(), "__MACOSX/推荐表.docx": b"\x00\x05\x16\x07" + bytes(9)}
    if packed:
        files = {"材料.zip": gbk_zip({f"春江花园/{name}": data for name, data in files.items()})}
    sent = {**list_files("浙江省物业管理协会", [CASE]), **files}
    picture = take(
        opened, tmp_path / "inbox", mail("浙江省物业管理协会 <a@qq.example>", "报送", day("07-20T10:00:00"), sent)
    ).picture
    assert file_codes(opened) == []
    told = [file for file in picture.files if file.kind == "other"]
    assert all(file.status == "ok" and file.kind_evidence.startswith("系统附带的文件") for file in told)
    assert not any(file.case_ids for file in told)
    assert len([file for file in picture.files if file.kind == "recommendation_form"]) == 1


def test_the_half_of_a_file_that_a_mac_sends_beside_it_is_told_as_that(opened: Desk, tmp_path: Path) -> None:
    fork = part(b"\0\x05\x16\x07" + bytes(50), b'application/applefile; name="%s"' % encoded_word("推荐表.docx"))
    both = multipart([fork, attachment("推荐表.docx", CASE.form_docx())], subtype=b"appledouble", boundary=b"bb")
    picture = take(opened, tmp_path / "inbox", raw_mail(multipart([text_part("x"), both]))).picture
    assert sorted(file.kind for file in picture.files) == ["other", "recommendation_form"]
    assert file_codes(opened) == []


@pytest.mark.parametrize(
    ("format_", "name"), [("docx", "~$推荐表.docx"), ("jpeg", "._照片.jpg"), ("ole", "~$推荐表.doc")]
)
def test_a_content_that_can_be_read_is_material_whatever_its_name(format_: str, name: str) -> None:
    assert find_litter(Reading(format_), name) is None
