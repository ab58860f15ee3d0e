"""Remembers of each folder how far it was taken in, what the server would not give, and when it was compared whole."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from store.database import Store
from store.models import FolderMark, Sighting, Withheld

# Tries that lie closer together belong to one look into the mailbox, and no look is worth an alarm.
_ONE_LOOK = timedelta(seconds=30)


class Place(NamedTuple):
    """Where a message was seen: a UID of a folder, or the path (`place`) of what came from no mailbox."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    place: str


class Of(NamedTuple):
    """A folder of a mailbox under one UIDVALIDITY: what UIDs belong to."""

    mailbox: str
    folder: str
    uidvalidity: int


@dataclass(frozen=True)
class Mark:
    """How far a folder was taken in: UIDVALIDITY, last UID, how many were seen, when it was last compared whole."""

    uidvalidity: int
    last_uid: int
    sighted: int
    reconciled_at: datetime | None


def known_places(session: Session, places: Sequence[Place]) -> Iterator[tuple[Place, int]]:
    """Yield the places among these that were seen before, with the message that was there."""
    columns = (Sighting.mailbox, Sighting.folder, Sighting.uidvalidity, Sighting.uid, Sighting.place)
    groups: dict[Of, list[Place]] = defaultdict(list)
    for place in places:
        groups[Of(*place[:3])].append(place)
    for of, own in groups.items():
        query = select(*columns, Sighting.message_id).where(
            *_sighted(of),
            Sighting.uid.in_({place.uid for place in own}),
            Sighting.place.in_({place.place for place in own}),
        )
        for mailbox, folder, uidvalidity, uid, path, message_id in session.execute(query):
            yield Place(mailbox, folder, uidvalidity, uid, path), message_id


def advance(session: Session, places: Sequence[Place], sighted: set[Place], now: datetime) -> None:
    """Note how far each folder is taken in and how many were seen there; one that was made anew starts afresh."""
    folders: dict[Of, list[int]] = defaultdict(list)
    for place in places:
        if place.uid:
            folders[Of(*place[:3])].append(place.uid)
    for of, uids in sorted(folders.items()):
        mark = session.get(FolderMark, of[:2], with_for_update=True)
        if mark is None:
            mark = FolderMark(mailbox=of.mailbox, folder=of.folder, uidvalidity=of.uidvalidity, last_uid=0, sighted=0)
            session.add(mark)
        elif mark.uidvalidity != of.uidvalidity:
            mark.uidvalidity, mark.last_uid, mark.sighted, mark.reconciled_at = of.uidvalidity, 0, 0, None
            _forget_other_validities(session, of)
        mark.last_uid = max(mark.last_uid, *uids)
        mark.sighted += sum(place[:3] == of for place in sighted)
        _note_given(session, of, uids, now)
    session.flush()


def folder_mark(store: Store, mailbox: str, folder: str) -> Mark | None:
    """Return how far a folder was taken in, or None where it is new."""
    with store.reading() as session:
        mark = session.get(FolderMark, (mailbox, folder))
        return Mark(mark.uidvalidity, mark.last_uid, mark.sighted, mark.reconciled_at) if mark else None


def sighted_uids(store: Store, of: Of) -> dict[int, set[datetime]]:
    """Return the UIDs of a folder that were taken in with their arrivals: asked for in a whole comparison only."""
    found: dict[int, set[datetime]] = defaultdict(set)
    with store.reading() as session:
        for uid, arrival in session.execute(select(Sighting.uid, Sighting.arrival).where(*_sighted(of))):
            found[uid].add(arrival)
    return found


def note_reconciled(store: Store, of: Of, held: int, last_uid: int, now: datetime) -> None:
    """Note that a folder was compared whole: `held` mails are there, and up to `last_uid` nothing needs to be asked."""

    def note(session: Session) -> None:
        mark = session.get(FolderMark, of[:2], with_for_update=True)
        if mark is None:
            mark = FolderMark(mailbox=of.mailbox, folder=of.folder)
            session.add(mark)
        mark.uidvalidity, mark.last_uid, mark.sighted, mark.reconciled_at = of.uidvalidity, last_uid, held, now

    store.noted(note)


def withhold(store: Store, of: Of, uids: Sequence[int], reason: str, now: datetime) -> None:
    """Note that the server did not give these mails, once more where it did not before."""

    def note(session: Session) -> None:
        query = select(Withheld).where(*_withheld(of), Withheld.uid.in_(uids)).order_by(Withheld.uid)
        known = {row.uid: row for row in session.scalars(query.with_for_update())}
        for uid in uids:
            row = known.get(uid) or Withheld(**of._asdict(), uid=uid, first_at=now, attempts=0)
            session.add(row)
            row.reason, row.last_at, row.given_at, row.attempts = reason, now, None, row.attempts + 1

    store.noted(note)


def withheld_uids(store: Store, of: Of) -> list[int]:
    """Return the UIDs that the server has not given yet, those tried least often first."""
    query = select(Withheld.uid).where(*_withheld(of), Withheld.given_at.is_(None))
    with store.reading() as session:
        return list(session.scalars(query.order_by(Withheld.attempts, Withheld.uid)))


def note_gone(store: Store, of: Of, uids: Sequence[int], now: datetime) -> None:
    """Note that mails which were withheld have left the folder."""
    with store.session() as session:
        _note_given(session, of, uids, now)


def _forget_other_validities(session: Session, of: Of) -> None:
    """Drop what was withheld under another UIDVALIDITY: its UIDs mean nothing any more, and all is asked for again."""
    session.execute(
        delete(Withheld).where(
            Withheld.mailbox == of.mailbox, Withheld.folder == of.folder, Withheld.uidvalidity != of.uidvalidity
        )
    )


def _note_given(session: Session, of: Of, uids: Sequence[int], now: datetime) -> None:
    open_ones = (Withheld.uid.in_(uids), Withheld.given_at.is_(None))
    session.execute(update(Withheld).where(*_withheld(of), *open_ones).values(given_at=now))


@dataclass(frozen=True)
class Missing:
    """Mails of a folder that the server names and has not given in several tries."""

    mailbox: str
    folder: str
    count: int
    since: datetime
    reason: str


def missing(store: Store, as_of: datetime, attempts: int = 2) -> tuple[Missing, ...]:
    """Return what the servers owe as of a moment, a row a folder; a line that broke once alarms nobody.

    Tries within one look count as one: what is given ten minutes later alarms nobody either.
    """
    query = (
        select(Withheld)
        .where(Withheld.first_at <= as_of, Withheld.attempts >= attempts)
        .where(Withheld.given_at.is_(None) | (Withheld.given_at > as_of))
        .order_by(Withheld.mailbox, Withheld.folder, Withheld.first_at, Withheld.uid)
    )
    owed: dict[tuple[str, str], list[Withheld]] = defaultdict(list)
    with store.reading() as session:
        for row in session.scalars(query):
            if min(row.last_at, as_of) - row.first_at >= _ONE_LOOK:
                owed[row.mailbox, row.folder].append(row)
    return tuple(Missing(*of, len(rows), rows[0].first_at, rows[0].reason) for of, rows in owed.items())


def _withheld(of: Of) -> tuple[ColumnElement[bool], ...]:
    return (Withheld.mailbox == of.mailbox, Withheld.folder == of.folder, Withheld.uidvalidity == of.uidvalidity)


def _sighted(of: Of) -> tuple[ColumnElement[bool], ...]:
    return (Sighting.mailbox == of.mailbox, Sighting.folder == of.folder, Sighting.uidvalidity == of.uidvalidity)
