"""What a worker's roles do where jobs are shared: each a function of a desk that may be done again without harm.

`ingest.sharing.jobs` says when, and that no two of them are at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from config.mailboxes import FolderSettings, MailboxSettings
from ingest.desk import Desk
from ingest.intake import file_one, let_wait_what_changed, read_one
from ingest.mailboxes.poll import Poller
from ingest.telling.digesting import file_of, make_digest, write_digest
from ingest.telling.due import is_due
from ingest.telling.sending import standings
from ingest.telling.tracking import due_snapshots, track
from ingest.worker import Worker, now
from reports.same_pictures import same_pairs
from store import cases, jobs, mail, pictures, polls, sent
from store.contents.floor import NoRoomError
from store.jobs import Job
from store.personal import accesses, closing

log = structlog.get_logger()
Stop = Callable[[], bool]
# The snapshot of a deadline waits so long for the mail until then to be taken in and read.
_DEADLINE_WAITS = timedelta(minutes=30)


def poll_due(desk: Desk) -> None:
    """Note a poll of every mailbox whose time has come."""
    every = timedelta(minutes=desk.settings.worker.poll_minutes)
    moment, due = now(), []
    for settings in desk.settings.mailboxes:
        last = polls.latest(desk.store, settings.address)
        # Half a second: the clock that says so is never quite on time. One that was ahead says nothing.
        if last is None or not timedelta(0) <= moment - last.started_at < every - timedelta(seconds=0.5):
            due.append(settings.address)
    _note_polls(desk, due)


def _note_polls(desk: Desk, addresses: list[str]) -> None:
    with desk.store.session() as session:
        jobs.put(session, (Job("poll", jobs.POLL, f"poll-{one}", f"poll-{one}", {"mailbox": one}) for one in addresses))


def poll(desk: Desk, mailbox: str, stop: Stop) -> None:
    """Take in what is new in a mailbox; one that the settings do not name any more is left alone."""
    found: MailboxSettings | FolderSettings | None = next(
        (one for one in desk.settings.mailboxes if one.address == mailbox), None
    )
    if found is not None and not closing.find(desk.store):
        Poller(desk, now, stop=stop).poll_one(found)


def read(desk: Desk, message: int, taken_over: int) -> None:
    """Read a message, where it still waits; one at which workers were killed again and again is set aside."""
    if not mail.is_waiting(desk.store, message):
        return
    if taken_over >= jobs.MOST_TAKEN_OVER:
        log.error("message.killed", message=message, times=taken_over)
        mail.fail(desk.store, message, f"读这封信的进程中断了 {taken_over} 次，原信已保存，请看日志或人工处理")
        return
    if why := desk.floor.lacks():
        # As where something is away: it waits, and is tried again.
        raise NoRoomError(why)
    read_one(desk, message)


def file(desk: Desk, province: str | None) -> None:
    """File a province, or what is of nobody known, and let its new pictures be compared."""
    if province is None:
        cases.file_unattributed(desk.store)
    else:
        file_one(desk, province)
    with desk.store.session() as session:
        if pictures.has_new(session):
            jobs.want_comparing(session)


def compare(desk: Desk) -> None:
    """Compare the new pictures with all others."""
    pictures.compare_new(desk.store, same_pairs)


def sweep(desk: Desk) -> None:
    """Note whatever is to be done and is not noted: for readers that are better now, and where anything was missed."""
    if closing.find(desk.store):
        return
    if _are_alike(desk):
        mail.wait_where_stale(desk.store, desk.letter_version)
    let_wait_what_changed(desk)
    provinces = cases.unfiled_provinces(desk.store)
    with desk.store.session() as session:
        jobs.want_reading(session, jobs.waiting_unnoted(session))
        for province in (*provinces, None):
            jobs.want_filing(session, province)
        if pictures.has_new(session):
            jobs.want_comparing(session)


def _are_alike(desk: Desk) -> bool:
    """Tell whether all processes read alike: else what one of them has read would be old to another, without end."""
    with desk.store.reading() as session:
        others = jobs.versions(session, heard_within(desk)) - {desk.letter_version}
    if others:
        alert = "几台机器的程序版本、设置、名录或 LibreOffice 不一致，读出的结果可能不同；改成一致后会自动重读"
        log.error("workers.differ", alert=alert)
    return not others


def heard_within(desk: Desk) -> float:
    """Return how long ago a process that is there was heard of at the most (seconds)."""
    return desk.settings.worker.stalled_seconds


def take_over(desk: Desk) -> None:
    """Let the jobs of workers that were killed wait for others."""
    with desk.store.session() as session:
        taken = jobs.take_over(session, desk.settings.worker.stalled_seconds)
    if taken:
        log.warning("jobs.taken_over", jobs=taken)


def report(desk: Desk, began: datetime) -> None:
    """Do whatever of the reports is due: what the deadlines leave, and then the digest, which tells of it.

    `began` is when this process did: the mail of the time in which none ran is waited for.
    """
    if not closing.find(desk.store) and _deadlines(desk, now(), began):
        _digest(desk, now())
    accesses.forget(desk.store, now() - timedelta(days=desk.settings.retention.access_days))
    desk.rest()


def _deadlines(desk: Desk, moment: datetime, began: datetime) -> bool:
    """Lay down what deadlines leave, and make the tracker's report; False while the mail until then comes first."""
    last = desk.campaign.call.last_moment
    fresh = last in due_snapshots(desk, moment) and moment < max(last, began) + _DEADLINE_WAITS
    if fresh and not _is_all_in(desk, last):
        log.info("deadline.waits", moment=last.isoformat())
        return False
    track(desk, moment)
    if fresh and last not in due_snapshots(desk, moment):
        folder = desk.settings.at(desk.settings.digest.folder) / "截止时刻"
        write_digest(desk, make_digest(desk, last), folder)
        log.info("deadline.passed", moment=last.isoformat())
    return True


def _is_all_in(desk: Desk, moment: datetime) -> bool:
    """Tell whether all mailboxes were looked into after a moment, and all mail is read and filed."""
    looks = {one.address: polls.latest(desk.store, one.address) for one in desk.settings.mailboxes}
    behind = [address for address, look in looks.items() if look is None or look.started_at <= moment]
    _note_polls(desk, behind)
    return not behind and not mail.waiting(desk.store) and not cases.unfiled_provinces(desk.store)


def _digest(desk: Desk, moment: datetime) -> None:
    """Send the digest, where it is due; what failed is tried again as often as mailboxes are polled."""
    day = moment.astimezone(desk.campaign.call.zone).date()
    if is_due(moment, desk.settings.digest.time, desk.campaign.call.zone) and _is_owed(desk, moment):
        log.info("digest.begins", day=day.isoformat())
        Worker(desk).digest()


def _is_owed(desk: Desk, moment: datetime) -> bool:
    day = moment.astimezone(desk.campaign.call.zone).date()
    tried, all_standings = sent.of_day(desk.store, day), standings(desk, day, moment)
    if any(one.state == "waiting" for one in all_standings):
        pause = timedelta(minutes=desk.settings.worker.poll_minutes)
        return all(not timedelta(0) <= moment - one.started_at < pause for one in tried)
    # Where nobody can be written to, the file is the digest.
    return not tried and (not all_standings or not file_of(desk, day).exists())
