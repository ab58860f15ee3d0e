"""What backup, restore and verify need of the settings: where the store is, whose backup it is, and what stays free."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from config.campaign import load_campaign
from config.settings import Settings
from ingest.safekeeping.belongings import belongings
from reports.alone import alone_in
from store.database import Store, open_store, open_unmigrated
from store.safekeeping.backing_up import Wish
from store.safekeeping.backup import check_place

# What stays free on a disk that holds nothing of ours but the backup (bytes).
_SPARE = 100_000_000


@contextmanager
def opened(settings: Settings, *, as_it_is: bool = False) -> Iterator[Store]:
    """Give the store of the settings, `as_it_is` without making or migrating its tables; closed afterwards.

    No desk is needed: a backup can be made and brought back where a table of the user's is wrong.
    """
    opening = open_unmigrated if as_it_is else open_store
    store = opening(settings.database_url, settings.at(settings.vault.path), settings.vault.s3)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def alone_with(folder: Path, settings: Settings) -> Iterator[None]:
    """Be the only one that writes into a backup folder; what is made in it is for its owner's eyes alone."""
    check_place(folder, settings.at(settings.vault.path))
    before = os.umask(0o077)
    try:
        with alone_in(folder):
            yield
    finally:
        os.umask(before)


def wish_of(settings: Settings, config: Path, folder: Path, keep: int) -> tuple[Wish, list[str]]:
    """Return a backup as the settings want it, and in Chinese what could not be taken along beside the tables."""
    campaign = load_campaign(settings.campaign.id, settings.base).call.id
    supplied, missing = belongings(settings, config)
    vault = settings.at(settings.vault.path)
    shared = folder.stat().st_dev == vault.stat().st_dev
    spare = settings.alarms.stop_bytes if shared else _SPARE
    return Wish(folder, campaign, program(), keep, spare, supplied), missing


def program() -> str:
    """Return the version of this program."""
    return version("zhengji")
