"""What did we put into an archive's folder? Kept in a file there, so that the next run knows its own from others'.

Whatever that file does not know, or knows otherwise, belongs to a person, and is not touched.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from config.errors import ConfigError
from reports.making.writing import write_beside

STATE = ".zhengji-archive.json"
_FORMAT = 1
# File systems of USB sticks keep a file's time to two seconds.
_COARSE_NS = 2_000_000_000


class ArchiveError(ConfigError):
    """An archive that cannot be made; its text is one Chinese line that says what to do about it."""


@dataclass(frozen=True)
class Own:
    """A file as we put it: its content, its size, and the time that it bears."""

    sha256: str
    bytes: int
    mtime_ns: int

    def looks_like(self, size: int, mtime_ns: int) -> bool:
        """Tell whether a file of this size and time is surely this one, as far as that can be told from outside."""
        return self.bytes == size and abs(self.mtime_ns - mtime_ns) < _COARSE_NS


@dataclass
class State:
    """All that we put into a folder, by relative path; of the pages that each run writes anew, their hashes.

    `retired` is what counts no more. `options` are those of the last run, which the next one keeps.
    """

    campaign: str
    files: dict[str, Own] = field(default_factory=dict)
    retired: dict[str, Own] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    options: dict[str, bool] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Keep it in its folder, whole or not at all."""
        # Thousands of files: `asdict` would take longer than writing them.
        told = {name: {path: vars(own) for path, own in getattr(self, name).items()} for name in ("files", "retired")}
        said = {**vars(self), **told, "format": _FORMAT}
        text = json.dumps(said, ensure_ascii=False, indent=0, sort_keys=True)
        write_beside(folder / STATE, text.encode())


def state_of(folder: Path) -> State | None:
    """Return what we know of a folder; None where we never put anything there. ArchiveError where it is unreadable."""
    path = folder / STATE
    if not path.is_file() or path.is_symlink():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return _state(said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"{path}: 归档记录读不懂（{error}），请换一个新文件夹") from error


def _state(said: Mapping[str, Any]) -> State:
    if said["format"] != _FORMAT:
        raise ValueError(f"format {said['format']}")
    files, retired = ({_inside(path): Own(**own) for path, own in said[name].items()} for name in ("files", "retired"))
    pages = {_inside(path): [str(one) for one in hashes] for path, hashes in said["pages"].items()}
    return State(str(said["campaign"]), files, retired, pages, {str(k): bool(v) for k, v in said["options"].items()})


def _inside(path: str) -> str:
    """Return a relative path; ValueError for one that leads out of the folder, whoever wrote it there."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path or not pure.parts:
        raise ValueError(path)
    return path
