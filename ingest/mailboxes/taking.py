"""Takes in one open folder: what came since, what was withheld before, and, now and then, whatever else is there.

A whole comparison asks for all UIDs. It runs where the numbers disagree or UIDs were given anew, and once a day; any
other look costs the same however many mails were seen before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from ingest.mailboxes.fetched import Fetched, Gone, NotGiven, Outcome, Unreachable
from ingest.mailboxes.fetching import Folder
from store import arrivals, folders
from store.arrivals import Offered, Seen
from store.contents.blobs import Blob
from store.contents.floor import NoRoomError
from store.database import Store
from store.folders import Mark, Of

log = structlog.get_logger()

# Mails are kept in groups: one sync of the disk and one transaction for all of a group.
_GROUP_MAILS = 200
_GROUP_BYTES = 8_000_000


@dataclass
class Tally:
    """What a look into a mailbox has met: mails seen and new, how many the server holds and how many of those we do."""

    seen: int = 0
    new: int = 0
    held: int = 0
    known: int = 0
    reconciled: bool = False
    gaps: list[dict[str, object]] = field(default_factory=list)


@dataclass
class Taking:
    """The work on one folder: where mails are kept, the clock, whom to tell, when to stop, how often to compare."""

    store: Store
    folder: Folder
    tally: Tally
    clock: Callable[[], datetime]
    tell: Callable[[int], None]
    stop: Callable[[], bool]
    every: timedelta
    # Why a mail was left in the mailbox for want of room; nothing where none was.
    short: str = ""

    def run(self) -> None:
        """Take in everything; MailboxError where the connection broke, after what was fetched until then is safe."""
        status, mark = self.folder.status, self.mark()
        renumbered = bool(mark and status.uidnext is not None and status.uidnext <= mark.last_uid)
        if mark and not renumbered:
            self._take(self.folder.after(mark.last_uid))
        withheld = folders.withheld_uids(self.store, self.of)
        if mark is None or renumbered or self._is_due(withheld):
            self._compare(withheld, trust_uids=not renumbered)
        elif withheld:
            self._take(withheld, alone=True)
        self.count()

    @property
    def of(self) -> Of:
        """The folder under its present UIDVALIDITY: what its UIDs belong to."""
        return Of(self.folder.mailbox, self.folder.name, self.folder.status.uidvalidity)

    def mark(self) -> Mark | None:
        """Return how far the folder was taken in under its present UIDVALIDITY; None where nothing of it is known."""
        mark = folders.folder_mark(self.store, self.folder.mailbox, self.folder.name)
        return mark if mark and mark.uidvalidity == self.folder.status.uidvalidity else None

    def _is_due(self, withheld: Sequence[int]) -> bool:
        """Tell whether to compare the folder whole: it holds more than we saw, or it is a day since the last time."""
        mark, exists = self.mark(), self.folder.status.exists
        if mark is None or (exists is not None and exists > mark.sighted + len(withheld)):
            return True
        return mark.reconciled_at is None or self.clock() - mark.reconciled_at >= self.every

    def _compare(self, withheld: Sequence[int], *, trust_uids: bool) -> None:
        """Fetch whatever the folder holds and we do not; where its UIDs changed their meaning, all of it."""
        held = self.folder.all()
        known = folders.sighted_uids(self.store, self.of) if trust_uids else {}
        tried = set(withheld)
        unknown = self.unknown(held, known)
        log.info("poll.comparing", mailbox=self.of[0], folder=self.of[1], held=len(held), unknown=len(unknown))
        self._take([uid for uid in unknown if uid not in tried])
        gone = tried - set(held)
        if gone:
            folders.note_gone(self.store, self.of, sorted(gone), self.clock())
        if not self.stop():
            now, last = self.clock(), max([*held, self._mark_uid()])
            last = last if trust_uids else max(held, default=0)
            folders.note_reconciled(self.store, self.of, len(held), last, now)
            self.tally.reconciled = True
        # Last, since the connection may break at one of them; those tried least often first.
        self._take([uid for uid in withheld if uid in set(unknown)], alone=True)

    def unknown(self, held: list[int], known: Mapping[int, set[datetime]]) -> list[int]:
        """Return the UIDs that were never taken in, or that belong to a mail of another arrival than they did then.

        UIDs may be given anew under the same UIDVALIDITY. Sizes would tell too, but some servers count them wrongly.
        """
        arrivals = self.folder.arrivals([uid for uid in held if uid in known])
        return [uid for uid in held if uid not in known or (arrivals.get(uid) or min(known[uid])) not in known[uid]]

    def _mark_uid(self) -> int:
        mark = self.mark()
        return mark.last_uid if mark else 0

    def count(self) -> None:
        """Add to the tally what the folder holds, and how much of it we hold."""
        withheld = folders.withheld_uids(self.store, self.of)
        mark, exists = self.mark(), self.folder.status.exists
        sighted = mark.sighted if mark else 0
        held = exists if exists is not None else sighted
        self.tally.held += held
        # What was deleted there since the last comparison is in `sighted`, what a stopped look left is not.
        self.tally.known += max(0, min(sighted, held - len(withheld)))
        if withheld:
            self.tally.gaps.append({"folder": self.folder.name, "uids": withheld[:100]})

    def _take(self, uids: list[int], *, alone: bool = False) -> None:
        """Fetch and keep mails in groups; those under way when the connection breaks are asked for alone next time."""
        group: list[Fetched] = []
        try:
            for outcome in self._outcomes(uids, alone=alone):
                if isinstance(outcome, Fetched):
                    group.append(outcome)
                else:
                    self._note(outcome)
                if self._is_full(group):
                    self._keep(group)
                    if self.stop():
                        return
        except NoRoomError:
            # What was fetched before is safe; the floor leaves room for it.
            self._keep(group)
            raise
        except Unreachable as error:
            self._keep(group)
            if error.uids:
                folders.withhold(self.store, self.of, error.uids, error.reason, self.clock())
            raise
        else:
            self._keep(group)
        finally:
            # What was kept has left the group.
            for one in group:
                one.path.unlink(missing_ok=True)

    def _outcomes(self, uids: list[int], *, alone: bool) -> Iterator[Outcome]:
        if uids:
            log.info("mailbox.folder", mailbox=self.of[0], folder=self.of[1], new=len(uids))
        return self.folder.mails(uids, alone=alone)

    def _note(self, outcome: NotGiven | Gone) -> None:
        """Remember what the server did not give; what has gone needs no remembering."""
        if isinstance(outcome, NotGiven):
            self.short = self.short or ("" if outcome.room else outcome.reason)
            folders.withhold(self.store, self.of, [outcome.uid], outcome.reason, self.clock())
        else:
            folders.note_gone(self.store, self.of, [outcome.uid], self.clock())

    def _is_full(self, group: Sequence[Fetched]) -> bool:
        return len(group) >= _GROUP_MAILS or sum(one.size for one in group) >= _GROUP_BYTES

    def _keep(self, group: list[Fetched]) -> None:
        """Keep a group of mails and empty it: all of them are safe then."""
        if not group:
            return
        offered = [
            Offered(
                one.path,
                Blob(one.sha256, one.size),
                Seen(self.folder.mailbox, one.folder, one.uidvalidity, one.uid, junk=one.junk),
                one.arrival,
                "internaldate",
            )
            for one in group
        ]
        accepted = arrivals.accept_many(self.store, offered, self.clock())
        for one, done in zip(offered, accepted, strict=True):
            if done.new:
                at = {"folder": one.seen.folder, "uid": one.seen.uid, "bytes": one.blob.bytes}
                log.info("message.kept", message=done.id, mailbox=one.seen.mailbox, **at)
        group.clear()
        self.tally.seen += len(accepted)
        self.tally.new += sum(one.new for one in accepted)
        self.tell(self.tally.new)
