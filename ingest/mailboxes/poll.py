"""One look into the mailboxes: takes in everything new, and remembers how it went. Reading comes afterwards."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from config.mailboxes import FolderSettings, MailboxSettings
from ingest.desk import Desk
from ingest.intake import DISK_FULL
from ingest.mailboxes.fetched import LoginRefused, MailboxError, Unreachable
from ingest.mailboxes.mailbox import ImapMailbox
from ingest.mailboxes.taking import Taking, Tally
from ingest.watched.dropping import Looking
from store import polls
from store.contents.floor import NoRoomError
from store.contents.objects import ObjectsAwayError
from store.personal import closing
from store.polls import PollResult

log = structlog.get_logger()
_PAUSED = "，收信暂停；腾出空间后会自动继续，邮件仍在邮箱里"
Tell = Callable[[str, int], None]


@dataclass(frozen=True)
class Poller:
    """What a look into the mailboxes needs: the desk, the clock, whom to tell, and whether to stop."""

    desk: Desk
    clock: Callable[[], datetime]
    tell: Tell = lambda _mailbox, _new: None
    stop: Callable[[], bool] = lambda: False

    def poll_all(self) -> list[PollResult]:
        """Poll every configured mailbox and return the results, also failing ones; none holds up the others.

        A mailbox whose login was refused is left alone until its waiting time is over, and has no result then.
        ClosedError where the personal data was removed: the mails are still on the server, and must not come back.
        """
        closing.refuse_on(self.desk.store)
        mailboxes = self.desk.settings.mailboxes
        return [result for one in mailboxes if not self.stop() and (result := self.poll_one(one))]

    def poll_one(self, settings: MailboxSettings | FolderSettings) -> PollResult | None:
        """Poll one mailbox and note how that went; None where a refused login makes it wait."""
        if until := waits_until(self.desk, settings, self.clock()):
            log.info("poll.waiting", mailbox=settings.address, until=until.isoformat())
            return None
        with bound_contextvars(mailbox=settings.address):
            return self._poll_and_note(settings)

    def _poll_and_note(self, settings: MailboxSettings | FolderSettings) -> PollResult:
        before = polls.latest(self.desk.store, settings.address)
        result = self.poll(settings)
        polls.note(self.desk.store, result)
        _log(result, before)
        return result

    def poll(self, settings: MailboxSettings | FolderSettings) -> PollResult:
        """Take in what one mailbox or watched folder holds anew; what was accepted before a failure is safe."""
        started, tally = self.clock(), Tally()
        outcome, reason = "ok", ""
        try:
            if why := self.desk.floor.lacks():
                raise NoRoomError(why)
            if isinstance(settings, FolderSettings):
                self._look(settings, tally)
            else:
                reason = self._take_account(settings, tally)
            outcome = "unreachable" if reason else "ok"
        except LoginRefused as error:
            outcome, reason = "refused", error.reason
        except MailboxError as error:
            outcome, reason = "unreachable", error.reason
        except ObjectsAwayError as error:
            outcome, reason = (
                "full" if error.full else "unreachable",
                f"{error}；收信暂停，恢复后自动继续，邮件仍在邮箱里",
            )
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            outcome, reason = "full", _no_room(error)
        return PollResult(settings.address, started, self.clock(), outcome, reason, **vars(tally))

    def _take_account(self, settings: MailboxSettings, tally: Tally) -> str:
        with ImapMailbox(settings, self.desk.campaign) as box:
            return self._take_folders(settings.address, box, tally)

    def _look(self, settings: FolderSettings, tally: Tally) -> None:
        """Look into a watched folder."""
        looking = Looking(self.desk, settings, self.clock)
        try:
            looking.look(lambda new: self.tell(settings.address, new), self.stop)
        finally:
            tally.seen, tally.new = looking.seen, looking.new

    def _take_folders(self, address: str, box: ImapMailbox, tally: Tally) -> str:
        """Take in every folder; return why one could not be read, or nothing. None holds up the others."""
        reason, short, line = "", "", Line(box)
        for folder in box.folders():
            if self.stop():
                break
            try:
                short = self._take_folder(address, folder.name, tally, line) or short
            except MailboxError as error:
                log.warning("poll.folder_failed", mailbox=address, folder=folder.name, error=str(error))
                reason = reason or error.reason
                line.mend(error)
        if short:
            # All else is taken in: the look as a whole says that there was no room.
            raise NoRoomError(short, paused=False)
        return reason

    def _take_folder(self, address: str, folder: str, tally: Tally, line: "Line") -> str:
        """Take in a folder; where the connection breaks at a mail, go on with the others over a new one.

        A mail at which it breaks again, alone and after all others, is a gap, and no failure of the mailbox. Return why
        a mail was left there for want of room, or nothing.
        """
        broke: set[int] = set()
        while True:
            taking = self._taking(address, line.box, folder, tally)
            try:
                taking.run()
            except Unreachable as error:
                if not error.uids or self.stop() or not line.may_mend:
                    raise
                log.warning("poll.line_broke", mailbox=address, folder=folder, uids=error.uids[:100], error=str(error))
                line.mend(error)
                if len(error.uids) == 1 and broke.issuperset(error.uids):
                    taking.count()
                    return taking.short
                broke |= {*error.uids} if len(error.uids) == 1 else set()
            else:
                return taking.short

    def _taking(self, address: str, box: ImapMailbox, folder: str, tally: Tally) -> Taking:
        store = self.desk.store
        every = timedelta(hours=self.desk.settings.worker.reconcile_hours)
        opened = box.open(folder, store.vault.incoming, self.desk.floor.lacks)
        return Taking(store, opened, tally, self.clock, partial(self.tell, address), self.stop, every)


@dataclass
class Line:
    """The connection of one look, which is made anew where it broke: so many times, since each is a login."""

    box: ImapMailbox
    left: int = 5

    @property
    def may_mend(self) -> bool:
        """Whether it may be made anew once more."""
        return self.left > 0

    def mend(self, error: MailboxError) -> None:
        """Make the connection anew where this error broke it; raises MailboxError where that fails."""
        if self.may_mend and not (isinstance(error, Unreachable) and error.sound):
            self.box.reconnect()
        # A no to a mail costs a turn as well, so that no folder is asked without end.
        self.left -= 1


def _no_room(error: OSError) -> str:
    """Return what staff are told of a look for which the disk had no room."""
    if not isinstance(error, NoRoomError):
        return f"磁盘已满{_PAUSED}"
    return f"{error.text}{_PAUSED}" if error.paused else f"{error.text}；别的来信照常收取"


def waits_until(desk: Desk, settings: MailboxSettings | FolderSettings, now: datetime) -> datetime | None:
    """Return until when a mailbox is left alone because its login was refused; None where it is not.

    Repeated failures make a provider block the address. A secret that was written since then is tried at once.
    """
    last = polls.latest(desk.store, settings.address)
    wait = timedelta(minutes=desk.settings.worker.login_wait_minutes)
    if last is None or last.outcome != "refused" or now - last.ended_at >= wait or _renewed(settings, last.ended_at):
        return None
    return last.ended_at + wait


def _renewed(settings: MailboxSettings | FolderSettings, moment: datetime) -> bool:
    """Tell whether a file with a secret of a mailbox was written after a moment."""
    if isinstance(settings, FolderSettings):
        return False
    for path in (settings.password_file, settings.client_secret_file, settings.refresh_token_file):
        with suppress(OSError):
            if path is not None and path.stat().st_mtime > moment.timestamp():
                return True
    return False


def _log(result: PollResult, before: PollResult | None) -> None:
    """Leave one line a poll; a failure is told to people once, and so is its end."""
    seconds = round((result.ended_at - result.started_at).total_seconds(), 3)
    line = {
        "mailbox": result.mailbox, "outcome": result.outcome, "new": result.new, "held": result.held,
        "known": result.known, "reconciled": result.reconciled, "seconds": seconds,
    }  # fmt: skip
    failed_before = before is not None and before.outcome != "ok"
    if result.outcome == "ok":
        log.info("poll.done", **line)
        if failed_before:
            log.warning("poll.restored", mailbox=result.mailbox, alert=f"{result.mailbox} 已恢复收信")
    elif failed_before and before is not None and before.outcome == result.outcome:
        log.info("poll.still_failing", **line)
    else:
        log.error("poll.failed", **line, alert=f"{result.mailbox} 收信失败：{result.reason}")
