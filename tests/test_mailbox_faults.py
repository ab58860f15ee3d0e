"""The mailbox, on servers that answer oddly: nothing cut is kept as whole, nothing is lost unsaid, no false alarm."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import structlog

from config.campaign import Campaign
from config.mailboxes import MailboxSettings
from ingest.mailboxes.fetched import (
    Fetched,
    FolderState,
    FolderStatus,
    LoginRefused,
    MailboxError,
    NotGiven,
    Unreachable,
)
from ingest.mailboxes.fetching import PIECE
from ingest.mailboxes.mailbox import ImapMailbox
from tests.scripted_imap import Answer, ScriptedServer, netease, scripted
from tests.servers import Account

WHEN = datetime.fromisoformat("2026-08-05T23:59:58+08:00")
SAID = b'INTERNALDATE "05-Aug-2026 23:59:58 +0800"'
MAILS = {3: b"Subject: 3\r\n\r\nthree\r\n", 7: b"Subject: 7\r\n\r\nseven\r\n"}
Edit = Callable[[str], list[bytes] | None]


def odd(mails: dict[int, bytes], edit: Edit) -> Answer:
    """Answer as NetEase does, but for the commands that `edit` answers."""
    usual = netease(mails)
    return lambda command: edit(command.upper()) or usual(command)


@contextmanager
def box_at(server: ScriptedServer, campaign: Campaign, **changes: object) -> Iterator[ImapMailbox]:
    fields = {
        "address": "a@163.com", "host": "127.0.0.1", "port": server.port, "security": "none", "password": "geheim",
        "timeout_seconds": 3,
    }  # fmt: skip
    with ImapMailbox(MailboxSettings.model_validate({**fields, **changes}), campaign) as box:
        yield box


def take(answer: Answer, campaign: Campaign, into: Path, state: FolderState | None = None) -> dict[int, object]:
    """Read the inbox of a scripted server."""
    with scripted(answer) as server, box_at(server, campaign) as box:
        outcomes = list(box.new("INBOX", state, into))
    return {one.uid: one.path.read_bytes() if isinstance(one, Fetched) else one for one in outcomes}


def pieces_of(raw: bytes, cut: Callable[[int, bytes], bytes] = lambda _offset, piece: piece) -> Edit:
    """Answer for one mail, UID 3, that is asked for in pieces; `cut` may shorten a piece."""

    def edit(command: str) -> list[bytes] | None:
        if "RFC822.SIZE" in command:
            return [b"* 1 FETCH (UID 3 RFC822.SIZE %d %b)\r\n" % (len(raw), SAID), b"OK FETCH"]
        asked = re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", command)
        if asked is None:
            return None
        offset, length = int(asked[1]), int(asked[2])
        piece = cut(offset, raw[offset : offset + length])
        return [b"* 1 FETCH (UID 3 BODY[]<%d> {%d}\r\n%b)\r\n" % (offset, len(piece), piece), b"OK FETCH"]

    return edit


def test_a_small_mail_whose_literal_is_cut_is_asked_for_again_and_comes_whole(
    campaign: Campaign, tmp_path: Path
) -> None:
    whole = pieces_of(MAILS[3])

    def edit(command: str) -> list[bytes] | None:
        if command.startswith("UID FETCH") and "BODY.PEEK[]" in command and "<" not in command:
            return [b"* 1 FETCH (UID 3 BODY[] {10}\r\n%b)\r\n" % MAILS[3][:10], b"OK FETCH"]
        return whole(command)

    assert take(odd({3: MAILS[3]}, edit), campaign, tmp_path) == {3: MAILS[3]}


def test_a_short_piece_in_the_middle_of_a_large_mail_is_not_its_end(campaign: Campaign, tmp_path: Path) -> None:
    raw = b"Subject: big\r\n\r\n" + os.urandom(3_000_000)
    cut = pieces_of(raw, lambda offset, piece: piece[:1000] if offset == PIECE else piece)
    assert take(odd({3: raw}, cut), campaign, tmp_path) == {3: raw}


def test_a_large_mail_of_which_a_piece_is_missing_is_not_kept(campaign: Campaign, tmp_path: Path) -> None:
    raw = b"Subject: big\r\n\r\n" + os.urandom(PIECE + 1000)
    usual = pieces_of(raw)

    def edit(command: str) -> list[bytes] | None:
        return [b"* 1 FETCH (UID 3 FLAGS (\\Seen))\r\n", b"OK FETCH"] if f"<{PIECE}." in command else usual(command)

    (outcome,) = take(odd({3: raw}, edit), campaign, tmp_path).values()
    assert isinstance(outcome, NotGiven)
    assert "少给了" in outcome.reason
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("said", [17, 10**6], ids=["too little", "too much"])
def test_a_server_that_counts_wrongly_still_gives_the_whole_mail(campaign: Campaign, tmp_path: Path, said: int) -> None:
    usual = pieces_of(MAILS[3])

    def edit(command: str) -> list[bytes] | None:
        if "RFC822.SIZE" in command:
            return [b"* 1 FETCH (UID 3 RFC822.SIZE %d %b)\r\n" % (said, SAID), b"OK FETCH"]
        return usual(command)

    with structlog.testing.capture_logs() as lines:
        assert take(odd({3: MAILS[3]}, edit), campaign, tmp_path) == {3: MAILS[3]}
    assert [line["said"] for line in lines if line["event"] == "mailbox.size_differs"] == [said]


def test_a_mail_without_a_size_comes_whole(campaign: Campaign, tmp_path: Path) -> None:
    usual = pieces_of(MAILS[3])

    def edit(command: str) -> list[bytes] | None:
        return [b"* 1 FETCH (UID 3 %b)\r\n" % SAID, b"OK FETCH"] if "RFC822.SIZE" in command else usual(command)

    assert take(odd({3: MAILS[3]}, edit), campaign, tmp_path) == {3: MAILS[3]}


@pytest.mark.parametrize("item", [b"", b' INTERNALDATE "yesterday"', b" INTERNALDATE NIL"])
def test_a_mail_without_an_arrival_is_neither_passed_over_nor_given_one(
    campaign: Campaign, tmp_path: Path, item: bytes
) -> None:
    def edit(command: str) -> list[bytes] | None:
        if "RFC822.SIZE" not in command:
            return None
        first = b"* 1 FETCH (UID 3 RFC822.SIZE %d %b)\r\n" % (len(MAILS[3]), SAID)
        return [first, b"* 2 FETCH (UID 7 RFC822.SIZE %d%b)\r\n" % (len(MAILS[7]), item), b"OK FETCH"]

    found = take(odd(MAILS, edit), campaign, tmp_path)
    assert found[3] == MAILS[3]
    assert isinstance(found[7], NotGiven)
    assert "到达时间" in found[7].reason


def test_a_mail_that_vanishes_while_its_pieces_come_is_passed_over(
    account: Account, campaign: Campaign, tmp_path: Path
) -> None:
    big = b"Subject: big\r\n\r\n" + b"x" * (2 * PIECE)
    account.append_all([(big, WHEN), (MAILS[7], WHEN)])
    settings = MailboxSettings(
        address=account.user, host="127.0.0.1", port=account.server.port, security="none", password="secret"
    )
    with ImapMailbox(settings, campaign) as box:
        fetch = box.client.fetch

        def deleting(uids: list[int], items: list[str]) -> object:
            answer = fetch(uids, items)
            if "<0." in items[0]:
                with account.client() as staff:
                    staff.select_folder("INBOX")
                    staff.delete_messages([1])
                    staff.expunge()
            return answer

        box.client.fetch = deleting
        outcomes = [one for one in box.new("INBOX", None, tmp_path) if isinstance(one, Fetched)]
    got = {one.uid: one.path.read_bytes() for one in outcomes}
    # Dovecot may still give the rest of a mail that it has open: whole or not at all, both are right.
    assert got in ({2: MAILS[7]}, {1: big, 2: MAILS[7]})


def test_a_mail_that_is_named_but_given_no_bytes_is_not_kept_empty(campaign: Campaign, tmp_path: Path) -> None:
    def edit(command: str) -> list[bytes] | None:
        return [b"* 1 FETCH (UID 3 BODY[] NIL)\r\n", b"OK FETCH"] if "BODY.PEEK" in command else None

    (outcome,) = take(odd({3: MAILS[3]}, edit), campaign, tmp_path).values()
    assert isinstance(outcome, NotGiven)
    assert "没有给出" in outcome.reason


def test_a_connection_cut_inside_a_literal_leaves_no_file(campaign: Campaign, tmp_path: Path) -> None:
    def edit(command: str) -> list[bytes] | None:
        if "BODY.PEEK" not in command:
            return None
        return [b"* 1 FETCH (UID 3 BODY[] {21}\r\nSubject", b"OK FETCH"]

    with pytest.raises(Unreachable):
        take(odd({3: MAILS[3]}, edit), campaign, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
        b"* 1 FETCH " + b"(" * 100_000 + b"\r\n",
        b"* 1 FETCH (UID 3 BODY[] {99999999999999999999999}\r\n",
        b"* 1 FETCH (UID 3 BODY[] {999999999999999}\r\n",
        b"\xff\xfe garbage\r\n",
        b"* 1 FETCH (UID x RFC822.SIZE)\r\n",
    ],
    ids=["nested", "beyond numbers", "beyond memory", "garbage", "no number"],
)
def test_nonsense_from_a_server_is_unreachable_and_nothing_else(
    campaign: Campaign, tmp_path: Path, line: bytes
) -> None:
    with pytest.raises(Unreachable):
        take(odd(MAILS, lambda c: [line, b"OK x"] if c.startswith("UID FETCH") else None), campaign, tmp_path)


def _hang_up() -> list[bytes]:
    # socketserver ends a connection whose handler fails, with no answer sent.
    raise ConnectionResetError


@pytest.mark.parametrize(
    "answer",
    [[b"NO [UNAVAILABLE] try later"], [b"* BYE going down\r\n", b"NO x"]],
    ids=["unavailable", "bye"],
)
def test_a_login_that_fails_for_the_servers_own_reasons_blames_no_password(
    campaign: Campaign, answer: list[bytes]
) -> None:
    with (
        scripted(odd(MAILS, lambda c: answer if c.startswith("LOGIN") else None)) as server,
        pytest.raises(Unreachable) as caught,
        box_at(server, campaign),
    ):
        pass
    assert "授权码" not in caught.value.reason


def test_a_line_that_drops_at_login_blames_no_password(campaign: Campaign) -> None:
    with (
        scripted(odd(MAILS, lambda c: _hang_up() if c.startswith("LOGIN") else None)) as server,
        pytest.raises(Unreachable) as caught,
        box_at(server, campaign),
    ):
        pass
    assert "连接中断" in caught.value.reason


@pytest.mark.parametrize("password", ["geheim-7", 'ge"h\\eim'])
def test_a_server_that_repeats_the_password_does_not_bring_it_into_the_log(campaign: Campaign, password: str) -> None:
    with scripted(netease(MAILS)) as server:
        usual = server.answer
        server.answer = lambda c: [b"NO cannot " + c.encode()] if c.upper().startswith("LOGIN") else usual(c)
        with pytest.raises(LoginRefused) as caught, box_at(server, campaign, password=password):
            pass
    assert "cannot" in str(caught.value)
    assert password not in str(caught.value)
    assert password.replace("\\", "\\\\").replace('"', '\\"') not in str(caught.value)


def test_a_password_of_other_letters_is_told_as_such(campaign: Campaign) -> None:
    with scripted(netease(MAILS)) as server:
        with pytest.raises(LoginRefused) as caught, box_at(server, campaign, password="授权码八位"):
            pass
        assert not any(command.upper().startswith("LOGIN") for command in server.commands)
    assert "英文以外" in caught.value.reason


def test_folders_of_the_settings_that_are_not_there_are_said(campaign: Campaign) -> None:
    with (
        structlog.testing.capture_logs() as lines,
        scripted(netease(MAILS)) as server,
        box_at(server, campaign, folders=("inbox", "省协会")) as box,
    ):
        assert [folder.name for folder in box.folders()] == ["INBOX"]
    assert [line["folders"] for line in lines if line["event"] == "mailbox.folder_missing"] == [["省协会"]]


def test_settings_that_name_no_folder_of_the_mailbox_are_an_error(campaign: Campaign) -> None:
    with (
        scripted(netease(MAILS)) as server,
        box_at(server, campaign, folders=("省协会",)) as box,
        pytest.raises(MailboxError) as caught,
    ):
        box.folders()
    assert "省协会" in caught.value.reason


def test_a_ca_file_that_is_not_there_is_said(campaign: Campaign, tmp_path: Path) -> None:
    with (
        scripted(netease(MAILS)) as server,
        pytest.raises(Unreachable) as caught,
        box_at(server, campaign, security="ssl", ca_file=tmp_path / "none.pem"),
    ):
        pass
    assert "ca_file" in caught.value.reason


def test_id_is_sent_where_it_is_advertised_only_after_login_and_nowhere_else(campaign: Campaign) -> None:
    for advertised in (True, False):
        logged_in: list[bool] = []

        def edit(
            command: str, *, advertised: bool = advertised, logged_in: list[bool] = logged_in
        ) -> list[bytes] | None:
            if command.startswith("LOGIN"):
                logged_in.append(True)
            if command.startswith("CAPABILITY"):
                return [b"* CAPABILITY IMAP4rev1%b\r\n" % (b" ID" if advertised and logged_in else b""), b"OK done"]
            return None

        with scripted(odd(MAILS, edit)) as server:
            with box_at(server, campaign):
                pass
            assert any(command.startswith("ID ") for command in server.commands) is advertised


def test_an_empty_poll_asks_for_no_search_where_the_server_gives_uidnext(
    account: Account, campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.append(MAILS[3], WHEN)
    settings = MailboxSettings(
        address=account.user, host="127.0.0.1", port=account.server.port, security="none", password="secret"
    )
    with ImapMailbox(settings, campaign) as box:
        status = box.status("INBOX")
        assert status == FolderStatus(status.uidvalidity, uidnext=2, exists=1)
        monkeypatch.setattr(box.client, "search", lambda *_: pytest.fail("searched"))
        assert list(box.new("INBOX", FolderState("INBOX", status.uidvalidity, 1), tmp_path)) == []


def test_two_pollers_never_share_a_temporary_file(account: Account, campaign: Campaign, tmp_path: Path) -> None:
    account.append(MAILS[3], WHEN)
    settings = MailboxSettings(
        address=account.user, host="127.0.0.1", port=account.server.port, security="none", password="secret"
    )
    with ImapMailbox(settings, campaign) as one, ImapMailbox(settings, campaign) as other:
        first, second = next(one.new("INBOX", None, tmp_path)), next(other.new("INBOX", None, tmp_path))
    assert first.uid == second.uid
    assert first.path != second.path


def test_neither_password_nor_mail_comes_into_the_log_even_where_everything_is_logged(
    account: Account, campaign: Campaign, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    account.append(b"Subject: x\r\n\r\nconfidential-words\r\n", WHEN)
    settings = MailboxSettings(
        address=account.user, host="127.0.0.1", port=account.server.port, security="none", password="secret"
    )
    # The program itself keeps imapclient's steps out; here they are let in.
    caplog.set_level(logging.DEBUG, logger="imapclient")
    with caplog.at_level(logging.DEBUG), ImapMailbox(settings, campaign) as box:
        assert len([one.uid for one in box.new("INBOX", None, tmp_path)]) == 1
    assert caplog.records
    assert not any("secret" in line.getMessage() or "confidential" in line.getMessage() for line in caplog.records)
