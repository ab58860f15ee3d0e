"""The settings of one installation: mailboxes, database, paths, times and secrets.

The TOML file is the base. An environment variable `ZHENGJI_SECTION__KEY` goes before it, and
`ZHENGJI_SECTION__KEY_FILE` names a file that holds the value (for secrets). A mailbox is named by its place there:
`ZHENGJI_MAILBOXES__1__PASSWORD` is the password of the first one.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from config.alarms import AlarmSettings
from config.console import ConsoleSettings
from config.digest import DigestSettings
from config.environment import anchor, overlay
from config.errors import ConfigError, nearest
from config.mailboxes import AnyMailbox, FolderSettings, MailboxSettings
from config.monitoring import MonitoringSettings
from config.retention import RetentionSettings
from config.section import Section
from config.toml import read, validate
from config.vault import VaultSettings


class DatabaseSettings(Section):
    """Where the program remembers."""

    url: str = "sqlite:///data/zhengji.db"


class CampaignSettings(Section):
    """Which call runs, and the two tables that the user supplies."""

    id: str = "2026-haofuwu"
    roster: Path | None = None
    already_selected: Path | None = None


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
    """How often the mailboxes are polled, how long a refused login waits, and where the work to be done is noted.

    `jobs = "postgresql"` lets any number of workers on any number of machines share it: what to do next is a row of the
    database, and one that a killed worker left is taken over after `stalled_seconds`.
    """

    poll_minutes: float = Field(default=10, gt=0)
    login_wait_minutes: float = Field(default=15, ge=15)
    reconcile_hours: float = Field(default=24, gt=0)
    jobs: Literal["local", "postgresql"] = "local"
    stalled_seconds: float = Field(default=60, gt=0)


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
    alarms: AlarmSettings = AlarmSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    retention: RetentionSettings = RetentionSettings()
    base: Path = Field(default=Path(), exclude=True)

    @model_validator(mode="after")
    def _addresses_are_unique(self) -> "Settings":
        addresses = [mailbox.address.lower() for mailbox in self.mailboxes]
        if len(set(addresses)) < len(addresses):
            raise ValueError("同一个收件邮箱写了两次")
        return self

    @model_validator(mode="after")
    def _what_is_shared_is_reached_by_all(self) -> "Settings":
        if self.worker.jobs == "postgresql" and not self.database.url.startswith("postgresql"):
            raise ValueError('[worker] jobs = "postgresql" 要求 [database] url 也是 PostgreSQL')
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
    anchor(tables, path.absolute().parent)
    return validate({**tables, "base": path.absolute().parent}, Settings, path)
