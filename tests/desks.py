"""Desks for tests: an open store with the campaign and a roster, in a folder of its own."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.telling.digesting import assessment
from reports.export import COLUMNS, rows
from reports.finding import Assessment
from reports.gather import gather
from reports.judge import assess
from tests.inbox import write_inbox
from tests.sample import ROSTER, SELECTED
from tests.servers import ObjectStore

SETTINGS = """\
[campaign]
id = "2026-haofuwu"
roster = "roster.toml"
already_selected = "selected.csv"
"""
# Where set (see `tests/conftest.py`), every desk keeps its contents there, and its machine forgets them after reading.
OBJECTS: list[ObjectStore] = []
# How full this machine's disk is decides nothing in tests that do not ask.
_ANY_DISK = "[alarms]\nstop_bytes = 0\nwarn_bytes = 0\n"
AFTER = datetime.fromisoformat("2026-08-06T10:00:00+08:00")


def write_settings(folder: Path, more: str = "") -> Path:
    """Write a settings file with roster and list of those selected, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.toml").write_text(ROSTER, encoding="utf-8")
    (folder / "selected.csv").write_text(SELECTED, encoding="utf-8")
    path = folder / "zhengji.toml"
    path.write_text(SETTINGS + more + ("" if "[alarms]" in more else _ANY_DISK) + _objects(folder), encoding="utf-8")
    return path


def _objects(folder: Path) -> str:
    return OBJECTS[0].settings(hashlib.sha256(str(folder).encode()).hexdigest()[:16]) if OBJECTS else ""


@contextmanager
def desk(folder: Path, more: str = "") -> Iterator[Desk]:
    """Give an open desk on SQLite."""
    opened = open_desk(load_settings(write_settings(folder, more), {}))
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def desk_on_copy(made: Path, folder: Path) -> Iterator[Desk]:
    """Give an open desk on a copy of one that was made before; `folder` is where the copy goes."""
    shutil.copytree(made, folder)
    opened = open_desk(load_settings(folder / "zhengji.toml", {}))
    try:
        yield opened
    finally:
        opened.close()


def take(opened: Desk, folder: Path, *mails: bytes) -> Assessment:
    """Import mails and return the campaign after the deadline."""
    write_inbox(folder, mails)
    import_path(opened, folder, datetime.now(UTC))
    take_in(opened)
    if OBJECTS:
        emptied(opened)
    return assessed(opened)


def emptied(one: Desk) -> Desk:
    """Return a desk whose machine has lost everything but the database."""
    shutil.rmtree(one.store.vault.folder)
    one.store.vault.incoming.mkdir(parents=True)
    return one


def assessed(opened: Desk, as_of: datetime = AFTER) -> Assessment:
    """Return the campaign as of a moment."""
    return assessment(opened, as_of)


def from_scratch(opened: Desk, as_of: datetime = AFTER) -> Assessment:
    """Return what `assessed` does with nothing kept from earlier looks."""
    return assess(gather(opened.store, opened.campaign, opened.associations, opened.selected, as_of))


def everything(assessment: Assessment) -> dict[str, list[dict[str, Any]]]:
    """Return all exports, without the ids that the order of arrival at our side gives."""
    exports = {what: rows(assessment, what) for what in COLUMNS}
    for row in exports["messages"]:
        row["id"] = None
    for row in exports["findings"]:
        row["message"] = re.sub(r"zhengji (assign|decide arrival) \d+", r"zhengji \1 N", row["message"])
        row["evidence"] = re.sub(r"zhengji decide file \d+", "zhengji decide file N", row["evidence"])
        # A finding on a message is named after our number of it.
        row["id"] = None if row["subject"] == "message" else row["id"]
    return exports


def codes(assessment: Assessment, province: str | None = None) -> set[str]:
    """Return the codes of the findings, of one province where it is named."""
    return {finding.code for finding in assessment.findings if province in (None, finding.province)}
