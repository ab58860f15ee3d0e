"""The tables of who looked at personal data, and of what personal data was removed (facts, only ever added to)."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from store.models import Base


class Access(Base):
    """A look at personal data (查阅记录): when, who, from where, which way, at what, and in which words or how much.

    `kind` is one of `store.personal.accesses.KINDS`; looks at the same thing within a few minutes are one row.
    """

    __tablename__ = "accesses"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person: Mapped[str] = mapped_column(String(60), index=True)
    address: Mapped[str]
    kind: Mapped[str] = mapped_column(String(12))
    target: Mapped[str]
    told: Mapped[str]


class Removal(Base):
    """The removal of a finished campaign's personal data (个人信息清理): once begun, it is carried through.

    `counts` is what there was of each kind when it began, {kind: {rows, bytes}}; `kept` the statistics that stay.
    While `ended_at` is null it was begun and not finished: whoever runs it again goes on.
    """

    __tablename__ = "removals"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(String(100), unique=True)
    person: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]
    kept: Mapped[dict[str, Any]]
