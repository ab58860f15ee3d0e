"""Sends mail by SMTP: each recipient gets a mail of its own, and each failure is said and stops no other.

What became of a mail is one of three: taken, surely not taken, or nobody knows, where the line broke after the server
had been given the mail and before it answered.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Self

import structlog

from config.digest import SmtpSettings
from config.errors import ConfigError
from reports.wording import masked

log = structlog.get_logger()

# What went wrong with one mail, as staff read it; the first that fits. The server's own words go into the log.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPRecipientsRefused, "收件地址被拒绝"),
    (smtplib.SMTPSenderRefused, "发信地址被拒绝"),
    (smtplib.SMTPDataError, "邮件被发信服务器拒收"),
    (UnicodeError, "发信服务器不接受这个地址"),
    (Exception, "发信中断"),
)
_UNCLEAR = "邮件已交给发信服务器，没等到答复连接就断了"
_OK, _TAKEN, _GOODBYE = 250, (250, 251), 421
# An answer that says no, for now or for good (RFC 5321, 4.2.1).
_REFUSED = range(400, 600)


class _NoServer(Exception):  # noqa: N818 (what happened, as one says it)
    """No connection could be made; the text is the Chinese reason."""


class _NoAnswer(Exception):  # noqa: N818 (what happened, as one says it)
    """The mail was on its way, and no answer that can be understood came."""


@dataclass(frozen=True)
class Delivery:
    """What became of a mail or a chat text: `sent`, `failed` or `unclear`; `reason` is Chinese, empty where sent."""

    recipient: str
    state: str
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return self.state == "sent"


@dataclass
class Outbox:
    """A way to the server: one connection serves all mails; where it breaks the next mail gets a new one.

    Where there is no server the rest fail at once, without waiting for it again.
    """

    smtp: SmtpSettings | None
    server: smtplib.SMTP | None = None
    down: str = field(default="", init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.server.quit()

    def send(self, raw: bytes, recipient: str) -> Delivery:
        """Hand over the bytes of a mail to one address, once; return what became of it."""
        try:
            smtp = self._settings()
            return _send(self._connected(smtp), raw, recipient, smtp)
        except _NoServer as error:
            self.down = str(error)
            return Delivery(recipient, "failed", self.down)

    def _settings(self) -> SmtpSettings:
        if self.smtp is None:
            raise _NoServer("没有设置发信服务器（[digest.smtp]）")
        return self.smtp

    def _connected(self, smtp: SmtpSettings) -> smtplib.SMTP:
        if self.down:
            raise _NoServer(self.down)
        if self.server is None or self.server.sock is None:
            self.server = _connect(smtp)
        return self.server


def as_bytes(mail: EmailMessage) -> bytes:
    """Return a mail as it goes to a server, and as it is kept."""
    return mail.as_bytes(policy=policy.SMTP)


def send_each(
    build: Callable[[str], EmailMessage], recipients: Iterable[str], smtp: SmtpSettings
) -> tuple[Delivery, ...]:
    """Send each recipient the mail that `build` makes for it; return what became of each, failures too.

    No mail is tried twice: a server that broke off may have taken it.
    """
    with Outbox(smtp) as outbox:
        return tuple(outbox.send(as_bytes(build(recipient)), recipient) for recipient in recipients)


def _connect(smtp: SmtpSettings) -> smtplib.SMTP:
    """Return a connection that is logged in where the settings name a user; _NoServer with the reason otherwise."""
    try:
        return open_server(smtp)
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


def open_server(smtp: SmtpSettings) -> smtplib.SMTP:
    """Return a connection, logged in where the settings name a user; raises what smtplib, ssl and the settings do."""
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


def _send(server: smtplib.SMTP, raw: bytes, recipient: str, smtp: SmtpSettings) -> Delivery:
    # The settings may give the sender with a name; the envelope takes the address alone.
    sender = parseaddr(smtp.sender)[1] or smtp.username
    try:
        _offer(server, sender, recipient, len(raw))
        _hand_over(server, raw)
    except _NoAnswer as error:
        server.close()
        log.warning("outbox.unclear", recipient=masked(recipient), cause=masked(repr(error.__cause__ or error)))
        return Delivery(recipient, "unclear", _UNCLEAR)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        _clear(server, error)
        reason = next(words for kind, words in _REASONS if isinstance(error, kind))
        log.warning("outbox.failed", recipient=masked(recipient), cause=masked(repr(error)))
        return Delivery(recipient, "failed", f"{reason}（{_code(error) or type(error).__name__}）")
    return Delivery(recipient, "sent")


def _offer(server: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
    """Name the sender and the recipient; as long as no mail follows, the server has taken none."""
    server.ehlo_or_helo_if_needed()
    code, said = server.mail(sender, [f"size={size}"] if server.has_extn("size") else [])
    if code != _OK:
        raise smtplib.SMTPSenderRefused(code, said, sender)
    code, said = server.rcpt(recipient)
    if code not in _TAKEN:
        raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})


def _hand_over(server: smtplib.SMTP, raw: bytes) -> None:
    """Give the mail; SMTPDataError where it is refused, _NoAnswer where it may have been taken and nobody said so."""
    try:
        code, said = server.data(raw)
    except smtplib.SMTPDataError:
        raise
    except (smtplib.SMTPException, OSError) as error:
        raise _NoAnswer from error
    if code in _REFUSED:
        raise smtplib.SMTPDataError(code, said)
    if code != _OK:
        raise _NoAnswer(str(code))


def _clear(server: smtplib.SMTP, error: Exception) -> None:
    """Make the connection ready for the next mail, or close it where it is not to be trusted any more."""
    if _code(error) in {"", str(_GOODBYE)}:
        server.close()
        return
    try:
        server.rset()
    except (smtplib.SMTPException, OSError):
        server.close()


def _code(error: Exception) -> str:
    """Return the number that the server answered with, empty where it did not answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(next((code for code, _ in error.recipients.values()), ""))
    return str(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else ""
