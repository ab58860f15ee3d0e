"""Sends a digest and is killed at every step of it: python -m tests.killed_sending SMTP CHAT PART PARTS N.

All steps that make something lasting are tried, and N of the others, evenly spread. Each trial has recipients of its
own, so that whoever runs the servers can count what each of them got. After a kill the next run, an hour later, does
what it would do by itself, and a day later the next digest is asked what it says. The answer is a line of JSON: a list
of `Tried`.
"""

import gc
import json
import logging
import shutil
import signal
import smtplib
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

import ingest.telling.chat
import ingest.telling.outbox
import ingest.telling.sending
import store.contents.blobs
import store.sent
from config.chats import ChatSettings
from ingest.desk import Desk
from ingest.telling.digesting import Edition, make_edition, notes
from ingest.telling.sending import send_edition
from tests.killed import in_child
from tests.quick import prepare, quick_folder, reopened
from tests.sample import day
from tests.steps import Steps, kill, watch_lasting, watch_lines, watch_others

MORNING = day("07-20T08:30:00")
_TRACED = {
    str(module.__file__)
    for module in (
        ingest.telling.outbox,
        ingest.telling.sending,
        ingest.telling.chat,
        store.sent,
        store.contents.blobs,
        smtplib,
    )
}
Point = tuple[str, int]


@dataclass(frozen=True)
class Tried:
    """A step at which the process was killed: what the next run made of each recipient, and what is told a day later.

    `states` are those of the run after the kill, by recipient; `told` are the notes of the next day's digest.
    """

    number: int
    step: str
    ended: int
    states: dict[str, str]
    told: list[str]


def settings(smtp_port: int) -> str:
    """Return the settings of the one server."""
    return f'[digest.smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "none"\nsender = "box@b.cn"\n'


class Trials:
    """The steps of sending one digest to two addresses and a group."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.empty, self.used, self.answer = folder / "empty", folder / "used", folder / "answer"
        self.chat_port = ports[1]
        prepare(self.empty, settings(ports[0]))
        self._lay_out()
        self.desk = reopened(self.used / "zhengji.toml")
        self.edition: Edition = make_edition(self.desk, MORNING)
        # Whatever is imported or compiled at its first use is now.
        send_edition(self._desk(0), self.edition, lambda: MORNING)
        notes(self.desk, MORNING)
        self.desk.store.close()
        gc.freeze()

    def _desk(self, number: int) -> Desk:
        digest = self.desk.settings.digest.model_copy(update={
            "recipients": (f"t{number}a@b.cn", f"t{number}b@b.cn"),
            "chats": (ChatSettings.model_validate(
                {"name": f"t{number}", "url": f"json://127.0.0.1:{self.chat_port}/t{number}"}
            ),),
        })  # fmt: skip
        return replace(self.desk, settings=self.desk.settings.model_copy(update={"digest": digest}))

    def _lay_out(self) -> None:
        shutil.rmtree(self.used, ignore_errors=True)
        shutil.copytree(self.empty, self.used)
        (self.used / "data" / "vault" / "incoming").mkdir(parents=True)

    def _in_child(self, work: Callable[[], Any]) -> int:
        self.answer.unlink(missing_ok=True)
        return in_child(work, self.answer)

    def _disturbed(self, number: int, point: Point | None) -> dict[str, list[str]]:
        steps = Steps(point, kill)
        watch_lasting(steps)
        watch_others(steps, self.used)
        watch_lines(steps, _TRACED)
        send_edition(self._desk(number), self.edition, lambda: MORNING)
        sys.settrace(None)
        return steps.names

    def _later(self, number: int) -> tuple[dict[str, str], list[str]]:
        later = MORNING + timedelta(hours=1)
        desk = self._desk(number)
        states = {one.target.recipient: one.state for one in send_edition(desk, self.edition, lambda: later)}
        return states, list(notes(desk, MORNING + timedelta(days=1)))

    def steps(self) -> dict[str, list[str]]:
        """Return the names of all steps of an undisturbed run."""
        self._lay_out()
        assert self._in_child(lambda: self._disturbed(1, None)) == 0
        names: dict[str, list[str]] = json.loads(self.answer.read_text(encoding="utf-8"))
        return names

    def attempt(self, number: int, point: Point, step: str) -> Tried:
        """Kill a run at a step, and return what the next one makes of it."""
        self._lay_out()
        ended = self._in_child(lambda: self._disturbed(number, point))
        assert self._in_child(lambda: self._later(number)) == 0
        states, told = json.loads(self.answer.read_text(encoding="utf-8"))
        return Tried(number, step, ended, states, told)


def main() -> None:
    """Try a share of the steps."""
    smtp_port, chat_port, part, parts, others = map(int, sys.argv[1:6])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with quick_folder() as folder:
        trials = Trials(folder, (smtp_port, chat_port))
        names = trials.steps()
        chosen = [(("lasting", at), name) for at, name in enumerate(names["lasting"], start=1)]
        step = max(len(names["other"]) // others, 1)
        chosen += [(("other", at), name) for at, name in enumerate(names["other"], start=1) if at % step == 0]
        tried = [
            asdict(trials.attempt(number, point, name))
            for number, (point, name) in enumerate(chosen, start=2)
            if number % parts == part
        ]
    assert all(one["ended"] == -signal.SIGKILL for one in tried)
    sys.stdout.write(json.dumps(tried))


if __name__ == "__main__":
    main()
