"""What lies in a watched folder just now: its files by path, size and time of change. Nothing in it is ever changed.

A look only asks for names and states; no link is followed, and what cannot be looked into is named with its reason.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.importer import shown
from ingest.mailboxes.fetched import Unreachable
from ingest.watched.folder_names import bounded, is_passing
from parsers.names import unique_path

_LINK = "是链接（快捷方式），没有跟进；请放入文件本身"
_DENIED = "读不了（没有权限）"
_ODD = "不是普通文件，没有收"


@dataclass(frozen=True)
class Lying:
    """A file or, where `reason` says why it cannot be taken, whatever lies at a path.

    `path` is relative to the watched folder, readable whatever the encoding of its name, and unique in it.
    """

    path: str
    file: Path
    bytes: int
    modified_ns: int
    reason: str = ""


def lying_in(root: Path) -> Iterator[Lying]:
    """Yield everything in a watched folder, in a stable order; Unreachable where the folder itself cannot be read."""
    if not root.is_dir():
        raise Unreachable(f"文件夹 {root} 不存在或没有接上，没有收其中的文件", FileNotFoundError(str(root)))
    taken: dict[str, int] = {}
    folders = [root]
    while folders:
        folder = folders.pop()
        entries = _entries(folder)
        if isinstance(entries, OSError):
            if folder == root:
                raise Unreachable(f"文件夹 {root} {why(entries)}", entries)
            yield Lying(_path(root, folder, taken), folder, 0, 0, f"文件夹{why(entries)}")
            continue
        inner = []
        for entry in entries:
            if is_passing(shown(Path(entry.name))):
                continue
            if entry.is_dir(follow_symlinks=False):
                inner.append(Path(entry.path))
            elif lying := _lying(entry, root, taken):
                yield lying
        folders.extend(reversed(inner))


def _entries(folder: Path) -> list[os.DirEntry[str]] | OSError:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        return error


def _lying(entry: os.DirEntry[str], root: Path, taken: dict[str, int]) -> Lying | None:
    """Return one entry that is no folder; None where it has gone meanwhile."""
    file = Path(entry.path)
    try:
        state = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Lying(_path(root, file, taken), file, 0, 0, why(error))
    reason = _LINK if stat.S_ISLNK(state.st_mode) else "" if stat.S_ISREG(state.st_mode) else _ODD
    return Lying(_path(root, file, taken), file, state.st_size, state.st_mtime_ns, reason)


def _path(root: Path, file: Path, taken: dict[str, int]) -> str:
    # Name by name: a folder made on Windows and a file copied on a Mac stand in two encodings.
    names = [shown(Path(name)) for name in file.relative_to(root).parts]
    return unique_path(bounded("/".join(names)), taken)


def why(error: OSError) -> str:
    """Say in Chinese why the system refuses a file."""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return _DENIED
    return f"读不了（{error.strerror or type(error).__name__}）"
