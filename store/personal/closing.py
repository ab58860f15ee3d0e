"""Knows whether a campaign's personal data was removed: then nothing is taken in, decided, read or sent any more."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.errors import ConfigError
from store.database import Store, hold
from store.outgoing import Milestone, Snapshot
from store.personal.privacy import Removal

_LOCK = 20_260_810
_SAID = "本次征集活动的个人信息已经清理，不再收信、读信、处理和发送"


class ClosedError(ConfigError):
    """The campaign's personal data was removed, or that was begun: what was asked for can no longer be done."""


@dataclass(frozen=True)
class Closed:
    """A removal: see `store.personal.privacy.Removal` for the fields."""

    campaign: str
    person: str
    note: str
    begun_at: datetime
    ended_at: datetime | None
    counts: dict[str, Any]
    kept: dict[str, Any]


def find(store: Store) -> Closed | None:
    """Return the removal of this store, also one that was begun and not finished; None where there is none."""
    with store.reading() as session:
        row = session.scalar(select(Removal).order_by(Removal.id).limit(1))
        return Closed(**{own.name: getattr(row, own.name) for own in fields(Closed)}) if row else None


def told(closed: Closed, zone: tzinfo) -> str:
    """Return in words that a removal was made or begun: whoever looks at what is left must know."""
    day = f"{closed.begun_at.astimezone(zone):%Y-%m-%d}"
    if closed.ended_at is None:
        return f"{closed.person} {day} 开始清理本次征集的个人信息，还没有做完，请再运行一遍 zhengji retention remove"
    return f"本次征集的个人信息已于 {day} 清理，姓名、电话、文件名和原件都已不在，统计仍在"


def is_closed(session: Session) -> bool:
    """Tell whether a removal was begun."""
    return bool(session.scalar(select(func.count(Removal.id))))


def refuse(session: Session) -> None:
    """Raise ClosedError where a removal was begun: called in the transaction that would add something."""
    if is_closed(session):
        raise ClosedError(_SAID)


def refuse_on(store: Store) -> None:
    """Raise ClosedError where a removal was begun."""
    with store.reading() as session:
        refuse(session)


@contextmanager
def taking_back(store: Store, hashes: Iterable[str]) -> Iterator[None]:
    """Take contents out of the vault again that were kept for what a removal, begun meanwhile, then refused."""
    try:
        yield
    except ClosedError:
        for sha256 in hashes:
            store.vault.remove(sha256)
        raise


def begin(store: Store, closed: Closed) -> Closed:
    """Note that a removal begins; where one was begun before, that one goes on, with what it counted first."""
    with store.session() as session:
        hold(session.connection(), _LOCK)
        if not is_closed(session):
            session.add(Removal(**{own.name: getattr(closed, own.name) for own in fields(Closed)}))
    return find(store) or closed


def end(store: Store, now: datetime) -> None:
    """Note that a removal is finished, and throw its secret away."""
    with store.session() as session:
        for row in session.scalars(select(Removal).where(Removal.ended_at.is_(None))):
            row.ended_at, row.kept = now, {name: own for name, own in row.kept.items() if name != "key"}


def campaigns(store: Store) -> set[str]:
    """Return the campaigns that anything in this store is noted of; messages bear none."""
    with store.reading() as session:
        return {*session.scalars(select(Milestone.campaign)), *session.scalars(select(Snapshot.campaign))}
