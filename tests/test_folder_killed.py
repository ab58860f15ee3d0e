"""A look into a watched folder, killed at any step or made twice at once: nothing lost, nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import load_settings
from ingest.desk import open_desk
from tests.desks import assessed, everything, write_settings
from tests.inbox import Sent, list_files

_TRIED = 6
_CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=1)


def filled(folder: Path) -> Path:
    """Write settings that watch a folder with a few files, and return their path."""
    for path, data in {**list_files("浙江省物业管理协会", [_CASE]), **_CASE.files()}.items():
        file = folder / "收件" / "浙江" / "2026-08-03 快递" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (1_780_000_000, 1_780_000_000))
    return write_settings(folder, '[[mailboxes]]\nkind = "folder"\npath = "收件"\naddress = "U盘"\n')


def poll(config: Path, step: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.killed_at", str(config), str(step)]
    return subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)


def state(config: Path) -> dict[str, object]:
    desk = open_desk(load_settings(config, {}))
    try:
        leftovers = [path.name for path in desk.store.vault.incoming.iterdir()]
        return {**everything(assessed(desk)), "unfinished": leftovers}
    finally:
        desk.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], int]:
    config = filled(tmp_path_factory.mktemp("undisturbed"))
    done = poll(config, 0)
    assert done.returncode == 0, done.stderr
    return state(config), int(done.stdout.split()[-1])


@pytest.mark.parametrize("part", range(_TRIED))
def test_a_look_that_is_killed_is_finished_by_the_next_one(
    undisturbed: tuple[dict[str, object], int], tmp_path: Path, part: int
) -> None:
    expected, steps = undisturbed
    config = filled(tmp_path)
    assert poll(config, 1 + part * (steps - 1) // (_TRIED - 1)).returncode == -9
    again = poll(config, 0)
    assert again.returncode == 0, again.stderr
    after = state(config)
    # What the killed process and its clean room were writing stays behind, and is swept up a day later.
    after.pop("unfinished")
    assert after == {name: rows for name, rows in expected.items() if name != "unfinished"}
    messages = after["messages"]
    assert isinstance(messages, list)
    assert len(messages) == 5


def test_two_looks_at_once_take_everything_once(undisturbed: tuple[dict[str, object], int], tmp_path: Path) -> None:
    config = filled(tmp_path)
    state(config)
    command = [sys.executable, "-m", "tests.killed_at", str(config), "0"]
    both = [subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    assert state(config) == undisturbed[0]
