"""The tables of what left the house or was laid down for good (facts): digests, reminders, milestones, snapshots.

Saved queries are here too.

What was sent lies byte for byte in the vault under the hash that its row names.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models import Base


class SentDigest(Base):
    """A digest on its way to one address or chat group (a fact): each gets each day's once.

    `state` is `sending` from before the first byte leaves until the other side has answered: whoever finds it so later
    cannot know whether it went, and does not send again. Then it is `sent`, `failed` (surely not taken), or `unclear`
    (the line broke where it may have been taken), with a Chinese `reason`, which also names who let it go again.
    `channel` is `mail`, `test` (to oneself) or a chat service; `sha256` is the mail or text as it was sent.
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("day", "channel", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(String(10), index=True)
    channel: Mapped[str] = mapped_column(String(16), default="mail")
    recipient: Mapped[str]
    as_of: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="sent")
    reason: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    html_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str | None] = mapped_column(String(64))


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
