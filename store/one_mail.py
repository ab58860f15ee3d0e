"""Answers what one mail's page shows beside its view: where it was seen, its copies, and what it passes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Store
from store.models import Letter, Message, Sighting


@dataclass(frozen=True)
class Seat:
    """Where a mail was seen: a place in a mailbox, or a file that was imported; `seen_at` is when."""

    mailbox: str
    folder: str
    uid: int
    junk: bool
    place: str
    seen_at: datetime


@dataclass(frozen=True)
class Details:
    """One mail: the address that speaks for its sender, the sender's own clock, and what it passes on.

    `copies` are the other mails that differ in their transport only, by our numbers; `spoke` the decisions that were
    followed when it was read.
    """

    sender_address: str | None
    to: Sequence[str]
    date: datetime | None
    forwarded: Sequence[dict[str, Any]]
    spoke: Sequence[int]
    seats: Sequence[Seat]
    copies: Sequence[int]


def details_of(store: Store, message_id: int) -> Details | None:
    """Return what there is of a mail; None where there is no such mail."""
    with store.reading() as session:
        if session.scalar(select(Message.id).where(Message.id == message_id)) is None:
            return None
        seats, letter = _seats(session, message_id), session.get(Letter, message_id)
        if letter is None:
            return Details(None, (), None, (), (), seats, ())
        spoke = [int(one) for one in letter.decided.split(",") if one]
        copies = _copies(session, letter)
        return Details(letter.sender_address, letter.to, letter.date, letter.forwarded, spoke, seats, copies)


def _seats(session: Session, message_id: int) -> list[Seat]:
    rows = session.scalars(select(Sighting).where(Sighting.message_id == message_id).order_by(Sighting.id))
    return [Seat(row.mailbox, row.folder, row.uid, row.junk, row.place, row.seen_at) for row in rows]


def _copies(session: Session, letter: Letter) -> Sequence[int]:
    if letter.soft_key is None:
        return ()
    query = select(Letter.message_pk).where(Letter.soft_key == letter.soft_key, Letter.message_pk != letter.message_pk)
    return session.scalars(query.order_by(Letter.message_pk)).all()
