"""Whose is a content of the vault? So that whoever finds one damaged knows which mail, file or report that was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, null, select

from store.database import Store
from store.models import File, Message, Supplied
from store.outgoing import Milestone, Reminder, SentDigest, Snapshot


@dataclass(frozen=True)
class Owner:
    """What a content is of: the table that names it, the message where there is one, and a name or a day."""

    sha256: str
    table: str
    message: int | None
    name: str


def owners(store: Store, hashes: Sequence[str]) -> dict[str, Owner]:
    """Return what contents are of, those of which that is known: the mail itself before what was taken out of it."""
    found: dict[str, Owner] = {}
    if not hashes:
        return found
    with store.reading() as session:
        for query in _queries(hashes):
            for row in session.execute(query):
                found.setdefault(row[0], Owner(*row))
    return found


def _queries(hashes: Sequence[str]) -> Iterator[Select[*tuple[Any, ...]]]:
    for table, message, name in (
        (Message, Message.id, literal("")),
        (Supplied, Supplied.message_pk, Supplied.name),
        (File, File.message_pk, File.path),
        (SentDigest, null(), SentDigest.day),
        (Reminder, null(), Reminder.province),
        (Milestone, null(), Milestone.day),
        (Snapshot, null(), literal("")),
    ):
        query = select(table.sha256, literal(table.__tablename__), message, name)
        yield query.where(table.sha256.in_(hashes)).order_by(table.id)
