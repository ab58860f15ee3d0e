"""The mailbox, on servers that hang up at the login or drip: who is to blame is told, and nobody waits for ever."""

import time
from pathlib import Path

import pytest

from config.campaign import Campaign
from ingest.mailboxes.fetched import LoginRefused, Unreachable
from tests.scripted_imap import HANG_UP, netease, scripted
from tests.test_mailbox_faults import MAILS, box_at, odd


class Said:
    """Ends a connection with last words, or with none: the server hangs up at the login."""

    def __init__(self, *words: bytes) -> None:
        self.words = words

    def __call__(self, command: str) -> list[bytes] | None:
        # The handler ends the connection after what is written where no tagged answer follows.
        return [*self.words, HANG_UP] if command.startswith("LOGIN") else None


@pytest.mark.parametrize(
    "line",
    [
        b"* BYE Login fail. Account is abnormal, service is not open, password is incorrect\r\n",
        b"* BYE [AUTHENTICATIONFAILED] go away\r\n",
        b"* BYE LOGIN failed\r\n",
        b"* BYE ERR.LOGIN.PASSERR\r\n",
        b"* BYE password error\r\n",
        "* BYE 用户名或密码错误\r\n".encode(),
        "* BYE 用户名或密码错误\r\n".encode("gb18030"),
        b"* NO Login fail\r\n",
    ],
)
def test_a_wrong_password_told_by_hanging_up_is_a_refused_login(campaign: Campaign, line: bytes) -> None:
    with (
        scripted(odd(MAILS, Said(line))) as server,
        pytest.raises(LoginRefused) as caught,
        box_at(server, campaign),
    ):
        pass
    assert "授权码" in caught.value.reason


def test_a_bye_with_a_tagged_answer_is_told_by_its_words_too(campaign: Campaign) -> None:
    answer = [b"* BYE Login fail. Account is abnormal\r\n", b"NO x"]
    with (
        scripted(odd(MAILS, lambda c: answer if c.startswith("LOGIN") else None)) as server,
        pytest.raises(LoginRefused),
        box_at(server, campaign),
    ):
        pass


@pytest.mark.parametrize("line", [b"", b"* BYE\r\n", b"* BYE Too many connections\r\n", b"* BYE [UNAVAILABLE] x\r\n"])
def test_a_server_that_hangs_up_for_another_reason_blames_no_password(campaign: Campaign, line: bytes) -> None:
    with scripted(odd(MAILS, Said(line))) as server, pytest.raises(Unreachable) as caught, box_at(server, campaign):
        pass
    assert "授权码" not in caught.value.reason


@pytest.mark.parametrize("word", ["", "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_a_server_that_drips_is_given_up_after_the_total_time_of_a_command(
    campaign: Campaign, tmp_path: Path, word: str
) -> None:
    usual, started = netease(MAILS), time.monotonic()

    def answer(command: str) -> list[bytes]:
        server.pause = 0.25 if command.upper().startswith(word) else 0.0
        # Longer than may be waited for, each byte within what one silence may last.
        return [b"* OK " + b"x" * 60 + b"\r\n", *usual(command)] if server.pause else usual(command)

    with scripted(answer) as server:
        server.pause = 0.0 if word else 0.25
        server.greeting = b"* OK IMAP4 ready" if word else b"* OK " + b"x" * 60
        with pytest.raises(Unreachable), box_at(server, campaign, timeout_seconds=1) as box:
            box.folders()
            list(box.new("INBOX", None, tmp_path))
    assert 2 < time.monotonic() - started < 9


def test_a_token_is_not_waited_for_by_the_mail_server(campaign: Campaign) -> None:
    with scripted(netease(MAILS)) as server:
        with (
            pytest.raises(LoginRefused),
            box_at(server, campaign, password=None, auth="xoauth2", token_command=("/bin/echo",)),
        ):
            pass
        assert server.commands == []


def test_an_encrypted_connection_that_drips_is_given_up_too(campaign: Campaign, certificate: Path) -> None:
    usual, started = netease(MAILS), time.monotonic()

    def answer(command: str) -> list[bytes]:
        server.pause = 0.25 if command.upper().startswith("LIST") else 0.0
        return [b"* OK " + b"x" * 60 + b"\r\n", *usual(command)] if server.pause else usual(command)

    with scripted(answer) as server:
        server.encrypt(certificate)
        changes = {"host": "localhost", "security": "ssl", "ca_file": certificate, "timeout_seconds": 1}
        with box_at(server, campaign, **changes) as box, pytest.raises(Unreachable):
            box.folders()
    assert 2 < time.monotonic() - started < 9
