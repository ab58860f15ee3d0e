"""Several worker processes on one database and one object store: killed at random, they leave what one alone leaves."""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.sharing import duties
from ingest.worker import now
from store import mail, sent
from store.mail import is_waiting
from tests import sample
from tests.desks import desk, write_settings
from tests.inbox import Sent, list_files
from tests.inbox import mail as make_mail
from tests.page_builders import as_pdf
from tests.servers import Account, MailServer, ObjectStore
from tests.states import differences, state
from tests.test_jobs import light_mails
from tests.test_killed import mailbox
from tests.test_scanning import form_page
from tests.workers import Process, is_done, noted, processes, shared_settings, wait_until, work_off

# So many kills at random; each is another process in turn.
KILLS = 6
MONDAY = datetime(2026, 7, 20, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def scans(pages: int) -> bytes:
    """Return a scanned form of so many pages: an OCR of some seconds for each."""
    return as_pdf(*[form_page()] * pages)


def heavy_mails() -> list[tuple[bytes, datetime]]:
    """Return mails with scans, photos and a form beside the light ones, each with its arrival."""
    at = sample.day
    case = Sent("东湖名苑", "武汉东湖物业服务有限公司", "武汉市物业管理协会", photos=1)
    files = list_files("湖北省物业服务和管理协会", [case]) | case.files()
    raws = [
        *light_mails(),
        make_mail(
            "hb@wyxh.example", "湖北省案例", at("07-25T10:00:00"), {_flat(path): data for path, data in files.items()}
        ),
        make_mail("sd@wyxh.example", "山东推荐表", at("07-26T10:00:00"), {"推荐表扫描件.pdf": scans(1)}),
    ]
    return [(raw, at("07-19T10:00:00") + timedelta(hours=number)) for number, raw in enumerate(raws)]


def _flat(path: str) -> str:
    return path.replace("/", "-")


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str, object_store: ObjectStore, account: Account) -> list[Path]:
    """Give the settings files of three machines: one database, one bucket, a cache of its own each."""
    objects = object_store.settings(f"{tmp_path.name}/")
    more = f"{objects}{mailbox(account)}"
    return [
        write_settings(tmp_path / name, shared_settings(postgres_url, tmp_path / name / "cache", more))
        for name in ("one", "two", "three")
    ]


@pytest.fixture
def watching(machines: list[Path]) -> Iterator[Desk]:
    """Give a desk on the shared store, to look at it."""
    opened = open_desk(load_settings(machines[0], {}))
    yield opened
    opened.close()


def left_by_one_process(account: Account, folder: Path) -> Any:
    with desk(folder, mailbox(account)) as alone:
        Poller(alone, now).poll_all()
        take_in(alone)
        return state(alone)


def test_three_processes_killed_at_random_leave_what_one_alone_leaves(
    machines: list[Path], watching: Desk, account: Account, tmp_path: Path
) -> None:
    account.append_all(heavy_mails())
    roles = (("--role", "poll", "--role", "read"), ("--role", "read"), ())
    chance = random.Random(20260805)
    with processes(*(Process(config, *own) for config, own in zip(machines, roles, strict=True))) as running:
        for number in range(KILLS):
            time.sleep(chance.uniform(1.0, 8.0))
            victim = chance.randrange(3) if number else 0
            running[victim].kill()
            running[victim] = Process(machines[victim], *roles[victim])
        wait_until(lambda: mail.count(watching.store) == len(heavy_mails()) and is_done(watching), "not all was filed")
        for one in running:
            assert one.stop() < 30
    assert list(mail.failed(watching.store)) == []
    assert differences(left_by_one_process(account, tmp_path / "alone"), state(watching)) == {}


def test_a_worker_killed_in_the_middle_of_an_ocr_leaves_it_to_another(
    machines: list[Path], watching: Desk, account: Account, tmp_path: Path
) -> None:
    account.append(make_mail("sd@wyxh.example", "推荐表", sample.day("07-26T10:00:00"), {"表.pdf": scans(3)}), MONDAY)
    duties.poll(watching, account.user, lambda: False)
    (message,) = mail.waiting(watching.store)
    with processes(Process(machines[1], "--role", "read")) as running:
        first = running[0]
        # The letter, the content, and then the scan: each is opened in a room of its own.
        wait_until(lambda: len(_children(first.popen.pid)) >= 3 and is_waiting(watching.store, message), "no OCR began")
        first.kill()
        assert [one[1] for one in noted(watching) if one[0] == "read"] == ["doing"]
        second = Process(machines[2], "--role", "read")
        running.append(second)
        wait_until(lambda: is_done(watching), "nobody took over")
        assert second.lines("jobs.taken_over")
        assert len(second.lines("message.read")) == 1
        assert first.lines("message.read") == []
    assert differences(left_by_one_process(account, tmp_path / "alone"), state(watching)) == {}


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(one) for one in task.read_text(encoding="ascii").split()]
    return found


