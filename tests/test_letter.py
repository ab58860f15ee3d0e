"""Mails as they really come: every odd one is a file in tests/mails, whose name says what was odd."""

import time
import tracemalloc
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.letter import Letter, LetterLimits, Part, Salvaged, read_letter
from parsers.letter_dates import find_moment
from parsers.letter_text import html_as_text
from tests import mail_builders as build

MAILS = Path(__file__).parent / "mails"
CHINA = timezone(timedelta(hours=8))
MORNING = datetime(2026, 8, 4, 16, 20, 31, tzinfo=CHINA)
SENT = datetime(2026, 8, 5, 9, 59, tzinfo=CHINA)


def read(raw: bytes, folder: Path, limits: LetterLimits | None = None) -> tuple[Letter, list[Part]]:
    path = folder / "mail.eml"
    path.write_bytes(raw)
    letter, parts = read_letter(path, limits)
    return letter, list(parts)


def content(part: Part) -> bytes:
    return b"".join(Salvaged(part.chunks()))


def problem(part: Part) -> str | None:
    """Return what is wrong with a part, also where only reading it to the end tells."""
    salvaged = Salvaged(part.chunks())
    list(salvaged)
    found = part.problem or salvaged.problem
    return found[0] if found else None


@dataclass(frozen=True)
class Expected:
    subject: str = ""
    sender: tuple[str | None, str] = (None, "")
    text: str = ""
    automatic: str | None = None
    paths: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    other: dict[str, object] = field(default_factory=dict)


ODD = {
    "0001": Expected(
        "浙江省好房物案例材料",
        ("12345678@qq.com", "浙江物协小王"),
        "各位老师：\n材料见附件，联系人喆龑。",
        paths=("汇总清单.docx",),
        other={
            "date": datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA),
            "to": ("wzglzzh@ecpmi.org.cn", "wylzzh@ecpmi.org.cn"),
            "message_id": "<tencent_0001@qq.com>",
        },
    ),
    "0002": Expected(
        "安徽省物业管理协会材料",
        ("ahwx@163.com", "安徽省物协"),
        "镕字不在 GB 2312 里，正文照样要读。",
        paths=("汇总清单.doc",),
    ),
    "0003": Expected(
        "Fw: 杭州市推荐材料",
        ("zjwx@foxmail.com", ""),
        "请查收",
        paths=("转发.eml", "second.eml"),
    ),
    "0004": Expected(
        "甘肃汇总清单",
        ("gswx@sina.com", "gansu"),
        "清单如下：\n序号\t小区名称\n1\t黄河家园",
        other={"date": datetime(2026, 8, 4, 16, 20, tzinfo=CHINA), "message_id": None},
    ),
    "0005": Expected(
        "",
        ("hnwx@icloud.com", ""),
        "第一张\n第二张",
        paths=("image0.jpeg", "未命名-4.jpg", "image0 (2).jpeg"),
        other={"date": datetime(2026, 8, 4, 16, 20, tzinfo=CHINA)},
    ),
    "0006": Expected("cut", ("jlwx@163.com", ""), paths=("a.zip",), problems=("corrupt",)),
    "0007": Expected("wrong boundary", ("qhwx@163.com", ""), "正文还在", paths=("scan.pdf",)),
    "0008": Expected(
        "Undelivered",
        ("mailer-daemon@qq.com", ""),
        "failed",
        "Return-Path: <>",
        paths=("未命名-2.txt", "未命名-3.txt"),
    ),
    "0009": Expected("自动回复", ("boss@sdwx.org.cn", ""), "Out of office", "Auto-Submitted: auto-replied"),
    "0010": Expected(
        "meeting", ("boss@sdwx.org.cn", ""), "Meet", "Content-Type: text/calendar", paths=("未命名-2.ics",)
    ),
    "0011": Expected(
        "宁夏材料第一部分 第二部分",
        ("nxwx@163.com", ""),
        paths=("a.png", "photo.jpg", "empty.doc"),
        problems=("unsafe", "corrupt"),
    ),
}


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_an_odd_mail_is_read_as_a_person_reads_it(path: Path) -> None:
    expected = ODD[path.name[:4]]
    letter, parts = read_letter(path)
    found = list(parts)
    assert (letter.subject, (letter.from_address, letter.from_name)) == (expected.subject, expected.sender)
    assert (letter.text, letter.automatic) == (expected.text, expected.automatic)
    assert tuple(part.path for part in found) == expected.paths
    assert tuple(filter(None, map(problem, found))) == expected.problems
    assert letter.received == MORNING
    for name, value in expected.other.items():
        assert getattr(letter, name) == value


