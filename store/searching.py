"""Finds the contents whose texts may hold a word: an index of terms (a conclusion), kept beside what was read.

SQLite keeps it in FTS5, PostgreSQL in a tsvector; both only say which texts to look at (`config.search_terms`). Where
a SQLite without FTS5 is used, that is all of them. What is not indexed yet, or by another version, is made up for
whenever something is searched, so that an old database needs nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from sqlalchemy import ColumnElement, String, delete, exists, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.search_terms import TERMS_VERSION, Word, terms_of
from store.database import Store, hold
from store.models import Base, Reading

_LOCK = 20_260_806
_AT_ONCE = 200
# PostgreSQL holds no tsvector beyond a megabyte; a text of so many terms is no material.
_MOST_CHARACTERS = 800_000
_TABLE = "searched_terms"
# Only where there is none: a transaction of PostgreSQL that found none keeps saying so, also once another has made it,
# until it locks a table: what it knows of the tables is a cache.
_MAKE = {
    # Nothing but the terms is kept: neither texts nor places nor sizes.
    "sqlite": (
        (
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {_TABLE}"
            " USING fts5(terms, content='', columnsize=0, detail=none, tokenize=ascii)"
        ),
    ),
    "postgresql": (
        f"CREATE TABLE IF NOT EXISTS {_TABLE} (id BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)",
        f"CREATE INDEX IF NOT EXISTS ix_{_TABLE}_terms ON {_TABLE} USING gin (terms)",
    ),
}
_ADD = {
    "sqlite": f"INSERT INTO {_TABLE} (rowid, terms) VALUES (:id, :terms)",  # noqa: S608
    "postgresql": f"INSERT INTO {_TABLE} (id, terms) VALUES (:id, CAST(:terms AS TSVECTOR))",  # noqa: S608
}
_FIND = {
    "sqlite": f"SELECT rowid FROM {_TABLE} WHERE {_TABLE} MATCH :asked",  # noqa: S608
    "postgresql": f"SELECT id FROM {_TABLE} WHERE terms @@ CAST(:asked AS TSQUERY)",  # noqa: S608
}


class Searched(Base):
    """That a content was indexed (a conclusion): by which version, and what its texts were known by.

    Its terms stand under `id`, which no other content ever had; `whole` is false where they were too many to keep.
    """

    __tablename__ = "searched"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int]
    mark: Mapped[str] = mapped_column(String(32))
    whole: Mapped[bool] = mapped_column(default=True)


def note_texts(session: Session, sha256: str, texts: Mapping[str, str]) -> None:
    """Index what a content says, in the place of what it said by an earlier reading; the same texts cost nothing."""
    mark = blake2b(json.dumps(texts, sort_keys=True).encode(), digest_size=16).hexdigest()
    there = session.scalar(select(Searched).where(Searched.sha256 == sha256))
    if there is not None and (there.version, there.mark) == (TERMS_VERSION, mark):
        return
    if not _is_ready(session):
        return
    if there is not None:
        _take_out(session, there)
    terms = " ".join(sorted({term for own in texts.values() for term in terms_of(own)}))
    whole = len(terms) <= _MOST_CHARACTERS
    row = Searched(sha256=sha256, version=TERMS_VERSION, mark=mark, whole=whole)
    session.add(row)
    session.flush()
    if terms and whole:
        session.execute(text(_ADD[_dialect(session)]), {"id": row.id, "terms": terms})


def _take_out(session: Session, row: Searched) -> None:
    """Let go of a content's terms; FTS5 keeps those of a number that nothing has any more, until all is made anew."""
    if _dialect(session) == "postgresql":
        session.execute(text(f"DELETE FROM {_TABLE} WHERE id = :id"), {"id": row.id})  # noqa: S608
    session.delete(row)
    session.flush()


def _is_ready(session: Session) -> bool:
    """Make the table of terms where there is none yet; return whether there is one (not in a SQLite without FTS5)."""
    if not session.info.get(_TABLE):
        session.info[_TABLE] = _has_terms(session) or _make(session)
    return bool(session.info[_TABLE])


