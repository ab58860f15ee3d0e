"""The receiving server's word on a mail's sender, as RFC 8601 and real servers write it."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.authentication import Authentication, authentication_of
from parsers.letter import read_letter
from tests import mail_builders as build


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            b"mx.example.cn; spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=zjwx@qq.com;\r\n\tdkim=pass (2048-bit key)\r\n header.d=QQ.com header.s=s201512; dmarc=pass (p=none; sp=none) header.from=qq.com",
            [("mx.example.cn", "spf", "pass", "qq.com"), ("mx.example.cn", "dkim", "pass", "qq.com"), ("mx.example.cn", "dmarc", "pass", "qq.com")],
        ),
        (b"mx.qq.com; spf=softfail smtp.mailfrom=<a@zjwx.org.cn>; dkim=none; dmarc=none(permerror) header.from=zjwx.org.cn",
            [("mx.qq.com", "spf", "softfail", "zjwx.org.cn"), ("mx.qq.com", "dkim", "none", None), ("mx.qq.com", "dmarc", "none", "zjwx.org.cn")]),
        (b"example.com 1; none", []),
        (b"example.com;", []),
        (b"foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
            [("foo.example.net", "dkim", "fail", None)]),
        (b'"mx 1"; dkim=fail reason="bad; signature=pass" header.i="@a.cn"', [("mx 1", "dkim", "fail", "a.cn")]),
        (b"mx.cn; spf=fail smtp.helo=mail.a.cn smtp.mailfrom=b.cn", [("mx.cn", "spf", "fail", "b.cn")]),
        (b"mx.cn; iprev=pass policy.iprev=1.2.3.4", [("mx.cn", "iprev", "pass", None)]),
        (b"mx.cn; (spf=pass (nested ; dkim=pass)) spf=fail", [("mx.cn", "spf", "fail", None)]),
        (b"mx.cn; (spf=pass", []),
        (b"spf=pass smtp.mailfrom=a.cn", []),
        (b"mx.cn; dmarc=fail header.from=\xb0\xa1 header.from=nodots", [("mx.cn", "dmarc", "fail", None)]),
        (b"", []),
        (b";;;=", []),
    ],
)  # fmt: skip
def test_what_the_server_says_is_read(raw: bytes, expected: list[tuple[str, str, str, str | None]]) -> None:
    assert authentication_of(raw) == tuple(Authentication(*one) for one in expected)


def test_only_the_topmost_header_counts(tmp_path: Path) -> None:
    raw = build.mail(build.text_part("x"))
    top = b"Authentication-Results: mx.ours.cn; spf=fail smtp.mailfrom=qq.com\r\n"
    forged = b"Authentication-Results: mx.ours.cn; spf=pass smtp.mailfrom=qq.com\r\n"
    path = tmp_path / "x.eml"
    path.write_bytes(top + forged + raw)
    assert read_letter(path)[0].authentication == (Authentication("mx.ours.cn", "spf", "fail", "qq.com"),)


@pytest.mark.parametrize(
    "piece", [b"(", b")", b'"', b";", b"a=", b"a.b=", b"\\", b"spf=pass;", b"x ", b"=?utf-8?B?6Ziz?= "]
)
def test_hostile_headers_take_linear_time(piece: bytes) -> None:
    start = time.process_time()
    assert len(authentication_of(b"mx.cn; " + piece * (64_000 // len(piece)))) <= 20
    assert time.process_time() - start < 5


@given(raw=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from([b"mx.cn", b";", b"spf", b"=", b"pass", b" ", b"(", b")", b'"', b"\\", b".", b"header", b"@"])).map(b"".join)))  # fmt: skip
def test_whatever_the_header_it_is_read_without_a_fault(raw: bytes) -> None:
    authentication_of(raw)
