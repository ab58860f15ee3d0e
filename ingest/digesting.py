"""Makes the digest of a moment, keeps it as a file, and sends it to staff: to each address once a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from ingest.desk import Desk
from ingest.outbox import Delivery, send_each
from reports.deadline import days_since_working_day
from reports.digest import digest as digests
from reports.digest.digest import Digest
from reports.finding import Assessment
from store import decisions, sent
from store.queries import Span

log = structlog.get_logger()


def assessment(desk: Desk, as_of: datetime) -> Assessment:
    """Return the campaign as of a moment, judged."""
    return desk.keeper.assessment(as_of)


def make_digest(desk: Desk, as_of: datetime, notes: Sequence[str] = ()) -> Digest:
    """Return the digest of a moment; its “new” counts from the last digest that went out on an earlier day.

    Where none ever went, it counts from the same time on the working day before.
    """
    today = as_of.astimezone(desk.campaign.call.zone).date()
    since = sent.last_before(desk.store, today) or as_of - timedelta(days=days_since_working_day(today))
    before, made = looking_back(desk, since, as_of), decisions.every(desk.store)
    return digests.compose(assessment(desk, as_of), since, notes, before=before, decided=made)


def looking_back(desk: Desk, since: datetime, as_of: datetime) -> Assessment:
    """Return the campaign as it was known at a moment: without what was fetched or decided from then to `as_of`.

    The picture of `since` alone would hold mails that had arrived by then and were fetched later, so that no digest
    ever told of them as new.
    """
    return desk.keeper.assessment(since, Span(since, as_of))


def write_digest(desk: Desk, digest: Digest, folder: Path | None = None) -> tuple[Path, Path]:
    """Write a digest as HTML and text into a folder (by default that of the settings); return both paths."""
    return digests.write(digest, folder or desk.settings.at(desk.settings.digest.folder))


def send_digest(desk: Desk, digest: Digest, now: datetime) -> list[Delivery]:
    """Send a digest to every recipient who has not had that day's yet; return the deliveries, also failed ones."""
    settings = desk.settings.digest
    if settings.smtp is None:
        return []
    sender = settings.smtp.sender or settings.smtp.username
    had = sent.recipients_of(desk.store, digest.day)
    waiting = [recipient for recipient in settings.recipients if recipient not in had]
    deliveries = []
    for recipient in waiting:
        # One at a time, noted at once: a crash between two of them repeats neither.
        for delivery in send_each(lambda to: digests.as_mail(digest, sender, to), [recipient], settings.smtp):
            if delivery.ok:
                sent.note(desk.store, digest.day, digest.as_of, recipient, now, digest.html)
            log.info("digest.sent" if delivery.ok else "digest.not_sent", ok=delivery.ok, day=str(digest.day))
            deliveries.append(delivery)
    return deliveries
