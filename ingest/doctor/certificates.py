"""Tells how long a server's certificate is valid, and what is wrong with one that is not believed."""

import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ingest.doctor.result import Result, fail, ok, warn

# Most certificates are renewed thirty days before their end: one that was not by then waits for a person.
WARN_DAYS = 21
_DAY = 24 * 60 * 60
# What OpenSSL calls what is wrong (its x509_vfy.h), and the sentence for it.
_EXPIRED, _NOT_YET, _OTHER_HOST, _OTHER_ADDRESS = 10, 9, 62, 64
_SENTENCES = {
    _EXPIRED: "certificate.expired",
    _NOT_YET: "certificate.not_yet",
    _OTHER_HOST: "certificate.other_host",
    _OTHER_ADDRESS: "certificate.other_host",
}


def days_left(certificate: Mapping[str, Any] | None, now: datetime) -> int | None:
    """Return for how many whole days a believed certificate is still valid; None where there is none."""
    ends = (certificate or {}).get("notAfter")
    return int((ssl.cert_time_to_seconds(ends) - now.timestamp()) // _DAY) if isinstance(ends, str) else None


def told(host: str, certificate: Mapping[str, Any] | None, now: datetime) -> Iterator[Result]:
    """Yield how long a server's certificate is valid; nothing where the connection has none."""
    days = days_left(certificate, now)
    if days is not None:
        yield (warn if days < WARN_DAYS else ok)("certificate.days", host=host, days=days)


def refused(host: str, error: BaseException | None) -> Result | None:
    """Return why a certificate was not believed; None where the error is another one."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    key = _SENTENCES.get(error.verify_code, "certificate.foreign")
    return fail(key, host=host, why=error.verify_message)
