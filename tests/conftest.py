"""Fixtures: the campaign, real servers (started once for each test process), and a store on both databases."""

import itertools
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from playwright.sync_api import Browser

from config.campaign import Campaign, load_campaign
from store.database import Store, open_store
from tests import desks
from tests.browsers import chromium
from tests.servers import Account, Dovecot, MailServer, ObjectStore, Postgres
from tests.servers import certificate as make_certificate

_USERS = itertools.count(1)


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """Begin and end each test with log lines as no command has set them up yet.

    Before it too: a fixture of a whole module may have run a command in this process.
    """
    _forget_log_setup()
    yield
    _forget_log_setup()


def _forget_log_setup() -> None:
    structlog.reset_defaults()
    # By default the values of all variables are drawn with a traceback: of a desk that takes half a minute.
    structlog.get_config()["processors"][-1].exception_formatter = structlog.dev.plain_traceback
    root = logging.getLogger()
    # Those of pytest itself are of other classes.
    root.handlers[:] = [one for one in root.handlers if type(one) is not logging.StreamHandler]
    root.setLevel(logging.WARNING)


@pytest.fixture(scope="session", autouse=True)
def on_objects(request: pytest.FixtureRequest) -> None:
    """With TESTS_ON_OBJECTS=1, let all desks keep their contents in an S3 server, as several machines do."""
    if os.environ.get("TESTS_ON_OBJECTS"):
        desks.OBJECTS.append(request.getfixturevalue("object_store"))


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """Return the campaign of 2026."""
    return load_campaign("2026-haofuwu")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give a running Dovecot."""
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    """Return a mail account that no other test uses."""
    if dovecot.process is None:
        dovecot.start()
    return dovecot.account(f"box{next(_USERS)}@example.cn")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a running PostgreSQL."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """Give a running S3 server; whoever stops it starts it again."""
    server = ObjectStore()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a real browser, started once for all tests of a module."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """Give a running SMTP server."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a self-signed certificate for localhost, with its key beside it."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """Return the URL of an empty PostgreSQL database that no other test uses."""
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/zhengji.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database()


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """Give an empty store, on each kind of database in turn."""
    opened = open_store(database_url, tmp_path / "vault")
    yield opened
    opened.close()
