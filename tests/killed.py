"""Runs polls that are killed, or find the disk full, at many steps: python -m tests.killed kill|full PART PARTS PORT.

It is a process without threads that has everything imported, and forks one child for each step; each child's store
lies in a folder of its own. After each, another child runs undisturbed, and what it leaves is compared with what a run
that was never disturbed left. The answer is one line of JSON: see `Told`.
"""

import gc
import json
import logging
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import structlog

from ingest.desk import Desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.room import cleanroom
from tests.forked_rooms import Nursery
from tests.quick import prepare, quick_folder, reopened
from tests.states import clock, differences, state
from tests.steps import Act, Steps, kill, no_room, watch

Point = tuple[str, int]
# A full disk that stays full: this many steps in a row are refused.
_STAYS = 10_000
# The mails that one folder of the sample holds, and so the most that a group of them is being written at once.
_GROUP = 2


@dataclass
class Told:
    """What came of it: the steps there are of each kind, those that all parts try together, tried here, and wrong."""

    steps: dict[str, int] = field(default_factory=dict)
    planned: int = 0
    tried: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def settings(port: int) -> str:
    """Return the settings of the one mailbox that is polled."""
    return (
        f'[[mailboxes]]\naddress = "box@example.cn"\nhost = "127.0.0.1"\nport = {port}\n'
        'security = "none"\npassword = "secret"\ntimeout_seconds = 20\n'
    )


def in_child(work: Callable[[], Any], answer: Path) -> int:
    """Do something in a forked child, whose result is written as JSON into a file; return how the child ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            answer.write_text(json.dumps(work(), default=str), encoding="utf-8")
            code = 0
        except Exception:  # noqa: BLE001 (the parent tells it)
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(desk: Desk) -> Any:
    """Poll and take in; return what the store holds, and what lies unfinished beside it."""
    Poller(desk, clock).poll_all()
    take_in(desk)
    return state(desk), [path.name for path in desk.store.vault.incoming.iterdir()]


def disturbed(desk: Desk, point: Point | None, act: Act, times: int = 1) -> dict[str, list[str]]:
    """Poll and take in with steps counted, and `act` done at one of them; return the steps."""
    steps = Steps(point, act, times=times)
    watch(steps, desk.store.vault.folder, lines=act is kill and (point is None or point[0] == "other"))
    for work in (Poller(desk, clock).poll_all, lambda: take_in(desk)):
        # What one raises, a worker logs, and its next job begins.
        with suppress(Exception):
            work()
    sys.settrace(None)
    desk.store.close()
    return steps.names


class Trials:
    """The steps of a run, tried one after another on a store that is each time laid out anew in the same place."""

    def __init__(self, folder: Path, port: int, act: Act) -> None:
        self.empty, self.used, self.answer = folder / "empty", folder / "used", folder / "answer"
        self.act, self.told = act, Told()
        prepare(self.empty, settings(port))
        self._lay_out()
        self.desk = reopened(self.used / "zhengji.toml")
        # Whatever is imported or compiled at its first use is now: the steps are the same in every child, and quick.
        run(self.desk)
        # No child may find a clean room that another one left in the middle of its answers.
        self.desk.rest()
        self.desk.store.close()
        gc.freeze()
        self.expected, leftovers = self._told_by(lambda: run(self.desk))
        assert leftovers == []
        self.names: dict[str, list[str]] = self._told_by(lambda: disturbed(self.desk, None, act))
        self.told.steps = {kind: len(names) for kind, names in self.names.items()}

    def _lay_out(self) -> None:
        shutil.rmtree(self.used, ignore_errors=True)
        shutil.copytree(self.empty, self.used)
        (self.used / "data" / "vault" / "incoming").mkdir(parents=True)

    def _told_by(self, work: Callable[[], Any]) -> Any:
        self._lay_out()
        assert in_child(work, self.answer) == 0
        return json.loads(self.answer.read_text(encoding="utf-8"))

    def points(self, others: int) -> list[Point]:
        """Return the points that are tried: all lasting steps, and so many of the others, evenly spread."""
        there = len(self.names["other"])
        spread = sorted({1 + number * (there - 1) // max(others - 1, 1) for number in range(others)})
        lasting = [("lasting", number) for number in range(1, len(self.names["lasting"]) + 1)]
        return [*lasting, *(("other", number) for number in spread)]

    def attempt(self, point: Point, times: int = 1) -> None:
        """Disturb a run at a point; afterwards an undisturbed one must end as if nothing had been."""
        self._lay_out()
        name = f"{point[0]} {point[1]}: {self.names[point[0]][point[1] - 1]} x{times}"
        ended = in_child(lambda: disturbed(self.desk, point, self.act, times), self.answer)
        self.told.tried.append(name)
        if ended != (-signal.SIGKILL if self.act is kill else 0):
            self.told.wrong.append(f"{name}: the disturbed run ended with {ended}")
        elif in_child(lambda: run(self.desk), self.answer) != 0:
            self.told.wrong.append(f"{name}: the next run failed")
        else:
            self._compare(name)

    def _compare(self, name: str) -> None:
        after, leftovers = json.loads(self.answer.read_text(encoding="utf-8"))
        if differ := differences(self.expected, after):
            self.told.wrong.append(f"{name}: {differ}"[:2000])
        # What a killed process was writing stays behind under temporary names, and is swept up a day later.
        if len(leftovers) > (_GROUP if self.act is kill else 0):
            self.told.wrong.append(f"{name}: left {leftovers}")


def main() -> None:
    """Try a share of the steps."""
    what, part, parts, port = sys.argv[1], *map(int, sys.argv[2:5])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Each trial opens mail in a clean room of its own, of which hundreds are started.
    setattr(cleanroom, "_started", Nursery().start)  # noqa: B010 (typed as a Popen, of which it is what is used)
    with quick_folder() as folder:
        trials = Trials(folder, port, kill if what == "kill" else no_room)
        points = [(point, 1) for point in trials.points(135 if what == "kill" else 40)]
        if what == "full":
            points += [(point, _STAYS) for point in trials.points(10)[::2]]
        trials.told.planned = len(points)
        for point, times in points[part::parts]:
            trials.attempt(point, times)
    sys.stdout.write(json.dumps(asdict(trials.told)))


if __name__ == "__main__":
    main()
