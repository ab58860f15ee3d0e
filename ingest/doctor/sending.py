"""Checks whether the digest can go out: the mail server takes us, the groups' addresses are right. Sends nothing."""

from collections.abc import Iterator

from config.chats import ChatSettings, service_name
from config.digest import SmtpSettings
from ingest.doctor import certificates
from ingest.doctor.receiving import PATIENCE_SECONDS, unknown_host
from ingest.doctor.result import Patient, Result, fail, ok, warn
from ingest.trial import Trial, try_smtp


def smtp(patient: Patient) -> Iterator[Result]:
    """Log in as the digest does, name the sender, and hang up."""
    digest = patient.settings.digest
    if digest.smtp is None:
        yield fail("smtp.missing") if digest.recipients else warn("smtp.none")
        return
    if not digest.recipients:
        yield warn("smtp.nobody")
    yield from _tried(patient, digest.smtp)


def _tried(patient: Patient, settings: SmtpSettings) -> Iterator[Result]:
    server = f"{settings.host}:{settings.port_number}"
    if why := unknown_host(settings):
        yield fail("smtp.unknown_host", host=settings.host, why=why)
        return
    enough = min(settings.timeout_seconds, PATIENCE_SECONDS)
    trial = try_smtp(settings.model_copy(update={"timeout_seconds": enough}))
    yield from certificates.told(settings.host, trial.certificate, patient.now())
    yield _told(trial, settings, server, len(patient.settings.digest.recipients))


def _told(trial: Trial, settings: SmtpSettings, server: str, recipients: int) -> Result:
    sender = settings.sender or settings.username
    if trial.key == "ok":
        return ok("smtp.ok", server=server, sender=sender, count=recipients)
    unbelieved = certificates.refused(settings.host, trial.error) if trial.key == "certificate" else None
    return unbelieved or fail(f"smtp.{trial.key}", server=server, sender=sender, why=trial.why)


def chats_of(patient: Patient) -> tuple[ChatSettings, ...]:
    """Return the chat groups to look at one by one."""
    return patient.settings.digest.chats


def chat(_patient: Patient, settings: ChatSettings) -> Iterator[Result]:
    """Tell whether the address of a group can be had and is one; the robot itself is asked by a test digest only."""
    if settings.trouble:
        yield fail("chat.bad", name=settings.name, why=settings.trouble)
    else:
        yield ok("chat.ok", name=settings.name, service=service_name(settings.service))
