"""Serves the console: opens the desk, looks anew every few seconds, and answers browsers until it is stopped."""

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
import uvicorn

from config.console import ConsoleSettings
from ingest.acting import DeskActs
from ingest.desk import Desk
from reports.console.app import build
from reports.console.asked import Console
from reports.console.board import Board
from store import searching
from store.database import StoreError

log = structlog.get_logger()

# Looking takes at most one part in so many of the time, however much there is to look at.
_REST = 10


@dataclass(frozen=True)
class Serving:
    """A console that is ready to be served."""

    console: Console
    stopping: threading.Event

    def watch(self) -> None:
        """Look anew every few seconds until the console stops; a look that fails is made again the next time."""
        # What an older version left unindexed could not be found; what comes from now on is indexed where it is read.
        searching.catch_up(self.console.store)
        every = self.console.settings.refresh_seconds
        pause = every
        while not self.stopping.wait(pause):
            began = self.console.now()
            try:
                self.console.board.look()
            except (StoreError, OSError) as error:
                log.warning("console.look_failed", error=type(error).__name__)
            # The picture lives on: the collector need not walk through it again and again.
            gc.freeze()
            pause = max(every, (self.console.now() - began).total_seconds() * _REST)


def console_of(desk: Desk, now: Callable[[], datetime]) -> Console:
    """Return the console of a desk."""
    board = Board(desk.keeper, now)
    folder = desk.settings.at(desk.settings.vault.path).parent / "console"
    acts = DeskActs(desk, board)
    return Console(desk.campaign, desk.settings.console, desk.store, board, acts, now, folder)


def serve(desk: Desk, host: str, port: int, now: Callable[[], datetime]) -> None:
    """Serve until SIGINT or SIGTERM."""
    console = console_of(desk, now)
    console.board.look()
    gc.freeze()
    stopping = threading.Event()
    watching = threading.Thread(target=Serving(console, stopping).watch, name="looking", daemon=True)
    watching.start()
    try:
        uvicorn.Server(_config(console, host, port)).run()
    finally:
        stopping.set()


def _config(console: Console, host: str, port: int) -> uvicorn.Config:
    settings: ConsoleSettings = console.settings
    return uvicorn.Config(
        build(console),
        host=host,
        port=port,
        # Believed from named proxies alone: anybody else could say to be anybody.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )
