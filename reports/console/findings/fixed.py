"""Finds what was settled since a moment, and by what; only on demand, for the campaign is drawn a second time.

What was found is good until something else is seen, and where it took long, for ten times as long as it took.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from weakref import WeakKeyDictionary

from reports.changes import changes
from reports.console.board import Board, Seen
from reports.console.findings.index import Index
from reports.finding import Finding
from store import decisions
from store.database import Store

_REST = 10
# So many moments are remembered of a console.
_MOST = 4


@dataclass(frozen=True)
class Fixed:
    """What was settled between two moments: the findings, and by what, by their ids."""

    since: datetime
    seen: Seen
    index: Index
    how: Mapping[str, str]
    good_until: float

    def is_good(self, seen: Seen) -> bool:
        """Tell whether it need not be looked at again."""
        return self.seen is seen or time.monotonic() < self.good_until


_kept: WeakKeyDictionary[Board, dict[datetime, Fixed]] = WeakKeyDictionary()
_turn = threading.Lock()


def fixed_since(board: Board, store: Store, seen: Seen, since: datetime) -> Fixed:
    """Return what was settled since a moment, of a console's campaign."""
    with _turn:
        known = _kept.setdefault(board, {})
        if since not in known or not known[since].is_good(seen):
            known.pop(since, None)
            known[since] = _looked_at(board, store, seen, since)
            while len(known) > _MOST:
                del known[next(iter(known))]
        return known[since]


def _looked_at(board: Board, store: Store, seen: Seen, since: datetime) -> Fixed:
    began = time.monotonic()
    settled = changes(board.back(since), seen.assessment, decisions.every(store)).settled
    findings: dict[str, list[Finding]] = {}
    for one in settled:
        findings.setdefault(one.finding.province or "", []).append(replace(one.finding, status="fixed"))
    took = time.monotonic() - began
    how = {one.finding.id: one.how for one in settled}
    return Fixed(since, seen, Index.of(findings, seen.provinces), how, began + took * (_REST + 1))
