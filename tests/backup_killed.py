"""Backs up or restores, and is killed at steps that make anything lasting: python -m tests.backup_killed backup|restore.

Standard input is a JSON list of places, each {url, vault, folder}. In the first one nothing is killed, and the steps
are counted: fsync, rename, and each begin and commit of a database, before and after. In each of the others a child is
killed at another of them. The answer is one JSON list: the number of steps, and then the step at which each was killed.
"""

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.contents import syncing
from tests.backups import backed_up, opened, restored
from tests.steps import Steps, kill, watch_lasting


def work(what: str, place: dict[str, str], last: int, answer: Path) -> None:
    """Do it once, killed or not, and write down how many steps there were."""
    url, vault, folder = place["url"], Path(place["vault"]), Path(place["folder"])
    steps = Steps(("lasting", last), kill)
    # One call for all files would be one step: they are synced one by one here.
    setattr(syncing, "_syncfs", lambda: None)  # noqa: B010 (typed as a cached function)
    if what == "backup":
        with opened(url, vault) as store:
            watch_lasting(steps)
            backed_up(store, folder)
    else:
        watch_lasting(steps)
        with restored(folder, url, vault):
            pass
    answer.write_text(str(len(steps.names["lasting"])), encoding="ascii")


def in_child(work: Callable[[], Any]) -> int:
    """Do something in a forked child; return how it ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Count the steps, and be killed at some of them, drawn with a seed that is always the same."""
    what, (first, *others) = sys.argv[1], json.load(sys.stdin)
    answer = Path(first["vault"]).parent / f"steps-{what}"
    assert in_child(lambda: work(what, first, 0, answer)) == 0
    steps = int(answer.read_text(encoding="ascii"))
    points = [1, steps, *random.Random(2026).sample(range(2, steps), len(others) - 2)]
    for place, last in zip(others, points, strict=True):
        ended = in_child(lambda place=place, last=last: work(what, place, last, answer))  # type: ignore[misc]
        assert ended == -signal.SIGKILL, (last, ended)
    json.dump([steps, *points], sys.stdout)


if __name__ == "__main__":
    main()
