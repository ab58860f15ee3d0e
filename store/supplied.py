"""Keeps the files that people add to messages, such as those downloaded from a cloud link, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.blobs import Blob
from store.database import Store
from store.models import Letter, Link, Message, Supplied

# A number that databases can hold.
_LONGEST_NUMBER = 10


def find_message(store: Store, text: str) -> int | None:
    """Return the message that a person names by our number or by its Message-ID; None where there is none."""
    with store.reading() as session:
        if text.isdecimal() and len(text) < _LONGEST_NUMBER:
            return session.scalar(select(Message.id).where(Message.id == int(text)))
        return session.scalar(select(Letter.message_pk).where(Letter.message_id == text).order_by(Letter.message_pk))


def supplied(store: Store, message_id: int) -> Sequence[Supplied]:
    """Return the files that were added to a message, in the order they came."""
    with store.reading() as session:
        return session.scalars(select(Supplied).where(Supplied.message_pk == message_id).order_by(Supplied.id)).all()


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


def add(store: Store, message_id: int, one: Added, now: datetime) -> bool:
    """Note that a person added a file to a message, and let the message be read again; False where it was there.

    The same content twice is one file, whatever it is called; what link it answers may be said later.
    """
    try:
        with store.session() as session:
            message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
            query = select(Supplied).where(Supplied.message_pk == message_id)
            row = session.scalar(query.where(Supplied.sha256 == one.blob.sha256))
            new = row is None
            if row is None:
                row = Supplied(
                    message_pk=message_id,
                    name=one.name,
                    sha256=one.blob.sha256,
                    bytes=one.blob.bytes,
                    person=one.person,
                    added_at=now,
                )
                session.add(row)
            row.link = one.link or row.link
            message.state, message.attempts = "waiting", 0
            return new
    except IntegrityError:
        # Another process added the same file at the same moment.
        return False


def answered_links(session: Session) -> set[str]:
    """Return the keys of all links that people have answered with files, in whichever message they stood."""
    return {key for key in session.scalars(select(Supplied.link).where(Supplied.link.is_not(None))) if key}


def count_added(session: Session, message_id: int) -> int:
    """Return how many files people have added to a message."""
    return session.scalar(select(func.count(Supplied.id)).where(Supplied.message_pk == message_id)) or 0
