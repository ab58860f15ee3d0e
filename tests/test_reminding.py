"""Letters from the desk: which are due, drafts in a real mailbox, the record of what was sent, and sending by hand."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest

from config.settings import load_settings
from ingest.cli import main
from ingest.desk import Desk, open_desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.mailboxes.fetched import MailboxError
from ingest.mailboxes.poll import Poller
from ingest.telling.digesting import assessment
from ingest.telling.drafts import put_drafts
from ingest.telling.posting import post, try_out
from ingest.telling.reminding import (
    ReminderError,
    due,
    named,
    newest_draft,
    record,
    reminded,
    spacing,
    view_named,
    warnings,
    without_backlog,
    writer,
)
from reports.ledger import Book, ledger
from reports.letters import draft, history
from reports.letters.letter import Letter
from reports.letters.phones import phone_text
from store import mail as mails
from store import reminders
from store.database import Store
from store.decisions import Person
from store.reminders import Sending
from tests.desks import take, write_settings
from tests.inbox import Sent, list_files, mail, write_inbox
from tests.sample import day
from tests.servers import Account, MailServer

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
MORNING = day("07-29T10:00:00")
PROVINCES = 31


def listed(*more: dict[str, bytes]) -> bytes:
    files = {
        **list_files("浙江省物业管理协会", [CASE], scanned=False),
        **{k: v for one in more for k, v in one.items()},
    }
    return mail("浙江物协 <zjwyxh@example.cn>", "浙江报送", day("07-20T10:00:00"), files)


def opened_in(folder: Path, more: str = "") -> Desk:
    return open_desk(load_settings(write_settings(folder, more), {}))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a desk to which 浙江 has sent its list, without the scan and anything of its case."""
    folder = tmp_path_factory.mktemp("read")
    one = opened_in(folder / "desk")
    try:
        take(one, folder / "inbox", listed())
    finally:
        one.close()
    return folder / "desk"


@pytest.fixture
def opened(read: Path, tmp_path: Path) -> Iterator[Desk]:
    """Give a copy of that desk, open."""
    shutil.copytree(read, tmp_path / "desk")
    one = opened_in(tmp_path / "desk")
    try:
        yield one
    finally:
        one.close()


def letter_of(opened: Desk, province: str = "浙江", at: datetime = MORNING, what: str | None = None) -> Letter:
    (letter,) = named(opened, writer(opened, at), [province], what).letters
    return letter


def by(name: str, at: datetime, note: str = "") -> Person:
    return Person(name, at, note)


# ---- what is due


def test_without_provinces_letters_are_written_to_those_that_are_due_and_to_no_other(opened: Desk) -> None:
    first = due(opened, writer(opened, MORNING), None)
    assert len(first.letters) == PROVINCES
    for letter in first.letters[:2]:
        record(opened, letter, "邮件", "", by("陈静", MORNING))
    next_day = MORNING + timedelta(days=1)
    again = due(opened, writer(opened, next_day), None)
    assert len(again.letters) == PROVINCES - 2
    assert again.skipped == [f"{one.province}：上次催办是7月29日，7月31日起可再催" for one in first.letters[:2]]
    # Two working days later, as the deadline is near.
    assert len(due(opened, writer(opened, MORNING + timedelta(days=2)), None).letters) == PROVINCES
    # Whoever names a province gets its letter, and is told.
    chosen = named(opened, writer(opened, next_day), [first.letters[0].province], None)
    assert len(chosen.letters) == 1
    assert "7月31日起可再催" in chosen.notes[0]


def test_a_reminder_of_tomorrow_does_not_count_today(opened: Desk) -> None:
    record(opened, letter_of(opened), "邮件", "", by("陈静", MORNING))
    earlier = due(opened, writer(opened, MORNING - timedelta(days=1)), None)
    assert len(earlier.letters) == PROVINCES


