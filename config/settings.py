"""The settings of one installation: mailboxes, database, paths, times and secrets.

The TOML file is the base. An environment variable `ZHENGJI_SECTION__KEY` goes before it, and
`ZHENGJI_SECTION__KEY_FILE` names a file that holds the value (for secrets). A mailbox is named by its place there:
`ZHENGJI_MAILBOXES__1__PASSWORD` is the password of the first one.
"""

import os
import re
import shlex
from collections.abc import Mapping
from datetime import time as time_of_day
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Discriminator, Field, SecretStr, Tag, field_validator, model_validator

from config.chats import ChatSettings
from config.console import ConsoleSettings
from config.errors import ConfigError, nearest
from config.oauth import oauth_trouble
from config.section import Section, first_line, secret_of
from config.toml import read, validate

Security = Literal["ssl", "starttls", "none"]
PREFIX = "ZHENGJI_"
# Variables that say where the settings are and who decides, and so are none themselves.
OUTSIDE = {"ZHENGJI_CONFIG", "ZHENGJI_PERSON"}
# What is secret, and may stand in a file of its own named by the same key and `_file`.
SECRETS = ("password", "client_secret", "refresh_token")
# The address of a chat group is one too: whoever knows it can write there.
_GROUP = "url"
_PATHS = {*(f"{name}_file" for name in SECRETS), "ca_file"}
_LISTS = {"recipients", "folders", "authserv_ids", "hosts", "proxies"}
_ADDRESS = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")
_PORTS = {"ssl": 993, "starttls": 143, "none": 143}
_SMTP_PORTS = {"ssl": 465, "starttls": 587, "none": 25}


class Login(Section):
    """How a server is reached; a password may stand in a file of its own."""

    host: str
    port: int = Field(default=0, ge=0, le=65535)
    security: Security = "ssl"
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _plain_text_stays_at_home(self) -> "Login":
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError(f'security = "none" 只许用于本机（127.0.0.1），{self.host} 须用 ssl 或 starttls')
        return self

    @property
    def secret(self) -> str:
        """The password, from the file where one is named; ConfigError where that file cannot be read."""
        return secret_of(self.password, self.password_file)


class MailboxSettings(Login):
    """One polled IMAP account: a password, or OAuth 2 by a command or by a refresh token."""

    kind: Literal["imap"] = "imap"
    address: str
    auth: Literal["password", "xoauth2"] = "password"
    # A command may carry a secret as an argument.
    token_command: tuple[str, ...] = Field(default=(), repr=False)
    client_id: str = ""
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    refresh_token: SecretStr | None = None
    refresh_token_file: Path | None = None
    token_url: str = ""
    folders: tuple[str, ...] | None = None
    # The names under which this mailbox's servers write Authentication-Results; none = those of their own domain.
    authserv_ids: tuple[str, ...] = ()
    timeout_seconds: float = Field(default=60, gt=0)

    @field_validator("token_url")
    @classmethod
    def _tokens_travel_encrypted(cls, value: str) -> str:
        if value and not _is_safe(value):
            raise ValueError(
                "应为 https 网址，如 https://login.example.com/oauth2/token；http 只许用于本机（127.0.0.1）"
            )
        return value

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> "MailboxSettings":
        if trouble := oauth_trouble({name for name in type(self).model_fields if getattr(self, name)}, self.auth):
            raise ValueError(trouble)
        return self

    @property
    def client_secret_text(self) -> str:
        """The secret of the OAuth 2 client, or nothing; ConfigError where its file cannot be read."""
        return secret_of(self.client_secret, self.client_secret_file)

    @property
    def refresh_secret(self) -> str:
        """The refresh token of OAuth 2; ConfigError where its file cannot be read."""
        return secret_of(self.refresh_token, self.refresh_token_file)

    @property
    def port_number(self) -> int:
        """The port, by default the usual one of its kind of security."""
        return self.port or _PORTS[self.security]

    @property
    def login(self) -> str:
        """The user name, by default the address."""
        return self.username or self.address


