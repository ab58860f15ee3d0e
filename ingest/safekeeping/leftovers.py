"""What of a campaign lies in files: contents, what was made of them, and what was written out, kind by kind."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.desk import Desk
from store.database import sqlite_file
from store.personal.removing import Count

# What the program itself writes into the folders of digests and letters; whatever else lies there is somebody's own.
_DIGESTS = re.compile(r"(日报|截止进度|截止快照)-.*\.(html|txt|json)")
_LETTERS = re.compile(r".+-\d{4}-\d\d-\d\d(（\d+）)?\.(eml|txt|xlsx)|草稿目录\.json")


@dataclass(frozen=True)
class Pile:
    """Files of one kind: `what` they are in Chinese, and how each is found and removed."""

    what: str
    files: Callable[[], Iterator[Path]]

    def count(self) -> Count:
        """Return how many there are, and their bytes."""
        return sum((Count(1, path.stat().st_size) for path in self.files()), Count())

    def remove(self, until: float = math.inf) -> int:
        """Remove them (those last written until a moment), and the folders empty then; return how many went."""
        folders, gone = set(), 0
        for path in [one for one in self.files() if one.lstat().st_mtime <= until]:
            path.unlink(missing_ok=True)
            folders.add(path.parent)
            gone += 1
        for folder in sorted(folders, reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        return gone


def piles(desk: Desk) -> Sequence[Pile]:
    """Return the kinds of files that personal data lies in, beside the contents of the vault themselves."""
    at, settings, vault = desk.settings.at, desk.settings, desk.store.vault
    digests, letters = at(settings.digest.folder), at(settings.reminders.folder)
    console = at(settings.vault.path).parent / "console"
    return (
        Pile("由附件做出的小图", lambda: _below(vault.folder / "derived")),
        Pile("文件库里没写完的文件", lambda: _below(vault.incoming)),
        Pile("操作台的预览图和上传到一半的文件", lambda: _below(console)),
        Pile("写出的日报、进度报告和截止快照", lambda: _named(digests, _DIGESTS)),
        Pile("写出的函件草稿和电话单", lambda: _named(letters, _LETTERS)),
        Pile("升级前留下的数据库副本", lambda: _copies(settings.database_url)),
    )


def strangers(desk: Desk) -> list[Path]:
    """Return what lies in the folders of digests and letters and is not ours: a person looks at it."""
    at, settings = desk.settings.at, desk.settings
    own = ((at(settings.digest.folder), _DIGESTS), (at(settings.reminders.folder), _LETTERS))
    return sorted(path for folder, ours in own for path in _below(folder) if not ours.fullmatch(path.name))


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder; no link is followed."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path


def _named(folder: Path, ours: re.Pattern[str]) -> Iterator[Path]:
    return (path for path in _below(folder) if ours.fullmatch(path.name))


def _copies(url: str) -> Iterator[Path]:
    """Yield the copies that were made of a SQLite file before it was migrated."""
    path = sqlite_file(url)
    if path is not None:
        yield from sorted(path.parent.glob(f"{path.name}.before-*"))
