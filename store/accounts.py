"""Keeps the console's accounts and its sessions: made, found, ended, and sign-ins slowed down that keep failing."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from store import passwords
from store.database import Store
from store.people import Account, FailedSignIn, SignIn

# So many failures of one name from one address, of one address, and of one name, are borne within a quarter of an hour.
BORNE_BOTH, BORNE_ADDRESS, BORNE_NAME = 5, 20, 50
WITHIN = timedelta(minutes=15)
_KEPT_FAILURES = timedelta(days=30)
_LONGEST_NAME, _LONGEST_AGENT = 60, 200


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


def set_role(store: Store, name: str, role: str, now: datetime) -> bool:
    """Give an account another role, which ends its sessions; False where there is none of that name."""
    return _change(store, name, now, role=role)


def disable(store: Store, name: str, now: datetime) -> bool:
    """Disable an account, which ends its sessions and stays to be seen; False where there is none of that name."""
    return _change(store, name, now, disabled_at=now)


def enable(store: Store, name: str, now: datetime) -> bool:
    """Let a disabled account sign in again; False where there is none of that name."""
    return _change(store, name, now, disabled_at=None)


def _change(store: Store, name: str, now: datetime, **values: object) -> bool:
    with store.session() as session:
        row = session.scalar(select(Account).where(Account.name == name))
        if row is None:
            return False
        for key, value in values.items():
            setattr(row, key, value)
        session.execute(_ending(now).where(SignIn.account_id == row.id))
        return True


def is_slowed(store: Store, name: str, address: str, now: datetime) -> bool:
    """Tell whether sign-ins of a name from an address must wait: too many failed lately, be there an account or not."""
    name, address = name[:_LONGEST_NAME], address[:_LONGEST_NAME]
    with store.reading() as session:
        recent = FailedSignIn.at > now - WITHIN
        own = FailedSignIn.name == name
        here = FailedSignIn.address == address
        for condition, borne in ((own & here, BORNE_BOTH), (here, BORNE_ADDRESS), (own, BORNE_NAME)):
            count = session.scalar(select(func.count()).select_from(FailedSignIn).where(recent, condition))
            if (count or 0) >= borne:
                return True
    return False


def sign_in(store: Store, name: str, password: str) -> Person | None:
    """Return the account of a name and its password; None where they are wrong, or the account is disabled."""
    with store.reading() as session:
        row = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
        right = passwords.is_right(password, row.password if row else None)
        return _person(row) if row is not None and right else None


def note_failure(store: Store, name: str, address: str, now: datetime) -> None:
    """Note a sign-in that was refused."""
    with store.session() as session:
        session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - _KEPT_FAILURES))
        session.add(FailedSignIn(name=name[:_LONGEST_NAME], address=address[:_LONGEST_NAME], at=now))


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
                address=address[:_LONGEST_NAME],
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


def sessions(store: Store, now: datetime, idle: timedelta) -> list[Session]:
    """Return the sessions that are open, the last used first."""
    query = select(SignIn, Account).join(Account, Account.id == SignIn.account_id)
    query = query.where(SignIn.ended_at.is_(None), SignIn.expires_at > now, SignIn.seen_at > now - idle)
    with store.reading() as session:
        return [_session(*found) for found in session.execute(query.order_by(SignIn.seen_at.desc(), SignIn.id))]


def end(store: Store, session_id: int, now: datetime) -> None:
    """End a session."""
    with store.session() as session:
        session.execute(_ending(now).where(SignIn.id == session_id))


def end_all(store: Store, name: str, now: datetime) -> int:
    """End all sessions of an account and return how many were open."""
    own = select(Account.id).where(Account.name == name)
    with store.session() as session:
        done = session.execute(_ending(now).where(SignIn.account_id.in_(own), SignIn.expires_at > now))
        return int(getattr(done, "rowcount", 0))


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