def test_every_odd_mail_has_its_expectation() -> None:
    assert sorted(ODD) == sorted(path.name[:4] for path in MAILS.glob("*.eml"))


def test_a_part_has_the_bytes_that_were_sent(tmp_path: Path) -> None:
    photo = bytes(range(256)) * 5000
    both = build.multipart([build.text_part("见附件"), build.attachment("正门.jpg", photo, b"image/jpeg")])
    _, [part] = read(build.mail(both), tmp_path)
    assert (part.name, part.media_type, part.inline, content(part) == photo) == ("正门.jpg", "image/jpeg", False, True)


def test_a_mail_that_is_one_attachment_has_it_as_a_part(tmp_path: Path) -> None:
    letter, [part] = read(build.mail(build.attachment("汇总清单.docx", b"PK")), tmp_path)
    assert (letter.text, part.path, content(part)) == ("", "汇总清单.docx", b"PK")


def opened(part: Part, folder: Path) -> tuple[Letter, list[Part]]:
    """Read a nested mail as its keeper does: from a file of its own."""
    assert part.is_mail
    return read(content(part), folder)


@pytest.mark.parametrize("encoding", [b"7bit", b"base64"])
def test_a_nested_mail_is_one_part_that_opens_as_a_letter_of_its_own(tmp_path: Path, encoding: bytes) -> None:
    inner = build.mail(
        build.multipart([build.attachment("x.docx", b"inner")], boundary=b"inner"),
        Subject="转发件".encode(),
        From=b"hzwx@163.com",
    )
    outer = build.mail(build.multipart([build.part(inner, b"message/rfc822", encoding=encoding)]))
    _, [part] = read(outer, tmp_path)
    assert (part.path, content(part)) == ("转发件.eml", inner)
    letter, [inside] = opened(part, tmp_path)
    assert (letter.subject, letter.from_address, letter.date) == ("转发件", "hzwx@163.com", SENT)
    assert (inside.path, content(inside)) == ("x.docx", b"inner")


def test_a_mail_sent_as_an_ordinary_file_is_told_by_its_content(tmp_path: Path) -> None:
    inner = build.mail(build.attachment("x.docx", b"inner"))
    parts = [
        build.attachment("邮件", inner),
        build.attachment("说明.eml", b"no mail"),
        build.attachment("a.txt", inner, b"text/plain"),
    ]
    _, found = read(build.mail(build.multipart(parts)), tmp_path)
    assert [(part.name, part.is_mail) for part in found] == [("邮件", True), ("说明.eml", False), ("a.txt", False)]


def test_a_body_in_the_wrong_charset_is_read(tmp_path: Path) -> None:
    letter, _ = read(build.mail(build.text_part("镕喆龑", charset=b"gb2312", codec="gb18030")), tmp_path)
    assert letter.text == "镕喆龑"
    letter, _ = read(build.mail(build.text_part("各位老师好", charset=b"gb2312", codec="utf-8")), tmp_path)
    assert letter.text == "各位老师好"


def test_a_blank_plain_text_does_not_hide_the_html(tmp_path: Path) -> None:
    both = build.multipart([build.text_part(" \r\n"), build.text_part("<p>正文</p>", b"html")], b"alternative")
    assert read(build.mail(both), tmp_path)[0].text == "正文"


def test_of_two_alternatives_the_plain_text_is_read_once(tmp_path: Path) -> None:
    both = build.multipart([build.text_part("正文"), build.text_part("<p>正文</p>", b"html")], b"alternative")
    assert read(build.mail(both), tmp_path)[0].text == "正文"


