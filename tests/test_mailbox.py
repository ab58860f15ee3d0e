"""The mailbox, on a real Dovecot: everything is read, nothing is changed, and what breaks is said."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.campaign import Campaign
from config.mailboxes import MailboxSettings
from ingest.mailboxes.fetched import Fetched, FolderState, LoginRefused, Unreachable
from ingest.mailboxes.mailbox import ImapMailbox
from tests.scripted_imap import netease, scripted
from tests.servers import Account, Dovecot

WHEN = datetime.fromisoformat("2026-08-05T23:59:58+08:00")


def settings(account: Account, **changes: object) -> MailboxSettings:
    fields = {
        "address": account.user, "host": "127.0.0.1", "port": account.server.port, "security": "none",
        "password": account.server.password, "timeout_seconds": 10,
    }  # fmt: skip
    return MailboxSettings.model_validate({**fields, **changes})


def read(box: ImapMailbox, folder: str, into: Path, state: FolderState | None = None) -> list[tuple[Fetched, bytes]]:
    return [(mail, mail.path.read_bytes()) for mail in box.new(folder, state, into) if isinstance(mail, Fetched)]


def mail(number: int, size: int = 0) -> bytes:
    return b"Subject: %d\r\n\r\n%d\r\n" % (number, number) + b"x" * size


def test_every_folder_is_read_but_sent_drafts_and_trash(account: Account, campaign: Campaign) -> None:
    for folder in (
        "垃圾邮件",
        "广告邮件",
        "已发送",
        "草稿箱",
        "已删除",
        "Sent",
        "Drafts",
        "Trash",
        "其他文件夹/省协会",
        "Sent Messages",
    ):
        account.append(mail(1), WHEN, folder)
    with ImapMailbox(settings(account), campaign) as box:
        folders = {folder.name: folder.junk for folder in box.folders()}
    assert folders == {
        "INBOX": False,
        "垃圾邮件": True,
        "广告邮件": True,
        "其他文件夹/省协会": False,
    }


def test_only_the_folders_that_the_settings_name_are_read(account: Account, campaign: Campaign) -> None:
    account.append(mail(1), WHEN, "省协会")
    with ImapMailbox(settings(account, folders=("省协会",)), campaign) as box:
        assert [folder.name for folder in box.folders()] == ["省协会"]


def test_a_mail_arrives_byte_for_byte_with_the_moment_the_server_took_it(
    account: Account, campaign: Campaign, tmp_path: Path
) -> None:
    raw = "Subject: 报送\r\nX: ".encode("gb18030") + bytes(range(128, 256)) + b"\r\n\r\n.\r\nbody\r\n"
    account.append(raw, WHEN, "垃圾邮件")
    with ImapMailbox(settings(account), campaign) as box:
        box.folders()
        ((fetched, content),) = read(box, "垃圾邮件", tmp_path)
    assert content == raw
    assert fetched.arrival == WHEN
    assert fetched.arrival.tzinfo is not None
    assert fetched.junk


def test_the_hosts_time_zone_changes_no_arrival(account: Account, tmp_path: Path) -> None:
    account.append(mail(1), WHEN)
    script = f"""
from pathlib import Path
from config.campaign import load_campaign
from config.mailboxes import MailboxSettings
from ingest.mailboxes.mailbox import ImapMailbox
s = MailboxSettings(address={account.user!r}, host="127.0.0.1", port={account.server.port}, security="none", password="secret")
with ImapMailbox(s, load_campaign("2026-haofuwu")) as box:
    print(*[m.arrival.isoformat() for m in box.new("INBOX", None, Path({str(tmp_path)!r}))])
