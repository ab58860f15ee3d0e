"""What the console looks at: the campaign as it was seen last, with the names by which its pages are reached.

One picture serves all requests until the next look. Looks and decisions take turns, for they share one keeper; what
reads documents takes turns of its own, for it shares the processes that read; pages wait for neither.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from reports.console.cases.part import Part, province_of
from reports.console.enduring import endured
from reports.console.mail.mails import Mails, mails_of, message_of
from reports.console.names import Files, Names, Where, digest_of, file_key, names_of
from reports.finding import Assessment, Finding
from reports.incoming import FileView, MessageView
from reports.keeper import Keeper
from reports.mail_side import LinkView
from reports.picture import AssociationView, CaseView, Picture
from store.queries import Span

_Told = TypeVar("_Told")
__all__ = ["Board", "Seen", "digest_of", "file_key"]


@dataclass(frozen=True, eq=False)
class Seen:
    """One look at the campaign; `number` counts the looks since the start.

    What addresses and most pages ask for is a property here; what only some pages make of a look is kept by `once`, and
    what holds longer than a look, for it hangs on a province that did not change, by names.py and per_part.py.
    """

    assessment: Assessment
    number: int
    named: Names | None = None
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)
    _turns: dict[Any, threading.Lock] = field(default_factory=dict, repr=False)

    def once(self, work: Callable[..., _Told], *about: str) -> _Told:
        """Return what a function makes of this look, made once for all requests; whoever asks meanwhile waits.

        `about` tells what of the look is meant, such as a province; nothing else may be looked at.
        """
        key = (work, about)
        if key not in self._kept:
            # Each thing has a turn of its own: nobody waits for what somebody else asks for.
            with self._turns.setdefault(key, threading.Lock()):
                if key not in self._kept:
                    self._kept[key] = work(self, *about)
        told: _Told = self._kept[key]
        return told

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
    def pictures(self) -> Mapping[str, Picture]:
        """The pictures of the provinces, then of those that have no association; last, under "", what is of none."""
        names = list(self.provinces)
        others = self.picture.parts[len(names) : -1]
        names += [_province_of(part) for part in others]
        return dict(zip((*names, ""), self.picture.parts, strict=True))

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
    def parts(self) -> Mapping[str | None, Part]:
        """The provinces by themselves; None for what belongs to no province."""
        found = ((province_of(one), one) for one in self.picture.parts)
        return {place: Part(one, self.assessment.by_province.get(place or "", ())) for place, one in found}

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
    """The last look, and the turn of whoever looks anew or decides; `now` reads the clock.

    `ahead` is what every page may ask of a look: it is made before pages see the look, so that none waits for it.
    """

    def __init__(
        self, keeper: Keeper, now: Callable[[], datetime], ahead: Sequence[Callable[[Seen], object]] = ()
    ) -> None:
        self._keeper = keeper
        self._now = now
        self._ahead = ahead
        self._turn = threading.RLock()
        self._reading = threading.Lock()
        self._seen: Seen | None = None

    @property
    def seen(self) -> Seen:
        """The last look; the first one is taken when it is asked for."""
        return self._seen or self.look()

    def open_findings(self) -> Mapping[str, int] | None:
        """Count the open findings of the last look by severity; None where nobody has looked yet."""
        seen = self._seen
        return None if seen is None else seen.once(_open_findings)

    def look(self) -> Seen:
        """Look anew, and let all pages from now on show it."""
        with self._turn:
            before = self._seen
            assessment, number = self._keeper.assessment(self._now()), before.number + 1 if before else 1
            seen = Seen(assessment, number, names_of(assessment, before.names if before else None))
            # Made ready before it is shown, so that nobody who asks for a page waits for it.
            seen.make_ready()
            for work in self._ahead:
                seen.once(work)
            self._seen = seen
            return seen

    def look_again(self) -> bool:
        """Look anew, and tell whether that could be done; where not, pages go on to show the last look."""
        return endured(self.look, "console.look_failed")

    def back(self, since: datetime) -> Assessment:
        """Return the campaign as it was known at a moment: without what came or was decided from then to the last look.

        It is drawn from scratch beside what is kept, so that no look waits for it; with many cases it takes a while.
        """
        return Keeper(self._keeper.store, self._keeper.call).assessment(since, Span(since, self.seen.as_of))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Give whoever reads documents the turn of reading, and look anew afterwards: as `deciding`, a turn of its own.

        Scans take minutes; others decide meanwhile.
        """
        with self._reading:
            try:
                yield
            finally:
                self.look_again()

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Give whoever decides the turn, and look anew afterwards, also where it went wrong: half may be done.

        A look that fails hides nothing of what was decided; the next one shows it.
        """
        with self._turn:
            try:
                yield
            finally:
                self.look_again()


def _open_findings(seen: Seen) -> Mapping[str, int]:
    return Counter(one.severity for one in seen.assessment.findings if one.status == "open")


def _province_of(part: Picture) -> str:
    """Return of which province a picture without an association is."""
    known = [one.province for views in (part.messages, part.files, part.cases) for one in views[:1]]
    return next((province for province in known if province), "")