def test_a_letter_stops_by_itself_once_everything_is_there(opened: Desk, tmp_path: Path) -> None:
    before = letter_of(opened)
    folder = tmp_path / "letters"
    draft.write([before], folder, "box@example.cn")
    record(opened, before, "微信", "陈静", by("李四", MORNING))
    made = writer(opened, MORNING + timedelta(hours=1))
    (row,) = history.records(made.assessment, made.sent, spacing(opened))
    assert row.state == f"还有 {len(letter_of(opened).items)} 项未到，7月31日起可再催"
    (stale,) = history.draft_states(made.assessment, draft.drafts_in(folder), ())
    assert stale[1] == "仍然有效"
    whole = Sent("春江花园", CASE.company, CASE.recommender)
    files = {**list_files("浙江省物业管理协会", [whole]), **whole.files()}
    take(opened, tmp_path / "more", mail("zjwyxh@example.cn", "浙江补充报送", day("07-30T10:00:00"), files))
    now = writer(opened, day("08-03T10:00:00"))
    chosen = named(opened, now, ["浙江"], "催报函")
    assert chosen.letters == []
    assert "浙江" not in {one.province for one in due(opened, now, "催报函").letters}
    (row,) = history.records(now.assessment, now.sent, spacing(opened))
    assert row.state.startswith(("已到齐，不必再催", "所催事项已到"))
    (gone,) = history.draft_states(now.assessment, draft.drafts_in(folder), ())
    assert gone[1].startswith("已过时：")


def test_what_lies_with_us_stops_a_letter_unless_a_person_says_otherwise(opened: Desk, tmp_path: Path) -> None:
    # It still waits, or could not be read; whose it is, its own From line tells.
    write_inbox(tmp_path / "unread", [mail("Zj <ZJWYXH@example.cn>", "再报", day("07-22T10:00:00"))])
    import_path(opened, tmp_path / "unread", MORNING)
    for state in ("waiting", "failed"):
        made = writer(opened, MORNING)
        ((unread, address),) = made.unread.items()
        assert address == "zjwyxh@example.cn"
        assert next(one.state for one in made.assessment.picture.messages if one.id == unread) == state
        chosen = named(opened, made, ["浙江", "江苏"], None)
        left = without_backlog(made, chosen)
        assert [one.province for one in left.letters] == ["江苏"]
        assert left.refused == [f"浙江：该省还有 1 封来信未能处理（编号 {unread}），请先处理（仍要写请加 --anyway）"]
        assert len(chosen.letters) == 2
        mails.fail(opened.store, unread, "读信时出错")


# ---- the record


def test_whoever_writes_that_something_is_lacking_is_warned_of_mails_that_may_be_it(
    opened: Desk, tmp_path: Path
) -> None:
    asks = mail("zjwyxh@example.cn", "请问能否延期", day("07-21T10:00:00"), {}, "请问报送能否延期几天？盼复。")
    stranger = mail("wind@qq.example", "好服务案例材料", day("07-22T10:00:00"), {"推荐表.docx": b"x"}, "见附件")
    take(opened, tmp_path / "more", asks, stranger)
    made = writer(opened, MORNING)
    (letter,) = named(opened, made, ["浙江"], None).letters
    told = warnings(made, [letter])
    assert re.search(r"浙江：有 1 封来信没有计作报送（咨询；编号 \d+），发函前请看一眼", told[0])
    assert "看不出是哪个省的，请先认定" in told[1]
    assert warnings(made, []) == []
    # The same is said, and first of all, of a letter that the program itself would send.
    done = zhengji("--config", str(tmp_path / "desk" / "zhengji.toml"), "remind", "send", "浙江")
    assert done.stderr.startswith("请注意：浙江：有 1 封来信没有计作报送")


def test_what_was_sent_is_recorded_with_when_who_channel_items_and_text(opened: Desk) -> None:
    letter = letter_of(opened)
    kept = record(opened, letter, "邮件", "zjwyxh@example.cn", by("陈静", MORNING, "抄送处里"))
    assert (kept.province, kept.what, kept.channel, kept.person, kept.note) == (
        "浙江",
        "催报函",
        "邮件",
        "陈静",
        "抄送处里",
    )
    assert kept.sent_at == MORNING
    assert [item["text"] for item in kept.items] == [f"{item.place.title}：{item.text}" for item in letter.items]
    assert reminders.text_of(opened.store, kept) == letter.text
    wechat = record(opened, letter, "微信", "陈静", by("陈静", MORNING))
    assert reminders.text_of(opened.store, wechat) == letter.wechat
    # A later letter says when it was asked for before.
    assert "我们此前已于7月29日提请贵会" in letter_of(opened, at=day("08-03T10:00:00")).text
    assert letter_of(opened, at=day("08-03T10:00:00"), what="收件回执").what == "收件回执"


