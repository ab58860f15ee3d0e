"""Keeps uploads while they grow: each in a folder of its own, its person's alone, going on where a broken line stopped.

What is in no one's hands for a day is removed. Names come from strangers: here they only become one part of a path.
"""

import errno
import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.errors import ConfigError
from reports.wording import size as said_size
from store.contents.syncing import sync_folder

# So many files may one person have under way at once; so much of the disk stays free for what else is going on.
MOST, ROOM = 300, 200_000_000
KEPT = timedelta(days=1)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_ABOUT, _CONTENT = "about.json", "content"
_LONGEST_NAME, _LONGEST_EXTENSION = 200, 10
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f]")
BAD_REQUEST, CONFLICT, TOO_LARGE, NO_ROOM = 400, 409, 413, 507
_NO_ROOM = "服务器磁盘空间不够，没有收下；请找运维腾出空间，再从断开的地方接着传"


class UploadError(ConfigError):
    """What an upload is refused for, in a Chinese sentence, with the status of the answer and how far it has come."""

    def __init__(self, text: str, status: int = BAD_REQUEST, offset: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.offset = offset


@dataclass(frozen=True)
class Upload:
    """A file on its way: whose it is, how large it says to be (None: that is known at its end), where it grows.

    `job` is the order that works on it; whoever has given one cannot take the file away again.
    """

    id: str
    person: str
    name: str
    size: int | None
    begun: datetime
    path: Path
    job: str = ""

    @property
    def offset(self) -> int:
        """How much of it is here."""
        return self.path.stat().st_size

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.size is not None and self.offset == self.size

    @property
    def told(self) -> dict[str, object]:
        """What its page is told of it."""
        return {"id": self.id, "name": self.name, "size": self.size, "offset": self.offset}


class Uploads:
    """All uploads of a console; `limit` is how many bytes one person may have under way, `room` what stays free."""

    def __init__(self, folder: Path, limit: int, room: int = ROOM) -> None:
        self.folder = folder
        self.limit = limit
        self.room = room
        self._turn = threading.Lock()

    def begin(self, person: str, name: str, size: int | None, now: datetime, coming: int = 0) -> Upload:
        """Begin an upload; UploadError where there is no room for it. `coming` is expected where no size is known."""
        called = own_name(name)
        if size is not None and size <= 0:
            raise UploadError(f"《{called}》是空的（0 字节），请重新取得")
        with self._turn, _told_where_full():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep(now)
            self._check(person, coming if size is None else size)
            made = self._made(secrets.token_urlsafe(16), person, called, size, now)
            made.path.parent.mkdir(parents=True)
            made.path.touch()
            self._write(made)
            return made

    def sweep(self, now: datetime) -> None:
        """Remove what nobody has touched for a day."""
        with self._turn:
            self._sweep(now)

    def find(self, person: str, key: str) -> Upload | None:
        """Return an upload of a person; None where there is none, or it is another person's."""
        made = self._read(key)
        return made if made and made.person == person else None

    def mine(self, person: str) -> list[Upload]:
        """Return the uploads of a person that no order works on, the oldest first."""
        own = (one for one in self._every() if one.person == person and not one.job)
        return sorted(own, key=lambda one: (one.begun, one.name))

    def append(self, upload: Upload, offset: int, data: bytes) -> int:
        """Add bytes at an offset and return how much is here then; UploadError where it goes on elsewhere.

        Of two lines that send at once the first goes on, for the other's offset is no longer the end.
        """
        with self._turn, _told_where_full(upload):
            try:
                return self._append(upload, offset, data)
            except FileNotFoundError:
                raise UploadError("这个上传已经放弃或过期了，请重新选择文件", CONFLICT) from None

    def _append(self, upload: Upload, offset: int, data: bytes) -> int:
        there = upload.offset
        if there != offset:
            raise UploadError("上传的位置对不上，将从服务器已有的地方接着传", CONFLICT, there)
        end = there + len(data)
        if end > (self.limit if upload.size is None else upload.size):
            raise UploadError(f"《{upload.name}》比说好的大，没有收下", TOO_LARGE, there)
        with upload.path.open("r+b", buffering=0) as file:
            file.seek(there)
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
            if end == upload.size:
                os.fsync(file.fileno())
        return end

    def finish(self, upload: Upload) -> Upload:
        """Say that an upload whose size was not known is whole; all of it is safe on the disk then."""
        with _told_where_full(upload):
            with upload.path.open("rb") as file:
                os.fsync(file.fileno())
            return self._write(replace(upload, size=upload.offset))

    def hand(self, uploads: Iterable[Upload], job: str) -> None:
        """Hand uploads to an order, or back to their person (an empty name)."""
        for one in uploads:
            if one.path.exists():
                self._write(replace(one, job=job))

    def of_job(self, keys: Sequence[str], job: str) -> list[Upload]:
        """Return the uploads that an order works on."""
        found = (self._read(key) for key in keys)
        return [one for one in found if one and one.job == job]

    def drop(self, upload: Upload) -> None:
        """Remove an upload."""
        shutil.rmtree(self.folder / upload.id, ignore_errors=True)

    def _check(self, person: str, size: int) -> None:
        """Refuse what is too many, too large, or what the disk cannot hold twice: here, and in the vault."""
        known = list(self._every())
        own = [one for one in known if one.person == person]
        if len(own) >= MOST:
            raise UploadError(f"一次最多 {MOST} 个文件，请分几次补入", TOO_LARGE)
        if sum(one.size or one.offset for one in own) + size > self.limit:
            raise UploadError(f"一次最多 {said_size(self.limit)}，请分几次补入", TOO_LARGE)
        promised = sum(max((one.size or 0) - one.offset, 0) for one in known)
        free = shutil.disk_usage(self.folder).free - promised - self.room
        if free < 2 * size:
            left = said_size(max(free, 0) // 2)
            raise UploadError(f"服务器磁盘空间不够：还能收 {left}，这个文件 {said_size(size)}；请找运维", NO_ROOM)

    def _sweep(self, now: datetime) -> None:
        for one in list(self._every()):
            touched = datetime.fromtimestamp(one.path.stat().st_mtime, now.tzinfo)
            if not one.job and now - max(touched, one.begun) > KEPT:
                self.drop(one)

    def _every(self) -> Iterator[Upload]:
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        yield from (one for folder in folders if (one := self._read(folder.name)))

    def _read(self, key: str) -> Upload | None:
        """Return an upload by its key; None where there is none, or it goes away at this moment."""
        if not _ID.fullmatch(key):
            return None
        try:
            said: dict[str, Any] = json.loads((self.folder / key / _ABOUT).read_bytes())
        except FileNotFoundError:
            return None
        begun = datetime.fromisoformat(said["begun"])
        made = self._made(key, said["person"], said["name"], said["size"], begun, said["job"])
        return made if made.path.exists() else None

    def _made(self, key: str, person: str, name: str, size: int | None, begun: datetime, job: str = "") -> Upload:
        return Upload(key, person, name, size, begun, self.folder / key / _CONTENT / name, job)

    def _write(self, upload: Upload) -> Upload:
        said = {"person": upload.person, "name": upload.name, "size": upload.size, "job": upload.job}
        text = json.dumps({**said, "begun": upload.begun.isoformat()})
        write_safely(self.folder / upload.id / _ABOUT, text)
        sync_folder(upload.path.parent)
        sync_folder(self.folder)
        return upload


@contextmanager
def _told_where_full(upload: Upload | None = None) -> Iterator[None]:
    """Let a disk without room be said, with how far an upload has come."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise UploadError(_NO_ROOM, NO_ROOM, upload.offset if upload else None) from None


def write_safely(path: Path, text: str) -> None:
    """Write a small file that is whole or not there, and outlives a power cut."""
    beside = path.with_suffix(f".{secrets.token_hex(4)}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def own_name(text: str) -> str:
    """Return a stranger's file name as one part of a path; what it may be called elsewhere is decided there."""
    sound = text.encode("utf-8", "replace").decode("utf-8")
    base = _UNSEEN.sub("", re.split(r"[/\\]", sound)[-1]).strip()
    stem, dot, extension = base.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        stem, dot, extension = base, "", ""
    room = _LONGEST_NAME - len(f"{dot}{extension}".encode())
    name = f"{stem.encode()[:room].decode('utf-8', 'ignore')}{dot}{extension}"
    return name if name.strip(". ") else "未命名"
