"""Keeps passwords as argon2id hashes, and takes as long to refuse a name that nobody has as a wrong password."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Each check takes 64 MB for a moment: strangers who knock all at once wait for one another.
_ONE_AT_A_TIME = threading.Lock()


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the kept one; None (no such account) takes as long and is never right."""
    if kept is None:
        _matches(password, _nobodys())
        return False
    return _matches(password, kept)


def _matches(password: str, kept: str) -> bool:
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return hashed("nobody's password")
