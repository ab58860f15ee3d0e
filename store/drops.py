"""Remembers the files of watched folders: which are taken in, which wait or cannot be taken, and where each lies."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.database import Store
from store.models import Drop, Message, Sighting
from store.waiting import READABLE, let_wait

# The sources of an arrival that stand on a watched folder alone: when it was seen, or the day that its place states.
FOLDER_SOURCES = ("folder", "folder_day")
# Those that stand on what a person said who added the file: the moment, or the day alone.
ADDED_SOURCES = ("added", "added_day")


@dataclass(frozen=True)
class Found:
    """A file as a look found it: see `store.models.Drop` for the fields."""

    path: str
    bytes: int
    modified_ns: int
    province: str | None
    inside: str
    is_mail: bool


class _Lying(Protocol):
    """A file as it lies in the folder, before anything is asked of its name."""

    @property
    def bytes(self) -> int:
        """Its size."""

    @property
    def modified_ns(self) -> int:
        """Its time of change."""


@dataclass(frozen=True)
class Mark:
    """What is known of a path: the size and time of change that were seen, since when, and whether it is taken in."""

    id: int
    bytes: int
    modified_ns: int
    province: str | None
    sha256: str | None
    first_at: datetime
    reason: str
    taken: bool
    gone: bool

    def is_of(self, found: "Found | _Lying") -> bool:
        """Tell whether a file is just as it was."""
        return (self.bytes, self.modified_ns) == (found.bytes, found.modified_ns)


@dataclass(frozen=True)
class Noted:
    """What a look has to say of a file: what keeps it from counting, or which content it has."""

    reason: str = ""
    sha256: str | None = None


NOTHING = Noted()


@dataclass(frozen=True)
class Dropped:
    """Where a message lies that is a file of a watched folder, or was added by a person.

    `at` is when it was first seen there; `decision` is the decision that added it, and it is `gone` where that was
    undone, or where the folder no longer holds it.
    """

    mailbox: str
    path: str
    inside: str
    province: str | None
    is_mail: bool
    at: datetime
    decision: int | None = None
    gone: bool = False

    @property
    def withdrawn(self) -> bool:
        """Whether a person added it and that was undone."""
        return self.decision is not None and self.gone


@dataclass(frozen=True)
class Trouble:
    """A file of a watched folder that a person must look after, and why in Chinese."""

    mailbox: str
    path: str
    reason: str


def marks(store: Store, mailbox: str) -> dict[str, Mark]:
    """Return the newest mark of every path of a watched folder, in one query."""
    taken = select(Message.id).where(Message.sha256 == Drop.sha256).exists()
    query = select(Drop, taken).where(Drop.mailbox == mailbox, Drop.decision_id.is_(None))
    query = query.order_by(Drop.gone_at.is_(None), Drop.id)
    with store.reading() as session:
        return {drop.path: _mark(drop, taken=taken) for drop, taken in session.execute(query)}


def _mark(drop: Drop, *, taken: bool) -> Mark:
    return Mark(
        drop.id,
        drop.bytes,
        drop.modified_ns,
        drop.province,
        drop.sha256,
        drop.first_at,
        drop.reason,
        taken=taken,
        gone=drop.gone_at is not None,
    )


def count_waiting(store: Store, mailbox: str) -> int:
    """Return how many files of a watched folder are seen, nothing is wrong with, and are not taken in yet."""
    query = select(func.count(Drop.id)).where(Drop.mailbox == mailbox, Drop.sha256.is_(None), Drop.reason == "")
    with store.reading() as session:
        return session.scalar(query.where(_there())) or 0


def note(store: Store, mailbox: str, found: Found, now: datetime, noted: Noted = NOTHING) -> Mark:
    """Note a file as it is now, in the place of what was noted of its path and never taken in."""
    for _ in range(3):
        try:
            with store.session() as session:
                return _noted(session, mailbox, found, now, noted)
        except IntegrityError:
            # Another process looks at the same folder; its row is found at the next try.
            continue
    raise RuntimeError(f"drop {found.path} could not be noted")


def _noted(session: Session, mailbox: str, found: Found, now: datetime, noted: Noted) -> Mark:
    query = select(Drop).where(Drop.mailbox == mailbox, Drop.path == found.path, Drop.decision_id.is_(None))
    rows = session.scalars(query).all()
    same = next((row for row in rows if (row.bytes, row.modified_ns) == (found.bytes, found.modified_ns)), None)
    for row in rows:
        if row is not same and row.sha256 is None and not row.reason:
            # A file that is being written is another one at every look.
            session.delete(row)
        elif row is not same and row.gone_at is None:
            row.gone_at = now
    drop = same or Drop(mailbox=mailbox, first_at=now, **vars(found))
    if same is None:
        session.add(drop)
    elif same.gone_at is not None and same.sha256 is None:
        # It went and came back before it was taken in: its time begins anew.
        drop.first_at = now
    drop.province, drop.inside, drop.is_mail = found.province, found.inside, found.is_mail
    drop.reason, drop.gone_at = noted.reason, None
    drop.sha256 = noted.sha256 or drop.sha256
    session.flush()
    return _mark(drop, taken=False)


def note_reason(store: Store, mark_id: int, reason: str) -> None:
    """Note what a person must look after at a file; nothing where it is over."""
    with store.session() as session:
        session.execute(update(Drop).where(Drop.id == mark_id).values(reason=reason))


def note_gone(store: Store, ids: Collection[int], now: datetime) -> None:
    """Note which files are no longer there; a content that lies elsewhere too is read again, as of there."""
    with store.session() as session:
        for start in range(0, len(ids), 500):
            some = sorted(ids)[start : start + 500]
            session.execute(update(Drop).where(Drop.id.in_(some)).values(gone_at=now))
            hashes = select(Drop.sha256).where(Drop.id.in_(some), Drop.sha256.is_not(None))
            _read_again(session, Message.sha256.in_(select(Drop.sha256).where(_there(), Drop.sha256.in_(hashes))))


def read_again(store: Store, sha256: str) -> None:
    """Let the message of a content be read again: it lies in another place now."""
    with store.session() as session:
        _read_again(session, Message.sha256 == sha256)


def restate(store: Store, sha256: str, stated: datetime | None) -> None:
    """Let a content arrive when its place states it, else when it was first seen whole; what came by mail stays."""
    with store.session() as session:
        message = session.scalars(select(Message).where(Message.sha256 == sha256).with_for_update()).one()
        if message.arrival_source not in FOLDER_SOURCES:
            return
        if stated is not None:
            message.arrival, message.arrival_source = stated, "folder_day"
        elif message.arrival_source == "folder_day":
            message.arrival, message.arrival_source = message.kept_at, "folder"


def _read_again(session: Session, which: ColumnElement[bool]) -> None:
    let_wait(session, which, Message.state.in_(READABLE))


def _there() -> ColumnElement[bool]:
    return Drop.gone_at.is_(None)


def find_dropped(store: Store, message_id: int) -> Dropped | None:
    """Return where a message lies that is a file of a watched folder or was added; None for one that came otherwise.

    What was added and withdrawn lies nowhere, where it also came by another way.
    """
    with store.reading() as session:
        message = session.get_one(Message, message_id)
        place = _places(session, [message.sha256]).get(message.sha256)
        if place is None or (place.withdrawn and message_id in _seen_otherwise(session)):
            return None
        return _as_it_came(place, message.arrival_source)


def _seen_otherwise(session: Session) -> set[int]:
    """Return the messages that a person added and that were also seen in a mailbox, an import or a watched folder."""
    of_hers = exists().where(
        Drop.decision_id.is_not(None), Drop.sha256 == Message.sha256, Drop.mailbox == Sighting.mailbox
    )
    added = select(Drop.sha256).where(Drop.decision_id.is_not(None))
    query = select(Sighting.message_id).join(Message).where(Message.sha256.in_(added), ~of_hers)
    return set(session.scalars(query.distinct()))


def _as_it_came(place: Dropped, arrival_source: str) -> Dropped:
    """Return a place; what also came by mail is a mail, whatever its file is called in the folder."""
    return replace(place, is_mail=place.is_mail or arrival_source not in (*FOLDER_SOURCES, *ADDED_SOURCES))


def find_place(store: Store, sha256: str) -> Dropped | None:
    """Return the place of a content; None where no watched folder holds or held it."""
    with store.reading() as session:
        return _places(session, [sha256]).get(sha256)


def all_dropped(store: Store) -> dict[int, Dropped]:
    """Return what `dropped` does, in a session of its own."""
    with store.reading() as session:
        return dropped(session)


def dropped(session: Session) -> dict[int, Dropped]:
    """Return where the messages lie that are files of watched folders, by the messages' ids."""
    known = select(Message.sha256, Message.id, Message.arrival_source).where(Message.sha256.in_(select(Drop.sha256)))
    places = _places(session, None)
    withdrawn = any(place.withdrawn for place in places.values())
    otherwise = _seen_otherwise(session) if withdrawn else set()
    return {
        id_: _as_it_came(places[sha256], source)
        for sha256, id_, source in session.execute(known)
        if not (places[sha256].withdrawn and id_ in otherwise)
    }


