"""Sending a day's digest, to a real SMTP server and a real webhook: to each once, kept as sent, and told where unclear."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.telling.digesting import Edition, file_of, make_edition, notes, write_digest
from ingest.telling.sending import (
    Outcome,
    SendingError,
    contents,
    send_again,
    send_edition,
    send_test,
    standings,
    targets,
)
from ingest.worker import Worker
from reports.digest.chat import LONGEST, chat_text
from reports.digest.digest import compose, content
from reports.finding import Assessment
from reports.ledger import ledger
from store import sent
from store.decisions import Person
from store.sent import PATIENCE
from tests.desks import write_settings
from tests.picture_builders import FRIDAY, MORNING, assessment, association, case, finding, message, realistic
from tests.quick import quick_desk
from tests.robots import Robots
from tests.servers import MailServer, free_port

HOUR = timedelta(hours=1)


def settings(smtp: MailServer, more: str = "", recipients: str = '"a@b.cn", "c@d.cn", "e@f.cn"') -> str:
    return (
        f"[digest]\nrecipients = [{recipients}]\n[digest.smtp]\nhost = '127.0.0.1'\nport = {smtp.port}\n"
        f"security = 'none'\nsender = 'box@b.cn'\ntimeout_seconds = 5\n{more}"
    )


def group(robots: Robots, name: str = "编辑部群") -> str:
    return f"[[digest.chats]]\nname = '{name}'\nurl = 'json://127.0.0.1:{robots.port}/token-geheim'\n"


@pytest.fixture(scope="module")
def busy() -> Assessment:
    return realistic()


@pytest.fixture(scope="module")
def edition(busy: Assessment) -> Edition:
    return Edition(compose(busy, FRIDAY), chat_text(content(busy, FRIDAY), "全文见日报邮件"))


@pytest.fixture
def robots() -> Iterator[Robots]:
    with Robots().running() as running:
        yield running


@pytest.fixture
def desk(smtp: MailServer, robots: Robots) -> Iterator[Desk]:
    with quick_desk(settings(smtp, group(robots))) as opened:
        yield opened


def states(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    return {one.target.recipient: one.state for one in outcomes}


def send(desk: Desk, edition: Edition, at: datetime = MORNING) -> dict[str, str]:
    return states(send_edition(desk, edition, lambda: at))


def test_each_address_gets_a_mail_of_its_own_and_each_group_the_text_and_nobody_twice(
    desk: Desk, edition: Edition, smtp: MailServer, robots: Robots
) -> None:
    assert set(send(desk, edition).values()) == {"sent"}
    assert set(send(desk, edition, MORNING + HOUR).values()) == {"had"}
    assert smtp.recipients == ["a@b.cn", "c@d.cn", "e@f.cn"]
    assert [mail["To"] for mail in smtp.mails] == smtp.recipients
    assert [asked.body["message"] for asked in robots.asked] == [edition.chat]


def test_what_went_is_kept_byte_for_byte(desk: Desk, edition: Edition, smtp: MailServer, robots: Robots) -> None:
    send(desk, edition)
    rows = sent.every(desk.store)
    kept = [desk.store.vault.path(str(one.sha256)).read_bytes() for one in rows]
    assert kept[:3] == smtp.raw
    assert kept[3].decode() == edition.chat == robots.asked[0].body["message"]
    assert [(one.channel, one.recipient, one.state) for one in rows][2:] == [
        ("mail", "e@f.cn", "sent"), ("json", "编辑部群", "sent"),
    ]  # fmt: skip
    assert all(one.as_of == one.started_at == one.sent_at == MORNING for one in rows)


def test_the_intention_is_committed_before_the_server_hears_of_it(edition: Edition, smtp: MailServer) -> None:
    seen = []
    with quick_desk(settings(smtp, recipients='"a@b.cn"')) as opened:
        take = smtp.handle_RCPT

        async def looking(*arguments: object) -> str:
            seen.extend((one.state, opened.store.vault.has(str(one.sha256))) for one in sent.every(opened.store))
            return await take(*arguments)  # type: ignore[arg-type]

        smtp.handle_RCPT = looking  # type: ignore[method-assign, assignment]
        assert send(opened, edition) == {"a@b.cn": "sent"}
    assert seen == [("sending", True)]


def test_a_line_that_breaks_before_the_answer_is_unclear_and_never_repeated_by_itself(
    desk: Desk, edition: Edition, smtp: MailServer
) -> None:
    smtp.silent.add("c@d.cn")
    assert send(desk, edition) == {"a@b.cn": "sent", "c@d.cn": "unclear", "e@f.cn": "sent", "编辑部群": "sent"}
    smtp.silent.clear()
    for hours in (1, 2, 24):
        assert send(desk, edition, MORNING + hours * HOUR)["c@d.cn"] == "unclear"
    assert Counter(smtp.recipients)["c@d.cn"] == 1
    for at in (MORNING, MORNING + timedelta(days=1)):
        (note,) = notes(desk, at)
        assert "7月20日的日报不知道是否送达 c@d.cn（邮件已交给发信服务器" in note
        assert "zhengji digest --send --again c@d.cn" in note
        assert note in make_edition(desk, at).chat


def test_a_group_that_does_not_answer_is_unclear_and_never_written_to_again(
    desk: Desk, edition: Edition, robots: Robots
) -> None:
    robots.manner = "drop"
    assert send(desk, edition)["编辑部群"] == "unclear"
    robots.manner = "answer"
    assert send(desk, edition, MORNING + HOUR)["编辑部群"] == "unclear"
    assert len(robots.asked) == 1
    send_again(desk, "编辑部群", None, Person("陈静", MORNING + HOUR), lambda: MORNING + HOUR)
    assert [asked.body["message"] for asked in robots.asked] == [edition.chat] * 2


def test_a_person_lets_the_same_bytes_go_again_and_is_noted(desk: Desk, edition: Edition, smtp: MailServer) -> None:
    smtp.silent.add("c@d.cn")
    send(desk, edition)
    smtp.silent.clear()
    who = Person("陈静", MORNING + HOUR, "电话问过，没有收到")
    outcome = send_again(desk, "C@d.cn", None, who, lambda: MORNING + HOUR)
    assert (outcome.target.recipient, outcome.state) == ("c@d.cn", "sent")
    first, second = (raw for raw, to in zip(smtp.raw, smtp.recipients, strict=True) if to == "c@d.cn")
    assert first == second
    (row,) = (one for one in sent.every(desk.store) if one.recipient == "c@d.cn")
    assert (row.state, row.reason) == ("sent", "陈静 2026-07-20 09:30 决定再发一次：电话问过，没有收到")
    assert notes(desk, MORNING + timedelta(days=1)) == ()
    with pytest.raises(SendingError, match="没有不明的"):
        send_again(desk, "c@d.cn", None, who, lambda: MORNING + 2 * HOUR)
    assert Counter(smtp.recipients)["c@d.cn"] == 2


def test_what_a_person_let_go_again_and_did_not_go_stays_unclear_and_can_be_let_go_once_more(
    desk: Desk, edition: Edition, smtp: MailServer
) -> None:
    smtp.silent.add("c@d.cn")
    send(desk, edition)
    smtp.silent.clear()
    smtp.refused.add("c@d.cn")
    who = Person("陈静", MORNING + HOUR, "")
    outcome = send_again(desk, "c@d.cn", None, who, lambda: MORNING + HOUR)
    assert outcome.state == "failed"
    assert "收件地址被拒绝" in outcome.reason
    smtp.refused.clear()
    assert send(desk, edition, MORNING + 2 * HOUR)["c@d.cn"] == "unclear"
    assert send_again(desk, "c@d.cn", None, who, lambda: MORNING + 3 * HOUR).state == "sent"
    first, last = [raw for raw, to in zip(smtp.raw, smtp.recipients, strict=True) if to == "c@d.cn"]
    assert first == last


@pytest.mark.parametrize("trouble", ["refused", "dropped", "spurned"])
def test_what_surely_did_not_go_is_failed_stops_no_other_and_goes_next_time(
    desk: Desk, edition: Edition, smtp: MailServer, trouble: str
) -> None:
    getattr(smtp, trouble).add("a@b.cn")
    assert send(desk, edition) == {"a@b.cn": "failed", "c@d.cn": "sent", "e@f.cn": "sent", "编辑部群": "sent"}
    (note,) = notes(desk, MORNING)
    assert note.startswith("7月20日的日报没有发到 a@b.cn：")
    getattr(smtp, trouble).clear()
    assert send(desk, edition, MORNING + HOUR)["a@b.cn"] == "sent"
    assert notes(desk, MORNING + HOUR) == ()
    assert Counter(smtp.recipients) == {"a@b.cn": 1, "c@d.cn": 1, "e@f.cn": 1}


def test_a_group_whose_address_file_is_gone_holds_up_no_mail_and_is_written_to_once_it_is_back(
    edition: Edition, smtp: MailServer, robots: Robots, tmp_path: Path
) -> None:
    url = tmp_path / "group.txt"
    more = f"[[digest.chats]]\nname = '编辑部群'\nurl_file = '{url}'\n"
    url.write_text(f"json://127.0.0.1:{robots.port}/token-geheim", encoding="utf-8")
    with quick_desk(settings(smtp, more, '"a@b.cn"')) as opened:
        url.unlink()
        assert send(opened, edition) == {"a@b.cn": "sent", "编辑部群": "failed"}
        (note,) = notes(opened, MORNING)
        assert "群“编辑部群”收不到日报" in note
        assert "geheim" not in note
        url.write_text(f"json://127.0.0.1:{robots.port}/token-geheim", encoding="utf-8")
        assert notes(opened, MORNING) == ()
        assert send(opened, edition, MORNING + HOUR) == {"a@b.cn": "had", "编辑部群": "sent"}
        url.unlink()
        assert send(opened, edition, MORNING + HOUR)["编辑部群"] == "failed"
        assert len(robots.asked) == 1


def test_a_server_slow_in_every_step_is_done_with_before_the_mail_counts_as_broken_off(smtp: MailServer) -> None:
    longest = timedelta(seconds=12 * 60)
    assert longest < PATIENCE
    with pytest.raises(ConfigError), quick_desk(settings(smtp).replace("timeout_seconds = 5", "timeout_seconds = 61")):
        pass


def test_a_clock_that_was_set_back_sends_nothing_twice(desk: Desk, edition: Edition, smtp: MailServer) -> None:
    smtp.silent.add("c@d.cn")
    send(desk, edition)
    smtp.silent.clear()
    assert set(send(desk, edition, MORNING - 3 * HOUR).values()) == {"had", "unclear"}
    assert Counter(smtp.recipients).most_common(1)[0][1] == 1


def test_a_recipient_who_was_added_removed_or_written_otherwise_within_the_day_gets_one(
    desk: Desk, edition: Edition, smtp: MailServer
) -> None:
    def now_for(*recipients: str) -> dict[str, str]:
        digest = desk.settings.digest.model_copy(update={"recipients": recipients, "chats": ()})
        changed = replace(desk, settings=desk.settings.model_copy(update={"digest": digest}))
        return send(changed, edition)

    assert now_for("a@b.cn") == {"a@b.cn": "sent"}
    assert now_for("A@B.cn", "new@b.cn") == {"A@B.cn": "had", "new@b.cn": "sent"}
    assert now_for("new@b.cn") == {"new@b.cn": "had"}
    assert now_for("a@b.cn", "new@b.cn") == {"a@b.cn": "had", "new@b.cn": "had"}
    assert smtp.recipients == ["a@b.cn", "new@b.cn"]


def test_without_a_server_all_mails_fail_and_the_group_is_still_written_to(
    edition: Edition, smtp: MailServer, robots: Robots
) -> None:
    text = settings(smtp, group(robots)).replace(f"port = {smtp.port}", f"port = {free_port()}")
    with quick_desk(text) as opened:
        assert send(opened, edition) == {**dict.fromkeys(("a@b.cn", "c@d.cn", "e@f.cn"), "failed"), "编辑部群": "sent"}
        assert all("连不上" in note for note in notes(opened, MORNING))


def test_one_that_is_still_being_sent_is_no_crash_and_one_that_was_left_is(desk: Desk, edition: Edition) -> None:
    (target, *_), digest = targets(desk), edition.digest
    kept = desk.store.vault.keep([contents(desk, edition, target)])
    parcel = sent.Parcel(digest.day, digest.as_of, target.channel, target.recipient, kept.sha256, "0" * 64)
    assert sent.begin(desk.store, parcel, MORNING)
    assert standings(desk, digest.day, MORNING + PATIENCE)[0].state == "working"
    assert notes(desk, MORNING + PATIENCE) == ()
    with pytest.raises(SendingError, match="正在发送"):
        send_again(desk, "a@b.cn", None, Person("陈静", MORNING + PATIENCE), lambda: MORNING)
    later = MORNING + PATIENCE + timedelta(seconds=1)
    assert standings(desk, digest.day, later)[0].state == "unclear"
    (note,) = notes(desk, later)
    assert "程序在发送途中中断" in note
    assert send_again(desk, "a@b.cn", None, Person("陈静", later), lambda: later).state == "sent"


def test_two_that_send_at_once_share_the_recipients_and_none_gets_two(
    database_url: str, tmp_path: Path, edition: Edition, smtp: MailServer
) -> None:
    recipients = [f"t{number}@b.cn" for number in range(12)]
    more = settings(smtp, f"[database]\nurl = '{database_url}'\n", ", ".join(f"'{one}'" for one in recipients))
    config = load_settings(write_settings(tmp_path, more), {})
    desks = [open_desk(config) for _ in range(3)]
    together, told = threading.Barrier(len(desks)), list[dict[str, str]]()

    def run(opened: Desk) -> None:
        together.wait()
        told.append(send(opened, edition))

    threads = [threading.Thread(target=run, args=(opened,)) for opened in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(smtp.recipients) == Counter(recipients)
    assert len(told) == len(desks)
    assert Counter(who for one in told for who, state in one.items() if state == "sent") == Counter(recipients)
    assert not {state for one in told for state in one.values()} - {"sent", "working", "had"}
    for opened in desks:
        opened.close()


def test_two_that_let_it_go_again_at_once_send_it_once(
    database_url: str, tmp_path: Path, edition: Edition, smtp: MailServer
) -> None:
    more = settings(smtp, f"[database]\nurl = '{database_url}'\n", "'a@b.cn'")
    opened = open_desk(load_settings(write_settings(tmp_path, more), {}))
    smtp.silent.add("a@b.cn")
    send(opened, edition)
    smtp.silent.clear()
    (row,) = sent.every(opened.store)
    assert sent.begin_again(opened.store, row, MORNING + HOUR, "陈静")
    assert sent.begin_again(opened.store, row, MORNING + HOUR, "王磊") is None
    opened.close()


def test_a_test_goes_to_one_address_is_marked_and_does_not_count(
    desk: Desk, edition: Edition, smtp: MailServer, robots: Robots
) -> None:
    for _ in range(2):
        assert send_test(desk, edition, "me@b.cn", lambda: MORNING).state == "sent"
    assert send(desk, edition, MORNING + HOUR)["a@b.cn"] == "sent"
    assert smtp.recipients == ["me@b.cn", "me@b.cn", "a@b.cn", "c@d.cn", "e@f.cn"]
    tests, real = smtp.mails[:2], smtp.mails[2]
    assert [mail["Subject"] for mail in tests] == [f"【测试】{edition.digest.subject}"] * 2
    assert len({mail["Message-ID"] for mail in (*tests, real)}) == 3
    assert len(robots.asked) == 1
    assert sent.last_before(desk.store, edition.digest.day + timedelta(days=1)) == MORNING
    assert [one.channel for one in sent.of_day(desk.store, edition.digest.day)].count("test") == 0


def test_what_was_new_counts_from_the_last_digest_that_surely_went(
    desk: Desk, edition: Edition, smtp: MailServer, robots: Robots
) -> None:
    tomorrow = edition.digest.day + timedelta(days=1)
    send_test(desk, edition, "me@b.cn", lambda: MORNING)
    smtp.refused |= {"a@b.cn", "c@d.cn", "e@f.cn"}
    robots.manner = "drop"
    send(desk, edition)
    assert sent.last_before(desk.store, tomorrow) is None
    smtp.refused.clear()
    send(desk, edition, MORNING + HOUR)
    assert sent.last_before(desk.store, tomorrow) == MORNING


def test_where_nobody_is_written_to_what_is_new_counts_from_the_last_file_also_after_days_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with quick_desk("") as opened:
        for at in (MORNING, MORNING + HOUR):
            monkeypatch.setattr("ingest.worker.now", lambda at=at: at)
            Worker(opened).digest()
        (row,) = sent.every(opened.store)
        assert (row.channel, row.state, row.as_of) == ("file", "sent", MORNING)
        assert (
            opened.store.vault.path(str(row.sha256)).read_bytes() == make_edition(opened, MORNING).digest.html.encode()
        )
        # The machine was off on Tuesday and Wednesday.
        later = make_edition(opened, MORNING + timedelta(days=3)).digest
        assert sent.last_before(opened.store, later.day) == MORNING
        assert notes(opened, MORNING + timedelta(days=3)) == ()


def test_phones_are_masked_in_mail_and_chat_and_whole_in_the_ledger(
    smtp: MailServer, robots: Robots, busy: Assessment, edition: Edition
) -> None:
    mobile = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
    with quick_desk(settings(smtp, group(robots), '"a@b.cn"')) as opened:
        send(opened, edition)
    mail = message_from_bytes(smtp.raw[0], policy=policy.default)
    parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]  # type: ignore[union-attr]
    for text in (*parts, mail["Subject"], robots.asked[0].body["message"]):
        assert not mobile.search(text)
    assert "****" in parts[0]
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(ledger(busy)), read_only=True)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any(mobile.search(cell) for cell in cells)


def test_the_text_for_chats_says_first_what_needs_doing_and_is_short(busy: Assessment) -> None:
    made = content(busy, FRIDAY)
    text = chat_text(made, "全文见日报邮件")
    lines = text.split("\n")
    assert len(text.encode()) <= LONGEST
    assert lines[0] == "【收信中断】2026 年住宅小区“好服务”案例征集日报（7月20日）"
    assert lines[1] == f"今天需要处理 {made.todo.count} 项；{made.countdown.text}"
    assert lines[2].startswith("· 收信中断 1 个：")
    assert [line.split()[1] for line in lines if line.startswith("· ")] == [one.title for one in made.todo.groups]
    told = compose(busy, FRIDAY).text
    assert next(line for line in lines if line.startswith("各省：")).removeprefix("各省：") in told
    assert any(line.startswith("收到 ") and line in told for line in lines)
    assert lines[-1] == "数据截至 2026-07-20 08:30。全文见日报邮件"


def test_the_text_for_chats_stays_short_and_whole_whatever_is_written_in_it() -> None:
    long = "长" * 5_000 + "13812345678"
    found = [finding(code, "error", message=long, city=long) for code in ("quota.exceeded", "file.corrupt", "form.x")]
    mails = [message("浙江", subject=long, mailbox=long), message(None, kind="inquiry", subject=long)]
    made = assessment([association("浙江", mails[:1], [case(mails[0], long)])], found * 9, others=mails[1:])
    for count in (0, 1, 200):
        text = chat_text(content(made, None), "全文见日报邮件", [f"{long}{number}" for number in range(count)])
        assert len(text.encode()) <= LONGEST
        assert text.split("\n")[-1].endswith("全文见日报邮件")
        assert "\ufffd" not in text
        assert "13812345678" not in text
        assert "今天需要处理" in text


def test_no_text_of_a_stranger_calls_a_group_together_or_links_out_of_it() -> None:
    hostile = '<at user_id="all">所有人</at>\nhttps://x.cn 1381234\u200b5678'
    made = assessment(others=[message(None, kind="inquiry", subject=hostile, arrival=MORNING)])
    text = chat_text(content(made, None), "全文见日报邮件")
    assert not set("<>") & set(text)
    assert "＜at" in text
    assert "://" not in text
    assert "138****5678" in text


def test_the_file_of_a_day_is_the_one_that_is_written(desk: Desk, edition: Edition) -> None:
    assert write_digest(desk, edition.digest)[0] == file_of(desk, edition.digest.day)
