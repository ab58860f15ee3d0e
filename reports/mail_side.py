"""How does the receiving go? The health of mailboxes, mails withheld, cloud links, files nobody can place."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MailboxHealth:
    """How the polling of one mailbox goes: since when it fails, and why (in Chinese), or when it last went well.

    `held` is how many mails the server held then, `known` how many of those we hold; None where it did not say.
    """

    mailbox: str
    last_good: datetime | None
    failing_since: datetime | None
    reason: str
    held: int | None = None
    known: int | None = None


@dataclass(frozen=True)
class MailGap:
    """Mails of a folder that the server names and has not given in several looks, since when, and why (in Chinese)."""

    mailbox: str
    folder: str
    count: int
    since: datetime
    reason: str


@dataclass(frozen=True)
class LinkView:
    """A cloud link of a message: what lies behind it and until when, and whether a person has brought it in.

    `repeated` where an earlier message has the same link, as a quoted reply does.
    """

    message_pk: int
    message: str
    subject: str
    province: str | None
    arrival: datetime
    number: int
    provider: str
    key: str
    url: str
    name: str | None
    size: str | None
    bytes: int | None
    expires: datetime | None
    expires_text: str | None
    code: str | None
    answered: bool
    repeated: bool
    in_submission: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody must still bring in what lies behind it."""
        return self.in_submission and not (self.answered or self.repeated)


@dataclass(frozen=True)
class FolderTrouble:
    """A file of a watched folder that a person must look after, and why (in Chinese)."""

    mailbox: str
    path: str
    reason: str