"""
    root = Path(__file__).parent.parent
    answers = {
        zone: subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("America/New_York", "Asia/Shanghai", "UTC")
    }
    assert {datetime.fromisoformat(answer.strip().splitlines()[-1]) for answer in answers.values()} == {WHEN}


def whole_state(account: Account) -> dict[str, object]:
    """Return what the server says of every folder: counts, numbers, and every mail's flags."""
    state: dict[str, object] = {}
    with account.client() as client:
        for _, _, folder in client.list_folders():
            counts = client.folder_status(folder, ["MESSAGES", "UNSEEN", "RECENT", "UIDNEXT", "UIDVALIDITY"])
            client.select_folder(folder, readonly=True)
            flags = {uid: set(data[b"FLAGS"]) for uid, data in client.fetch(client.search(), ["FLAGS"]).items()}
            state[folder] = (counts, flags)
    return state


def test_reading_changes_no_flag_no_count_and_no_folder(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    account.append_all([(mail(n, 300_000 if n == 1 else 0), WHEN) for n in range(3)])
    account.append(mail(9), WHEN, "垃圾邮件")
    with account.client() as client:
        client.select_folder("INBOX")
        client.add_flags([2], [b"\\Seen"])
    before = whole_state(account)
    with ImapMailbox(settings(account), campaign) as box:
        taken = [one for folder in box.folders() for one, _ in read(box, folder.name, tmp_path)]
    assert len(taken) == 4
    assert whole_state(account) == before


def test_only_what_came_since_is_fetched(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    account.append_all([(mail(n), WHEN) for n in range(3)])
    with ImapMailbox(settings(account), campaign) as box:
        last = read(box, "INBOX", tmp_path)[-1][0]
        state = FolderState("INBOX", last.uidvalidity, last.uid)
        assert read(box, "INBOX", tmp_path, state) == []
        account.append(mail(9), WHEN)
        assert [content for _, content in read(box, "INBOX", tmp_path, state)] == [mail(9)]


def test_a_folder_that_was_made_anew_is_read_again(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    account.append(mail(1), WHEN, "收件")
    with ImapMailbox(settings(account), campaign) as box:
        first = read(box, "收件", tmp_path)[0][0]
    time.sleep(1.1)  # Dovecot makes UIDVALIDITY of the second.
    with account.client() as client:
        client.delete_folder("收件")
    account.append(mail(2), WHEN, "收件")
    with ImapMailbox(settings(account), campaign) as box:
        again = read(box, "收件", tmp_path, FolderState("收件", first.uidvalidity, first.uid))
    assert [content for _, content in again] == [mail(2)]
    assert again[0][0].uidvalidity != first.uidvalidity


@pytest.mark.parametrize("size", [1024 * 1024 - 14, 1024 * 1024, 2 * 1024 * 1024, 8_000_000])
def test_a_large_mail_arrives_byte_for_byte(account: Account, campaign: Campaign, tmp_path: Path, size: int) -> None:
    raw = b"Subject: big\r\n\r\n" + os.urandom(size // 2).hex().encode()
    account.append(raw, WHEN)
    with ImapMailbox(settings(account), campaign) as box:
        ((fetched, content),) = read(box, "INBOX", tmp_path)
    assert content == raw
    assert fetched.size == len(raw)


def test_three_hundred_small_and_two_large_mails_come_in_order(
    account: Account, campaign: Campaign, tmp_path: Path
) -> None:
    mails = [mail(n, 400_000 if n in {50, 200} else 0) for n in range(300)]
    account.append_all([(raw, WHEN + timedelta(seconds=n)) for n, raw in enumerate(mails)])
    with ImapMailbox(settings(account), campaign) as box:
        fetched = read(box, "INBOX", tmp_path)
    assert [content for _, content in fetched] == mails
    assert [one.uid for one, _ in fetched] == sorted(one.uid for one, _ in fetched)
    assert {path.name for path in tmp_path.iterdir()} == {one.path.name for one, _ in fetched}
    assert [one.sha256 for one, _ in fetched] == [hashlib.sha256(raw).hexdigest() for raw in mails]


def test_a_mail_that_vanished_between_listing_and_fetching_is_passed_over(
    account: Account, campaign: Campaign, tmp_path: Path
) -> None:
    account.append_all([(mail(n, 300_000), WHEN) for n in range(5)])
    with ImapMailbox(settings(account), campaign) as box:
        mails = box.new("INBOX", None, tmp_path)
        first = next(mails)
        with account.client() as client:
            client.select_folder("INBOX")
            client.delete_messages([4])
            client.expunge()
        assert [first.uid, *(one.uid for one in mails if isinstance(one, Fetched))] == [1, 2, 3, 5]


def test_a_wrong_password_is_refused_in_chinese_and_never_shown(account: Account, campaign: Campaign) -> None:
    with pytest.raises(LoginRefused) as caught, ImapMailbox(settings(account, password="wrong-geheim"), campaign):
        pass
    assert "授权码" in caught.value.reason
    assert "wrong-geheim" not in str(caught.value) + caught.value.reason


def test_a_password_file_that_is_not_there_is_said(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    missing = settings(account, password=None, password_file=tmp_path / "none")
    with pytest.raises(LoginRefused, match="密码文件读不了"), ImapMailbox(missing, campaign):
        pass


def test_a_server_that_is_down_is_unreachable(account: Account, campaign: Campaign) -> None:
    with pytest.raises(Unreachable) as caught, ImapMailbox(settings(account, port=1), campaign):
        pass
    assert "连不上" in caught.value.reason


def test_a_server_that_says_nothing_is_given_up_after_the_timeout(account: Account, campaign: Campaign) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(Unreachable), ImapMailbox(settings(account, port=port, timeout_seconds=1), campaign):
            pass
    assert time.monotonic() - started < 8


def test_a_server_that_dies_in_the_middle_loses_nothing_that_was_yielded(
    dovecot: Dovecot, account: Account, campaign: Campaign, tmp_path: Path
) -> None:
    account.append_all([(mail(n, 300_000), WHEN) for n in range(3)])
    seen = []
    with pytest.raises(Unreachable), ImapMailbox(settings(account), campaign) as box:
        for one in box.new("INBOX", None, tmp_path):
            seen.append(one.uid)
            dovecot.kill()
    dovecot.start()
    # The piece that had been asked for ahead may have come before the end.
    assert seen in ([1], [1, 2])


def test_tls_is_used_and_the_certificate_is_checked(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    account.append(mail(1), WHEN)
    secure = {"security": "ssl", "port": account.server.tls_port, "host": "localhost"}
    with pytest.raises(Unreachable) as caught, ImapMailbox(settings(account, **secure), campaign):
        pass
    assert "证书不可信" in caught.value.reason
    trusted = settings(account, **secure, ca_file=account.server.folder / "cert.pem")
    with ImapMailbox(trusted, campaign) as box:
        assert len(read(box, "INBOX", tmp_path)) == 1


def test_starttls_works(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    account.append(mail(1), WHEN)
    upgraded = settings(account, security="starttls", host="localhost", ca_file=account.server.folder / "cert.pem")
    with ImapMailbox(upgraded, campaign) as box:
        assert len(read(box, "INBOX", tmp_path)) == 1


def test_netease_gets_its_introduction_before_examine_and_needs_no_uidnext(campaign: Campaign, tmp_path: Path) -> None:
    with scripted(netease({3: mail(3), 7: mail(7)})) as server:
        box_settings = MailboxSettings(address="a@163.com", host="127.0.0.1", port=server.port, security="none")
        with ImapMailbox(box_settings, campaign) as box:
            assert {folder.name: folder.junk for folder in box.folders()} == {"INBOX": False, "垃圾邮件": True}
            fetched = read(box, "INBOX", tmp_path)
            assert [(one.uid, one.arrival, content) for one, content in fetched] == [
                (3, datetime(2026, 8, 5, 15, 59, 58, tzinfo=UTC), mail(3)),
                (7, datetime(2026, 8, 5, 15, 59, 58, tzinfo=UTC), mail(7)),
            ]
            assert read(box, "INBOX", tmp_path, FolderState("INBOX", 1, 7)) == []
    words = [command.split()[0].upper() for command in server.commands]
    assert words.index("ID") < words.index("EXAMINE")
    assert not {"SELECT", "STORE", "COPY", "MOVE", "EXPUNGE", "APPEND"} & set(words)
