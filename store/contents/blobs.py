"""The vault: contents kept once each, by their SHA-256, streamed and safe on the disk before they are spoken of."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from store.contents.syncing import sync_folder, sync_together

CHUNK = 1 << 20
_DAY = 24 * 60 * 60
# Contents lie in folders named by the first two digits of their hash.
_PREFIX = 2


class CorruptError(OSError):
    """What lies under a hash is another content; it is given to nobody."""


@dataclass(frozen=True)
class Blob:
    """A kept content: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    bytes: int


class Vault:
    """A folder of contents: `ab/abcdef…`, with `incoming/` beside them for what is not whole yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)

    def place(self, sha256: str) -> Path:
        """Return where a content lies on this machine's disk, or would."""
        return self.folder / sha256[:2] / sha256

    def path(self, sha256: str) -> Path:
        """Return where a content can be read."""
        return self.place(sha256)

    def find(self, sha256: str) -> Path | None:
        """Return where a content can be read; None where it is not kept."""
        path = self.place(sha256)
        return path if path.is_file() else None

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of a content as they are kept, whatever they are; FileNotFoundError where it is not."""
        with self.place(sha256).open("rb") as file:
            yield from chunks_of(file)

    def derived(self, name: str, sha256: str) -> Path:
        """Return where something lies that was made of a content; whatever is there may go, and is made again."""
        return self.folder / "derived" / name / sha256[:2] / sha256

    def keep(self, chunks: Iterable[bytes]) -> Blob:
        """Write a stream to a temporary name, sync it, and rename it to its hash; OSError where the disk refuses."""
        with self.temporary() as path:
            return self._settle(path, written(path, chunks))

    def adopt(self, path: Path) -> Blob:
        """Take over a file written in `incoming`: hash it, sync it, and rename it to its hash."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb+") as file:
            for chunk in chunks_of(file):
                digest.update(chunk)
                size += len(chunk)
            _sync(file)
        return self._settle(path, Blob(digest.hexdigest(), size))

    def adopt_all(self, files: Sequence[tuple[Path, Blob]]) -> None:
        """Take over files written in `incoming` whose hashes are known: all are safe when this returns.

        Many at once cost little more than one: the disk is made to hold them together, before and after the renames.
        """
        if not files:
            return
        sync_together([path for path, _ in files], self.incoming)
        folders = {self._rename(path, blob) for path, blob in files}
        sync_together(sorted(folder for folder in folders if folder), self.folder)

    def _rename(self, path: Path, blob: Blob) -> Path | None:
        """Rename a synced file to its hash; return the folder that is to be synced, None where it was there before."""
        target = self.place(blob.sha256)
        if target.exists():
            path.unlink()
            return None
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
        return target.parent

    def has(self, sha256: str) -> bool:
        """Tell whether a content is kept."""
        return self.place(sha256).is_file()

    def size(self, sha256: str) -> int | None:
        """Return how many bytes a content has; None where it is not kept."""
        path = self.place(sha256)
        return path.stat().st_size if path.is_file() else None

    def kept(self) -> Iterator[Blob]:
        """Yield every content that is kept, in the order of the hashes, each folder read when its turn comes."""
        for folder in sorted(one for one in self.folder.iterdir() if len(one.name) == _PREFIX and one.is_dir()):
            for file in sorted(folder.iterdir()):
                yield Blob(file.name, file.stat().st_size)

    def lying(self) -> Iterator[Blob]:
        """Yield every content that lies on this machine's disk, in the order of the hashes."""
        return Vault.kept(self)

    def clear(self) -> int:
        """Take everything away that lies on this machine's disk; return how many contents went."""
        count = 0
        for blob in list(self.lying()):
            self.place(blob.sha256).unlink(missing_ok=True)
            count += 1
        return count

    def remove(self, sha256: str) -> bool:
        """Take a content away for good, where a person wants it gone; tell whether it was there."""
        path = self.place(sha256)
        there = path.is_file()
        path.unlink(missing_ok=True)
        return there

    def publish(self, hashes: Iterable[str]) -> None:
        """Make contents that lie in the folder safe for all machines; called before a row that names them is written.

        Where the folder is all there is, they are.
        """

    def trim(self) -> int:
        """Make room where the folder is a cache; return how many bytes went."""
        return 0

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """Give a temporary file in `incoming`, removed afterwards unless it was renamed away."""
        handle, name = tempfile.mkstemp(dir=self.incoming)
        os.close(handle)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what killed processes left half written; what is younger than a day may still be written."""
        for leftover in self.incoming.iterdir():
            if leftover.is_file() and time.time() - leftover.stat().st_mtime > _DAY:
                leftover.unlink(missing_ok=True)

    def _settle(self, path: Path, blob: Blob) -> Blob:
        """Rename a synced file to its hash; the folder is synced too, so that the name outlives a power cut."""
        if not self.place(blob.sha256).exists():
            folder = self._rename(path, blob)
            if folder:
                sync_folder(folder)
        return blob


def written(path: Path, chunks: Iterable[bytes]) -> Blob:
    """Write a stream to a file and sync it; return what it is."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as out:
        for chunk in chunks:
            digest.update(chunk)
            size += out.write(chunk)
        _sync(out)
    return Blob(digest.hexdigest(), size)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file as it is now."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file's bytes in pieces of at most 1 MiB."""
    while chunk := file.read(CHUNK):
        yield chunk


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
