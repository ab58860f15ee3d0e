"""What lies in a backup folder, and is it what it was? Generations of the database, and contents kept once for all.

    zhengji-backup.json            whose backup this is
    blobs/ab/abcdef…               contents by their hash, as in the vault
    generations/20260805T100000Z/  manifest.json, tables.jsonl.gz, contents.txt, and supplied/ (settings and tables)
    incoming/                      what is not whole yet

A generation appears whole, by a rename, after everything that it names is safe; so a killed backup leaves the earlier
ones as they were. Its manifest holds the hashes of its files and its own. That finds damage, not a forger.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, cast

from store.contents.blobs import Blob, Vault
from store.contents.syncing import sync_folder
from store.errors import StoreError

FORMAT = 1
TABLES, CONTENTS, MANIFEST, SUPPLIED = "tables.jsonl.gz", "contents.txt", "manifest.json", "supplied"
_MARKER = "zhengji-backup.json"
# What else lies beside the generations (a network drive's own folders, a link) is none of ours.
_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
# What stands in a line of contents becomes a path: nothing but a hash may.
_CONTENT = re.compile(r"([0-9a-f]{64}) (\d{1,18})\n?")
# The longest row is a mail's text many times over; a line without end would fill the memory.
_LONGEST_LINE, _LONGEST_CONTENT = 256_000_000, 100


class BackupError(StoreError):
    """A backup that cannot be made, read or restored; the text is a Chinese sentence for staff."""


@dataclass(frozen=True)
class Manifest:
    """What a generation is: of which program, installation and campaign, from when, and what it holds.

    `files` are its files with size and hash, `lost` the contents that the vault did not hold whole, with why (missing,
    corrupt or unreadable), `left_out` what is in no backup.
    """

    program: str
    revision: str
    installation: str
    campaign: str
    made_at: str
    database: str
    rows: Mapping[str, int]
    contents: int
    content_bytes: int
    files: Mapping[str, tuple[int, str]]
    lost: Mapping[str, str]
    left_out: Sequence[str]
    format: int = field(default=FORMAT)

    @property
    def messages(self) -> int:
        """How many mails it holds."""
        return self.rows.get("messages", 0)

    @property
    def moment(self) -> datetime:
        """When it was made: everything that had happened by then is in it."""
        return datetime.fromisoformat(self.made_at)

    def as_json(self) -> bytes:
        """Return the manifest as it is written, with its own hash."""
        told = asdict(self)
        return json.dumps({**told, "sha256": _own_hash(told)}, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _own_hash(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Generation:
    """A whole generation: its name, which is its moment, and its folder."""

    name: str
    folder: Path

    def manifest(self) -> Manifest:
        """Return its manifest; BackupError where that is damaged, or of a format that this program does not know."""
        try:
            told = json.loads((self.folder / MANIFEST).read_bytes())
            own = told.pop("sha256")
            damaged, newer = own != _own_hash(told), told["format"] != FORMAT
            manifest = None if damaged or newer else Manifest(**told)
        except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
            damaged, newer, manifest = True, False, None
        if newer and not damaged:
            raise BackupError(f"备份 {self.name} 是更新的程序做的，请先升级本机的程序")
        if manifest is None:
            raise BackupError(f"备份 {self.name} 的清单（{MANIFEST}）读不了或被改动过，没有采用")
        return manifest

    def check(self) -> Manifest:
        """Return its manifest after every file of it was hashed; BackupError where one is not what it was."""
        manifest = self.manifest()
        for name, (size, sha256) in manifest.files.items():
            if not self._is_own(name) or _blob_of(self.folder / name) != Blob(sha256, size):
                raise BackupError(f"备份 {self.name} 的文件 {name} 缺失或被改动过，没有采用")
        for _ in self.contents():
            # A line that names none raises.
            pass
        return manifest

    def _is_own(self, name: str) -> bool:
        """Tell whether a name is of a file within the generation: a forged one may be of anything."""
        return (self.folder / name).resolve().is_relative_to(self.folder.resolve()) and (self.folder / name).is_file()

    def contents(self) -> Iterator[Blob]:
        """Yield the contents that it names, in the order of their hashes; BackupError where a line names none."""
        try:
            with (self.folder / CONTENTS).open(encoding="ascii", errors="replace") as lines:
                while line := lines.readline(_LONGEST_CONTENT):
                    found = _CONTENT.fullmatch(line)
                    if found is None:
                        raise BackupError(f"备份 {self.name} 的文件 {CONTENTS} 已损坏或被改动过，没有采用")
                    yield Blob(found[1], int(found[2]))
        except FileNotFoundError:
            raise BackupError(f"备份 {self.name} 的文件 {CONTENTS} 缺失，没有采用") from None

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """Give the lines of its tables; BackupError where one has no end."""
        with gzip.open(self.folder / TABLES, "rt", encoding="utf-8") as lines:
            yield self._bounded(cast("TextIO", lines))

    def _bounded(self, lines: TextIO) -> Iterator[str]:
        while line := lines.readline(_LONGEST_LINE):
            if not line.endswith("\n"):
                raise BackupError(f"备份 {self.name} 的文件 {TABLES} 里有一行没有结尾，没有采用")
            yield line


@dataclass(frozen=True)
class Backup:
    """A backup folder."""

    folder: Path

    @property
    def blobs(self) -> Vault:
        """The contents of all generations."""
        return Vault(self.folder / "blobs")

    @property
    def incoming(self) -> Path:
        """Where a generation lies that is not whole yet."""
        return self.folder / "incoming"

    def generations(self) -> tuple[Generation, ...]:
        """Return the whole generations, the oldest first."""
        folder = self.folder / "generations"
        there = sorted(folder.iterdir()) if folder.is_dir() else []
        there = [one for one in there if _NAME.fullmatch(one.name) and one.is_dir() and not one.is_symlink()]
        return tuple(Generation(one.name, one) for one in there)

    def generation(self, name: str | None) -> Generation:
        """Return a generation, without a name the newest whose manifest is sound; BackupError where there is none."""
        every = self.generations()
        if name is not None:
            found = next((one for one in every if one.name == name), None)
            if found is None:
                raise BackupError(
                    f"{self.folder} 里没有备份 {name}；有：{'、'.join(one.name for one in every) or '无'}"
                )
            return found
        if not every:
            raise BackupError(f"{self.folder} 里还没有做完的备份")
        return every[-1]

    def holds(self, prefix: str) -> set[str]:
        """Return the names of the contents whose hashes begin so (two digits): one look into a folder."""
        folder = self.blobs.folder / prefix
        return {one.name for one in folder.iterdir()} if folder.is_dir() else set()

    def name_for(self, now: datetime) -> str:
        """Return a name for a generation that none has yet."""
        name = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        taken = {one.name for one in self.generations()}
        return name if name not in taken else next(f"{name}-{n}" for n in range(2, 1000) if f"{name}-{n}" not in taken)

    def sweep(self) -> None:
        """Remove what a killed backup left half done; nobody else may be at work here."""
        for folder in (self.incoming, self.blobs.incoming):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)


def find_backup(folder: Path) -> Backup:
    """Return the backup that lies in a folder; BackupError where none does."""
    _marker_of(folder)
    return Backup(folder)


def check_place(folder: Path, vault: Path) -> None:
    """Raise BackupError where a backup would lie in the vault, or the vault in a backup."""
    one, other = folder.resolve(), vault.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one / "blobs"):
        raise BackupError(f"备份文件夹 {folder} 不能放在文件库 {vault} 里面，请换一个地方（最好是另一块磁盘）")


def prepare(folder: Path, vault: Path, installation: str, campaign: str) -> Backup:
    """Return the backup of an installation in a folder, which is made where it is empty or not there.

    BackupError where it lies in the vault, holds something else, or the backup of another installation or campaign.
    """
    check_place(folder, vault)
    own = {"format": FORMAT, "installation": installation, "campaign": campaign}
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            # A stick or a network drive may know no owners.
            folder.chmod(0o700)
        for name in ("blobs", "generations", "incoming"):
            (folder / name).mkdir(exist_ok=True)
        write_synced(folder / _MARKER, json.dumps(own, ensure_ascii=False).encode())
        sync_folder(folder)
    elif (there := _marker_of(folder)) != own:
        other = there.get("campaign") if there.get("campaign") != campaign else "同一活动，另一套数据"
        raise BackupError(f"{folder} 里是另一套程序的备份（{other}），没有写入；每套程序请用自己的备份文件夹")
    return Backup(folder)


def _marker_of(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / _MARKER).read_bytes())
    except FileNotFoundError:
        raise BackupError(f"{folder} 不是 zhengji 的备份文件夹（没有 {_MARKER}）") from None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BackupError(f"{folder / _MARKER} 读不了，不知道这是谁的备份")
    if told.get("format") != FORMAT:
        raise BackupError(f"{folder} 里的备份是更新的程序做的，请先升级本机的程序")
    return told


def write_synced(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all."""
    beside = path.with_name(f"{path.name}.part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _blob_of(path: Path) -> Blob | None:
    """Return hash and size of a file; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return Blob(hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size)
    except OSError:
        return None


def blob_of(path: Path) -> Blob:
    """Return hash and size of a file that was just written."""
    found = _blob_of(path)
    if found is None:
        raise OSError(f"{path} cannot be read again")
    return found
