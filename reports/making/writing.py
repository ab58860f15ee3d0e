"""How a report becomes a file: written beside, synced and renamed, so that a reader never sees half of it."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20


def write_beside(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made where there is none. Raises OSError.

    What is no ordinary file (/dev/stdout, a pipe) is written to as it is: renaming would put a file in its place.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    with _renamed_to(path) as file:
        file.write(data)


def copy_beside(path: Path, source: Path) -> None:
    """Copy a file byte for byte, whole or not at all; its folder is made where there is none. Raises OSError."""
    with source.open("rb") as content, _renamed_to(path) as file:
        copied(content.read, file.write)


def copied(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> str:
    """Copy a content piece by piece, and return its SHA-256."""
    digest = hashlib.sha256()
    while chunk := read(_CHUNK):
        digest.update(chunk)
        write(chunk)
    return digest.hexdigest()


def hash_of(path: Path) -> str:
    """Return a file's SHA-256. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _renamed_to(path: Path) -> Iterator[BinaryIO]:
    """Give a file beside a path, which takes its place when it is whole and safe on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Sync the rename itself; systems that cannot open a folder (Windows) sync it in their own time."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
