"""Consoles for tests: the sample campaign with one account of each role, in this process or really served."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import pytest
import uvicorn
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from ingest.console.listening import listen
from ingest.console.serving import config_of, console_of
from ingest.desk import Desk
from reports.console.app import build
from reports.console.asked import Console
from reports.console.roles import ROLES
from store import accounts, passwords
from tests.desks import AFTER, desk, desk_on_copy, take
from tests.quick import quick_desk
from tests.sample import mails

PASSWORD = "correct horse battery staple"
# One person of each role, named after it.
PEOPLE = {"reader": "王读", "editor": "李编", "admin": "陈管"}


@dataclass
class Clock:
    """The console's clock, which tests move."""

    moment: datetime = AFTER

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**span)


@dataclass
class Running:
    """A console with its desk and clock; `url` is where it is served, if it is."""

    desk: Desk
    console: Console
    clock: Clock
    url: str = ""
    clients: dict[str, TestClient] = field(default_factory=dict)

    @cached_property
    def app(self) -> ASGIApp:
        """The application that all browsers of a test ask."""
        return build(self.console)

    def client(self, role: str | None = None, address: str = "127.0.0.1", base: str = "http://localhost") -> TestClient:
        """Return a browser without pictures at an address; signed in as the person of a role."""
        made = TestClient(self.app, base_url=base, follow_redirects=False, client=(address, 50_000))
        if role:
            answer = made.post("/sign-in", data={"name": PEOPLE[role], "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return made

    def as_role(self, role: str) -> TestClient:
        """Return the one client of a role that tests of a module share."""
        if role not in self.clients:
            self.clients[role] = self.client(role)
        return self.clients[role]


def csrf_of(client: TestClient, page: str = "/me") -> str:
    """Return the token that forms of a signed-in client carry."""
    text = client.get(page).text
    return text.split('name="csrf" value="', 1)[1].split('"', 1)[0]


def write(client: TestClient, path: str, **fields: object) -> str:
    """Send a form and return the page that one is led to; the test fails where it was refused."""
    answer = client.post(path, data={"csrf": csrf_of(client, "/"), **fields})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """Hash passwords in no time: a real hash takes 50 ms and more on a machine that has much to do."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with patch.object(passwords, "_HASHER", cheap), patch.object(passwords, "_nobodys", lambda: cheap.hash("x")):
        yield


def sample_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the sample campaign, taken in once for all test processes: copy it."""
    base = factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / "console-sample"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            shutil.rmtree(shared / "desk", ignore_errors=True)
            with filled_console(shared):
                pass
            (shared / "done").touch()
    return shared / "desk"


@contextmanager
def filled_console(folder: Path) -> Iterator[Running]:
    """Give a console on the sample campaign, taken in anew into a folder."""
    with desk(folder / "desk") as opened:
        take(opened, folder / "inbox", *mails())
        _add_people(opened)
        yield _running(opened)


@contextmanager
def sample_console(factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a console on a copy of the sample campaign."""
    with desk_on_copy(sample_folder(factory), factory.mktemp("console") / "desk") as opened:
        yield _running(opened)


@contextmanager
def empty_console(more: str = "") -> Iterator[Running]:
    """Give a console to which nothing has come yet, in no time: for what does not hang on any mail."""
    with quick_desk(more) as opened, cheap_hashes():
        yield console_on(opened)


def console_on(opened: Desk) -> Running:
    """Return a console on a desk that a test has filled itself."""
    _add_people(opened)
    return _running(opened)


def _add_people(opened: Desk) -> None:
    with cheap_hashes():
        for role, name in PEOPLE.items():
            accounts.add(opened.store, name, role, PASSWORD, "测试", AFTER - timedelta(days=1))


def _running(opened: Desk) -> Running:
    clock = Clock()
    return Running(opened, console_of(opened, clock), clock)


@contextmanager
def served(running: Running) -> Iterator[Running]:
    """Serve a console on a free port of loopback, as `zhengji console` does."""
    (socket,) = listening = listen("127.0.0.1", 0)
    port = socket.getsockname()[1]
    server = uvicorn.Server(config_of(running.console))
    thread = threading.Thread(target=server.run, args=(listening,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started:
        assert thread.is_alive(), "the console did not start"
        assert time.monotonic() < deadline, "the console did not start in time"
        time.sleep(0.02)
    running.url = f"http://127.0.0.1:{port}"
    try:
        yield running
    finally:
        server.should_exit = True
        thread.join(30)
        socket.close()


assert set(PEOPLE) == set(ROLES)
