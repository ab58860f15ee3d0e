"""Remembers what was alarming: raised once however many processes see it, told to each once, and closed once.

Of a message that tells several, all notices are begun together or none: whoever finds one of them begun by another
process composes anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from store import attempts
from store.attempts import Ended, key_of
from store.database import Store
from store.outgoing import AlarmNotice, AlarmRow

RAISED, OVER = "raised", "over"
# How an alarm ends of which nothing is to be seen any more; the other ways are of `reports.alarms`.
DONE = "done"
# Whoever was not told yet, or surely could not be.
_TO_TELL = ("waiting", "failed")
# What an index bounds.
_ABOUT = 300


@dataclass(frozen=True)
class Holding:
    """Something alarming as it holds now: of what kind, about what, since when, and what there is to say of it."""

    kind: str
    about: str
    begun: datetime
    sentence: str
    lines: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """By what it is known again."""
        return self.kind, self.about[:_ABOUT]


@dataclass(frozen=True)
class Ending:
    """How something alarming ended: in a word, in a Chinese sentence, and when."""

    word: str
    sentence: str
    at: datetime


@dataclass(frozen=True)
class Alarm:
    """An alarm as it is kept (see `AlarmRow`)."""

    id: int
    kind: str
    about: str
    begun: datetime
    raised_at: datetime
    sentence: str
    lines: tuple[str, ...] = ()
    over_at: datetime | None = None
    over: str = ""
    ending: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """By what it is known again."""
        return self.kind, self.about

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.over_at is None


@dataclass(frozen=True)
class Notice(attempts.Tried):
    """What became of telling one side of an alarm (`raised` or `over`) to somebody (see `AlarmNotice`)."""

    id: int
    alarm: int
    side: str
    channel: str
    recipient: str
    state: str
    reason: str
    started_at: datetime
    sent_at: datetime | None
    sha256: str | None

    @property
    def is_to_tell(self) -> bool:
        """Whether it has yet to go."""
        return self.state in _TO_TELL


def open_alarms(store: Store) -> tuple[Alarm, ...]:
    """Return the alarms that hold, the oldest first."""
    with store.reading() as session:
        query = select(AlarmRow).where(AlarmRow.over_at.is_(None)).order_by(AlarmRow.id)
        return tuple(map(_alarm, session.scalars(query)))


def held_at(store: Store, as_of: datetime) -> tuple[Alarm, ...]:
    """Return the alarms that held at a moment, as far as they were known then."""
    query = select(AlarmRow).where(AlarmRow.raised_at <= as_of, AlarmRow.over_at.is_(None) | (AlarmRow.over_at > as_of))
    with store.reading() as session:
        return tuple(map(_alarm, session.scalars(query.order_by(AlarmRow.id))))


def every(store: Store) -> tuple[Alarm, ...]:
    """Return all that ever alarmed, the oldest first."""
    with store.reading() as session:
        return tuple(map(_alarm, session.scalars(select(AlarmRow).order_by(AlarmRow.id))))


def notices(store: Store, of: Iterable[int] | None = None) -> tuple[Notice, ...]:
    """Return what was told to whom, of all alarms or of some."""
    query = select(AlarmNotice).order_by(AlarmNotice.id)
    if of is not None:
        query = query.where(AlarmNotice.alarm_id.in_(list(of)))
    with store.reading() as session:
        return tuple(map(_notice, session.scalars(query)))


def to_tell(store: Store, since: datetime) -> tuple[tuple[Alarm, ...], tuple[Notice, ...]]:
    """Return the alarms that may have to be told, open or over since a moment, and what of them was told so far."""
    with store.reading() as session:
        query = select(AlarmRow).where(AlarmRow.over_at.is_(None) | (AlarmRow.over_at >= since)).order_by(AlarmRow.id)
        alarms = tuple(map(_alarm, session.scalars(query)))
    return alarms, notices(store, [one.id for one in alarms])


def begin(store: Store, holding: Holding, now: datetime) -> Alarm | None:
    """Note that something is alarming; None where that is noted already, by whichever process."""

    def work(session: Session) -> Alarm | None:
        if _find(session, holding, AlarmRow.over_at.is_(None)):
            return None
        row = _row(holding, now)
        if _find(session, holding, AlarmRow.begun == holding.begun):
            # It was closed by itself, such as a mailbox that was taken out of the settings, and is alarming once more.
            row.begun = now
        session.add(row)
        session.flush()
        return _alarm(row)

    return store.noted(work)


def note_past(
    store: Store, holding: Holding, ending: Ending, now: datetime, targets: Iterable[tuple[str, str]]
) -> Alarm | None:
    """Note what was alarming while nobody could tell and is over already; None where it was noted before."""

    def work(session: Session) -> Alarm | None:
        if _find(session, holding, AlarmRow.over_at.is_(None) | (AlarmRow.begun == holding.begun)):
            return None
        row = _row(holding, now)
        row.over_at, row.over, row.ending = ending.at, ending.sentence, ending.word
        session.add(row)
        session.flush()
        _plan(session, row.id, targets, now)
        return _alarm(row)

    return store.noted(work)


def close(store: Store, alarm: Alarm, ending: Ending, targets: Iterable[tuple[str, str]]) -> bool:
    """Note that an alarm is over, and that all who were or ought to be told of it are told; False where it was noted.

    `targets` are those who are told of alarms now; whoever was told that it began and is none of them any more is not.
    """

    def work(session: Session) -> bool:
        row = session.get_one(AlarmRow, alarm.id, with_for_update=True)
        if row.over_at is not None:
            return False
        row.over_at, row.over, row.ending = ending.at, ending.sentence, ending.word
        _plan(session, row.id, targets, ending.at)
        return True

    return store.noted(work)


def let_go(store: Store, sentence: str, now: datetime) -> None:
    """Note that all alarms that hold are done with, and that nobody need be told."""
    with store.session() as session:
        query = update(AlarmRow).where(AlarmRow.over_at.is_(None))
        session.execute(query.values(over_at=now, over=sentence, ending=DONE))


def begin_telling(
    store: Store, wanted: Sequence[tuple[int, str]], target: tuple[str, str], sha256: str | None, now: datetime
) -> tuple[int, ...] | None:
    """Commit that a message is about to go to a target, which tells sides of alarms: [(alarm, side)].

    Return its notices by number; None where another process tells any of it, or it is no longer as it was.
    """

    def work(session: Session) -> tuple[int, ...] | None:
        rows = [_notice_row(session, alarm, side, target, now) for alarm, side in sorted(wanted)]
        if not all(row is not None and row.state in _TO_TELL for row in rows):
            return None
        for row in rows:
            if row is not None:
                session.add(row)
                attempts.start(row, sha256, now)
        session.flush()
        return tuple(row.id for row in rows if row is not None)

    return store.noted(work)


def finish(store: Store, ids: Sequence[int], began: datetime, ended: Ended) -> bool:
    """Note how a message ended: sent, failed or unclear; False where another attempt has taken its place."""
    with store.session() as session:
        return attempts.end(session, AlarmNotice, ids, began, ended)


def _find(session: Session, holding: Holding, which: ColumnElement[bool]) -> bool:
    kind, about = holding.key
    query = select(AlarmRow.id).where(AlarmRow.kind == kind, AlarmRow.about == about, which)
    return session.scalar(query.limit(1)) is not None


def _row(holding: Holding, now: datetime) -> AlarmRow:
    kind, about = holding.key
    return AlarmRow(
        kind=kind, about=about, begun=holding.begun, raised_at=now, sentence=holding.sentence, lines=[*holding.lines]
    )


def _plan(session: Session, alarm: int, targets: Iterable[tuple[str, str]], now: datetime) -> None:
    """Note who is to be told that an alarm is over."""
    for channel, recipient in dict.fromkeys((channel, key_of(channel, name)) for channel, name in targets):
        session.add(
            AlarmNotice(
                alarm_id=alarm, side=OVER, channel=channel, recipient=recipient, state="waiting", started_at=now
            )
        )


def _notice_row(session: Session, alarm: int, side: str, target: tuple[str, str], now: datetime) -> AlarmNotice | None:
    """Return the notice of a side for a target, a new one where an open alarm has none; None where there is none."""
    channel, recipient = target[0], key_of(*target)
    row = session.scalar(
        select(AlarmNotice)
        .where(
            AlarmNotice.alarm_id == alarm,
            AlarmNotice.side == side,
            AlarmNotice.channel == channel,
            AlarmNotice.recipient == recipient,
        )
        .with_for_update()
    )
    # That an alarm began is told only while it holds.
    if side == RAISED and session.get_one(AlarmRow, alarm, with_for_update=True).over_at is not None:
        return None
    if row is None and side == RAISED:
        row = AlarmNotice(
            alarm_id=alarm, side=side, channel=channel, recipient=recipient, state="waiting", started_at=now
        )
    return row


def _alarm(row: AlarmRow) -> Alarm:
    return Alarm(
        row.id,
        row.kind,
        row.about,
        row.begun,
        row.raised_at,
        row.sentence,
        tuple(row.lines),
        row.over_at,
        row.over,
        row.ending,
    )


def _notice(row: AlarmNotice) -> Notice:
    return Notice(
        row.id,
        row.alarm_id,
        row.side,
        row.channel,
        row.recipient,
        row.state,
        row.reason,
        row.started_at,
        row.sent_at,
        row.sha256,
    )