def test_a_record_made_by_mistake_is_undone_and_stays_in_sight(opened: Desk) -> None:
    kept = record(opened, letter_of(opened), "微信", "陈静", by("李四", MORNING))
    later, again = MORNING + timedelta(hours=2), MORNING + timedelta(hours=4)
    assert "浙江" not in {one.province for one in due(opened, writer(opened, later), None).letters}
    assert reminders.undo(opened.store, kept.id, by("陈静", later, "登记错了省份"))
    assert not reminders.undo(opened.store, kept.id, by("王五", again, "又撤一次"))
    now = writer(opened, again)
    assert "浙江" in {one.province for one in due(opened, now, None).letters}
    assert "提请" not in now.letter(view_named(now.assessment.picture, "浙江")).text  # type: ignore[union-attr]
    (row,) = reminded(opened, now.assessment)
    assert row.state == "已撤销登记，不算（陈静 2026-07-29 12:00：登记错了省份）"
    # Whoever looks back to before that sees what was known then.
    (then,) = reminders.every(opened.store, later - timedelta(minutes=1))
    assert (then.counts, then.undone_by) == (True, "")


def test_a_draft_whose_record_was_undone_or_failed_is_not_said_to_have_gone(opened: Desk, tmp_path: Path) -> None:
    draft.write([letter_of(opened)], tmp_path, "box@example.cn")
    kept = record(opened, draft.drafts_in(tmp_path)[0], "邮件", "", by("李四", MORNING))
    made = writer(opened, MORNING + timedelta(hours=1))
    ((_, state),) = history.draft_states(made.assessment, draft.drafts_in(tmp_path), made.sent)
    assert state == "已于7月29日发出"
    assert reminders.undo(opened.store, kept.id, by("李四", MORNING))
    made = writer(opened, MORNING + timedelta(hours=1))
    ((_, state),) = history.draft_states(made.assessment, draft.drafts_in(tmp_path), made.sent)
    assert state == "仍然有效"


def test_the_ledger_holds_every_record_also_what_did_not_go_and_what_was_undone(opened: Desk) -> None:
    letter, recipient = letter_of(opened), "=1+1 13900001234"
    record(opened, letter, "电话", recipient, by("李四", MORNING, "=cmd|'/C calc'!A0"))
    undone = record(opened, letter, "微信", "陈静", by("李四", MORNING))
    assert reminders.undo(opened.store, undone.id, by("李四", MORNING))
    lost = Sending("浙江", "催报函", letter.asked, MORNING, "邮件", "x@x.cn", "李四", MORNING, "文")
    number = reminders.add(opened.store, lost, reminders.SENDING)
    assert reminders.settle(opened.store, number, reminders.FAILED, "连不上")
    later = assessment(opened, MORNING + timedelta(hours=1))
    book = openpyxl.load_workbook(BytesIO(ledger(later, Book(reminded=reminded(opened, later)))))
    page = book["催办记录"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0] == list(history.HEADINGS)
    assert [row[8].split("（")[0] for row in rows[1:]] == ["没有发出：连不上", "已撤销登记，不算", rows[3][8]]  # type: ignore[union-attr]
    assert rows[3][5] == recipient
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    # One province's own sheet may be handed on; our record of it may not.
    alone = openpyxl.load_workbook(BytesIO(ledger(later, Book(province="浙江", reminded=reminded(opened, later)))))
    assert "催办记录" not in alone.sheetnames


def test_records_stand_through_a_rebuild(opened: Desk) -> None:
    kept = record(opened, letter_of(opened), "电话", "陈静 13900001234", by("陈静", MORNING))
    mails.forget_conclusions(opened.store)
    take_in(opened)
    made = writer(opened, MORNING + timedelta(hours=1))
    assert made.sent == (kept,)
    (row,) = history.records(made.assessment, made.sent, spacing(opened))
    assert row.state.startswith(f"还有 {len(letter_of(opened).items)} 项未到")


def test_a_receipt_is_due_once_for_what_came(opened: Desk) -> None:
    made = writer(opened, MORNING)
    (letter,) = due(opened, made, "收件回执").letters
    record(opened, letter, "邮件", "", by("陈静", MORNING))
    later = writer(opened, MORNING + timedelta(days=9))
    chosen = due(opened, later, "收件回执")
    assert chosen.letters == []
    assert chosen.skipped == ["浙江：7月29日已发过回执，此后没有来件"]


