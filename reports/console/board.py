"""What the console looks at: the campaign as it was seen last, with the names by which its pages are reached.

One picture serves all requests until the next look. Looks and decisions take turns, for they share one keeper; pages
wait for neither.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reports.console.names import Files, Names, Where, digest_of, file_key, names_of
from reports.finding import Assessment, Finding
from reports.incoming import FileView, MessageView
from reports.keeper import Keeper
from reports.picture import AssociationView, CaseView, Picture

__all__ = ["Board", "Seen", "digest_of", "file_key"]


@dataclass(frozen=True, eq=False)
class Seen:
    """One look at the campaign; `number` counts the looks since the start."""

    assessment: Assessment
    number: int
    named: Names | None = None

    @property
    def picture(self) -> Picture:
        """The picture that was seen."""
        return self.assessment.picture

    @property
    def as_of(self) -> datetime:
        """The moment of the look."""
        return self.assessment.picture.as_of

    @cached_property
    def provinces(self) -> Mapping[str, AssociationView]:
        """The associations that report, by their provinces, in the order of GB/T 2260."""
        return {view.province: view for view in self.picture.associations}

    @cached_property
    def names(self) -> Names:
        """By what addresses name everything."""
        return self.named or names_of(self.assessment)

    @property
    def cases(self) -> Mapping[str, CaseView]:
        """The cases by the keys that stand in addresses: the same case has the same key in every look."""
        return self.names.cases

    @property
    def case_keys(self) -> Mapping[int, str]:
        """The keys of the cases by their ids in this look."""
        return self.names.case_keys

    @cached_property
    def messages(self) -> Mapping[int, MessageView]:
        """The messages by our numbers."""
        return {message.id: message for message in self.picture.messages}

    @cached_property
    def files(self) -> Mapping[str, FileView]:
        """The files by the keys that stand in addresses."""
        return Files(self.files_of)

    @property
    def files_of(self) -> Mapping[int, Sequence[FileView]]:
        """The files of each message, by our number of it."""
        return self.names.files_of

    @property
    def findings(self) -> Mapping[str, Finding]:
        """The findings by their ids."""
        return self.names.findings

    @property
    def findings_of_cases(self) -> Mapping[Where, Sequence[Finding]]:
        """The findings of each case, and of its files, by its province, city and community."""
        return self.names.findings_of_cases


class Board:
    """The last look, and the turn of whoever looks anew or decides; `now` reads the clock."""

    def __init__(self, keeper: Keeper, now: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._now = now
        self._turn = threading.RLock()
        self._seen: Seen | None = None

    @property
    def seen(self) -> Seen:
        """The last look; the first one is taken when it is asked for."""
        return self._seen or self.look()

    def look(self) -> Seen:
        """Look anew, and let all pages from now on show it."""
        with self._turn:
            before = self._seen
            assessment, number = self._keeper.assessment(self._now()), before.number + 1 if before else 1
            names = names_of(assessment, before.names if before else None)
            self._seen = Seen(assessment, number, names)
            return self._seen

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Give whoever decides the turn, and look anew afterwards, also where it went wrong: half may be done."""
        with self._turn:
            try:
                yield
            finally:
                self.look()
