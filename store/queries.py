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
from store.models import Case, File, Filing, Letter, Message, Reading, Sighting

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
            sightings=_sightings(session),
            files=files,
            filings=session.scalars(
                select(Filing).join(File).join(Message).where(Message.arrival <= as_of).order_by(Filing.id)
            ).all(),
            cases={case.id: case for case in session.scalars(select(Case))},
            readings=readings(session, (file.sha256 for file in files if file.sha256 and file.kind in _WITH_FACTS)),
        )


def _messages(session: Session, as_of: datetime) -> Sequence[tuple[Message, Letter | None]]:
    query = (
        select(Message, Letter).outerjoin(Letter).where(Message.arrival <= as_of).order_by(Message.arrival, Message.id)
    )
    return [(message, letter) for message, letter in session.execute(query)]


def _sightings(session: Session) -> dict[int, Sighting]:
    """Return the place to name for each message: where it is no junk, in the inbox, and where it was seen first.

    Which folder was read first is chance: the others may have been closed just then.
    """
    order = (Sighting.junk, Sighting.folder != "INBOX", Sighting.id)
    place = func.row_number().over(partition_by=Sighting.message_id, order_by=order).label("place")
    ranked = select(Sighting.id, place).subquery()
    query = select(Sighting).join(ranked, ranked.c.id == Sighting.id).where(ranked.c.place == 1)
    return {row.message_id: row for row in session.scalars(query)}
