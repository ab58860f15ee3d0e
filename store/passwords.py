"""Keeps passwords as argon2id hashes, and takes as long to refuse a name that nobody has as a wrong password."""

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Long enough that guessing is hopeless where sign-ins are slowed down (NIST SP 800-63B asks for 8).
SHORTEST, LONGEST = 10, 200
_HASHER = PasswordHasher()
# Each check takes 64 MB for a moment: strangers who knock all at once wait for one another.
_ONE_AT_A_TIME = threading.Lock()
# What nobody misreads when it is told by phone or on a slip of paper: no 0 and o, no 1, l and i.
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


def fits(password: str) -> bool:
    """Tell whether a password is long enough to be one, and not so long that it is something else."""
    return SHORTEST <= len(_same(password)) <= LONGEST


def made_up() -> str:
    """Return a password that nobody can guess (79 bits) and everybody can read out."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(_same(password))


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the kept one; None (no such account) takes as long and is never right."""
    # Made in either case, so that the first question after a start tells nothing by its time either.
    nobodys = _nobodys()
    right = _matches(_same(password)[:LONGEST], kept or nobodys)
    return right and kept is not None and len(password) <= LONGEST


def _same(password: str) -> str:
    """Return a password as it is the same from every keyboard: full-width letters, composed accents (NFKC)."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def _matches(password: str, kept: str) -> bool:
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return hashed("nobody's password")
