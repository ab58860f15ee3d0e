"""Brings a folder in line with a layout: what is new is copied, what counts no more is laid aside, nothing is lost.

A file gets its name only when it is whole and safe on the disk. What a person put or changed there is never
overwritten, and no link is followed out of the folder. Killed at any point, the next run goes on from what it finds.
"""

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reports.archive.layout import Entry
from reports.archive.state import STATE, ArchiveError, Own, State
from reports.making.writing import copied, hash_of
from reports.wording import size as told_size
from store.contents.blobs import CorruptError, Vault
from store.contents.syncing import sync_together

RETIRED = "_已不采用"
_BESIDE = re.compile(r"\.(?:zhengji-)?[0-9a-f]{16}\.part")
# So many files, or bytes, are written before they are made safe and named together.
_BATCH_FILES, _BATCH_BYTES = 64, 256_000_000
_FULL = {errno.ENOSPC, errno.EDQUOT}
_SPARE_BYTES = 20_000_000
_REPARSE = 0x400
_OTHER = "保存的内容与收到时不同，没有放入，请检查磁盘和备份"


@dataclass
class Placed:
    """What a run did: where each entry lies (by its path in the layout), counts, and what a person should know."""

    where: dict[str, str] = field(default_factory=dict)
    new: int = 0
    bytes: int = 0
    moved: int = 0
    unchanged: int = 0
    retired: int = 0
    # Files that a person put or changed, which were left alone; and what could not be laid out, with the reason.
    strange: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    entry: Entry
    target: str


