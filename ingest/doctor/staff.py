"""Checks whether the program is at work and reachable: console, accounts, when mail and digest last went well."""

import http.client
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta

from config.errors import ConfigError
from config.login import is_loopback
from ingest.console.listening import listen, warnings
from ingest.doctor.result import Patient, Result, fail, ok, warn
from reports.console.roles import ADMIN
from reports.wording import clock, masked
from store import accounts, polls, sent
from store.condition import examine, looked_into
from store.database import Store
from store.safekeeping.latest import latest

_ANSWER_SECONDS = 5
# Where our console asks who somebody is, and what stands on that page.
_SIGN_IN, _OURS = "/sign-in", "征集操作台"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (what is written in settings)


def console(patient: Patient) -> Iterator[Result]:
    """Tell whether the console's port is free or ours, and whether others can and should reach it."""
    settings = patient.settings.console
    told = {"host": settings.host, "port": settings.port}
    try:
        for one in listen(settings.host, settings.port):
            one.close()
        yield ok("console.free", **told)
    except ConfigError as error:
        if _is_ours(settings.host, settings.port):
            yield ok("console.open", **told)
        else:
            yield fail("console.taken", why=error, **told)
    if not is_loopback(settings.host):
        yield from (warn("console.others", why=one) for one in warnings(settings, settings.host))


def _is_ours(host: str, port: int) -> bool:
    """Tell whether it is a console that answers at a place."""
    asked = http.client.HTTPConnection(_ANYWHERE.get(host, host), port, timeout=_ANSWER_SECONDS)
    try:
        with suppress(OSError, http.client.HTTPException, UnicodeError):
            # The console answers to its own names alone.
            asked.request("GET", _SIGN_IN, headers={"Host": f"localhost:{port}"})
            return _OURS in asked.getresponse().read(100_000).decode("utf-8", "replace")
    finally:
        asked.close()
    return False


def people(patient: Patient) -> Iterator[Result]:
    """Tell whether somebody can keep the accounts of the console."""
    if not _is_migrated(patient):
        yield warn("people.none")
        return
    with _store(patient) as store:
        there = [one for one in accounts.every(store) if one.disabled_at is None]
    admins = sum(one.role == ADMIN for one in there)
    yield ok("people.ok", count=len(there), admins=admins) if admins else warn("people.none")


def backed_up(patient: Patient) -> Iterator[Result]:
    """Tell when a backup was last made, and whether it holds everything."""
    if not _is_migrated(patient):
        yield ok("backup.new")
        return
    with _store(patient) as store:
        last = latest(store)
    if last is None:
        yield warn("backup.never")
        return
    days, made = patient.settings.alarms.backup_days, clock(last.made_at, patient.campaign.call.zone)
    told = {"last": made, "folder": last.folder, "lost": last.lost, "days": f"{days:g}"}
    if last.is_overdue(patient.now(), days):
        yield warn("backup.old", **told)
    else:
        yield warn("backup.lost", **told) if last.lost else ok("backup.ok", **told)


def heartbeat(patient: Patient) -> Iterator[Result]:
    """Tell when mail was last taken in and the digest last sent, as far as we hold it."""
    if not _is_migrated(patient):
        yield ok("beat.new")
        return
    with _store(patient) as store:
        yield from _polled(patient, store)
        yield from _told(store)


def _polled(patient: Patient, store: Store) -> Iterator[Result]:
    now, zone = patient.now(), patient.campaign.call.zone
    patience = timedelta(hours=patient.settings.alarms.poll_hours)
    known = {one.mailbox: one for one in polls.health(store, now)}
    for mailbox in patient.settings.mailboxes:
        health = known.get(mailbox.address)
        last = health.last_good if health else None
        told = {"address": mailbox.address, "last": clock(last, zone) if last else "—"}
        if health is None:
            yield warn("beat.never", **told)
        elif health.failing_since:
            yield fail("beat.failing", why=health.reason, since=clock(health.failing_since, zone), **told)
        else:
            yield ok("beat.ok", **told) if _is_recent(last, now, patience) else warn("beat.late", **told)


def _is_recent(last: datetime | None, now: datetime, patience: timedelta) -> bool:
    return last is not None and now - last <= patience


def _told(store: Store) -> Iterator[Result]:
    """Tell the newest digest that went, and what of the last day did not."""
    latest, _ = sent.latest(store, 50)
    if not latest:
        return
    newest = max(one.day for one in latest)
    wrong = [one for one in latest if one.day == newest and one.state in {"failed", "unclear"}]
    if wrong:
        yield warn("digest.wrong", day=newest, why="；".join(f"{masked(one.recipient)}：{one.reason}" for one in wrong))
    else:
        yield ok("digest.ok", day=newest)


def _is_migrated(patient: Patient) -> bool:
    return examine(patient.settings.database_url).is_migrated


def _store(patient: Patient) -> AbstractContextManager[Store]:
    return looked_into(patient.settings.database_url, patient.settings.at(patient.settings.vault.path))