def test_a_readable_text_has_a_limit(tmp_path: Path) -> None:
    letter, _ = read(build.mail(build.text_part("字" * 300_000)), tmp_path)
    assert len(letter.text) == 200_000


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\r\n\r\n", b"no header at all", "你好".encode("gbk"), b"\x00" * 1000, b"From"]
)
def test_what_is_no_mail_is_still_a_letter(raw: bytes, tmp_path: Path) -> None:
    letter, parts = read(raw, tmp_path)
    assert (letter.from_address, letter.received, parts) == (None, None, [])


def test_a_hard_header_does_not_lose_the_mail(tmp_path: Path) -> None:
    raw = build.mail(build.attachment("x.docx", b"x"), From=b'"a" <<b@c.cn>>, "' + b"\xb0\xa1" + b"<", Date=b"\x00\xff")
    letter, [part] = read(raw, tmp_path)
    assert (letter.from_address, letter.date, part.name) == ("b@c.cn", None, "x.docx")


@pytest.mark.parametrize("piece", [b"(", b'"', b"<", b"@", b"<a", b"a@b.cn,", b'\\"', b"=?utf-8?B?6Ziz?= ", b"a:;"])
def test_hostile_addresses_neither_raise_nor_take_time(piece: bytes, tmp_path: Path) -> None:
    hostile = piece * (64_000 // len(piece))
    start = time.process_time()
    letter, _ = read(
        build.mail(build.text_part("正文"), From=hostile, To=hostile, Received=hostile, Date=hostile), tmp_path
    )
    assert time.process_time() - start < 10
    assert letter.text == "正文"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", b"auto-generated"),
        ("Precedence", b"bulk"),
        ("List-Unsubscribe", b"<https://x.cn>"),
        ("X-Autoreply", b"yes"),
        ("X-Auto-Response-Suppress", b"All"),
        ("Return-Path", b"<>"),
        ("From", b"Mail Delivery <MAILER-DAEMON@qq.com>"),
    ],
)
def test_a_machine_is_told_by_its_header(header: str, value: bytes, tmp_path: Path) -> None:
    letter, _ = read(build.mail(build.text_part("x"), **{header: value}), tmp_path)
    assert letter.automatic == f"{header}: {value.decode()}"


