"""Keeps mails first: accepts raw messages, remembers where they were seen, and which of them wait to be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.blobs import Blob
from store.database import Store
from store.models import Case, File, FolderMark, Letter, Link, Message, Reading, Sighting

# A message that fails this often waits for `zhengji retry`: it would fail again and hold up the others.
_ATTEMPTS = 3


@dataclass(frozen=True)
class Seen:
    """Where a message was seen: a UID of a mailbox's folder, or the path it was imported from (`place`)."""

    mailbox: str
    folder: str
    uidvalidity: int = 0
    uid: int = 0
    place: str = ""
    junk: bool = False


@dataclass(frozen=True)
class Accepted:
    """What became of a message that was offered: our id, and whether its bytes are new to us."""

    id: int
    new: bool


def accept(store: Store, raw: Path, seen: Seen, arrival: datetime, source: str, now: datetime) -> Accepted:
    """Keep a raw message and note where it was seen; when this returns, it is safe.

    `raw` lies in the vault's `incoming` folder and is taken over. The same bytes again are one message (its earliest
    arrival counts). Raises OSError where the disk is full, with nothing noted, so that the next poll takes it again.
    """
    blob = store.vault.adopt(raw)
    for _ in range(3):
        try:
            with store.session() as session:
                return _note(session, blob, seen, arrival, source, now)
        except IntegrityError:
            # Another process noted the same bytes at the same moment; the next look finds its row.
            continue
    raise RuntimeError(f"message {blob.sha256} could not be noted")


def _note(session: Session, blob: Blob, seen: Seen, arrival: datetime, source: str, now: datetime) -> Accepted:
    message = session.scalar(select(Message).where(Message.sha256 == blob.sha256).with_for_update())
    new = message is None
    if message is None:
        message = Message(
            sha256=blob.sha256,
            bytes=blob.bytes,
            arrival=arrival,
            arrival_source=source,
            kept_at=now,
            state="waiting",
            attempts=0,
        )
        session.add(message)
    elif arrival < message.arrival:
        message.arrival, message.arrival_source = arrival, source
    session.flush()
    _note_sighting(session, message.id, seen, arrival, now)
    _advance(session, seen)
    return Accepted(message.id, new)


def _note_sighting(session: Session, message_id: int, seen: Seen, arrival: datetime, now: datetime) -> None:
    """Add a sighting unless it is known: the same place may be looked at again after a lost connection."""
    same = (
        (Sighting.mailbox == seen.mailbox)
        & (Sighting.folder == seen.folder)
        & (Sighting.uidvalidity == seen.uidvalidity)
        & (Sighting.uid == seen.uid)
        & (Sighting.place == seen.place)
    )
    if session.scalar(select(Sighting.id).where(same)) is None:
        session.add(
            Sighting(
                message_id=message_id,
                mailbox=seen.mailbox,
                folder=seen.folder,
                uidvalidity=seen.uidvalidity,
                uid=seen.uid,
                place=seen.place,
                junk=seen.junk,
                arrival=arrival,
                seen_at=now,
            )
        )
        session.flush()


def _advance(session: Session, seen: Seen) -> None:
    """Note that a folder is taken in up to this UID; a folder that was made anew starts from it."""
    if seen.uid == 0:
        return
    mark = session.get(FolderMark, (seen.mailbox, seen.folder))
    if mark is None:
        session.add(
            FolderMark(mailbox=seen.mailbox, folder=seen.folder, uidvalidity=seen.uidvalidity, last_uid=seen.uid)
        )
    elif mark.uidvalidity != seen.uidvalidity:
        mark.uidvalidity, mark.last_uid = seen.uidvalidity, seen.uid
    else:
        mark.last_uid = max(mark.last_uid, seen.uid)


def folder_mark(store: Store, mailbox: str, folder: str) -> tuple[int, int] | None:
    """Return (UIDVALIDITY, last UID) of a folder as last taken in, or None where it is new."""
    with store.reading() as session:
        mark = session.get(FolderMark, (mailbox, folder))
        return (mark.uidvalidity, mark.last_uid) if mark else None


def waiting(store: Store) -> Sequence[int]:
    """Return the ids of the messages that wait to be read, in the order of their arrival."""
    with store.reading() as session:
        return session.scalars(select(Message.id).where(Message.state == "waiting").order_by(Message.arrival)).all()


def count(store: Store) -> int:
    """Return how many messages are kept."""
    with store.reading() as session:
        return session.scalar(select(func.count(Message.id))) or 0


def raw(store: Store, message_id: int) -> Path:
    """Return where a message's raw bytes lie."""
    with store.reading() as session:
        return store.vault.path(session.get_one(Message, message_id).sha256)


def blob(store: Store, message_id: int) -> Blob:
    """Return a message's raw bytes as the vault knows them."""
    with store.reading() as session:
        message = session.get_one(Message, message_id)
        return Blob(message.sha256, message.bytes)


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
    query = update(Message).where(Message.state == "failed")
    if not every_attempt:
        query = query.where(Message.attempts < _ATTEMPTS)
    with store.session() as session:
        return _rows(session, query.values(state="waiting"))


def wait_where_stale(store: Store, version: str) -> int:
    """Let every message wait that another version of the readers, or another roster, has read; return how many."""
    stale = exists().where(Letter.message_pk == Message.id, Letter.version != version)
    query = update(Message).where(Message.state.in_(["read", "filed"]), stale)
    with store.session() as session:
        return _rows(session, query.values(state="waiting"))


def forget_conclusions(store: Store) -> int:
    """Drop every conclusion and let every message wait to be read; the facts stay. Returns how many messages wait."""
    with store.session() as session:
        for table in (File, Link, Case, Letter, Reading):
            session.execute(delete(table))
        return _rows(session, update(Message).values(state="waiting", failure=None, attempts=0))


def _rows(session: Session, statement: object) -> int:
    """Run an update and return how many rows it changed."""
    return int(getattr(session.execute(statement), "rowcount", 0))  # type: ignore[call-overload]


def failed(store: Store) -> Iterator[tuple[int, str]]:
    """Yield the ids of messages that could not be read, with the reason."""
    with store.reading() as session:
        for message in session.scalars(select(Message).where(Message.state == "failed").order_by(Message.arrival)):
            yield message.id, message.failure or ""
