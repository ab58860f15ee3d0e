"""What every command shares: where the settings are, the open desk, and the moment that a command speaks of."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from os import environ
from pathlib import Path

import click

from config.campaign import Call
from config.errors import ConfigError
from config.log import log_as
from config.settings import Settings, load_settings
from ingest.desk import Desk, open_desk
from ingest.safekeeping import looked
from ingest.telling.digesting import gap_text
from reports.making.writing import write_beside
from store.personal import closing
from store.safekeeping import lineage

DEFAULT = Path("zhengji.toml")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


@dataclass(frozen=True)
class Context:
    """The options that stand before a command."""

    config: Path | None

    @property
    def path(self) -> Path:
        """The settings file: --config, else $ZHENGJI_CONFIG, else zhengji.toml here."""
        return self.config or Path(environ.get("ZHENGJI_CONFIG") or DEFAULT)

    @property
    def is_chosen(self) -> bool:
        """Whether somebody named a settings file."""
        return self.config is not None or bool(environ.get("ZHENGJI_CONFIG"))

    def settings(self) -> Settings:
        """Return the settings, and log as they say; ConfigError where there are none, with what to do about it."""
        if not self.is_chosen and not DEFAULT.exists():
            raise ConfigError("这里没有 zhengji.toml；请用 --config 指定设置文件，或运行 zhengji init 新建一个")
        settings = load_settings(self.path)
        log_as(settings)
        return settings

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Give the open desk, closed afterwards; what a restore has forgotten is said until a person settles it."""
        desk = open_desk(self.settings())
        try:
            looked.note(desk.store, now())
            zone = desk.campaign.call.zone
            for gap in lineage.unsettled(desk.store):
                click.echo(f"注意：{gap_text(gap, zone)}", err=True)
            if closed := closing.find(desk.store):
                click.echo(f"注意：{closing.told(closed, zone)}", err=True)
            yield desk
        finally:
            desk.close()


def give(data: bytes, output: Path | None) -> None:
    """Write what a command makes to a file, beside and renamed; without one to standard output, as it is."""
    if output is not None:
        write_beside(output, data)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def now() -> datetime:
    """Return this moment: the one place where the commands read the clock."""
    return datetime.now(UTC)


def moment(text: str | None, call: Call) -> datetime:
    """Return the moment that `--as-of` names, in the campaign's zone where it says none; a day alone means its end."""
    if text is None:
        return now()
    parsed = _parsed(text, call)
    # Near the ends of the calendar a change of time zone has no result.
    if parsed is None or not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        raise click.BadParameter(
            f"{text} 不是时刻，请写作 2026-08-05 或 2026-08-05T18:00（北京时间）", param_hint="--as-of"
        )
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=call.zone)


def _parsed(text: str, call: Call) -> datetime | None:
    """Return what was written as a moment, a day alone as its last second; None where it is neither."""
    try:
        if len(text) in {len("2026-08-05"), len("20260805")}:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59), call.zone)
        return datetime.fromisoformat(text)
    except ValueError:
        return None
