"""Logging in with OAuth 2: tokens are fetched, kept and renewed, and a Dovecot takes them; no secret is ever shown."""

import json
import logging
import socket
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.campaign import Campaign
from config.mailboxes import MailboxSettings
from ingest.mailboxes.fetched import LoginRefused, MailboxError, Unreachable
from ingest.mailboxes.mailbox import ImapMailbox
from ingest.mailboxes.tokens import Tokens
from tests.scripted_imap import netease, scripted
from tests.servers import Dovecot
from tests.token_endpoint import TokenEndpoint, token_endpoint

USER = "oauth@example.cn"
SECRETS = ("client-geheim", "refresh-geheim")


def settings(**changes: object) -> MailboxSettings:
    fields = {"address": USER, "host": "127.0.0.1", "security": "none", "auth": "xoauth2", "timeout_seconds": 5}
    return MailboxSettings.model_validate({**fields, **changes})


def by_refresh(url: str, **changes: object) -> MailboxSettings:
    secrets = {"client_secret": SECRETS[0], "refresh_token": SECRETS[1]}
    return settings(client_id="zhengji", token_url=url, **{**secrets, **changes})


def printing(text: str, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys, time; print({text!r}); {';'.join(more)}")


def trouble(one: MailboxSettings, seconds: float = 5) -> MailboxError:
    with pytest.raises(MailboxError) as caught:
        Tokens(seconds=seconds).token_of(one)
    assert not any(secret in f"{caught.value!r} {caught.value} {caught.value.reason}" for secret in SECRETS)
    return caught.value


@pytest.fixture(scope="module")
def provider() -> Iterator[TokenEndpoint]:
    with token_endpoint() as server:
        yield server


@pytest.fixture(scope="module")
def dovecot_oauth(provider: TokenEndpoint) -> Iterator[Dovecot]:
    server = Dovecot(tokeninfo=provider.tokeninfo)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def test_a_refresh_token_logs_in_to_a_real_server(
    provider: TokenEndpoint, dovecot_oauth: Dovecot, campaign: Campaign, caplog: pytest.LogCaptureFixture
) -> None:
    provider.users = {f"token-{number}": USER for number in range(9)}
    one = by_refresh(provider.url, port=dovecot_oauth.port)
    with caplog.at_level(logging.DEBUG), ImapMailbox(one, campaign, Tokens()) as box:
        assert "INBOX" in [folder.name for folder in box.folders()]
    assert provider.forms[-1] == {
        "grant_type": "refresh_token",
        "client_id": "zhengji",
        "client_secret": SECRETS[0],
        "refresh_token": SECRETS[1],
    }
    said = " ".join(line.getMessage() for line in caplog.records)
    assert not any(word in said for word in (*SECRETS, "token-1", b64encode(b"user=").decode()[:6]))


def test_a_token_command_logs_in_to_a_real_server(
    provider: TokenEndpoint, dovecot_oauth: Dovecot, campaign: Campaign
) -> None:
    provider.users = {"printed": USER}
    one = settings(token_command=printing("printed\nmore"), port=dovecot_oauth.port)
    with ImapMailbox(one, campaign, Tokens()) as box:
        assert box.folders()


def test_a_token_that_the_mail_server_refuses_is_a_refused_login_and_is_fetched_anew(
    provider: TokenEndpoint, dovecot_oauth: Dovecot, campaign: Campaign
) -> None:
    provider.users, tokens = {}, Tokens()
    one = by_refresh(provider.url, port=dovecot_oauth.port)
    for _ in range(2):
        before = len(provider.forms)
        with pytest.raises(LoginRefused) as caught, ImapMailbox(one, campaign, tokens):
            pass
        assert len(provider.forms) == before + 1
        assert "OAuth 2" in caught.value.reason
        assert "token-" not in str(caught.value)


def test_a_token_of_somebody_else_is_refused(
    provider: TokenEndpoint, dovecot_oauth: Dovecot, campaign: Campaign
) -> None:
    provider.users = {"printed": "somebody@example.cn"}
    one = settings(token_command=printing("printed"), port=dovecot_oauth.port)
    with pytest.raises(LoginRefused), ImapMailbox(one, campaign, Tokens()):
        pass


def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    moment = [0.0]
    with token_endpoint() as server:
        tokens, one = Tokens(clock=lambda: moment[0]), by_refresh(server.url)
        assert [tokens.token_of(one), tokens.token_of(one)] == ["token-1", "token-1"]
        moment[0] = 3600 - 119
        assert tokens.token_of(one) == "token-2"


def test_tokens_do_not_show_in_any_text() -> None:
    with token_endpoint() as server:
        tokens, one = Tokens(), by_refresh(server.url)
        tokens.token_of(one)
    kept = next(iter(tokens._kept.values()))  # noqa: SLF001 (what must not show)
    assert not any(word in f"{tokens!r} {one!r} {kept!r}" for word in (*SECRETS, "token-1"))


@pytest.mark.parametrize("expires", [{}, {"expires_in": "soon"}, {"expires_in": True}, {"expires_in": -5}])
def test_a_token_that_does_not_say_how_long_it_holds_is_used_once(expires: dict[str, object]) -> None:
    with token_endpoint() as server:
        server.answer = lambda _: (200, json.dumps({"access_token": f"t{len(server.forms)}", **expires}).encode())
        tokens, one = Tokens(), by_refresh(server.url)
        assert [tokens.token_of(one), tokens.token_of(one)] == ["t1", "t2"]


def test_a_new_refresh_token_replaces_the_old_one_until_the_settings_give_another(tmp_path: Path) -> None:
    file = tmp_path / "refresh"
    file.write_text("first\n", encoding="utf-8")
    with token_endpoint() as server:
        server.answer = lambda form: (
            200,
            json.dumps({"access_token": "t", "refresh_token": form["refresh_token"] + "+"}).encode(),
        )
        tokens, one = Tokens(), by_refresh(server.url, refresh_token=None, refresh_token_file=file)
        for _ in range(2):
            tokens.token_of(one)
        file.write_text("second\n", encoding="utf-8")
        tokens.token_of(one)
        assert [form["refresh_token"] for form in server.forms] == ["first", "first+", "second"]


@pytest.mark.parametrize(
    ("code", "word"),
    [("invalid_grant", "重新授权"), ("invalid_client", "client_secret"), ("invalid_scope", "重新授权")],
)
def test_a_refusal_by_the_provider_says_what_to_do(code: str, word: str) -> None:
    answer = json.dumps({"error": code, "error_description": f"echo {SECRETS[1]}"}).encode()
    with token_endpoint(lambda _: (400, answer)) as server:
        error = trouble(by_refresh(server.url))
    assert isinstance(error, LoginRefused)
    assert word in error.reason


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (429, b'{"error": "invalid_grant"'),
        (404, b"<html>"),
        (302, b""),
        (307, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"access_token": "a b"}'),
        (200, b'{"access_token": 7}'),
        (200, b'{"access_token": "' + b"x" * 70_000 + b'"}'),
        (200, b"[" * 50_000),
        (400, b'{"error": "temporarily_unavailable"}'),
    ],
)
def test_an_endpoint_that_gives_no_token_for_other_reasons_is_unreachable(status: int, body: bytes) -> None:
    with token_endpoint(lambda _: (status, body)) as server:
        assert isinstance(trouble(by_refresh(server.url)), Unreachable)
        assert len(server.forms) == 1


