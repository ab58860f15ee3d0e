"""The settings of what is polled: IMAP accounts and watched folders."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Discriminator, Field, SecretStr, Tag, field_validator, model_validator

from config.login import Login, is_loopback
from config.oauth import oauth_trouble
from config.section import Section, secret_of

_PORTS = {"ssl": 993, "starttls": 143, "none": 143}


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


def _is_safe(url: str) -> bool:
    """Tell whether secrets may be sent to a URL: encrypted, or on this machine; none stands in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
