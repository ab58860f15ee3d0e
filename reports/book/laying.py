"""Lays a pack down in a folder, file by file, and never over what a person has changed there.

What was written last is known by its hash, in a file of its own; whatever on the disk is something else is a person's.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reports.making.writing import copy_beside, hash_of, write_beside

RECORD = "写出记录.json"


@dataclass(frozen=True)
class Piece:
    """A file to lay down: its path within the folder, and its bytes or where the content lies that it is a copy of."""

    path: str
    data: bytes | None = None
    source: Path | None = None


@dataclass
class Laid:
    """What became of the files: written, already there, left as a person changed them, or without their content."""

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)


class Pack:
    """A folder in which a pack lies, with the record of what was written there."""

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self.folder = folder
        self.overwrite = overwrite
        self.laid = Laid()
        self._record = dict(_recorded(folder / RECORD))
        self.before = frozenset(self._record)

    def lay(self, piece: Piece) -> None:
        """Lay one file down; a person's own stays, unless everything is to be written over. Raises OSError."""
        target = self.folder / piece.path
        wanted = _hash_of(piece)
        if wanted is None:
            self.laid.absent.append(piece.path)
            return
        there = _hash_at(target)
        if there == wanted:
            self.laid.same.append(piece.path)
        elif there is not None and there != self._record.get(piece.path) and not self.overwrite:
            self.laid.changed.append(piece.path)
            return
        else:
            _write(target, piece)
            self.laid.written.append(piece.path)
        self.laid.hashes[piece.path] = self._record[piece.path] = wanted

    def close(self, as_of: str) -> None:
        """Keep the record of what was written."""
        told = {"as_of": as_of, "files": dict(sorted(self._record.items()))}
        write_beside(self.folder / RECORD, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def _recorded(path: Path) -> Mapping[str, str]:
    """Return the hashes of what was written last by path; nothing where there is no record that can be read."""
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {str(name): str(value) for name, value in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hash_of(piece: Piece) -> str | None:
    """Return the hash of what is to be written; None where its content is not there."""
    if piece.data is not None:
        return hashlib.sha256(piece.data).hexdigest()
    return _hash_at(piece.source) if piece.source is not None else None


def _hash_at(path: Path) -> str | None:
    """Return the hash of a file; None where there is none."""
    return hash_of(path) if path.is_file() else None


def _write(target: Path, piece: Piece) -> None:
    if piece.data is not None:
        write_beside(target, piece.data)
    elif piece.source is not None:
        copy_beside(target, piece.source)


def told(laid: Laid, gone: Iterable[str]) -> list[str]:
    """Return what became of a pack in Chinese, a line each."""
    lines = [f"写出 {len(laid.written)} 个文件，{len(laid.same)} 个没有变化"]
    if laid.changed:
        lines.append(f"有人改过、没有覆盖的 {len(laid.changed)} 个（要重写请加 --overwrite）：")
        lines += [f"  {path}" for path in laid.changed]
    if laid.absent:
        lines.append(f"原件不在库中的 {len(laid.absent)} 个：")
        lines += [f"  {path}" for path in laid.absent]
    if old := sorted(gone):
        lines.append(f"上次写出、这次不再需要的 {len(old)} 个（没有删除）：")
        lines += [f"  {path}" for path in old]
    return lines
