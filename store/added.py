"""Keeps the files that persons add because they came by other ways than mail: all of it at once, or nothing.

A file is a message of its own that lies in a place named after the way it came, as one of a watched folder does; what
was decided of it says whose it is, when it came, and who says so.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import arrivals
from store.arrivals import Offered, Seen
from store.contents.blobs import Blob
from store.database import Store, hold
from store.decisions import ADDED, Decided, Person, made, of_message
from store.models import Case, Decision, Drop, File, Filing, Message
from store.waiting import let_one_wait
from store.withdrawing import settle_arrival

_NO_FILE = Path()
# One adds at a time, so that the same bytes are never added twice.
_LOCK = zlib.crc32(b"added")


@dataclass(frozen=True)
class Brought:
    """A file as it is to be added: its content in the vault, its path, and its arrival with what that stands on.

    `path` begins with the province; what lies between it and the name is the case's folder.
    """

    name: str
    path: str
    blob: Blob
    is_mail: bool
    arrival: datetime
    source: str


@dataclass(frozen=True)
class Told:
    """What a person says of the files that she adds: whose they are, of which case, and by which way they came."""

    province: str
    city: str | None
    level: str | None
    case: str
    way: str

    @property
    def mailbox(self) -> str:
        """What the place is called that the files lie in."""
        return f"{self.way}补入"


@dataclass(frozen=True)
class Noted:
    """What became of a file: its decision and message, and whether it was added now or had been before."""

    decision: int
    message: int
    new: bool


def add(store: Store, brought: Sequence[Brought], told: Told, person: Person) -> list[Noted]:
    """Add files whose bytes are kept, in one transaction; those that somebody added before stay as they are."""

    def note(session: Session) -> list[Noted]:
        hold(session.connection(), _LOCK)
        return [_add(session, one, told, person) for one in brought]

    return store.noted(note)


def find_standing(store: Store, sha256: str) -> Decided | None:
    """Return the decision by which a content was added and that still counts; None where there is none."""
    with store.reading() as session:
        rows = (row for row in made(session, ADDED) if row.undone_at is None and row.value["sha256"] == sha256)
        return next(rows, None)


def communities(store: Store, message_id: int) -> list[str]:
    """Return the cases that something in a message was filed under."""
    query = select(Case.community).join(Filing).join(File).where(File.message_pk == message_id)
    with store.reading() as session:
        return sorted(session.scalars(query.distinct()))


def _add(session: Session, one: Brought, told: Told, person: Person) -> Noted:
    message = session.scalar(select(Message).where(Message.sha256 == one.blob.sha256).with_for_update())
    earlier = _decisions(session, message.id) if message else []
    standing = next((row for row in earlier if row.undone_at is None), None)
    if message and standing:
        return Noted(standing.id, message.id, new=False)
    # How it had arrived before anybody added it: that counts again where this is undone.
    before = [message.arrival.isoformat(), message.arrival_source] if message and not earlier else None
    (accepted,) = arrivals.note(session, [_offered(one, told)], person.now)
    decision = _decision(session, accepted.id, _value(one, told, before), person)
    _lay_down(session, one, told, decision)
    message = session.get_one(Message, accepted.id)
    let_one_wait(session, message)
    session.flush()
    settle_arrival(session, message)
    return Noted(decision.id, message.id, new=True)


def _decisions(session: Session, message_id: int) -> Sequence[Decision]:
    query = select(Decision).where(Decision.what == ADDED, Decision.subject == of_message(message_id))
    return session.scalars(query.order_by(Decision.id)).all()


def _decision(session: Session, message_id: int, value: dict[str, Any], person: Person) -> Decision:
    row = Decision(
        what=ADDED,
        subject=of_message(message_id),
        value=value,
        person=person.name,
        note=person.note,
        decided_at=person.now,
    )
    session.add(row)
    session.flush()
    return row


def _value(one: Brought, told: Told, before: list[str] | None) -> dict[str, Any]:
    own = {"name": one.name, "path": one.path, "sha256": one.blob.sha256, "bytes": one.blob.bytes}
    came = {"arrival": one.arrival.isoformat(), "arrival_source": one.source, "before": before}
    return {**own, **vars(told), **came}


def _version(blob: Blob) -> int:
    """Return a number that tells two contents at one path apart, as the time of change does in a real folder."""
    return int(blob.sha256[:15], 16)


def _offered(one: Brought, told: Told) -> Offered:
    seen = Seen(told.mailbox, told.province, uidvalidity=_version(one.blob), place=one.path)
    # The bytes are in the vault already: there is no raw file to take over.
    return Offered(_NO_FILE, one.blob, seen, one.arrival, one.source)


def _lay_down(session: Session, one: Brought, told: Told, decision: Decision) -> None:
    """Note where a file lies; at a place where it lay before it was withdrawn, it lies again."""
    key = {"mailbox": told.mailbox, "path": one.path, "bytes": one.blob.bytes, "modified_ns": _version(one.blob)}
    drop = session.scalar(select(Drop).filter_by(**key)) or Drop(**key)
    drop.province, drop.inside = told.province, one.path.removeprefix(f"{told.province}/")
    drop.is_mail, drop.sha256, drop.reason = one.is_mail, one.blob.sha256, ""
    drop.first_at, drop.gone_at, drop.decision_id = decision.decided_at, None, decision.id
    session.add(drop)
