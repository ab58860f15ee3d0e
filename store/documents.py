"""Keeps what was read: letters, files and the readings of contents; a message read again replaces what was there."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.database import Store, hold
from store.errors import OvertakenError
from store.jobs import want_filing, want_reading
from store.models import File, Letter, Link, Message, Reading
from store.personal import closing
from store.pictures import note_fingerprint
from store.searching import note_texts
from store.supplied import answered_links, count_added


@dataclass(frozen=True)
class ReadFile:
    """A file found in a message, as it is to be kept: see `store.models.File` for the fields."""

    path: str
    name: str
    sha256: str | None
    bytes: int
    format: str
    kind: str
    kind_evidence: str
    status: str
    reason: str = ""
    letter: dict[str, Any] | None = None
    volume: dict[str, Any] | None = None
    volume_stem: str | None = None


@dataclass(frozen=True)
class ReadLink:
    """A cloud link of a message, as it is to be kept: see `store.models.Link` for the fields."""

    number: int
    provider: str
    key: str
    url: str
    name: str | None
    size_text: str | None
    bytes: int | None
    expires: datetime | None
    expires_text: str | None
    code: str | None


@dataclass(frozen=True)
class ReadLetter:
    """A message's letter, as it is to be kept: see `store.models.Letter` for the fields."""

    message_id: str | None
    from_address: str | None
    from_name: str
    to: Sequence[str]
    subject: str
    date: datetime | None
    text: str
    automatic: str | None
    kind: str
    kind_evidence: str
    province: str | None
    city: str | None
    sender_level: str | None
    sender_clues: Sequence[str]
    defects: Sequence[str]
    version: str
    soft_key: str | None = None
    forwarded: Sequence[dict[str, Any]] = ()
    authentication: Sequence[dict[str, Any]] = ()
    sender_address: str | None = None
    candidates: Sequence[str] = ()
    suspicions: Sequence[str] = ()
    decided: str = ""
    received: datetime | None = None
    sender_confidence: float | None = None


@dataclass(frozen=True)
class CachedReading:
    """What reading a content gave: `found` is a list of {kind, confidence, facts}.

    `texts` and `sentences` are kept (see `store.models.Reading`), not given back.
    """

    sha256: str
    version: str
    format: str
    status: str
    reason: str
    found: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict, compare=False)
    sentences: bytes = field(default=b"", compare=False)


@dataclass(frozen=True)
class Beside:
    """What stands beside a message's letter and files: its cloud links, and how many files people had added to it.

    `mark` is the message's own when its reading began; `holds` tells whether what its sender's other mails told is
    still what they tell. `otherwise` is called, as it is kept, where its sender is told otherwise than before.
    """

    links: Sequence[ReadLink] = ()
    added: int = 0
    mark: int | None = None
    holds: Callable[[], bool] = lambda: True
    otherwise: Callable[[Session], None] = lambda _session: None


_NOTHING = Beside()
_LOCK = zlib.crc32(b"keep what was read")


def keep_read(
    store: Store,
    message_id: int,
    letter: ReadLetter,
    files: Iterable[ReadFile],
    *,
    beside: Beside = _NOTHING,
    first_time: Callable[[Session], None] = lambda _session: None,
) -> None:
    """Put a message's letter, files and links in the place of any earlier ones, and mark it read: all or nothing.

    Where there were none, `first_time` is called within the same transaction. Where something happened to it while it
    was read, or another mail tells of it now, it waits to be read once more. AwayError, with nothing changed, where the
    contents cannot be made safe.
    """
    files = list(files)
    hashes = [file.sha256 for file in files if file.sha256]
    store.vault.publish(hashes)
    with closing.taking_back(store, hashes), store.session() as session:
        # One after another, so that of two mails that help each other the later one knows of the earlier.
        hold(session.connection(), _LOCK)
        closing.refuse(session)
        message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
        before = session.scalar(select(Letter).where(Letter.message_pk == message_id))
        if before is None:
            first_time(session)
        elif _sender(before) != _sender(letter):
            beside.otherwise(session)
        _leave_province(session, message_id, letter.province)
        for table in (Letter, File, Link):
            session.execute(delete(table).where(table.message_pk == message_id))
        session.add(Letter(message_pk=message_id, **{**vars(letter), **_lists(letter)}))
        session.add_all(File(message_pk=message_id, province=letter.province, **vars(file)) for file in files)
        answered = answered_links(session)
        session.add_all(
            Link(message_pk=message_id, answered=link.key in answered, **vars(link)) for link in beside.links
        )
        message.state = "read" if _stands(session, message, beside) else "waiting"
        message.failure, message.attempts = None, 0
        if message.state == "read":
            want_filing(session, letter.province)
        else:
            want_reading(session, [message_id])


