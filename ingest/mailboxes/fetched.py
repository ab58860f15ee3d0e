"""What a mailbox gives: its folders, its mails as fetched, and the ways in which it fails."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# What was read is quoted from here on: a whole mail, where an answer made no sense.
_QUOTED = re.compile(r"""["{(]|b'""")


class MailboxError(Exception):
    """A mailbox that could not be read: `reason` is Chinese for staff, the text is the cause for the log.

    A cause that is an exception is told without what it quotes: no mail comes into the log.
    """

    def __init__(self, reason: str, cause: object = "") -> None:
        if isinstance(cause, Exception):
            cause = f"{type(cause).__name__}: {_QUOTED.split(str(cause))[0]}"
        super().__init__(str(cause))
        self.reason = reason


class LoginRefused(MailboxError):  # noqa: N818 (what happened, as one says it)
    """The server does not take the password."""


class Unreachable(MailboxError):  # noqa: N818
    """The server cannot be reached, or the connection broke; `uids` were being fetched then.

    `sound` is whether the connection still is: the server answered, and what it said was no.
    """

    def __init__(self, reason: str, cause: object = "", uids: Sequence[int] = (), *, sound: bool = False) -> None:
        super().__init__(reason, cause)
        self.uids = tuple(uids)
        self.sound = sound


@dataclass(frozen=True)
class FolderState:
    """How far a folder was taken in before."""

    folder: str
    uidvalidity: int
    last_uid: int


@dataclass(frozen=True)
class FolderInfo:
    """A folder to be read, and whether it is one for junk."""

    name: str
    junk: bool


@dataclass(frozen=True)
class FolderStatus:
    """What a folder holds just now; a number that the server does not give is None (UIDVALIDITY: 0)."""

    uidvalidity: int
    uidnext: int | None
    exists: int | None


@dataclass(frozen=True)
class Fetched:
    """A mail as fetched: its bytes in a file that belongs to the caller, its arrival as the server took it (aware)."""

    folder: str
    uidvalidity: int
    uid: int
    arrival: datetime
    path: Path
    size: int
    sha256: str
    junk: bool


@dataclass(frozen=True)
class NotGiven:
    """A mail that the server names and does not give whole; the Chinese reason says what is missing.

    `room` is false where it is not asked for, since the disk has no room for it.
    """

    folder: str
    uidvalidity: int
    uid: int
    reason: str
    room: bool = True


@dataclass(frozen=True)
class Gone:
    """A mail that was listed and had left the folder before it was fetched."""

    folder: str
    uidvalidity: int
    uid: int


Outcome = Fetched | NotGiven | Gone
