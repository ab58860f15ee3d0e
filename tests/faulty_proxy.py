"""A line between a mail program and its server that breaks as it is told: at a byte, in either direction.

It also lets a test do something just before a command goes through, so that the mailbox changes at that very moment.
"""

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["to server", "to client"]
# What is done at the byte: drop, reset or stall the line, swallow some bytes, put in garbage, or say BYE and close.
Kind = Literal["drop", "reset", "stall", "cut", "garbage", "bye"]
_SWALLOWED = 7
_GARBAGE = b"\xff\xfe* 1 FETCH ((({9\r\n"
_BYE = b"* BYE server is going down\r\n"


@dataclass(frozen=True)
class Fault:
    """What happens once so many bytes have gone in a direction."""

    kind: Kind
    direction: Direction
    after: int


@dataclass
class Line:
    """Both ends of one connection, and the bytes that went each way."""

    client: socket.socket
    server: socket.socket
    passed: dict[Direction, int] = field(default_factory=lambda: {"to server": 0, "to client": 0})

    def close(self, *, reset: bool = False) -> None:
        for end in (self.client, self.server):
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                end.close()


class FaultyProxy:
    """Listens on loopback and passes on what comes; `fault` breaks one connection, the one that reaches its byte."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.fault: Fault | None = None
        self.happened = False
        self.passed: dict[Direction, int] = {"to server": 0, "to client": 0}
        self.talk: list[tuple[Direction, bytes]] = []
        self.before: Callable[[bytes], None] | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.ending = threading.Event()

    def plan(self, fault: Fault | None) -> None:
        """Break the next connection so, or none."""
        self.fault, self.happened = fault, False
        self.passed = {"to server": 0, "to client": 0}
        self.talk.clear()

    def serve(self) -> None:
        """Take one connection after the other, as one poll makes them."""
        while not self.ending.is_set():
            if not select.select([self.listener], [], [], 0.05)[0]:
                continue
            client, _ = self.listener.accept()
            line = Line(client, socket.create_connection(("127.0.0.1", self.upstream)))
            with suppress(OSError):
                self._pass_on(line)
            line.close()
            self.passed = line.passed

    def _pass_on(self, line: Line) -> None:
        """Pass on what comes until either side closes, or the fault ends it."""
        ways: dict[socket.socket, tuple[socket.socket, Direction]] = {
            line.client: (line.server, "to server"),
            line.server: (line.client, "to client"),
        }
        while not self.ending.is_set():
            for source in select.select(list(ways), [], [], 0.05)[0]:
                target, direction = ways[source]
                data = source.recv(65536)
                if not data:
                    return
                self.talk.append((direction, data))
                if direction == "to server" and self.before is not None:
                    self.before(data)
                if not self._send(line, target, direction, data):
                    return

    def _send(self, line: Line, target: socket.socket, direction: Direction, data: bytes) -> bool:
        """Send what came, with the fault in it where this is its byte; tell whether the line still stands."""
        fault, gone = self.fault, line.passed[direction]
        line.passed[direction] += len(data)
        if fault is None or self.happened or fault.direction != direction or gone + len(data) <= fault.after:
            target.sendall(data)
            return True
        self.happened = True
        first, rest = data[: fault.after - gone], data[fault.after - gone :]
        target.sendall(first)
        return self._break(fault.kind, line, target, rest)

    def _break(self, kind: Kind, line: Line, target: socket.socket, rest: bytes) -> bool:
        if kind == "cut":
            target.sendall(rest[_SWALLOWED:])
            return True
        if kind == "garbage":
            target.sendall(_GARBAGE + rest)
            return True
        if kind == "stall":
            self._until_gone(line.client)
        elif kind == "bye":
            with suppress(OSError):
                line.client.sendall(_BYE)
        line.close(reset=kind == "reset")
        return False

    def _until_gone(self, client: socket.socket) -> None:
        """Say nothing more until the client hangs up."""
        while not self.ending.is_set():
            if select.select([client], [], [], 0.05)[0] and not client.recv(65536):
                return


@contextmanager
def proxied(upstream: int) -> Iterator[FaultyProxy]:
    """Give a proxy before a server's port."""
    proxy = FaultyProxy(upstream)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.ending.set()
        thread.join()
        proxy.listener.close()
