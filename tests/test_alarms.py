"""What is alarming and when it is over, as pure functions of what is known; and how it is said."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.alarms import AlarmSettings
from reports.alarms.comparing import Change, compare
from reports.alarms.known import Box, DigestDay, Known, Mail, Unsent
from reports.alarms.message import compose, compose_test
from reports.alarms.words import ENDINGS, WORDS
from reports.digest.chat import LONGEST
from reports.mail_side import LinkView
from store.alarms import Alarm
from store.contents.floor import Disk
from store.polls import Course
from store.safekeeping.latest import Latest
from tests.alarm_world import BOX, MONDAY, SHANGHAI
from tests.test_architecture import ROOT

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
GB = 10**9
KNOWN = Known(MONDAY, SHANGHAI, AlarmSettings())


def course(outcome: str = "ok", *, good: datetime | None = MONDAY, steady: bool = True, **more: object) -> Course:
    first = Course(BOX, outcome, "原因", MONDAY - DAY, MONDAY, good, None, None, steady and outcome == "ok")
    return replace(first, **more)  # type: ignore[arg-type]


def boxed(one: Course | None, **more: object) -> Known:
    return replace(KNOWN, boxes=(Box(BOX, one),), **more)  # type: ignore[arg-type]


def kinds(known: Known, *alarms: Alarm) -> list[str]:
    return [one.kind for one in compare(known, alarms).begun]


def opened(known: Known) -> tuple[Alarm, ...]:
    """Return the alarms of what holds, as they are kept."""
    return tuple(
        Alarm(number, one.kind, one.about, one.begun, known.now, one.sentence, one.lines)
        for number, one in enumerate(compare(known, ()).begun, start=1)
    )


def ended(known: Known, *alarms: Alarm) -> list[str]:
    return [ending.word for _, ending in compare(known, alarms).ended]


def test_nothing_known_alarms_nobody() -> None:
    assert compare(KNOWN, ()) == Change((), (), ())


@pytest.mark.parametrize(
    ("one", "minutes", "expected"),
    [
        (course(), 59, []),
        (course(), 60, ["silent"]),
        (course("unreachable"), 59, []),
        (course("unreachable"), 60, ["silent"]),
        (course("refused"), 0, ["login"]),
        (course("refused"), 600, ["login"]),
        (course("full"), 0, ["disk_full"]),
        (course("full"), 600, ["disk_full"]),
        (course("unreachable", good=None), -24 * 60, []),
        (course("unreachable", good=None), 0, ["silent"]),
        (None, 6000, []),
    ],
)
def test_a_mailbox_alarms_when_its_time_is_up(one: Course | None, minutes: int, expected: list[str]) -> None:
    assert kinds(boxed(one, now=MONDAY + minutes * MINUTE)) == expected


def test_a_mailbox_that_was_never_looked_into_alarms_an_hour_after_the_worker_began() -> None:
    known = boxed(None, watching=MONDAY)
    assert kinds(replace(known, now=MONDAY + 59 * MINUTE)) == []
    assert kinds(replace(known, now=MONDAY + 60 * MINUTE)) == ["silent"]


@pytest.mark.parametrize("outcome", ["refused", "unreachable"])
def test_a_mailbox_is_well_again_after_two_good_looks_or_when_it_is_no_more(outcome: str) -> None:
    known = boxed(course(outcome), now=MONDAY + 2 * HOUR)
    alarms = opened(known)
    once = boxed(course(good=known.now, steady=False), now=known.now)
    assert ended(once, *alarms) == []
    assert kinds(once, *alarms) == []
    assert ended(boxed(course(good=known.now), now=known.now), *alarms) == ["restored"]
    assert ended(replace(known, boxes=()), *alarms) == ["done"]


@pytest.mark.parametrize("first", ["unreachable", "refused"])
def test_a_trouble_that_changes_its_face_ends_no_alarm(first: str) -> None:
    alarms = opened(boxed(course(first), now=MONDAY + 2 * HOUR))
    for outcome in ("unreachable", "refused", "full"):
        later = boxed(course(outcome), now=MONDAY + 3 * HOUR)
        assert [one.kind for one, _ in compare(later, alarms).ended] == []


def test_a_good_look_noted_by_a_clock_that_was_ahead_hides_nothing() -> None:
    ahead = course("unreachable", good=MONDAY + DAY, failing_since=MONDAY)
    assert kinds(boxed(ahead, now=MONDAY + 59 * MINUTE)) == []
    assert kinds(boxed(ahead, now=MONDAY + 61 * MINUTE)) == ["silent"]


def test_rare_polls_are_no_silence_until_one_is_missing() -> None:
    known = boxed(course(), poll_minutes=120)
    assert kinds(replace(known, now=MONDAY + 179 * MINUTE)) == []
    assert kinds(replace(known, now=MONDAY + 180 * MINUTE)) == ["silent"]


def disk(free: float, **more: object) -> Known:
    return replace(KNOWN, disks=(Disk("文件库", int(free * GB), 100 * GB),), **more)  # type: ignore[arg-type]


def test_a_disk_is_told_before_intake_stops_when_it_stops_and_when_there_is_clearly_room() -> None:
    assert kinds(disk(10)) == []
    low = opened(disk(9.99))
    assert [one.kind for one in low] == ["disk_low"]
    assert (kinds(disk(10.5), *low), ended(disk(10.5), *low)) == ([], [])
    assert ended(disk(11), *low) == ["restored"]
    full = compare(disk(1.9), low).begun
    assert [one.kind for one in full] == ["disk_full"]
    both = (*low, replace(opened(disk(1.9))[0], id=9))
    assert ended(disk(2.1), *both) == []
    assert [one.kind for one, _ in compare(disk(2.3), both).ended] == ["disk_full"]
    # Intake has to go on well first.
    still = replace(disk(2.3), boxes=(Box(BOX, course("full")),))
    assert ended(still, *both) == []
    assert ended(disk(12), *both) == ["restored", "restored"]


def test_a_disk_that_fills_at_once_is_told_once() -> None:
    assert kinds(disk(0.5)) == ["disk_full"]
    full = opened(disk(0.5))
    assert kinds(replace(disk(0.5), boxes=(Box(BOX, course("full")),)), *full) == []


def test_what_says_that_it_is_full_though_no_disk_of_ours_is_is_told_as_well() -> None:
    known = replace(disk(50), boxes=(Box(BOX, course("full")),))
    assert kinds(known) == ["disk_full"]
    assert ended(disk(50), *opened(known)) == ["restored"]


def digest(*unsent: Unsent, out: tuple[DigestDay, ...] = ()) -> Known:
    due = MONDAY.replace(hour=8, minute=30)
    return replace(KNOWN, digests=(DigestDay(due.date(), due, unsent), *out))


def test_a_digest_alarms_from_half_an_hour_after_its_minute_until_all_have_it() -> None:
    known = digest(Unsent("a@b.cn", "failed", "连不上"))
    at = MONDAY.replace(hour=8, minute=59)
    assert kinds(replace(known, now=at)) == []
    alarms = opened(replace(known, now=at + MINUTE))
    assert [one.about for one in alarms] == ["2026-07-20"]
    assert alarms[0].lines == ("a@b.cn：未发出，连不上",)
    assert ended(digest(), *alarms) == ["restored"]
    tomorrow = MONDAY + DAY
    assert ended(replace(known, now=tomorrow), *alarms) == []
    later = DigestDay(tomorrow.date(), tomorrow.replace(hour=8, minute=30))
    assert ended(replace(digest(Unsent("a@b.cn", "unclear"), out=(later,)), now=tomorrow), *alarms) == ["restored"]


def test_a_digest_of_yesterday_does_not_begin_to_alarm_today() -> None:
    assert kinds(replace(digest(Unsent("a@b.cn", "waiting")), now=MONDAY + DAY)) == []


def test_a_digest_that_is_due_late_in_the_evening_alarms_after_midnight() -> None:
    due = MONDAY.replace(hour=23, minute=50)
    late = replace(KNOWN, digests=(DigestDay(due.date(), due, (Unsent("a@b.cn", "waiting"),)),))
    assert kinds(replace(late, now=due + 29 * MINUTE)) == []
    assert kinds(replace(late, now=due + 30 * MINUTE)) == ["digest"]


def link(number: int, expires: datetime | None, *, answered: bool = False) -> LinkView:
    return LinkView(
        message_pk=12, message="12", subject="报送 13812345678", province="浙江", arrival=MONDAY, number=number,
        provider="qq", key=f"k{number}", url="https://wx.mail.qq.example/x", name=f"材料{number}.zip", size="128M",
        bytes=None, expires=expires, expires_text=None, code=None, answered=answered, repeated=False, in_submission=True,
    )  # fmt: skip


def linked(*links: LinkView, now: datetime = MONDAY) -> Known:
    return replace(KNOWN, now=now, mails=(Mail(12, "浙江", "报送 13812345678", links),))


def test_the_links_of_a_mail_alarm_once_from_three_days_before_the_first_ends() -> None:
    links = (link(1, MONDAY + 3 * DAY), link(2, MONDAY + 5 * DAY), link(3, None), link(4, MONDAY, answered=True))
    assert kinds(linked(*links, now=MONDAY - MINUTE)) == []
    alarms = opened(linked(*links))
    assert "有 3 个云附件还没有下载，最早 2026-07-23 10:00 到期" in alarms[0].sentence
    assert len(alarms[0].lines) == 3
    assert kinds(linked(*links, now=MONDAY + DAY), *alarms) == []
    # The first has ended, the second ends soon: the same alarm.
    assert ended(linked(*links, now=MONDAY + 4 * DAY), *alarms) == []
    assert ended(linked(*links, now=MONDAY + 6 * DAY), *alarms) == ["expired"]
    brought = tuple(replace(one, answered=True) for one in links)
    assert ended(linked(*brought), *alarms) == ["done"]
    assert ended(replace(KNOWN, mails=()), *alarms) == ["done"]


def everything() -> Known:
    boxes = (Box(BOX, course("refused")), Box("b@x.cn", course("unreachable", good=MONDAY - 3 * HOUR)))
    low = (Disk("文件库", 5 * GB, 100 * GB), Disk("数据库", GB, 10 * GB))
    return replace(
        digest(Unsent("a@b.cn", "failed", "电话 13812345678")),
        boxes=boxes,
        disks=low,
        mails=linked(link(1, MONDAY + DAY)).mails,
        backup=Latest("/mnt/备份", MONDAY - 4 * DAY),
    )


def test_every_kind_has_its_words_and_every_message_says_what_becomes_of_the_mails_and_what_to_do() -> None:
    alarms = opened(everything())
    assert {one.kind for one in alarms} == set(WORDS)
    for one in alarms:
        said = compose([one], [], "好物业服务案例征集", MONDAY + HOUR, SHANGHAI)
        words = WORDS[one.kind]
        assert said.subject == f"【征集】告警：{words.title}"
        assert 2 <= len(words.steps) <= 3
        for text in (words.means, *words.steps, "怎么办"):
            assert text in said.text
            assert text in said.html
        assert len(said.text.splitlines()) < 30
        assert "日报" in said.chat


def test_no_phone_number_and_no_link_that_opens_is_in_a_message() -> None:
    alarms = opened(everything())
    over = [replace(one, over_at=MONDAY, over="好了 13812345678", ending=word) for one, word in zip(alarms, ENDINGS)]  # noqa: B905
    said = compose(alarms, over, "征集", MONDAY, SHANGHAI)
    for text in (said.subject, said.text, said.html, said.chat):
        assert "13812345678" not in text
        assert "https://wx" not in text
    assert "138****5678" in said.text


def test_a_text_for_chats_is_short_enough_and_can_call_nobody() -> None:
    first = opened(everything())[0]
    many = [replace(first, id=n, sentence=f'<at user_id="all">{"很长的一句话" * 40}') for n in range(40)]
    said = compose(many, [], "征集", MONDAY, SHANGHAI)
    assert len(said.chat.encode()) <= LONGEST
    assert not set("<>") & set(said.chat)
    assert "<at" not in said.html
    assert said.subject == "【征集】告警：邮箱拒绝登录等 40 件"


def test_a_test_says_in_its_subject_that_it_is_one() -> None:
    said = compose_test("征集", MONDAY, SHANGHAI)
    assert said.subject.startswith("【测试】")
    assert "没有出任何问题" in said.chat
    assert "日报" in said.chat


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def zone_of_the_host(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_the_zone_of_the_host_changes_nothing(zone_of_the_host: str) -> None:
    known = replace(everything(), now=MONDAY.astimezone(UTC))
    said = compose(opened(known), [], "征集", MONDAY.astimezone(UTC), SHANGHAI)
    there = compose(opened(everything()), [], "征集", MONDAY, SHANGHAI)
    assert (said.text, said.html, said.chat) == (there.text, there.html, there.chat), zone_of_the_host
    assert re.search("自 2026-07-20 07:00 起", said.text)


def test_every_setting_and_every_kind_is_explained_to_the_operator() -> None:
    page = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
    assert [name for name in AlarmSettings.model_fields if f"| `{name}` |" not in page] == []
    assert [one.title for one in WORDS.values() if f"| {one.title} |" not in page] == []
