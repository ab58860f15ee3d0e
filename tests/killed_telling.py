"""Tells of an alarm and is killed at every step that makes something lasting: python -m tests.killed_telling SMTP CHAT.

Each trial has recipients of its own. After a kill the next look, an hour later, does what it would do by itself. The
answer is a line of JSON: for each step what the next look made of each recipient, and how many alarms are open.
"""

import gc
import json
import logging
import shutil
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

import ingest.alarms.telling
import ingest.alarms.watch
import store.alarms
from config.chats import ChatSettings
from ingest.alarms.watch import Watch
from ingest.desk import Desk
from store import alarms
from tests.alarm_world import MONDAY, World, channels, mailbox
from tests.killed import in_child
from tests.quick import prepare, quick_folder, reopened
from tests.steps import Steps, kill, watch_lasting, watch_lines

_TRACED = {str(module.__file__) for module in (ingest.alarms.telling, ingest.alarms.watch, store.alarms)}
# Of the lines of the modules that tell, every so many-th is tried.
_EVERY = 40
LATER = MONDAY + timedelta(hours=2)


class Trials:
    """The steps of telling one address and a group of an alarm."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.made, self.used, self.answer = folder / "made", folder / "used", folder / "answer"
        self.chat_port = ports[1]
        prepare(self.made, mailbox(1) + channels(ports[0]))
        first = reopened(self.made / "zhengji.toml")
        World(first).poll()
        first.store.close()
        self._lay_out()
        self.desk = reopened(self.used / "zhengji.toml")
        # Whatever is imported or compiled at its first use is now.
        Watch(self._desk(0), lambda: LATER).look()
        self.desk.store.close()
        gc.freeze()

    def _desk(self, number: int) -> Desk:
        digest = self.desk.settings.digest.model_copy(update={
            "recipients": (f"t{number}a@b.cn",),
            "chats": (ChatSettings.model_validate(
                {"name": f"t{number}", "url": f"json://127.0.0.1:{self.chat_port}/t{number}"}
            ),),
        })  # fmt: skip
        return replace(self.desk, settings=self.desk.settings.model_copy(update={"digest": digest}))

    def _lay_out(self) -> None:
        shutil.rmtree(self.used, ignore_errors=True)
        shutil.copytree(self.made, self.used)

    def _disturbed(self, number: int, point: tuple[str, int] | None) -> dict[str, list[str]]:
        steps = Steps(point, kill)
        watch_lasting(steps)
        watch_lines(steps, _TRACED)
        Watch(self._desk(number), lambda: LATER).look()
        sys.settrace(None)
        return steps.names

    def _later(self, number: int) -> dict[str, Any]:
        desk, now = self._desk(number), LATER + timedelta(hours=1)
        Watch(desk, lambda: now).look()
        told = alarms.notices(desk.store)
        states = {one.recipient: "unclear" if one.is_unclear(now) else one.state for one in told}
        return {"states": states, "open": len(alarms.open_alarms(desk.store))}

    def steps(self) -> dict[str, list[str]]:
        """Return the names of all steps of an undisturbed run."""
        self._lay_out()
        assert in_child(lambda: self._disturbed(1, None), self.answer) == 0
        names: dict[str, list[str]] = json.loads(self.answer.read_text(encoding="utf-8"))
        return names

    def attempt(self, number: int, point: tuple[str, int], step: str) -> dict[str, Any]:
        """Kill a run at a step, and return what the next one makes of it."""
        self._lay_out()
        self.answer.unlink(missing_ok=True)
        assert in_child(lambda: self._disturbed(number, point), self.answer) == -signal.SIGKILL
        assert in_child(lambda: self._later(number), self.answer) == 0
        return {"step": step, **json.loads(self.answer.read_text(encoding="utf-8"))}


def main() -> None:
    """Try the steps."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with quick_folder() as folder:
        trials = Trials(folder, (int(sys.argv[1]), int(sys.argv[2])))
        names = trials.steps()
        chosen = [(("lasting", at), name) for at, name in enumerate(names["lasting"], start=1)]
        chosen += [(("other", at), name) for at, name in enumerate(names["other"], start=1) if at % _EVERY == 0]
        tried = [trials.attempt(number, point, name) for number, (point, name) in enumerate(chosen, start=2)]
    sys.stdout.write(json.dumps(tried))


if __name__ == "__main__":
    main()
