"""When was a backup last made, and into which folder? Noted when a generation is whole, so that a silent end is seen.

A backup does not hold its own note, only those before it; whoever goes back to it sees the one before as the latest.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.database import Store
from store.models import Base


class BackedUp(Base):
    """The newest backup in a folder (a fact): one row for each folder, however many generations were made there."""

    __tablename__ = "backups"

    folder: Mapped[str] = mapped_column(Text, primary_key=True)
    made_at: Mapped[datetime]
    generation: Mapped[str] = mapped_column(String(40))
    # How many contents the vault did not hold whole.
    lost: Mapped[int]


@dataclass(frozen=True)
class Latest:
    """The newest backup that is known of: in which folder, when, and how many contents it lacks."""

    folder: str
    made_at: datetime
    lost: int = 0

    def is_overdue(self, now: datetime, days: float) -> bool:
        """Tell whether the next one should have been made by now; with 0 days nobody asks."""
        return days > 0 and now - self.made_at > timedelta(days=days)


def note(store: Store, folder: str, made_at: datetime, generation: str, lost: int) -> None:
    """Note that a whole generation was made in a folder."""

    def work(session: Session) -> None:
        session.merge(BackedUp(folder=folder, made_at=made_at, generation=generation, lost=lost))

    store.noted(work)


def latest(store: Store) -> Latest | None:
    """Return the newest backup; None where none was ever made."""
    with store.reading() as session:
        row = session.scalars(select(BackedUp).order_by(BackedUp.made_at.desc()).limit(1)).first()
        return Latest(row.folder, row.made_at, row.lost) if row else None
