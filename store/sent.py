"""Remembers which digest went to whom, so that none goes twice and the next knows what is new since."""

import hashlib
from datetime import date, datetime

from sqlalchemy import func, select

from store.database import Store
from store.outgoing import SentDigest


def note(store: Store, day: date, as_of: datetime, recipient: str, now: datetime, html: str) -> None:
    """Note that a day's digest went to an address."""
    with store.session() as session:
        session.add(
            SentDigest(
                day=day.isoformat(),
                as_of=as_of,
                recipient=recipient,
                started_at=now,
                sent_at=now,
                html_sha256=hashlib.sha256(html.encode()).hexdigest(),
            )
        )


def recipients_of(store: Store, day: date) -> frozenset[str]:
    """Return who has had a day's digest."""
    with store.reading() as session:
        return frozenset(session.scalars(select(SentDigest.recipient).where(SentDigest.day == day.isoformat())))


def last_before(store: Store, day: date) -> datetime | None:
    """Return the moment of the last digest that went out on an earlier day."""
    with store.reading() as session:
        return session.scalar(select(func.max(SentDigest.as_of)).where(SentDigest.day < day.isoformat()))