# ---- the mailbox


def account_settings(account: Account) -> str:
    port = account.server.port
    return (
        f'[[mailboxes]]\naddress = "{account.user}"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        'password = "secret"\n'
    )


def test_a_draft_is_put_into_the_drafts_once_and_is_never_taken_in(
    account: Account, opened: Desk, tmp_path: Path
) -> None:
    own = opened_in(tmp_path / "box", account_settings(account))
    try:
        account.append(b"Subject: x\r\n\r\nx", MORNING)
        account.append(b"Subject: old draft\r\n\r\nx", MORNING, "Drafts")
        letter = letter_of(opened)
        raw = draft.as_mail(letter, account.user).as_bytes()
        (first,) = put_drafts(own.settings.accounts[0], own.campaign, [(letter.message_id, raw)], MORNING)
        (second,) = put_drafts(own.settings.accounts[0], own.campaign, [(letter.message_id, raw)], MORNING)
        assert (first.folder, first.is_new, second.is_new) == ("Drafts", True, False)
        with account.client() as client:
            client.select_folder("Drafts", readonly=True)
            (uid,) = client.search(["HEADER", "Message-ID", letter.message_id])
            held = client.fetch([uid], ["FLAGS", "BODY.PEEK[]"])[uid]
            assert b"\\Draft" in held[b"FLAGS"]
            assert held[b"BODY[]"].replace(b"\r\n", b"\n") == raw.replace(b"\r\n", b"\n")
        (result,) = Poller(own, lambda: MORNING).poll_all()
        assert (result.outcome, result.new) == ("ok", 1)
    finally:
        own.close()


def test_a_drafts_folder_that_only_its_name_tells_is_found_and_none_is_said(
    account: Account, opened: Desk, tmp_path: Path
) -> None:
    own = opened_in(tmp_path / "box", account_settings(account))
    try:
        letter = letter_of(opened)
        mail_ = (letter.message_id, draft.as_mail(letter, account.user).as_bytes())
        with pytest.raises(MailboxError) as caught:
            put_drafts(own.settings.accounts[0], own.campaign, [mail_], MORNING)
        assert "没有找到草稿箱" in caught.value.reason
        with account.client() as client:
            assert client.list_folders() != []
            client.create_folder("草稿箱")
        (put,) = put_drafts(own.settings.accounts[0], own.campaign, [mail_], MORNING)
        assert (put.folder, put.is_new) == ("草稿箱", True)
    finally:
        own.close()


def test_our_own_letter_that_turns_up_in_a_mailbox_is_no_submission(opened: Desk, tmp_path: Path) -> None:
    letter = letter_of(opened)
    raw = draft.as_mail(letter, "wzglzzh@ecpmi.org.cn", draft=False).as_bytes()
    done = take(opened, tmp_path / "own", raw)
    (own,) = [one for one in done.picture.messages if one.from_address == "wzglzzh@ecpmi.org.cn"]
    assert own.kind == "automatic"


# ---- drafts as files


def test_a_draft_opens_as_a_mail_to_be_sent_and_says_the_same_as_its_text(opened: Desk, tmp_path: Path) -> None:
    letter = letter_of(opened)
    paths = draft.write([letter], tmp_path / "out", "wzglzzh@ecpmi.org.cn")
    assert [path.name for path in paths] == [
        "催报函-浙江-2026-07-29.eml",
        "催报函-浙江-2026-07-29.txt",
        "微信-浙江-2026-07-29.txt",
    ]
    read = message_from_bytes(paths[0].read_bytes(), policy=policy.default)
    assert (read["From"], read["To"], read["X-Unsent"]) == ("wzglzzh@ecpmi.org.cn", "zjwyxh@example.cn", "1")
    assert read["Subject"] == "关于报送2026年住宅小区“好服务”案例征集材料的提醒函（浙江）"
    assert read.get_content().replace("\r\n", "\n") == letter.text
    assert letter.text in paths[1].read_text(encoding="utf-8")
    assert all(len(line) <= 998 for line in paths[0].read_bytes().split(b"\r\n"))
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.endswith(".part")]
    found = newest_draft(tmp_path / "out", "浙江", "催报函", MORNING)
    assert found is not None
    assert found.text == letter.text


