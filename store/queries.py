"""Reads what a picture needs, in as many queries as there are tables, however many rows there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.database import Store
from store.documents import readings
from store.drops import Dropped, Trouble, dropped, troubles_in
from store.models import Case, File, Filing, Letter, Link, Message, Reading, Sighting
from store.supplied import answered_links

# Kinds whose facts a picture looks into; the readings of others need not be loaded.
_WITH_FACTS = ("summary_list", "recommendation_form", "case_material", "photo")


@dataclass(frozen=True)
class Kept:
    """All rows that lie behind a picture as of a moment, messages and files in the order of their arrival."""

    messages: Sequence[tuple[Message, Letter | None]]
    sightings: dict[int, Sighting]
    files: Sequence[File]
    filings: Sequence[Filing]
    cases: dict[int, Case]
    readings: dict[str, Reading]
    drops: dict[int, Dropped]
    troubles: Sequence[Trouble]
    links: Sequence[Link]
    answered: set[str]

    @cached_property
    def file_counts(self) -> Counter[int]:
        """How many files each message holds, by the message's id."""
        return Counter(file.message_pk for file in self.files)


def kept(store: Store, as_of: datetime) -> Kept:
    """Return what had arrived by a moment, as one consistent look."""
    with store.reading() as session:
        files = session.scalars(
            select(File).join(Message).where(Message.arrival <= as_of).order_by(Message.arrival, Message.id, File.id)
        ).all()
        return Kept(
            messages=_messages(session, as_of),
            sightings=_first_sightings(session),
            files=files,
            filings=session.scalars(
                select(Filing).join(File).join(Message).where(Message.arrival <= as_of).order_by(Filing.id)
            ).all(),
            cases={case.id: case for case in session.scalars(select(Case))},
            readings=readings(session, (file.sha256 for file in files if file.sha256 and file.kind in _WITH_FACTS)),
            drops=dropped(session),
            troubles=troubles_in(session, as_of),
            links=session.scalars(
                select(Link)
                .join(Message)
                .where(Message.arrival <= as_of)
                .order_by(Message.arrival, Message.id, Link.number)
            ).all(),
            answered=answered_links(session),
        )


def _messages(session: Session, as_of: datetime) -> Sequence[tuple[Message, Letter | None]]:
    query = (
        select(Message, Letter).outerjoin(Letter).where(Message.arrival <= as_of).order_by(Message.arrival, Message.id)
    )
    return [(message, letter) for message, letter in session.execute(query)]


def _first_sightings(session: Session) -> dict[int, Sighting]:
    """Return the place where each message was seen first."""
    first = select(func.min(Sighting.id)).group_by(Sighting.message_id)
    return {row.message_id: row for row in session.scalars(select(Sighting).where(Sighting.id.in_(first)))}
