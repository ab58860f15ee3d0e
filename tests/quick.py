"""Desks that open in milliseconds: the campaign is loaded once a process, and the database is a copy of an empty one.

They lie in memory where the system has a place for that: what these tests prove does not hang on the disk's speed.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlalchemy.engine import make_url

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from store.database import open_store
from tests.desks import write_settings

_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own is made in it)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Give a new folder in memory, or else on the disk."""
    with tempfile.TemporaryDirectory(prefix="zhengji-", dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        yield Path(name)


@cache
def prepared() -> tuple[Desk, bytes]:
    """Return a desk whose store is closed, and the bytes of an empty, migrated database."""
    with quick_folder() as folder:
        desk = open_desk(load_settings(write_settings(folder), {}))
        desk.store.close()
        return desk, Path(str(make_url(desk.settings.database_url).database)).read_bytes()


def prepare(folder: Path, more: str) -> Path:
    """Make a folder with settings, roster and an empty database; return the settings file."""
    config = write_settings(folder, more)
    database = Path(str(make_url(load_settings(config, {}).database_url).database))
    database.parent.mkdir(parents=True, exist_ok=True)
    database.write_bytes(prepared()[1])
    return config


def reopened(config: Path) -> Desk:
    """Return an open desk on the settings file and whatever its store holds."""
    settings = load_settings(config, {})
    store = open_store(settings.database_url, settings.at(settings.vault.path), settings.vault.s3)
    return replace(prepared()[0], settings=settings, store=store)


@contextmanager
def again(config: Path) -> Iterator[Desk]:
    """Give an open desk on what a settings file's store holds."""
    desk = reopened(config)
    try:
        yield desk
    finally:
        # Its processes are left to the next desk: to start one takes a second.
        desk.close()


@contextmanager
def quick_desk(more: str) -> Iterator[Desk]:
    """Give an open desk on an empty store in a folder that is removed afterwards."""
    with quick_folder() as folder, again(prepare(folder, more)) as desk:
        yield desk


def copied(folder: Path, to: Path) -> Path:
    """Copy a prepared folder and return its settings file."""
    shutil.copytree(folder, to)
    return to / "zhengji.toml"
