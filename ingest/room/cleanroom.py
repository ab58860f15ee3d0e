"""The clean room: everything that strangers sent is opened in a process of its own, with bounded time and memory.

That process keeps contents in the vault and answers with plain JSON, so nothing that it says is ever run here. Where a
content makes it die or hang, it is ended, the content is called unsafe, and the next request starts a new one. A
process that does not even get ready has seen no content: that is a fault of the installation, and RoomError.
"""

import atexit
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any
from weakref import finalize

import structlog

from config.campaign import Campaign
from parsers.archives import UnpackLimits
from parsers.base import ParseError

log = structlog.get_logger()

Answer = dict[str, Any]
# What a process says once it has taken its limits and can be asked.
READY = b'{"ready": true}\n'
# An answer longer than this is no honest one: the longest list ever seen takes 2 MB.
_ANSWER_BYTES = 64_000_000
# On a busy machine a second of processor time takes longer on the clock.
_WALL = 6
# Large files get more time: so many bytes a second are read, inflated, hashed and written with ease.
_BYTES_A_SECOND = 10_000_000
# Processes that rooms have left in good order: of each family as many as a desk has, for its mails and two readers.
_SPARE: "dict[str, list[_Process]]" = {}
_SPARES = 3
_COMMAND = (sys.executable, "-P", "-m", "ingest.room.cleanroom_child")
# A process gets ready within a second or two; on a machine that swaps it takes longer.
_START_SECONDS = 120.0
_WHY_SECONDS = 30
_WHY_CHARACTERS = 300


class RoomError(Exception):
    """A fault of ours, not of the content, such as a reader that raised what it should not; `reason` is for staff."""

    reason = ""


class NotStartedError(RoomError):
    """No process could be made ready to open anything: the installation is broken, or memory is very short."""

    reason = "读信的进程启动不了（安装不完整或内存不足），原信已保存；请管理员运行 zhengji doctor，修好后会自动重读"


@dataclass(frozen=True)
class Setup:
    """What the process inside is told once: where contents are kept, the campaign, and its limits."""

    vault: Path
    campaign: Campaign
    limits: UnpackLimits
    seconds: float
    memory_bytes: int


@dataclass
class _Process:
    """A process inside, and how many requests it has answered."""

    popen: "subprocess.Popen[bytes]"
    answered: int = 0


