"""Sending, to a real SMTP server: each address its own mail, and each failure said in Chinese."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog

from config.digest import SmtpSettings
from ingest.telling.outbox import send_each
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


@contextmanager
def running(server: MailServer) -> Iterator[MailServer]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_mail_goes_by_tls_and_the_certificate_is_checked(certificate: Path, security: str) -> None:
    with running(MailServer(certificate=certificate, implicit=security == "ssl")) as server:
        secure = {"security": security, "host": "localhost"}
        (refused,) = send_each(build, ["a@b.cn"], settings(server, **secure))
        (taken,) = send_each(build, ["a@b.cn"], settings(server, **secure, ca_file=certificate))
    assert not refused.ok
    assert "证书不可信" in refused.reason
    assert taken.ok
    assert len(server.mails) == 1


def test_mail_is_not_sent_openly_where_starttls_is_wanted_and_not_offered(smtp: MailServer) -> None:
    (delivery,) = send_each(build, ["a@b.cn"], settings(smtp, security="starttls"))
    assert not delivery.ok
    assert smtp.mails == []


def test_a_connection_that_breaks_stops_no_other_recipient(smtp: MailServer) -> None:
    smtp.dropped.add("a@b.cn")
    first, second, third = send_each(build, ["a@b.cn", "c@d.cn", "e@f.cn"], settings(smtp))
    assert (first.ok, second.ok, third.ok) == (False, True, True)
    assert "发信中断" in first.reason
    assert smtp.recipients == ["c@d.cn", "e@f.cn"]


def test_a_server_that_says_nothing_is_given_up_once_for_all_recipients() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        dumb = MailServer(port=silent.getsockname()[1])
        started = time.monotonic()
        deliveries = send_each(build, [f"{n}@b.cn" for n in range(20)], settings(dumb, timeout_seconds=1))
    assert len(deliveries) == 20
    assert not any(one.ok for one in deliveries)
    assert time.monotonic() - started < 8


def test_a_sender_given_with_a_name_goes_out_as_its_address(smtp: MailServer) -> None:
    (delivery,) = send_each(build, ["a@b.cn"], settings(smtp, sender="征集工作组 <box@b.cn>"))
    assert delivery.ok
    assert smtp.senders == ["box@b.cn"]


def test_a_password_of_other_letters_is_told_and_never_shown(smtp: MailServer) -> None:
    with structlog.testing.capture_logs() as lines:
        (delivery,) = send_each(build, ["a@b.cn"], settings(smtp, username="staff", password="授权码八位"))
    assert "英文以外" in delivery.reason
    assert "八位" not in delivery.reason + repr(lines)


def test_a_password_file_and_a_ca_file_that_are_not_there_are_said(smtp: MailServer, tmp_path: Path) -> None:
    missing = tmp_path / "none"
    (password,) = send_each(build, ["a@b.cn"], settings(smtp, username="staff", password_file=missing))
    (authority,) = send_each(build, ["a@b.cn"], settings(smtp, ca_file=missing))
    assert "密码文件读不了" in password.reason
    assert "ca_file" in authority.reason