def test_a_person_is_not_taken_for_a_machine(tmp_path: Path) -> None:
    raw = build.mail(build.text_part("x"), Auto_Submitted=b"no", Return_Path=b"<a@qq.com>", Precedence=b"normal")
    assert read(raw, tmp_path)[0].automatic is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 05 Aug 2026 23:58:11 +0800 (CST)", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("Wed, 5 Aug 2026 23:58:11 CST", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("Wed, 5 Aug 2026 15:58:11 GMT", datetime(2026, 8, 5, 15, 58, 11, tzinfo=UTC)),
        ("Wed, 5 Aug 2026 23:58:11 GMT+08:00", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("Wed, 5 Aug 26 23:58 +0800", datetime(2026, 8, 5, 23, 58, tzinfo=CHINA)),
        ("Wed Aug  5 23:58:11 2026", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("2026年8月5日（星期三）下午 3:05:09", datetime(2026, 8, 5, 15, 5, 9, tzinfo=CHINA)),
        ("2026年8月5日 23时58分11秒", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("2026-08-05 23:58:11", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("2026-08-05T23:58:11.123Z", datetime(2026, 8, 5, 23, 58, 11, tzinfo=UTC)),
        ("8 Aug 2026 11:58:11 PM +0800", datetime(2026, 8, 8, 23, 58, 11, tzinfo=CHINA)),
        ("Wed, 5 Aug 2026 08:58:11 -0700", datetime(2026, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("Wed, 5 Aug 2096 23:58:11 +0800", datetime(2096, 8, 5, 23, 58, 11, tzinfo=CHINA)),
        ("Wed, 32 Aug 2026 23:58:11 +0800", None),
        ("Wed, 5 Aug 0001 00:00:00 +0800", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_its_writer_meant_it(text: str, expected: datetime | None) -> None:
    found = find_moment(text)
    assert found == expected
    assert found is None or found.tzinfo is not None


def test_a_received_stamp_without_a_zone_is_not_guessed_at(tmp_path: Path) -> None:
    raw = build.mail(build.text_part("x"), Received=b"from a by b; Wed, 05 Aug 2026 10:00:00")
    assert read(raw, tmp_path)[0].received is None


def test_multiparts_without_end_are_said_and_not_followed(tmp_path: Path) -> None:
    letter, parts = read(build.deep_multiparts(500), tmp_path)
    assert letter.subject == "浙江省材料"
    assert [part.problem and part.problem[0] for part in parts] == ["unsafe"]


def test_too_many_parts_are_said_and_cost_no_time(tmp_path: Path) -> None:
    start = time.process_time()
    letter, parts = read(build.many_parts(200_000), tmp_path)
    assert time.process_time() - start < 10
    assert letter.subject == "浙江省材料"
    assert (len(parts), parts[-2].problem) == (2_000, None)
    assert parts[-1].problem
    assert parts[-1].problem[0] == "unsafe"


def test_files_past_the_limit_are_said(tmp_path: Path) -> None:
    raw = build.mail(build.multipart([build.attachment("x.docx", b"x")] * 15))
    _, parts = read(raw, tmp_path, LetterLimits(parts=10))
    assert [part.problem and part.problem[0] for part in parts] == [None] * 10 + ["unsafe"]


def test_a_huge_header_is_cut_and_the_attachment_still_found(tmp_path: Path) -> None:
    start = time.process_time()
    words = b" ".join([b"=?utf-8?B?6Ziz?="] * 200_000)
    raw = build.mail(build.attachment("x.docx", b"x"), Subject=words, X_Other=words)
    letter, parts = read(raw, tmp_path)
    assert time.process_time() - start < 10
    assert [part.name for part in parts] == ["x.docx"]
    assert len(letter.subject) <= 1000
    assert "the header is over its limit and was cut" in letter.defects


@pytest.mark.parametrize(
    "html",
    [
        "<a " * 100_000,
        "<!--" * 100_000,
        "<svg>" * 50_000 + "</object>" * 50_000,
        "<td>" * 100_000,
        "<a b='" * 100_000,
        "&" * 400_000,
    ],
)
def test_hostile_html_takes_linear_time(html: str) -> None:
    start = time.process_time()
    html_as_text(html)
    assert time.process_time() - start < 10


def test_html_is_read_without_what_nobody_sees() -> None:
    html = "<head><title>t</title></head><p title='a>b'>甲&nbsp;乙<br>丙</p>"
    html += "<script>if (a<b) x</script><!-- c --><p>1 < 2</p>"
    assert html_as_text(html) == "甲 乙\n丙\n1 < 2"


def test_a_large_mail_is_read_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    photos = [build.attachment(f"{number}.jpg", bytes(4_000_000), b"image/jpeg") for number in range(8)]
    path.write_bytes(build.mail(build.multipart(photos)))
    del photos
    tracemalloc.start()
    _, parts = read_letter(path)
    sizes = [sum(map(len, part.chunks())) for part in parts]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sizes == [4_000_000] * 8
    assert peak < 8_000_000


PIECES = st.sampled_from(
    [
        *(
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b"Content-Type: message/rfc822\r\n",
            b"\r\n",
            b"--b\r\n",
            b"--b--\r\n",
        ),
        *(
            b"Content-Transfer-Encoding: base64\r\n",
            b"From: a@b.cn\r\n",
            b"Date: 1 Jan 2026 00:00:00 +9999\r\n",
            b"\xb0\xa1",
            b"=",
        ),
        *(
            b"Content-Disposition: attachment; filename*0*=gbk''%B0\r\n",
            b"Received: ;\r\n",
            b"Content-Type: text/html\r\n",
            b"<p",
        ),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.one_of(st.binary(max_size=500), st.lists(PIECES, max_size=30).map(b"".join)))
def test_whatever_the_bytes_a_letter_is_read(raw: bytes, tmp_path: Path) -> None:
    letter, parts = read(raw, tmp_path)
    for text in (letter.subject, letter.from_name, letter.text, *(part.path for part in parts)):
        text.encode("utf-8")
    assert len({part.path.casefold() for part in parts}) == len(parts)
