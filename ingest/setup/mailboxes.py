"""Asks for the receiving mailboxes, and logs in to each on the spot."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from config.campaign import Campaign
from config.errors import ConfigError
from config.login import is_loopback
from config.mailboxes import MailboxSettings
from config.section import Section
from config.toml import validate
from ingest.doctor import certificates
from ingest.doctor.receiving import PATIENCE_SECONDS, told_folders
from ingest.mailboxes.fetched import LoginRefused, MailboxError
from ingest.mailboxes.mailbox import ImapMailbox
from ingest.setup.answers import Answers, Secret, Table, with_values
from ingest.setup.providers import BY_KEY, FOR_OWN_DOMAINS, Provider, find_provider
from ingest.setup.talk import Talk

M = TypeVar("M", bound=Section)
_OWN_SERVER = "own_server"
# There is no file yet that a complaint could name.
_NO_FILE = Path("?")
_PORTS = {"imap": {"ssl": 993, "starttls": 143, "none": 143}, "smtp": {"ssl": 465, "starttls": 587, "none": 25}}
_SECURITY = ("ssl", "starttls", "none")
_LAST_PORT = 65535


def ask_mailboxes(talk: Talk, campaign: Campaign, answers: Answers) -> None:
    """Ask for the addresses that the notice prints, and then for any others."""
    published = campaign.call.addresses
    talk.say("mail.intro", addresses="、".join(published), count=len(published))
    for address in published:
        if talk.yes("mail.want", default=True, address=address):
            _ask_one(talk, campaign, answers, address)
    while talk.yes("mail.more", default=False):
        address = _ask_address(talk, answers)
        _ask_one(talk, campaign, answers, address)
    have = {table["address"].lower() for table in answers.mailboxes}
    if missing := [one for one in published if one.lower() not in have]:
        talk.say("mail.not_all", missing="、".join(missing))


def _ask_address(talk: Talk, answers: Answers) -> str:
    while True:
        address = talk.ask("mail.address")
        if "@" not in address.strip("@") or " " in address:
            talk.say("mail.no_address", address=address)
        elif address.lower() in {table["address"].lower() for table in answers.mailboxes}:
            talk.say("mail.twice", address=address)
        else:
            return address


def _ask_one(talk: Talk, campaign: Campaign, answers: Answers, address: str) -> None:
    """Ask for one mailbox until it lets us in, or is left out, or is taken untried."""
    provider = _provider_of(talk, answers, address)
    table: Table = {"address": address, **ask_server(talk, provider, "imap")}
    _ask_login(talk, table, address, provider)
    while True:
        if _try(talk, table, campaign):
            answers.mailboxes.append(table)
            return
        match talk.choose("trouble", ("again_secret", "again_server", "keep", "skip")):
            case "again_secret":
                _ask_login(talk, table, address, provider)
            case "again_server":
                table.update(ask_server(talk, None, "imap", table))
            case "keep" if settings_or_none(talk, table, MailboxSettings):
                answers.mailboxes.append(table)
                return
            case "skip":
                return


def _provider_of(talk: Talk, answers: Answers, address: str) -> Provider | None:
    """Return whose mailbox it is: by its domain, by another of that domain, or as told; None for its own server."""
    if found := find_provider(address):
        talk.say("mail.found", address=address, provider=talk.word(f"provider.{found.key}"))
        return found
    domain = address.rpartition("@")[2].lower()
    same = next((one for one in answers.mailboxes if one["address"].lower().endswith(f"@{domain}")), None)
    known = next((BY_KEY[key] for key in BY_KEY if same and BY_KEY[key].imap == same["host"]), None)
    if known:
        return known
    chosen = talk.choose("mail.provider", [*(f"provider.{one}" for one in FOR_OWN_DOMAINS), _OWN_SERVER], domain=domain)
    return BY_KEY.get(chosen.removeprefix("provider."))


def ask_server(talk: Talk, provider: Provider | None, kind: str, before: Table | None = None) -> Table:
    """Return host, port and security of a provider's server, or as they are typed; `kind` is imap or smtp."""
    if provider is not None:
        known = _server_of(provider, kind)
        if talk.yes("server.right", default=True, **known):
            return known
    old = before or {}
    host = ""
    while not host:
        host = talk.ask("server.host", str(old.get("host", "")))
    options = _SECURITY if is_loopback(host) else _SECURITY[:2]
    security = talk.choose("server.security", [f"security.{one}" for one in options]).removeprefix("security.")
    table: Table = {"host": host, "port": _ask_port(talk, _PORTS[kind][security]), "security": security}
    if ca_file := _ask_ca(talk) if security != "none" else "":
        table["ca_file"] = ca_file
    return table


