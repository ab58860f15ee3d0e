"""Names and header texts as Chinese mail brings them: each row was met in real mail or is made to do harm."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.names import bounded_path, decode_bytes, decode_header, decode_members, part_name, safe_name, unique_path
from tests.mail_builders import encoded_word

NAME = "杭州阳光花园推荐表.docx"
GBK, UTF8, GB18030 = NAME.encode("gbk"), NAME.encode(), "朱镕喆龑.docx".encode("gb18030")


def percent(data: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in data)


def filename(value: bytes) -> bytes:
    return b'attachment; filename="' + value + b'"'


def continued(data: bytes, charset: bytes, step: int) -> bytes:
    """Return an RFC 2231 name in pieces of `step` bytes, which split characters."""
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    lines = [b"filename*%d*=%s" % (n, (charset + b"''" if n == 0 else b"") + percent(p)) for n, p in enumerate(pieces)]
    return b"attachment;\r\n " + b";\r\n ".join(lines)


def split_words(data: bytes, charset: bytes, at: int, between: bytes) -> bytes:
    """Return two adjacent encoded words, the bytes cut at a place inside a character."""
    words = [b"=?" + charset + b"?B?" + base64.b64encode(piece) + b"?=" for piece in (data[:at], data[at:])]
    return between.join(words)


NAMES = {
    "plain ASCII": (b"attachment; filename=a.docx; size=3", b"", "a.docx"),
    "encoded word inside quotes": (filename(encoded_word(NAME)), b"", NAME),
    "encoded word without quotes": (b"attachment; filename=" + encoded_word(NAME), b"", NAME),
    "quoted-printable word": (filename(b"=?gb2312?Q?=D1=F4=B9=E2_1.docx?="), b"", "阳光 1.docx"),
    "encoded words folded": (filename(split_words(UTF8, b"utf-8", 12, b"\r\n\t")), b"", NAME),
    "a UTF-8 character split between folded words": (filename(split_words(UTF8, b"utf-8", 10, b"\r\n ")), b"", NAME),
    "a GBK character split between words": (filename(split_words(GBK, b"gb2312", 7, b" ")), b"", NAME),
    "adjacent words without a space": (filename(split_words(GBK, b"gbk", 8, b"")), b"", NAME),
    "adjacent words labelled gb2312 and gbk": (
        filename(encoded_word("阳光", "gb2312") + b" " + encoded_word("花园.docx", "gbk")),
        b"",
        "阳光花园.docx",
    ),
    "adjacent words of two charsets": (
        filename(encoded_word("阳光", "gb2312") + b" " + encoded_word("花园.docx")),
        b"",
        "阳光花园.docx",
    ),
    "base64 cut without padding": (
        filename(b"=?utf-8?B?6Ziz5YWJ6Iqx5Zu?= =?utf-8?B?tLmRvY3g=?="),
        b"",
        "阳光花园.docx",
    ),
    "encoded word without its end": (filename(encoded_word(NAME)[:-2]), b"", NAME),
    "word and plain text mixed": (filename(encoded_word("阳光") + b"-2026.docx"), b"", "阳光-2026.docx"),
    "RFC 2231 UTF-8": (b"attachment; filename*=UTF-8''" + percent(UTF8), b"", NAME),
    "RFC 2231 gb18030": (b"attachment; filename*=gb18030''" + percent(GB18030), b"", "朱镕喆龑.docx"),
    "RFC 2231 gb2312 for GBK characters": (b"attachment; filename*=gb2312''" + percent(GB18030), b"", "朱镕喆龑.docx"),
    "RFC 2231 without a charset": (b"attachment; filename*=" + percent(UTF8), b"", NAME),
    "RFC 2231 quoted": (b"attachment; filename*=\"UTF-8''" + percent(UTF8) + b'"', b"", NAME),
    "continuations that split a character": (continued(UTF8, b"utf-8", 7), b"", NAME),
    "GBK continuations that split a character": (continued(GBK, b"gb18030", 5), b"", NAME),
    "continuations out of order": (
        b"attachment; filename*1*=%89.docx; filename*0*=utf-8''%E9%98%B3%E5%85",
        b"",
        "阳光.docx",
    ),
    "continuations without percent signs": (b'attachment; filename*0="sun"; filename*1="ny.docx"', b"", "sunny.docx"),
    "raw GBK bytes": (filename(GBK), b"", NAME),
    "raw UTF-8 bytes": (filename(UTF8), b"", NAME),
    "raw GBK without quotes": (b"attachment; filename=" + GBK, b"", NAME),
    "a GBK character that ends in a backslash": (filename("承誠.docx".encode("gbk")), b"", "承誠.docx"),
    "a GBK name that is also UTF-8": (filename("小.docx".encode("gbk")), b"", "小.docx"),
    "percent signs in a plain name": (filename(percent(UTF8)), b"", NAME),
    "name= right, filename lost": (
        filename(b"????.docx"),
        b'application/msword; name="' + encoded_word(NAME) + b'"',
        NAME,
    ),
    "name= alone": (b"attachment", b'application/msword; name="' + encoded_word(NAME, "gbk") + b'"', NAME),
    "ASCII fallback beside filename*=": (
        b"attachment; filename=\"_.docx\"; filename*=UTF-8''" + percent(UTF8),
        b"",
        NAME,
    ),
    "filename readable, filename* damaged": (filename(UTF8) + b"; filename*=UTF-8''%FF%FE%FF", b"", NAME),
    "UTF-8 labelled gb2312": (filename(encoded_word(NAME, "gb2312", "utf-8")), b"", NAME),
    "GBK labelled utf-8": (filename(encoded_word(NAME, "utf-8", "gbk")), b"", NAME),
    "GB18030 labelled gb2312": (filename(encoded_word("朱镕喆龑.docx", "gb2312", "gb18030")), b"", "朱镕喆龑.docx"),
    "x-gbk": (filename(encoded_word(NAME, "x-gbk", "gbk")), b"", NAME),
    "CP936": (filename(encoded_word(NAME, "CP936")), b"", NAME),
    "unknown-8bit": (filename(encoded_word(NAME, "unknown-8bit", "gbk")), b"", NAME),
    "iso-8859-1 over GBK": (filename(encoded_word("阳光花园.docx", "iso-8859-1", "gbk")), b"", "阳光花园.docx"),
    "big5 for a Hong Kong character": (filename(encoded_word("啫喱.docx", "big5", "big5hkscs")), b"", "啫喱.docx"),
    "a label with a language": (filename(b"=?utf-8*zh-CN?B?6Ziz5YWJ?=.docx"), b"", "阳光.docx"),
    "a path": (filename(b"../../etc/" + encoded_word("阳光") + b".docx"), b"", "阳光.docx"),
    "a Windows path": (filename(b"C:\\Users\\wang\\" + GBK), b"", NAME),
    "a quote inside": (filename(b'a\\"b.docx'), b"", "a＂b.docx"),
    "no semicolon": (b'attachment filename="a.docx"', b"", "a.docx"),
    "no name": (b"attachment", b"image/jpeg", None),
    "an empty name": (filename(b""), b"", None),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_is_read_as_its_sender_meant_it(case: str) -> None:
    disposition, content_type, expected = NAMES[case]
    assert part_name(disposition, content_type) == expected


HEADERS = {
    "QQ's quoted word": (b'"' + encoded_word("浙江物协", "gb18030") + b'"', '"浙江物协"'),
    "raw GBK": ("浙江省物业管理协会报送材料".encode("gbk"), "浙江省物业管理协会报送材料"),
    "raw UTF-8": ("浙江省物业管理协会报送材料".encode(), "浙江省物业管理协会报送材料"),
    "raw UTF-8 cut inside a character": ("浙江省物业管理协会".encode()[:-1], "浙江省物业管理协\ufffd"),
    "text, word, text": (b"Re: " + encoded_word("材料") + b" (2)", "Re: 材料 (2)"),
    "two words": (encoded_word("好") + b"\r\n " + encoded_word("房"), "好房"),
    "folded plain text": (b"one\r\n\ttwo", "one two"),
    "NUL and direction marks": (b"a\x00b" + "\u202e".encode() + b"c", "abc"),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_is_read_as_its_sender_meant_it(case: str) -> None:
    raw, expected = HEADERS[case]
    assert decode_header(raw) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("../../x.docx", "x.docx"),
        ("..\\..\\x.docx", "x.docx"),
        ("C:\\Users\\x.docx", "x.docx"),
        ("C:x.docx", "x.docx"),
        ("a\x00b\r\n.docx", "ab.docx"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("con.docx", "_con.docx"),
        ("COM1", "_COM1"),
        ("concert.docx", "concert.docx"),
        ("a.docx. . ", "a.docx"),
        ("..", "未命名"),
        ("", "未命名"),
        ("/", "未命名"),
        ("说明:几？.docx", "说明：几？.docx"),
        ("e\u0301.docx", "\u00e9.docx"),
    ],
)
def test_a_safe_name_is_a_base_name_that_any_file_system_takes(text: str, expected: str) -> None:
    assert safe_name(text) == expected


@pytest.mark.parametrize("letter", ["a", "好"])
def test_an_over_long_name_keeps_its_extension(letter: str) -> None:
    name = safe_name(letter * 300 + ".docx")
    assert name.endswith(letter + ".docx")
    assert len(name) <= 150
    assert len(name.encode()) <= 255


def test_repeated_names_get_a_number_before_their_extension() -> None:
    taken: dict[str, int] = {}
    names = ["a/x.docx", "a/X.docx", "a/x (2).docx", "b/x.docx", "n", "n"]
    assert [unique_path(name, taken) for name in names] == [
        *("a/x.docx", "a/X (2).docx", "a/x (2) (2).docx", "b/x.docx", "n", "n (2)"),
    ]


def test_names_of_an_archive_are_read_in_one_charset() -> None:
    names = ["小区\\照片.jpg", "小.docx", "推荐表.docx"]
    for codec in ("gbk", "utf-8"):
        assert decode_members([name.encode(codec) for name in names]) == ["小区/照片.jpg", "小.docx", "推荐表.docx"]
    assert decode_members(["小.docx".encode("gbk")]) == ["小.docx"]
    assert decode_members([]) == []


@pytest.mark.parametrize("label", ["utf-7", "rot13", "zlib", "punycode", "unicode_escape", "idna", "utf-16", "", None])
@given(data=st.binary(max_size=200))
def test_bytes_are_always_read_as_text_that_can_be_stored(label: str | None, data: bytes) -> None:
    decode_bytes(data, label).encode("utf-8")


@given(
    raw=st.lists(
        st.sampled_from([b"=?", b"utf-8", b"gbk", b"?", b"B", b"Q", b"?=", b" ", b"\r\n", b"\xb0\xa1", b"=E4", b"aGk"])
    )
)
def test_a_header_never_raises_on_pieces_of_encoded_words(raw: list[bytes]) -> None:
    decode_header(b"".join(raw)).encode("utf-8")


@given(raw=st.binary(max_size=300))
def test_a_header_and_a_name_never_raise_on_arbitrary_bytes(raw: bytes) -> None:
    decode_header(raw).encode("utf-8")
    (part_name(raw, raw) or "").encode("utf-8")


@given(text=st.text(max_size=400))
def test_a_safe_name_is_always_safe(text: str) -> None:
    name = safe_name(text)
    assert name
    assert name not in {".", ".."}
    assert not set(name) & set('/\\<>:"|?*\x00')
    assert len(name.encode("utf-8")) <= 255
    assert safe_name(name) == name
    assert not name.endswith("!")


@pytest.mark.parametrize("text", ["重要!", "a!!", "!", "x" * 149 + "!y", "注意!.", "字" * 78 + "!!!!!!!!"])
def test_a_name_that_ends_in_an_exclamation_mark_is_not_taken_for_an_archive(text: str) -> None:
    assert "!/" not in f"{safe_name(text)}/x.docx"


def test_a_path_of_many_folders_keeps_its_first_and_its_last_names() -> None:
    folders = "/".join("物业服务有限公司" * 3 + str(number) for number in range(20))
    one, two = (bounded_path(f"材料.zip!/{folders}/{last}/正门.jpg") for last in ("甲", "乙"))
    assert one.startswith("材料.zip!/…")
    assert one.endswith("/甲/正门.jpg")
    assert len(one.encode()) <= 600
    assert one.partition("…")[2][:8] != two.partition("…")[2][:8]


@given(names=st.lists(st.text(min_size=1, max_size=200).map(safe_name), min_size=1, max_size=30))
def test_a_path_is_bounded_unique_and_ends_in_its_name(names: list[str]) -> None:
    taken: dict[str, int] = {}
    found = [unique_path("!/".join(names), taken) for _ in range(3)]
    assert len({path.casefold() for path in found}) == 3
    assert all(len(path.encode("utf-8", "replace")) <= 600 for path in found)
    assert found[0].endswith(names[-1])


@pytest.mark.parametrize(
    "raw",
    [
        b"=?utf-8?B?6Ziz?= " * 4000,
        b"=?" * 32_000,
        b"=?a?b?" * 10_000,
        b" " * 64_000,
        b"a" * 64_000,
        b'x="' * 20_000,
        b"a=\\" * 20_000,
    ],
)
def test_hostile_headers_take_linear_time(raw: bytes) -> None:
    start = time.process_time()
    decode_header(raw)
    part_name(b"attachment; " + raw, raw)
    assert time.process_time() - start < 10
