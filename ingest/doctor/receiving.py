"""Checks whether mail can be taken in: is each mailbox reached, does it let us in, which folders are polled."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from config.login import Login
from config.mailboxes import FolderSettings, MailboxSettings
from ingest.doctor import certificates
from ingest.doctor.result import Patient, Result, fail, ok, warn
from ingest.mailboxes.connection import guarded
from ingest.mailboxes.fetched import FolderInfo, LoginRefused, MailboxError
from ingest.mailboxes.mailbox import ImapMailbox

# A doctor waits no longer for one silence of a server.
PATIENCE_SECONDS = 15.0
# Two clocks that differ by less make no difference to anything that we decide.
_AHEAD = timedelta(minutes=2)
_SHOWN_FOLDERS = 12


def mailboxes_of(patient: Patient) -> tuple[MailboxSettings, ...]:
    """Return the mailboxes to look at one by one."""
    return patient.settings.accounts


def folders_of(patient: Patient) -> tuple[FolderSettings, ...]:
    """Return the watched folders to look at one by one."""
    return patient.settings.folders


def unknown_host(login: Login) -> str:
    """Return why the name of a server is not known; empty where it is."""
    try:
        socket.getaddrinfo(login.host, login.port or None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or type(error).__name__
    return ""


def mailbox(patient: Patient, settings: MailboxSettings) -> Iterator[Result]:
    """Log in to a mailbox as a poll does, and tell its certificate, its folders, and what its clock says."""
    server = f"{settings.host}:{settings.port_number}"
    if why := unknown_host(settings):
        yield fail("mail.unknown_host", address=settings.address, host=settings.host, why=why)
        return
    patient_enough = min(settings.timeout_seconds, PATIENCE_SECONDS)
    box = ImapMailbox(settings.model_copy(update={"timeout_seconds": patient_enough}), patient.campaign)
    try:
        with box:
            yield from _inside(box, patient.now())
    except LoginRefused as error:
        yield fail("mail.refused", address=settings.address, why=error.reason)
    except MailboxError as error:
        unbelieved = certificates.refused(settings.host, error)
        yield unbelieved or fail("mail.unreachable", address=settings.address, server=server, why=error.reason)


def _inside(box: ImapMailbox, now: datetime) -> Iterator[Result]:
    """Yield what is found once we are in."""
    settings = box.settings
    yield from certificates.told(settings.host, certificate_of(box), now)
    introduced = "ID" if b"ID" in box.client.capabilities() else "—"
    folders = box.folders()
    counted = [(folder, box.status(folder.name).exists) for folder in folders]
    yield ok("mail.ok", address=settings.address, id=introduced, folders=told_folders(counted))
    there = {folder.name.casefold() for folder in folders}
    if missing := [name for name in settings.folders or () if name.casefold() not in there]:
        yield warn("mail.folder_missing", address=settings.address, missing="、".join(missing))
    yield from _clock(box, counted, now)


def certificate_of(box: ImapMailbox) -> dict[str, object] | None:
    """Return the certificate of the server that we are connected to; None where the line is not encrypted."""
    ask = getattr(box.client.socket(), "getpeercert", None)
    return ask() if ask else None


def told_folders(counted: list[tuple[FolderInfo, int | None]]) -> str:
    """Return folders with how many mails they hold: INBOX 12、垃圾邮件 3."""
    shown = [f"{folder.name} {'?' if count is None else count}" for folder, count in counted[:_SHOWN_FOLDERS]]
    rest = len(counted) - len(shown)
    return "、".join([*shown, *([f"… +{rest}"] if rest else [])])


def _clock(box: ImapMailbox, counted: list[tuple[FolderInfo, int | None]], now: datetime) -> Iterator[Result]:
    """Compare our clock with when the server took the newest mail of the inbox: one of the future means ours is slow.

    IMAP has no way to ask a server what time it is, so a clock of ours that is fast cannot be told here.
    """
    folder = next((one.name for one, count in counted if one.name.upper() == "INBOX" and count), None)
    newest = None
    # A server that does not answer this lets us poll all the same.
    with suppress(MailboxError):
        newest = newest_arrival(box, folder) if folder else None
    if newest is not None and newest > now + _AHEAD:
        minutes = round((newest - now).total_seconds() / 60)
        yield fail("clock.slow", minutes=minutes, newest=newest.astimezone().isoformat(timespec="minutes"))


def newest_arrival(box: ImapMailbox, folder: str) -> datetime | None:
    """Return when the server took the mail that it put last into a folder; None where it does not say."""
    box.status(folder)
    with guarded(box.client, box.settings, "读邮件的到达时间时连接中断"):
        # Some servers answer a search with more than was asked for.
        uids = sorted(map(int, box.client.search(["UID", "*"])))[-1:]
        answers = box.client.fetch(uids, ["INTERNALDATE"]) if uids else {}
        moments = [answer.get(b"INTERNALDATE") for answer in answers.values()]
    return max((one for one in moments if isinstance(one, datetime) and one.tzinfo), default=None)


def folder(patient: Patient, settings: FolderSettings) -> Iterator[Result]:
    """Tell whether a watched folder is there and can be looked into."""
    path = patient.settings.at(settings.path)
    if not path.is_dir():
        yield fail("folder.missing", path=path)
    elif not os.access(path, os.R_OK | os.X_OK):
        yield fail("folder.unreadable", path=path)
    else:
        yield ok("folder.ok", path=path, name=settings.address)
