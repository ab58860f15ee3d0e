"""What Outlook makes: .msg files and winmail.dat, honest ones, broken ones and ones made to do harm."""

import struct
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.base import ParseError
from parsers.compound import Compound
from parsers.letter import LetterLimits, Part, read_letter
from parsers.mails import open_mail
from parsers.msg import msg_letter
from parsers.sniff import format_of
from parsers.tnef import tnef_parts
from tests import outlook_builders as outlook

CHINA = timezone(timedelta(hours=8))
SENT = datetime(2026, 8, 1, 9, 30, tzinfo=CHINA)
LARGE = bytes(range(256)) * 12_000
INNER = outlook.msg_tree("拱墅推荐", ("拱墅物协", "gswx@163.com"), files={"内层.docx": b"PK inner"}, outermost=False)
MSG = outlook.compound(
    outlook.msg_tree(files={"正门.jpg": LARGE, "清单.docx": b"PK small", "转发": INNER, "空.docx": b""})
)
TNEF = outlook.tnef({"杭州阳光花园推荐表.docx": LARGE, "b.jpg": b"x"}, message=outlook.tnef({"内层.docx": b"inner"}))


def written(raw: bytes, folder: Path, name: str = "x") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def content(part: Part) -> bytes:
    return b"".join(part.chunks())


def format_at(path: Path) -> str:
    return format_of(path.read_bytes()[:4096], path)


def test_a_message_of_outlook_is_a_letter_with_its_parts(tmp_path: Path) -> None:
    path = written(MSG, tmp_path)
    assert format_at(path) == "msg"
    letter, found = msg_letter(path)
    parts = list(found)
    assert (letter.subject, letter.from_name, letter.from_address) == ("杭州推荐材料", "杭州物协", "hzwx@163.com")
    assert (letter.to, letter.date, letter.text, letter.received) == (("zjwx@qq.com",), SENT, "请查收", None)
    assert [part.path for part in parts] == ["正门.jpg", "清单.docx", "拱墅推荐.eml", "空.docx"]
    assert [content(part) for part in parts[:2]] == [LARGE, b"PK small"]
    assert parts[3].problem == ("corrupt", "附件是空的或已损坏，请对方重发")


def test_a_message_attached_to_one_opens_as_an_ordinary_mail(tmp_path: Path) -> None:
    part = list(msg_letter(written(MSG, tmp_path))[1])[2]
    assert part.is_mail
    assert content(part) == content(part)
    path = written(content(part), tmp_path, "inner.eml")
    assert format_at(path) == "eml"
    letter, [inner] = read_letter(path)
    assert (letter.subject, letter.from_address, letter.from_name) == ("拱墅推荐", "gswx@163.com", "拱墅物协")
    assert (letter.date, letter.text) == (SENT, "请查收")
    assert (inner.path, content(inner)) == ("内层.docx", b"PK inner")


def test_the_header_that_came_over_the_net_goes_before_what_outlook_says(tmp_path: Path) -> None:
    came = "Received: from a by b; Wed, 05 Aug 2026 10:00:00 +0800\r\nFrom: real@zjwx.cn\r\nContent-Type: multipart/mixed; boundary=b\r\nAuthentication-Results: mx.cn; spf=pass\r\n"
    html = '<html><meta charset=gb2312><a href="https://pan.baidu.com/s/1x">材料</a> 提取码：a1b2'.encode("gb18030")
    tree = outlook.msg_tree(body="", x007D001F=came.encode("utf-16-le"), x10130102=html)
    letter, _ = msg_letter(written(outlook.compound(tree), tmp_path))
    assert (letter.from_address, letter.subject) == ("real@zjwx.cn", "杭州推荐材料")
    assert letter.received == datetime(2026, 8, 5, 10, 0, tzinfo=CHINA)
    assert (letter.text, [link.code for link in letter.links]) == ("材料 提取码：a1b2", ["a1b2"])
    assert [one.result for one in letter.authentication] == ["pass"]


def test_texts_in_a_code_page_are_read(tmp_path: Path) -> None:
    tree = {
        "__properties_version1.0": bytes(32),
        "__substg1.0_0037001E": "镕喆".encode("gb18030"),
        "__substg1.0_1000001E": "正文\r\n二".encode("gbk"),
    }
    letter, parts = msg_letter(written(outlook.compound(tree), tmp_path))
    assert (letter.subject, letter.text, letter.date, list(parts)) == ("镕喆", "正文\n二", None, [])


def test_an_embedded_object_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    tree = outlook.msg_tree(files={"对象": {"CONTENTS": b"x"}, "b.docx": b"PK", "c.exe": b"MZ"})
    parts = list(msg_letter(written(outlook.compound(tree), tmp_path))[1])
    assert [part.problem and part.problem[0] for part in parts] == ["unsupported", None, "unsafe"]


def test_a_large_compound_file_with_a_chain_of_tables_is_read(tmp_path: Path) -> None:
    data = bytes(6_000_000)
    [part] = msg_letter(written(outlook.compound(outlook.msg_tree(files={"a.jpg": data})), tmp_path))[1]
    assert content(part) == data


