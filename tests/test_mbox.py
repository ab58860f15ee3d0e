"""An attached mbox: every mail in it is opened, and a single mail with such a first line stays one mail."""

from pathlib import Path

import pytest

from parsers.base import ParseError
from parsers.letter import LetterLimits
from parsers.mails import open_mail
from parsers.sniff import format_of
from tests.desks import desk, take
from tests.inbox import Sent, mail
from tests.sample import day

FORMS = [Sent(name, f"{name}物业服务有限公司", "成都市物业管理协会").form_docx() for name in ("锦江花园", "绵阳人家")]
LINE = b"From x@y Mon Jan  1 00:00:00 2026"
TEXT = "您好\n\nFrom here on 10:00 we read\nas text"
MAILS = [
    mail(f"{number}@qq.example", f"材料{number}", day("07-20T10:00:00"), {f"推荐表{number}.docx": form}, text=TEXT)
    for number, form in enumerate(FORMS)
]


def box(line_end: bytes, count: int = 2) -> bytes:
    whole = b"\n".join(LINE + b"\n" + raw.replace(b"\r\n", b"\n") for raw in MAILS[:count])
    return whole.replace(b"\n", line_end)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_every_mail_of_an_attached_mbox_is_opened(line_end: bytes, tmp_path: Path) -> None:
    sent = mail("sc@sc.example", "四川报送", day("07-21T10:00:00"), {"来信.mbox": box(line_end)})
    with desk(tmp_path / "desk") as opened:
        files = take(opened, tmp_path / "inbox", sent).picture.files
    assert {file.path: (file.kind, file.status) for file in files} == {
        "来信.mbox": ("message", "ok"),
        "来信.mbox!/材料0.eml": ("message", "ok"),
        "来信.mbox!/材料0.eml!/推荐表0.docx": ("recommendation_form", "ok"),
        "来信.mbox!/材料1.eml": ("message", "ok"),
        "来信.mbox!/材料1.eml!/推荐表1.docx": ("recommendation_form", "ok"),
    }


def test_a_single_mail_behind_such_a_line_stays_a_mail(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(box(b"\n", 1))
    assert format_of(path.read_bytes()[:4096], path) == "eml"


def test_more_mails_than_may_be_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(box(b"\n") + b"\n" + box(b"\n"))
    letter, parts = open_mail(path, "mbox", LetterLimits(parts=3))
    assert letter is None
    first = next(parts)
    assert b"".join(first.chunks()).rstrip() == MAILS[0].replace(b"\r\n", b"\n").rstrip()
    assert [first.path, next(parts).path, next(parts).path] == ["材料0.eml", "材料1.eml", "材料0 (2).eml"]
    with pytest.raises(ParseError, match="超过 3 封"):
        next(parts)
