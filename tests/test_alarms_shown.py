"""Alarms by command, in status, digest and console; cloud links of real mails; and the worker, also while a poll hangs."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.telling.digesting import make_digest
from ingest.worker import Worker
from store import alarms, supplied
from store.contents.blobs import Blob
from store.supplied import Added
from tests.alarm_world import BOX, MONDAY, channels, mailbox, subjects, text_of, world
from tests.consoles import console_on
from tests.desks import take, write_settings
from tests.quick import prepare
from tests.robots import Robots
from tests.servers import MailServer, free_port
from tests.test_console_overview import words
from tests.test_open_links import MATERIAL, PHOTOS, anchor, linked
from tests.test_sending_commands import Done, run
from tests.test_worker import Running, start  # noqa: F401 (a fixture)

ALWAYS = "[worker]\npoll_minutes = 0.00001\n"
FAST = "[worker]\npoll_minutes = 0.02\n"


@pytest.fixture
def robots() -> Iterator[Robots]:
    with Robots().running() as running:
        yield running


def test_the_command_checks_lists_and_tells_and_says_what_became_of_it(
    tmp_path: Path, smtp: MailServer, robots: Robots
) -> None:
    hardly = "[alarms]\npoll_hours = 0.0000001\ndigest_minutes = 100000\nstop_bytes = 0\nwarn_bytes = 0\n"
    config = str(prepare(tmp_path, ALWAYS + mailbox(free_port()) + channels(smtp.port, robots) + hardly))
    assert run(config, "alarms") == Done(0, "现在没有告警\n", "")
    assert run(config, "alarms", "--all") == Done(0, "还没有过告警\n", "")
    run(config, "poll")
    done = run(config, "alarms", "check")
    assert done.returncode == 0
    assert f"告警：{BOX} 从" in done.stdout
    assert "a@b.cn（邮件）：已发" in done.stdout
    assert re.search("编辑部群（.+）：已发", done.stdout)
    assert run(config, "alarms", "check").stdout == "没有变化；仍有 1 件告警（zhengji alarms 列出）\n"
    listed = run(config, "alarms").stdout
    assert "收不到信" in listed
    assert "a@b.cn（邮件）已发 20" in listed
    assert "告警：收不到信：" in run(config, "status").stdout
    assert len(smtp.mails) == len(robots.asked) == 1
    Path(config).write_text(Path(config).read_text(encoding="utf-8").replace("0.0000001", "1"), encoding="utf-8")
    assert run(config, "alarms", "check").stdout.startswith("没有变化；仍有 1 件告警")


def test_a_test_reaches_everybody_or_one_address_and_is_noted_nowhere(
    tmp_path: Path, smtp: MailServer, robots: Robots
) -> None:
    config = str(prepare(tmp_path, channels(smtp.port, robots)))
    assert run(config, "alarms", "test").returncode == 0
    assert run(config, "alarms", "test", "--to", "me@b.cn").stdout == "me@b.cn（测试邮件）：已发\n"
    assert smtp.recipients == ["a@b.cn", "me@b.cn"]
    assert subjects(smtp) == ["【测试】【征集】试发告警"] * 2
    assert "没有出任何问题" in str(robots.asked[0].body["message"])
    assert run(config, "alarms", "--all").stdout == "还没有过告警\n"
    smtp.refused.add("me@b.cn")
    done = run(config, "alarms", "test", "--to", "me@b.cn")
    assert done.returncode == 1
    assert "me@b.cn（测试邮件）：未发出，收件地址被拒绝（550）\n" in done.stderr


def test_without_anybody_to_tell_the_command_says_what_to_set(tmp_path: Path) -> None:
    config = str(prepare(tmp_path, ""))
    for arguments in (("test",), ("test", "--to", "a@b.cn")):
        done = run(config, "alarms", *arguments)
        assert done.returncode == 2
        assert "[digest.smtp]" in done.stderr


def test_the_digest_says_a_disk_first_and_nothing_twice(smtp: MailServer) -> None:
    low = "[alarms]\nwarn_bytes = 1000000000000000\nstop_bytes = 0\n"
    with world(mailbox(1) + channels(smtp.port) + low) as at:
        at.turn()
        at.turn(65)
        assert {one.kind for one in alarms.open_alarms(at.desk.store)} == {"silent", "disk_low"}
        text = make_digest(at.desk, at.now + timedelta(minutes=1)).text
        assert text.index("磁盘快满了：") < text.index("一、今天需要处理")
        assert "收信已停 1 小时" in text
        assert "收不到信：" not in text
        assert "磁盘快满了" not in make_digest(at.desk, MONDAY).text


def test_the_overview_says_what_is_alarming() -> None:
    with world(mailbox(1) + channels(1)) as at:
        running = console_on(at.desk)
        assert "正常 告警没有" in words(running.as_role("reader").get("/").text)
        at.turn()
        at.turn(65)
        shown = words(running.as_role("reader").get("/").text)
        assert f"有问题 告警收不到信：{BOX} 从 2026-07-20 10:10 开始" in shown


def test_the_cloud_links_of_a_mail_alarm_before_they_end_and_are_over_once_brought_in(
    smtp: MailServer, tmp_path: Path
) -> None:
    with world(channels(smtp.port)) as at:
        both = linked(anchor(*MATERIAL), anchor(*PHOTOS, "2026年8月24日 08:00 到期", "1.2G"))
        stranger = linked(anchor("产品目录.zip", "key=z"), sender="x@fair.example", subject="资料")
        take(at.desk, tmp_path / "in", both, stranger, linked(anchor(*MATERIAL), subject="浙江再次报送"))
        at.now = datetime.fromisoformat("2026-08-17T21:14:00+08:00")
        at.look()
        assert smtp.mails == []
        at.look(2)
        at.look(10)
        assert subjects(smtp) == ["【征集】告警：云附件快到期"]
        text = text_of(smtp)
        assert "浙江“浙江报送”（来信 1）有 2 个云附件还没有下载，最早 2026-08-20 21:15 到期" in text
        assert "《案例材料.zip》（128M）：还有 3 天，8月20日 21:15 到期" in text
        assert "《照片.rar》（1.2G）：还有 7 天，8月24日 08:00 到期" in text
        for link in supplied.links(at.desk.store, 1):
            supplied.add(
                at.desk.store, 1, Added(str(link.name), Blob(f"{link.number}" * 64, 1), link.key, "陈静"), at.now
            )
        at.look(10)
        assert subjects(smtp)[1:] == ["【征集】已了结：云附件快到期"]
        assert "的云附件已下载补入" in text_of(smtp)


def test_links_that_ended_undownloaded_are_said_to_have_ended_and_alarm_no_more(
    smtp: MailServer, tmp_path: Path
) -> None:
    with world(channels(smtp.port)) as at:
        take(at.desk, tmp_path / "in", linked(anchor(*MATERIAL)))
        at.now = datetime.fromisoformat("2026-08-18T10:00:00+08:00")
        for _ in range(5):
            at.look(24 * 60)
        assert subjects(smtp) == ["【征集】告警：云附件快到期", "【征集】已到期：云附件快到期"]
        assert "有 1 个云附件已到期、没有下载，请对方重发" in text_of(smtp)


def settings(smtp: MailServer, port: int) -> str:
    hardly = "[alarms]\npoll_hours = 0.0003\ndigest_minutes = 100000\nstop_bytes = 0\nwarn_bytes = 0\n"
    return FAST + mailbox(port) + channels(smtp.port) + hardly


def test_the_worker_tells_while_a_poll_hangs_and_a_new_one_tells_nothing_twice(
    tmp_path: Path,
    smtp: MailServer,
    start: Callable[[Path], Running],  # noqa: F811
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        text = settings(smtp, silent.getsockname()[1]).replace("timeout_seconds = 5", "timeout_seconds = 60", 1)
        config = write_settings(tmp_path, text)
        worker = start(config)
        worker.wait(lambda: bool(worker.lines("alarm.sending")))
        assert not worker.lines("poll.failed")
        assert "收不到信" in subjects(smtp)[0]
        assert worker.stop() < 30
        again = start(config)
        again.wait(lambda: bool(again.lines("worker.started")))
        time.sleep(3)
        again.stop()
        assert len(smtp.mails) == 1
        assert "a@b.cn" in smtp.recipients
        assert "geheim" not in worker.log.read_text(encoding="utf-8")


def test_a_look_that_fails_stops_no_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with world("") as at:
        monkeypatch.setattr("ingest.worker.now", at.clock)
        worker = Worker(at.desk)
        looks = []

        def look() -> None:
            looks.append(at.now)
            if len(looks) == 1:
                raise OSError("broken")

        monkeypatch.setattr(worker.watch, "look", look)
        with pytest.raises(OSError, match="broken"):
            worker.alarms()
        worker.alarms()
        assert len(looks) == 2
        worker.stopping.set()
        worker.alarms()
        assert len(looks) == 2


def test_reading_gives_way_to_the_next_poll_and_the_deadline_waits_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def taken(_desk: object, stop: Callable[[], bool]) -> int:
        given.append(stop())
        moments[0] += 601
        given.append(stop())
        return 0

    moments = [0.0]
    with world("") as at:
        monkeypatch.setattr("ingest.worker.now", at.clock)
        monkeypatch.setattr("ingest.worker.take_in", taken)
        monkeypatch.setattr("ingest.worker.time.monotonic", lambda: moments[0])
        worker = Worker(at.desk)
        worker.look()
        worker.poll()
    assert given == [False, True, False, False]