def _server_of(provider: Provider, kind: str) -> Table:
    if kind == "imap":
        return {"host": provider.imap, "port": provider.imap_port, "security": "ssl"}
    return {"host": provider.smtp, "port": provider.smtp_port, "security": provider.smtp_security}


def _ask_port(talk: Talk, usual: int) -> int:
    while True:
        typed = talk.ask("server.port", str(usual))
        if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= _LAST_PORT:
            return int(typed)
        talk.say("server.no_port", typed=typed)


def _ask_ca(talk: Talk) -> str:
    """Return the certificate file of a server of one's own, as an absolute path; empty where there is none."""
    while typed := talk.ask("server.ca"):
        path = Path(typed).expanduser().absolute()
        if path.is_file():
            return str(path)
        talk.say("server.no_ca", path=path)
    return ""


def _ask_login(talk: Talk, table: Table, address: str, provider: Provider | None) -> None:
    """Ask how to log in, and put it into the table."""
    for key in ("username", "password_file", "auth", "token_command"):
        table.pop(key, None)
    if provider is not None and provider.oauth:
        talk.say("mail.oauth")
        table |= {"auth": "xoauth2", "token_command": _ask_command(talk)}
        return
    if (username := talk.ask("login.username", address)) != address:
        table["username"] = username
    talk.say(provider.hint if provider else "code.other")
    table["password_file"] = Secret(address, ask_secret(talk, username))


def ask_secret(talk: Talk, username: str) -> str:
    """Return a password; an empty one is asked for again."""
    while True:
        if value := talk.secret("login.secret", username=username):
            return value
        talk.say("login.empty")


def _ask_command(talk: Talk) -> list[str]:
    while True:
        typed = talk.ask("mail.token_command")
        try:
            if words := shlex.split(typed):
                return words
        except ValueError:
            pass
        talk.say("mail.no_command")


def settings_or_none(talk: Talk, table: Table, model: type[M]) -> M | None:
    """Return a table as settings; None, once what is wrong was said, where it is none."""
    try:
        return validate(with_values(table), model, _NO_FILE)
    except ConfigError as error:
        talk.say("wrong", why=str(error).partition(": ")[2])
        return None


def _try(talk: Talk, table: Table, campaign: Campaign) -> bool:
    """Log in, show the folders with their counts, and tell whether that went well."""
    settings = settings_or_none(talk, table, MailboxSettings)
    if settings is None:
        return False
    talk.say("trying", server=f"{settings.host}:{settings.port_number}")
    try:
        with ImapMailbox(settings.model_copy(update={"timeout_seconds": PATIENCE_SECONDS}), campaign) as box:
            counted = [(folder, box.status(folder.name).exists) for folder in box.folders()]
    except LoginRefused as error:
        talk.say("mail.refused", why=error.reason)
        return False
    except MailboxError as error:
        unbelieved = certificates.refused(settings.host, error)
        talk.say("server.certificate" if unbelieved else "server.unreachable", why=error.reason, host=settings.host)
        return False
    talk.say("mail.in", address=settings.address, count=len(counted), folders=told_folders(counted))
    return True


def polled(answers: Answers) -> Sequence[str]:
    """Return the addresses that will be polled."""
    return [table["address"] for table in answers.mailboxes]
