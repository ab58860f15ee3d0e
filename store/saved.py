"""Keeps the queries that staff save under a name: the words of a command line, who saved them and when (facts)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Store
from store.outgoing import SavedQuery


@dataclass(frozen=True)
class Saved:
    """A saved query: `words` is a command line, the command first."""

    name: str
    words: tuple[str, ...]
    person: str
    saved_at: datetime


def find(store: Store, name: str) -> Saved | None:
    """Return the query of a name."""
    with store.reading() as session:
        row = session.get(SavedQuery, name)
        return _saved(row) if row else None


def every(store: Store) -> list[Saved]:
    """Return all saved queries by their names."""
    with store.reading() as session:
        return [_saved(row) for row in session.scalars(select(SavedQuery).order_by(SavedQuery.name))]


def keep(store: Store, name: str, words: Sequence[str], person: str, now: datetime) -> Saved:
    """Keep a query under a name and return what stands there now: an earlier one of that name stays."""

    def work(session: Session) -> Saved:
        row = session.get(SavedQuery, name)
        if row is None:
            row = SavedQuery(name=name, words=list(words), person=person, saved_at=now)
            session.add(row)
            session.flush()
        return _saved(row)

    return store.noted(work)


def forget(store: Store, name: str) -> bool:
    """Let go of the query of a name; return whether there was one."""
    with store.session() as session:
        row = session.get(SavedQuery, name)
        if row is not None:
            session.delete(row)
        return row is not None


def _saved(row: SavedQuery) -> Saved:
    return Saved(row.name, tuple(map(str, row.words)), row.person, row.saved_at)
