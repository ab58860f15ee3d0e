"""The watch: compares what is known with the alarms that are open, notes what changed, and has it told.

It holds no lock of the worker's: it looks also while a poll hangs on a silent server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from ingest.alarms.knowing import known_now
from ingest.alarms.telling import Told, targets, tell, tell_unnoted
from ingest.desk import Desk
from ingest.intake import DISK_FULL
from ingest.telling.targets import Clock, keys
from reports.alarms.comparing import compare
from reports.alarms.known import FULL
from reports.wording import masked
from store import alarms
from store.alarms import Alarm
from store.personal import closing

log = structlog.get_logger()

_NO_ROOM_TO_NOTE = "磁盘已满，连记录也写不进去，已停止收信"


@dataclass(frozen=True)
class Checked:
    """What a look came to: what began, what is over, and what became of telling it."""

    begun: tuple[Alarm, ...]
    ended: tuple[Alarm, ...]
    told: tuple[Told, ...]


@dataclass
class Watch:
    """A watch at a desk; `since` is when the worker began (None: somebody looks once)."""

    desk: Desk
    clock: Clock
    since: datetime | None = None
    # A disk so full that nothing can be noted is told once by each process, until something can be noted again.
    unnoted: bool = field(default=False, init=False)

    def look(self) -> Checked:
        """Look once, note what changed, and tell what is to be told.

        Where the personal data was removed, nothing is taken in or sent any more, and nobody is alarmed by that.
        """
        if closing.find(self.desk.store):
            return Checked((), (), ())
        try:
            begun, ended = self._note()
            told = tell(self.desk, self.clock)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            return Checked((), (), self._tell_unnoted())
        self.unnoted = False
        return Checked(begun, ended, told)

    def _note(self) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...]]:
        store, now = self.desk.store, self.clock()
        known_open = alarms.open_alarms(store)
        change = compare(known_now(self.desk, now, known_open, self.since), known_open)
        whom = keys(targets(self.desk))
        begun = [one for holding in change.begun if (one := alarms.begin(store, holding, now))]
        past = [one for holding, ending in change.past if (one := alarms.note_past(store, holding, ending, now, whom))]
        ended = [one for one, ending in change.ended if alarms.close(store, one, ending, whom)]
        _log(begun, [*(ending.sentence for one, ending in change.ended if one in ended), *(one.over for one in past)])
        return tuple(begun), (*ended, *past)

    def _tell_unnoted(self) -> tuple[Told, ...]:
        if self.unnoted:
            return ()
        self.unnoted = True
        now = self.clock()
        log.error("alarm.unnoted", alert=_NO_ROOM_TO_NOTE)
        return tell_unnoted(self.desk, Alarm(0, FULL, "", now, now, _NO_ROOM_TO_NOTE), now)


def _log(begun: Sequence[Alarm], over: Sequence[str]) -> None:
    """Leave a line for each that began or ended: whoever has no mail server still finds it."""
    for one in begun:
        log.error("alarm.begun", kind=one.kind, alert=masked(one.sentence))
    for sentence in over:
        log.warning("alarm.over", alert=masked(sentence))