def test_an_endpoint_that_is_down_is_unreachable() -> None:
    error = trouble(by_refresh("http://127.0.0.1:1/token"))
    assert isinstance(error, Unreachable)
    assert "令牌服务器" in error.reason


def test_an_endpoint_that_drips_is_given_up() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                for byte in b"HTTP/1.0 200 OK\r\nX: " + b"x" * 50:
                    try:
                        connection.send(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        error = trouble(by_refresh(f"http://127.0.0.1:{listening.getsockname()[1]}/token"), seconds=1)
    assert isinstance(error, Unreachable)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (("/no/such/command",), Unreachable),
        (printing("token", "sys.exit(3)"), Unreachable),
        (printing("client-geheim", "sys.stdout.flush()", "time.sleep(60)"), Unreachable),
        (printing(""), LoginRefused),
        (printing("client-geheim and more"), LoginRefused),
        (printing("令牌"), LoginRefused),
    ],
    ids=["missing", "fails", "hangs", "silent", "not a token", "chinese"],
)
def test_a_token_command_that_gives_no_token_says_so(command: tuple[str, ...], kind: type[MailboxError]) -> None:
    started = time.monotonic()
    error = trouble(settings(token_command=command), seconds=2)
    assert isinstance(error, kind)
    assert "token_command" in error.reason or "秒" in error.reason
    assert time.monotonic() - started < 8


def test_a_token_command_runs_without_a_shell(tmp_path: Path) -> None:
    one = settings(token_command=("/bin/echo", f"$HOME;touch${{IFS}}{tmp_path}/made"))
    assert Tokens().token_of(one) == f"$HOME;touch${{IFS}}{tmp_path}/made"
    assert not (tmp_path / "made").exists()


def test_a_refusal_with_a_challenge_as_gmail_sends_it_is_a_refused_login(campaign: Campaign) -> None:
    challenge = b"+ " + b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}') + b"\r\n"
    usual = netease({})

    def answer(command: str) -> list[bytes]:
        # The client's token, or its answer to the challenge, comes on a line of its own, without a tag.
        if command.upper().startswith("AUTHENTICATE XOAUTH2"):
            return [b"+ \r\n"]
        return usual(command)

    with scripted(answer) as server:
        server.continued = [[challenge], [b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"]]
        one = settings(token_command=printing("printed"), port=server.port)
        with pytest.raises(LoginRefused) as caught, ImapMailbox(one, campaign, Tokens()):
            pass
    assert "AUTHENTICATIONFAILED" in str(caught.value)
