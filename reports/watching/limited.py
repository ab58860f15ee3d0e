"""How is something asked that may never answer? In a thread of its own, one at a time, for so long and no longer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Limited(Generic[_T]):
    """A question with a time limit (seconds): as long as one hangs, no other is asked, so that no threads pile up."""

    def __init__(self, ask: Callable[[], _T], seconds: float) -> None:
        self._ask = ask
        self.seconds = seconds
        self._turn = threading.Lock()
        self._asked: Future[_T] | None = None

    def begin(self) -> "Future[_T]":
        """Return the answer to come: of the question that is being asked just now, else of a new one."""
        with self._turn:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._answer, args=(self._asked,), name="monitoring", daemon=True).start()
            return self._asked

    def answer(self) -> _T:
        """Return the answer; TimeoutError where it takes too long, and whatever the question raises."""
        return self.begin().result(self.seconds)

    def _answer(self, asked: "Future[_T]") -> None:
        try:
            asked.set_result(self._ask())
        except Exception as error:  # noqa: BLE001 (it is raised where it is waited for)
            asked.set_exception(error)
