"""What do the numbers of monitoring say of the database? Few queries, however many mails there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.orm import Session

from store.database import Store
from store.jobs import are_kept
from store.models import Letter, Message, Poll, Reading, Sighting, Withheld
from store.outgoing import SentDigest
from store.safekeeping.latest import BackedUp
from store.sent import TEST


@dataclass(frozen=True)
class Polled:
    """How a mailbox fared: how its last look ended and how long it took (seconds), and when one last went well."""

    outcome: str
    ended_at: datetime
    seconds: float
    last_good: datetime | None


@dataclass(frozen=True)
class Counts:
    """The numbers: mails by mailbox and place, the oldest that waits, polls, readings, digests, jobs by their state.

    The places are those of `reports.tally`, and `read` for what is read and not filed yet. A mail that lies in two
    mailboxes counts in both. `jobs` is empty where no jobs are kept in this database. `backup` is when one was made.
    """

    mails: Mapping[tuple[str, str], int]
    oldest_waiting: datetime | None
    polls: Mapping[str, Polled]
    withheld: Mapping[str, int]
    readings: Mapping[str, int]
    digests: Mapping[str, datetime]
    jobs: Mapping[str, int] = field(default_factory=dict)
    backup: datetime | None = None


def counts(store: Store) -> Counts:
    """Return all numbers."""
    with store.reading() as session:
        oldest = session.scalar(select(func.min(Message.kept_at)).where(Message.state == "waiting"))
        return Counts(
            _mails(session), oldest, _polls(session), _withheld(session), _readings(session), _digests(session),
            _jobs(session), session.scalar(select(func.max(BackedUp.made_at))),
        )  # fmt: skip


def _mails(session: Session) -> dict[tuple[str, str], int]:
    """Count the mails of each mailbox by what became of them."""
    read = (Message.state == "read", "read")
    place: ColumnElement[str] = case(
        (Message.state == "failed", "failed"),
        (Letter.kind.is_(None) | (Message.state == "waiting"), "waiting"),
        (Letter.kind != "submission", "aside"),
        read,
        else_="filed",
    )
    seen = select(Sighting.mailbox, Sighting.message_id).distinct().subquery()
    query = (
        select(seen.c.mailbox, place, func.count())
        .join(Message, Message.id == seen.c.message_id)
        .outerjoin(Letter, Letter.message_pk == Message.id)
        .group_by(seen.c.mailbox, place)
    )
    return {(mailbox, where): number for mailbox, where, number in session.execute(query)}


def _polls(session: Session) -> dict[str, Polled]:
    last = select(func.max(Poll.id)).group_by(Poll.mailbox)
    good = select(func.max(Poll.id)).where(Poll.outcome == "ok").group_by(Poll.mailbox)
    rows = session.scalars(select(Poll).where(Poll.id.in_(last) | Poll.id.in_(good)).order_by(Poll.id)).all()
    ended = {poll.mailbox: poll.ended_at for poll in rows if poll.outcome == "ok"}
    return {
        poll.mailbox: Polled(
            poll.outcome, poll.ended_at, (poll.ended_at - poll.started_at).total_seconds(), ended.get(poll.mailbox)
        )
        for poll in rows
    }


def _withheld(session: Session) -> dict[str, int]:
    """Count the mails that a server names and does not give."""
    query = select(Withheld.mailbox, func.count()).where(Withheld.given_at.is_(None)).group_by(Withheld.mailbox)
    return dict(session.execute(query).all())


def _readings(session: Session) -> dict[str, int]:
    query = select(Reading.status, func.count()).group_by(Reading.status)
    return dict(session.execute(query).all())


def _digests(session: Session) -> dict[str, datetime]:
    """Return when a digest was last begun to be sent, by how that ended."""
    query = select(SentDigest.state, func.max(SentDigest.started_at)).where(SentDigest.channel != TEST)
    return dict(session.execute(query.group_by(SentDigest.state)).all())


def _jobs(session: Session) -> dict[str, int]:
    """Count the jobs that workers share, where they are kept in this database."""
    if not are_kept(session):
        return {}
    rows = session.execute(text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"))
    return dict(rows.all())
