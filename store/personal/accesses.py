"""Keeps who looked at personal data (查阅记录): rows that are only added, and go when they are old enough."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select

from store.database import Store
from store.personal.privacy import Access

PAGE, PICTURE, DOWNLOAD, SEARCH, QUERY, EXPORT, COMMAND = (
    "page", "picture", "download", "search", "query", "export", "command",
)  # fmt: skip
KINDS: Mapping[str, str] = {
    PAGE: "看页面", PICTURE: "看图", DOWNLOAD: "下载", SEARCH: "检索", QUERY: "查询", EXPORT: "导出", COMMAND: "命令行",
}  # fmt: skip
# Looks at the same thing within so long are one; so many are remembered for that.
_TOGETHER = timedelta(minutes=10)
_MOST_KNOWN = 20_000
_LONGEST_NAME, _LONGEST = 60, 2_000


@dataclass(frozen=True)
class Look:
    """A look at personal data: see `store.personal.privacy.Access` for the fields."""

    at: datetime
    person: str
    address: str
    kind: str
    target: str
    told: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which looks are asked for: those of a person, of a kind, at what holds these words, in a span of time."""

    person: str = ""
    kind: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass
class Watch:
    """Gathers the looks of a console in memory, so that no page waits for a writer; `flush` writes them together."""

    store: Store
    _waiting: list[Look] = field(default_factory=list)
    _known: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, look: Look) -> bool:
        """Take a look in, unless the same was taken in within ten minutes; tell whether it was."""
        key = (look.person, look.address, look.kind, look.target, look.told)
        with self._lock:
            before = self._known.get(key)
            if before is not None and timedelta() <= look.at - before < _TOGETHER:
                return False
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = look.at
            if self._waiting and _grows(self._waiting[-1], look):
                self._waiting.pop()
            self._waiting.append(look)
            return True

    def flush(self) -> int:
        """Write what was gathered; return how much. Where the database is away it stays, and comes with the next."""
        with self._writing:
            with self._lock:
                looks, self._waiting = self._waiting, []
            written = False
            try:
                add(self.store, looks)
                written = True
            finally:
                if not written:
                    with self._lock:
                        self._waiting[:0] = looks
            return len(looks)


def _grows(before: Look, look: Look) -> bool:
    """Tell whether somebody is still typing what to search for."""
    same = (before.person, before.address, before.kind, look.kind) == (look.person, look.address, SEARCH, SEARCH)
    return same and look.at - before.at < timedelta(seconds=10) and look.told.startswith(before.told)


def add(store: Store, looks: Sequence[Look]) -> None:
    """Keep looks, all in one transaction; what is too long for a line of a table is cut."""
    if looks:
        with store.session() as session:
            session.execute(insert(Access), [vars(_kept(look)) for look in looks])


def _kept(look: Look) -> Look:
    return replace(
        look,
        person=_text(look.person, _LONGEST_NAME),
        address=_text(look.address, _LONGEST_NAME),
        target=_text(look.target, _LONGEST),
        told=_text(look.told, _LONGEST),
    )


def _text(text: str, longest: int) -> str:
    """Return of a text what every database takes."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:longest]


def latest(store: Store, wanted: Wanted, at_most: int | None = None, skip: int = 0) -> tuple[Sequence[Look], int]:
    """Return the looks that are asked for, the newest first, and how many there are in all."""
    where = list(_conditions(wanted))
    query = select(Access).where(*where).order_by(Access.at.desc(), Access.id.desc()).offset(skip)
    count = select(func.count()).select_from(Access).where(*where)
    with store.reading() as session:
        rows = session.scalars(query.limit(at_most) if at_most is not None else query)
        return [Look(*(getattr(row, own.name) for own in fields(Look))) for row in rows], session.scalar(count) or 0


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.person:
        yield Access.person == wanted.person
    if wanted.kind:
        yield Access.kind == wanted.kind
    if wanted.words:
        yield or_(*(own.contains(wanted.words, autoescape=True) for own in (Access.target, Access.told)))
    if wanted.since:
        yield Access.at >= wanted.since
    if wanted.until:
        yield Access.at < wanted.until


def persons(store: Store) -> Sequence[str]:
    """Return who ever looked, by name."""
    with store.reading() as session:
        return session.scalars(select(Access.person).distinct().order_by(Access.person)).all()


def forget(store: Store, before: datetime) -> int:
    """Let go of looks that are older than they need be kept; return how many."""
    with store.session() as session:
        done: Any = session.execute(delete(Access).where(Access.at < before))
        return int(done.rowcount)
