"""The vault of several machines: contents lie in an object store, and the folder is this machine's cache of it.

A content is stored there before anything is said of it, and comes from there where this machine lacks it; its hash is
checked both ways. Clean rooms know the folder only: what they kept is published before a row names it.
"""

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import structlog

from store.contents.blobs import Blob, CorruptError, Vault, hash_of, written
from store.contents.objects import Objects, ObjectsAwayError

log = structlog.get_logger()

# Requests under way at once: one waits for the network most of its time.
_AT_ONCE = 16
# So many hashes are remembered as stored (64 bytes each), so that they are not asked for again.
_REMEMBERED = 200_000
# Whoever was given a path opens it within this time; and this often the folder is looked through (seconds).
_IN_USE, _LOOK = 3_600, 600
# A cache that is too large is trimmed to this share, so that the next content does not begin anew.
_TRIMMED = 0.9


@dataclass
class Pushed:
    """What became of the contents of a folder: all there are, those stored now, and those that are damaged."""

    all: int = 0
    stored: int = 0
    bad: list[str] = field(default_factory=list)


class SharedVault(Vault):
    """A vault whose folder caches about `cache_bytes` of what lies in the object store.

    Besides what a vault raises: ObjectsAwayError where the object store does not answer, CorruptError as it says.
    """

    def __init__(self, folder: Path, objects: Objects, cache_bytes: int) -> None:
        super().__init__(folder)
        self.objects, self.cache_bytes = objects, cache_bytes
        self._stored: set[str] = set()
        self._looked = 0.0

    def path(self, sha256: str) -> Path:
        """Return where a content can be read, fetched where this machine lacks it; FileNotFoundError where none has it.

        Nobody trims it away for an hour.
        """
        found = self.find(sha256)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "本机缓存和对象存储里都没有这份内容", sha256)
        return found

    def find(self, sha256: str) -> Path | None:
        """Return where a content can be read, fetched where this machine lacks it; None where none has it."""
        place = self.place(sha256)
        return place if _touched(place) or self._fetch(sha256) else None

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes that the object store holds, without a copy here; those of this machine where it has none."""
        found = self.objects.get(sha256)
        return super().chunks(sha256) if found is None else found

    def has(self, sha256: str) -> bool:
        """Tell whether a content is kept, here or in the object store."""
        return super().has(sha256) or self.objects.holds(sha256)

    def size(self, sha256: str) -> int | None:
        """Return how many bytes a content has; None where no machine keeps it."""
        found = self.objects.size(sha256)
        return super().size(sha256) if found is None else found

    def kept(self) -> Iterator[Blob]:
        """Yield every content that the object store holds, in the order of the hashes."""
        return self.objects.kept()

    def keep(self, chunks: Iterable[bytes]) -> Blob:
        """Write a stream here and store it for all; it is safe when this returns."""
        blob = super().keep(chunks)
        self.publish([blob.sha256])
        return blob

    def adopt(self, path: Path) -> Blob:
        """Take over a file written in `incoming`, and store it for all; it is safe when this returns."""
        blob = super().adopt(path)
        self.publish([blob.sha256])
        return blob

    def adopt_all(self, files: Sequence[tuple[Path, Blob]]) -> None:
        """Take over files written in `incoming`, and store them for all: they are safe when this returns."""
        super().adopt_all(files)
        self.publish(blob.sha256 for _, blob in files)

    def remove(self, sha256: str) -> bool:
        """Take a content away for good, from the object store first; tell whether it was there.

        What other machines cached of it goes with their `clear`, and is of no use to them before.
        """
        self._stored.discard(sha256)
        there = self.objects.remove(sha256)
        return super().remove(sha256) or there

    def push(self, tell: Callable[[int], None] = lambda _done: None) -> "Pushed":
        """Store for all whatever lies here; what is damaged is told and stays. Stopped anywhere, the next goes on."""
        pushed = Pushed()
        for some in _batches((blob.sha256 for blob in super().kept()), _AT_ONCE):
            with ThreadPoolExecutor(_AT_ONCE, "push") as pool:
                for sha256, stored in zip(some, pool.map(self._pushed, some), strict=True):
                    pushed.all += 1
                    pushed.stored += bool(stored)
                    pushed.bad += [sha256] if stored is None else []
            tell(pushed.all)
        return pushed

    def _pushed(self, sha256: str) -> bool | None:
        """Store one content; tell whether it was new to the object store, None where it is damaged here."""
        try:
            return self._publish(sha256)
        except CorruptError:
            return None

    def publish(self, hashes: Iterable[str]) -> None:
        """Store for all what the object store lacks, many at once; FileNotFoundError for a content that nobody has."""
        lacking = [one for one in dict.fromkeys(hashes) if one not in self._stored]
        if not lacking:
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(lacking)), "publish") as pool:
            stored = [pool.submit(self._publish, one) for one in lacking]
            try:
                for one in stored:
                    one.result()
            finally:
                # Where the store is away, nobody waits until each of the others has found that out.
                pool.shutdown(wait=False, cancel_futures=True)

    def _publish(self, sha256: str) -> bool:
        """Store a content where the object store lacks it; tell whether it did."""
        place, there = self.place(sha256), self.objects.size(sha256)
        try:
            size = place.stat().st_size
        except FileNotFoundError:
            if there is None:
                raise FileNotFoundError(errno.ENOENT, "本机缓存和对象存储里都没有这份内容", sha256) from None
            size = there
        if there != size:
            self._put(sha256, place, size)
        self._remember(sha256)
        return there != size

    def _put(self, sha256: str, place: Path, size: int) -> None:
        """Store a content, after a look whether it still is what its name says; a damaged object is replaced."""
        if hash_of(place) != sha256:
            raise CorruptError(errno.EIO, "本机的这份内容与它的 SHA-256 不符，没有存入对象存储", sha256)
        self.objects.put(sha256, place)
        if self.objects.size(sha256) != size:
            raise ObjectsAwayError("对象存储暂时用不了：存入的内容大小不符，没有算作存好")

    def _fetch(self, sha256: str) -> bool:
        """Fetch a content from the object store; False where it has none, CorruptError where it has something else."""
        chunks = self.objects.get(sha256)
        if chunks is None:
            return False
        with self.temporary() as path:
            blob = written(path, chunks)
            if blob.sha256 != sha256:
                log.error("vault.corrupt", sha256=sha256, bytes=blob.bytes)
                raise CorruptError(
                    errno.EIO, "对象存储里的这份内容与它的 SHA-256 不符（被改过或已损坏），没有采用", sha256
                )
            self._settle(path, blob)
        self._remember(sha256)
        return True

    def _remember(self, sha256: str) -> None:
        if len(self._stored) >= _REMEMBERED:
            self._stored.clear()
        self._stored.add(sha256)

    def trim(self) -> int:
        """Remove what was not used longest where the cache is too large; return how many bytes went.

        What the object store lacks stays, and what was asked for within the hour. Looks at most every ten minutes.
        """
        if self._looked and time.monotonic() - self._looked < _LOOK:
            return 0
        self._looked = time.monotonic()
        found = sorted(self._cached())
        surplus = sum(size for _, size, _ in found) - self.cache_bytes
        if surplus <= 0:
            return 0
        try:
            gone = self._trim(found, surplus + int(self.cache_bytes * (1 - _TRIMMED)))
        except ObjectsAwayError:
            return 0
        log.info("vault.trimmed", bytes=gone)
        return gone

    def _trim(self, found: Iterable[tuple[float, int, Path]], surplus: int) -> int:
        gone, young = 0, time.time() - _IN_USE
        for used, size, path in found:
            if gone >= surplus or used > young:
                break
            with suppress(FileNotFoundError):
                if self.objects.size(path.name) == size and path.stat().st_mtime == used:
                    path.unlink()
                    gone += size
        return gone

    def _cached(self) -> Iterator[tuple[float, int, Path]]:
        """Yield when each content of the cache was used last, its size, and where it lies."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            # Another process may trim as well.
            with suppress(FileNotFoundError):
                told = path.stat()
                yield told.st_mtime, told.st_size, path


def _touched(place: Path) -> bool:
    """Note that a content of the cache is used; False where it is not there."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _batches(names: Iterator[str], size: int) -> Iterator[list[str]]:
    while some := list(islice(names, size)):
        yield some
