"""Knows on which days the deadline tracker has reported, so that each day's report is made and told once."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from store.database import Store
from store.outgoing import Milestone


@dataclass(frozen=True)
class Noted:
    """A day that was reported on: `sha256` is its page in the vault, empty where there was nothing left to report."""

    day: date
    name: str
    as_of: datetime
    made_at: datetime
    sha256: str


def note(store: Store, campaign: str, made: Noted) -> bool:
    """Note a day's report; False where another process noted that day before."""

    def noted(session: Session) -> bool:
        if session.scalar(_of(campaign).where(Milestone.day == made.day.isoformat())) is not None:
            return False
        session.add(Milestone(campaign=campaign, **{**vars(made), "day": made.day.isoformat()}))
        return True

    return store.noted(noted)


def every(store: Store, campaign: str) -> list[Noted]:
    """Return the days that were reported on, in order."""
    names = [own.name for own in fields(Noted)]
    with store.reading() as session:
        rows = session.scalars(_of(campaign).order_by(Milestone.day)).all()
        return [
            Noted(**{**{name: getattr(row, name) for name in names}, "day": date.fromisoformat(row.day)})
            for row in rows
        ]


def _of(campaign: str) -> Select[Any]:
    return select(Milestone).where(Milestone.campaign == campaign)
