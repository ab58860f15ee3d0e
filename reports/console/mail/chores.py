"""What reads documents may take minutes: it goes on in a thread of its own, and the browser is answered soon.

The board's turn keeps two from deciding at once. A program that stops in the midst of it loses nothing: the mails still
wait, and whoever reads next takes them up. So nothing of it is kept on the disk, unlike an order to add files
(adding/jobs.py), whose uploads nobody else has.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.errors import ConfigError, DecidedBeforeError
from reports.console.enduring import endured

# So long a browser waits for the result itself.
_PATIENCE_SECONDS = 4.0
Lines = list[str]
Work = Callable[[], Lines]
Tell = Callable[[Sequence[str]], None]
_FAILED = "没有做完：程序出错了，已记入日志；请重试，仍不行请找运维"


@dataclass(eq=False)
class Chore:
    """Something that is being done: what, by whom, since when; and once it is over, what it came to."""

    called: str
    person: str
    began: datetime
    work: Work
    finished: threading.Event = field(default_factory=threading.Event)
    lines: Lines = field(default_factory=lambda: [_FAILED])
    error: ConfigError | None = None
    _tell: Tell | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def do(self) -> None:
        """Do it, and tell whoever wants to know later."""
        try:
            self.lines = self.work()
        except ConfigError as error:
            told = error.told if isinstance(error, DecidedBeforeError) else str(error)
            self.error, self.lines = error, [f"没有成功：{told}"]
        finally:
            with self._lock:
                self.finished.set()
            if self._tell:
                self._tell(self.lines)

    def result(self) -> Lines:
        """Return what it came to; ConfigError where it could not be done."""
        if self.error:
            raise self.error
        return self.lines

    def tell_later(self, tell: Tell) -> bool:
        """Let what it comes to be told when it is over; False where it is over already."""
        with self._lock:
            if self.finished.is_set():
                return False
            self._tell = tell
            return True


class Chores:
    """What is being done just now, in the order in which it was begun."""

    def __init__(self, patience: float = _PATIENCE_SECONDS) -> None:
        self.patience = patience
        self._running: list[Chore] = []
        self._lock = threading.Lock()

    @property
    def running(self) -> Sequence[Chore]:
        """What is not over yet."""
        with self._lock:
            return tuple(self._running)

    def begin(self, chore: Chore, *, alone: bool = False) -> Chore:
        """Begin something; ConfigError where the same is being done and is to be done by one at a time."""
        with self._lock:
            if alone and (other := next((one for one in self._running if one.called == chore.called), None)):
                raise ConfigError(f"{other.person} 已经让程序{other.called}，还没有做完，不用再点")
            self._running.append(chore)
        threading.Thread(target=self._do, args=(chore,), name="chore", daemon=True).start()
        return chore

    def _do(self, chore: Chore) -> None:
        endured(chore.do, "console.chore_failed", chore=chore.called)
        with self._lock:
            self._running.remove(chore)
