"""Remembers each look into a mailbox, so that a failing one is told once, waits, and is told again when it is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from store.database import Store
from store.models import Poll


@dataclass(frozen=True)
class PollResult:
    """The end of one look: `outcome` is ok, refused (login), unreachable or full (disk); `reason` is Chinese."""

    mailbox: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    reason: str = ""
    seen: int = 0
    new: int = 0
    held: int | None = None
    known: int | None = None
    reconciled: bool = False
    gaps: Sequence[Mapping[str, Any]] | None = None


def note(store: Store, result: PollResult) -> None:
    """Add a poll."""
    with store.session() as session:
        session.add(Poll(**vars(result)))


def latest(store: Store, mailbox: str) -> PollResult | None:
    """Return the last look into a mailbox, or None where there was none."""
    with store.reading() as session:
        poll = session.scalar(select(Poll).where(Poll.mailbox == mailbox).order_by(Poll.id.desc()).limit(1))
        return _result(poll) if poll else None


@dataclass(frozen=True)
class Health:
    """A mailbox's polling as of a moment: when it last went well, and since when and why it has failed since then.

    `held` is how many mails the server said it holds when it last went well, `known` how many of those we hold.
    """

    mailbox: str
    last_good: datetime | None
    failing_since: datetime | None
    reason: str
    held: int | None = None
    known: int | None = None


def health(store: Store, as_of: datetime) -> tuple[Health, ...]:
    """Return the state of every mailbox that was ever polled until `as_of`, in three queries however many polls."""
    with store.reading() as session:
        ended = select(func.max(Poll.id)).where(Poll.outcome == "ok", Poll.ended_at <= as_of).group_by(Poll.mailbox)
        good = {poll.mailbox: poll for poll in session.scalars(select(Poll).where(Poll.id.in_(ended)))}
        last = session.scalars(
            select(Poll).where(
                Poll.id.in_(select(func.max(Poll.id)).where(Poll.ended_at <= as_of).group_by(Poll.mailbox))
            )
        ).all()
        return tuple(
            _health(session, poll, good.get(poll.mailbox), as_of)
            for poll in sorted(last, key=lambda poll: poll.mailbox)
        )


@dataclass(frozen=True)
class Course:
    """How looking into a mailbox has gone, in the order of the looks, whatever the clock said meanwhile.

    `refused_since` and `failing_since` are since when it was refused, or failed, after the last good look; `steady` is
    whether the last two looks went well. `resumed` is (last good look before, first good look after) a moment that was
    asked about.
    """

    mailbox: str
    outcome: str
    reason: str
    first: datetime
    last: datetime
    last_good: datetime | None
    refused_since: datetime | None
    failing_since: datetime | None
    steady: bool
    resumed: tuple[datetime, datetime] | None = None


def course(store: Store, mailbox: str, since: datetime | None = None) -> Course | None:
    """Return how looking into a mailbox has gone, and how it was resumed after `since`; None where nobody ever did."""
    with store.reading() as session:
        own = select(Poll).where(Poll.mailbox == mailbox)
        lately = session.scalars(own.order_by(Poll.id.desc()).limit(2)).all()
        if not lately:
            return None
        good = session.scalar(own.where(Poll.outcome == "ok").order_by(Poll.id.desc()).limit(1))
        after = (Poll.mailbox == mailbox, Poll.id > (good.id if good else 0))
        refused = select(func.min(Poll.id)).where(*after, Poll.outcome == "refused").scalar_subquery()
        failing = select(func.min(Poll.id)).where(*after).scalar_subquery()
        return Course(
            mailbox,
            lately[0].outcome,
            lately[0].reason,
            session.scalars(own.order_by(Poll.id).limit(1)).one().started_at,
            lately[0].started_at,
            good.ended_at if good else None,
            session.scalar(select(Poll.started_at).where(Poll.id == refused)),
            session.scalar(select(Poll.started_at).where(Poll.id == failing)),
            all(one.outcome == "ok" for one in lately),
            _resumed(session, own.where(Poll.outcome == "ok"), since) if since else None,
        )


def good_after(store: Store, mailbox: str, moment: datetime) -> datetime | None:
    """Return when a mailbox was first looked into well again after a moment."""
    query = select(func.min(Poll.id)).where(Poll.mailbox == mailbox, Poll.outcome == "ok", Poll.ended_at > moment)
    with store.reading() as session:
        return session.scalar(select(Poll.ended_at).where(Poll.id == query.scalar_subquery()))


def _resumed(session: Session, good: Select[Any], since: datetime) -> tuple[datetime, datetime] | None:
    """Return the last good look that ended before a moment and the first that ended after it."""
    after = session.scalar(good.where(Poll.ended_at >= since).order_by(Poll.id).limit(1))
    if after is None:
        return None
    before = session.scalar(good.where(Poll.id < after.id).order_by(Poll.id.desc()).limit(1))
    return (before.ended_at, after.ended_at) if before else None


def _health(session: Session, poll: Poll, good: Poll | None, as_of: datetime) -> Health:
    """Return the state of a mailbox from its last poll and its last good one."""
    ended = good.ended_at if good else None
    failing = _failing_since(session, poll.mailbox, ended, as_of) if poll.outcome != "ok" else None
    numbers = (good.held, good.known) if good else (None, None)
    return Health(poll.mailbox, ended, failing, poll.reason, *numbers)


def _failing_since(session: Session, mailbox: str, good: datetime | None, as_of: datetime) -> datetime | None:
    """Return when the first failing poll after the last good one began."""
    query = select(func.min(Poll.started_at)).where(
        Poll.mailbox == mailbox, Poll.outcome != "ok", Poll.ended_at <= as_of
    )
    if good is not None:
        query = query.where(Poll.ended_at > good)
    return session.scalar(query)


def _result(poll: Poll) -> PollResult:
    return PollResult(**{own.name: getattr(poll, own.name) for own in fields(PollResult)})