class CleanRoom:
    """The outside of the room: starts the process when it is needed, asks it, and ends it.

    Rooms of one family leave their processes to one another. Where a process grows as it works, another one takes over
    after it has answered `lifetime` requests.
    """

    def __init__(self, setup: Setup, family: str = "light", lifetime: int | None = None) -> None:
        self.setup = setup
        self._family = family
        self._lifetime = lifetime
        self._process: _Process | None = None
        self._ending: finalize[Any, Any] | None = None
        self._ready = True

    @property
    def pid(self) -> int | None:
        """The number of the process inside, where one runs."""
        return self._process.popen.pid if self._process else None

    def ask(self, do: str, cost: int, /, **arguments: object) -> Iterator[Answer]:
        """Yield the answers to a request about `cost` bytes.

        ParseError where the content cannot be opened (or takes too much), OSError where the disk refuses, RoomError
        for a fault of a reader, NotStartedError where no process gets ready.
        """
        seconds = self.setup.seconds + cost / _BYTES_A_SECOND
        request = {"do": do, "with": arguments, "seconds": seconds}
        process = self._running()
        with self._bounded(process.popen, seconds * _WALL):
            yield from self._answers(process.popen, request, seconds)
        process.answered += 1
        if process.answered == self._lifetime:
            self._ready = False
            self.close()

    def close(self) -> None:
        """Let the process inside go: one that stands ready waits for another room, any other is ended."""
        process, ending = self._process, self._ending
        self._process = self._ending = None
        if process is None or ending is None:
            return
        spare = _SPARE.setdefault(self._family, [])
        if self._ready and process.popen.poll() is None and len(spare) < _SPARES:
            ending.detach()
            spare.append(process)
        else:
            ending()

    def _answers(self, process: "subprocess.Popen[bytes]", request: Answer, seconds: float) -> Iterator[Answer]:
        requests, answers = _pipes(process)
        self._ready = False
        try:
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
            while True:
                line = answers.readline(_ANSWER_BYTES)
                answer = json.loads(line) if line.endswith(b"\n") else {"end": "died"}
                if "end" in answer:
                    self._ready = answer["end"] not in {"died", "memory"}
                    conclude(answer, seconds)
                    return
                yield answer
        except BrokenPipeError:
            conclude({"end": "died"}, seconds)
        finally:
            # Dead, out of memory, or left in the middle of its answers: another process takes the next request.
            if not self._ready:
                self.close()

    def _running(self) -> _Process:
        """Return the process inside, started and told its limits; NotStartedError where none gets ready."""
        if self._process is None or self._process.popen.poll() is not None:
            self.close()
            while spare := _take_spare(self._family):
                # Others have used it: what was left in it may have ended it since.
                if self._takes(spare):
                    return spare
            fresh = _Process(_opened())
            if not self._takes(fresh):
                why = why_not()
                log.error("cleanroom.not_started", why=why)
                raise NotStartedError(f"no process gets ready: {why}")
            return fresh
        return self._process

    def _takes(self, process: _Process) -> bool:
        """Tell a process its limits and wait until it is ready; one that does not get ready is ended."""
        setup = pickle.dumps(self.setup)
        requests, answers = _pipes(process.popen)
        with self._bounded(process.popen, _START_SECONDS), suppress(BrokenPipeError):
            requests.write(json.dumps({"setup": len(setup)}).encode() + b"\n" + setup)
            requests.flush()
            if answers.readline(len(READY)) == READY:
                self._process = process
                self._ending = finalize(self, _end, process.popen)
                self._ready = True
                return True
        _end(process.popen)
        return False

    @contextmanager
    def _bounded(self, process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[None]:
        """Kill the process where it takes longer than this on the clock."""
        timer = threading.Timer(seconds, _kill, [process])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _opened() -> "subprocess.Popen[bytes]":
    try:
        return _started()
    except OSError as error:
        log.error("cleanroom.not_started", why=str(error))  # noqa: TRY400 (what it is stands in the error)
        raise NotStartedError(str(error)) from error


def why_not() -> str:
    """Return the last line that a process says where it cannot even start, in English; empty where it can."""
    try:
        command = [*_COMMAND]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WHY_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    ended = f"it ended with {done.returncode}" if done.returncode else ""
    return said[-1][:_WHY_CHARACTERS] if done.returncode and said else ended


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _take_spare(family: str) -> _Process | None:
    """Return a process that another room has left, if one is still alive: to start one takes a second."""
    spare = _SPARE.get(family, [])
    # Another thread may take the last one in between.
    while process := next(iter(spare[-1:]), None):
        with suppress(ValueError):
            spare.remove(process)
        if process.popen.poll() is None:
            return process
        _end(process.popen)
    return None


def end_spare() -> None:
    """End the processes that rooms have left to others; whoever has nothing to open for a while keeps none."""
    for process in chain.from_iterable(_SPARE.values()):
        _end(process.popen)
    _SPARE.clear()


def conclude(answer: Answer, seconds: float) -> None:
    """Raise what a request's last answer means; nothing where it went well."""
    match answer["end"]:
        case "refused":
            raise ParseError(answer["status"], answer["reason"])
        case "died":
            log.warning("cleanroom.died", seconds=seconds)
            raise ParseError("unsafe", f"打开时超过 {seconds:.0f} 秒或出错中止，没有读完，请人工查看")
        case "memory":
            log.warning("cleanroom.memory")
            raise ParseError("unsafe", "打开时占用内存过多，没有读完，请人工查看")
        case "os":
            raise OSError(answer["errno"], answer["text"])
        case "fault":
            raise RoomError(f"{answer['type']}: {answer['text']}")


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    """Return where a process takes requests and gives answers."""
    if process.stdin is None or process.stdout is None:
        raise RoomError("the process was started without pipes")
    return process.stdin, process.stdout


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill the process and the commands that it started."""
    with suppress(OSError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: "subprocess.Popen[bytes]") -> None:
    _kill(process)
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


atexit.register(end_spare)
