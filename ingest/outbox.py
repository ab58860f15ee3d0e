"""Sends mail by SMTP: each recipient gets a mail of its own, and each failure is said and stops no other."""

import smtplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

import structlog

from config.errors import ConfigError
from config.settings import SmtpSettings

log = structlog.get_logger()

# What went wrong with one mail, as staff read it; the first that fits. The server's own words go into the log.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPRecipientsRefused, "收件地址被拒绝"),
    (smtplib.SMTPSenderRefused, "发信地址被拒绝"),
    (smtplib.SMTPDataError, "邮件被发信服务器拒收"),
    (smtplib.SMTPNotSupportedError, "发信服务器不接受这个地址"),
    (Exception, "发信中断"),
)


class _NoServer(Exception):  # noqa: N818 (what happened, as one says it)
    """No connection could be made; the text is the Chinese reason."""


@dataclass(frozen=True)
class Delivery:
    """What became of a mail to one address; `reason` is Chinese, empty where it was taken."""

    recipient: str
    ok: bool
    reason: str = ""


def send_each(
    build: Callable[[str], EmailMessage], recipients: Iterable[str], smtp: SmtpSettings
) -> tuple[Delivery, ...]:
    """Send each recipient the mail that `build` makes for it; return what became of each, failures too.

    One connection serves all; where it breaks the next mail gets a new one, and where there is none the rest fail.
    No mail is tried twice: a server that broke off may have taken it.
    """
    wanted, done = tuple(recipients), list[Delivery]()
    server: smtplib.SMTP | None = None
    try:
        for recipient in wanted:
            if server is None or server.sock is None:
                server = _connect(smtp)
            done.append(_send(server, build(recipient), recipient, smtp))
    except _NoServer as error:
        done += [Delivery(recipient, ok=False, reason=str(error)) for recipient in wanted[len(done) :]]
    finally:
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    return tuple(done)


def _connect(smtp: SmtpSettings) -> smtplib.SMTP:
    """Return a connection that is logged in where the settings name a user; _NoServer with the reason otherwise."""
    try:
        return _open(smtp)
    except smtplib.SMTPAuthenticationError as error:
        cause, reason = f"code {error.smtp_code}", "发信服务器拒绝登录：密码（授权码）不对或已失效"
    except UnicodeError:
        # Neither the text nor the traceback of this one may be shown: they hold the password.
        cause, reason = "not ASCII", "发信用户名或密码（授权码）含有英文以外的字符，请检查设置"
    except ssl.SSLCertVerificationError as error:
        cause, reason = str(error), f"发信服务器 {smtp.host} 的证书不可信"
    except ConfigError as error:
        cause, reason = str(error), str(error)
    except (smtplib.SMTPException, OSError) as error:
        cause, reason = repr(error), f"连不上发信服务器 {smtp.host}:{smtp.port_number}（{type(error).__name__}）"
    log.warning("outbox.no_server", host=smtp.host, port=smtp.port_number, cause=cause)
    raise _NoServer(reason)


def _context(smtp: SmtpSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=smtp.ca_file)
    except OSError as error:
        raise ConfigError(f"证书文件 {smtp.ca_file} 读不了，请检查设置中的 ca_file") from error


def _open(smtp: SmtpSettings) -> smtplib.SMTP:
    secret, context = smtp.secret, _context(smtp)
    if smtp.security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            smtp.host, smtp.port_number, timeout=smtp.timeout_seconds, context=context
        )
    else:
        server = smtplib.SMTP(smtp.host, smtp.port_number, timeout=smtp.timeout_seconds)
    with ExitStack() as leaving:
        leaving.callback(server.close)
        if smtp.security == "starttls":
            server.starttls(context=context)
        if smtp.username and secret:
            server.login(smtp.username, secret)
        leaving.pop_all()
    return server


def _send(server: smtplib.SMTP, mail: EmailMessage, recipient: str, smtp: SmtpSettings) -> Delivery:
    # The settings may give the sender with a name; the envelope takes the address alone.
    sender = parseaddr(smtp.sender)[1] or smtp.username
    try:
        server.send_message(mail, from_addr=sender, to_addrs=[recipient])
    except (smtplib.SMTPException, OSError, ValueError) as error:
        reason = next(words for kind, words in _REASONS if isinstance(error, kind))
        log.warning("outbox.failed", recipient=recipient, cause=repr(error))
        return Delivery(recipient, ok=False, reason=f"{reason}（{_code(error) or type(error).__name__}）")
    return Delivery(recipient, ok=True)


def _code(error: Exception) -> str:
    """Return the number that the server answered with, empty where it did not answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(next((code for code, _ in error.recipients.values()), ""))
    return str(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else ""