def test_a_letter_to_nobody_known_is_a_draft_without_recipient(opened: Desk, tmp_path: Path) -> None:
    letter = letter_of(opened, "河北")
    (path, text, _) = draft.write([letter], tmp_path, "wzglzzh@ecpmi.org.cn")
    assert message_from_bytes(path.read_bytes(), policy=policy.default)["To"] is None
    assert "未填" in text.read_text(encoding="utf-8")
    assert "登记" not in letter.text


# ---- sending


@pytest.fixture
def sending(opened: Desk, tmp_path: Path, smtp: MailServer) -> Desk:
    lines = f'[digest.smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\nsender = "staff@ecpmi.org.cn"\n'
    settings = load_settings(write_settings(tmp_path / "desk", lines), {})
    return Desk(settings, opened.store, opened.campaign, opened.associations, opened.selected)


def yes() -> bool:
    return True


def test_a_letter_is_sent_once_confirmed_and_recorded(sending: Desk, smtp: MailServer) -> None:
    letter = letter_of(sending)
    assert post(sending, letter, "陈静", lambda: False, lambda: MORNING) is None
    assert (smtp.mails, reminders.every(sending.store, MORNING)) == ([], ())
    done = post(sending, letter, "陈静", yes, lambda: MORNING)
    assert done is not None
    assert done.ok
    (got,) = smtp.mails
    assert (got["To"], got["X-Unsent"], got["Reply-To"]) == ("zjwyxh@example.cn", None, "wzglzzh@ecpmi.org.cn")
    assert got.get_payload(decode=True).decode().replace("\r\n", "\n") == letter.text  # type: ignore[union-attr]
    (kept,) = reminders.every(sending.store, MORNING)
    assert (kept.state, kept.person, kept.recipient) == ("sent", "陈静", "zjwyxh@example.cn")
    with pytest.raises(ReminderError, match="今天已由陈静发过"):
        post(sending, letter, "李四", yes, lambda: MORNING)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("clock", ["07-29T22:00:00", "07-29T23:30:00", "07-30T06:59:59", "07-30T00:00:00"])
def test_nothing_is_sent_by_night(sending: Desk, smtp: MailServer, clock: str) -> None:
    asked: list[bool] = []
    with pytest.raises(ReminderError, match="22:00 至次日 07:00 不向协会发信"):
        post(sending, letter_of(sending), "陈静", lambda: not asked.append(True), lambda: day(clock))
    # Who confirms only after ten is too late, too.
    clocks = iter([day("07-29T21:59:00"), day("07-29T22:01:00")])
    with pytest.raises(ReminderError, match="不向协会发信"):
        post(sending, letter_of(sending), "陈静", yes, lambda: next(clocks))
    assert (asked, smtp.mails, reminders.every(sending.store, day("08-01T10:00:00"))) == ([], [], ())


def test_a_trial_goes_to_oneself_alone_and_is_not_recorded(sending: Desk, smtp: MailServer) -> None:
    letter = letter_of(sending, "河北")
    assert try_out(sending, letter, "me@ecpmi.org.cn").ok
    (got,) = smtp.mails
    assert (got["To"], smtp.recipients) == ("me@ecpmi.org.cn", ["me@ecpmi.org.cn"])
    assert got["Subject"].startswith("【试发，只给自己】")
    assert reminders.every(sending.store, day("08-01T10:00:00")) == ()
    with pytest.raises(ReminderError, match="河北没有可发的地址"):
        post(sending, letter, "陈静", yes, lambda: MORNING)


def test_a_letter_that_did_not_go_is_said_and_may_go_again(sending: Desk, smtp: MailServer) -> None:
    smtp.refused.add("zjwyxh@example.cn")
    done = post(sending, letter_of(sending), "陈静", yes, lambda: MORNING)
    assert done is not None
    assert not done.ok
    (kept,) = reminders.every(sending.store, MORNING)
    assert kept.state == "failed"
    assert "收件地址被拒绝" in kept.reason
    made = writer(sending, MORNING)
    (row,) = history.records(made.assessment, made.sent, spacing(sending))
    assert row.state.startswith("没有发出")
    smtp.refused.clear()
    assert post(sending, letter_of(sending), "陈静", yes, lambda: MORNING) is not None
    assert len(smtp.mails) == 1


