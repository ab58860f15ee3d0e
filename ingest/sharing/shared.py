"""Waits for the workers, where reading is theirs: whoever let mails wait to be read wants to tell what came of it.

A person at a page or a command waits for what she did, and not long; whoever started something large sees it done, and
may leave: it goes on. Where no worker is there, nobody waits, and it is said.
"""

import time
from collections.abc import Callable

import structlog

from ingest.desk import Desk
from store import cases, jobs, mail

log = structlog.get_logger()
Tell = Callable[[int, int], None]
# So long somebody at a page waits for what she did (seconds), and so often is it looked.
PATIENCE = 20.0
_PAUSE = 0.2


def wait(desk: Desk, tell: Tell | None = None, stop: Callable[[], bool] = lambda: False) -> int:
    """Wait until what is urgent is read and filed; where `tell` is given, until everything is. Returns how much was."""
    began, most = time.monotonic(), 0
    done = 0
    while (left := _left(desk, everything=tell is not None)) and not stop() and are_there(desk):
        most = max(most, left)
        done = most - left
        if tell is not None:
            tell(done, most)
        elif time.monotonic() - began > PATIENCE:
            break
        time.sleep(_PAUSE)
    if left:
        log.warning("shared.left_to_workers", waiting=left)
    return most - left


def are_there(desk: Desk) -> bool:
    """Tell whether any worker is there."""
    with desk.store.reading() as session:
        return jobs.workers(session, desk.settings.worker.stalled_seconds) > 0


def left_said(desk: Desk) -> str:
    """Return in words what is left to the workers, or nothing."""
    left = _left(desk, everything=True)
    if not left:
        return ""
    if are_there(desk):
        return f"还有 {left} 件在排队，由各台机器上的 zhengji worker 处理（zhengji jobs 可看进度）"
    return f"还有 {left} 件在排队，但没有正在运行的 zhengji worker，请启动 zhengji worker --role read"


def _left(desk: Desk, *, everything: bool) -> int:
    """Return how many mails are still to be read, and provinces to be filed."""
    unfiled = len(cases.unfiled_provinces(desk.store))
    if everything:
        return len(mail.waiting(desk.store)) + unfiled
    with desk.store.reading() as session:
        return len(jobs.urgent(session)) + unfiled
