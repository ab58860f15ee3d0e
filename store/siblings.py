"""Finds the other mails of the same sender: volumes and passwords of one archive come in several mails.

Of the same sender is what came from the same address, or was told to be of the same province.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, tuple_
from sqlalchemy.orm import Session

from store.database import Store
from store.models import File, Letter, Message
from store.waiting import READABLE, let_wait

_TEXTS = 200


@dataclass(frozen=True)
class Sender:
    """Whose mails are meant: an address, a province, or both; what is None says nothing."""

    address: str | None
    province: str | None


@dataclass(frozen=True)
class VolumeFile:
    """A volume that came in another message: where it is, and what its name says of it."""

    message_pk: int
    arrival: datetime
    path: str
    name: str
    sha256: str
    bytes: int
    stem: str
    volume: dict[str, Any]


def texts(store: Store, sender: Sender, but: int) -> list[str]:
    """Return subject and text of a sender's other mails, the newest first."""
    query = (
        select(Letter.subject, Letter.text)
        .join(Message)
        .where(_is_of(sender), Letter.message_pk != but)
        .order_by(Message.arrival.desc(), Message.id.desc())
    )
    with store.reading() as session:
        return [f"{subject}\n{text}" for subject, text in session.execute(query.limit(_TEXTS))]


def notes(store: Store, sender: Sender, but: int, most_bytes: int) -> list[tuple[str, str]]:
    """Return (name, SHA-256) of the small text files in a sender's other mails, those of the newest first."""
    query = (
        select(File.name, File.sha256)
        .join(Message)
        .join(Letter, Letter.message_pk == Message.id)
        .where(_is_of(sender), Message.id != but, File.format == "text", File.bytes <= most_bytes)
        .order_by(Message.arrival.desc(), Message.id.desc(), File.id)
    )
    with store.reading() as session:
        return [(name, sha256) for name, sha256 in session.execute(query.limit(_TEXTS)) if sha256]


def volumes(store: Store, sender: Sender, but: int) -> list[VolumeFile]:
    """Return the volumes that came in a sender's other mails, in the order of their arrival."""
    query = (
        select(File, Message.arrival)
        .join(Message)
        .join(Letter, Letter.message_pk == Message.id)
        .where(_is_of(sender), Message.id != but, File.volume_stem.is_not(None), File.sha256.is_not(None))
        .order_by(Message.arrival, Message.id, File.id)
    )
    with store.reading() as session:
        return [_volume_file(file, arrival) for file, arrival in session.execute(query)]


def _volume_file(file: File, arrival: datetime) -> VolumeFile:
    sha256, stem, volume = file.sha256 or "", file.volume_stem or "", file.volume or {}
    return VolumeFile(file.message_pk, arrival, file.path, file.name, sha256, file.bytes, stem, volume)


def provinces(store: Store, address: str, but: int, derived: str, *, only_earlier: bool) -> set[str]:
    """Return the provinces that an address's other submissions were told to be of, by what they say themselves.

    Where `only_earlier`, only those count that came before: so it does not matter in which order mails are read.
    What a person decided of a mail alone does not count, nor what was concluded from other mails: `derived` is how the
    clues of such a mail begin.
    """
    query = select(Letter.province, Letter.sender_clues).where(
        Letter.sender_address == address,
        Letter.message_pk != but,
        Letter.kind == "submission",
        Letter.province.is_not(None),
        Letter.decided == "",
    )
    with store.reading() as session:
        if only_earlier:
            own = session.get_one(Message, but)
            query = query.join(Message).where(tuple_(Message.arrival, Message.id) < (own.arrival, own.id))
        found = session.execute(query).all()
    return {province for province, clues in found if not any(clue.startswith(derived) for clue in clues)}


@dataclass(frozen=True)
class News:
    """What a mail just read may mean to its sender's other mails: see `telling`."""

    stems: frozenset[str] = frozenset()
    has_password: bool = False
    tells_sender: bool = False
    # How the clues of a mail begin whose sender was concluded from other mails.
    derived: str = ""


def telling(sender: Sender, but: int, news: News) -> Callable[[Session], None]:
    """Return what lets a sender's other mails be read again that a mail just read may help to read.

    Those are the mails with locked files where it names a password, those with volumes of the same sets, and where it
    tells whose its address is those of nobody known, and those that were told by other mails of that address.
    """
    wanted = list(news.stems)

    def tell(session: Session) -> None:
        if news.has_password:
            _wait(session, sender, but, File.status == "encrypted")
        if wanted:
            _wait(session, sender, but, File.volume_stem.in_(wanted))
        if news.tells_sender and sender.address:
            _wait_for_sender(session, sender.address, but, news.derived)

    return tell


def retelling(sender: Sender, but: int, derived: str) -> Callable[[Session], None]:
    """Return what lets the mails be read again that stand on what a mail told of its sender, and tells no more."""

    def tell(session: Session) -> None:
        if sender.address:
            _wait_for_sender(session, sender.address, but, derived)

    return tell


def _wait_for_sender(session: Session, address: str, but: int, derived: str) -> None:
    """Let the mails of an address wait that say nothing of their sender themselves, and those that came later."""
    query = select(Letter.message_pk, Letter.province, Letter.sender_clues, Message.arrival).join(Message)
    query = query.where(Letter.sender_address == address, Letter.message_pk != but)
    came = session.get_one(Message, but).arrival
    ids = [
        pk
        for pk, province, clues, arrival in session.execute(query)
        if province is None or arrival >= came or any(clue.startswith(derived) for clue in clues)
    ]
    _wait_again(session, ids)


def _wait(session: Session, sender: Sender, but: int, which: ColumnElement[bool]) -> None:
    ids: Sequence[int] = session.scalars(
        select(Letter.message_pk)
        .join(File, File.message_pk == Letter.message_pk)
        .where(_is_of(sender), Letter.message_pk != but, which)
        .distinct()
    ).all()
    _wait_again(session, ids)


def _wait_again(session: Session, ids: Sequence[int]) -> None:
    let_wait(session, Message.id.in_(ids), Message.state.in_(READABLE))


def _is_of(sender: Sender) -> ColumnElement[bool]:
    same = []
    if sender.address:
        same.append(Letter.sender_address == sender.address)
    if sender.province:
        same.append(Letter.province == sender.province)
    return or_(*same) if same else false()
