"""Keeps the files that people add to messages, such as those downloaded from a cloud link, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from store.contents.blobs import Blob
from store.database import Store
from store.decisions import ATTACHED
from store.models import Decision, Letter, Link, Message, Supplied
from store.personal import closing
from store.waiting import let_one_wait

# A number that databases can hold.
_LONGEST_NUMBER = 10


def find_message(store: Store, text: str) -> int | None:
    """Return the message that a person names by our number or by its Message-ID; None where there is none."""
    with store.reading() as session:
        if text.isdecimal() and len(text) < _LONGEST_NUMBER:
            return session.scalar(select(Message.id).where(Message.id == int(text)))
        return session.scalar(select(Letter.message_pk).where(Letter.message_id == text).order_by(Letter.message_pk))


def supplied(store: Store, message_id: int) -> Sequence[Supplied]:
    """Return the files that were added to a message and still count, in the order they came."""
    query = select(Supplied).where(Supplied.message_pk == message_id, _counts())
    with store.reading() as session:
        return session.scalars(query.order_by(Supplied.id)).all()


def _counts() -> ColumnElement[bool]:
    """Tell what counts: all whose decision is not undone."""
    undone = select(Decision.id).where(Decision.id == Supplied.decision_id, Decision.undone_at.is_not(None))
    return ~undone.exists()


def links(store: Store, message_id: int) -> Sequence[Link]:
    """Return the cloud links of a message in their order."""
    with store.reading() as session:
        return session.scalars(select(Link).where(Link.message_pk == message_id).order_by(Link.number)).all()


@dataclass(frozen=True)
class Added:
    """A file as a person adds it to a message: its name, its content in the vault, and the link that it answers."""

    name: str
    blob: Blob
    link: str | None
    person: str


@dataclass(frozen=True)
class Attached:
    """What became of a file: its decision, and whether it was added now or had been before."""

    decision: int | None
    new: bool


def add(store: Store, message_id: int, one: Added, now: datetime) -> Attached:
    """Note that a person added a file to a message, and let the message be read again.

    The same content twice is one file, whatever it is called; what link it answers may be said later. One whose
    decision was undone is added anew.
    """
    return store.noted(lambda session: _add(session, message_id, one, now))


def _add(session: Session, message_id: int, one: Added, now: datetime) -> Attached:
    closing.refuse(session)
    message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
    query = select(Supplied).where(Supplied.message_pk == message_id, Supplied.sha256 == one.blob.sha256)
    row = session.scalar(query)
    standing = row is not None and session.scalar(query.where(_counts())) is not None
    if row is None:
        row = Supplied(message_pk=message_id, sha256=one.blob.sha256, bytes=one.blob.bytes)
        session.add(row)
    if not standing:
        row.name, row.link, row.person, row.added_at = one.name, one.link, one.person, now
        row.decision_id = _decide(session, message_id, one, now)
    row.link = one.link or row.link
    let_one_wait(session, message)
    return Attached(row.decision_id, new=not standing)


def _decide(session: Session, message_id: int, one: Added, now: datetime) -> int:
    value = {"message": message_id, "name": one.name, "sha256": one.blob.sha256, "bytes": one.blob.bytes}
    subject = f"attached:{message_id}:{one.blob.sha256}"
    row = Decision(what=ATTACHED, subject=subject, value=value, person=one.person, note="", decided_at=now)
    session.add(row)
    session.flush()
    return row.id


def answered_links(session: Session) -> set[str]:
    """Return the keys of all links that people have answered with files, in whichever message they stood."""
    query = select(Supplied.link).where(Supplied.link.is_not(None), _counts())
    return {key for key in session.scalars(query) if key}


def count_added(session: Session, message_id: int) -> int:
    """Return how many files people have added to a message that still count."""
    return session.scalar(select(func.count(Supplied.id)).where(Supplied.message_pk == message_id, _counts())) or 0
