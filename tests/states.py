"""What a store holds, without ids and without the moments of our own clock: two runs that end alike compare equal."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from ingest.desk import Desk
from store.database import Store
from store.models import Case, File, Filing, FolderMark, Letter, Message, Reading, Sighting
from tests.desks import assessed, everything

State = dict[str, Any]
NOW = datetime(2026, 8, 1, 1, 0, tzinfo=UTC)


def clock() -> datetime:
    """Return the moment that these tests take as now."""
    return NOW


def kept(store: Store) -> set[bytes]:
    """Return the raw bytes of all messages, as they lie in the vault; each must be what its hash says."""
    with store.reading() as session:
        hashes = session.scalars(select(Message.sha256)).all()
    contents = [store.vault.path(sha256).read_bytes() for sha256 in hashes]
    assert [hashlib.sha256(content).hexdigest() for content in contents] == list(hashes)
    assert len(set(contents)) == len(contents)
    return set(contents)


def _columns(table: Any, *without: str) -> list[Any]:
    """Return a table's columns but ids, links and the moments of our own clock."""
    mine = {"id", "message_id", "message_pk", "file_id", "case_id", "kept_at", "seen_at", "checked_at", *without}
    return [column for column in table.__table__.columns if column.name not in mine]


def _queries() -> dict[str, Select[Any]]:
    of = select(Message.sha256)
    return {
        # The mark is another number whenever something was done.
        "messages": select(*_columns(Message, "mark")),
        "sightings": of.add_columns(*_columns(Sighting)).join(Sighting, Sighting.message_id == Message.id),
        # When a folder was last compared whole depends on how often the line broke; what was taken in does not.
        "marks": select(FolderMark.mailbox, FolderMark.folder, FolderMark.uidvalidity, FolderMark.last_uid),
        "letters": of.add_columns(*_columns(Letter)).join(Letter, Letter.message_pk == Message.id),
        "files": of.add_columns(*_columns(File)).join(File, File.message_pk == Message.id),
        "readings": select(*_columns(Reading)),
        "cases": select(*_columns(Case)),
        "filings": of.add_columns(File.path, Case.key, *_columns(Filing))
        .join(File, File.message_pk == Message.id)
        .join(Filing, Filing.file_id == File.id)
        .join(Case, Case.id == Filing.case_id),
    }


def tables(store: Store) -> State:
    """Return what the tables hold, in an order of its own."""
    with store.reading() as session:
        return {name: sorted(map(repr, session.execute(query))) for name, query in _queries().items()}


def state(desk: Desk) -> State:
    """Return everything that a run leaves: the tables, and the findings and reports that follow from them."""
    kept(desk.store)
    exports = everything(assessed(desk))
    # What arrived in the same second stands in the order in which it was taken in, and that is chance.
    return {**tables(desk.store), **{f"report {name}": sorted(rows, key=repr) for name, rows in exports.items()}}


def differences(one: State, other: State) -> dict[str, tuple[Any, Any]]:
    """Return where two states differ."""
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


Clock = Callable[[], datetime]
