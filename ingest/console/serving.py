"""Serves the console: opens the desk, looks anew every few seconds, and answers browsers until it is stopped."""

import gc
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import uvicorn

from config.console import ConsoleSettings
from ingest.console.acting import DeskActs
from ingest.console.listening import listen
from ingest.console.picturing import DeskPictures
from ingest.desk import Desk
from ingest.monitoring import monitor_of
from ingest.safekeeping.retention import clear_here
from reports.console.app import build
from reports.console.asked import Console
from reports.console.board import Board
from reports.console.enduring import endured
from reports.console.overview.outlook import outlook
from store import searching

# Looking takes at most one part in so many of the time, however much there is to look at.
_REST = 10
# What is made of each look before pages see it.
AHEAD = (outlook,)
# While a look is taken, pages ask for the interpreter and get it back within this (seconds; Python's own is 5 ms): a
# page lets go of it a dozen times, and would wait as often.
_SWITCH = 0.0005
# Whoever is still sending or reading when the console is stopped has so long (seconds).
_LAST_SECONDS = 5


@dataclass(frozen=True)
class Serving:
    """A console that is ready to be served."""

    console: Console
    stopping: threading.Event
    # Takes away what this machine still holds of personal data that was removed.
    clear: Callable[[], object] = lambda: None

    def watch(self) -> None:
        """Look anew every few seconds until the console stops; a look that fails is made again the next time.

        What an older version left unindexed could not be found: it is caught up first.
        """
        endured(lambda: searching.catch_up(self.console.store), "console.catch_up_failed")
        every = self.console.settings.refresh_seconds
        pause: float = every
        while not self.stopping.wait(pause):
            # Not the clock of the day, which somebody may set.
            began = time.monotonic()
            self.console.board.look_again()
            endured(self.console.pictures.rest, "console.rest_failed")
            endured(self.console.store.vault.trim, "console.trim_failed")
            endured(self.clear, "console.not_cleared")
            endured(self.console.jobs.mind, "console.jobs_failed")
            endured(self.console.watch.flush, "console.looks_not_written")
            _settle()
            pause = max(every, (time.monotonic() - began) * _REST)


def _settle() -> None:
    """Let the collector take what is left in rings now, and never again walk through the picture, which lives on."""
    gc.collect()
    gc.freeze()


def console_of(desk: Desk, now: Callable[[], datetime]) -> Console:
    """Return the console of a desk."""
    board = Board(desk.keeper, now, AHEAD)
    folder = desk.settings.at(desk.settings.vault.path).parent / "console"
    acts = DeskActs(desk, board)
    pictures = DeskPictures(desk, folder / "previews", desk.settings.console.preview_bytes)
    monitor = monitor_of(desk, now, board.open_findings)
    floor = desk.settings.alarms.stop_bytes
    return Console(desk.campaign, desk.settings.console, desk.store, board, acts, now, folder, pictures, monitor, floor)


def serve(desk: Desk, host: str, port: int, now: Callable[[], datetime], told: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; ConfigError where nobody can listen there. `told` is called once it is open."""
    listening = listen(host, port)
    try:
        told()
        _serve_on(listening, console_of(desk, now), partial(clear_here, desk))
    finally:
        for one in listening:
            one.close()


def _serve_on(listening: list[socket.socket], console: Console, clear: Callable[[], object]) -> None:
    sys.setswitchinterval(_SWITCH)
    console.board.look()
    _settle()
    stopping = threading.Event()
    watching = threading.Thread(target=Serving(console, stopping, clear).watch, name="looking", daemon=True)
    watching.start()
    console.jobs.resume()
    logging.getLogger("uvicorn.error").addFilter(_is_not_told_already)
    server = uvicorn.Server(config_of(console))
    try:
        with _signals_to(server):
            server.run(sockets=listening)
    finally:
        stopping.set()
        # Whoever looked last is on record too.
        endured(console.watch.flush, "console.looks_not_written")
        console.pictures.close()
        console.jobs.stop()


@contextmanager
def _signals_to(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server and nothing else, so that the desk is closed behind it.

    uvicorn raises a signal once more when it has ended by it, for whoever minded it before.
    """
    before = {one: signal.signal(one, server.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, minded in before.items():
            signal.signal(one, minded)


def _is_not_told_already(record: logging.LogRecord) -> bool:
    """Leave out what the console logs itself, without what was typed: `console.failed`."""
    return not record.getMessage().startswith("Exception in ASGI application")


def config_of(console: Console) -> uvicorn.Config:
    """Return how the console is served."""
    settings: ConsoleSettings = console.settings
    return uvicorn.Config(
        build(console),
        # Believed from named proxies alone: anybody else could say to be anybody.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
