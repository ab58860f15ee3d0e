"""Tells whether a sign-in may be tried now, or whether too many failed lately: be there an account of that name or not.

Each try is noted before its password is looked at, and struck out if it was right: so tries that come all at once are
counted as well. Failures of a name from many addresses hold up its owner no longer than the browser is a new one: one
that signed in to the account before bears a mark of it, and is counted by itself (OWASP: device cookies).
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.database import Store, hold
from store.people import Account, FailedSignIn, SignIn

# So many failures of one name from one address, of one address, and of one name, are borne within a quarter of an hour.
BORNE_BOTH, BORNE_ADDRESS, BORNE_NAME = 5, 20, 50
WITHIN = timedelta(minutes=15)
# A browser counts as known for so long after its last sign-in.
KNOWN = timedelta(days=180)
_KEPT = timedelta(days=30)
_LONGEST = 60
# Whoever has one IPv6 address has a whole network of them.
_OWN_NETWORK = 64
_MARK = 20
# Any number that no other program uses for a PostgreSQL advisory lock: tries are counted one after the other.
_LOCK = 20_260_806


def begin_try(store: Store, name: str, address: str, now: datetime, mark: str = "") -> int | None:
    """Note that a sign-in is tried and return the number of the try; None where it must wait.

    `mark` is what a browser keeps that signed in before (`mark_of`); it counts for the account that it signed in to.
    """
    name = name[:_LONGEST]
    with store.session() as session:
        hold(session.connection(), _LOCK)
        session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - _KEPT))
        known = _is_known(session, name, mark, now)
        place = f"known:{mark[:_MARK]}" if known else network_of(address)
        if _is_slowed(session, name, place, now, known=known):
            return None
        row = FailedSignIn(name=name, address=place, at=now)
        session.add(row)
        session.flush()
        return row.id


def end_well(store: Store, number: int) -> None:
    """Strike out a try: it was right."""
    with store.session() as session:
        session.execute(delete(FailedSignIn).where(FailedSignIn.id == number))


def network_of(address: str) -> str:
    """Return what of an address is one person's: all of an IPv4 address, the network of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "".join(one for one in address if one.isprintable())[:_LONGEST]
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or IPv6Address(int(parsed) >> _OWN_NETWORK << _OWN_NETWORK)
    return str(parsed)


def _is_known(session: Session, name: str, mark: str, now: datetime) -> bool:
    """Tell whether a browser signed in to an account of that name before."""
    if not mark:
        return False
    query = select(SignIn.id).join(Account, Account.id == SignIn.account_id)
    query = query.where(Account.name == name, SignIn.token_sha256 == mark, SignIn.started_at > now - KNOWN)
    return session.scalar(query) is not None


def _is_slowed(session: Session, name: str, place: str, now: datetime, *, known: bool) -> bool:
    own, here = FailedSignIn.name == name, FailedSignIn.address == place
    limits = [(own & here, BORNE_BOTH), (here, BORNE_ADDRESS), (own, BORNE_NAME)]
    # A browser that is known is held up by its own failures alone.
    for condition, borne in limits[:1] if known else limits:
        query = select(func.count()).select_from(FailedSignIn).where(FailedSignIn.at > now - WITHIN, condition)
        if (session.scalar(query) or 0) >= borne:
            return True
    return False
