"""Counts every step of a run at which it may be killed, or refused room on the disk, and does so at one of them.

`lasting` steps are those by which anything becomes lasting, before and after each: fsync, rename, and each begin and
commit of the database. `other` steps are every SQL statement, file opened, folder made and file removed, before and
after, every write, and every line of the modules that accept and take in mail.
"""

import errno
import io
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

import ingest.cases.filing
import ingest.contents
import ingest.intake
import ingest.mailboxes.poll
import store.cases
import store.contents.blobs
import store.documents
import store.mail

_MODULES = (ingest.contents, ingest.cases.filing, ingest.intake, ingest.mailboxes.poll)
_ALSO = (store.contents.blobs, store.cases, store.documents, store.mail)
_TRACED = {str(module.__file__) for module in (*_MODULES, *_ALSO)}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
Act = Callable[[str], None]


def kill(_name: str) -> None:
    """End this process as a power cut does, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def no_room(name: str) -> None:
    """Fail as a full disk does: files with ENOSPC, the database in SQLite's words."""
    if name.startswith("sql"):
        raise OperationalError("", None, sqlite3.OperationalError("database or disk is full"))
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Steps:
    """The steps of a run as they are counted; `act` is done at the one that is named, and again `times` - 1 times."""

    def __init__(self, point: tuple[str, int] | None, act: Act, *, times: int = 1) -> None:
        self.point, self.act, self.times = point, act, times
        self.names: dict[str, list[str]] = {"lasting": [], "other": []}
        self.acting = False

    def step(self, kind: str, name: str) -> None:
        """Count a step; what the act itself does is none."""
        if self.acting:
            return
        self.names[kind].append(name)
        if self.point is None:
            return
        beyond = len(self.names[kind]) - self.point[1]
        if kind == self.point[0] and 0 <= beyond < self.times:
            self.acting = True
            try:
                self.act(name)
            finally:
                self.acting = False

    def around(self, kind: str, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function with a step before it and one after it."""

        def stepped(*arguments: Any, **options: Any) -> Any:
            self.step(kind, f"{name} before")
            result = function(*arguments, **options)
            if self.act is not no_room:
                self.step(kind, f"{name} after")
            return result

        return stepped


def watch_lasting(steps: Steps) -> None:
    """Count what makes anything lasting."""
    os.fsync = steps.around("lasting", "fsync", os.fsync)
    for name in ("replace", "rename"):
        setattr(Path, name, steps.around("lasting", name, getattr(Path, name)))
        setattr(os, name, steps.around("lasting", name, getattr(os, name)))
    _around_commit(steps)
    event.listen(Engine, "begin", lambda _connection: steps.step("lasting", "sql begin"))


def _around_commit(steps: Steps) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    commit = DefaultDialect.do_commit

    def stepped(self: DefaultDialect, connection: Any) -> None:
        steps.around("lasting", "sql commit", commit)(self, connection)

    DefaultDialect.do_commit = stepped  # type: ignore[method-assign]


def watch_others(steps: Steps, folder: Path) -> None:
    """Count statements, files opened and removed, and folders made below a folder."""
    event.listen(Engine, "before_cursor_execute", lambda *_: steps.step("other", "sql before"))
    if steps.act is not no_room:
        event.listen(Engine, "after_cursor_execute", lambda *_: steps.step("other", "sql after"))
    inside = str(folder)

    def audit(name: str, arguments: tuple[Any, ...]) -> None:
        if name in {"open", "os.mkdir", "os.remove"} and str(arguments[0]).startswith(inside):
            writes = name == "os.mkdir" or (name == "open" and arguments[2] & _WRITING)
            if writes or steps.act is not no_room:
                steps.step("other", name)

    sys.addaudithook(audit)
    _watch_writes(steps, inside)


def _watch_writes(steps: Steps, inside: str) -> None:
    """Count writes and flushes of binary files."""
    plain = io.open

    class Stepped(io.BufferedWriter):
        def write(self, data: Any) -> int:
            steps.step("other", "write before")
            return super().write(data)

    def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if mode == "wb" and str(file).startswith(inside):
            return Stepped(io.FileIO(file, "w"))
        return plain(file, mode, *arguments, **options)

    io.open = opened  # type: ignore[assignment]


def watch_lines(steps: Steps, traced: AbstractSet[str] = frozenset(_TRACED)) -> None:
    """Count the lines of some modules, by default those that accept and take in mail, as they are run."""

    def line(frame: FrameType, what: str, _argument: Any) -> Any:
        if what == "line":
            steps.step("other", f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return line

    def call(frame: FrameType, _what: str, _argument: Any) -> Any:
        return line if frame.f_code.co_filename in traced else None

    sys.settrace(call)


def watch(steps: Steps, folder: Path, *, lines: bool) -> None:
    """Count all steps, from now on until the process ends."""
    watch_lasting(steps)
    watch_others(steps, folder)
    if lines:
        watch_lines(steps)