def _has_terms(session: Session) -> bool:
    if _dialect(session) == "postgresql":
        return session.scalar(text("SELECT to_regclass(:name)"), {"name": _TABLE}) is not None
    return session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": _TABLE}) and _knows(session)


def _knows(session: Session) -> bool:
    """Tell whether the SQLite that runs here has FTS5, whatever the one had that made the tables."""
    return session.scalar(text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")) is not None


def _make(session: Session) -> bool:
    if _dialect(session) == "sqlite" and not _knows(session):
        return False
    hold(session.connection(), _LOCK)
    for statement in _MAKE[_dialect(session)]:
        session.execute(text(statement))
    return True


def search(store: Store, words: Sequence[Word]) -> dict[Word, frozenset[str] | None]:
    """Return for each word the contents whose texts may hold it, by hash; None where that may be any.

    Whoever asks looks at the texts themselves (`store.documents.texts`).
    """
    catch_up(store)
    with store.reading() as session:
        if not _has_terms(session):
            return dict.fromkeys(words)
        return {word: _holding(session, word) for word in words}


def first(store: Store, all_of: Sequence[Sequence[Word]], at_most: int) -> list[str] | None:
    """Return some of the contents whose texts may hold one word of each group; None where that may be any.

    What is not indexed yet is not found (`catch_up`).
    """
    with store.reading() as session:
        dialect = _dialect(session)
        both, either = (" & ", " | ") if dialect == "postgresql" else (" AND ", " OR ")
        groups = [[_asked(word, dialect) for word in group] for group in all_of]
        telling = [f"({either.join(f'({asked})' for asked in own)})" for own in groups if all(own)]
        if not telling or not _has_terms(session):
            return None
        query = f"SELECT sha256 FROM searched WHERE NOT whole OR id IN ({_FIND[dialect]}) LIMIT :most"  # noqa: S608
        return list(session.scalars(text(query), {"asked": both.join(telling), "most": at_most}))


def _holding(session: Session, word: Word) -> frozenset[str] | None:
    asked = _asked(word, _dialect(session))
    if not asked:
        return None
    query = f"SELECT sha256 FROM searched WHERE NOT whole OR id IN ({_FIND[_dialect(session)]})"  # noqa: S608
    return frozenset(session.scalars(text(query), {"asked": asked}))


def _asked(word: Word, dialect: str) -> str:
    """Return what to ask the index; terms are letters and figures, so that nothing in them is syntax."""
    if dialect == "postgresql":
        return " & ".join([*(f"'{term}'" for term in word.terms), *(f"'{term}':*" for term in word.beginnings)])
    return " AND ".join([*(f'"{term}"' for term in word.terms), *(f'"{term}" *' for term in word.beginnings)])


def catch_up(store: Store) -> int:
    """Index what was read and is not indexed yet, or by another version; return how many contents that were."""
    with store.reading() as session:
        stale = list(session.scalars(select(Reading.sha256).where(~_is_current()).order_by(Reading.sha256)))
    for start in range(0, len(stale), _AT_ONCE):
        some = stale[start : start + _AT_ONCE]
        store.noted(lambda session, some=some: _index(session, some))  # type: ignore[misc]
    return len(stale)


def _is_current() -> ColumnElement[bool]:
    return exists().where(Searched.sha256 == Reading.sha256, Searched.version == TERMS_VERSION)


def _index(session: Session, hashes: Sequence[str]) -> None:
    hold(session.connection(), _LOCK)
    for sha256, texts in session.execute(select(Reading.sha256, Reading.texts).where(Reading.sha256.in_(hashes))).all():
        note_texts(session, sha256, texts or {})


def forget(session: Session) -> None:
    """Drop the index; what is read again is indexed again."""
    session.execute(delete(Searched))
    if _has_terms(session):
        session.execute(text(f"DROP TABLE {_TABLE}"))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
