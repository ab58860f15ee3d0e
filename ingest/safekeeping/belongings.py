"""The files beside database and vault that a backup takes along: settings without secrets, tables, templates."""

import os
from collections.abc import Container, Iterator
from itertools import chain, count
from pathlib import Path

from config.settings import Settings
from config.without_secrets import without_secrets

# What people write by hand is small; anything else is not what the settings mean.
_LARGEST = 20_000_000


def belongings(settings: Settings, config: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return these files by the names that they get, and in Chinese what could not be taken along.

    What lies beside or below the settings file keeps its path, so that a copy of all of them works as it is.
    """
    files: dict[str, bytes] = {}
    missing: list[str] = []
    try:
        told = without_secrets(config.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        told = None
    if told is None:
        missing.append(f"设置文件 {config} 没有备份：读不了，或里面的密码无法去掉")
    else:
        files[config.name] = told.encode()
    for path in _paths(settings):
        try:
            if path.stat().st_size <= _LARGEST:
                files[_free(_name(path, settings.base), files)] = path.read_bytes()
                continue
        except OSError:
            pass
        missing.append(f"{path} 没有备份：读不了或太大")
    return files, missing


def _paths(settings: Settings) -> Iterator[Path]:
    campaign = settings.campaign
    if campaign.id.endswith(".toml"):
        yield settings.at(Path(campaign.id))
    yield from (settings.at(one) for one in (campaign.roster, campaign.already_selected) if one)
    if settings.reminders.templates:
        folder = settings.at(settings.reminders.templates)
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _name(path: Path, base: Path) -> str:
    """Return the name of a file in a backup: its path from the settings on; elsewhere, its own name."""
    # `../roster.toml` only looks as if it lay below.
    path, base = Path(os.path.normpath(path)), Path(os.path.normpath(base))
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else f"其他/{path.name}"


def _free(name: str, taken: Container[str]) -> str:
    """Return a name that none of the others has: two tables from elsewhere may be called alike."""
    folder, _, own = name.rpartition("/")
    others = (f"{folder}/{number}/{own}" for number in count(2))
    return next(one for one in chain((name,), others) if one not in taken)
