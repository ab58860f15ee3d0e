"""Servers that refuse, fall silent, drip, hang up or are not who they say: each is told as what it is, in good time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from ingest.desk import Desk
from ingest.mailboxes.poll import Poller
from store.polls import PollResult
from tests.certificates import authority, self_signed, signed
from tests.imap_engine import Engine, running
from tests.provider_servers import PROVIDERS, fill, provider, wanted
from tests.quick import quick_desk
from tests.scripted_imap import netease, scripted
from tests.states import NOW, kept
from tests.test_faulty_line import mailbox

MAIL = b"Subject: 3\r\n\r\nwords-of-a-stranger\r\n"


def poll_at(port: int, more: str = "") -> PollResult:
    """Poll a server once, with a limit of half a second for each answer."""
    with quick_desk(mailbox(port, "box@163.com").replace("0.4", "0.5") + more) as desk:
        return poll(desk)


def poll(desk: Desk) -> PollResult:
    (result,) = Poller(desk, lambda: NOW).poll_all()
    return result


def answering(word: str, lines: list[bytes]) -> Callable[[str], list[bytes]]:
    """Answer as NetEase does, but one command with the given lines; the last one is tagged."""
    usual = netease({3: MAIL})
    return lambda command: lines if command.upper().startswith(word) else usual(command)


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give the port of a server that does with each connection what it likes."""
    ending = threading.Event()

    def serve() -> None:
        while not ending.is_set():
            with suppress(OSError):
                client, _ = listener.accept()
                with client, suppress(OSError):
                    talk(client)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ending.set()
            thread.join()


@pytest.mark.parametrize(
    "lines",
    [
        [b"NO [AUTHENTICATIONFAILED] Invalid credentials"],
        [b"NO LOGIN Login error or password error"],
        [b"NO [ALERT] LOGIN fail. Account is abnormal, service is not open, password is incorrect"],
    ],
    ids=["rfc 5530", "netease", "qq"],
)
def test_a_wrong_password_is_refused_and_the_address_left_alone(lines: list[bytes]) -> None:
    with scripted(answering("LOGIN", lines)) as server, quick_desk(mailbox(server.port, "box@163.com")) as desk:
        result = poll(desk)
        assert result.outcome == "refused"
        assert "授权码" in result.reason
        before = len(server.commands)
        assert Poller(desk, lambda: NOW + timedelta(minutes=14)).poll_all() == []
        assert len(server.commands) == before


@pytest.mark.parametrize(
    "lines",
    [
        [b"NO [UNAVAILABLE] Temporary authentication failure"],
        [b"NO [INUSE] Too many connections"],
    ],
    ids=["unavailable", "in use"],
)
def test_a_server_that_cannot_log_in_just_now_is_asked_again_at_the_next_poll(lines: list[bytes]) -> None:
    with scripted(answering("LOGIN", lines)) as server:
        result = poll_at(server.port)
    assert result.outcome == "unreachable"
    assert "授权码" not in result.reason


@pytest.mark.parametrize(
    "line", [b"* NO Login error, password error\r\n", b"* BYE Login failed\r\n", b"* OK [ALERT] see the web\r\n"]
)
def test_a_hang_up_without_an_answer_to_the_login_is_no_refusal_for_sure(line: bytes) -> None:
    def talk(client: socket.socket) -> None:
        client.sendall(b"* OK ready\r\n")
        tag = client.recv(4096).split(b" ")[0]
        client.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK\r\n")
        client.recv(4096)
        client.sendall(line)

    with raw_server(talk) as port:
        assert poll_at(port).outcome == "unreachable"


@pytest.mark.parametrize(
    "greeting",
    [b"", b"* BYE no more connections\r\n", b"220 smtp.example.cn ESMTP\r\n", b"\x15\x03\x01\x00\x02\x02\x46"],
    ids=["none, and hung up", "bye", "smtp", "tls alert"],
)
def test_a_greeting_that_is_none_is_a_server_that_cannot_be_reached(greeting: bytes) -> None:
    with raw_server(lambda client: client.sendall(greeting)) as port:
        result = poll_at(port)
    assert result.outcome == "unreachable"
    assert "连不上" in result.reason


@pytest.mark.parametrize("security", ["none", "ssl", "starttls"])
def test_a_server_that_never_greets_is_given_up_after_the_time_limit(security: str) -> None:
    def talk(client: socket.socket) -> None:
        client.settimeout(20)
        while client.recv(4096):
            pass

    started = time.monotonic()
    with (
        raw_server(talk) as port,
        quick_desk(mailbox(port, "box@163.com").replace('"none"', f'"{security}"')) as desk,
    ):
        assert poll(desk).outcome == "unreachable"
    assert time.monotonic() - started < 10


