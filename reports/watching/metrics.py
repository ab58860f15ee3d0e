"""The numbers that Prometheus asks for, in its text format: few queries a scrape, and nothing personal in any label.

Labels are names of our own mailboxes, states, severities and disks; senders, communities and files are in none.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reports.alarms.known import KINDS
from reports.watching.limited import Limited
from store.alarms import open_alarms
from store.contents.floor import folders
from store.counts import Counts, counts
from store.database import Store
from store.errors import StoreError

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A scrape may take so long (seconds); Prometheus itself waits ten.
SECONDS = 5.0
_OUTCOMES = ("ok", "refused", "unreachable", "full")
_PLACES = ("waiting", "read", "filed", "aside", "failed")
Findings = Callable[[], Mapping[str, int] | None]


@dataclass(frozen=True)
class Watched:
    """What is measured: a store, the mailboxes that are polled, open findings by severity.

    `findings` gives None where this process has not looked at the campaign: then nothing is said of them.
    """

    store: Store
    mailboxes: tuple[str, ...]
    findings: Findings = lambda: None


class Metrics:
    """The numbers of one process, with a registry of their own."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        PlatformCollector(registry=self._process)
        GCCollector(registry=self._process)
        self.limited = Limited(self._asked, SECONDS)

    def exposition(self) -> bytes:
        """Return the text; where the database does not answer in time, what can be said without it."""
        try:
            families = self.limited.answer()
        except (StoreError, OSError):
            # A time that is over is an OSError too.
            families = [_up(answers=False)]
        return _text(families) + generate_latest(self._process)

    def _asked(self) -> list[GaugeMetricFamily]:
        began = time.monotonic()
        found = list(_families(self._watched))
        seconds = GaugeMetricFamily("zhengji_scrape_seconds", "How long the numbers below took to count.")
        seconds.add_metric([], time.monotonic() - began)
        return [*found, seconds]


class _Given(Collector):
    """Hands over families that are made already."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the families."""
        return self._families


def _text(families: Iterable[GaugeMetricFamily]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(families))
    return generate_latest(registry)


def _families(watched: Watched) -> Iterator[GaugeMetricFamily]:
    found = counts(watched.store)
    yield _up(answers=True)
    yield _build()
    yield from _mails(found, watched.mailboxes)
    yield from _polls(found, watched.mailboxes)
    yield from _work(found)
    yield from _disks(folders(watched.store))
    yield from _findings(watched.findings())
    yield _alarms(watched.store)


def _up(*, answers: bool) -> GaugeMetricFamily:
    return _single("zhengji_database_up", "Whether the database answered in time (1) or not (0).", float(answers))


def _build() -> GaugeMetricFamily:
    made = GaugeMetricFamily("zhengji_build_info", "The version of the program.", labels=["version"])
    made.add_metric([version("zhengji")], 1)
    return made


def _mails(found: Counts, mailboxes: Iterable[str]) -> Iterator[GaugeMetricFamily]:
    help_ = "Mails by mailbox and what became of them; one that lies in two mailboxes counts in both."
    mails = GaugeMetricFamily("zhengji_mails", help_, labels=["mailbox", "place"])
    for mailbox in sorted({*mailboxes, *(name for name, _ in found.mails)}):
        for place in _PLACES:
            mails.add_metric([mailbox, place], found.mails.get((mailbox, place), 0))
    yield mails
    withheld = GaugeMetricFamily(
        "zhengji_mails_withheld", "Mails that the server names and does not give.", labels=["mailbox"]
    )
    for mailbox in sorted({*mailboxes, *found.withheld}):
        withheld.add_metric([mailbox], found.withheld.get(mailbox, 0))
    yield withheld
    if found.oldest_waiting:
        help_ = "When the mail was kept that has waited longest to be read; absent where none waits."
        yield _moment("zhengji_oldest_waiting_timestamp_seconds", help_, found.oldest_waiting)


def _polls(found: Counts, mailboxes: Iterable[str]) -> Iterator[GaugeMetricFamily]:
    """Yield how the mailboxes fare that are polled; those that the settings no longer name are left out."""
    good = GaugeMetricFamily(
        "zhengji_poll_last_good_timestamp_seconds", "When a poll last ended well; 0: never.", labels=["mailbox"]
    )
    outcome = GaugeMetricFamily(
        "zhengji_poll_outcome", "How the last poll ended: 1 for its outcome.", labels=["mailbox", "outcome"]
    )
    seconds = GaugeMetricFamily("zhengji_poll_seconds", "How long the last poll took.", labels=["mailbox"])
    for mailbox in mailboxes:
        poll = found.polls.get(mailbox)
        good.add_metric([mailbox], poll.last_good.timestamp() if poll and poll.last_good else 0)
        if poll is None:
            continue
        seconds.add_metric([mailbox], poll.seconds)
        for one in _OUTCOMES:
            outcome.add_metric([mailbox, one], float(poll.outcome == one))
    yield from (good, outcome, seconds)


def _work(found: Counts) -> Iterator[GaugeMetricFamily]:
    readings = GaugeMetricFamily("zhengji_readings", "Contents that were read, by how that ended.", labels=["status"])
    for status, number in sorted(found.readings.items()):
        readings.add_metric([status], number)
    yield readings
    if found.jobs:
        jobs = GaugeMetricFamily("zhengji_jobs", "Jobs that workers share, by their state.", labels=["status"])
        for status, number in sorted(found.jobs.items()):
            jobs.add_metric([status], number)
        yield jobs
    digests = GaugeMetricFamily(
        "zhengji_digest_last_timestamp_seconds",
        "When a digest was last begun to be sent, by how that ended; 0: never.",
        labels=["state"],
    )
    for state in ("sent", "failed", "unclear", "sending"):
        moment = found.digests.get(state)
        digests.add_metric([state], moment.timestamp() if moment else 0)
    yield digests
    backup = found.backup.timestamp() if found.backup else 0
    yield _single("zhengji_backup_last_timestamp_seconds", "When a backup was last made; 0: never.", backup)


def _alarms(store: Store) -> GaugeMetricFamily:
    help_ = "Alarms that hold now, by their kind; 0: none of that kind."
    found = GaugeMetricFamily("zhengji_alarms_open", help_, labels=["kind"])
    kinds = Counter(one.kind for one in open_alarms(store))
    for kind in KINDS:
        found.add_metric([kind], kinds[kind])
    return found


def _disks(disks: Mapping[str, Path]) -> Iterator[GaugeMetricFamily]:
    """Yield how much room there is; a disk that cannot be looked at is left out, and says nothing of the database."""
    free = GaugeMetricFamily("zhengji_disk_free_bytes", "Room on the disk.", labels=["disk"])
    size = GaugeMetricFamily("zhengji_disk_size_bytes", "Size of the disk.", labels=["disk"])
    for name, path in disks.items():
        with suppress(OSError):
            usage = shutil.disk_usage(path)
            free.add_metric([name], usage.free)
            size.add_metric([name], usage.total)
    yield from (free, size)


def _findings(open_: Mapping[str, int] | None) -> Iterator[GaugeMetricFamily]:
    if open_ is None:
        return
    found = GaugeMetricFamily("zhengji_findings_open", "Open findings by severity.", labels=["severity"])
    for severity in ("error", "warning", "info"):
        found.add_metric([severity], open_.get(severity, 0))
    yield found


def _moment(name: str, help_: str, moment: datetime) -> GaugeMetricFamily:
    return _single(name, help_, moment.timestamp())


def _single(name: str, help_: str, value: float) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, help_)
    made.add_metric([], value)
    return made
