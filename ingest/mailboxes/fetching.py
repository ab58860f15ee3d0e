"""Fetches mails of an open folder: small ones many at a time, large ones in pieces, each to a file of its own.

No mail holds up the others: one that the server names and does not give is said to be so, and the next is asked for.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import structlog

from ingest.mailboxes.batches import Listed, runs
from ingest.mailboxes.fetched import Fetched, FolderStatus, Gone, NotGiven, Outcome
from ingest.mailboxes.pipeline import Pipeline
from store.contents.floor import NoRoomError, amount

log = structlog.get_logger()

# A large mail is fetched in pieces of this size: few round trips, and flat memory.
PIECE = 4 * 1024 * 1024
# Sizes and arrivals are asked for this many UIDs a command: servers refuse very long lines.
_LISTED_AT_ONCE = 500

_NO_ARRIVAL = "服务器没有给出这封邮件的到达时间"
_NO_CONTENT = "服务器没有给出这封邮件的内容"
_CUT = "服务器少给了这封邮件的一段"
_NO_ROOM = "有一封 {size} 的邮件磁盘放不下，留在邮箱里，腾出空间后自动收取"

# A piece of a mail; a text says why there is none, an empty one that the mail has vanished.
Piece = bytes | str
# Says in Chinese why so many bytes more cannot be taken in; nothing where they can.
Lacks = Callable[[int], str]
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
    lacks: Lacks = lambda _coming: ""

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

    def arrivals(self, uids: list[int]) -> dict[int, datetime | None]:
        """Return when each mail arrived, as the server says now."""
        found: dict[int, datetime | None] = {}
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            listed = self._list(uids[start : start + _LISTED_AT_ONCE])
            found.update((uid, one.arrival) for uid, one in listed.items())
        return found

    def mails(self, uids: list[int], *, alone: bool = False) -> Iterator[Outcome]:
        """Yield what becomes of each UID, in ascending order; `alone` fetches one at a time, in the order given."""
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            wanted = uids[start : start + _LISTED_AT_ONCE]
            listed = self._list(sorted(wanted))
            for uid in wanted:
                if uid not in listed:
                    yield self._missing(uid, _NO_CONTENT, Pipeline(self.client, [], PIECE))
            there = [uid for uid in wanted if uid in listed]
            for run in [[uid] for uid in there] if alone else runs(listed):
                yield from self._fetch_where_room(run, listed)

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

    def _fetch_where_room(self, run: list[int], listed: dict[int, Listed]) -> Iterator[Outcome]:
        """Fetch a run if there is room for all of it, else those of it one by one for which there is.

        NoRoomError where there is none at all: then the mails stay in the mailbox, and nothing is noted of them. A
        large one that alone does not fit holds up no others.
        """
        if not self.lacks(sum(listed[uid].size or 0 for uid in run)):
            yield from self._fetch(run, listed)
            return
        for uid in run:
            if why := self.lacks(0):
                raise NoRoomError(why)
            size = listed[uid].size or 0
            if self.lacks(size):
                log.warning("mailbox.no_room", mailbox=self.mailbox, folder=self.name, uid=uid, bytes=size)
                yield NotGiven(self.name, self.status.uidvalidity, uid, _NO_ROOM.format(size=amount(size)), room=False)
            else:
                yield from self._fetch([uid], listed)

    def _fetch(self, run: list[int], listed: dict[int, Listed]) -> Iterator[Outcome]:
        """Yield what becomes of a run of mails: small ones come whole in one answer, large ones in pieces."""
        contents = self._contents(run, listed) if listed[run[0]].small else None
        pipeline = Pipeline(self.client, [] if contents is not None else _wanted(run, listed), PIECE)
        for uid in run:
            if listed[uid].arrival is None:
                # Neither made up nor passed over: the arrival decides what is late.
                yield self._missing(uid, _NO_ARRIVAL, pipeline)
            elif contents is not None and uid not in contents:
                yield self._missing(uid, _NO_CONTENT, pipeline)
            else:
                content = contents.pop(uid) if contents is not None else None
                yield self._written(uid, listed[uid], content, pipeline)

    def _contents(self, batch: list[int], listed: dict[int, Listed]) -> dict[int, bytes | None]:
        """Return the bytes of small mails that are still there; None where the server names one and gives no bytes."""
        expected = sum(listed[uid].size or 0 for uid in batch)
        with self.guard(f"取邮件时连接中断（{self.name}）", expected, batch):
            fetched = self.client.fetch(batch, ["BODY.PEEK[]"])
            return {uid: _as_bytes(fetched[uid].get(b"BODY[]")) for uid in batch if uid in fetched}

    def _written(self, uid: int, listed: Listed, content: bytes | None, pipeline: Pipeline) -> Outcome:
        """Write a mail to a file; one shorter than announced is asked for again, in pieces."""
        path = self.into / f"fetch-{uuid4().hex}"
        if content is not None and listed.size is not None and len(content) >= listed.size:
            pieces: Iterator[Piece] = iter([content])
        else:
            pieces = self._pieces(uid, listed, pipeline)
        with ExitStack() as unfinished:
            unfinished.callback(path.unlink, missing_ok=True)
            outcome = self._write(uid, listed, pieces, path)
            if isinstance(outcome, Fetched):
                unfinished.pop_all()
                return outcome
        with self.guard(f"读文件夹“{self.name}”时连接中断", 2 * PIECE, [uid]):
            pipeline.skip(uid)
        return self._missing(uid, outcome or _NO_CONTENT, pipeline)

    def _write(self, uid: int, listed: Listed, pieces: Iterator[Piece], path: Path) -> Fetched | str:
        """Return the mail as written, the reason why it is not given, or nothing where it vanished."""
        digest, written, size = hashlib.sha256(), 0, listed.size
        with path.open("wb", buffering=0) as out:
            for piece in pieces:
                if isinstance(piece, str):
                    return piece
                digest.update(piece)
                written += out.write(piece)
        if not written and size != 0:
            return _NO_CONTENT
        if size is not None and written != size:
            # Some servers count wrongly; that the mail has ended there was confirmed by an empty piece.
            log.warning("mailbox.size_differs", mailbox=self.mailbox, folder=self.name, uid=uid, said=size)
        arrival = cast("datetime", listed.arrival)
        of = (self.name, self.status.uidvalidity, uid)
        return Fetched(*of, arrival, path, written, digest.hexdigest(), self.junk)

    def _pieces(self, uid: int, listed: Listed, pipeline: Pipeline) -> Iterator[Piece]:
        """Yield a mail piece by piece; a text is the reason why the server gives no more of it, empty if it vanished.

        A short piece is its end only where the size agrees; otherwise the end is what an empty piece says, so that a
        cut answer is never taken for a whole mail.
        """
        written, ahead, size = 0, len(_offsets(listed)) if not listed.small else 0, listed.size
        while True:
            with self.guard(f"取大邮件时连接中断（{self.name}）", 2 * PIECE, [uid]):
                there, given = pipeline.take(uid, written) if ahead else self._piece(uid, written, pipeline)
            ahead, piece = max(0, ahead - 1), _as_bytes(given)
            if not there or (piece is None and (size is None or written < size)):
                yield "" if not there else _CUT if written else _NO_CONTENT
                return
            yield piece or b""
            written += len(piece or b"")
            if not piece or (len(piece) < PIECE and written == size):
                return
            if ahead and len(piece) < PIECE:
                # What was asked for ahead begins elsewhere: the rest is asked for where it really begins.
                with self.guard(f"取大邮件时连接中断（{self.name}）", 2 * PIECE, [uid]):
                    pipeline.skip(uid)
                ahead = 0

    def _piece(self, uid: int, offset: int, pipeline: Pipeline) -> tuple[bool, object]:
        """Return (whether the mail is there, one piece of it) by a command of its own."""
        pipeline.settle()
        answer = self.client.fetch([uid], [f"BODY.PEEK[]<{offset}.{PIECE}>"])
        return uid in answer, answer[uid].get(b"BODY[]<%d>" % offset) if uid in answer else None

    def _missing(self, uid: int, reason: str, pipeline: Pipeline) -> Outcome:
        """Return that a mail is not given, or that it is gone.

        An answer that lacks what was asked may mean either: Dovecot still tells the flags of a mail just deleted.
        """
        with self.guard(f"读文件夹“{self.name}”时连接中断", 2 * PIECE, [uid]):
            pipeline.settle()
            self.client.noop()
            there = uid in map(int, self.client.search(["UID", str(uid)]))
        if not there:
            return self._gone(uid)
        log.warning("mailbox.not_given", mailbox=self.mailbox, folder=self.name, uid=uid)
        return NotGiven(self.name, self.status.uidvalidity, uid, reason)

    def _gone(self, uid: int) -> Gone:
        log.warning("mailbox.vanished", mailbox=self.mailbox, folder=self.name, uid=uid)
        return Gone(self.name, self.status.uidvalidity, uid)


def _wanted(run: list[int], listed: dict[int, Listed]) -> list[tuple[int, int]]:
    """Return the pieces of a run of large mails, as far as their sizes tell; without an arrival none is wanted."""
    return [(uid, offset) for uid in run if listed[uid].arrival for offset in _offsets(listed[uid])]


def _offsets(listed: Listed) -> range:
    return range(0, max(listed.size or 0, 1), PIECE)


def _as_bytes(content: object) -> bytes | None:
    """Return what a server gave for a body where that is bytes; NIL and anything else is nothing."""
    return content if isinstance(content, bytes) else None
