"""The settings of the digest: when it goes out, to whom, by which server and into which groups."""

import re
from datetime import time as time_of_day
from pathlib import Path

from pydantic import Field, field_validator

from config.chats import ChatSettings
from config.login import Login
from config.section import Section

_ADDRESS = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")
_SMTP_PORTS = {"ssl": 465, "starttls": 587, "none": 25}


class SmtpSettings(Login):
    """The server that sends the digest."""

    sender: str = ""
    # A mail takes a dozen steps; slow in each, it must still be over before it counts as broken off (`store.sent`).
    timeout_seconds: float = Field(default=60, gt=0, le=60)

    @property
    def port_number(self) -> int:
        """The port, by default the usual one of its kind of security."""
        return self.port or _SMTP_PORTS[self.security]


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
