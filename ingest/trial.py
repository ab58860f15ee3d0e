"""Tries whether a server that sends mail takes us: connected, encrypted, logged in, our sender accepted.

Nothing is sent. `zhengji init` does it before it writes the settings, `zhengji doctor` afterwards.
"""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from config.digest import SmtpSettings
from config.errors import ConfigError
from ingest.telling.outbox import open_server

_OK = 250


@dataclass(frozen=True)
class Trial:
    """What came of it: `key` is ok, or says what failed, as the sentences do that begin with `smtp.`.

    `why` says more, `error` is what was raised, `certificate` that of the server where it was believed.
    """

    key: str
    why: str = ""
    error: Exception | None = None
    certificate: Mapping[str, Any] | None = None


def try_smtp(smtp: SmtpSettings) -> Trial:
    """Connect and log in as the digest does, and name the sender."""
    try:
        return _offered(open_server(smtp), smtp)
    except (smtplib.SMTPException, OSError, UnicodeError, ConfigError) as error:
        return _failed(error)


def _failed(error: Exception) -> Trial:
    """Return why there is no connection that lets us in."""
    match error:
        case smtplib.SMTPAuthenticationError():
            told = ("refused", str(error.smtp_code))
        case UnicodeError():
            # Its text would hold the password.
            told = ("not_ascii", "")
        case ssl.SSLCertVerificationError():
            told = ("certificate", error.verify_message)
        case ConfigError():
            told = ("settings", str(error))
        case smtplib.SMTPNotSupportedError():
            told = ("no_login", str(error))
        case _:
            told = ("unreachable", _told(error))
    return Trial(*told, error)


def _offered(server: smtplib.SMTP, smtp: SmtpSettings) -> Trial:
    """Name the sender and take it back."""
    certificate = server.sock.getpeercert() if isinstance(server.sock, ssl.SSLSocket) else None
    try:
        with server:
            server.ehlo_or_helo_if_needed()
            code, said = server.mail(parseaddr(smtp.sender)[1] or smtp.username)
            server.rset()
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        return Trial("unreachable", _told(error), error, certificate)
    if code != _OK:
        return Trial("sender", f"{code} {said.decode('utf-8', 'replace')}", None, certificate)
    return Trial("ok", certificate=certificate)


def _told(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