class FolderSettings(Section):
    """One watched folder: what came by courier, chat or USB stick is put there, below a folder for each province.

    `address` is what it is called in reports; a file counts as whole once it has not changed for `settle_seconds`.
    """

    kind: Literal["folder"]
    path: Path
    address: str = Field(default="", max_length=60)
    settle_seconds: float = Field(default=60, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_path(cls, tables: Any) -> Any:  # noqa: ANN401 (TOML tables)
        if isinstance(tables, dict) and not tables.get("address") and isinstance(tables.get("path"), str):
            return {**tables, "address": f"文件夹 {Path(tables['path']).name}"}
        return tables


def _kind_of_mailbox(value: Any) -> str:  # noqa: ANN401 (TOML tables, or what was made of them)
    kind = value.get("kind", "imap") if isinstance(value, dict) else getattr(value, "kind", "imap")
    return str(kind)


AnyMailbox = Annotated[
    Annotated[MailboxSettings, Tag("imap")] | Annotated[FolderSettings, Tag("folder")], Discriminator(_kind_of_mailbox)
]


class SmtpSettings(Login):
    """The server that sends the digest."""

    sender: str = ""
    # A mail takes a dozen steps; slow in each, it must still be over before it counts as broken off (`store.sent`).
    timeout_seconds: float = Field(default=60, gt=0, le=60)

    @property
    def port_number(self) -> int:
        """The port, by default the usual one of its kind of security."""
        return self.port or _SMTP_PORTS[self.security]


class DatabaseSettings(Section):
    """Where the program remembers."""

    url: str = "sqlite:///data/zhengji.db"


class VaultSettings(Section):
    """Where raw mails and files are kept by their hash."""

    path: Path = Path("data/vault")


class CampaignSettings(Section):
    """Which call runs, and the two tables that the user supplies."""

    id: str = "2026-haofuwu"
    roster: Path | None = None
    already_selected: Path | None = None


class DigestSettings(Section):
    """When the digest goes out, to whom, and by which server."""

    time: time_of_day = time_of_day(8, 30)
    recipients: tuple[str, ...] = ()
    folder: Path = Path("data/digests")
    smtp: SmtpSettings | None = None
    chats: tuple[ChatSettings, ...] = ()

    @field_validator("recipients")
    @classmethod
    def _addresses_once_each(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not _ADDRESS.fullmatch(value):
                raise ValueError(f"{value} 不是邮件地址，请写作 editor@ecpmi.org.cn")
        if len({value.lower() for value in values}) < len(values):
            raise ValueError("同一个收件人写了两次")
        return values

    @field_validator("chats")
    @classmethod
    def _names_once_each(cls, values: tuple[ChatSettings, ...]) -> tuple[ChatSettings, ...]:
        if len({value.name for value in values}) < len(values):
            raise ValueError("两个群写了同一个名称（name）")
        return values

    @field_validator("time", mode="before")
    @classmethod
    def _hours_and_minutes(cls, value: object) -> object:
        if isinstance(value, str) and value.count(":"):
            return time_of_day.fromisoformat(value)
        if not isinstance(value, time_of_day):
            raise ValueError("应为时刻，如 08:30:00")  # noqa: TRY004 (pydantic turns only ValueError into its own)
        return value


class ReportSettings(Section):
    """How what is printed looks: a TrueType font for PDFs, before those of the machine."""

    font: Path | None = None


class ReminderSettings(Section):
    """Where letters to associations go, the staff's own templates, and how many working days lie between two of them.

    From `near_days` days before the deadline on, and after it, `near_spacing_days` do.
    """

    folder: Path = Path("data/letters")
    templates: Path | None = None
    spacing_days: int = Field(default=5, ge=1, le=60)
    near_spacing_days: int = Field(default=2, ge=1, le=60)
    near_days: int = Field(default=7, ge=0, le=60)


class WorkerSettings(Section):
    """How often the mailboxes are polled, and how long a refused login waits."""

    poll_minutes: float = Field(default=10, gt=0)
    login_wait_minutes: float = Field(default=15, ge=15)
    reconcile_hours: float = Field(default=24, gt=0)


class LimitSettings(Section):
    """What a single mail, archive or file may cost at the most; `seconds` and `memory_bytes` hold for opening one.

    `scan_seconds` and `scan_memory_bytes` hold for the OCR of one file, which takes more; `processes` is how many files
    are read at once, by default one for each core, at most two.
    """

    archive_bytes: int = Field(default=2_000_000_000, gt=0)
    member_bytes: int = Field(default=500_000_000, gt=0)
    members: int = Field(default=2_000, gt=0)
    depth: int = Field(default=4, gt=0)
    ratio: int = Field(default=200, gt=1)
    seconds: float = Field(default=10, gt=0)
    memory_bytes: int = Field(default=512_000_000, ge=256_000_000)
    scan_seconds: float = Field(default=600, gt=0)
    scan_memory_bytes: int = Field(default=2_000_000_000, ge=1_000_000_000)
    processes: int | None = Field(default=None, ge=1, le=64)


class Settings(Section):
    """The whole settings file; `base` is the folder that relative paths are relative to."""

    mailboxes: tuple[AnyMailbox, ...] = ()
    database: DatabaseSettings = DatabaseSettings()
    vault: VaultSettings = VaultSettings()
    campaign: CampaignSettings = CampaignSettings()
    digest: DigestSettings = DigestSettings()
    reports: ReportSettings = ReportSettings()
    reminders: ReminderSettings = ReminderSettings()
    worker: WorkerSettings = WorkerSettings()
    limits: LimitSettings = LimitSettings()
    console: ConsoleSettings = ConsoleSettings()
    base: Path = Field(default=Path(), exclude=True)

    @model_validator(mode="after")
    def _addresses_are_unique(self) -> "Settings":
        addresses = [mailbox.address.lower() for mailbox in self.mailboxes]
        if len(set(addresses)) < len(addresses):
            raise ValueError("同一个收件邮箱写了两次")
        return self

    @property
    def accounts(self) -> tuple[MailboxSettings, ...]:
        """The polled IMAP accounts, without the watched folders."""
        return tuple(one for one in self.mailboxes if isinstance(one, MailboxSettings))

    @property
    def folders(self) -> tuple[FolderSettings, ...]:
        """The watched folders."""
        return tuple(one for one in self.mailboxes if isinstance(one, FolderSettings))

    def at(self, path: Path) -> Path:
        """Return a path of the settings as an absolute one."""
        return (self.base / path).absolute()

    @property
    def database_url(self) -> str:
        """The database URL; a relative SQLite path is made absolute."""
        scheme, slashes, rest = self.database.url.partition(":///")
        if scheme.startswith("sqlite") and slashes and not rest.startswith("/"):
            return f"{scheme}:///{self.at(Path(rest))}"
        return self.database.url


def load_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of a file with the environment laid over it; ConfigError with one line where that fails."""
    tables = read(path)
    if "base" in tables:
        raise ConfigError(f"{path}: 不认识的键 base{nearest('base', list(Settings.model_fields))}")
    overlay(tables, environment)
    _anchor(tables, path.absolute().parent)
    return validate({**tables, "base": path.absolute().parent}, Settings, path)


def overlay(tables: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Lay `ZHENGJI_SECTION__KEY` and `ZHENGJI_SECTION__KEY_FILE` over the tables, in place."""
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in OUTSIDE:
            continue
        keys = variable.removeprefix(PREFIX).lower().split("__")
        if keys[-1].endswith("_file") and keys[-1] not in _PATHS:
            keys[-1], value = keys[-1].removesuffix("_file"), first_line(Path(value))  # noqa: PLW2901 (the value itself)
        _put(tables, keys, value, variable)


def _anchor(tables: dict[str, Any], base: Path) -> None:
    """Make the paths of secrets and certificates absolute, in place: they are relative to the settings file."""
    digest = tables.get("digest")
    smtp = digest.get("smtp") if isinstance(digest, dict) else None
    chats = digest.get("chats") if isinstance(digest, dict) else None
    for chat in chats if isinstance(chats, list) else ():
        if isinstance(chat, dict) and isinstance(chat.get(f"{_GROUP}_file"), str):
            chat[f"{_GROUP}_file"] = str(base / chat[f"{_GROUP}_file"])
    logins = [*tables["mailboxes"]] if isinstance(tables.get("mailboxes"), list) else []
    for login in (*logins, smtp):
        for key in _PATHS if isinstance(login, dict) else ():
            if isinstance(login.get(key), str):
                login[key] = str(base / login[key])
        command = login.get("token_command") if isinstance(login, dict) else None
        # A bare name is looked for in PATH.
        if isinstance(command, list) and command and isinstance(command[0], str) and "/" in command[0]:
            login["token_command"] = [str(base / command[0]), *command[1:]]


def _put(tables: Any, keys: list[str], value: str, variable: str) -> None:  # noqa: ANN401 (TOML tables)
    """Set one value; ConfigError where the variable names no section or no mailbox that is there."""
    *path, last = keys
    for key in path:
        if isinstance(tables, list):
            if not key.isdecimal() or not 1 <= int(key) <= len(tables):
                what = "群" if "chats" in path else "收件邮箱"
                raise ConfigError(f"环境变量 {variable}: 没有第 {key} 个{what}（设置文件中共 {len(tables)} 个）")
            tables = tables[int(key) - 1]
        else:
            tables = tables.setdefault(key, {})
    if not isinstance(tables, dict) or not path:
        raise ConfigError(f"环境变量 {variable}: 应写作 {PREFIX}小节__键，如 {PREFIX}DATABASE__URL")
    if (name := last.removesuffix("_file")) in {*SECRETS, _GROUP}:
        # The environment goes before the file, also where that says it the other way.
        tables.pop(name if last != name else f"{name}_file", None)
    tables[last] = value.split(",") if last in _LISTS else _words(value, variable) if last == "token_command" else value


def _words(command: str, variable: str) -> list[str]:
    """Return the words of a command line."""
    try:
        return shlex.split(command)
    except ValueError:
        raise ConfigError(f"环境变量 {variable}: 命令中的引号不成对") from None


def _is_safe(url: str) -> bool:
    """Tell whether secrets may be sent to a URL: encrypted, or on this machine; none stands in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by name or by address; no name is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
