"""What the console asks to be done: the same functions that the command line calls, given by whoever starts it.

Each returns what it did, a Chinese sentence a line; ConfigError where it cannot be done, DecidedBeforeError where
somebody else decided of the same thing and that was not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

Lines = list[str]


@dataclass(frozen=True)
class Who:
    """Who asks, with the reason that is noted, and the number of another's decision that was seen and is replaced."""

    name: str
    now: datetime
    note: str = ""
    seen: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a person puts a file, as `decide file` takes it: to a case (`new` if there is none yet), or to none."""

    case: str | None = None
    new: bool = False
    none: bool = False
    kind: str | None = None


class Acts(Protocol):
    """What can be asked for; cases, messages, files and findings are named as on the command line."""

    def correct(self, who: Who, case: str, field: str, raw: str) -> Lines:
        """Correct a value of a case."""

    def waive(self, who: Who, findings: Sequence[str]) -> Lines:
        """Waive findings, all for one reason."""

    def reopen(self, who: Who, target: str) -> Lines:
        """Reopen a waived finding or a withdrawn case."""

    def withdraw(self, who: Who, case: str) -> Lines:
        """Mark a case withdrawn."""

    def merge(self, who: Who, case: str, into: str) -> Lines:
        """Say that a case is another one."""

    def split(self, who: Who, case: str, company: str | None) -> Lines:
        """Say that names are different communities."""

    def refile(self, who: Who, message: str, path: str, place: Place) -> Lines:
        """Say where a file belongs, or of what kind it is."""

    def extend(self, who: Who, province: str, day: str) -> Lines:
        """Grant a province a later last day."""

    def send_nothing(self, who: Who, province: str) -> Lines:
        """Record that a province sends nothing."""

    def assign(self, who: Who, target: str, place: Mapping[str, str | None], *, only_this: bool) -> Lines:
        """Decide who sent a message, or whose an address is."""

    def set_kind(self, who: Who, message: str, kind: str) -> Lines:
        """Decide what kind of mail a message is."""

    def set_arrival(self, who: Who, message: str, verdict: str) -> Lines:
        """Decide which of a mail's two stamps counts."""

    def retry(self, who: Who) -> Lines:
        """Read anew the mails that failed, and the scans that could not be read."""

    def undo(self, who: Who, decision: int) -> Lines:
        """Undo a decision."""

    def add(self, who: Who, files: Sequence[Path], said: Mapping[str, str | None]) -> Lines:
        """Take in files that came by other ways; `said` is {province, city, case, source, arrived}."""

    def take_mail(self, who: Who, raw: Path) -> Lines:
        """Take in a mail from a `.eml` file."""
