"""What kind of mail it is, end to end: what machines, strangers and we ourselves send never counts for a province."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.desk import Desk
from reports.incoming import MessageView
from tests import doc_builders as docs
from tests.desks import codes, desk, take
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import attachment, gbk_zip, multipart, part, text_part
from tests.mail_builders import mail as raw_mail
from tests.sample import day

IN_TIME = day("07-20T10:00:00")
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
LIST = list_files("浙江省物业管理协会", [A], scanned=False)
ZHEJIANG = "zjwyxh@example.cn"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def told(opened: Desk, tmp_path: Path) -> Callable[..., MessageView]:
    return lambda raw: take(opened, tmp_path / "inbox", raw).picture.messages[0]


def sent(subject: str, files: Any = None, text: str = "请查收。", sender: str = ZHEJIANG, **headers: str) -> bytes:
    return mail(sender, subject, IN_TIME, LIST if files is None else files, text, **headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "1"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
    ],
)
def test_what_a_header_says_a_machine_sent_is_automatic_whatever_it_carries(told: Any, headers: dict[str, str]) -> None:
    assert told(sent("浙江好服务案例报送", **headers)).kind == "automatic"


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "no"}, {"Auto_Submitted": "auto-forwarded"}, {"Precedence": "bulk"}]
)
def test_a_persons_mail_that_a_mailbox_passed_on_or_a_list_spread_is_a_submission(
    told: Any, headers: dict[str, str]
) -> None:
    assert told(sent("浙江好服务案例报送", **headers)).kind == "submission"


def bounce(subject: str, sender: str) -> bytes:
    returned = part(sent("浙江好服务案例报送"), b"message/rfc822", encoding=b"7bit")
    status = part(
        b"Final-Recipient: rfc822; wzglzzh@ecpmi.org.cn\r\nStatus: 5.2.2\r\n",
        b"message/delivery-status",
        encoding=b"7bit",
    )
    body = multipart([text_part("您的邮件被退回。"), status, returned], b"report; report-type=delivery-status")
    return raw_mail(body, Subject=subject.encode(), From=sender.encode())


def test_a_bounce_that_carries_the_returned_list_is_no_submission(opened: Desk, tmp_path: Path) -> None:
    done = take(opened, tmp_path / "inbox", bounce("Undelivered Mail", "MAILER-DAEMON@example.cn"))
    assert done.picture.messages[0].kind == "automatic"
    assert "submission.none" in codes(done, "浙江")


@pytest.mark.parametrize(
    "subject",
    ["系统退信", "系统退信：浙江好服务案例报送", "【系统退信】您的邮件被退回", "退信通知：报送", "未送达: 报送"],
)
def test_a_chinese_bounce_without_any_header_is_told_by_its_subject(told: Any, subject: str) -> None:
    assert (
        told(sent(subject, {"原邮件.eml": sent("浙江好服务案例报送")}, sender="admin@mail.example")).kind == "automatic"
    )


@pytest.mark.parametrize(
    "subject", ["自动回复：好服务案例报送", "自动答复: 报送", "休假", "外出：8月10日回", "Automatic reply: 报送"]
)
def test_a_chinese_automatic_reply_is_told_by_its_subject(told: Any, subject: str) -> None:
    assert told(sent(subject, {}, "您好，您发送的“好服务案例”邮件已收到。")).kind == "automatic"


@pytest.mark.parametrize(
    "subject",
    ["退信后重发：浙江好服务案例", "系统退信，再发一次浙江报送", "回复：自动回复：补报材料", "外出收费公示小区案例"],
)
def test_a_person_who_sends_again_after_a_bounce_submits(told: Any, subject: str) -> None:
    assert told(sent(subject)).kind == "submission"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("撤回: 浙江好服务案例报送", "张三 将撤回邮件“浙江好服务案例报送”。"),
        ("浙江好服务案例报送", "浙江省物协试图撤回邮件“浙江好服务案例报送”"),
        ("Recall: report", 'Zhang would like to recall the message, "report".'),
    ],
)
def test_a_notice_that_a_mail_is_taken_back_is_automatic(told: Any, subject: str, text: str) -> None:
    assert told(sent(subject, {}, text)).kind == "automatic"


def test_a_province_that_withdraws_a_case_is_a_person(told: Any) -> None:
    assert told(sent("撤回：春江花园案例", {}, "因故撤回，请问如何办理？")).kind == "inquiry"


def test_a_list_that_comes_in_the_place_of_a_mail_taken_back_is_a_submission(told: Any) -> None:
    assert told(sent("撤回：浙江报送", None, "前一封已撤回邮件，请以此件为准。")).kind == "submission"


def test_an_invitation_is_automatic(told: Any) -> None:
    calendar = part(
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
        b"text/calendar; method=REQUEST",
        b'attachment; filename="invite.ics"',
    )
    raw = raw_mail(multipart([text_part("会议：好服务案例"), calendar]), Subject="好服务案例会议".encode())
    assert told(raw).kind == "automatic"


def test_a_newsletter_is_automatic_and_spam_is_unrelated(opened: Desk, tmp_path: Path) -> None:
    news = sent(
        "物业周刊",
        {"封面.jpg": b"\xff\xd8\xff"},
        "好服务案例选登",
        "news@weekly.example",
        List_Id="<weekly>",
        List_Unsubscribe="<x>",
    )
    spam = sent("代开发票", {"报价.zip": gbk_zip({"a.txt": b"x"})}, "联系微信", "x@spam.example")
    done = take(opened, tmp_path / "inbox", news, spam)
    assert {one.subject: one.kind for one in done.picture.messages} == {
        "物业周刊": "automatic",
        "代开发票": "unrelated",
    }
    assert not [one for one in done.findings if one.code.startswith("sender.")]


@pytest.mark.parametrize("sender", ["wzglzzh@ecpmi.org.cn", "征集程序 <digest@ecpmi.org.cn>"])
def test_our_own_mail_is_set_aside(told: Any, sender: str) -> None:
    assert told(sent("好服务案例征集日报", {"台账.xlsx": b"PK"}, "汇总清单", sender)).kind == "automatic"


def test_a_question_with_a_blank_form_is_a_question(told: Any) -> None:
    blank = docs.recommendation_form_docx(dict.fromkeys(docs.FORM, ""))
    assert told(sent("请问推荐表怎么填？", {"推荐表.docx": blank})).kind == "inquiry"


@pytest.mark.parametrize(
    "text",
    [
        "材料见链接 https://pan.baidu.com/s/1AbCdEfGhIjKlMnOpQrStUv 提取码：ab12",
        "从QQ邮箱发来的超大附件\n材料.zip (128.03M, 2026年8月20日 21:59 到期)进入下载页面：https://mail.qq.com/cgi-bin/ftnExs_download?t=exs_ftn_download&k=3a6&code=abcd",
    ],
)
def test_a_provinces_mail_with_a_cloud_link_is_a_submission(told: Any, text: str) -> None:
    view = told(sent("浙江报送", {}, text))
    assert (view.kind, view.province) == ("submission", "浙江")


def test_a_bounce_may_still_be_looked_into(told: Any) -> None:
    view = told(
        raw_mail(multipart([text_part("退回"), attachment("汇总清单.docx", LIST["汇总清单.docx"])]), Return_Path=b"<>")
    )
    assert (view.kind, view.files) == ("automatic", 1)
