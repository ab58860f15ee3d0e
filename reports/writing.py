"""How a report becomes a file: written beside, synced and renamed, so that a reader never sees half of it."""

import os
import secrets
from pathlib import Path


def write_beside(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made where there is none. Raises OSError.

    What is no ordinary file (/dev/stdout, a pipe) is written to as it is: renaming would put a file in its place.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
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
