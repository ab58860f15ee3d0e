"""The console as it is really served: behind a proxy with TLS, and to whoever speaks no proper HTTP."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from reports.console import app
from tests.consoles import PASSWORD, PEOPLE, Running, empty_console, served
from tests.tls_proxy import tls_proxy

READER = {"name": PEOPLE["reader"], "password": PASSWORD}
# What a stranger says of themselves to be taken for somebody else.
LIES = {"X-Forwarded-For": "203.0.113.66", "X-Forwarded-Host": "evil.example", "Forwarded": "for=203.0.113.66"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with empty_console() as made, served(made):
        yield made


def port_of(running: Running) -> int:
    return urlsplit(running.url).port or 0


class Browser:
    """A browser behind a proxy: it comes from an address of loopback that is not the proxy's own."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.place = ("localhost", port)
        self.context = ssl.create_default_context(cafile=str(certificate))
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> HTTPResponse:
        """Return what was answered; a form is sent as one from the page of that site."""
        connection = HTTPSConnection(*self.place, context=self.context, timeout=120, source_address=("127.0.0.2", 0))
        given = {**LIES, **headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is None:
            connection.request("GET", path, headers=given)
        else:
            given |= {**FORM, "Origin": f"https://localhost:{self.place[1]}", "Sec-Fetch-Site": "same-origin"} | headers
            connection.request("POST", path, urlencode(fields), given)
        answer = connection.getresponse()
        for line in answer.headers.get_all("set-cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


@pytest.mark.parametrize("proxies", ['["127.0.0.1"]', '["127.0.0.0/31"]'])
def test_behind_a_named_proxy_with_tls_the_browser_is_known_by_its_own_address(certificate: Path, proxies: str) -> None:
    with ExitStack() as stack:
        running = stack.enter_context(empty_console(f"[console]\nproxies = {proxies}\n"))
        stack.enter_context(served(running))
        browser = Browser(stack.enter_context(tls_proxy(certificate, port_of(running))), certificate)
        answer = browser.ask("/sign-in", READER)
        assert answer.status == 303
        assert answer.headers["strict-transport-security"]
        cookies = answer.headers.get_all("set-cookie", [])
        assert all(line.startswith("__Host-") and "; Secure" in line for line in cookies)
        page = browser.ask("/me").read().decode()
        assert "127.0.0.2" in page
        assert "203.0.113.66" not in page
        plain = f"http://localhost:{browser.place[1]}"
        assert browser.ask("/sign-in", READER, Origin=plain).status == 403, "a page without TLS is another site"
        assert browser.ask("/sign-in", READER, Host="evil.example").status == 421


@pytest.mark.parametrize("more", ["", '[console]\nproxies = ["192.0.2.1"]\n'])
def test_nobody_else_is_believed_what_they_say_of_themselves(certificate: Path, more: str) -> None:
    with ExitStack() as stack:
        running = stack.enter_context(empty_console(more))
        stack.enter_context(served(running))
        browser = Browser(stack.enter_context(tls_proxy(certificate, port_of(running))), certificate)
        answer = browser.ask("/sign-in", READER)
        assert answer.status == 303
        assert "strict-transport-security" not in answer.headers
        assert not [line for line in answer.headers.get_all("set-cookie", []) if "Secure" in line]
        page = browser.ask("/me").read().decode()
        assert "127.0.0.1" in page
        assert "127.0.0.2" not in page
        assert "203.0.113.66" not in page


def spoken(running: Running, *parts: bytes) -> bytes:
    """Send bytes as they are and return what is answered: a page, or all until the line is closed."""
    with socket.create_connection(("127.0.0.1", port_of(running)), timeout=120) as line:
        for part in parts:
            line.sendall(part)
        answer = b""
        while b"</html>" not in answer and (more := line.recv(65_536)):
            answer += more
        return answer


GET = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ((GET, b"\r\n"), 200),
        ((GET, b"Host: evil.example\r\n\r\n"), 400),
        ((GET, b"X : y\r\n\r\n"), 400),
        ((GET, b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), 400),
        ((b"GET /sign-in HTTP/1.1\r\nConnection: close\r\n\r\n",), 400),
        ((b"GET /sign-in HTTP/1.0\r\n\r\n",), 421),
        ((b"GET http://evil.example/sign-in HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",), 421),
        ((b"GET /sign-in?back=/%0d%0aX-Evil:1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",), 200),
        ((b"GET /me%0d%0aX-Evil:1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",), 404),
        ((b"GET /static/../../app.py HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",), 404),
        ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",), 400),
        ((b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",), 404),
        ((b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",), 404),
        ((GET, b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), 200),
    ],
)  # fmt: skip
def test_whatever_is_spoken_is_answered_and_nothing_breaks(
    running: Running, request_: Sequence[bytes], status: int
) -> None:
    answer = spoken(running, *request_)
    assert re.match(rb"HTTP/1.1 (\d+)", answer)[1] == str(status).encode()  # type: ignore[index]
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"\nx-evil" not in head
    assert b"\nserver:" not in head
    assert b"traceback" not in answer.lower()
    assert spoken(running, GET, b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begin", [b"GET /", GET + b"X: "])
def test_an_address_or_a_header_without_end_is_cut_off(running: Running, begin: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port_of(running)), timeout=120) as line:
        ended = 0
        for ended in range(1_000):
            try:
                line.sendall(b"a" * 10_000 if ended else begin)
            except OSError:
                break
    assert ended < 999, "ten megabytes were taken"
    assert spoken(running, GET, b"\r\n").startswith(b"HTTP/1.1 200")


POST = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def test_a_form_that_never_ends_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "PATIENCE_SECONDS", 0.2)
    answer = spoken(running, POST, b"Content-Length: 100\r\n\r\nname=")
    assert answer.startswith(b"HTTP/1.1 408")
    assert "内容没有传完".encode() in answer


def test_a_form_too_large_is_refused_before_it_has_come(running: Running) -> None:
    assert spoken(running, POST, b"Content-Length: 999999999999\r\n\r\nname=").startswith(b"HTTP/1.1 413")
    chunk = b"1000\r\n" + b"a" * 4096 + b"\r\n"
    assert spoken(running, POST, b"Transfer-Encoding: chunked\r\n\r\n", chunk * 4).startswith(b"HTTP/1.1 413")


def test_many_who_send_slowly_hold_up_nobody(running: Running) -> None:
    lines = [socket.create_connection(("127.0.0.1", port_of(running))) for _ in range(100)]
    try:
        for line in lines:
            line.sendall(POST + b"Content-Length: 100\r\n\r\nname=")
        assert spoken(running, GET, b"\r\n").startswith(b"HTTP/1.1 200")
    finally:
        for line in lines:
            line.close()
    # Who left in the middle is nobody's trouble.
    assert spoken(running, GET, b"\r\n").startswith(b"HTTP/1.1 200")
    assert threading.active_count() < 100
