"""The schedule: polls every N minutes, tells alarms, sends the digest, and marks the moment of the deadline.

A digest that could not go out at its minute (the machine was off, the mail server was) goes as soon as it can that day.
A failing job is logged and the next one runs; SIGTERM and SIGINT stop the worker within seconds.
"""

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ingest.alarms.watch import Watch
from ingest.desk import Desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.monitoring import monitor_of, monitored
from ingest.safekeeping.retention import clear_here
from ingest.telling.digesting import file_of, make_digest, make_edition, write_digest
from ingest.telling.due import is_due
from ingest.telling.sending import note_written, send_edition, standings
from ingest.telling.tracking import lay_down, track
from store import sent
from store.personal import accesses, closing

log = structlog.get_logger()

# A job in the middle of something gets this long to come to a safe place (seconds); every step may be killed anyway.
_PATIENCE = 5.0
# Reading gives way to the next poll after this at the least (seconds): it may take hours, and mail comes meanwhile.
_READING = 60.0
# After a start, the mail of the night comes first and then the digest that is overdue (minutes).
_SOON_MINUTES = 1.0


def now() -> datetime:
    """Return this moment: the one place where the worker reads the clock."""
    return datetime.now(UTC)


class Worker:
    """The running schedule of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stopping = threading.Event()
        self.idle = threading.Lock()
        # Set from the digest's minute until it can begin: a poll that is at work comes to an end.
        self.digest_waits = threading.Event()
        # Alarms wait for nobody: what is wrong may be that a poll does not end. Held while one is being told.
        self.watching = threading.Lock()
        self.watch = Watch(desk, self.clock, now())

    def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        with monitored(self.desk.settings.monitoring, monitor_of(self.desk, now)):
            self._run()

    def _run(self) -> None:
        scheduler = self.schedule()
        scheduler.start()
        log.info("worker.started", jobs=[job.id for job in scheduler.get_jobs()])
        self.stopping.wait()
        scheduler.shutdown(wait=False)
        finished = self._comes_to_rest()
        log.info("worker.stopped", finished=finished)
        if not finished:
            # A job hangs on a silent server; what it had accepted is safe, the rest is asked for again next time.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def _comes_to_rest(self) -> bool:
        """Wait until no job is in the middle of something; False where that takes too long."""
        end = time.monotonic() + _PATIENCE
        return all(lock.acquire(timeout=max(0, end - time.monotonic())) for lock in (self.idle, self.watching))

    def clock(self) -> datetime:
        """Return this moment."""
        return now()

    def schedule(self) -> BackgroundScheduler:
        """Return the schedule, not yet started."""
        zone = self.desk.campaign.call.zone
        at, every = self.desk.settings.digest.time, self.desk.settings.worker.poll_minutes
        scheduler = BackgroundScheduler(
            timezone=zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        )
        first = now() + timedelta(seconds=1)
        scheduler.add_job(self._guarded(self.look), IntervalTrigger(minutes=every), id="poll", next_run_time=first)
        daily = CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=zone)
        scheduler.add_job(self.at_its_minute, daily, id="digest")
        again = IntervalTrigger(minutes=every)
        soon = first + timedelta(minutes=min(every, _SOON_MINUTES))
        scheduler.add_job(self._guarded(self.overdue), again, id="overdue", next_run_time=soon)
        scheduler.add_job(self.alarms, IntervalTrigger(minutes=every), id="alarms", next_run_time=soon)
        # One second later the day of the deadline is over, and what is not there is missing.
        moment = self.desk.campaign.call.last_moment + timedelta(seconds=1)
        if moment > now():
            scheduler.add_job(self._guarded(self.deadline), DateTrigger(moment), id="deadline")
        return scheduler

    def _guarded(self, job: Callable[[], None]) -> Callable[[], None]:
        """Return a job that runs alone and, where it fails, leaves the next one untouched.

        APScheduler itself logs what a job raises and goes on; the lock keeps poll and digest from one another.
        """

        def run() -> None:
            with self.idle:
                if closing.find(self.desk.store):
                    log.warning("worker.closed", job=job.__name__)
                elif not self.stopping.is_set():
                    job()

        run.__name__ = job.__name__
        return run

    def look(self) -> None:
        """Take in what is new and read it, and give way to the digest when its minute comes."""
        at_most = max(_READING, self.desk.settings.worker.poll_minutes * 60)
        self._take_in(lambda: self.stopping.is_set() or self.digest_waits.is_set(), at_most)

    def poll(self) -> None:
        """Take in what is new and read it."""
        self._take_in(self.stopping.is_set)

    def _take_in(self, stop: Callable[[], bool], at_most: float = math.inf) -> None:
        """Take in what is new and read it, for so many seconds at the most; the rest is read the next time."""
        Poller(self.desk, now, stop=stop).poll_all()
        until = time.monotonic() + at_most
        read = take_in(self.desk, stop=lambda: stop() or time.monotonic() > until)
        log.info("worker.polled", read=read)
        old = now() - timedelta(days=self.desk.settings.retention.access_days)
        if gone := accesses.forget(self.desk.store, old):
            log.info("accesses.forgotten", rows=gone)
        # Where the machine was off, or a later deadline has passed, what is due is caught up here.
        track(self.desk, now())
        self.desk.rest()

    def alarms(self) -> None:
        """Look whether anything is alarming, and tell those who must know, also while a poll or a digest is at work."""
        with self.watching:
            if not self.stopping.is_set() and not clear_here(self.desk):
                self.watch.look()

    def at_its_minute(self) -> None:
        """Send the digest at the minute that is set: a poll at work comes to an end first, which takes seconds."""
        self.digest_waits.set()
        self._guarded(self.digest)()

    def digest(self) -> None:
        """Write today's digest and send it to all who wait for it, where it is due; what failed is tried again later.

        Days off count for a deadline: its report is made all the same, and told by the next digest.
        """
        self.digest_waits.clear()
        moment = now()
        try:
            track(self.desk, moment)
        finally:
            self._digest(moment)

    def _digest(self, moment: datetime) -> None:
        """Send the digest of a moment; whoever gets it later in the day gets that of the first one's moment."""
        zone = self.desk.campaign.call.zone
        if not is_due(moment, self.desk.settings.digest.time, zone):
            log.info("digest.not_due")
            return
        tried = sent.of_day(self.desk.store, moment.astimezone(zone).date())
        first = min((one.as_of for one in tried if one.state != "failed"), default=moment)
        edition = make_edition(self.desk, first)
        write_digest(self.desk, edition.digest)
        outcomes = send_edition(self.desk, edition, now)
        if not outcomes:
            note_written(self.desk, edition, now())
        log.info("digest.done", states=[one.state for one in outcomes])

    def overdue(self) -> None:
        """Make up for a digest that did not go out at its minute, or not to all."""
        moment, zone = now(), self.desk.campaign.call.zone
        day = moment.astimezone(zone).date()
        if not is_due(moment, self.desk.settings.digest.time, zone):
            return
        waiting = any(one.state == "waiting" for one in standings(self.desk, day, moment))
        if waiting or not file_of(self.desk, day).exists():
            self.digest()

    def deadline(self) -> None:
        """Take in what arrived until the deadline, lay it down, and write digest and report of that moment."""
        moment = self.desk.campaign.call.last_moment
        try:
            self.poll()
        finally:
            # Also where the mailboxes cannot be read: the snapshot says so itself.
            lay_down(self.desk, moment, now())
        folder = self.desk.settings.at(self.desk.settings.digest.folder) / "截止时刻"
        write_digest(self.desk, make_digest(self.desk, moment), folder)
        log.info("deadline.passed", moment=moment.isoformat())
