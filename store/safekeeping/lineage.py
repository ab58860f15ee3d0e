"""Which installation a database belongs to, and whether it was brought back from a backup that a person has to settle.

Whoever goes back to a backup forgets what went out after it was made. Until a person has said that this was looked
into, the digest of the day does not go out again by itself, and every command says so.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.database import Store, hold
from store.models import Base

_LOCK = 20_260_807


class Installation(Base):
    """The name by which backups know this database again (a fact): one row, made at the first backup."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(36), primary_key=True)
    made_at: Mapped[datetime]


class Restored(Base):
    """That this database was brought back (a fact): when, from which backup, and who has settled what follows."""

    __tablename__ = "restored"

    id: Mapped[int] = mapped_column(primary_key=True)
    restored_at: Mapped[datetime]
    backup_at: Mapped[datetime]
    generation: Mapped[str] = mapped_column(String(40))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Gap:
    """A time of which this database knows nothing, for it was brought back from a backup: from when until when."""

    since: datetime
    until: datetime
    settled_at: datetime | None = None
    settled_by: str = ""


def name_of(store: Store, now: datetime) -> str:
    """Return the name of this installation, which is made the first time it is asked for."""

    def work(session: Session) -> str:
        hold(session.connection(), _LOCK)
        known = session.scalar(select(Installation.name))
        if known is None:
            known = str(uuid4())
            session.add(Installation(name=known, made_at=now))
        return known

    return store.noted(work)


def note_restored(connection: Connection, backup_at: datetime, generation: str, now: datetime) -> None:
    """Note within the restoring transaction that it happened."""
    values = {"restored_at": now, "backup_at": backup_at, "generation": generation, "settled_by": ""}
    connection.execute(insert(Restored).values(**values))


def every(store: Store) -> tuple[Gap, ...]:
    """Return every time this database was brought back, the oldest first."""
    with store.reading() as session:
        rows = session.scalars(select(Restored).order_by(Restored.id))
        return tuple(Gap(row.backup_at, row.restored_at, row.settled_at, row.settled_by) for row in rows)


def unsettled(store: Store) -> tuple[Gap, ...]:
    """Return the times that nobody has looked into yet."""
    return tuple(gap for gap in every(store) if gap.settled_at is None)


def settle(store: Store, person: str, now: datetime) -> int:
    """Note that a person has looked into all of them; return how many were open."""
    with store.session() as session:
        query = update(Restored).where(Restored.settled_at.is_(None)).values(settled_at=now, settled_by=person)
        return int(getattr(session.execute(query), "rowcount", 0))
