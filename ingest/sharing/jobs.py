"""Runs the shared jobs: any number of these processes, on any number of machines, each for some of the roles.

The jobs are rows of PostgreSQL (`store.jobs`); Procrastinate hands each to one process, and starts what recurs once for
all of them. A process that ends in order gives back what it has at hand; of one that was killed, the others notice that
its heart stopped beating, and take over.
"""

import asyncio
import os
import queue
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from ingest.alarms.watch import Watch
from ingest.desk import Desk
from ingest.intake import is_outage
from ingest.monitoring import monitor_of, monitored
from ingest.safekeeping.retention import clear_here
from ingest.sharing import duties
from ingest.worker import now
from reports.console.enduring import endured
from store import jobs
from store.database import driver_options
from store.errors import AwayError, StoreError

log = structlog.get_logger()

ROLES = (jobs.POLL, jobs.READ, jobs.REPORT)
# So many mailboxes are looked into at once.
_POLLS = 4
_USUAL_READERS = 2
# A job in the middle of something gets this long to come to an end (seconds); then it is left to another process.
_PATIENCE = 5.0
# What failed because something is away is tried again after so many seconds, then twice as many, up to the last.
_FIRST_PAUSE, _LAST_PAUSE = 2, 600
# After the database was away (seconds).
_RECONNECT = 2.0
# Whoever ends when nothing is left looks again after so many seconds, then after twice as many, up to the last.
_FIRST_LOOK, _LAST_LOOK = 0.05, 1.0
_MINUTE = 60


class Backoff(BaseRetryStrategy):
    """Tries again what failed only because something is away, without end; whatever else is wrong stays failed."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when a job is tried again, None where it is not."""
        if not is_outage(exception):
            return None
        pause = min(_FIRST_PAUSE * 2 ** min(job.attempts, 20), _LAST_PAUSE)
        log.warning("job.put_off", task=job.task_name, attempts=job.attempts, seconds=pause, error=str(exception))
        return RetryDecision(retry_in={"seconds": pause})


class Slots:
    """Desks for as many jobs as are done at once."""

    def __init__(self, desk: Desk, count: int) -> None:
        own = replace(desk)
        self.all = [own.slot() for _ in range(count)]
        self._free: queue.SimpleQueue[Desk] = queue.SimpleQueue()
        for slot in self.all:
            self._free.put(slot)

    @contextmanager
    def one(self) -> Iterator[Desk]:
        """Give a desk for the time of a job."""
        slot = self._free.get()
        try:
            yield slot
        finally:
            self._free.put(slot)

    def rest(self) -> None:
        """Let go of what takes memory, where nothing is done at any of the desks."""
        idle = []
        with suppress(queue.Empty):
            while True:
                idle.append(self._free.get_nowait())
        if len(idle) == len(self.all):
            for slot in idle:
                slot.rest()
        for slot in idle:
            self._free.put(slot)


