"""Does a server that sends mail take us: connected, encrypted, logged in, our sender accepted? Nothing is sent.

`zhengji init` asks it before it writes the settings, `zhengji doctor` afterwards.
"""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from config.digest import SmtpSettings
from config.errors import ConfigError
from ingest.outbox import open_server

_OK = 250


@dataclass(frozen=True)
class Trial:
    """What came of it: `key` is ok, refused, no_login, certificate, unreachable, sender or settings; `why` says more.

    `error` is what was raised, `certificate` that of the server where it was believed.
    """

    key: str
    why: str = ""
    error: Exception | None = None
    certificate: Mapping[str, Any] | None = None


def try_smtp(smtp: SmtpSettings) -> Trial:
    """Connect and log in as the digest does, and name the sender."""
    try:
        server = open_server(smtp)
    except smtplib.SMTPAuthenticationError as error:
        return Trial("refused", str(error.smtp_code), error)
    except UnicodeError as error:
        # Its text would hold the password.
        return Trial("not_ascii", "", error)
    except ssl.SSLCertVerificationError as error:
        return Trial("certificate", error.verify_message, error)
    except ConfigError as error:
        return Trial("settings", str(error), error)
    except smtplib.SMTPNotSupportedError as error:
        return Trial("no_login", str(error), error)
    except (smtplib.SMTPException, OSError) as error:
        return Trial("unreachable", _told(error), error)
    return _offered(server, smtp)


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
