"""Keeps what persons did in the console (操作记录): rows that are only added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store.database import Store
from store.people import Activity

_LONGEST_NAME, _LONGEST_ACTION, _LONGEST = 60, 40, 4_000


@dataclass(frozen=True)
class Deed:
    """Something that a person did: when, from where, what to what, and what came of it."""

    at: datetime
    person: str
    address: str
    action: str
    target: str
    told: str


def note(store: Store, deed: Deed) -> None:
    """Note what a person did; what is too long for a line of a table is cut."""
    with store.session() as session:
        session.add(
            Activity(
                at=deed.at,
                person=deed.person[:_LONGEST_NAME],
                address=deed.address[:_LONGEST_NAME],
                action=deed.action[:_LONGEST_ACTION],
                target=deed.target[:_LONGEST],
                told=deed.told[:_LONGEST],
            )
        )


def latest(store: Store, at_most: int, skip: int = 0, person: str | None = None) -> tuple[Sequence[Deed], int]:
    """Return what was done last, the newest first, of one person where it is named; and how much there is in all."""
    query, count = select(Activity), select(func.count()).select_from(Activity)
    if person:
        query, count = query.where(Activity.person == person), count.where(Activity.person == person)
    with store.reading() as session:
        rows = session.scalars(query.order_by(Activity.id.desc()).offset(skip).limit(at_most))
        found = [Deed(row.at, row.person, row.address, row.action, row.target, row.told) for row in rows]
        return found, session.scalar(count) or 0
