"""The servers of the tests: they are real, keep to themselves, and leave nothing behind."""

import os
import stat
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.servers import Account, Dovecot, Postgres, free_port, program, server_user

WHEN = datetime.fromisoformat("2026-08-05T23:59:58+08:00")


def runs(pid: int) -> bool:
    """Tell whether a process is there and not merely a dead entry."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def family(pid: int) -> set[int]:
    """Return a process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(entry.name)] = int(text.rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def users_of(pids: set[int]) -> set[int]:
    return {Path(f"/proc/{pid}").stat().st_uid for pid in pids if Path(f"/proc/{pid}").exists()}


def test_no_server_runs_with_root_rights(dovecot: Dovecot, postgres: Postgres) -> None:
    for server in (dovecot, postgres):
        assert server.process is not None
        assert users_of(family(server.process.pid)) == {server_user().pw_uid}
    assert server_user().pw_uid != 0


def test_a_dovecot_that_was_stopped_starts_again_with_its_mail_and_leaves_nothing() -> None:
    server = Dovecot()
    try:
        server.start()
        assert server.process is not None
        account = Account(server, "a@example.cn")
        account.append(b"Subject: 1\r\n\r\n1\r\n", WHEN)
        first = family(server.process.pid)
        server.stop()
        assert not [pid for pid in first if runs(pid)]
        server.start()
        with account.client() as client:
            assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 1
    finally:
        server.remove()
    assert not server.folder.exists()


def test_each_account_has_a_mailbox_of_its_own(dovecot: Dovecot, account: Account) -> None:
    account.append(b"Subject: 1\r\n\r\n1\r\n", WHEN)
    with Account(dovecot, f"other-{account.user}").client() as client:
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 0


def test_every_database_is_empty_and_its_own(postgres: Postgres, postgres_url: str) -> None:
    other = postgres.database()
    assert other != postgres_url
    assert postgres_url.startswith("postgresql+psycopg://")
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE t (n integer)")
    with psycopg.connect(other.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_missing_program_fails_and_names_its_debian_package() -> None:
    with pytest.raises(AssertionError, match="apt-get install dovecot-imapd"):
        program("no-such-dovecot", "dovecot-imapd")


def test_a_folder_on_the_path_that_may_not_be_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut, useful = tmp_path / "shut", tmp_path / "useful"
    shut.mkdir(mode=0o000)
    useful.mkdir()
    (useful / "zhengji-tool").write_text("#!/bin/sh\n", encoding="ascii")
    (useful / "zhengji-tool").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (shut, useful))))
    assert program("zhengji-tool", "none") == str(useful / "zhengji-tool")


def test_a_server_that_cannot_start_fails_with_what_it_said_and_leaves_nothing() -> None:
    server = Dovecot()
    try:
        server.start()
        rival = Dovecot(port=server.port)
        try:
            with pytest.raises(AssertionError, match="did not start"):
                rival.start()
        finally:
            rival.remove()
        assert not rival.folder.exists()
    finally:
        server.remove()


def test_free_ports_lie_below_those_of_outgoing_connections() -> None:
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    assert all(free_port() < max(low, 32_001) for _ in range(20))
    assert len({servers.free_port() for _ in range(20)}) > 1
