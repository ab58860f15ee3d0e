"""Copies contents from one vault into another: each hashed on its way, many made safe at once, none that is there."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from store.contents.blobs import Blob, Vault
from store.safekeeping.backup import BackupError

# So many are made safe together: one sync of the disk and one look at its room for all of them.
_GROUP_FILES = 500
_GROUP_BYTES = 64_000_000
Tell = Callable[[int], None]


class _SourceError(Exception):
    """A content that its vault does not give whole: missing, corrupt or unreadable."""


@dataclass
class Copying:
    """The copying of contents; `spare` bytes stay free on the disk of the target.

    `lost` says of those that the source does not hold whole why (missing, corrupt, unreadable); the others go on.
    """

    source: Vault
    target: Vault
    spare: int
    tell: Tell = lambda _done: None
    files: int = 0
    bytes: int = 0
    lost: dict[str, str] = field(default_factory=dict)

    def run(self, hashes: Iterable[str]) -> None:
        """Copy contents that the target does not hold; OSError or BackupError where it has no room."""
        for group in self._groups(hashes):
            self.target.adopt_all(group)
            self.files += len(group)
            self.bytes += sum(blob.bytes for _, blob in group)
            self.tell(self.files)

    def _groups(self, hashes: Iterable[str]) -> Iterator[list[tuple[Path, Blob]]]:
        group: list[tuple[Path, Blob]] = []
        ensure_room(self.target.folder, 0, self.spare)
        for sha256 in hashes:
            try:
                group.append(self._copied(sha256))
            except _SourceError as error:
                self.lost[sha256] = str(error)
            if len(group) >= _GROUP_FILES or sum(blob.bytes for _, blob in group) >= _GROUP_BYTES:
                yield group
                group = []
                ensure_room(self.target.folder, 0, self.spare)
        yield group

    def _copied(self, sha256: str) -> tuple[Path, Blob]:
        """Return a copy beside the target's contents; _SourceError where its bytes are not what they were."""
        beside, digest, size = self.target.incoming / f"copy-{sha256}", hashlib.sha256(), 0
        with ExitStack() as unfinished:
            unfinished.callback(beside.unlink, missing_ok=True)
            with beside.open("wb") as out:
                for chunk in _chunks(self.source, sha256):
                    digest.update(chunk)
                    size += out.write(chunk)
            if digest.hexdigest() != sha256:
                raise _SourceError("corrupt")
            unfinished.pop_all()
        return beside, Blob(sha256, size)


def _chunks(source: Vault, sha256: str) -> Iterator[bytes]:
    try:
        yield from source.chunks(sha256)
    except FileNotFoundError:
        raise _SourceError("missing") from None
    except OSError:
        raise _SourceError("unreadable") from None


def ensure_room(folder: Path, needed: int, spare: int) -> None:
    """Raise BackupError where a disk has no room for so many bytes with some to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed + spare:
        short = -(free - needed - spare) // 1_000_000 + 1
        raise BackupError(f"{folder} 所在磁盘的空间不够，还差 {short:,} MB，已停止；腾出空间后再运行一次就会接着做")
