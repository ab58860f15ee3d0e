"""Remembers what was sent to associations (催办记录): facts that are added, each with its text in the vault.

A letter that the program sends itself is first noted as `sending`, and then as `sent` or `failed`: whoever finds it
`sending` later cannot know whether it went, and does not send it again before a person has looked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from store.database import Store, hold
from store.decisions import Person
from store.outgoing import Reminder
from store.personal import closing

SENDING, SENT, FAILED = "sending", "sent", "failed"
# Any number that no other lock has: two people who send the same letter at once wait for one another.
_LOCK = 20_260_806


@dataclass(frozen=True)
class Sending:
    """What is sent: which letter of which moment, what it asks for ({id, text}), by whom, by which channel, to whom."""

    province: str
    what: str
    items: Sequence[Mapping[str, Any]]
    as_of: datetime
    channel: str
    recipient: str
    person: str
    sent_at: datetime
    text: str
    note: str = ""


@dataclass(frozen=True)
class Sent:
    """A reminder as it stands: see `store.outgoing.Reminder` for the fields."""

    id: int
    province: str
    what: str
    items: tuple[Mapping[str, Any], ...]
    as_of: datetime
    channel: str
    recipient: str
    person: str
    sent_at: datetime
    note: str
    sha256: str
    state: str
    reason: str
    undone_at: datetime | None = None
    undone_by: str = ""
    undone_why: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The findings that it asked about."""
        return frozenset(item["id"] for item in self.items)

    @property
    def asked(self) -> int:
        """How many things it asked for; one may rest on several findings."""
        return len({item["text"] for item in self.items})

    def lacks(self, open_: Collection[str]) -> int:
        """Return how many of the things it asked for rest on a finding that is still open."""
        return len({item["text"] for item in self.items if item["id"] in open_})

    @property
    def counts(self) -> bool:
        """Whether it may have reached the association."""
        return self.state != FAILED and self.undone_at is None


class AlreadySendingError(Exception):
    """Somebody has just sent, or is sending, a letter to the same association."""

    def __init__(self, other: Sent) -> None:
        super().__init__(f"reminder {other.id}")
        self.other = other


def add(store: Store, sending: Sending, state: str = SENT, since: datetime | None = None) -> int:
    """Keep a reminder with its text and return its id.

    With `since`, AlreadySendingError where one that asks for something went to the province after that moment.
    """
    closing.refuse_on(store)
    blob = store.vault.keep([sending.text.encode()])
    with store.session() as session:
        hold(session.connection(), _LOCK)
        if since is not None:
            query = select(Reminder).where(Reminder.province == sending.province, Reminder.sent_at >= since)
            others = [_sent(row) for row in session.scalars(query)]
            if other := next((one for one in others if one.counts and one.what == sending.what), None):
                raise AlreadySendingError(other)
        row = Reminder(
            province=sending.province,
            what=sending.what,
            items=[dict(item) for item in sending.items],
            as_of=sending.as_of,
            channel=sending.channel,
            recipient=sending.recipient,
            person=sending.person,
            sent_at=sending.sent_at,
            note=sending.note,
            sha256=blob.sha256,
            state=state,
            reason="",
        )
        session.add(row)
        session.flush()
        return row.id


def settle(store: Store, reminder_id: int, state: str, reason: str = "") -> bool:
    """Say what became of a reminder that was being sent; False where it was not."""
    with store.session() as session:
        query = update(Reminder).where(Reminder.id == reminder_id, Reminder.state == SENDING)
        done = session.execute(query.values(state=state, reason=reason))
        return bool(getattr(done, "rowcount", 0))


def undo(store: Store, reminder_id: int, who: Person) -> bool:
    """Mark a reminder as noted by mistake; False where it is none that counts as sent, or is undone already."""
    with store.session() as session:
        query = update(Reminder).where(Reminder.id == reminder_id, Reminder.state == SENT, Reminder.undone_at.is_(None))
        done = session.execute(query.values(undone_at=who.now, undone_by=who.name, undone_why=who.note))
        return bool(getattr(done, "rowcount", 0))


def every(store: Store, as_of: datetime) -> tuple[Sent, ...]:
    """Return every reminder that was sent until a moment, the oldest first; one that was undone later still counted."""
    with store.reading() as session:
        query = select(Reminder).where(Reminder.sent_at <= as_of).order_by(Reminder.sent_at, Reminder.id)
        return tuple(_until(_sent(row), as_of) for row in session.scalars(query))


def text_of(store: Store, sent: Sent) -> str:
    """Return the text that was sent. Raises OSError where the vault lost it."""
    return store.vault.path(sent.sha256).read_text(encoding="utf-8")


def _sent(row: Reminder) -> Sent:
    names = ("id", "province", "what", "as_of", "channel", "recipient", "person", "sent_at", "note", "sha256")
    values = {name: getattr(row, name) for name in names}
    undone = {name: getattr(row, name) for name in ("undone_at", "undone_by", "undone_why")}
    return Sent(**values, **undone, items=tuple(row.items), state=row.state, reason=row.reason)


def _until(sent: Sent, as_of: datetime) -> Sent:
    """Return a reminder as it stood at a moment."""
    if sent.undone_at is None or sent.undone_at <= as_of:
        return sent
    return replace(sent, undone_at=None, undone_by="", undone_why="")
