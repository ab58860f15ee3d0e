"""Fetches mails of an open folder: small ones many at a time, large ones in pieces, each to a file of its own.

No mail holds up the others: one that the server names and does not give is said to be so, and the next is asked for.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from ingest.batches import Listed, batches
from ingest.fetched import Fetched, FolderStatus, Gone, NotGiven, Outcome

log = structlog.get_logger()

# A large mail is fetched in pieces of this size: few round trips, and flat memory.
PIECE = 4 * 1024 * 1024
# Sizes and arrivals are asked for this many UIDs a command: servers refuse very long lines.
_LISTED_AT_ONCE = 500

_NO_ARRIVAL = "服务器没有给出这封邮件的到达时间"
_NO_CONTENT = "服务器没有给出这封邮件的内容"
_CUT = "服务器少给了这封邮件的一段"

# Runs commands that move so many bytes: (Chinese reason if it breaks, bytes, the UIDs concerned).
Guard = Callable[[str, int, list[int]], AbstractContextManager[None]]


@dataclass(frozen=True)
class Folder:
    """An open folder: the connection, what bounds its commands, whose folder it is, and where files go."""

    client: Any
    guard: Guard
    mailbox: str
    name: str
    status: FolderStatus
    junk: bool
    into: Path

    def after(self, last: int) -> list[int]:
        """Return the UIDs above `last`, ascending: UIDNEXT says at no cost where there is none (NetEase gives none)."""
        status = self.status
        if status.exists == 0 or (status.uidnext is not None and status.uidnext <= last + 1):
            return []
        with self.guard("查新邮件时连接中断", 0, []):
            # `N:*` names the last mail even where its UID is lower, so what the server says is compared on our side.
            found = self.client.search(["UID", f"{last + 1}:*"])
            return sorted({uid for uid in map(int, found) if uid > last})

    def all(self) -> list[int]:
        """Return all UIDs of the folder, ascending."""
        with self.guard("核对邮件时连接中断", 0, []):
            return sorted(set(map(int, self.client.search(["UID", "1:*"])))) if self.status.exists != 0 else []

    def mails(self, uids: list[int], *, alone: bool = False) -> Iterator[Outcome]:
        """Yield what becomes of each UID, in ascending order; `alone` fetches one at a time, in the order given."""
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            wanted = uids[start : start + _LISTED_AT_ONCE]
            listed = self._list(sorted(wanted))
            for uid in wanted:
                if uid not in listed:
                    yield self._gone(uid)
            for batch in [[uid] for uid in wanted if uid in listed] if alone else batches(listed):
                yield from self._fetch(batch, listed)

    def _list(self, uids: list[int]) -> dict[int, Listed]:
        """Return size and arrival of the mails that are still there."""
        with self.guard(f"读文件夹“{self.name}”时连接中断", 0, []):
            answer = self.client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
            listed = {}
            for uid in uids:
                if uid in answer:
                    size, arrival = answer[uid].get(b"RFC822.SIZE"), answer[uid].get(b"INTERNALDATE")
                    aware = isinstance(arrival, datetime) and arrival.tzinfo is not None
                    listed[uid] = Listed(size if isinstance(size, int) else None, arrival if aware else None)
            return listed

    def _fetch(self, batch: list[int], listed: dict[int, Listed]) -> Iterator[Outcome]:
        """Yield what becomes of a batch: small mails whole, a large one in pieces."""
        contents = self._contents(batch, listed) if listed[batch[0]].small else dict.fromkeys(batch)
        for uid in batch:
            size, arrival = listed[uid].size, listed[uid].arrival
            if arrival is None:
                # Neither made up nor passed over: the arrival decides what is late.
                yield self._missing(uid, _NO_ARRIVAL)
            elif uid not in contents:
                yield self._gone(uid)
            else:
                yield self._written(uid, size, arrival, contents.pop(uid))

    def _contents(self, batch: list[int], listed: dict[int, Listed]) -> dict[int, bytes | None]:
        """Return the bytes of small mails that are still there; None where the server names one and gives no bytes."""
        expected = sum(listed[uid].size or 0 for uid in batch)
        with self.guard(f"取邮件时连接中断（{self.name}）", expected, batch):
            fetched = self.client.fetch(batch, ["BODY.PEEK[]"])
            return {uid: _as_bytes(fetched[uid].get(b"BODY[]")) for uid in batch if uid in fetched}

    def _written(self, uid: int, size: int | None, arrival: datetime, content: bytes | None) -> Outcome:
        """Write a mail to a file; one shorter than announced is asked for again, in pieces."""
        path = self.into / f"fetch-{uuid4().hex}"
        pieces = iter([content]) if content is not None and size is not None and len(content) >= size else None
        try:
            outcome = self._write(uid, size, arrival, pieces or self._pieces(uid, size), path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if not isinstance(outcome, Fetched):
            path.unlink(missing_ok=True)
        return outcome

    def _write(
        self, uid: int, size: int | None, arrival: datetime, pieces: Iterable[bytes | str | None], path: Path
    ) -> Outcome:
        digest, written = hashlib.sha256(), 0
        with path.open("wb", buffering=0) as out:
            for piece in pieces:
                if piece is None:
                    return self._gone(uid)
                if isinstance(piece, str):
                    return self._missing(uid, piece)
                digest.update(piece)
                written += out.write(piece)
        if not written and size != 0:
            return self._missing(uid, _NO_CONTENT)
        if size is not None and written != size:
            # Some servers count wrongly; that the mail has ended there was confirmed by an empty piece.
            log.warning("mailbox.size_differs", mailbox=self.mailbox, folder=self.name, uid=uid, said=size)
        return Fetched(self.name, self.status.uidvalidity, uid, arrival, path, written, digest.hexdigest(), self.junk)

    def _pieces(self, uid: int, size: int | None) -> Iterator[bytes | str | None]:
        """Yield a mail piece by piece; None where it vanished, a reason where the server does not give a piece.

        A short piece is its end only where the size agrees; otherwise the end is what an empty piece says, so that a
        cut answer is never taken for a whole mail.
        """
        written = 0
        while True:
            with self.guard(f"取大邮件时连接中断（{self.name}）", PIECE, [uid]):
                answer = self.client.fetch([uid], [f"BODY.PEEK[]<{written}.{PIECE}>"])
                piece = _as_bytes(answer[uid].get(b"BODY[]<%d>" % written)) if uid in answer else b""
            if uid not in answer:
                yield None
                return
            if piece is None and (size is None or written < size):
                yield _CUT if written else _NO_CONTENT
                return
            yield piece or b""
            written += len(piece or b"")
            if not piece or (len(piece) < PIECE and written == size):
                return

    def _missing(self, uid: int, reason: str) -> Outcome:
        """Return that a mail is not given, or that it is gone.

        An answer that lacks what was asked may mean either: Dovecot still tells the flags of a mail just deleted.
        """
        with self.guard(f"读文件夹“{self.name}”时连接中断", 0, [uid]):
            self.client.noop()
            there = uid in map(int, self.client.search(["UID", str(uid)]))
        if not there:
            return self._gone(uid)
        log.warning("mailbox.not_given", mailbox=self.mailbox, folder=self.name, uid=uid)
        return NotGiven(self.name, self.status.uidvalidity, uid, reason)

    def _gone(self, uid: int) -> Gone:
        log.warning("mailbox.vanished", mailbox=self.mailbox, folder=self.name, uid=uid)
        return Gone(self.name, self.status.uidvalidity, uid)


def _as_bytes(content: object) -> bytes | None:
    """Return what a server gave for a body where that is bytes; NIL and anything else is nothing."""
    return content if isinstance(content, bytes) else None
