"""Keeps the files that people add to messages, such as those downloaded from a cloud link, and what they answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.blobs import Blob
from store.database import Store
from store.models import Link, Message, Supplied


def has_message(store: Store, message_id: int) -> bool:
    """Tell whether there is a message of this number."""
    with store.reading() as session:
        return session.get(Message, message_id) is not None


def supplied(store: Store, message_id: int) -> Sequence[Supplied]:
    """Return the files that were added to a message, in the order they came."""
    with store.reading() as session:
        return session.scalars(select(Supplied).where(Supplied.message_pk == message_id).order_by(Supplied.id)).all()


def links(store: Store, message_id: int) -> Sequence[Link]:
    """Return the cloud links of a message in their order."""
    with store.reading() as session:
        return session.scalars(select(Link).where(Link.message_pk == message_id).order_by(Link.number)).all()


def add(store: Store, message_id: int, name: str, blob: Blob, link: str | None, person: str, now: datetime) -> bool:
    """Note that a person added a file to a message, and let the message be read again; False where it was there."""
    try:
        with store.session() as session:
            message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
            row = session.scalar(select(Supplied).where(_same(message_id, name, blob)))
            new = row is None
            if row is None:
                row = Supplied(
                    message_pk=message_id,
                    name=name,
                    sha256=blob.sha256,
                    bytes=blob.bytes,
                    person=person,
                    added_at=now,
                )
                session.add(row)
            row.link = link or row.link
            message.state, message.attempts = "waiting", 0
            return new
    except IntegrityError:
        # Another process added the same file at the same moment.
        return False


def _same(message_id: int, name: str, blob: Blob):
    return (Supplied.message_pk == message_id) & (Supplied.sha256 == blob.sha256) & (Supplied.name == name)


def answered(session: Session, message_id: int) -> set[str]:
    """Return the keys of the links of a message that people have answered with files."""
    query = select(Supplied.link).where(Supplied.message_pk == message_id, Supplied.link.is_not(None))
    return {key for key in session.scalars(query) if key}
