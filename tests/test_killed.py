"""Killed at any step, the next poll goes on: nothing lost, nothing twice, and the end is that of an undisturbed run."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from ingest.desk import open_desk
from tests.desks import assessed, everything, write_settings
from tests.inbox import Sent, list_files, mail
from tests.sample import day
from tests.servers import Account

# How many of the steps are tried in the everyday tests; they are spread evenly over all.
_TRIED = 16

_CASES = (Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0),)


def mailbox(account: Account) -> str:
    return (
        f'[[mailboxes]]\naddress = "{account.user}"\nhost = "127.0.0.1"\nport = {account.server.port}\n'
        f'security = "none"\npassword = "{account.server.password}"\n'
    )


def fill(account: Account) -> None:
    mails = [
        (
            mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), list_files("浙江省物业管理协会", _CASES)),
            day("07-20T10:00:01"),
        ),
        (mail("zjwyxh@example.cn", "浙江补充", day("07-21T10:00:00"), _CASES[0].files()), day("07-21T10:00:01")),
        (mail("x@y.example", "特价机票", day("07-22T10:00:00")), day("07-22T10:00:01")),
    ]
    account.append_all(mails)
    account.append_all(mails[:1], "垃圾邮件")


def poll(config: Path, step: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.killed", str(config), str(step)]
    return subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)


def state(config: Path) -> dict[str, Any]:
    desk = open_desk(load_settings(config, {}))
    try:
        leftovers = [path.name for path in desk.store.vault.incoming.iterdir()]
        return {**everything(assessed(desk)), "unfinished": leftovers}
    finally:
        desk.close()


@pytest.fixture(scope="module")
def undisturbed(dovecot: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Account, dict[str, Any], int]:
    account = dovecot.account("killed@example.cn")
    fill(account)
    config = write_settings(tmp_path_factory.mktemp("undisturbed"), mailbox(account))
    done = poll(config, 0)
    assert done.returncode == 0, done.stderr
    return account, state(config), int(done.stdout.split()[-1])


@pytest.mark.parametrize("part", range(_TRIED))
def test_a_poll_that_is_killed_is_finished_by_the_next_one(
    undisturbed: tuple[Account, dict[str, Any], int], tmp_path: Path, part: int
) -> None:
    account, expected, steps = undisturbed
    config = write_settings(tmp_path, mailbox(account))
    killed = poll(config, 1 + part * (steps - 1) // (_TRIED - 1))
    assert killed.returncode == -9
    again = poll(config, 0)
    assert again.returncode == 0, again.stderr
    after = state(config)
    # What a killed process was writing stays behind under a temporary name, and is swept up a day later.
    assert len(after.pop("unfinished")) <= 1
    assert after == {name: rows for name, rows in expected.items() if name != "unfinished"}
    assert len(after["messages"]) == 3
