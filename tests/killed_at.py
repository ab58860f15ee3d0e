"""Runs one poll and kills it with SIGKILL at the N-th step that matters: python -m tests.killed_at CONFIG N.

Steps are the calls by which anything becomes lasting: fsync, rename, and each database commit, before and after it.
With N = 0 it is not killed, and prints how many steps there were.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from config.settings import load_settings
from ingest.desk import open_desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller


class Steps:
    """Counts steps and kills the process at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **options: Any) -> Any:
            self.step()
            result = function(*arguments, **options)
            self.step()
            return result

        return stepped


def main() -> None:
    steps = Steps(int(sys.argv[2]))
    os.fsync = steps.around(os.fsync)
    Path.replace = steps.around(Path.replace)  # type: ignore[method-assign]
    event.listen(Engine, "commit", lambda _connection: steps.step())
    event.listen(Engine, "begin", lambda _connection: steps.step())
    desk = open_desk(load_settings(Path(sys.argv[1]), {}))
    Poller(desk, lambda: datetime.now(UTC)).poll_all()
    take_in(desk)
    sys.stdout.write(str(steps.count))


if __name__ == "__main__":
    main()