def test_a_letter_of_which_nobody_knows_whether_it_went_is_not_sent_again_before_somebody_looked(
    sending: Desk, smtp: MailServer
) -> None:
    letter = letter_of(sending)
    left = Sending(
        "浙江", letter.what, letter.asked, MORNING, "邮件", "zjwyxh@example.cn", "陈静", MORNING, letter.text
    )
    number = reminders.add(sending.store, left, reminders.SENDING)
    made = writer(sending, MORNING + timedelta(minutes=5))
    (row,) = history.records(made.assessment, made.sent, spacing(sending))
    assert row.state == f"不知是否发出，请到“已发送”里核对，再运行 zhengji remind settle {number} 已发出|未发出"
    with pytest.raises(ReminderError, match="没有再发"):
        post(sending, letter, "李四", yes, lambda: MORNING + timedelta(minutes=5))
    assert smtp.mails == []
    assert reminders.settle(sending.store, number, reminders.FAILED, "经核对没有发出")
    assert not reminders.settle(sending.store, number, reminders.SENT)
    assert post(sending, letter, "李四", yes, lambda: MORNING + timedelta(minutes=6)) is not None


def test_a_letter_that_was_taken_without_an_answer_is_not_called_unsent_and_does_not_go_again(
    sending: Desk, smtp: MailServer
) -> None:
    smtp.silent.add("zjwyxh@example.cn")
    done = post(sending, letter_of(sending), "陈静", yes, lambda: MORNING)
    assert done is not None
    assert [one.state for one in done.deliveries] == ["unclear"]
    (kept,) = reminders.every(sending.store, MORNING)
    assert (kept.state, kept.counts) == ("sending", True)
    smtp.silent.clear()
    with pytest.raises(ReminderError, match="没有再发"):
        post(sending, letter_of(sending), "陈静", yes, lambda: MORNING + timedelta(minutes=5))
    assert len(smtp.mails) == 1
    assert reminders.settle(sending.store, kept.id, reminders.SENT)


def test_the_worker_knows_nothing_of_letters() -> None:
    root = Path(__file__).parent.parent / "ingest"
    for name in ("worker.py", "mailboxes/poll.py", "telling/digesting.py", "intake.py", "sharing/duties.py"):
        assert not re.search(
            r"remind|letter_of|posting|drafts", (root / name).read_text(encoding="utf-8").replace("take_in", "")
        )


