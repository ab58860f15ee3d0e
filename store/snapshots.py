"""Keeps what is laid down at a deadline: once for each campaign and moment, in the vault under the hash in its row.

The first one stays, whoever takes it again; the row and the content must say the same, or somebody changed one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.contents.blobs import CorruptError, chunks_of
from store.database import Store
from store.models import Message, Poll
from store.outgoing import Snapshot
from store.personal import closing


@dataclass(frozen=True)
class Kept:
    """A snapshot that was taken; `numbers` are its sums."""

    id: int
    campaign: str
    moment: datetime
    taken_at: datetime
    sha256: str
    numbers: Mapping[str, Any]


def keep(store: Store, campaign: str, moment: datetime, data: bytes, numbers: Mapping[str, Any], now: datetime) -> Kept:
    """Keep a content (canonical JSON) as the snapshot of a moment; where there is one already, that stays and counts.

    Killed between vault and row, the content lies in the vault with nobody naming it, and is taken anew.
    """
    if known := find(store, campaign, moment):
        return known
    closing.refuse_on(store)
    blob = store.vault.keep([data])

    def noted(session: Session) -> Kept:
        if row := _row(session, campaign, moment):
            return _kept(row)
        row = Snapshot(campaign=campaign, moment=moment, taken_at=now, sha256=blob.sha256, numbers=dict(numbers))
        session.add(row)
        session.flush()
        return _kept(row)

    return store.noted(noted)


def find(store: Store, campaign: str, moment: datetime) -> Kept | None:
    """Return the snapshot of a moment; None where none was taken."""
    with store.reading() as session:
        row = _row(session, campaign, moment)
        return _kept(row) if row else None


def every(store: Store, campaign: str) -> list[Kept]:
    """Return all snapshots of a campaign by their moments."""
    with store.reading() as session:
        query = select(Snapshot).where(Snapshot.campaign == campaign).order_by(Snapshot.moment)
        return [_kept(row) for row in session.scalars(query)]


def content(store: Store, kept: Kept) -> bytes | None:
    """Return the bytes that lie in the vault under a snapshot's hash; None where none do that can be had."""
    with suppress(CorruptError):
        path = store.vault.find(kept.sha256)
        return path.read_bytes() if path else None
    return None


def faults(store: Store, kept: Kept) -> list[str]:
    """Return what is not as it was laid down, in Chinese; nothing where the snapshot is whole."""
    try:
        path = store.vault.find(kept.sha256)
    except CorruptError as error:
        return [f"内容与登记的 SHA-256 不符：{error.strerror}"]
    if path is None:
        return ["文件库中找不到快照的内容（文件被移走，或数据库中的登记被改过）"]
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in chunks_of(file):
            digest.update(chunk)
    if digest.hexdigest() != kept.sha256:
        return [f"内容与登记的 SHA-256 不符（现为 {digest.hexdigest()}）：文件被改过"]
    return list(_row_faults(kept, path.read_bytes()))


def _row_faults(kept: Kept, data: bytes) -> Iterable[str]:
    """Yield in what a row says otherwise than the content that it names."""
    try:
        made = json.loads(data)
        moment = datetime.fromisoformat(made["moment"])
        said = made["campaign"]["id"], moment, made["numbers"]
    except (ValueError, KeyError, TypeError):
        yield "登记所指的内容不是快照：数据库中的登记被改过"
        return
    words = ("征集活动", "时刻", "数字")
    for word, own, other in zip(words, (kept.campaign, kept.moment, dict(kept.numbers)), said, strict=True):
        if own != other:
            yield f"登记的{word}与内容不符：数据库中的登记被改过"


def _row(session: Session, campaign: str, moment: datetime) -> Snapshot | None:
    return session.scalar(select(Snapshot).where(Snapshot.campaign == campaign, Snapshot.moment == moment))


def _kept(row: Snapshot) -> Kept:
    return Kept(**{own.name: getattr(row, own.name) for own in fields(Kept)})


@dataclass(frozen=True)
class KeptMail:
    """A mail as it was kept: the hash of its bytes, and when the server took it."""

    id: int
    sha256: str
    bytes: int
    arrival: datetime
    arrival_source: str
    kept_at: datetime


def kept_mails(store: Store) -> list[KeptMail]:
    """Return every kept mail, also copies of one, in the order of their arrival."""
    names = [own.name for own in fields(KeptMail)]
    query = select(*(getattr(Message, name) for name in names)).order_by(Message.arrival, Message.id)
    with store.reading() as session:
        return [KeptMail(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class MailboxSeen:
    """Whether a mailbox was read well after a moment; else when it last was before, and why not since (in Chinese)."""

    mailbox: str
    read_after: bool
    last_good: datetime | None
    reason: str


def seen(store: Store, mailboxes: Iterable[str], moment: datetime) -> list[MailboxSeen]:
    """Return for each mailbox whether what arrived until a moment can be here: a good look began after it."""
    with store.reading() as session:
        return [_seen(session, mailbox, moment) for mailbox in mailboxes]


def _seen(session: Session, mailbox: str, moment: datetime) -> MailboxSeen:
    good = select(func.max(Poll.started_at)).where(Poll.mailbox == mailbox, Poll.outcome == "ok")
    after = session.scalar(good.where(Poll.started_at > moment))
    last = session.scalar(select(Poll).where(Poll.mailbox == mailbox).order_by(Poll.id.desc()).limit(1))
    reason = last.reason if last and last.outcome != "ok" else "" if last else "还没有收过信"
    return MailboxSeen(mailbox, after is not None, session.scalar(good), reason)


def in_use_since(store: Store) -> datetime | None:
    """Return when the program first looked for mail or took one in; None where it never did."""
    with store.reading() as session:
        firsts = (session.scalar(select(func.min(Poll.started_at))), session.scalar(select(func.min(Message.kept_at))))
        return min((moment for moment in firsts if moment), default=None)
