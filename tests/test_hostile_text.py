"""Text that databases, workbooks and pages choke on: it is kept out of their way, and no mail is lost over it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.desk import Desk
from reports.digest.digest import compose
from reports.export import COLUMNS, FORMATS, export
from reports.ledger import ledger
from reports.status import render
from tests import doc_builders as docs
from tests.desks import desk, take
from tests.inbox import Sent, list_files, mail
from tests.sample import day

NAUGHTY = "甲\x00乙\x0b丙\ud800丁\u202e戊<script>alert(1)</script>=1+1\r\n"
CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)


@pytest.fixture
def opened(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path / "desk", f'[database]\nurl = "{database_url}"\n') as one:
        yield one


def raw() -> bytes:
    text = NAUGHTY.encode("utf-8", "surrogatepass").replace(b"\r\n", b"")
    listed = list_files("浙江省物业管理协会", [CASE])["汇总清单.docx"]
    import base64

    return b"\r\n".join(
        [
            b"Received: from x by y; Mon, 20 Jul 2026 10:00:00 +0800",
            b"From: " + text + b" <zjwyxh@example.cn>",
            b"Subject: " + text,
            b"Message-ID: <" + text + b"@x>",
            b"Content-Type: multipart/mixed; boundary=b",
            b"",
            b"--b",
            b"Content-Type: text/plain; charset=utf-8",
            b"",
            text,
            b"--b",
            b'Content-Disposition: attachment; filename="' + text + b'.docx"',
            b"Content-Transfer-Encoding: base64",
            b"",
            base64.encodebytes(listed),
            b"--b",
            b'Content-Disposition: attachment; filename="' + b"x" * 5000 + b'.jpg"',
            b"",
            b"\x00\x01\x02",
            b"--b--",
        ]
    )


def test_naughty_text_passes_through_every_report_on_both_databases(opened: Desk, tmp_path: Path) -> None:
    assessment = take(opened, tmp_path / "inbox", raw())
    (message,) = assessment.picture.messages
    assert (message.state, message.province) == ("filed", "浙江")
    for what in COLUMNS:
        for form in FORMATS:
            assert export(assessment, what, form)
        json.loads(export(assessment, what, "json"))
    assert ledger(assessment)
    assert "浙江" in render(assessment, 120)
    digest = compose(assessment, day("07-19T10:00:00"))
    assert "<script>" not in digest.html
    assert "\x00" not in digest.html + digest.text


@pytest.mark.parametrize(
    "community", ["=HYPERLINK(1)", "+86", "@x", "-1+1", "春江\x0b花园", "甲" * 40_000, "'; DROP TABLE cases; --"]
)
def test_a_communitys_name_can_be_anything(tmp_path: Path, community: str) -> None:
    from tests.inbox import mail

    named = Sent(community.replace("\x0b", ""), CASE.company, CASE.recommender, photos=0)
    raws = mail(
        "zjwyxh@example.cn",
        "浙江",
        day("07-20T10:00:00"),
        {"汇总清单.docx": docs.summary_list_docx("浙江省物业管理协会", "甲", "1", [named.row(1)])},
    )
    with desk(tmp_path / "desk") as opened:
        assessment = take(opened, tmp_path / "inbox", raws)
        for form in FORMATS:
            assert export(assessment, "cases", form)
        assert ledger(assessment)
        assert compose(assessment, None).html
        (message,) = assessment.picture.messages
        assert message.state == "filed"


def test_a_community_name_of_1500_characters_is_filed_on_both_databases(opened: Desk, tmp_path: Path) -> None:
    endless = "".join(chr(0x4E00 + number) for number in range(1500))
    cases = [Sent(endless + "甲", CASE.company, CASE.recommender), Sent(endless + "乙", CASE.company, CASE.recommender)]
    sent = mail("zjwyxh@example.cn", "报送", day("07-20T10:00:00"), list_files("浙江省物业管理协会", cases))
    result = take(opened, tmp_path / "inbox", sent)
    assert [message.state for message in result.picture.messages] == ["filed"]
    assert sorted(case.community for case in result.picture.cases) == sorted(case.community for case in cases)