def test_attachments_that_share_their_bytes_are_no_bomb(tmp_path: Path) -> None:
    raw = outlook.compound(outlook.msg_tree(files={f"{n}.jpg": (b"" if n else LARGE) for n in range(9)}))
    entries = [at for at in range(0, len(raw), 128) if raw[at : at + 40] == "__substg1.0_37010102".encode("utf-16-le")]
    first = next(at for at in entries if struct.unpack_from("<Q", raw, at + 120)[0] == len(LARGE))
    shared = bytearray(raw)
    for at in entries:
        shared[at + 116 : at + 128] = raw[first + 116 : first + 128]
    parts = list(msg_letter(written(bytes(shared), tmp_path))[1])
    assert [part.problem and part.problem[0] for part in parts] == [None, None, *["unsafe"] * 7]


def test_messages_nested_without_end_end(tmp_path: Path) -> None:
    tree = outlook.msg_tree("0", outermost=False)
    for level in range(1, 60):
        tree = outlook.msg_tree(str(level), files={"x": tree}, outermost=level == 59)
    path, opened = written(outlook.compound(tree), tmp_path), 0
    _, parts = msg_letter(path)
    while found := list(parts):
        opened += 1
        path = written(content(found[0]), tmp_path, f"{opened}.eml")
        _, parts = open_mail(path, "eml")
    assert opened == 9


def test_a_winmail_dat_gives_its_attachments(tmp_path: Path) -> None:
    path = written(TNEF, tmp_path)
    assert format_at(path) == "tnef"
    letter, found = open_mail(path, "tnef")
    parts = list(found)
    assert letter is None
    assert [part.path for part in parts] == ["杭州阳光花园推荐表.docx", "b.jpg", "转发.dat"]
    assert [content(part) for part in parts[:2]] == [LARGE, b"x"]
    inner = written(content(parts[2]), tmp_path, "inner")
    assert [(part.path, content(part)) for part in tnef_parts(inner)] == [("内层.docx", b"inner")]


def test_names_in_a_code_page_alone_are_read(tmp_path: Path) -> None:
    parts = tnef_parts(written(outlook.tnef({"推荐表.docx": b"x"}, long_names=False), tmp_path))
    assert [part.name for part in parts] == ["推荐表.docx"]


def test_a_winmail_dat_that_is_cut_off_gives_what_it_can_and_says_so(tmp_path: Path) -> None:
    found = []
    with pytest.raises(ParseError, match="不完整"):
        for part in tnef_parts(written(TNEF[:-40], tmp_path)):
            found.append(part.path)
    assert found == ["杭州阳光花园推荐表.docx", "b.jpg"]


def test_too_many_attachments_are_said(tmp_path: Path) -> None:
    many = outlook.tnef({f"{n}": b"x" for n in range(30)})
    with pytest.raises(ParseError, match="超过 10 个"):
        list(tnef_parts(written(many, tmp_path), 10))
    message = outlook.compound(outlook.msg_tree(files={f"{n}": b"x" for n in range(30)}))
    path = written(message, tmp_path)
    with pytest.raises(ParseError, match="超过 10 个"):
        list(msg_letter(path, LetterLimits(parts=10))[1])


def opened(path: Path) -> None:
    """Open whatever it is as both, to the last byte."""
    for format_ in ("msg", "tnef"):
        with suppress(ParseError):
            for part in open_mail(path, format_)[1]:
                with suppress(ParseError):
                    for piece in part.chunks():
                        assert len(piece) <= 2 << 20
    format_at(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(
    kind=st.sampled_from(["msg", "tnef", "junk"]),
    hits=st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8)), max_size=12),
    cut=st.one_of(st.none(), st.integers(0, 1 << 15)),
)
def test_whatever_the_damage_only_a_parse_error_comes(
    kind: str, hits: list[tuple[int, bytes]], cut: int | None, tmp_path: Path
) -> None:
    small = outlook.compound(outlook.msg_tree(files={"a.jpg": bytes(5000), "b": INNER}))
    raw = bytearray(
        {"msg": small, "tnef": outlook.tnef({"a": b"x" * 50}, message=outlook.tnef({"b": b"y"}))}.get(kind, small[:8])
    )
    for at, data in hits:
        place = at % len(raw)
        raw[place : place + len(data)] = data
    opened(written(bytes(raw[:cut]), tmp_path))


@pytest.mark.parametrize(
    "fill", [b"\0\0\0\0", b"\x01\0\0\0", b"\xfe\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x05\0\x02\0"]
)
def test_hostile_tables_take_linear_time(fill: bytes, tmp_path: Path) -> None:
    start = time.process_time()
    opened(written(MSG[:512] + fill * 1_000_000, tmp_path))
    opened(written(MSG[:76] + fill * 1_000_000, tmp_path))
    opened(written(TNEF[:6] + b"\x02" + fill * 1_000_000, tmp_path))
    opened(written(TNEF[:6] + b"\x01\x02\x90\x06\x00\0\0\0\0\0\0" * 200_000, tmp_path))
    assert time.process_time() - start < 20


def test_a_document_of_old_office_is_no_message(tmp_path: Path) -> None:
    path = written(outlook.compound({"WordDocument": bytes(5000), "1Table": b"x"}), tmp_path)
    assert format_at(path) == "doc"
    assert set(Compound(path).root.children) == {"WordDocument", "1Table"}
