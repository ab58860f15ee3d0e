"""Makes a generation of a backup while everything goes on: first a frozen view of the tables, then what it names.

Contents are never changed, and removed only where a person wants it, so whatever the frozen tables name is still there
when it is copied; what came after them is for the next generation.
"""

import gzip
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from store.contents.blobs import Blob
from store.contents.syncing import sync_folder
from store.database import Store, newest_revision
from store.safekeeping import dump, latest, lineage
from store.safekeeping.backup import (
    CONTENTS,
    MANIFEST,
    SUPPLIED,
    TABLES,
    Backup,
    BackupError,
    Generation,
    Manifest,
    blob_of,
    prepare,
    write_synced,
)
from store.safekeeping.copying import Copying, ensure_room
from store.safekeeping.named import Named, named

# Fast, and a third of the size; more effort gains little.
_EFFORT = 3
LEFT_OUT = (
    "密码、授权码、令牌和群地址",
    "搜索索引（恢复后自动重建）",
    "文件预览（自动重做）",
    "正在上传、尚未处理完的补入文件",
)
Tell = Callable[[str, int], None]


@dataclass(frozen=True)
class Wish:
    """A backup as it is wished for: where, of which campaign, by which program, and how many generations stay.

    `supplied` are the files that belong to it beside the tables, by their names; `spare` bytes stay free on the disk.
    """

    folder: Path
    campaign: str
    program: str
    keep: int
    spare: int
    supplied: Mapping[str, bytes]


@dataclass(frozen=True)
class Made:
    """A backup that was made: its generation, how many contents were new, and which generations went for it."""

    generation: Generation
    manifest: Manifest
    copied: int
    copied_bytes: int
    removed: tuple[str, ...]


def back_up(store: Store, wish: Wish, now: datetime, tell: Tell = lambda _what, _done: None) -> Made:
    """Make a generation; BackupError or OSError where that cannot be done, with the earlier ones as they were.

    A content that the vault does not hold whole is named in the manifest (`lost`); everything else is in it.
    """
    backup = prepare(wish.folder, store.vault.folder, lineage.name_of(store, now), wish.campaign)
    backup.sweep()
    try:
        return _Making(store, wish, now, tell, backup).make()
    finally:
        backup.sweep()


@dataclass(frozen=True)
class _Making:
    """The making of one generation."""

    store: Store
    wish: Wish
    now: datetime
    tell: Tell
    backup: Backup

    @property
    def work(self) -> Path:
        return self.backup.incoming / "generation"

    def make(self) -> Made:
        ensure_room(self.backup.folder, 0, self.wish.spare)
        self.work.mkdir()
        rows = self._freeze()
        contents = Generation("", self.work)
        ensure_room(self.backup.folder, self._needed(contents), self.wish.spare)
        copying = Copying(
            self.store.vault, self.backup.blobs, self.wish.spare, lambda done: self.tell("复制内容", done)
        )
        copying.run(one.sha256 for one in self._absent(contents))
        manifest = self._manifest(rows, contents, copying.lost)
        generation = self._settle(manifest)
        latest.note(self.store, str(self.backup.folder.resolve()), self.now, generation.name, len(manifest.lost))
        return Made(generation, manifest, copying.files, copying.bytes, self._rotate(generation))

    def _freeze(self) -> dump.Counts:
        """Write the tables and the contents that they name as they are at one moment; return how many rows."""
        with dump.frozen(self.store.engine) as connection:
            with (self.work / TABLES).open("wb") as raw, _zipped(raw) as out:
                rows = dump.dump(connection, lambda line: out.write(line.encode()))
            with (self.work / CONTENTS).open("w", encoding="ascii") as listed:
                for one in named(connection):
                    listed.write(f"{one.sha256} {self._size(one)}\n")
        return rows

    def _size(self, one: Named) -> int:
        """Return how large a content is: letters and digests that went out are few, and the vault is asked for them."""
        if one.bytes is not None:
            return one.bytes
        return self.store.vault.size(one.sha256) or 0

    def _absent(self, contents: Generation) -> Iterator[Blob]:
        """Yield the contents that the backup does not hold: looked up folder by folder, never file by file."""
        for prefix, group in groupby(contents.contents(), key=lambda one: one.sha256[:2]):
            there = self.backup.holds(prefix)
            yield from (one for one in group if one.sha256 not in there)

    def _needed(self, contents: Generation) -> int:
        return sum(one.bytes for one in self._absent(contents))

    def _manifest(self, rows: dump.Counts, contents: Generation, lost: Mapping[str, str]) -> Manifest:
        for name, data in self.wish.supplied.items():
            path = self.work / SUPPLIED / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        count, size = 0, 0
        for one in contents.contents():
            count, size = count + 1, size + one.bytes
        files = {str(path.relative_to(self.work).as_posix()): blob_of(path) for path in _files(self.work)}
        return Manifest(
            program=self.wish.program,
            revision=newest_revision(),
            installation=lineage.name_of(self.store, self.now),
            campaign=self.wish.campaign,
            made_at=self.now.isoformat(),
            database=self.store.engine.dialect.name,
            rows=rows,
            contents=count,
            content_bytes=size,
            files={name: (blob.bytes, blob.sha256) for name, blob in sorted(files.items())},
            lost=dict(sorted(lost.items())),
            left_out=LEFT_OUT,
        )

    def _settle(self, manifest: Manifest) -> Generation:
        """Let the generation appear: everything in it is on the disk before its name is."""
        write_synced(self.work / MANIFEST, manifest.as_json())
        for path in (*_files(self.work), *(one for one in self.work.rglob("*") if one.is_dir()), self.work):
            sync_folder(path)
        name = self.backup.name_for(self.now)
        target = self.backup.folder / "generations" / name
        self.work.replace(target)
        sync_folder(target.parent)
        return Generation(name, target)

    def _rotate(self, newest: Generation) -> tuple[str, ...]:
        """Remove the generations beyond those that stay, and the contents that none of those names any more.

        The one just made stays, also where the clock was set back and others bear later names.
        """
        others = [one for one in self.backup.generations() if one.name != newest.name]
        old = others[: max(0, len(others) - (self.wish.keep - 1))]
        if not old:
            return ()
        unnamed = self._unnamed(old, [newest, *others[len(old) :]])
        for generation in old:
            # Taken out of sight first: half a generation is never seen.
            gone = self.backup.incoming / generation.name
            generation.folder.replace(gone)
            shutil.rmtree(gone)
        for sha256 in unnamed:
            self.backup.blobs.remove(sha256)
        return tuple(generation.name for generation in old)

    def _unnamed(self, old: Iterable[Generation], stay: Iterable[Generation]) -> set[str]:
        """Return the contents that only the old name; none where it cannot be read what one of those names that stay.

        What an old one named that cannot be read stays where it is: it takes room, and nothing else.
        """
        unnamed: set[str] = set()
        for generation in old:
            with suppress(BackupError):
                unnamed.update(one.sha256 for one in generation.contents())
        try:
            for generation in stay if unnamed else ():
                unnamed.difference_update(one.sha256 for one in generation.contents())
        except BackupError:
            return set()
        return unnamed


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _zipped(raw: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=_EFFORT, mtime=0)
