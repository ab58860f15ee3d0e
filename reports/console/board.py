"""What the console looks at: the campaign as it was seen last, with the names by which its pages are reached.

One picture serves all requests until the next look. Looks and decisions take turns, for they share one keeper; pages
wait for neither.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reports.console.mails import Mails, mails_of, message_of
from reports.finding import Assessment, Finding
from reports.incoming import FileView, MessageView
from reports.keeper import Keeper
from reports.mail_side import LinkView
from reports.picture import AssociationView, CaseView, Picture

_KEY = 12


@dataclass(frozen=True, eq=False)
class Seen:
    """One look at the campaign; `number` counts the looks since the start."""

    assessment: Assessment
    number: int

    @property
    def picture(self) -> Picture:
        """The picture that was seen."""
        return self.assessment.picture

    @property
    def as_of(self) -> datetime:
        """The moment of the look."""
        return self.assessment.picture.as_of

    def make_ready(self) -> None:
        """Make the larger indexes, which are kept."""
        _ = self.mails.words, self.files_of, self.findings_of_messages

    @cached_property
    def provinces(self) -> Mapping[str, AssociationView]:
        """The associations that report, by their provinces, in the order of GB/T 2260."""
        return {view.province: view for view in self.picture.associations}

    @cached_property
    def cases(self) -> Mapping[str, CaseView]:
        """The cases by the keys that stand in addresses: the same case has the same key in every look."""
        found: dict[str, CaseView] = {}
        for case in sorted(self.picture.cases, key=lambda one: one.id):
            key = digest_of("case", *(part or "" for part in (case.name.province, case.name.city, case.name.community)))
            # Two companies may each have a community of that name in one city.
            found[key if key not in found else digest_of(key, case.company or "", str(case.id))] = case
        return found

    @cached_property
    def case_keys(self) -> Mapping[int, str]:
        """The keys of the cases by their ids in this look."""
        return {case.id: key for key, case in self.cases.items()}

    @cached_property
    def messages(self) -> Mapping[int, MessageView]:
        """The messages by our numbers."""
        return {message.id: message for message in self.picture.messages}

    @cached_property
    def mails(self) -> Mails:
        """The messages as the inbox lists them."""
        return mails_of(self.assessment)

    @cached_property
    def findings_of_messages(self) -> Mapping[int, Sequence[Finding]]:
        """The findings of each message and of its files, by our number of it."""
        found: dict[int, list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            if (number := message_of(finding)) is not None:
                found[number].append(finding)
        return found

    @cached_property
    def links_of(self) -> Mapping[int, Sequence[LinkView]]:
        """The cloud links of each message, by our number of it."""
        found: dict[int, list[LinkView]] = defaultdict(list)
        for link in self.picture.links:
            found[link.message_pk].append(link)
        return found

    @cached_property
    def files(self) -> Mapping[str, FileView]:
        """The files by the keys that stand in addresses."""
        return {file_key(file): file for file in self.picture.files}

    @cached_property
    def files_of(self) -> Mapping[int, Sequence[FileView]]:
        """The files of each message, by our number of it."""
        found: dict[int, list[FileView]] = defaultdict(list)
        for file in self.picture.files:
            found[file.message_pk].append(file)
        return found

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """The findings by their ids."""
        return {finding.id: finding for finding in self.assessment.findings}

    @cached_property
    def findings_of_cases(self) -> Mapping[tuple[str | None, str | None, str | None], Sequence[Finding]]:
        """The findings of each case, and of its files, by its province, city and community."""
        found: dict[tuple[str | None, str | None, str | None], list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            if finding.community:
                found[finding.province, finding.city, finding.community].append(finding)
        return found


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
            made = Seen(self._keeper.assessment(self._now()), self._seen.number + 1 if self._seen else 1)
            # Made ready before it is shown, so that nobody who asks for a page waits for it.
            made.make_ready()
            self._seen = made
            return made

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Give whoever decides the turn, and look anew afterwards, also where it went wrong: half may be done."""
        with self._turn:
            try:
                yield
            finally:
                self.look()


def file_key(file: FileView) -> str:
    """Return by what a file's addresses name it: its message and its path there, which rereading does not change."""
    return f"{file.message_pk}-{digest_of(file.path)}"


def digest_of(*parts: str) -> str:
    """Return a short name for addresses that is as good as unique."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_KEY]
