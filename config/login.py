"""How a server is reached: host, port, kind of security, and a password that may stand in a file of its own."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from config.section import Section, secret_of

Security = Literal["ssl", "starttls", "none"]


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


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by name or by address; no name is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
