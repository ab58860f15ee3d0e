"""What is examined, and what a check finds: a state, the key of its sentence, and what the sentence speaks of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from config.campaign import Campaign, load_campaign
from config.errors import ConfigError
from config.settings import Settings, load_settings
from reports.judge import prove

State = Literal["ok", "warning", "failing", "skipped"]
Need = Literal["nothing", "settings", "campaign"]
Fields = dict[str, str]


@dataclass(frozen=True)
class Result:
    """One line of the answer: `key` names its sentence and its remedy in `words`, `fields` fill them."""

    state: State
    key: str
    fields: Fields = field(default_factory=dict)


def ok(key: str, **fields: object) -> Result:
    """Return that something is as it should be."""
    return Result("ok", key, _texts(fields))


def warn(key: str, **fields: object) -> Result:
    """Return that the program runs, and a person should look at something."""
    return Result("warning", key, _texts(fields))


def fail(key: str, **fields: object) -> Result:
    """Return that something does not work."""
    return Result("failing", key, _texts(fields))


def _texts(fields: dict[str, object]) -> Fields:
    return {name: str(value) for name, value in fields.items()}


@dataclass(frozen=True)
class Patient:
    """An installation: its settings and its campaign, or in one Chinese line why they cannot be had."""

    path: Path
    settings_or_none: Settings | None
    campaign_or_none: Campaign | None
    trouble: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def settings(self) -> Settings:
        """The settings, for checks that need them."""
        if self.settings_or_none is None:
            raise ConfigError(self.trouble)
        return self.settings_or_none

    @property
    def usual_settings(self) -> Settings:
        """The settings, or those of an empty file, for checks of the machine that can be made without."""
        return self.settings_or_none or Settings()

    @property
    def campaign(self) -> Campaign:
        """The campaign, for checks that need it."""
        if self.campaign_or_none is None:
            raise ConfigError(self.trouble)
        return self.campaign_or_none


def patient_at(path: Path) -> Patient:
    """Return the installation whose settings file this is, as far as it can be read."""
    settings = None
    try:
        settings = load_settings(path)
        campaign = load_campaign(settings.campaign.id, settings.base)
        prove(campaign, settings.campaign.id)
    except ConfigError as error:
        return Patient(path, settings, None, str(error))
    return Patient(path, settings, campaign, "")


def _once(_patient: Patient) -> Sequence[object]:
    return (None,)


@dataclass(frozen=True)
class Check:
    """One thing to look at: what does it, what it needs, and how long it may take (seconds).

    `each` gives the things that it is done for one by one, each in its own time: the mailboxes, the groups.
    """

    name: str
    work: Callable[..., Iterator[Result]]
    needs: Need = "settings"
    seconds: float = 30
    each: Callable[[Patient], Sequence[object]] = _once
