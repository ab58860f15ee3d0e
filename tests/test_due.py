"""The digest by the clock: at its minute, after a night without power, with the mailbox down, and never at night."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.desk import Desk
from ingest.telling.digesting import file_of
from ingest.telling.due import is_due
from ingest.worker import Worker
from store import sent
from tests.quick import quick_desk
from tests.servers import MailServer

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 7, 20, 8, 30, tzinfo=SHANGHAI)
# Nothing answers there, and nobody may listen there: the mailbox is down.
DOWN = '[[mailboxes]]\naddress = "down@example.cn"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n'


def settings(smtp: MailServer, more: str = "") -> str:
    return (
        f"[digest]\nrecipients = ['a@b.cn', 'c@d.cn']\n{more}[digest.smtp]\nhost = '127.0.0.1'\nport = {smtp.port}\n"
        "security = 'none'\nsender = 'box@b.cn'\ntimeout_seconds = 5\n"
    )


@pytest.fixture
def desk(smtp: MailServer) -> Iterator[Desk]:
    with quick_desk(DOWN + settings(smtp)) as opened:
        yield opened


class Clock:
    """The worker's clock, which is set by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = MONDAY
        patch.setattr("ingest.worker.now", lambda: self.now)

    def at(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-07-20T08:29:59", False), ("2026-07-20T08:30:00", True), ("2026-07-20T10:00:00", True),
        ("2026-07-20T19:59:59", True), ("2026-07-20T20:00:00", False), ("2026-07-21T02:00:00", False),
        ("2026-07-25T10:00:00", False), ("2026-09-20T10:00:00", True), ("2026-09-25T10:00:00", False),
        ("2026-10-01T10:00:00", False), ("2026-10-10T10:00:00", True),
    ],
)  # fmt: skip
def test_it_is_due_from_its_minute_until_the_evening_of_working_days(moment: str, *, due: bool) -> None:
    local, at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI), MONDAY.time()
    assert is_due(local, at, SHANGHAI) is due
    assert is_due(local.astimezone(ZoneInfo("America/New_York")), at, SHANGHAI) is due


def test_a_time_that_is_set_late_holds_until_midnight() -> None:
    late = datetime(2026, 7, 20, 23, 59, tzinfo=SHANGHAI)
    assert is_due(late, late.replace(hour=22).time(), SHANGHAI)
    assert not is_due(late + timedelta(minutes=2), late.replace(hour=22).time(), SHANGHAI)


def test_a_machine_that_comes_back_at_ten_sends_todays_and_writes_its_files(
    desk: Desk, clock: Clock, smtp: MailServer
) -> None:
    worker = Worker(desk)
    clock.at("2026-07-20T08:00:00")
    worker.overdue()
    assert smtp.recipients == []
    clock.at("2026-07-20T10:00:00")
    worker.overdue()
    assert smtp.recipients == ["a@b.cn", "c@d.cn"]
    assert "2026-07-20 10:00" in file_of(desk, MONDAY.date()).read_text(encoding="utf-8")
    clock.at("2026-07-20T10:10:00")
    worker.overdue()
    worker.digest()
    assert smtp.recipients == ["a@b.cn", "c@d.cn"]


@pytest.mark.parametrize("moment", ["2026-07-20T21:00:00", "2026-07-21T03:00:00", "2026-07-25T10:00:00"])
def test_nothing_goes_at_night_and_nothing_on_days_off_and_nothing_for_a_past_day(
    desk: Desk, clock: Clock, smtp: MailServer, moment: str
) -> None:
    clock.at(moment)
    Worker(desk).overdue()
    Worker(desk).digest()
    assert smtp.recipients == []
    assert not file_of(desk, clock.now.date()).exists()