class Placing:
    """One run over one folder; `check` looks into every file instead of trusting its size and time."""

    def __init__(self, root: Path, vault: Vault, state: State, *, check: bool = False) -> None:
        self.root, self.vault, self.state, self.check = root, vault, state, check
        self.done = Placed()
        self._used: set[str] = set()

    def run(self, entries: Sequence[Entry]) -> Placed:
        """Lay out the entries. ArchiveError where the disk is full, OSError where it refuses otherwise."""
        self._sweep()
        tasks = self._plan(entries)
        aside = self._retire({*self.done.where.values()}, {task.target for task in tasks})
        try:
            self._carry_out(tasks)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            left = sum(task.entry.path not in self.done.where for task in tasks)
            raise ArchiveError(
                f"磁盘已满：已放好 {len(self.done.where)} 个文件，还差 {left} 个。腾出空间后再运行一次，会接着放"
            ) from error
        self.state.save(self.root)
        self.done.retired = len(aside & set(self.state.retired))
        self.done.strange = list(dict.fromkeys(self.done.strange))
        return self.done

    def _plan(self, entries: Iterable[Entry]) -> list[_Task]:
        """Return what is to be written where; what lies in its place already is noted as placed."""
        tasks = []
        for entry in entries:
            target = self._place_of(entry)
            if target is None:
                continue
            if target in self.state.files and self.done.where.get(entry.path) == target:
                self.done.unchanged += 1
            else:
                tasks.append(_Task(entry, target))
        return tasks

    def _place_of(self, entry: Entry) -> str | None:
        """Return where an entry lies or is to lie: beside it where a person's file has its name."""
        for target in (entry.path, beside(entry.path, "（原件）")):
            if target in self._used:
                continue
            found = self._look(target)
            if found is None:
                self._used.add(target)
                return target
            if isinstance(found, str):
                self.done.troubles.append(f"{entry.path}：{found}，没有放入")
                return None
            if self._holds(target, found, entry.sha256, entry.bytes):
                self.state.files[target] = Own(entry.sha256, entry.bytes, found.st_mtime_ns)
                self.done.where[entry.path] = target
                self._used.add(target)
                return target
            if self._is_own(target, found):
                self._used.add(target)
                return target
            self.done.strange.append(target)
        self.done.troubles.append(f"{entry.path}：这个名字和“（原件）”都被人工的文件占用，没有放入")
        return None

    def _look(self, path: str) -> os.stat_result | str | None:
        """Return what lies at a path: a file's state, None where nothing, else in words why it cannot be used."""
        place = self.root
        parts = path.split("/")
        for part in parts[:-1]:
            place /= part
            found = _state_of(place)
            if found is None:
                return None
            if not stat.S_ISDIR(found.st_mode) or _leads_away(found):
                return f"“{part}”不是普通文件夹（是链接或文件）"
        # A link or a folder of that name is somebody's: it is nothing that we put there, and is not opened.
        return _state_of(place / parts[-1])

    def _holds(self, path: str, found: os.stat_result, sha256: str, size: int) -> bool:
        """Tell whether a file is a content: by what we know of it, else by looking into it."""
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            return False
        own = self.state.files.get(path) or self.state.retired.get(path)
        if own and own.sha256 == sha256 and own.looks_like(found.st_size, found.st_mtime_ns) and not self.check:
            return True
        return hash_of(self.root / path) == sha256

    def _is_own(self, path: str, found: os.stat_result) -> bool:
        """Tell whether a file is still what we put there."""
        own = self.state.files.get(path) or self.state.retired.get(path)
        return own is not None and self._holds(path, found, own.sha256, own.bytes)

    def _retire(self, kept: set[str], targets: set[str]) -> set[str]:
        """Lay aside what is ours and counts no more, or lies where something else is to lie; return where it is now.

        It is noted first: whoever is killed here finds it again where it was, or where it was to go.
        """
        moves = dict(self._outdated(kept, targets))
        self.state.retired |= {aside: self.state.files[path] for path, aside in moves.items()}
        if moves:
            self.state.save(self.root)
        for path, aside in moves.items():
            self._rename(path, aside)
            del self.state.files[path]
        self.state.files = {path: own for path, own in self.state.files.items() if path in kept}
        self.state.retired = {path: own for path, own in self.state.retired.items() if self._is_there(path)}
        return set(moves.values())

    def _outdated(self, kept: set[str], targets: set[str]) -> Iterator[tuple[str, str]]:
        """Yield (path, where to lay it aside) of our files that are not kept where they are."""
        taken: set[str] = set()
        for path in sorted(set(self.state.files) - kept):
            found = self._look(path)
            if found is None or isinstance(found, str):
                continue
            if not self._is_own(path, found):
                if path not in targets:
                    self.done.strange.append(path)
                continue
            aside, number = f"{RETIRED}/{path}", 1
            while aside in taken or self._look(aside) is not None:
                number += 1
                aside = beside(f"{RETIRED}/{path}", f"（{number}）")
            taken.add(aside)
            yield path, aside

    def _is_there(self, path: str) -> bool:
        found = self._look(path)
        return isinstance(found, os.stat_result) and self._is_own(path, found)

    def _carry_out(self, tasks: Sequence[_Task]) -> None:
        """Bring each entry to its place: what was laid aside is taken back, the rest is copied."""
        pool = {own.sha256: path for path, own in self.state.retired.items()}
        fresh = []
        for task in tasks:
            aside = pool.pop(task.entry.sha256, None)
            found = self._look(aside) if aside else None
            if aside and isinstance(found, os.stat_result) and self._is_own(aside, found):
                self._rename(aside, task.target)
                self._note(task, self.state.retired.pop(aside).mtime_ns)
                self.done.moved += 1
            else:
                fresh.append(task)
        needed = sum(task.entry.bytes for task in fresh)
        free = shutil.disk_usage(self.root).free
        if fresh and free < needed + _SPARE_BYTES:
            raise ArchiveError(f"磁盘空间不够：还要放入 {told_size(needed)}，只剩 {told_size(free)}，没有开始复制")
        for batch in _batches(fresh):
            self._copy(batch)

    def _copy(self, batch: Sequence[_Task]) -> None:
        """Copy some contents: written beside, made safe together, then named."""
        written: list[tuple[_Task, Path]] = []
        try:
            for task in batch:
                beside_it = self._written(task)
                if beside_it:
                    written.append((task, beside_it))
            sync_together([path for _, path in written], self.root)
            for task, path in written:
                target = self.root / task.target
                if _state_of(target) is not None:
                    self.done.troubles.append(f"{task.target}：刚刚有人放了同名的文件，没有放入")
                    continue
                path.rename(target)
                self._note(task, target.lstat().st_mtime_ns)
                self.done.new += 1
                self.done.bytes += task.entry.bytes
            sync_together(sorted({(self.root / task.target).parent for task, _ in written}), self.root)
        finally:
            for _, path in written:
                path.unlink(missing_ok=True)

    def _written(self, task: _Task) -> Path | None:
        """Write a content beside its place and return where; None, with the reason noted, where it cannot be had."""
        target = self.root / task.target
        self._make_folders(task.target)
        path = target.with_name(f".zhengji-{secrets.token_hex(8)}.part")
        try:
            source = self.vault.path(task.entry.sha256).open("rb")
        except FileNotFoundError:
            self.done.troubles.append(f"{task.entry.path}：保存的内容找不到了，请检查磁盘和备份")
            return None
        except CorruptError:
            self.done.troubles.append(f"{task.entry.path}：{_OTHER}")
            return None
        try:
            with source, path.open("xb") as out:
                sha256 = copied(source.read, out.write)
            moment = task.entry.arrival.timestamp()
            os.utime(path, (moment, moment))
        except OSError:
            path.unlink(missing_ok=True)
            raise
        if sha256 != task.entry.sha256:
            path.unlink()
            self.done.troubles.append(f"{task.entry.path}：{_OTHER}")
            return None
        return path

    def _note(self, task: _Task, mtime_ns: int) -> None:
        self.state.files[task.target] = Own(task.entry.sha256, task.entry.bytes, mtime_ns)
        self.done.where[task.entry.path] = task.target

    def _rename(self, path: str, to: str) -> None:
        """Move a file of ours, and take away the folders that it leaves empty."""
        self._make_folders(to)
        (self.root / path).rename(self.root / to)
        folder = (self.root / path).parent
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    def _make_folders(self, path: str) -> None:
        place = self.root
        for part in path.split("/")[:-1]:
            place /= part
            with suppress(FileExistsError):
                place.mkdir()
            found = place.lstat()
            if not stat.S_ISDIR(found.st_mode) or _leads_away(found):
                raise ArchiveError(f"{place} 不是普通文件夹（是链接或文件），请移开后再运行")

    def _sweep(self) -> None:
        """Remove what a killed run left half written."""
        for path in walk(self.root):
            if is_half_written(path):
                path.unlink(missing_ok=True)


