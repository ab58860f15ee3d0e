"""Reads what a picture needs, in as many queries as there are tables, however many rows there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import decisions
from store.database import Store
from store.decisions import Decided
from store.documents import readings
from store.drops import Dropped, Trouble, dropped, troubles_in
from store.models import Case, File, Filing, Letter, Link, Message, Reading, Sighting
from store.supplied import answered_links

# Kinds whose facts a picture looks into; the readings of others need not be loaded.
_WITH_FACTS = (
    "summary_list", "summary_list_scan", "recommendation_form", "recommendation_form_scan", "case_material", "photo",
    "video",
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """All rows that lie behind a picture as of a moment, messages and files in the order of their arrival.

    Of the copies of one mail, such as those that came to both addresses, only the first is here; `copies` counts the
    others by its id. They hold the same letter and the same files.
    """

    messages: Sequence[tuple[Message, Letter | None]]
    sightings: dict[int, Sighting]
    files: Sequence[File]
    filings: Sequence[Filing]
    cases: dict[int, Case]
    readings: dict[str, Reading]
    copies: Counter[int]
    decisions: dict[int, Decided]
    drops: dict[int, Dropped]
    troubles: Sequence[Trouble]
    links: Sequence[Link]
    answered: set[str]

    @cached_property
    def file_counts(self) -> Counter[int]:
        """How many files each message holds, by the message's id."""
        return Counter(file.message_pk for file in self.files)

    @cached_property
    def standing(self) -> dict[tuple[str, str], Decided]:
        """The decisions that count, by what they decide and of what."""
        return {(row.what, row.subject): row for row in decisions.current(self.decisions.values())}


def kept(store: Store, as_of: datetime) -> Kept:
    """Return what had arrived by a moment, as one consistent look."""
    with store.reading() as session:
        messages = _messages(session, as_of)
        original = _originals(messages)
        query = select(File).join(Message).where(Message.arrival <= as_of)
        files = [
            file
            for file in session.scalars(query.order_by(Message.arrival, Message.id, File.id))
            if file.message_pk not in original
        ]
        ids = {file.id for file in files}
        filings = select(Filing).join(File).join(Message).where(Message.arrival <= as_of).order_by(Filing.id)
        return Kept(
            messages=[(message, letter) for message, letter in messages if message.id not in original],
            sightings=_sightings(session),
            files=files,
            filings=[filing for filing in session.scalars(filings) if filing.file_id in ids],
            cases={case.id: case for case in session.scalars(select(Case))},
            decisions={one.id: one for one in decisions.made(session)},
            readings=readings(session, (file.sha256 for file in files if file.sha256 and file.kind in _WITH_FACTS)),
            copies=Counter(original.values()),
            drops=dropped(session),
            troubles=troubles_in(session, as_of),
            links=[link for link in _links(session, as_of) if link.message_pk not in original],
            answered=answered_links(session),
        )


def _messages(session: Session, as_of: datetime) -> Sequence[tuple[Message, Letter | None]]:
    query = (
        select(Message, Letter).outerjoin(Letter).where(Message.arrival <= as_of).order_by(Message.arrival, Message.id)
    )
    return [(message, letter) for message, letter in session.execute(query)]


def _links(session: Session, as_of: datetime) -> Sequence[Link]:
    query = select(Link).join(Message).where(Message.arrival <= as_of)
    return session.scalars(query.order_by(Message.arrival, Message.id, Link.number)).all()


def _originals(messages: Sequence[tuple[Message, Letter | None]]) -> dict[int, int]:
    """Return for each message that is a copy of an earlier one the id of that one."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for message, letter in messages:
        if letter is None or letter.soft_key is None:
            continue
        original = first.setdefault(letter.soft_key, message.id)
        if original != message.id:
            found[message.id] = original
    return found


def _sightings(session: Session) -> dict[int, Sighting]:
    """Return the place to name for each message: where it is no junk, in the inbox, and where it was seen first.

    Which folder was read first is chance: the others may have been closed just then.
    """
    order = (Sighting.junk, Sighting.folder != "INBOX", Sighting.id)
    place = func.row_number().over(partition_by=Sighting.message_id, order_by=order).label("place")
    ranked = select(Sighting.id, place).subquery()
    query = select(Sighting).join(ranked, ranked.c.id == Sighting.id).where(ranked.c.place == 1)
    return {row.message_id: row for row in session.scalars(query)}
