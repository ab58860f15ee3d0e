"""Damaged files are called what they are to the person who asks for another one."""

from pathlib import Path

import pytest

from parsers.archives import ARCHIVE_FORMATS
from tests.archive_builders import RAR
from tests.desks import desk, take
from tests.inbox import Sent, mail
from tests.mail_builders import gbk_zip
from tests.sample import day

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORM = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会").form_docx()


def told(folder: Path, files: dict[str, bytes]) -> dict[str, tuple[str, str, str]]:
    sent = mail("浙江省物业管理协会 <a@qq.example>", "报送", day("07-20T10:00:00"), files)
    with desk(folder / "desk") as opened:
        return {
            file.path: (file.kind, file.status, file.reason)
            for file in take(opened, folder / "inbox", sent).picture.files
        }


@pytest.mark.parametrize(
    ("name", "data", "kind", "words"),
    [
        ("新建 Microsoft Word 文档.docx", FORM[:6], "other", "Word 文件是空的或已损坏（6 字节）"),
        ("推荐表.docx", FORM[:6], "recommendation_form", "Word 文件是空的或已损坏"),
        ("汇总清单.xlsx", FORM[:6], "summary_list", "电子表格是空的或已损坏"),
        ("转发.msg", OLE + bytes(600), "other", "Outlook 邮件（.msg）已损坏"),
    ],
)
def test_a_damaged_file_is_called_by_its_name(name: str, data: bytes, kind: str, words: str, tmp_path: Path) -> None:
    found_kind, status, reason = told(tmp_path, {name: data})[name]
    assert (found_kind, status) == (kind, "corrupt")
    assert words in reason


def test_an_archive_stays_an_archive_whatever_its_name(tmp_path: Path) -> None:
    assert "zip" in ARCHIVE_FORMATS
    found = told(tmp_path, {"材料.docx": gbk_zip({"推荐表.docx": FORM}), "坏.zip": FORM[:6]})
    assert found["材料.docx!/推荐表.docx"][:2] == ("recommendation_form", "ok")
    assert found["坏.zip"][:2] == ("archive", "corrupt")


@pytest.mark.parametrize(("have", "lacks"), [((1, 3), "还缺第 2 卷"), ((1, 2), "还缺第 3 卷"), ((1,), "还缺第 2 卷")])
def test_a_set_of_volumes_says_which_one_it_lacks(have: tuple[int, ...], lacks: str, tmp_path: Path) -> None:
    parts = {f"材料.part{number}.rar": (RAR / f"rar5-vols.part{number}.rar").read_bytes() for number in have}
    found = told(tmp_path, parts)
    assert {status for _, status, _ in found.values()} == {"volume_missing"}
    assert all(lacks in reason for _, _, reason in found.values())
