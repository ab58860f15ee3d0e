"""Takes back what a person brought in, where that decision is undone, and lets its messages be read again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.jobs import URGENT
from store.models import Decision, Drop, File, Message, Sighting, Supplied
from store.waiting import READABLE, let_one_wait, let_wait

Arrival = tuple[datetime, str]


def withdraw(session: Session, decision_id: int, now: datetime) -> None:
    """Withdraw what stands on a decision, within the transaction that undoes it; nothing where it brought nothing in.

    Messages whose split archives it helped to open are read again too.
    """
    drops = update(Drop).where(Drop.decision_id == decision_id, Drop.gone_at.is_(None))
    session.execute(drops.values(gone_at=now))
    hashes = select(Drop.sha256).where(Drop.decision_id == decision_id)
    attached = select(Supplied.message_pk).where(Supplied.decision_id == decision_id)
    which = or_(Message.sha256.in_(hashes), Message.id.in_(attached))
    for message in session.scalars(select(Message).where(which).order_by(Message.id).with_for_update()).all():
        let_one_wait(session, message)
        settle_arrival(session, message)
        _let_siblings_wait(session, message.id)


def _let_siblings_wait(session: Session, message_id: int) -> None:
    stems = select(File.volume_stem).where(File.message_pk == message_id, File.volume_stem.is_not(None))
    siblings = select(File.message_pk).where(File.volume_stem.in_(stems))
    let_wait(session, Message.id.in_(siblings), Message.state.in_(READABLE), priority=URGENT)


def settle_arrival(session: Session, message: Message) -> None:
    """Let a message that persons added arrive at the earliest moment that still counts; others stay as they are.

    What counts is the decision that stands, how it had arrived before anybody added it, and where it was seen since.
    Where nothing is left the last arrival stays, for the message stays to be seen.
    """
    subject = f"message:{message.id}"
    made = session.scalars(select(Decision).where(Decision.what == "added", Decision.subject == subject)).all()
    if not made:
        return
    counting = [*_stated(made), *_seen(session, message)]
    if counting:
        message.arrival, message.arrival_source = min(counting, key=lambda one: one[0])


def _stated(made: Iterable[Decision]) -> Iterable[Arrival]:
    for one in made:
        if before := one.value.get("before"):
            yield datetime.fromisoformat(before[0]), before[1]
        if one.undone_at is None:
            yield datetime.fromisoformat(one.value["arrival"]), one.value["arrival_source"]


def _seen(session: Session, message: Message) -> Iterable[Arrival]:
    """Yield when a message was seen by other ways than being added."""
    added = select(Drop.mailbox).where(Drop.sha256 == message.sha256, Drop.decision_id.is_not(None))
    query = select(Sighting).where(Sighting.message_id == message.id, Sighting.mailbox.not_in(added))
    for row in session.scalars(query.order_by(Sighting.id)):
        yield row.arrival, "internaldate" if row.uid else "received" if row.mailbox == "import" else "folder"
