"""Asks where the program remembers, and tries it on the spot: connection, rights, room."""

import shutil
from pathlib import Path

from config.settings import DatabaseSettings, Settings
from ingest.doctor.keeping import gigabytes, network_kind
from ingest.setup.talk import Talk
from store.condition import examine, has_password, nearest_folder, with_password
from store.database import check_url, sqlite_file
from store.errors import StoreError

_SQLITE, _POSTGRESQL = "sqlite", "postgresql"
_DEFAULT = "data/zhengji.db"
_DRIVER = "postgresql+psycopg://"


def ask_database(talk: Talk, base: Path) -> str:
    """Return the URL of a database that can be used, or that is to be used all the same."""
    talk.say("database.intro")
    while True:
        kind = talk.choose("database.kind", (f"database.{_SQLITE}", f"database.{_POSTGRESQL}")).removeprefix(
            "database."
        )
        url = _ask_file(talk) if kind == _SQLITE else _ask_url(talk)
        if (
            _try(talk, url, base)
            or talk.choose("database.trouble", ("database.again", "database.keep")) == "database.keep"
        ):
            return url


def _ask_file(talk: Talk) -> str:
    return f"sqlite:///{talk.ask('database.file', _DEFAULT)}"


def _ask_url(talk: Talk) -> str:
    """Return a URL with its password, which is asked for unseen where it was not typed along."""
    while True:
        typed = talk.ask("database.url")
        url = _DRIVER + typed.partition("://")[2] if typed.startswith(("postgres://", "postgresql://")) else typed
        try:
            check_url(url)
        except StoreError:
            talk.say("database.no_url")
            continue
        if url.startswith(_POSTGRESQL):
            return url if has_password(url) else with_password(url, talk.secret("database.password"))
        talk.say("database.no_url")


def _try(talk: Talk, url: str, base: Path) -> bool:
    """Connect, make a table and take it back, and tell how much room there is."""
    absolute = Settings(database=DatabaseSettings(url=url), base=base).database_url
    try:
        found = examine(absolute)
    except StoreError as error:
        talk.say("database.away", why=error)
        return False
    if found.trouble or not found.speaks_chinese or found.is_newer:
        talk.say("database.bad", why=found.trouble or found.encoding, server=found.server)
        return False
    talk.say("database.in", server=found.server)
    if file := sqlite_file(absolute):
        folder = nearest_folder(file.parent)
        talk.say("database.room", free=gigabytes(shutil.disk_usage(folder).free), folder=folder)
        if kind := network_kind(folder):
            talk.say("database.network", kind=kind)
    else:
        talk.say("database.room_untold")
    return True
