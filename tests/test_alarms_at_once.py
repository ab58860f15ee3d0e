"""Several processes see the same: each alarm is raised, told and ended once, on both databases, wherever one is killed."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest

from ingest.alarms.watch import Watch
from ingest.mailboxes.poll import Poller
from store import alarms
from store.alarms import OVER, RAISED, Ending, Holding
from store.attempts import Ended
from store.database import Store, open_store
from tests.alarm_world import BOX, MONDAY, channels, mailbox, subjects, world
from tests.robots import Robots
from tests.servers import MailServer

T = TypeVar("T")
HELD = Holding("login", BOX, MONDAY, f"{BOX} 收不到信", ("一",))
ME = ("mail", "A@b.cn")
END = Ending("restored", "好了", MONDAY + timedelta(hours=1))


def at_once(work: Callable[[], T], times: int = 4) -> list[T]:
    both = Barrier(times)

    def begun(_: int) -> T:
        both.wait()
        return work()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(begun, range(times)))


@pytest.mark.parametrize("turn", range(3))
def test_of_several_who_see_it_one_raises_it_one_tells_it_and_one_ends_it(store: Store, turn: int) -> None:
    held = replace(HELD, about=f"{turn}")
    raised = [one for one in at_once(lambda: alarms.begin(store, held, MONDAY)) if one]
    assert len(raised) == 1
    told = at_once(lambda: alarms.begin_telling(store, [(raised[0].id, RAISED)], ME, "0" * 64, MONDAY))
    assert len([one for one in told if one]) == 1
    assert at_once(lambda: alarms.close(store, raised[0], END, [ME])).count(True) == 1
    over = at_once(lambda: alarms.begin_telling(store, [(raised[0].id, OVER)], ME, None, MONDAY))
    assert len([one for one in over if one]) == 1
    past = at_once(lambda: alarms.note_past(store, replace(held, about=f"past {turn}"), END, MONDAY, [ME]))
    assert len([one for one in past if one]) == 1


def test_what_is_told_together_is_begun_together_or_not_at_all(store: Store) -> None:
    one, two = (alarms.begin(store, replace(HELD, about=about), MONDAY) for about in "ab")
    assert one
    assert two
    assert alarms.begin_telling(store, [(one.id, RAISED)], ME, None, MONDAY)
    assert alarms.begin_telling(store, [(one.id, RAISED), (two.id, RAISED)], ME, None, MONDAY) is None
    assert [(row.alarm, row.state) for row in alarms.notices(store)] == [(one.id, "sending")]
    assert alarms.begin_telling(store, [(two.id, RAISED)], ("mail", "a@B.cn"), None, MONDAY)
    # That something began is told no more once it is over, and that it is over only to those for whom it was planned.
    assert alarms.close(store, two, END, [ME])
    assert alarms.begin_telling(store, [(two.id, RAISED)], ("mail", "new@b.cn"), None, MONDAY) is None
    assert alarms.begin_telling(store, [(two.id, OVER)], ("mail", "new@b.cn"), None, MONDAY) is None


def test_an_attempt_that_another_took_over_ends_nothing(store: Store) -> None:
    one = alarms.begin(store, HELD, MONDAY)
    assert one
    ids = alarms.begin_telling(store, [(one.id, RAISED)], ME, None, MONDAY)
    assert ids
    assert alarms.finish(store, ids, MONDAY, Ended("failed", "连不上", MONDAY))
    later = MONDAY + timedelta(minutes=10)
    assert alarms.begin_telling(store, [(one.id, RAISED)], ME, None, later) == ids
    assert not alarms.finish(store, ids, MONDAY, Ended("sent", "", MONDAY))
    assert [row.state for row in alarms.notices(store)] == ["sending"]


def test_what_was_over_and_begins_anew_alarms_anew(store: Store) -> None:
    first = alarms.begin(store, HELD, MONDAY)
    assert first
    assert alarms.begin(store, HELD, MONDAY + timedelta(hours=2)) is None
    assert alarms.close(store, first, END, [])
    second = alarms.begin(store, HELD, MONDAY + timedelta(hours=3))
    assert second
    assert [one.id for one in alarms.open_alarms(store)] == [second.id]
    assert alarms.note_past(store, HELD, END, MONDAY, []) is None


def test_two_workers_at_once_tell_everybody_once(database_url: str, smtp: MailServer) -> None:
    with Robots().running() as robots, world(mailbox(1) + channels(smtp.port, robots)) as at:
        store = open_store(database_url, at.desk.store.vault.folder)
        at.desk = replace(at.desk, store=store)
        Poller(at.desk, at.clock).poll_all()
        at.now += timedelta(minutes=65)
        for _ in range(2):
            at_once(lambda: Watch(at.desk, at.clock).look())
        assert subjects(smtp) == ["【征集】告警：收不到信"]
        at.desk = replace(at.desk, settings=at.desk.settings.model_copy(update={"mailboxes": ()}))
        for _ in range(2):
            at_once(lambda: Watch(at.desk, at.clock).look())
        assert subjects(smtp)[1:] == ["【征集】已了结：收不到信"]
        assert len(robots.asked) == 2
        store.close()


def test_nobody_is_told_twice_wherever_the_process_is_killed(smtp: MailServer) -> None:
    with Robots().running() as robots:
        command = [sys.executable, "-m", "tests.killed_telling", str(smtp.port), str(robots.port)]
        done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        got = Counter([*smtp.recipients, *(asked.line.split()[1].strip("/") for asked in robots.asked)])
    tried: list[dict[str, Any]] = json.loads(done.stdout)
    wrong = [(one["step"], complaint) for one in tried if (complaint := wrong_with(one, got))]
    assert wrong == []
    assert len(tried) >= 40
    unclear = [got[who] for one in tried for who, state in one["states"].items() if state == "unclear"]
    assert {0, 1} == set(unclear)


def wrong_with(one: dict[str, Any], got: Counter[str]) -> str:
    if len(one["states"]) != 2 or one["open"] != 1:
        return f"forgot somebody: {one}"
    for who, state in one["states"].items():
        if got[who] > 1:
            return f"{who} got it {got[who]} times"
        if state == "sent" and got[who] != 1:
            return f"{who} is said to have it and has not"
        if state not in {"sent", "unclear"}:
            return f"{who} is {state}"
    return ""