class SharedWorker:
    """A process that does the jobs of some roles."""

    def __init__(self, desk: Desk, roles: Sequence[str] = ROLES) -> None:
        self.desk, self.roles = desk, tuple(roles) or ROLES
        self.stopping = threading.Event()
        self.running: set[int] = set()
        self.began = now()
        self.watch = Watch(replace(desk), now, since=self.began)
        limits, mailboxes = desk.settings.limits, len(desk.settings.mailboxes)
        readers = limits.processes or min(_USUAL_READERS, os.cpu_count() or 1)
        self.counts = {jobs.POLL: min(_POLLS, max(mailboxes, 1)), jobs.READ: readers, jobs.REPORT: 1, jobs.ALL: 2}
        self.slots = {queue_: Slots(desk, self.counts[queue_]) for queue_ in (*self.roles, jobs.ALL)}
        self.app = self._new_app()
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.beat = min(desk.settings.worker.stalled_seconds / 4, 10.0)

    def _new_app(self) -> App:
        """Return what knows what there is to do, on which queue, and how often what recurs does."""
        self.app = _app(self.desk, self.roles)
        settings = self.desk.settings
        at = settings.digest.time
        self._task("read", jobs.READ, duties.read)
        self._task("file", jobs.READ, duties.file)
        self._task("compare", jobs.READ, duties.compare)
        self._task("poll", jobs.POLL, self._poll)
        self._recurring("poll_due", jobs.POLL, every(settings.worker.poll_minutes * _MINUTE), duties.poll_due)
        # At the second of the digest's minute, and once a minute for whatever else is due.
        self._recurring("report", jobs.REPORT, f"* * * * * {at.second}", partial(duties.report, began=self.began))
        often = every(min(settings.worker.poll_minutes * _MINUTE, settings.worker.stalled_seconds))
        self._recurring("sweep", jobs.ALL, often, duties.sweep)
        # Whoever takes over may be killed as well: none waits for another one.
        self._recurring("take_over", jobs.ALL, every(settings.worker.stalled_seconds / 2), duties.take_over, lock=None)
        return self.app

    def _poll(self, desk: Desk, mailbox: str) -> None:
        duties.poll(desk, mailbox, self.stopping.is_set)

    def _task(self, name: str, queue_: str, work: Callable[..., None], **how: Any) -> Any:  # noqa: ANN401 (a task)
        def run(context: JobContext, /, **arguments: Any) -> None:  # noqa: ANN401 (of the job)
            arguments.pop("timestamp", None)
            if name == "read":
                arguments.setdefault("taken_over", 0)
            with self._noted(context), self.slots[queue_].one() as desk:
                work(desk, **arguments)

        return self.app.task(name=name, queue=queue_, pass_context=True, retry=Backoff(), **how)(run)

    def _recurring(self, name: str, queue_: str, cron: str, work: Callable[[Desk], None], **how: Any) -> None:  # noqa: ANN401
        """Say what recurs, where it is for one of our roles: of what waits there is one, and of what runs too."""
        task = self._task(name, queue_, work, **{"queueing_lock": name, "lock": name, **how})
        if queue_ in self.slots:
            self.app.periodic(cron=cron)(task)

    @contextmanager
    def _noted(self, context: JobContext) -> Iterator[None]:
        """Note which jobs run, to be given back."""
        own = context.job.id or 0
        self.running.add(own)
        try:
            yield
        finally:
            self.running.discard(own)

    def run(self, *, until_idle: bool = False) -> None:
        """Run until SIGTERM or SIGINT, or until nothing is left to do; what is at hand is given back then."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        log.info("worker.started", roles=list(self.roles), at_once={one: self.counts[one] for one in self.slots})
        with monitored(self.desk.settings.monitoring, monitor_of(self.desk, now)):
            asyncio.run(self._until_idle() if until_idle else self._run())
        for slots in self.slots.values():
            slots.rest()
        with suppress(AwayError), self.desk.store.session() as session:
            jobs.forget_worker(session, self.name)
        log.info("worker.stopped", finished=True)

    def _stop(self) -> None:
        """Take no more jobs, and end within seconds: what is not done by then is left to another process."""
        if not self.stopping.is_set():
            self.stopping.set()
            leaving = threading.Timer(_PATIENCE, self._leave)
            leaving.daemon = True
            leaving.start()

    def _leave(self) -> None:
        log.info("worker.stopped", finished=False, given_back=sorted(self.running))
        for own in sorted(self.running):
            # Where the database is away: its heart has stopped, and others take over.
            with suppress(StoreError), self.desk.store.session() as session:
                jobs.give_back(session, own)
        with suppress(StoreError), self.desk.store.session() as session:
            jobs.forget_worker(session, self.name)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    async def _run(self) -> None:
        """Work at all roles until it is time to stop."""
        self._use_threads()
        while not self.stopping.is_set():
            with self._away_endured():
                async with self._new_app().open_async():
                    work = [asyncio.create_task(self._serve(one)) for one in self.slots]
                    work += [asyncio.create_task(self._stopped()), asyncio.create_task(self.watch_on())]
                    await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
                    await self._end(work)
            if not self.stopping.is_set():
                log.warning("jobs.reconnecting", seconds=_RECONNECT)
                await asyncio.sleep(_RECONNECT)

    @contextmanager
    def _away_endured(self) -> Iterator[None]:
        """Go on where the database is away: it is asked again soon."""
        dbapi: Any = self.desk.store.engine.dialect.loaded_dbapi
        try:
            yield
        except (ConnectorException, dbapi.Error) as error:
            log.warning("jobs.away", error=type(error.__cause__ or error).__name__)

    async def _stopped(self) -> None:
        """Wait until it is time to stop; say meanwhile that we are there, and let go of what takes memory."""
        told = rested = 0.0
        while not self.stopping.is_set():
            now = time.monotonic()
            if now - told > self.beat:
                told = now
                await asyncio.to_thread(self._say_there)
            if now - rested > _MINUTE:
                rested = now
                for slots in self.slots.values():
                    await asyncio.to_thread(endured, slots.rest, "worker.rest_failed")
            await asyncio.sleep(0.1)

    async def watch_on(self) -> None:
        """Look for what is alarming, each process for itself: only it sees its own disk. Each alarm is told once."""
        while not self.stopping.is_set():
            await asyncio.sleep(self.desk.settings.worker.poll_minutes * _MINUTE)
            # Whatever is wrong with a look, the jobs go on, and the next look comes.
            await asyncio.to_thread(endured, self.look, "alarms.failed")

    def look(self) -> None:
        """Look once; where the personal data was removed, nothing alarms, and what this machine has of it goes."""
        if not clear_here(self.desk):
            self.watch.look()

    def _say_there(self) -> None:
        with suppress(AwayError), self.desk.store.session() as session:
            jobs.note_worker(session, self.name, self.desk.letter_version)

    async def _end(self, work: Sequence["asyncio.Task[None]"]) -> None:
        """Let the jobs at hand come to an end, and take no more."""
        for one in work:
            one.cancel()
        for one in work:
            with suppress(asyncio.CancelledError), self._away_endured():
                await one

    async def _serve(self, queue_: str, *, wait: bool = True) -> None:
        """Do the jobs of a queue."""
        await self.app.run_worker_async(
            queues=[queue_],
            name=queue_,
            concurrency=self.counts[queue_],
            wait=wait,
            install_signal_handlers=False,
            delete_jobs="successful",
            update_heartbeat_interval=self.beat,
            stalled_worker_timeout=self.desk.settings.worker.stalled_seconds,
        )

    async def _until_idle(self) -> None:
        self._use_threads()
        async with self.app.open_async():
            pause = _FIRST_LOOK
            while not self.stopping.is_set() and any(self._left(one) for one in self.roles):
                for one in self.roles:
                    await self._serve(one, wait=False)
                # What is left others do: asked for without a pause, it would cost the database more than the work.
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LAST_LOOK)

    def _left(self, queue_: str) -> int:
        with self.desk.store.reading() as session:
            return jobs.live(session, queue_)

    def _use_threads(self) -> None:
        """Let every job have a thread of its own."""
        pool = ThreadPoolExecutor(sum(self.counts.values()) + 2, thread_name_prefix="job")
        asyncio.get_running_loop().set_default_executor(pool)


def every(seconds: float) -> str:
    """Return how often something recurs, as cron says it: at least so often, on even parts of a minute."""
    part = max((one for one in (1, 2, 5, 10, 15, 20, 30, _MINUTE) if one <= seconds), default=1)
    return f"* * * * * {'0' if part == _MINUTE else f'*/{part}'}"


def _app(desk: Desk, roles: Sequence[str]) -> App:
    """Return the app on the database of the settings; the password goes to the driver and nowhere else."""
    # Each role listens on a connection of its own.
    connector = PsycopgConnector(
        kwargs=driver_options(desk.settings.database_url), min_size=1, max_size=2 * len(roles) + 3
    )
    return App(connector=connector)
