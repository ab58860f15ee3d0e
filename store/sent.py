"""Remembers what of a digest went where: noted before it goes and after, so that none goes twice and all is kept.

The bytes themselves lie in the vault, put there before the note is made.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from store import attempts
from store.attempts import MAIL, NOWHERE, PATIENCE, TEST, Ended, key_of
from store.database import Store
from store.outgoing import SentDigest
from store.personal import closing

__all__ = ["FILE", "MAIL", "NOWHERE", "PATIENCE", "TEST", "key_of"]
# Where nobody is to be written to, the file is the digest.
FILE = "file"


@dataclass(frozen=True)
class Parcel:
    """What is about to go: the digest's day and moment, by which channel to whom, and its bytes by their hash.

    The recipient is an address, or the name of a chat group as the settings call it.
    """

    day: date
    as_of: datetime
    channel: str
    recipient: str
    sha256: str
    html_sha256: str


@dataclass(frozen=True)
class Sending(attempts.Tried):
    """A digest on its way, or where it ended (see `SentDigest`); `seen` names this very attempt."""

    id: int
    day: date
    as_of: datetime
    channel: str
    recipient: str
    state: str
    reason: str
    started_at: datetime
    sent_at: datetime | None
    sha256: str | None


def begin(store: Store, parcel: Parcel, now: datetime) -> Sending | None:
    """Commit that a parcel is about to go; None where it is not ours to send.

    It is where it never was tried or has surely failed; of two processes at once one gets it. A test may go often.
    """

    def work(session: Any) -> Sending | None:  # noqa: ANN401 (a session of the store)
        closing.refuse(session)
        there = session.scalar(select(SentDigest).where(*_at(parcel)).with_for_update())
        if there is None:
            there = SentDigest(day=parcel.day.isoformat(), channel=parcel.channel, recipient=_key(parcel))
            session.add(there)
        elif there.state != "failed" and parcel.channel != TEST:
            return None
        _start(there, parcel, now)
        session.flush()
        return _told(there)

    return store.noted(work)


def begin_again(store: Store, seen: Sending, now: datetime, why: str) -> Sending | None:
    """Commit that a person lets the same bytes go again; None where it has changed since it was `seen`."""
    with store.session() as session:
        there = session.scalar(select(SentDigest).where(SentDigest.id == seen.id).with_for_update())
        if there is None or (there.state, there.started_at) != (seen.state, seen.started_at):
            return None
        there.state, there.reason, there.started_at = "sending", why, now
        session.flush()
        return _told(there)


def note_written(store: Store, parcel: Parcel, now: datetime) -> None:
    """Note that a day's digest was written for people to read as a file; the first of a day stays."""

    def work(session: Any) -> None:  # noqa: ANN401 (a session of the store)
        closing.refuse(session)
        if session.scalar(select(SentDigest).where(*_at(parcel))) is None:
            row = SentDigest(day=parcel.day.isoformat(), channel=parcel.channel, recipient=_key(parcel))
            _start(row, parcel, now)
            row.state, row.sent_at = "sent", now
            session.add(row)

    store.noted(work)


def finish(store: Store, sending: Sending, state: str, reason: str, now: datetime) -> bool:
    """Note how an attempt ended: sent, failed or unclear; False where another attempt has taken its place."""
    said = "；".join(part for part in (sending.reason, reason) if part)
    with store.session() as session:
        return attempts.end(session, SentDigest, [sending.id], sending.started_at, Ended(state, said, now))


def find(store: Store, number: int) -> Sending | None:
    """Return what was tried under a number."""
    with store.reading() as session:
        row = session.get(SentDigest, number)
        return _told(row) if row else None


def latest(store: Store, at_most: int, skip: int = 0) -> tuple[tuple[Sending, ...], int]:
    """Return what was tried last, the newest first, and how much there is in all."""
    with store.reading() as session:
        rows = session.scalars(select(SentDigest).order_by(SentDigest.id.desc()).offset(skip).limit(at_most))
        return tuple(_told(row) for row in rows), session.scalar(select(func.count()).select_from(SentDigest)) or 0


def of_day(store: Store, day: date) -> tuple[Sending, ...]:
    """Return what was tried for a day's digest, without tests, in the order of the first tries."""
    return tuple(one for one in every(store) if one.day == day and one.channel != TEST)


def every(store: Store) -> tuple[Sending, ...]:
    """Return all that was ever tried, the oldest first."""
    with store.reading() as session:
        return tuple(_told(row) for row in session.scalars(select(SentDigest).order_by(SentDigest.id)))


def last_before(store: Store, day: date) -> datetime | None:
    """Return the moment of the last digest that surely went out on an earlier day."""
    went = (SentDigest.day < day.isoformat(), SentDigest.state == "sent", SentDigest.channel != TEST)
    with store.reading() as session:
        return session.scalar(select(func.max(SentDigest.as_of)).where(*went))


def _at(parcel: Parcel) -> tuple[Any, ...]:
    return (
        SentDigest.day == parcel.day.isoformat(),
        SentDigest.channel == parcel.channel,
        SentDigest.recipient == _key(parcel),
    )


def _key(parcel: Parcel) -> str:
    return key_of(parcel.channel, parcel.recipient)


def _start(row: SentDigest, parcel: Parcel, now: datetime) -> None:
    attempts.start(row, parcel.sha256, now)
    row.as_of, row.html_sha256 = parcel.as_of, parcel.html_sha256


def _told(row: SentDigest) -> Sending:
    return Sending(
        row.id,
        date.fromisoformat(row.day),
        row.as_of,
        row.channel,
        row.recipient,
        row.state,
        row.reason,
        row.started_at,
        row.sent_at,
        row.sha256,
    )
