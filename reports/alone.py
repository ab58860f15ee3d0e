"""Who writes into a folder now? One run at a time, so that none takes away what the other is just writing.

The folder itself is locked as long as the run lives: nothing is left there, and a killed run holds nothing.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import ConfigError

if sys.platform != "win32":
    import fcntl


class BusyError(ConfigError):
    """Another run writes into the folder; the text is one Chinese line."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only run that writes into a folder, which is made where there is none; BusyError where another does.

    Where folders cannot be locked (Windows, some network drives) it goes without.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(f"另一个 zhengji 正在写 {folder}，没有写入；请等它写完再运行") from None
    except OSError:
        # A drive that knows no locks.
        return
