"""Runs the tracker and kills it with SIGKILL at every step that makes anything lasting, then runs it undisturbed.

python -m tests.tracking_killed FOLDER MOMENT: FOLDER/desk is copied for each step. The answer is one line of JSON: how
many steps there were, what an undisturbed run leaves, and what each killed one left otherwise once it had run again.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, event

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.telling import tracking
from store import snapshots
from store.database import open_store
from tests.killed_at import Steps

CAMPAIGN = "2026-haofuwu"


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    folder, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    whole = copied(folder, "whole")
    known = open_desk(load_settings(folder / "desk" / "zhengji.toml", {}))
    known.close()
    steps = in_child(lambda: tracked(known, whole, now, 0))[0]
    wanted = state_of(known, whole)
    told: dict[str, Any] = {"steps": steps, "wanted": wanted, "wrong": {}, "survived": []}
    for step in range(1, steps + 1):
        own = copied(folder, "killed")
        if in_child(lambda own=own, step=step: tracked(known, own, now, step))[1] == 0:
            told["survived"].append(step)
        in_child(lambda own=own: tracked(known, own, now, 0))
        if (left := state_of(known, own)) != wanted:
            told["wrong"][step] = left
    sys.stdout.write(json.dumps(told))


def in_child(act: Callable[[], int]) -> tuple[int, int]:
    """Run something in a process of its own; return its number (at most 255) and by which signal it was killed."""
    if pid := os.fork():
        _, status = os.waitpid(pid, 0)
        return (os.waitstatus_to_exitcode(status), 0) if os.WIFEXITED(status) else (0, os.WTERMSIG(status))
    os._exit(act())


def desk_in(known: Desk, folder: Path) -> Desk:
    """Return the desk of a folder, with the campaign that was read and proved once."""
    settings = load_settings(folder / "zhengji.toml", {})
    return replace(known, settings=settings, store=open_store(settings.database_url, settings.at(settings.vault.path)))


def before(steps: Steps, act: Callable[..., Any]) -> Callable[..., Any]:
    """Return an act that may find the process killed; what it leaves is what the next one finds."""

    def stepped(*arguments: Any, **options: Any) -> Any:
        steps.step()
        return act(*arguments, **options)

    return stepped


def tracked(known: Desk, folder: Path, now: datetime, last: int) -> int:
    desk = desk_in(known, folder)
    steps = Steps(last)
    os.fsync = before(steps, os.fsync)
    Path.replace = before(steps, Path.replace)  # type: ignore[method-assign]
    event.listen(Engine, "commit", lambda _connection: steps.step())
    tracking.track(desk, now)
    return steps.count


def copied(folder: Path, name: str) -> Path:
    shutil.rmtree(folder / name, ignore_errors=True)
    return Path(shutil.copytree(folder / "desk", folder / name))


def state_of(known: Desk, folder: Path) -> list[Any]:
    """Return what a run left: rows without their clocks, and the written files by their hashes."""
    opened = desk_in(known, folder)
    kept = [[one.moment.isoformat(), one.sha256, one.numbers] for one in snapshots.every(opened.store, CAMPAIGN)]
    made = [[one.day.isoformat(), one.sha256] for one in tracking.noted.every(opened.store, CAMPAIGN)]
    files = sorted(path for path in (folder / "data" / "digests").rglob("*.*") if path.is_file())
    written = [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in files]
    # A file that was being written beside stays where the machine stopped; nobody reads it.
    written = [one for one in written if not one[0].endswith(".part")]
    faults = [fault for one in tracking.every_snapshot(opened) for fault in tracking.faults_of(opened, one)]
    opened.close()
    return [kept, made, written, faults]


if __name__ == "__main__":
    main()
