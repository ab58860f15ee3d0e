"""Asks for the next pieces of large mails before the present one has come, so that a far server is not waited for.

RFC 3501 5.5 allows commands to be sent while others run. imapclient sends and completes in one step; here the same two
calls of it are made apart.
"""

import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from imapclient import IMAPClient
from imapclient.response_parser import parse_fetch_response

# One piece comes while the next is already asked for.
_AHEAD = 2
Wanted = tuple[int, int]
_OFFSET = re.compile(rb"BODY\[\]<(\d+)>")


class Pipeline:
    """Pieces of mails, (UID, offset) each, taken in the order in which they are wanted."""

    def __init__(self, client: IMAPClient, wanted: Iterable[Wanted], size: int) -> None:
        self.client = client
        self.size = size
        self._wanted = deque(wanted)
        self._asked: deque[tuple[Wanted, str]] = deque()
        self._done: set[Wanted] = set()
        self._came: dict[Wanted, Any] = {}
        self._named: set[int] = set()

    def take(self, uid: int, offset: int) -> tuple[bool, Any]:
        """Return (whether the mail is there, the piece that is wanted next: None where the server gave none)."""
        wanted = (uid, offset)
        while wanted not in self._done:
            self._ask()
            self._complete()
        self._done.discard(wanted)
        there = wanted in self._came or uid in self._named
        return there, self._came.pop(wanted, None)

    def skip(self, uid: int) -> None:
        """Pass over what is still wanted of a mail; what was asked for already is read and dropped."""
        self.settle()
        self._wanted = deque(one for one in self._wanted if one[0] != uid)
        self._done = {one for one in self._done if one[0] != uid}
        self._came = {one: piece for one, piece in self._came.items() if one[0] != uid}

    def settle(self) -> None:
        """Read all that was asked for, so that another command may be sent; it is kept until it is taken."""
        while self._asked:
            self._complete()

    def _ask(self) -> None:
        while self._wanted and len(self._asked) < _AHEAD:
            uid, offset = wanted = self._wanted.popleft()
            items = f"(BODY.PEEK[]<{offset}.{self.size}>)"
            self._asked.append((wanted, self.client._imap._command("UID", "FETCH", str(uid), items)))  # noqa: SLF001

    def _complete(self) -> None:
        """Read until the oldest command is answered.

        Dovecot works on two such commands at once: pieces of the next one may come before this one is done, so each is
        known by its UID and offset, never by the command it came with.
        """
        wanted, tag = self._asked.popleft()
        inner = self.client._imap  # noqa: SLF001
        status, data = inner._command_complete("FETCH", tag)  # noqa: SLF001
        self.client._checkok("fetch", status, data)  # noqa: SLF001
        _, data = inner._untagged_response(status, data, "FETCH")  # noqa: SLF001
        self._done.add(wanted)
        for uid, items in parse_fetch_response(data, self.client.normalise_times, self.client.use_uid).items():
            self._named.add(uid)
            for name, piece in items.items():
                if offset := _OFFSET.fullmatch(name):
                    self._came[uid, int(offset[1])] = piece
