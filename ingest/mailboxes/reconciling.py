"""Is every mail that the servers hold here? Looks as a poll does, takes nothing, and says what differs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.mailboxes import MailboxSettings
from ingest.desk import Desk
from ingest.mailboxes.fetched import MailboxError
from ingest.mailboxes.mailbox import ImapMailbox
from ingest.mailboxes.taking import Taking, Tally
from ingest.telling.digesting import assessment
from reports.tally import PLACES, place_of
from store import folders
from store.seen import seen_in


@dataclass(frozen=True)
class Absent:
    """A mail that lies on the server, should have been taken in, and is not here."""

    uid: int
    arrival: datetime | None


@dataclass(frozen=True)
class FolderCheck:
    """A folder as server and store see it.

    Of the `held` mails there, `known` are here, `withheld` were asked for and not given, `waiting` came after the last
    look (the next one takes them), and `absent` are neither. `gone` are here and no longer there: staff moved or
    deleted them, which is theirs to do.
    """

    name: str
    held: int
    known: int
    withheld: int
    waiting: int
    gone: int
    absent: Sequence[Absent]


@dataclass(frozen=True)
class MailboxCheck:
    """A mailbox by its folders, and why it could not be looked into whole, if so."""

    address: str
    folders: Sequence[FolderCheck]
    trouble: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all that the server has given up to the last look is here."""
        return not self.trouble and not any(one.absent or one.withheld for one in self.folders)


def check_mailbox(desk: Desk, settings: MailboxSettings, clock: Callable[[], datetime]) -> MailboxCheck:
    """Compare a mailbox with what is here; reads only, and takes nothing in."""
    checked: list[FolderCheck] = []
    try:
        with ImapMailbox(settings, desk.campaign) as box:
            # One by one: what was checked before the line broke is told.
            checked.extend(_check_folder(desk, box, folder.name, clock) for folder in box.folders())
    except MailboxError as error:
        return MailboxCheck(settings.address, checked, error.reason)
    return MailboxCheck(settings.address, checked)


def _check_folder(desk: Desk, box: ImapMailbox, name: str, clock: Callable[[], datetime]) -> FolderCheck:
    opened = box.open(name, desk.store.vault.incoming)
    taking = Taking(desk.store, opened, Tally(), clock, lambda _new: None, lambda: True, timedelta())
    # The server first: what is taken in meanwhile is known then.
    held = opened.all()
    known, withheld = folders.sighted_uids(desk.store, taking.of), folders.withheld_uids(desk.store, taking.of)
    mark = taking.mark()
    last = mark.last_uid if mark else 0
    unknown = [uid for uid in taking.unknown(held, known) if uid not in set(withheld)]
    absent = [uid for uid in unknown if uid <= last]
    arrivals = opened.arrivals(absent) if absent else {}
    there = set(held)
    return FolderCheck(
        name=name,
        held=len(held),
        known=len(held) - len(unknown) - len(there & {*withheld}),
        withheld=len(there & {*withheld}),
        waiting=len(unknown) - len(absent),
        gone=len(set(known) - there),
        absent=[Absent(uid, arrivals.get(uid)) for uid in absent],
    )


@dataclass(frozen=True)
class Counted:
    """The mails that were ever seen in a mailbox, by what became of each (`reports.tally.PLACES`).

    `uncounted` are in none of these: a mail in which the sum does not come out.
    """

    mailbox: str
    seen: int
    places: Mapping[str, int]
    uncounted: Sequence[int]

    @property
    def text(self) -> str:
        """The sum in the words of every report."""
        parts = [f"{PLACES[name]} {self.places.get(name, 0)}" for name in ("filed", "aside", "failed")]
        waiting = self.places.get("waiting", 0)
        return f"收到 {self.seen} ＝ {' ＋ '.join([*parts, *([f'待处理 {waiting}'] if waiting else [])])}"


def count(desk: Desk, now: datetime) -> tuple[Counted, ...]:
    """Return for every mailbox, and every other way in, seen = filed + set aside + failed (+ still waiting)."""
    places = {one.id: place_of(one) for one in assessment(desk, now).picture.messages}
    counted = []
    for mailbox, seen in sorted(seen_in(desk.store, now).items()):
        by_place = Counter(places[original] for original in seen.values() if original in places)
        uncounted = sorted(one for one, original in seen.items() if original not in places)
        counted.append(Counted(mailbox, len(seen), by_place, uncounted))
    return tuple(counted)
