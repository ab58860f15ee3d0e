"""How much room is left on the disks where mails and the database are kept, and whether more may be taken in.

Intake stops before a disk is full: what is not taken in stays where it is, and is taken in once there is room.
"""

import errno
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.database import Store, sqlite_file

# What lies on disks of this machine, as people call it.
_CALLED = {"vault": "文件库", "database": "数据库"}
_MEGABYTE, _GIGABYTE = 1_000_000, 1_000_000_000


class NoRoomError(OSError):
    """There is not enough room to take something in: an OSError as of a full disk, whose text is a Chinese sentence.

    `paused` is whether there is none for anything.
    """

    def __init__(self, text: str, *, paused: bool = True) -> None:
        super().__init__(errno.ENOSPC, text)
        self.paused = paused

    @property
    def text(self) -> str:
        """What staff are told."""
        return str(self.strerror)


@dataclass(frozen=True)
class Disk:
    """A disk by what lies on it: 文件库, 数据库, or both; `free` is what we may still use, in bytes."""

    name: str
    free: int
    total: int


def disks(store: Store) -> tuple[Disk, ...]:
    """Return the disks of this machine on which things are kept; one that cannot be looked at is left out.

    A database on another machine is not to be seen from here: that its disk is full is told by itself.
    """
    named: dict[int, list[str]] = {}
    rooms: dict[int, tuple[int, int]] = {}
    for place, folder in folders(store).items():
        with suppress(OSError):
            device, usage = folder.stat().st_dev, shutil.disk_usage(folder)
            named.setdefault(device, []).append(_CALLED[place])
            rooms[device] = (usage.free, usage.total)
    # Several machines have a vault each: whose is meant is said.
    own = f"{socket.gethostname()} 的" if store.shared else ""
    return tuple(Disk(own + "和".join(names), *rooms[device]) for device, names in named.items())


def folders(store: Store) -> dict[str, Path]:
    """Return the folders that must have room: the `vault`'s, and that of a `database` in a file."""
    file = sqlite_file(store.engine.url)
    return {"vault": store.vault.folder, **({"database": file.parent} if file else {})}


@dataclass(frozen=True)
class Floor:
    """What must stay free on every disk: below it nothing more is taken in."""

    store: Store
    stop_bytes: int
    look: Callable[[Store], tuple[Disk, ...]] = disks

    def lacks(self, coming: int = 0) -> str:
        """Return in Chinese why so many bytes more cannot be taken in; nothing where they can."""
        if not self.stop_bytes:
            return ""
        low = min(self.look(self.store), key=lambda disk: disk.free, default=None)
        if low is None or low.free - coming >= self.stop_bytes:
            return ""
        left = f"{low.name}所在的磁盘只剩 {amount(low.free)}"
        if low.free < self.stop_bytes:
            return f"{left}，低于停收线 {amount(self.stop_bytes)}"
        return f"{left}，再放入 {amount(coming)} 就低于停收线 {amount(self.stop_bytes)}"

    def check(self, coming: int = 0) -> None:
        """Raise NoRoomError where so many bytes more cannot be taken in."""
        if why := self.lacks(coming):
            raise NoRoomError(f"{why}，没有收下；请先腾出空间，再做一次")


def amount(count: int) -> str:
    """Return a number of bytes for people, rounded down: nobody is told of room that is not there."""
    if count >= _GIGABYTE:
        return f"{count // (_GIGABYTE // 10) / 10:,.1f} GB".replace(".0 GB", " GB")
    return f"{count // _MEGABYTE:,} MB" if count >= _MEGABYTE else f"{count // 1000:,} KB"
