"""Knows which kept mails wait to be read, which failed, and lets them wait again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, exists, func, select, update

from store import searching
from store.contents.blobs import Blob
from store.database import Store
from store.jobs import LATER, URGENT, USUAL
from store.models import Case, File, Fingerprint, Letter, Link, Message, Reading, SamePicture, Sighting
from store.personal import closing
from store.waiting import let_wait

# A message that fails this often waits for `zhengji retry`: it would fail again and hold up the others.
_ATTEMPTS = 3


def waiting(store: Store) -> Sequence[int]:
    """Return the ids of the messages that wait to be read, in the order of their arrival."""
    with store.reading() as session:
        return session.scalars(select(Message.id).where(Message.state == "waiting").order_by(Message.arrival)).all()


def count(store: Store) -> int:
    """Return how many messages are kept."""
    with store.reading() as session:
        return session.scalar(select(func.count(Message.id))) or 0


def raw(store: Store, message_id: int) -> Path:
    """Return where a message's raw bytes can be read."""
    with store.reading() as session:
        sha256 = session.get_one(Message, message_id).sha256
    return store.vault.path(sha256)


def mark(store: Store, message_id: int) -> int:
    """Return a message's mark, which is another one once anything has happened to it."""
    with store.reading() as session:
        return session.get_one(Message, message_id).mark


def is_waiting(store: Store, message_id: int) -> bool:
    """Tell whether a message waits to be read."""
    with store.reading() as session:
        return session.scalar(select(Message.state).where(Message.id == message_id)) == "waiting"


def arrival(store: Store, message_id: int) -> datetime:
    """Return when a message came."""
    with store.reading() as session:
        return session.get_one(Message, message_id).arrival


def mailbox(store: Store, message_id: int) -> str:
    """Return in which mailbox a message was seen first; empty where it was seen in none."""
    first = select(Sighting.mailbox).where(Sighting.message_id == message_id).order_by(Sighting.id).limit(1)
    with store.reading() as session:
        return session.scalar(first) or ""


def blob(store: Store, message_id: int) -> Blob:
    """Return a message's raw bytes as the vault knows them."""
    with store.reading() as session:
        message = session.get_one(Message, message_id)
        return Blob(message.sha256, message.bytes)


def raws(store: Store) -> dict[int, Blob]:
    """Return the raw bytes of all messages as the vault knows them, by our number."""
    with store.reading() as session:
        return {
            row.id: Blob(row.sha256, row.bytes)
            for row in session.execute(select(Message.id, Message.sha256, Message.bytes))
        }


def fail(store: Store, message_id: int, reason: str) -> None:
    """Note that a message could not be read, and why; it is tried again a few times, then only by `retry`.

    One that another process has read meanwhile stays read.
    """
    with store.session() as session:
        message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
        if message.state == "waiting":
            message.state, message.failure = "failed", reason
            message.attempts += 1


def fail_province(store: Store, province: str, reason: str) -> None:
    """Note that what was read of a province could not be filed, and why; see `fail`."""
    mails = select(Letter.message_pk).where(Letter.province == province)
    query = update(Message).where(Message.state == "read", Message.id.in_(mails))
    with store.session() as session:
        session.execute(query.values(state="failed", failure=reason, attempts=Message.attempts + 1))


def wait_again(store: Store, *, every_attempt: bool = False) -> int:
    """Let failed messages wait once more (those tried too often only where `every_attempt`); return how many."""
    which = [Message.state == "failed", *([] if every_attempt else [Message.attempts < _ATTEMPTS])]
    with store.session() as session:
        return let_wait(session, *which, priority=URGENT if every_attempt else USUAL)


def wait_where_half_read(store: Store) -> int:
    """Let every message wait that holds a file whose reading is of no version, for it stopped halfway; return how many.

    Such are scans of which the OCR was killed, or took more time or memory than it may.
    """
    half = exists().where(File.message_pk == Message.id, File.sha256 == Reading.sha256, Reading.version == "")
    with store.session() as session:
        return let_wait(session, Message.state.in_(["read", "filed"]), half, priority=URGENT)


def wait_where_stale(store: Store, version: str) -> int:
    """Let every message wait that another version of the readers, or another roster, has read; return how many."""
    stale = exists().where(Letter.message_pk == Message.id, Letter.version != version)
    with store.session() as session:
        return let_wait(session, Message.state.in_(["read", "filed"]), stale, priority=LATER)


def forget_conclusions(store: Store) -> int:
    """Drop every conclusion and let every message wait to be read; the facts stay. Returns how many messages wait."""
    with store.session() as session:
        closing.refuse(session)
        for table in (File, Link, Case, Letter, Reading, Fingerprint, SamePicture):
            session.execute(delete(table))
        searching.forget(session)
        return let_wait(session, priority=LATER, failure=None, attempts=0)


@dataclass(frozen=True)
class Settled:
    """What is concluded of a message: whose it is, what kind it is, and the address that speaks for its sender."""

    id: int
    province: str | None
    kind: str | None
    sender_address: str | None


def settled(store: Store) -> dict[int, Settled]:
    """Return what is concluded of every message, by our number; nothing is concluded of one that was not read yet."""
    query = select(Message.id, Letter.province, Letter.kind, Letter.sender_address).outerjoin(Letter)
    with store.reading() as session:
        return {row.id: Settled(*row) for row in session.execute(query.order_by(Message.id))}


def failed(store: Store) -> Iterator[tuple[int, str]]:
    """Yield the ids of messages that could not be read, with the reason."""
    with store.reading() as session:
        for message in session.scalars(select(Message).where(Message.state == "failed").order_by(Message.arrival)):
            yield message.id, message.failure or ""
