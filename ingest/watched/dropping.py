"""One look into a watched folder: takes in the files that are whole, each as a message of its own.

Mails (`.eml`) count as mails; any other file is material of the province in whose folder it lies. What is still being
written waits for the next look, and what cannot be taken is named until it is put right.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import structlog

from config.mailboxes import FolderSettings
from ingest.desk import Desk
from ingest.importer import stamped_arrival
from ingest.watched.folder import Lying, lying_in, why
from ingest.watched.folder_names import arrival_of_drop, bounded, province_of, stated_day
from reports.wording import masked
from store import arrivals, drops
from store.arrivals import Seen
from store.contents.blobs import chunks_of
from store.contents.floor import NoRoomError, amount
from store.drops import Found, Mark, Noted

log = structlog.get_logger()

_NO_PROVINCE = "看不出是哪个省的材料，没有收；请移到以省份命名的文件夹里，如 浙江/"
_NO_ROOM = "文件有 {size}，磁盘剩余空间放不下，没有收；腾出空间后自动收取"
_EMPTY = "文件是空的（0 字节），没有收；请重新放入"
_AHEAD = "文件夹名里的日期 {day} 还没有到，按放入时间计；请改正"
_ELSEWHERE = "同样的文件也放在{other}的文件夹里，只算{other}的；请留下一处"


# A link, or a pipe that would never end, may have been put in a file's place since the folder was listed.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)
# What a sighting holds of a folder's name: an index bounds it together with the path.
_FOLDER_CHARACTERS = 100


class _NotReadError(Exception):
    """A file of the folder could not be read; the text says why in Chinese. Our own disk raises OSError."""


@dataclass
class Looking:
    """One look: the desk, the folder, the moment, and what came of it so far."""

    desk: Desk
    settings: FolderSettings
    clock: Callable[[], datetime]
    seen: int = 0
    new: int = 0
    waiting: int = 0
    known: dict[str, Mark] = field(default_factory=dict)
    there: set[int] = field(default_factory=set)
    closed: list[str] = field(default_factory=list)
    taken: list[tuple[Found, Mark, str, datetime | None]] = field(default_factory=list)
    again: set[str] = field(default_factory=set)
    provinces: dict[PurePosixPath, tuple[str | None, int]] = field(default_factory=dict)

    def look(self, tell: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Take in what is new; Unreachable where the folder is not there, OSError where our own disk refuses."""
        self.known = drops.marks(self.desk.store, self.settings.address)
        for lying in lying_in(self.desk.settings.at(self.settings.path)):
            if stop():
                return
            self.seen += 1
            self._one(lying)
            tell(self.new)
        self._note_gone()
        for found, mark, digest, stated in self.taken:
            self._settle(found, mark, digest, stated)

    def _note_gone(self) -> None:
        """Note what is no longer there; what lies in a folder that cannot be opened just now is not gone."""
        gone = [
            mark.id
            for path, mark in self.known.items()
            if not mark.gone and mark.id not in self.there and not path.startswith(tuple(self.closed))
        ]
        if gone:
            drops.note_gone(self.desk.store, gone, self.clock())

    def _settle(self, found: Found, mark: Mark, digest: str, stated: datetime | None) -> None:
        """Let a content that was moved arrive as its new place says, and name what is odd about it.

        That comes last: only then is it known what is no longer where it was.
        """
        place = drops.find_place(self.desk.store, digest)
        if digest in self.again and place and place.path == found.path and not found.is_mail:
            drops.restate(self.desk.store, digest, stated)
        self._warn(found, mark, digest)

    def _one(self, lying: Lying) -> None:
        mark = self.known.get(lying.path)
        if mark and mark.is_of(lying) and mark.taken and not mark.gone:
            self.there.add(mark.id)
            if mark.reason:
                self._warn(self._found(lying), mark, mark.sha256)
            return
        found = self._found(lying)
        reason = lying.reason or self._reason(found)
        if lying.reason:
            self.closed.append(f"{lying.path}/")
        if not reason and self._is_whole(found, mark):
            self._take(lying, found, mark)
        else:
            self._noted(found, mark, reason)
            self.waiting += not reason

    def _found(self, lying: Lying) -> Found:
        path = PurePosixPath(lying.path)
        if path.parent not in self.provinces:
            self.provinces[path.parent] = province_of(path.parent, self.desk.associations)
        province, depth = self.provinces[path.parent]
        inside = bounded(str(PurePosixPath(*path.parts[depth:])))
        return Found(lying.path, lying.bytes, lying.modified_ns, province, inside, _is_mail(lying))

    def _reason(self, found: Found) -> str:
        if found.bytes == 0:
            return _EMPTY
        return "" if found.is_mail or found.province else _NO_PROVINCE

    def _noted(self, found: Found, mark: Mark | None, reason: str) -> None:
        """Note a file as it is now, and say once what a person must look after; nothing is written without a change.

        What could not be read the last time keeps its reason until it is read.
        """
        same = mark and mark.is_of(found) and not mark.gone and mark.province == found.province
        if mark and same and reason in {"", mark.reason}:
            self.there.add(mark.id)
            return
        self.there.add(drops.note(self.desk.store, self.settings.address, found, self.clock(), Noted(reason)).id)
        if reason:
            self._alarm(found.path, reason)

    def _is_whole(self, found: Found, mark: Mark | None) -> bool:
        """Tell whether a file has not changed for a while, by our clock or by the folder's own."""
        settle, now = timedelta(seconds=self.settings.settle_seconds), self.clock()
        if now.timestamp() - found.modified_ns / 1e9 >= settle.total_seconds():
            return True
        return mark is not None and mark.is_of(found) and not mark.gone and now - mark.first_at >= settle

    def _take(self, lying: Lying, found: Found, mark: Mark | None) -> None:
        """Keep a file's bytes and accept them as a message; what cannot be read now is told, and tried again.

        NoRoomError where the disk has no room for anything; a file that alone does not fit holds up no others.
        """
        if why := self.desk.floor.lacks():
            raise NoRoomError(why)
        if self.desk.floor.lacks(lying.bytes):
            self._noted(found, mark, _NO_ROOM.format(size=amount(lying.bytes)))
            return
        with self.desk.store.vault.temporary() as raw:
            try:
                digest = _copied(lying, raw)
            except _NotReadError as error:
                self._noted(found, mark, str(error))
                return
            if digest is None:
                self.waiting += 1
                self._noted(found, mark, "")
                return
            self._accept(found, raw, digest)

    def _accept(self, found: Found, raw: Path, digest: str) -> None:
        """Accept a copied file; the same bytes again may stand for another place now, so they are read again.

        Its place is noted first, so that its message is never without one.
        """
        store, now = self.desk.store, self.clock()
        mark = drops.note(store, self.settings.address, found, now, Noted(sha256=digest))
        self.there.add(mark.id)
        arrival, source = self._arrival(found, raw)
        folder = found.path.removesuffix(found.inside).rstrip("/")[:_FOLDER_CHARACTERS]
        # Another version of a file at the same place is seen apart from the earlier one.
        seen = Seen(self.settings.address, folder, uidvalidity=found.modified_ns, place=found.path)
        accepted = arrivals.accept(store, raw, seen, arrival, source, now)
        self.new += accepted.new
        self.taken.append((found, mark, digest, arrival if source == "folder_day" else None))
        if not accepted.new:
            self.again.add(digest)
            drops.read_again(store, digest)

    def _arrival(self, found: Found, raw: Path) -> tuple[datetime, str]:
        now = self.clock()
        told = stamped_arrival(raw, now) if found.is_mail else None
        return told or arrival_of_drop(PurePosixPath(found.inside), self.desk.campaign.call, now)

    def _warn(self, found: Found, mark: Mark, digest: str | None) -> None:
        """Name what a person should put right at a file that was taken all the same; nothing where that was done."""
        place = drops.find_place(self.desk.store, digest or "")
        call = self.desk.campaign.call
        stated = stated_day(PurePosixPath(found.inside), call)
        reason = ""
        if place and place.province != found.province and not found.is_mail:
            reason = _ELSEWHERE.format(other=place.province)
        elif stated and stated[0] > self.clock().astimezone(call.zone).date():
            reason = _AHEAD.format(day=stated[0].isoformat())
        self._tell(found, mark, reason)

    def _tell(self, found: Found, mark: Mark, reason: str) -> None:
        """Keep in sight what a person must look after, and say it once."""
        if reason != mark.reason:
            drops.note_reason(self.desk.store, mark.id, reason)
            if reason:
                self._alarm(found.path, reason)

    def _alarm(self, path: str, reason: str) -> None:
        alert = masked(f"{self.settings.address}：《{path}》{reason}")
        log.error("folder.trouble", mailbox=self.settings.address, alert=alert)


def _is_mail(lying: Lying) -> bool:
    """Tell a mail: by its name, whatever it holds, as imports do."""
    return PurePosixPath(lying.path).suffix.lower() == ".eml"


def _copied(lying: Lying, target: Path) -> str | None:
    """Copy a file as it stands and return its SHA-256; None where it changed meanwhile or has gone."""
    try:
        handle = os.open(lying.file, _FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _NotReadError(why(error)) from error
    digest, size = sha256(), 0
    with os.fdopen(handle, "rb") as source, target.open("wb") as out:
        for chunk in _read(source):
            digest.update(chunk)
            size += out.write(chunk)
        state = os.fstat(handle)
    whole = (state.st_size, state.st_mtime_ns) == (lying.bytes, lying.modified_ns) == (size, lying.modified_ns)
    return digest.hexdigest() if whole else None


def _read(source: BinaryIO) -> Iterator[bytes]:
    """Yield a file's bytes; _NotReadError where the stick or the share fails meanwhile, not our own disk."""
    chunks = chunks_of(source)
    while True:
        try:
            chunk = next(chunks, None)
        except OSError as error:
            raise _NotReadError(why(error)) from error
        if chunk is None:
            return
        yield chunk
