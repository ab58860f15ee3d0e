"""Sends mail by SMTP: each recipient gets a mail of its own, and each failure is said and stops no other."""

import smtplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage

from config.settings import SmtpSettings


@dataclass(frozen=True)
class Delivery:
    """What became of a mail to one address; `reason` is Chinese, empty where it was taken."""

    recipient: str
    ok: bool
    reason: str = ""


def send_each(
    build: Callable[[str], EmailMessage], recipients: Iterable[str], smtp: SmtpSettings
) -> tuple[Delivery, ...]:
    """Send each recipient the mail that `build` makes for it, over one connection; nothing is raised."""
    wanted = tuple(recipients)
    try:
        server = _connect(smtp)
    except smtplib.SMTPAuthenticationError:
        return _all_failed(wanted, "发信服务器拒绝登录：密码（授权码）不对或已失效")
    except ssl.SSLCertVerificationError:
        return _all_failed(wanted, f"发信服务器 {smtp.host} 的证书不可信")
    except (smtplib.SMTPException, OSError) as error:
        return _all_failed(wanted, f"连不上发信服务器 {smtp.host}:{smtp.port_number}（{type(error).__name__}）")
    try:
        return tuple(_send(server, build(recipient), recipient, smtp) for recipient in wanted)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


def _connect(smtp: SmtpSettings) -> smtplib.SMTP:
    """Return a connection that is logged in where the settings name a user."""
    context = ssl.create_default_context(cafile=smtp.ca_file)
    if smtp.security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            smtp.host, smtp.port_number, timeout=smtp.timeout_seconds, context=context
        )
    else:
        server = smtplib.SMTP(smtp.host, smtp.port_number, timeout=smtp.timeout_seconds)
        if smtp.security == "starttls":
            server.starttls(context=context)
    if smtp.username and smtp.secret:
        server.login(smtp.username, smtp.secret)
    return server


def _send(server: smtplib.SMTP, mail: EmailMessage, recipient: str, smtp: SmtpSettings) -> Delivery:
    try:
        server.send_message(mail, from_addr=smtp.sender or smtp.username, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _ in error.recipients.values()), "")
        return Delivery(recipient, ok=False, reason=f"收件地址被拒绝（{code}）")
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(recipient, ok=False, reason=f"发信中断（{type(error).__name__}）")
    return Delivery(recipient, ok=True)


def _all_failed(recipients: Iterable[str], reason: str) -> tuple[Delivery, ...]:
    return tuple(Delivery(recipient, ok=False, reason=reason) for recipient in recipients)
