"""The tables of what left the house or was laid down for good (facts): digests, alarms, reminders, snapshots.

Milestones and saved queries are here too.

What was sent lies byte for byte in the vault under the hash that its row names.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.attempts import Attempted
from store.models import Base

# Of alarms about the same thing one is open at most.
_OPEN = text("over_at IS NULL")


class SentDigest(Attempted, Base):
    """A digest on its way to one address or chat group (a fact): each gets each day's once.

    For its states see `store.attempts`; a `reason` also names who let it go again. `channel` is `mail`, `test` (to
    oneself) or a chat service; `sha256` is the mail or text as it was sent.
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("day", "channel", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(String(10), index=True)
    as_of: Mapped[datetime]
    html_sha256: Mapped[str] = mapped_column(String(64))


class AlarmRow(Base):
    """告警 (a fact): something that a person was told of at once, and when it was over.

    `kind` is one of `reports.alarms.words`, `about` what it concerns: a mailbox, a disk, a day, a mail. At most one of
    a kind about the same is open. `sentence` and `lines` say what happened, as of `raised_at`; `over` says how it
    ended, `ending` in a word (`restored`, `done`, `expired`).
    """

    __tablename__ = "alarms"
    __table_args__ = (
        UniqueConstraint("kind", "about", "begun"),
        Index("ix_alarms_open", "kind", "about", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(300))
    begun: Mapped[datetime]
    raised_at: Mapped[datetime]
    sentence: Mapped[str]
    lines: Mapped[list[Any]]
    over_at: Mapped[datetime | None]
    over: Mapped[str] = mapped_column(default="")
    ending: Mapped[str] = mapped_column(String(8), default="")


class AlarmNotice(Attempted, Base):
    """An alarm on its way to one address or chat group (a fact): each is told once that it began, once that it is over.

    `side` is `raised` or `over`. Before it is first tried it is `waiting`; for the other states see `store.attempts`.
    Several that went in one mail have the same `sha256`.
    """

    __tablename__ = "alarm_notices"
    __table_args__ = (UniqueConstraint("alarm_id", "side", "channel", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"))
    side: Mapped[str] = mapped_column(String(8))


class Reminder(Base):
    """催办记录 (a fact): a letter that a person says went to an association: which, when, by whom, by which channel.

    `what` is its kind, `items` are what it asks for, each named as the finding it rests on; `sha256` is its text.
    `state` is `sent` where a person says so; of a letter that the program sends it is first `sending`, as of a digest,
    and `failed` with a Chinese `reason` where it did not go. What was noted by mistake stays, and `undone_…` say when,
    by whom and why it was undone.
    """

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    province: Mapped[str] = mapped_column(String(16), index=True)
    what: Mapped[str] = mapped_column(String(16))
    items: Mapped[list[Any]]
    as_of: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(default="")
    person: Mapped[str]
    sent_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), default="sent")
    reason: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")
    undone_why: Mapped[str] = mapped_column(default="")


class Milestone(Base):
    """A day of the deadline tracker that has been reported on (a fact): T−30, the deadline, each day after."""

    __tablename__ = "milestones"
    __table_args__ = (UniqueConstraint("campaign", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(String(100))
    day: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[datetime]
    made_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))


class Snapshot(Base):
    """The campaign as it stood at its deadline (a fact): laid down once, never changed; `sha256` is its content.

    `numbers` are its sums, for lists; the content in the vault is what counts.
    """

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("campaign", "moment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(String(100))
    moment: Mapped[datetime]
    taken_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    numbers: Mapped[dict[str, Any]]


class SavedQuery(Base):
    """A query that staff keep under a name (a fact): the words of a command line."""

    __tablename__ = "saved_queries"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    words: Mapped[list[Any]]
    person: Mapped[str]
    saved_at: Mapped[datetime]
