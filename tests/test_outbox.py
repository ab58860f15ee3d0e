"""Sending, to a real SMTP server: each address its own mail, and each failure said in Chinese."""

from email.message import EmailMessage

from config.settings import SmtpSettings
from ingest.outbox import send_each
from tests.servers import MailServer, free_port


def settings(smtp: MailServer, **changes: object) -> SmtpSettings:
    fields = {"host": "127.0.0.1", "port": smtp.port, "security": "none", "sender": "box@b.cn", "timeout_seconds": 5}
    return SmtpSettings.model_validate({**fields, **changes})


def build(recipient: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "日报", "box@b.cn", recipient
    mail.set_content("正文")
    return mail


def test_each_recipient_gets_a_mail_of_its_own(smtp: MailServer) -> None:
    deliveries = send_each(build, ["a@b.cn", "c@d.cn"], settings(smtp))
    assert [(one.recipient, one.ok) for one in deliveries] == [("a@b.cn", True), ("c@d.cn", True)]
    assert [mail["To"] for mail in smtp.mails] == ["a@b.cn", "c@d.cn"]
    assert smtp.mails[0]["Subject"] == "日报"


def test_a_refused_address_stops_no_other(smtp: MailServer) -> None:
    smtp.refused.add("a@b.cn")
    refused, taken = send_each(build, ["a@b.cn", "c@d.cn"], settings(smtp))
    assert (refused.ok, taken.ok) == (False, True)
    assert "收件地址被拒绝" in refused.reason


def test_a_login_is_made_where_a_user_is_named(smtp: MailServer) -> None:
    (delivery,) = send_each(build, ["a@b.cn"], settings(smtp, username="staff", password="geheim"))
    assert delivery.ok


def test_a_wrong_password_is_said_without_it(smtp: MailServer) -> None:
    (delivery,) = send_each(build, ["a@b.cn"], settings(smtp, username="staff", password="falsch"))
    assert not delivery.ok
    assert "授权码" in delivery.reason
    assert "falsch" not in delivery.reason


def test_a_server_that_is_down_is_said_for_every_recipient(smtp: MailServer) -> None:
    deliveries = send_each(build, ["a@b.cn", "c@d.cn"], settings(smtp, port=free_port()))
    assert [one.ok for one in deliveries] == [False, False]
    assert "连不上" in deliveries[0].reason
