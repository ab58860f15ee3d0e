"""The schedule: polls every N minutes, sends the digest on working days, and marks the moment of the deadline.

A failing job is logged and the next one runs; SIGTERM and SIGINT stop the worker within seconds.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ingest.desk import Desk
from ingest.digesting import make_digest, send_digest, write_digest
from ingest.intake import take_in
from ingest.poll import Poller
from ingest.tracking import lay_down, track
from reports.deadline import is_working_day

log = structlog.get_logger()

# A job in the middle of something gets this long to come to a safe place (seconds); every step may be killed anyway.
_PATIENCE = 5.0


def now() -> datetime:
    """Return this moment: the one place where the worker reads the clock."""
    return datetime.now(UTC)


class Worker:
    """The running schedule of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stopping = threading.Event()
        self.idle = threading.Lock()

    def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        scheduler = self.schedule()
        scheduler.start()
        log.info("worker.started", jobs=[job.id for job in scheduler.get_jobs()])
        self.stopping.wait()
        scheduler.shutdown(wait=False)
        finished = self.idle.acquire(timeout=_PATIENCE)
        log.info("worker.stopped", finished=finished)
        if not finished:
            # A job hangs on a silent server; what it had accepted is safe, the rest is asked for again next time.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def schedule(self) -> BackgroundScheduler:
        """Return the schedule, not yet started."""
        zone = self.desk.campaign.call.zone
        at, every = self.desk.settings.digest.time, self.desk.settings.worker.poll_minutes
        scheduler = BackgroundScheduler(
            timezone=zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        )
        first = now() + timedelta(seconds=1)
        scheduler.add_job(self._guarded(self.poll), IntervalTrigger(minutes=every), id="poll", next_run_time=first)
        daily = CronTrigger(hour=at.hour, minute=at.minute, timezone=zone)
        scheduler.add_job(self._guarded(self.digest), daily, id="digest")
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
                if not self.stopping.is_set():
                    job()

        run.__name__ = job.__name__
        return run

    def poll(self) -> None:
        """Take in what is new and read it."""
        Poller(self.desk, now, stop=self.stopping.is_set).poll_all()
        read = take_in(self.desk, stop=self.stopping.is_set)
        log.info("worker.polled", read=read)
        # Where the machine was off, or a later deadline has passed, what is due is caught up here.
        track(self.desk, now())
        self.desk.rest()

    def digest(self) -> None:
        """Write today's digest and send it, on working days of the official calendar."""
        moment = now()
        try:
            # Days off count for a deadline: its report is made, and told by the next digest.
            track(self.desk, moment)
        finally:
            self._digest(moment)

    def _digest(self, moment: datetime) -> None:
        if not is_working_day(moment.astimezone(self.desk.campaign.call.zone).date()):
            log.info("digest.day_off")
            return
        digest = make_digest(self.desk, moment)
        write_digest(self.desk, digest)
        send_digest(self.desk, digest, moment)

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
