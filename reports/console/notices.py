"""What was done and is told once, on the next page of a session; of sessions that never come back little is kept."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

# So many sessions are remembered, the ones told last, and of each so many lines.
_SESSIONS, _LINES = 500, 200


class Notices:
    """The lines that sessions have not seen yet."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, list[str]] = OrderedDict()
        self._turn = threading.Lock()

    def add(self, session: int, lines: Sequence[str]) -> None:
        """Keep lines for the next page of a session."""
        with self._turn:
            self._kept[session] = [*self._kept.pop(session, []), *lines][-_LINES:]
            while len(self._kept) > _SESSIONS:
                self._kept.popitem(last=False)

    def take(self, session: int) -> list[str]:
        """Return the lines of a session, once."""
        with self._turn:
            return self._kept.pop(session, [])
