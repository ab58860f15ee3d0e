"""Checks the files that people write: settings and secrets, the campaign, the roster, those selected before."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from config import toml
from config.associations import load_associations
from config.environment import SECRETS
from config.errors import ConfigError
from config.selected import load_selected
from config.settings import Settings
from config.without_secrets import secrets_in
from ingest.doctor.result import Patient, Result, fail, ok, warn
from reports.letters.asking import prove as prove_letters
from reports.letters.stationery import load_templates

# More associations than this are counted, not named.
_NAMED = 8
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings_file(patient: Patient) -> Iterator[Result]:
    """Tell whether the settings can be read, and whether others may read what is secret in them."""
    if patient.settings_or_none is None:
        yield fail("settings.bad", why=patient.trouble)
        return
    if any(secrets_in(toml.read(patient.path))) and (mode := _open_to_others(patient.path)):
        yield warn("settings.open", path=patient.path, mode=mode)
    else:
        yield ok("settings.ok", path=patient.path)


def secrets(patient: Patient) -> Iterator[Result]:
    """Tell whether the files of secrets can be read by us, and by us alone."""
    files = secret_files(patient.settings)
    troubles = [trouble for path in files for trouble in _trouble_of(path)]
    yield from troubles
    if files and not troubles:
        yield ok("secrets.ok", count=len(files))


def secret_files(settings: Settings) -> list[Path]:
    """Return the files of the settings that hold secrets, each once."""
    parts = [*settings.accounts, settings.digest.smtp, settings.vault.s3, *settings.digest.chats]
    names = [f"{name}_file" for name in (*SECRETS, "url")]
    found = [getattr(part, name, None) for part in parts for name in names]
    return list(dict.fromkeys(path for path in found if isinstance(path, Path)))


def _trouble_of(path: Path) -> Iterator[Result]:
    try:
        empty = not path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        yield fail("secrets.unreadable", path=path, why=type(error).__name__)
        return
    if empty:
        yield fail("secrets.empty", path=path)
    if mode := _open_to_others(path):
        yield warn("secrets.open", path=path, mode=mode)


def _open_to_others(path: Path) -> str:
    """Return the mode of a file that others than its owner may use; empty where none may, or nobody can tell."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{mode:04o}" if os.name != "nt" and mode & _OTHERS else ""


def campaign_file(patient: Patient) -> Iterator[Result]:
    """Tell whether the campaign file fits this program: its rules, its letters, and the staff's own templates."""
    if patient.campaign_or_none is None:
        yield fail("campaign.bad", why=patient.trouble)
        return
    campaign, settings = patient.campaign, patient.settings
    try:
        prove_letters(campaign, settings.campaign.id)
        own = settings.reminders.templates
        load_templates(settings.at(own) if own else None, campaign)
    except ConfigError as error:
        yield fail("campaign.bad", why=error)
        return
    call = campaign.call
    yield ok("campaign.ok", id=call.id, title=call.title, deadline=call.deadline, rules=len(campaign.rule))


def roster(patient: Patient) -> Iterator[Result]:
    """Tell whether senders can be told: an association whose address is not known is asked about."""
    path = patient.settings.campaign.roster
    try:
        associations = load_associations(patient.settings.at(path) if path else None)
    except ConfigError as error:
        yield fail("roster.bad", why=error)
        return
    addressed = sum(bool(one.addresses) for one in associations)
    absent = [one.province for one in associations if not one.addresses]
    told = {"count": len(associations), "addressed": addressed, "missing": "、".join(absent)}
    if not absent:
        yield ok("roster.ok", **told)
    else:
        yield warn("roster.partly" if len(absent) <= _NAMED else "roster.mostly_not", **told)


def selected(patient: Patient) -> Iterator[Result]:
    """Tell whether communities that were selected before can be told."""
    path = patient.settings.campaign.already_selected
    if path is None:
        yield warn("selected.none")
        return
    try:
        listed = load_selected(patient.settings.at(path))
    except ConfigError as error:
        yield fail("selected.bad", why=error)
        return
    yield ok("selected.ok", count=len(listed) if listed is not None else 0)


def addresses(patient: Patient) -> Iterator[Result]:
    """Tell whether every address that the notice prints is polled: what comes to another one is never seen."""
    published = patient.campaign.call.addresses
    polled = {mailbox.address.lower() for mailbox in patient.settings.accounts}
    absent = [one for one in published if one.lower() not in polled]
    if not polled:
        yield fail("addresses.none", published="、".join(published))
    elif absent:
        yield fail("addresses.missing", missing="、".join(absent))
    else:
        yield ok("addresses.ok", published="、".join(published))
