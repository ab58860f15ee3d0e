"""Killed at any step, the next poll goes on: nothing lost, nothing twice, and the end is that of an undisturbed run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.imap_engine import Engine, running
from tests.inbox import Sent, list_files, mail
from tests.provider_servers import PROVIDERS
from tests.sample import day
from tests.servers import Account

_CASES = (Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0),)


def mailbox(account: Account) -> str:
    return (
        f'[[mailboxes]]\naddress = "{account.user}"\nhost = "127.0.0.1"\nport = {account.server.port}\n'
        f'security = "none"\npassword = "{account.server.password}"\n'
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    files = list_files("浙江省物业管理协会", _CASES, scanned=False)
    first = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
    with running(PROVIDERS["dovecot"]) as server:
        server.append("INBOX", first, day("07-20T10:00:01"))
        server.append("INBOX", mail("x@y.example", "特价机票", day("07-22T10:00:00")), day("07-22T10:00:01"))
        server.append("Spam", first, day("07-20T10:00:01"))
        yield server


def trials(engine: Engine, what: str, part: int, parts: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.killed", what, str(part), str(parts), str(engine.port)]
    done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout)
    assert len(told["tried"]) == len(range(told["planned"])[part::parts])
    return told


@pytest.mark.parametrize("part", range(3))
def test_a_poll_that_is_killed_is_finished_by_the_next_one(engine: Engine, part: int) -> None:
    told = trials(engine, "kill", part, 3)
    assert told["wrong"] == []
    assert told["steps"]["lasting"] >= 50
    assert told["planned"] >= 200


@pytest.mark.parametrize("part", range(2))
def test_a_poll_without_room_on_the_disk_is_finished_by_one_that_has_it(engine: Engine, part: int) -> None:
    told = trials(engine, "full", part, 2)
    assert told["wrong"] == []
    assert told["planned"] >= 100