# ---- the command line


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def zhengji(*words: str) -> Done:
    """Run the command line in this process, which need not start first."""
    out, err, code = StringIO(), StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["zhengji", *words])
        patch.setattr(sys, "stdin", StringIO("浙江\n"))
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def config(read: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("remind") / "desk"
    shutil.copytree(read, folder)
    return str(folder / "zhengji.toml")


AT = "2026-07-29T10:00"


def test_the_command_shows_whom_it_would_go_to_and_every_word_and_writes_nothing(config: str) -> None:
    done = zhengji("--config", config, "remind", "浙江", "--show", "--as-of", AT)
    assert done.returncode == 0, done.stderr
    assert "收件人：zjwyxh@example.cn（协会名录）" in done.stdout
    assert "1. 汇总清单（附件4）加盖公章后的扫描件。" in done.stdout
    assert "---- 微信 ----" in done.stdout
    assert not (Path(config).parent / "data" / "letters").exists()


def test_the_command_writes_drafts_and_a_phone_sheet_with_the_whole_number(config: str, tmp_path: Path) -> None:
    done = zhengji("--config", config, "remind", "浙江省", "河北", "-o", str(tmp_path), "--as-of", AT)
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(
        [f"{kind}-{province}-2026-07-29{end}" for province in ("浙江", "河北") for kind, end in (("催报函", ".eml"), ("催报函", ".txt"), ("微信", ".txt"))]
        + ["电话单-2026-07-29.txt", "电话单-2026-07-29.xlsx", "草稿目录.json"]
    )  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "电话单-2026-07-29.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["省份", "协会", "联系人", "电话", "号码来源", "请对方做什么", "此前提请", "通话结果", "记录人"]
    zhejiang = next(row for row in rows if row[0] == "浙江")
    assert zhejiang[2:5] == ["陈静", "13900001234", "7月20日到达的《汇总清单.docx》"]
    assert "1. 汇总清单（附件4）加盖公章后的扫描件" in str(zhejiang[5])
    assert zhejiang[7:] == [None, None]
    assert "13900001234" not in done.stderr


def test_a_phone_sheet_that_staff_wrote_into_is_never_overwritten(config: str, tmp_path: Path) -> None:
    def write(*provinces: str) -> list[str]:
        words = ("--config", config, "remind", *provinces, "--as-of", AT, "-o", str(tmp_path))
        assert zhengji(*words).returncode == 0
        return sorted(path.name for path in tmp_path.glob("电话单*.xlsx"))

    assert write("浙江", "河北") == ["电话单-2026-07-29.xlsx"]
    (tmp_path / "电话单-2026-07-29.xlsx").write_bytes(b"with notes")
    assert write("浙江", "河北") == ["电话单-2026-07-29.xlsx"]
    assert write("河北") == ["电话单-2026-07-29.xlsx", "电话单-2026-07-29（2）.xlsx"]
    assert (tmp_path / "电话单-2026-07-29.xlsx").read_bytes() == b"with notes"


def test_what_was_sent_is_noted_listed_and_shown(config: str, tmp_path: Path) -> None:
    def run(*words: str) -> Done:
        return zhengji("--config", config, "remind", *words)

    assert run("江苏", "-o", str(tmp_path), "--as-of", AT).returncode == 0
    done = run(
        "sent",
        "江苏",
        "--channel",
        "微信",
        "--person",
        "陈静",
        "--note",
        "已读",
        "--at",
        "2026-07-29T15:00",
        "-o",
        str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    number = re.search(r"已登记 (\d+)：江苏　催报函　1 项　微信　陈静", done.stdout)
    assert number is not None
    shown = run("list", "--as-of", "2026-07-30", "-o", str(tmp_path))
    assert "江苏" in shown.stdout
    assert "7月31日起可再催" in shown.stdout
    assert "草稿 催报函-江苏-2026-07-29.eml：已于7月29日发出" in shown.stdout
    assert "还没有催办记录" in run("list", "--as-of", "2026-07-28", "-o", str(tmp_path)).stdout
    assert "江苏省物业管理协会：" in run("show", number[1]).stdout
    assert run("show", "999").returncode == 2
    assert "还没有到" in run("sent", "江苏", "--channel", "微信", "--at", "2099-01-01").stderr
    assert "没有编号为 999" in run("undo", "999").stderr
    assert (
        f"已撤销 {number[1]}：江苏　催报函　微信　王五"
        in run("undo", number[1], "--person", "王五", "--note", "错").stdout
    )
    assert "已由王五撤销过" in run("undo", number[1]).stderr
    assert "已撤销登记，不算（王五" in run("list", "-o", str(tmp_path)).stdout
    assert "已由王五于" in run("show", number[1]).stdout
    assert run("settle", number[1], "已发出").returncode == 2
    unknown = run("浙", "--as-of", AT)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_sending_needs_a_person_at_a_terminal(config: str) -> None:
    done = zhengji("--config", config, "remind", "send", "浙江")
    assert done.returncode == 2
    assert "收件人：zjwyxh@example.cn" in done.stdout
    assert "发给协会要由人在终端上确认" in done.stderr
    assert "--as-of 只用于试发" in zhengji("--config", config, "remind", "send", "浙江", "--as-of", AT).stderr


def test_the_command_puts_a_draft_into_the_mailboxs_drafts_once(read: Path, tmp_path: Path, account: Account) -> None:
    shutil.copytree(read, tmp_path / "desk")
    path = str(write_settings(tmp_path / "desk", account_settings(account)))
    account.append(b"Subject: x\r\n\r\nx", MORNING, "Drafts")
    words = ("--config", path, "remind", "浙江", "--to-drafts", "--as-of", AT, "-o", str(tmp_path / "out"))
    first, second = zhengji(*words), zhengji(*words)
    assert f"浙江：已放进 {account.user} 的“Drafts”" in first.stdout
    assert f"浙江：早已在 {account.user} 的“Drafts”" in second.stdout
    with account.client() as client:
        assert client.select_folder("Drafts", readonly=True)[b"EXISTS"] == 2
    listed_ = zhengji("--config", path, "remind", "list", "-o", str(tmp_path / "out"), "--as-of", "2026-08-06T10:00")
    assert f"（也在 {account.user} 的草稿箱）：已过时：截止日已过" in listed_.stdout
    assert "没有设置" not in first.stderr
    nobody = zhengji(
        "--config", path, "remind", "浙江", "--mailbox", "x@y.cn", "--as-of", AT, "-o", str(tmp_path / "o")
    )
    assert (nobody.returncode, "没有收件邮箱 x@y.cn" in nobody.stderr) == (2, True)


def test_where_nothing_came_there_is_nothing_to_amend(opened: Desk, tmp_path: Path) -> None:
    opened.close()
    done = zhengji(
        "--config",
        str(tmp_path / "desk" / "zhengji.toml"),
        "remind",
        "浙江",
        "--what",
        "补正通知",
        "--as-of",
        "2026-07-19T10:00",
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "浙江：尚未收到任何材料" in done.stderr


def test_two_who_send_at_once_send_once_on_both_databases(store: Store) -> None:
    def sending_(person: str) -> Sending:
        return Sending("浙江", "催报函", [], MORNING, "邮件", "a@b.cn", person, MORNING, "文")

    first = reminders.add(store, sending_("甲"), reminders.SENDING, since=MORNING)
    with pytest.raises(reminders.AlreadySendingError) as caught:
        reminders.add(store, sending_("乙"), reminders.SENDING, since=MORNING)
    assert (caught.value.other.id, caught.value.other.person) == (first, "甲")
    assert reminders.settle(store, first, reminders.FAILED, "连不上")
    second = reminders.add(store, sending_("乙"), reminders.SENDING, since=MORNING)
    assert [(one.id, one.state) for one in reminders.every(store, MORNING)] == [(first, "failed"), (second, "sending")]


_AT_TEN = "import ingest.commands.remind as r, datetime as d; r.now = lambda: d.datetime(2026, 8, 6, 2, tzinfo=d.UTC); import ingest.context as c; c.now = r.now; from ingest.cli import main; main()"


@pytest.mark.parametrize(("typed", "went"), [("浙江", 1), ("是", 0)])
def test_a_person_who_types_the_provinces_name_sends_and_no_other(
    read: Path, tmp_path: Path, smtp: MailServer, typed: str, went: int
) -> None:
    lines = f'[digest.smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\nsender = "s@ecpmi.org.cn"\n'
    shutil.copytree(read, tmp_path / "desk")
    path = write_settings(tmp_path / "desk", lines)
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", _AT_TEN, "--config", str(path), "remind", "send", "浙江", "--person", "陈静"]
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, close_fds=True)
    os.close(follower)
    os.write(leader, f"{typed}\n".encode())
    said, end = b"", time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if select.select([leader], [], [], 0.2)[0]:
            try:
                said += os.read(leader, 4096)
            except OSError:
                break
    assert process.wait(10) == (0 if went else 1), said.decode(errors="replace")
    assert len(smtp.mails) == went
    os.close(leader)


def test_templates_are_copied_checked_and_used(tmp_path: Path) -> None:
    path = write_settings(tmp_path, '[reminders]\ntemplates = "模板"\n')
    missing = zhengji("--config", str(path), "check-config")
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "模板文件夹不存在" in missing.stderr
    assert zhengji("remind", "templates", "-o", str(tmp_path / "模板")).returncode == 0
    assert zhengji("--config", str(path), "check-config").returncode == 0
    own = tmp_path / "模板" / "催报函.txt"
    own.write_text(own.read_text(encoding="utf-8").replace("{{ 事项 }}\n\n{%", "{{ 事顷 }}\n\n{%"), encoding="utf-8")
    for words in (["check-config"], ["remind", "浙江", "--as-of", AT, "-o", str(tmp_path / "out")]):
        done = zhengji("--config", str(path), *words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert re.search(r"催报函.txt: 第 \d+ 行：没有 事顷 这个名称，是不是 事项？", done.stderr)
    assert not (tmp_path / "out").exists()


def test_the_phone_sheet_as_text_has_room_for_what_was_said(opened: Desk) -> None:
    letter = letter_of(opened)
    text = phone_text([letter], (), {"浙江": "浙江省物业管理协会"}, "电话单", opened.campaign.call.zone)
    assert "陈静 13900001234" in text
    assert text.rstrip().endswith("记录人：")