def test_a_worker_that_is_told_to_stop_leaves_its_ocr_to_another_within_seconds(
    machines: list[Path], watching: Desk, account: Account
) -> None:
    account.append(make_mail("sd@wyxh.example", "推荐表", sample.day("07-26T10:00:00"), {"表.pdf": scans(8)}), MONDAY)
    duties.poll(watching, account.user, lambda: False)
    with processes(Process(machines[1], "--role", "read")) as running:
        wait_until(lambda: len(_children(running[0].popen.pid)) >= 3, "no OCR began")
        assert running[0].stop() < 30
        assert running[0].popen.returncode == 0
        # Given back at once: nobody needs to notice that it is gone.
        assert [one[1] for one in noted(watching) if one[0] == "read"] == ["todo"]


def test_two_pollers_on_one_mailbox_take_nothing_twice(machines: list[Path], watching: Desk, account: Account) -> None:
    account.append_all(heavy_mails())
    pollers = (Process(config, "--role", "poll") for config in machines)
    with processes(*pollers) as running:
        wait_until(lambda: mail.count(watching.store) == len(heavy_mails()), "not all was taken in")
        account.append(make_mail("x@y.cn", "后来的", sample.day("07-30T10:00:00"), text="您好"), MONDAY)
        wait_until(lambda: mail.count(watching.store) == len(heavy_mails()) + 1, "what came later was not taken in")
        taken = [line for one in running for line in one.lines("poll.done")]
        assert sum(int(line["new"]) for line in taken) == len(heavy_mails()) + 1
        for one in running:
            one.stop()
    assert len({one[2]["message"] for one in noted(watching) if one[0] == "read"}) == len(heavy_mails()) + 1


class SlowServer(MailServer):
    """A mail server that takes its time with one address."""

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's own names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Wait long before an address is taken that is to be slow."""
        import asyncio

        if address.startswith("slow"):
            await asyncio.sleep(3600)
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_of_three_report_workers_one_sends_the_digest_and_killed_another_goes_on(machines: list[Path]) -> None:
    smtp = SlowServer()
    smtp.start()
    ahead = round((MONDAY - now()).total_seconds() / 60) * 60
    # The minute of the digest comes when the processes have just started.
    at = (now() + timedelta(seconds=ahead + 15)).astimezone(MONDAY.tzinfo).time().replace(microsecond=0)
    own = f'[digest]\ntime = {at}\nrecipients = ["a@b.cn", "slow@b.cn", "c@b.cn"]\n[digest.smtp]\nhost = "127.0.0.1"\n'
    own += f'port = {smtp.port}\nsecurity = "none"\nsender = "box@b.cn"\n'
    for config in machines:
        config.write_text(config.read_text(encoding="utf-8") + own, encoding="utf-8")
    watching = open_desk(load_settings(machines[0], {}))
    try:
        with processes(*(Process(config, "--role", "report", ahead=ahead) for config in machines)) as running:
            wait_until(lambda: smtp.recipients == ["a@b.cn"] and len(_tried(watching, ahead)) == 2, "no digest went")
            sender = next(one for one in running if one.lines("digest.begins"))
            sender.kill()
            running.remove(sender)
            wait_until(lambda: "c@b.cn" in smtp.recipients, "nobody went on with the digest")
            wait_until(lambda: sum(len(one.lines("digest.done")) for one in running) >= 1, "the digest did not end")
            assert sorted(smtp.recipients) == ["a@b.cn", "c@b.cn"]
            # Of whom nobody knows whether it got it, it is said, and not sent again.
            assert {one.recipient: one.state for one in _tried(watching, ahead)} == {
                "a@b.cn": "sent", "slow@b.cn": "sending", "c@b.cn": "sent",
            }  # fmt: skip
    finally:
        watching.close()
        smtp.stop()


def _tried(opened: Desk, ahead: float) -> tuple[sent.Sending, ...]:
    return sent.of_day(opened.store, (now() + timedelta(seconds=ahead)).astimezone(MONDAY.tzinfo).date())


def test_no_password_of_the_database_is_logged(tmp_path: Path, postgres_url: str) -> None:
    url = postgres_url.replace("postgres@", "postgres:sehr-geheim@")
    config = write_settings(tmp_path, shared_settings(url, tmp_path / "vault"))
    opened = open_desk(load_settings(config, {}))
    try:
        work_off(opened)
    finally:
        opened.close()
    with processes(Process(config)) as running:
        wait_until(lambda: bool(running[0].lines("worker.started")), "it did not start")
        assert running[0].stop() < 30
        said = running[0].log.read_text(encoding="utf-8")
    assert "sehr-geheim" not in said