def drip(client: socket.socket) -> None:
    """Send a greeting without end, a byte at a time, each well within the limit for one read."""
    client.sendall(b"* OK ")
    for _ in range(40):
        time.sleep(0.1)
        client.sendall(b"x")


def test_a_server_that_drips_is_given_up_too() -> None:
    started = time.monotonic()
    with raw_server(drip) as port, quick_desk(mailbox(port, "box@163.com")) as desk:
        assert poll(desk).outcome == "unreachable"
        took = time.monotonic() - started
    # Eight times the limit for one answer, less than the four seconds for which the server drips.
    assert took < 3.2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("authority")
    authority(made)
    return made


def secure_mailbox(engine: Engine, host: str, ca_file: Path | None) -> str:
    trusted = f'ca_file = "{ca_file}"\n' if ca_file else ""
    return (
        f'[[mailboxes]]\naddress = "box@163.com"\nhost = "{host}"\nport = {engine.port}\n'
        f'security = "ssl"\npassword = "{engine.password}"\n{trusted}'
    )


def test_a_provider_over_tls_with_a_good_certificate_is_read(folder: Path) -> None:
    with running(PROVIDERS["netease"], signed(folder, "good")) as engine:
        fill(engine)
        with quick_desk(secure_mailbox(engine, "localhost", folder / "ca.pem")) as desk:
            assert poll(desk).outcome == "ok"
            assert kept(desk.store) == wanted(engine)


@pytest.mark.parametrize("kind", ["expired", "self-signed", "another host", "unknown authority"])
def test_a_certificate_that_is_not_in_order_is_refused_before_the_password_is_sent(folder: Path, kind: str) -> None:
    makers = {
        "expired": lambda: signed(folder, "expired", days=-1),
        "self-signed": lambda: self_signed(folder),
        "another host": lambda: signed(folder, "other", "subjectAltName=DNS:imap.example.cn"),
        "unknown authority": lambda: signed(folder, "unknown"),
    }
    trusted = None if kind == "unknown authority" else folder / "ca.pem"
    with (
        running(PROVIDERS["netease"], makers[kind]()) as engine,
        quick_desk(secure_mailbox(engine, "localhost", trusted)) as desk,
    ):
        result = poll(desk)
        assert result.outcome == "unreachable"
        assert "证书不可信" in result.reason
        assert engine.commands == []


def test_an_answer_that_makes_no_sense_brings_no_mail_into_the_log() -> None:
    nonsense = [b"* 1 FETCH (UID 3 BODY[] {%d}\r\n%b extra\r\n" % (len(MAIL), MAIL), b"OK FETCH"]
    with (
        structlog.testing.capture_logs() as lines,
        scripted(answering("UID FETCH 3 (BODY", nonsense)) as server,
    ):
        assert poll_at(server.port).gaps
    assert any(line["event"] == "poll.line_broke" for line in lines)
    assert "stranger" not in repr(lines)


def test_a_server_that_hangs_up_after_login_is_read_the_next_time() -> None:
    with provider("qq") as engine, quick_desk(mailbox(engine.port, "box@qq.com")) as desk:
        gone = engine.behaviour.folders[0][0]
        engine.watchers.append(lambda command: _hang_up() if f'EXAMINE "{gone}"' in command else None)
        assert poll(desk).outcome == "unreachable"
        engine.watchers.clear()
        assert poll(desk).outcome == "ok"
        assert kept(desk.store) == wanted(engine)


def test_a_mail_that_a_server_never_gives_holds_up_no_later_one_and_is_told() -> None:
    with provider("dovecot") as engine, quick_desk(mailbox(engine.port, "box@example.cn")) as desk:
        engine.withheld = {2}
        results = [poll(desk) for _ in range(3)]
        assert kept(desk.store) == {raw for raw in wanted(engine) if raw not in _second_mails(engine)}
        assert all(result.gaps for result in results)
        engine.withheld = set()
        Poller(desk, lambda: NOW + timedelta(days=2)).poll_all()
        assert kept(desk.store) == wanted(engine)


def _second_mails(engine: Engine) -> set[bytes]:
    return {folder.mails[2].raw for folder in engine.folders.values()}


def _hang_up() -> None:
    # socketserver ends a connection whose handler fails, with no answer sent.
    raise ConnectionResetError
