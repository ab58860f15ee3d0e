"""What the console endures: a database that goes away after a decision, threads that fail, clocks, and many looks."""

import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC
from typing import Any

import pytest

from config.errors import ConfigError
from ingest.console.serving import Serving, _settle
from reports.console.adding.jobs import DONE, MAIL, Order, new_id
from reports.console.mail.chores import Chore, Chores
from reports.console.notices import Notices
from store import activity, decisions
from store.errors import AwayError
from tests.consoles import Running, csrf_of, sample_console
from tests.desks import AFTER


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


def wrong() -> None:
    raise KeyError("x")


def away(*_: Any, **__: Any) -> Any:
    raise AwayError("gone")


def extended(running: Running, day: str) -> Any:
    client = running.as_role("editor")
    fields = {"csrf": csrf_of(client), "day": day, "note": "电话同意", "back": "/"}
    return client.post("/provinces/河南/extend", data=fields)


def test_a_look_that_fails_after_a_decision_does_not_hide_it(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    board, before = running.console.board, running.console.board.seen
    for failing in (away, wrong):
        with monkeypatch.context() as patched:
            patched.setattr(type(board), "look", lambda _self, fail=failing: fail())
            day = "8月21日" if failing is away else "8月22日"
            with suppress(ConfigError), board.deciding():
                pass
            assert board.seen is before
            assert extended(running, day).status_code in (303, 422)
    assert any(
        row.subject.endswith("河南") or row.value.get("province") == "河南"
        for row in decisions.every(running.desk.store)
    )
    assert board.look().number > before.number


def test_a_log_that_cannot_be_written_does_not_say_that_nothing_was_done(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = running.as_role("editor")
    fields = {"csrf": csrf_of(client), "name": "催哪些", "query": "province=浙江", "back": "/queries"}
    with monkeypatch.context() as patched:
        patched.setattr(activity, "note", away)
        answer = client.post("/queries/save", data=fields)
    assert answer.status_code == 303
    page = client.get("/queries").text
    assert "已保存“催哪些”" in page
    assert "这一步已经完成，但没能写进操作记录" in page


def test_the_thread_that_looks_outlives_every_error(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, stopping = [], threading.Event()

    def failing(_self: Any) -> None:
        looked.append(1)
        if len(looked) == 3:
            stopping.set()
        raise KeyError("x")

    monkeypatch.setattr(type(running.console.board), "look", failing)
    monkeypatch.setattr(running.console.pictures, "rest", away)
    object.__setattr__(running.console.settings, "refresh_seconds", 0)
    Serving(running.console, stopping).watch()
    assert len(looked) == 3


def test_a_chore_that_fails_is_over_and_frees_its_name() -> None:
    chores = Chores()
    for _ in range(2):
        chore = chores.begin(Chore("重读来信", "甲", AFTER, away), alone=True)
        assert chore.finished.wait(30)
        assert "没有做完" in chore.result()[0]
        end = threading.Event()
        while chores.running and not end.wait(0.01):
            pass


def join(order: Order) -> None:
    for thread in threading.enumerate():
        if thread.name == f"order {order.id}":
            thread.join(60)


def test_an_order_whose_end_could_not_be_said_is_taken_up_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = running.console.jobs
    order = Order(new_id(), MAIL, "李编", "127.0.0.1", AFTER.isoformat(), "", {}, [], [])
    with monkeypatch.context() as patched:
        patched.setattr(activity, "note", away)
        jobs.accept(order)
        join(order)
    broken = jobs.find(order.id)
    assert broken is not None
    assert not broken.is_over
    jobs.mind()
    join(order)
    ended = jobs.find(order.id)
    assert ended is not None
    assert (ended.state, ended.attempts) == (DONE, 2)


def test_notices_of_sessions_that_never_come_back_are_few() -> None:
    notices = Notices()
    for session in range(2_000):
        notices.add(session, ["x"] * 1_000)
    assert sum(len(notices.take(session)) for session in range(2_000)) <= 500 * 200
    assert notices.take(1_999) == []


def test_a_look_is_let_go_of_once_another_was_taken(running: Running) -> None:
    """By counting alone: what is left in rings is never collected, since the collector is told to leave it."""
    board, client = running.console.board, running.as_role("admin")
    # Whatever is kept once for all looks is there from now on.
    pages: tuple[str, ...] = (
        "/",
        "/provinces",
        "/provinces/浙江",
        "/inbox",
        "/findings",
        "/search?q=江苏",
        "/queries?show=1",
        "/todo",
    )
    pages = (*pages, *(f"/cases/{key}" for key in list(board.seen.cases)[:2]), "/activity", "/decisions")
    board.look()
    old = []
    gc.collect()
    gc.disable()
    try:
        for number in range(4):
            assert extended(running, f"8月{23 + number}日").status_code in (303, 422)
            for page in pages:
                assert client.get(page).status_code == 200
            old.append(weakref.ref(board.seen))
            board.look()
    finally:
        gc.enable()
    kept = [one for one in old if one() is not None]
    # The last one may still be in hands.
    assert len(kept) <= 1
    _settle()
    gc.unfreeze()


def test_a_clock_that_goes_back_breaks_no_page_and_over_the_deadline_the_picture_closes(running: Running) -> None:
    client, board = running.as_role("admin"), running.console.board
    before = running.clock.moment
    try:
        running.clock.moment = before.replace(month=8, day=1).astimezone(UTC)
        board.look()
        assert client.get("/").status_code == 200
        open_page = client.get("/provinces/河南").text
        running.clock.moment = before
        board.look()
        for page in ("/", "/provinces", "/inbox", "/findings?since=2027-01-01", "/me", "/activity"):
            assert client.get(page).status_code == 200
        assert client.get("/provinces/河南").text != open_page
    finally:
        running.clock.moment = before