def beside(path: str, word: str) -> str:
    """Return a path with a word before its extension: 春江花园+推荐表（原件）.docx."""
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    return f"{folder}{slash}{stem}{word}{dot}{extension}" if stem else f"{path}{word}"


def is_half_written(path: Path) -> bool:
    """Tell whether a file is what a killed run left of one that it was writing."""
    return bool(_BESIDE.fullmatch(path.name))


def others_in(root: Path, state: State, pages: Iterable[str]) -> list[str]:
    """Return the relative paths of the files that are not ours, links among them, in order."""
    own = {STATE, *state.files, *state.retired, *state.pages, *pages}
    found = (path.relative_to(root).as_posix() for path in walk(root))
    return sorted(path for path in found if path not in own)


def walk(root: Path) -> Iterator[Path]:
    """Yield all files below a folder, links as such: none is followed."""
    with os.scandir(root) as inside:
        for one in list(inside):
            if one.is_dir(follow_symlinks=False) and not _leads_away(one.stat(follow_symlinks=False)):
                yield from walk(Path(one.path))
            else:
                yield Path(one.path)


def _batches(tasks: Sequence[_Task]) -> Iterator[list[_Task]]:
    batch: list[_Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == _BATCH_FILES or sum(one.entry.bytes for one in batch) > _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _state_of(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _leads_away(found: os.stat_result) -> bool:
    """Tell whether a folder is another one in truth: a link, or a junction of Windows."""
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _REPARSE)
