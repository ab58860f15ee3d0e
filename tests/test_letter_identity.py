"""One mail in two copies is one; the same words sent again are two."""

import base64
import hashlib
import quopri
from pathlib import Path

from parsers.letter import read_letter
from parsers.letter_identity import soft_key
from tests import mail_builders as build

TEXT = "各位老师：\n材料见附件，请查收。\n"
PHOTO = bytes(range(256)) * 40


def key(raw: bytes, folder: Path) -> str | None:
    path = folder / "mail.eml"
    path.write_bytes(raw)
    letter, parts = read_letter(path)
    return soft_key(letter, [hashlib.sha256(b"".join(part.chunks())).hexdigest() for part in parts])


def sent(text: bytes = build.text_part(TEXT), photo: bytes = PHOTO, boundary: bytes = b"b1", **headers: bytes) -> bytes:
    return build.mail(build.multipart([text, build.attachment("正门.jpg", photo)], boundary=boundary), **headers)


def test_the_copies_that_both_addresses_got_are_one_mail(tmp_path: Path) -> None:
    quoted = build.part(
        quopri.encodestring(TEXT.encode("gb18030")), b"text/plain; charset=gb2312", encoding=b"quoted-printable"
    )
    other = sent(quoted, boundary=b"b2", Received=b"from x by y; Wed, 05 Aug 2026 10:07:00 +0800", Delivered_To=b"wylzzh@ecpmi.org.cn", X_QQ_Mid=b"1", Date=b"Wed, 05 Aug 2026 01:59:00 +0000", From=b'"ZJ" <zjwx@qq.com>')  # fmt: skip
    assert key(other, tmp_path) == key(sent(), tmp_path) is not None


def test_line_ends_and_another_order_of_files_make_no_other_mail(tmp_path: Path) -> None:
    files = [build.attachment("a.jpg", b"a"), build.attachment("b.jpg", b"b")]
    one, two = (build.mail(build.multipart([build.text_part(TEXT), *order])) for order in (files, files[::-1]))
    assert key(one.replace(b"\r\n", b"\n"), tmp_path) == key(two, tmp_path)


def test_what_was_sent_again_is_another_mail(tmp_path: Path) -> None:
    first = key(sent(), tmp_path)
    again = [
        sent(Message_ID=b"<2@qq.com>"),
        sent(Date=b"Thu, 06 Aug 2026 09:59:00 +0800"),
        sent(Subject="更正".encode()),
        sent(From=b"a@b.cn"),
        sent(photo=PHOTO + b"x"),
        sent(build.text_part("另一封")),
    ]
    assert first not in [key(raw, tmp_path) for raw in again]


def test_without_message_id_and_date_nothing_tells_a_copy_apart(tmp_path: Path) -> None:
    headers = [(name, value) for name, value in build.HEADERS if name not in {b"Message-ID", b"Date"}]
    raw = build.mail(build.part(base64.b64encode(b"x"), b"text/plain"), headers)
    assert key(raw, tmp_path) is None
    assert key(b"Date: Wed, 05 Aug 2026 09:59:00 +0800\r\n" + raw, tmp_path)
    assert key(b"Message-ID: <1@x>\r\n" + raw, tmp_path)