def test_what_failed_goes_later_in_the_day_as_of_the_same_moment_until_the_evening(
    desk: Desk, clock: Clock, smtp: MailServer
) -> None:
    worker = Worker(desk)
    smtp.refused.add("c@d.cn")
    worker.digest()
    for moment in ("2026-07-20T08:40:00", "2026-07-20T08:50:00"):
        clock.at(moment)
        worker.overdue()
    assert smtp.recipients == ["a@b.cn"]
    smtp.refused.clear()
    clock.at("2026-07-20T09:00:00")
    worker.overdue()
    assert smtp.recipients == ["a@b.cn", "c@d.cn"]
    assert {one.as_of for one in sent.every(desk.store)} == {MONDAY}
    assert smtp.mails[0].get_body(("plain",)).get_content() != ""  # type: ignore[attr-defined]
    assert smtp.mails[0]["Subject"] == smtp.mails[1]["Subject"]


def test_where_nobody_has_it_yet_it_tells_of_the_moment_at_which_it_goes(
    desk: Desk, clock: Clock, smtp: MailServer
) -> None:
    smtp.refused |= {"a@b.cn", "c@d.cn"}
    Worker(desk).digest()
    smtp.refused.clear()
    clock.at("2026-07-20T14:00:00")
    Worker(desk).overdue()
    assert {one.as_of for one in sent.every(desk.store)} == {clock.now}


def test_what_is_unclear_is_not_tried_again_by_the_worker(desk: Desk, clock: Clock, smtp: MailServer) -> None:
    smtp.silent.add("a@b.cn")
    worker = Worker(desk)
    worker.digest()
    smtp.silent.clear()
    for hour in (9, 12, 19):
        clock.at(f"2026-07-20T{hour:02}:00:00")
        worker.overdue()
    assert smtp.recipients == ["a@b.cn", "c@d.cn"]


def test_an_idle_day_has_a_digest_too_also_where_nobody_gets_it_by_mail(clock: Clock) -> None:
    clock.at("2026-07-20T08:30:00")
    with quick_desk("") as opened:
        Worker(opened).digest()
        assert "没有需要人工处理的事项" in file_of(opened, MONDAY.date()).read_text(encoding="utf-8")


def test_the_digest_goes_out_at_its_minute_with_the_mailbox_down_and_other_jobs_failing(
    smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the real clock and the real schedule; only that today is worked is taken for granted."""
    monkeypatch.setattr("ingest.telling.due.is_working_day", lambda _day: True)
    minute = (datetime.now(SHANGHAI) + timedelta(seconds=3)).replace(microsecond=0)
    text = DOWN + settings(smtp, f"time = {minute:%H:%M:%S}\n") + "[worker]\npoll_minutes = 0.01\n"
    with quick_desk(text) as opened:
        worker = Worker(opened)

        def failing(*_: object, **__: object) -> int:
            raise RuntimeError("on purpose")

        monkeypatch.setattr("ingest.worker.take_in", failing)
        scheduler = worker.schedule()
        scheduler.start()
        try:
            end = time.monotonic() + 30
            while len(smtp.recipients) < 2 and time.monotonic() < end:
                time.sleep(0.1)
        finally:
            scheduler.shutdown(wait=True)
        begun = [one.started_at - minute for one in sent.every(opened.store)]
    assert smtp.recipients == ["a@b.cn", "c@d.cn"]
    assert all(timedelta(0) <= late < timedelta(seconds=10) for late in begun)


def test_a_poll_at_work_gives_way_to_the_digest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, asked = Worker(desk), list[bool]()

    def take_in(_desk: Desk, *, stop: object) -> int:
        asked.append(stop())  # type: ignore[operator]
        worker.digest_waits.set()
        asked.append(stop())  # type: ignore[operator]
        return 0

    monkeypatch.setattr("ingest.worker.take_in", take_in)
    worker.look()
    assert asked == [False, True]
    # The look at the deadline is for the record: it goes on to its end.
    worker.poll()
    assert asked[2:] == [False, False]


def test_the_zone_of_the_machine_changes_nothing(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.at("2026-07-20T08:00:00")
    fires = set()
    for zone in ("America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        jobs = {job.id: job for job in Worker(desk).schedule().get_jobs()}
        fires.add(jobs["digest"].trigger.get_next_fire_time(None, clock.now))
    monkeypatch.undo()
    time.tzset()
    assert fires == {MONDAY}