def _places(session: Session, hashes: Iterable[str] | None) -> Mapping[str, Dropped]:
    """Return the place of each content: where a person added it, else the first where it still lies, else the last.

    So a file that was moved to the right province's folder belongs there, and clearing the folder out changes nothing.
    """
    query = select(Drop).where(Drop.sha256.is_not(None))
    if hashes is not None:
        query = query.where(Drop.sha256.in_(list(hashes)))
    rows = sorted(session.scalars(query), key=_standing)
    return {row.sha256 or "": _dropped(row) for row in reversed(rows)}


def _dropped(row: Drop) -> Dropped:
    return Dropped(
        mailbox=row.mailbox,
        path=row.path,
        inside=row.inside,
        province=row.province,
        is_mail=row.is_mail,
        at=row.first_at,
        decision=row.decision_id,
        gone=row.gone_at is not None,
    )


def _standing(drop: Drop) -> tuple[bool, bool, float, int]:
    """Sort what still lies there first, the oldest of it first; then what went last.

    What a person added goes before the rest as long as it counts, and after all where it was withdrawn.
    """
    gone, added = drop.gone_at is not None, drop.decision_id is not None
    return gone, added == gone, -drop.gone_at.timestamp() if drop.gone_at else 0.0, drop.id


def troubles(store: Store, as_of: datetime) -> list[Trouble]:
    """Return the files that a person must look after, as of a moment, in the order of their paths."""
    with store.reading() as session:
        return troubles_in(session, as_of)


def troubles_in(session: Session, as_of: datetime) -> list[Trouble]:
    """Return what `troubles` does, within a session."""
    lasting = or_(Drop.gone_at.is_(None), Drop.gone_at > as_of)
    query = select(Drop).where(and_(Drop.reason != "", Drop.first_at <= as_of, lasting))
    return [Trouble(row.mailbox, row.path, row.reason) for row in session.scalars(query.order_by(Drop.path, Drop.id))]
