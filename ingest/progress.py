"""Shows that long work goes on: a bar on a terminal, plain lines otherwise; always on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

# Seconds between two plain lines.
_EVERY = 5.0


@dataclass
class Told:
    """A piece of long work: `at(done, all)` says how far it is (all is None where that is not known)."""

    label: str
    bar: Progress | None = None
    task: TaskID | None = None
    last: float = field(default_factory=time.monotonic)

    def at(self, done: int, total: int | None = None) -> None:
        """Say how far the work is."""
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=done, total=total)
        elif time.monotonic() - self.last >= _EVERY:
            self.last = time.monotonic()
            sys.stderr.write(f"{self.label}：{done}{f' / {total}' if total else ''}\n")
            sys.stderr.flush()


@contextmanager
def progress(label: str) -> Iterator[Told]:
    """Give a piece of work to tell about; the bar goes away when it ends."""
    if not sys.stderr.isatty():
        yield Told(label)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Told(label, bar, bar.add_task(label, total=None))
