"""What is known when somebody asks whether anything is alarming: gathered once, so that the conditions only compare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from config.alarms import AlarmSettings
from reports.mail_side import LinkView
from store.contents.floor import Disk
from store.polls import Course
from store.safekeeping.latest import Latest

# The kinds of alarms, as they are kept: what they mean to people stands in `reports.alarms.words`.
LOGIN, SILENT, LOW, FULL, DIGEST, LINK = "login", "silent", "disk_low", "disk_full", "digest", "link"
BACKUP = "backup"
KINDS = (LOGIN, SILENT, LOW, FULL, DIGEST, LINK, BACKUP)
# What a full disk is called of which we do not know which it is.
SOME_DISK = "磁盘"
# A poll is missing when so much more than its interval has passed.
_MISSING_POLL = 1.5
# Those that no other place of the digest tells.
DISKS = (LOW, FULL)


@dataclass(frozen=True)
class Box:
    """A mailbox or watched folder of the settings, and how looking into it has gone; None where nobody ever did.

    `back` is when it was first looked into well again since it began to alarm, where it does.
    """

    name: str
    course: Course | None
    back: datetime | None = None


@dataclass(frozen=True)
class Unsent:
    """Somebody who has not surely got a day's digest: `waiting`, `working`, `failed` or `unclear`, with the reason.

    Without a recipient nobody is to be written to, and the digest's file is not there.
    """

    recipient: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class DigestDay:
    """A day's digest: when it was due, and who has not got it. `due` is None on days without one."""

    day: date
    due: datetime | None
    unsent: tuple[Unsent, ...] = ()

    @property
    def is_out(self) -> bool:
        """Whether all have it."""
        return self.due is not None and not self.unsent


@dataclass(frozen=True)
class Mail:
    """A mail with its cloud links, also those that were brought in."""

    id: int
    province: str | None
    subject: str
    links: tuple[LinkView, ...]


@dataclass(frozen=True)
class Known:
    """Everything that the conditions compare; `watching` is since when the worker runs (None: a single look).

    `digests` are those of today, yesterday and days that are alarming, `open` the alarms that hold, by kind and what
    they are about. `backup` is the newest backup, where one was ever made.
    """

    now: datetime
    zone: tzinfo
    settings: AlarmSettings
    boxes: Sequence[Box] = ()
    disks: Sequence[Disk] = ()
    digests: Sequence[DigestDay] = ()
    mails: Sequence[Mail] = ()
    backup: Latest | None = None
    watching: datetime | None = None
    poll_minutes: float = 0
    open: frozenset[tuple[str, str]] = field(default=frozenset())

    def is_open(self, kind: str, about: str) -> bool:
        """Tell whether that is alarming already: what ends an alarm is more than what began it, so that none flaps."""
        return (kind, about) in self.open

    @property
    def patience(self) -> timedelta:
        """How long a mailbox may go without a good poll; where polls are rare, until one of them is surely missing."""
        return max(timedelta(hours=self.settings.poll_hours), _MISSING_POLL * timedelta(minutes=self.poll_minutes))

    @property
    def outcomes(self) -> Iterable[str]:
        """How the last look into each mailbox ended."""
        return (box.course.outcome for box in self.boxes if box.course)
