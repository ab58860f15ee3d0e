"""What is noted of all that leaves the house by itself: before its first byte goes and after, so that none goes twice.

`state` is `sending` from before the first byte leaves until the other side has answered: whoever finds it so later
cannot know whether it went, and does not send again. Then it is `sent`, `failed` (surely not taken), or `unclear`
(the line broke where it may have been taken), with a Chinese `reason`. The bytes lie in the vault under `sha256`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

MAIL, TEST = "mail", "test"
# The channel of a group whose address cannot be read; nothing is ever noted under it.
NOWHERE = "chat"
# A process that sends gets this long. It gives a silent server up sooner; who is older was killed.
PATIENCE = timedelta(minutes=15)


class Attempted:
    """The columns of something on its way to one address or chat group, by a channel: `mail`, or a chat service."""

    channel: Mapped[str] = mapped_column(String(16), default=MAIL)
    recipient: Mapped[str]
    state: Mapped[str] = mapped_column(String(8), default="sent")
    reason: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))


def key_of(channel: str, recipient: str) -> str:
    """Return under which name a recipient of a channel is known: who writes an address in capitals means the same."""
    return recipient.lower() if channel in {MAIL, TEST} else recipient


def start(row: Attempted, sha256: str | None, now: datetime) -> None:
    """Note that something is about to go; what failed before was never taken, and its bytes are not those that went."""
    row.state, row.reason, row.started_at, row.sent_at, row.sha256 = "sending", "", now, None, sha256


def is_unclear(state: str, started_at: datetime, now: datetime) -> bool:
    """Tell whether nobody can know if it arrived: the line broke at the worst moment, or its process was killed."""
    return state == "unclear" or (state == "sending" and now - started_at > PATIENCE)


class Tried:
    """What whoever looks at an attempt asks of it; the fields are those of the dataclass that it is part of."""

    channel: str
    recipient: str
    state: str
    started_at: datetime

    @property
    def target(self) -> tuple[str, str]:
        """Where it goes: channel and recipient, an address in small letters."""
        return self.channel, self.recipient

    def is_unclear(self, now: datetime) -> bool:
        """Whether nobody can know if it arrived: the line broke at the worst moment, or its process was killed."""
        return is_unclear(self.state, self.started_at, now)


@dataclass(frozen=True)
class Ended:
    """How an attempt ended: sent, failed or unclear, with the Chinese reason, and when."""

    state: str
    reason: str
    at: datetime


def end(session: Session, table: Any, ids: Sequence[int], began: datetime, ended: Ended) -> bool:  # noqa: ANN401 (a table)
    """Note how attempts that began at a moment ended; False where others have taken the place of any of them."""
    done = session.execute(
        update(table)
        .where(table.id.in_(ids), table.started_at == began)
        .values(state=ended.state, reason=ended.reason, sent_at=ended.at if ended.state == "sent" else None)
    )
    return cast("CursorResult[Any]", done).rowcount == len(ids)
