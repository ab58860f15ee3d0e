"""Clean rooms whose processes are forked from one that has everything imported: for tests that start hundreds of them.

What answers is `ingest.room.cleanroom_child` all the same, in a process of its own with its limits; only its start is quick.
"""

import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import IO

import ingest.room.cleanroom_child


@dataclass
class Room:
    """What of a `subprocess.Popen` the outside of a clean room uses."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]
    watched: int

    def poll(self) -> int | None:
        """Return 0 where the process has ended, None where it runs."""
        return 0 if select.select([self.watched], [], [], 0)[0] else None

    def wait(self) -> int:
        """Wait for its end."""
        select.select([self.watched], [], [])
        return 0


class Nursery:
    """A process that forks a clean room whenever it is handed the two ends of its pipes."""

    def __init__(self) -> None:
        self._asked, answering = socket.socketpair()
        if os.fork() == 0:
            self._asked.close()
            _serve(answering)
            os._exit(0)
        answering.close()

    def start(self) -> Room:
        """Return a new clean room's process."""
        requests, to_requests = os.pipe()
        answers, to_answers = os.pipe()
        socket.send_fds(self._asked, [b"."], [requests, to_answers])
        pid = int(self._asked.recv(20))
        os.close(requests)
        os.close(to_answers)
        return Room(pid, os.fdopen(to_requests, "wb"), os.fdopen(answers, "rb"), os.pidfd_open(pid))


def _serve(asked: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, pipes, _, _ = socket.recv_fds(asked, 1, 2)
        if not said:
            return
        pid = os.fork()
        if pid == 0:
            asked.close()
            _become(*pipes)
        for end in pipes:
            os.close(end)
        asked.send(str(pid).encode())


def _become(requests: int, answers: int) -> None:
    """Be a clean room's process until its input ends."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for number, end in enumerate((requests, answers, null)):
        os.dup2(end, number)
        os.close(end)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    try:
        ingest.room.cleanroom_child.main()
    finally:
        os._exit(0)
