"""Small pictures: photos of a case that are too small are told so, and the logos of signatures stay logos."""

from pathlib import Path

import pytest

from tests import doc_builders as docs
from tests.desks import codes, desk, take
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import gbk_zip, multipart, part, text_part
from tests.mail_builders import mail as raw_mail
from tests.sample import day

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
SENDER = "浙江省物业管理协会 <a@qq.example>"
SMALL = docs.picture("JPEG", 1, 640, 480)


@pytest.mark.parametrize(
    "files",
    [{"照片0-640x480.jpg": SMALL}, {"材料.zip": gbk_zip({"春江花园/大门.jpg": docs.picture("JPEG", 1, 320, 240)})}],
)
def test_a_small_photo_is_a_photo_that_is_too_small(files: dict[str, bytes], tmp_path: Path) -> None:
    sent = mail(SENDER, "报送", day("07-20T10:00:00"), list_files("浙江省物业管理协会", [CASE]) | files)
    with desk(tmp_path / "desk") as opened:
        assert "photo.too_small" in codes(take(opened, tmp_path / "inbox", sent), "浙江")


def test_a_picture_that_the_html_shows_is_the_logo_of_a_signature(tmp_path: Path) -> None:
    picture = part(SMALL, b'image/jpeg; name="image001.jpg"', b"inline\r\nContent-ID: <logo@01>")
    html = text_part('<p>您好</p><img src="cid:logo@01">', b"html")
    with desk(tmp_path / "desk") as opened:
        shown = take(opened, tmp_path / "inbox", raw_mail(multipart([html, picture], subtype=b"related"))).picture
        beside = take(opened, tmp_path / "other", raw_mail(multipart([text_part("x"), picture]))).picture
    assert [file.kind for file in shown.files] == ["other"]
    assert sorted(file.kind for file in beside.files) == ["other", "photo"]
