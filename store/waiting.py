"""Lets messages wait to be read: the one place that does, so that each is read however it came to wait.

Whoever reads a message just then has seen what is older: its `mark` is another one, and it is read once more.
"""

from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from store.jobs import SHARED, URGENT, USUAL, want_reading
from store.models import Message, fresh_mark

# What is read, or just being read; one that failed waits for `retry`.
READABLE = ("waiting", "read", "filed")


def let_wait(session: Session, *which: ColumnElement[bool], priority: int = USUAL, **values: Any) -> int:  # noqa: ANN401
    """Let messages wait to be read, with other columns set as well; return how many."""
    query = update(Message).where(*which).values(state="waiting", **values)
    query = query.execution_options(synchronize_session=False)
    if not session.info.get(SHARED):
        return int(getattr(session.execute(query), "rowcount", 0))
    ids = session.scalars(query.returning(Message.id)).all()
    want_reading(session, ids, priority)
    return len(ids)


def let_one_wait(session: Session, message: Message) -> None:
    """Let a message wait to be read that a person has done something to."""
    message.state, message.attempts, message.mark = "waiting", 0, fresh_mark()
    want_reading(session, [message.id], URGENT)
