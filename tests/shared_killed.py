"""Reads mail over an object store and is killed at the N-th step: python -m tests.shared_killed CONFIG N.

Steps are requests to the object store and commits, before and after each. With N = 0 it is not killed, and prints how
many steps there were.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Engine, event

from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from store.contents.objects import Objects
from tests.quick import reopened
from tests.states import clock


class Steps:
    """Counts steps, of several threads too, and kills the process at one of them."""

    def __init__(self, last: int) -> None:
        self.last, self.count, self.lock = last, 0, Lock()

    def step(self) -> None:
        """Take a step."""
        with self.lock:
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that takes a step before it does something, and one after it."""

        def stepped(*arguments: Any) -> Any:
            self.step()
            result = function(*arguments)
            self.step()
            return result

        return stepped


def main() -> None:
    """Poll and take in once."""
    steps = Steps(int(sys.argv[2]))
    desk = reopened(Path(sys.argv[1]))
    for name in ("size", "put", "get"):
        setattr(Objects, name, steps.around(getattr(Objects, name)))
    event.listen(Engine, "commit", lambda _connection: steps.step())
    event.listen(Engine, "begin", lambda _connection: steps.step())
    Poller(desk, clock).poll_all()
    take_in(desk)
    desk.close()
    sys.stdout.write(f"\n{steps.count}\n")


if __name__ == "__main__":
    main()
