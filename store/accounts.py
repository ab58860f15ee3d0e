"""Keeps the console's accounts and its sessions: made, found, changed, ended."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, Update, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Work

from store import passwords
from store.database import Store, hold
from store.people import Account, SignIn

LONGEST_NAME = 60
_ADMIN = "admin"
_LONGEST_ADDRESS, _LONGEST_AGENT = 60, 200
# Any number that no other program uses for a PostgreSQL advisory lock: whoever may be the last administrator waits.
_ADMIN_LOCK = 20_260_807


@dataclass(frozen=True)
class Person:
    """An account as others see it."""

    id: int
    name: str
    role: str
    created_at: datetime
    created_by: str
    disabled_at: datetime | None


@dataclass(frozen=True)
class Session:
    """A session with whose it is: `csrf` is what its forms must carry."""

    id: int
    person: str
    role: str
    csrf: str
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


class NameTakenError(Exception):
    """There is an account of that name already."""


class LastAdminError(Exception):
    """Nobody would be left who may keep accounts."""


def name_of(text: str) -> str:
    """Return a name as it is kept: the same from every keyboard (NFKC), with single blanks, and nothing unseen in it.

    Empty where nothing is left, or more than a name can be.
    """
    normal = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())
    plain = " ".join(normal.split())
    return plain if plain.isprintable() and len(plain) <= LONGEST_NAME else ""


def add(store: Store, name: str, role: str, password: str, by: str, now: datetime) -> int:
    """Make an account and return its id; NameTakenError where the name is taken."""
    row = Account(name=name, role=role, password=passwords.hashed(password), created_at=now, created_by=by)
    try:
        with store.session() as session:
            session.add(row)
            session.flush()
            return row.id
    except IntegrityError:
        raise NameTakenError(name) from None


def every(store: Store) -> list[Person]:
    """Return all accounts by their names, also those that were disabled."""
    with store.reading() as session:
        return [_person(row) for row in session.scalars(select(Account).order_by(Account.name))]


def find(store: Store, name: str) -> Person | None:
    """Return the account of a name."""
    with store.reading() as session:
        row = session.scalar(select(Account).where(Account.name == name))
        return _person(row) if row else None


def set_password(store: Store, name: str, password: str, now: datetime) -> bool:
    """Give an account another password, which ends its sessions; False where there is none of that name."""
    return _change(store, name, now, password=passwords.hashed(password))


def set_role(store: Store, name: str, role: str, now: datetime, *, last: bool = False) -> bool:
    """Give an account another role, which ends its sessions; False where there is none of that name.

    LastAdminError where no administrator would be left, unless even the `last` one may go.
    """
    return _change(store, name, now, last=last, role=role)


def disable(store: Store, name: str, now: datetime, *, last: bool = False) -> bool:
    """Disable an account, which ends its sessions and stays to be seen; False where there is none of that name.

    LastAdminError where no administrator would be left, unless even the `last` one may go.
    """
    return _change(store, name, now, last=last, disabled_at=now)


def enable(store: Store, name: str, now: datetime) -> bool:
    """Let a disabled account sign in again; False where there is none of that name."""
    return _change(store, name, now, disabled_at=None)


def _change(store: Store, name: str, now: datetime, *, last: bool = True, **values: object) -> bool:
    with store.session() as session:
        hold(session.connection(), _ADMIN_LOCK)
        row = session.scalar(select(Account).where(Account.name == name))
        if row is None:
            return False
        before = _administrators(session)
        for key, value in values.items():
            setattr(row, key, value)
        session.flush()
        if not last and before and not _administrators(session):
            raise LastAdminError(name)
        session.execute(_ending(now).where(SignIn.account_id == row.id))
        return True


def _administrators(session: Work) -> int:
    query = select(func.count()).select_from(Account).where(Account.role == _ADMIN, Account.disabled_at.is_(None))
    return session.scalar(query) or 0


def sign_in(store: Store, name: str, password: str) -> Person | None:
    """Return the account of a name and its password; None where they are wrong, or the account is disabled."""
    with store.reading() as session:
        row = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
    # Outside the session: whoever waits for the check holds no connection meanwhile.
    right = passwords.is_right(password, row.password if row else None)
    return _person(row) if row is not None and right else None


def begin(store: Store, account_id: int, address: str, agent: str, span: tuple[datetime, datetime]) -> tuple[str, str]:
    """Begin a session that lasts over a span; return its token, which only the browser keeps, and its CSRF token."""
    token, csrf, (now, expires) = secrets.token_urlsafe(32), secrets.token_urlsafe(32), span
    with store.session() as session:
        session.add(
            SignIn(
                account_id=account_id,
                token_sha256=_hash(token),
                csrf=csrf,
                started_at=now,
                seen_at=now,
                expires_at=expires,
                address=address[:_LONGEST_ADDRESS],
                agent=agent[:_LONGEST_AGENT],
            )
        )
    return token, csrf


def session_of(store: Store, token: str, now: datetime, idle: timedelta) -> Session | None:
    """Return the session of a token; None where it ended, expired, was idle too long, or its account is disabled."""
    query = select(SignIn, Account).join(Account, Account.id == SignIn.account_id)
    query = query.where(SignIn.token_sha256 == _hash(token), SignIn.ended_at.is_(None), Account.disabled_at.is_(None))
    with store.reading() as session:
        found = session.execute(query.where(SignIn.expires_at > now, SignIn.seen_at > now - idle)).first()
        return _session(*found) if found else None


def saw(store: Store, session_id: int, now: datetime) -> None:
    """Note that a session was used."""
    with store.session() as session:
        session.execute(update(SignIn).where(SignIn.id == session_id).values(seen_at=now))


def sessions(store: Store, now: datetime, idle: timedelta, name: str | None = None) -> list[Session]:
    """Return the sessions that are open, of one account where it is named; the last used first."""
    query = select(SignIn, Account).join(Account, Account.id == SignIn.account_id)
    query = query.where(SignIn.ended_at.is_(None), SignIn.expires_at > now, SignIn.seen_at > now - idle)
    if name is not None:
        query = query.where(Account.name == name)
    with store.reading() as session:
        return [_session(*found) for found in session.execute(query.order_by(SignIn.seen_at.desc(), SignIn.id))]


def end(store: Store, session_id: int, now: datetime, name: str | None = None) -> bool:
    """End a session, of one account where it is named; False where there is no such one, or it has ended."""
    ending = _ending(now).where(SignIn.id == session_id)
    if name is not None:
        ending = ending.where(SignIn.account_id.in_(_own(name)))
    with store.session() as session:
        return _count(session, ending) > 0


def end_all(store: Store, name: str, now: datetime, but: int | None = None) -> int:
    """End all sessions of an account, but one where it is named, and return how many were open."""
    ending = _ending(now).where(SignIn.account_id.in_(_own(name)), SignIn.expires_at > now)
    with store.session() as session:
        return _count(session, ending.where(SignIn.id != but) if but is not None else ending)


def mark_of(token: str) -> str:
    """Return by what a browser is known again that had a session: it opens nothing."""
    return _hash(token)


def _own(name: str) -> Select[int]:
    return select(Account.id).where(Account.name == name)


def _count(session: Work, ending: Update) -> int:
    return int(getattr(session.execute(ending), "rowcount", 0))


def _ending(now: datetime) -> Update:
    return update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(row: Account) -> Person:
    return Person(row.id, row.name, row.role, row.created_at, row.created_by, row.disabled_at)


def _session(row: SignIn, account: Account) -> Session:
    return Session(
        row.id,
        account.name,
        account.role,
        row.csrf,
        row.started_at,
        row.seen_at,
        row.expires_at,
        row.address,
        row.agent,
    )