def _sender(letter: Letter | ReadLetter) -> tuple[object, ...]:
    return letter.sender_address, letter.province, letter.kind, letter.decided, list(letter.sender_clues)


def _stands(session: Session, message: Message, beside: Beside) -> bool:
    """Tell whether a reading is of what there is now."""
    touched = beside.mark is not None and beside.mark != message.mark
    return not touched and count_added(session, message.id) == beside.added and beside.holds()


def _leave_province(session: Session, message_id: int, province: str | None) -> None:
    """Let a province be filed anew that a message leaves: what is left there may belong elsewhere without it."""
    before = session.scalar(select(Letter.province).where(Letter.message_pk == message_id))
    if before and before != province:
        others = select(Letter.message_pk).where(Letter.province == before, Letter.message_pk != message_id)
        session.execute(update(Message).where(Message.state == "filed", Message.id.in_(others)).values(state="read"))
        want_filing(session, before)


_SEQUENCES = ("to", "sender_clues", "defects", "candidates", "suspicions", "forwarded", "authentication")


def _lists(letter: ReadLetter) -> dict[str, list[Any]]:
    """Return the letter's sequences as lists, the only ones that JSON columns take."""
    return {name: list(getattr(letter, name)) for name in _SEQUENCES}


def locked(store: Store) -> set[tuple[int, str]]:
    """Return (message, path) of all files that need a password."""
    with store.reading() as session:
        query = select(File.message_pk, File.path).where(File.status == "encrypted")
        return {(message, path) for message, path in session.execute(query)}


def address_of(store: Store, message_id: int) -> str | None:
    """Return the address that a message was told to come from."""
    with store.reading() as session:
        return session.scalar(select(Letter.sender_address).where(Letter.message_pk == message_id))


def stamps_of(store: Store, message_id: int) -> tuple[datetime, str, datetime | None]:
    """Return (arrival, what it stands on, stamp of the topmost Received header) of a message."""
    query = select(Message.arrival, Message.arrival_source, Letter.received).outerjoin(Letter)
    with store.reading() as session:
        arrival, source, received = session.execute(query.where(Message.id == message_id)).one()
        return arrival, source, received


def cached_readings(store: Store, hashes: Iterable[str], version: str) -> dict[str, CachedReading]:
    """Return what this version of the readers found in contents, by hash; those that it has not read are left out."""
    with store.reading() as session:
        return {
            sha256: CachedReading(sha256, row.version, row.format, row.status, row.reason, row.found)
            for sha256, row in readings(session, hashes).items()
            if row.version == version
        }


def keep_readings(store: Store, found: Iterable[CachedReading]) -> None:
    """Keep what was found in contents, in the place of what an older version found.

    Another process may keep the same content at the same moment: its reading is equal, and stays.
    """
    together = sorted(found, key=lambda one: one.sha256)
    hashes = [one.sha256 for one in together]
    store.vault.publish(hashes)
    with closing.taking_back(store, hashes):
        try:
            _merge(store, together)
        except (IntegrityError, OvertakenError):
            for one in together:
                with suppress(IntegrityError):
                    _merge(store, [one])


def _merge(store: Store, found: Iterable[CachedReading]) -> None:
    with store.session() as session:
        closing.refuse(session)
        for reading in found:
            session.merge(Reading(**vars(reading)))
            note_fingerprint(session, reading.sha256, reading.found)
            note_texts(session, reading.sha256, reading.texts)


def texts(store: Store, hashes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the texts of materials by the hash of their content, those of a section by its name."""
    wanted = sorted(set(hashes))
    found: dict[str, dict[str, str]] = {}
    with store.reading() as session:
        for start in range(0, len(wanted), 1000):
            query = select(Reading.sha256, Reading.texts).where(Reading.sha256.in_(wanted[start : start + 1000]))
            found.update((sha256, own or {}) for sha256, own in session.execute(query))
    return found


def readings(session: Session, hashes: Iterable[str]) -> dict[str, Reading]:
    """Return the readings of many contents by hash, a thousand a query."""
    wanted = sorted(set(hashes))
    found: dict[str, Reading] = {}
    for start in range(0, len(wanted), 1000):
        query = select(Reading).where(Reading.sha256.in_(wanted[start : start + 1000]))
        found.update((row.sha256, row) for row in session.scalars(query))
    return found
