"""Keeps mails first: accepts raw messages, and remembers where they were seen and how far each folder is taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from store.contents.blobs import Blob
from store.database import Store
from store.folders import Place, advance, known_places
from store.jobs import want_reading
from store.models import Message, Sighting, fresh_mark
from store.personal import closing


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


@dataclass(frozen=True)
class Offered:
    """A raw message that is offered: its file in the vault's `incoming`, its content, where and when it was seen."""

    raw: Path
    blob: Blob
    seen: Seen
    arrival: datetime
    source: str


def accept(store: Store, raw: Path, seen: Seen, arrival: datetime, source: str, now: datetime) -> Accepted:
    """Keep a raw message and note where it was seen; when this returns, it is safe.

    `raw` lies in the vault's `incoming` folder and is taken over. The same bytes again are one message (its earliest
    arrival counts). Raises OSError where the disk is full, with nothing noted, so that the next poll takes it again.
    """
    blob = store.vault.adopt(raw)
    offered = [Offered(raw, blob, seen, arrival, source)]
    with closing.taking_back(store, [blob.sha256]):
        return store.noted(lambda session: note(session, offered, now))[0]


def accept_many(store: Store, offered: Sequence[Offered], now: datetime) -> list[Accepted]:
    """Keep many raw messages at once, in one transaction: all of them are safe when this returns, or none is noted."""
    store.vault.adopt_all([(one.raw, one.blob) for one in offered])
    with closing.taking_back(store, [one.blob.sha256 for one in offered]):
        return store.noted(lambda session: note(session, offered, now))


def note(session: Session, offered: Sequence[Offered], now: datetime) -> list[Accepted]:
    """Note messages, sightings and marks, whose bytes are safe: a handful of statements, however many messages.

    ClosedError where the campaign's personal data was removed: nothing may come back.
    """
    closing.refuse(session)
    first = _first_of_each(offered)
    query = select(Message.sha256, Message.id, Message.arrival).where(Message.sha256.in_(first))
    # In the order of the hashes: two processes that lock the same rows do not wait for each other in a ring.
    known = {sha256: (id_, arrival) for sha256, id_, arrival in session.execute(query.order_by(Message.sha256))}
    for sha256, (id_, arrival) in known.items():
        if first[sha256].arrival < arrival:
            _set_back(session, id_, first[sha256])
    new = _insert(session, [one for sha256, one in sorted(first.items()) if sha256 not in known], now)
    ids = {**new, **{sha256: id_ for sha256, (id_, _) in known.items()}}
    sighted = _note_sightings(session, offered, ids, now)
    if sighted and known:
        # Where a message is said to lie may be another place now.
        again = sorted(id_ for id_, _ in known.values())
        session.execute(update(Message).where(Message.id.in_(again)).values(mark=fresh_mark()))
    advance(session, [_place(one.seen) for one in offered], sighted, now)
    return [Accepted(ids[one.blob.sha256], new.pop(one.blob.sha256, None) is not None) for one in offered]


def _insert(session: Session, new: Sequence[Offered], now: datetime) -> dict[str, int]:
    """Add messages and return their ids by their hashes."""
    rows = [
        {
            "sha256": one.blob.sha256,
            "bytes": one.blob.bytes,
            "arrival": one.arrival,
            "arrival_source": one.source,
            "kept_at": now,
            "state": "waiting",
            "attempts": 0,
        }
        for one in new
    ]
    if not rows:
        return {}
    added = dict(iter(session.execute(insert(Message).returning(Message.sha256, Message.id), rows)))
    want_reading(session, added.values())
    return added


def _set_back(session: Session, message_id: int, earlier: Offered) -> None:
    """Let an earlier arrival of the same bytes go before a later one."""
    which = (Message.id == message_id, Message.arrival > earlier.arrival)
    values = {"arrival": earlier.arrival, "arrival_source": earlier.source}
    session.execute(update(Message).where(*which).values(**values))


def _first_of_each(offered: Sequence[Offered]) -> dict[str, Offered]:
    """Return of each content the one that arrived first."""
    first: dict[str, Offered] = {}
    for one in offered:
        there = first.setdefault(one.blob.sha256, one)
        if one.arrival < there.arrival:
            first[one.blob.sha256] = one
    return first


def _note_sightings(session: Session, offered: Sequence[Offered], ids: Mapping[str, int], now: datetime) -> set[Place]:
    """Add the sightings that are not known; return their places.

    The same place may be looked at again after a lost connection. Where it holds another mail than before, the server
    renumbered its mails: that is a sighting of its own.
    """
    places = {_place(one.seen): one for one in offered}
    known = dict(known_places(session, list(places)))
    rows = {}
    for place, one in places.items():
        message_id = ids[one.blob.sha256]
        if place in known and known[place] != message_id:
            place = place._replace(place=f"renumbered {one.blob.sha256[:12]}")  # noqa: PLW2901 (this mail's own)
            known.update(known_places(session, [place]))
        if place not in known:
            rows[place] = _sighting(place, message_id, one, now)
    if rows:
        session.execute(insert(Sighting), list(rows.values()))
    return set(rows)


def _place(seen: Seen) -> Place:
    return Place(seen.mailbox, seen.folder, seen.uidvalidity, seen.uid, seen.place)


def _sighting(place: Place, message_id: int, one: Offered, now: datetime) -> dict[str, object]:
    own = {"message_id": message_id, "junk": one.seen.junk, "arrival": one.arrival, "seen_at": now}
    return {**place._asdict(), **own}
