"""Killed at any step of sending, nobody gets a day's digest twice, nobody is forgotten, and what is unclear is told."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.robots import Robots
from tests.servers import MailServer


@pytest.mark.parametrize("part", range(2))
def test_nobody_gets_a_days_digest_twice_wherever_the_process_is_killed(smtp: MailServer, part: int) -> None:
    with Robots().running() as robots:
        ports = (str(smtp.port), str(robots.port))
        command = [sys.executable, "-m", "tests.killed_sending", *ports, str(part), "2", "110"]
        done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        got = Counter([*smtp.recipients, *(asked.line.split()[1].strip("/") for asked in robots.asked)])
    tried: list[dict[str, Any]] = json.loads(done.stdout)
    wrong = [(one["step"], complaint) for one in tried if (complaint := wrong_with(one, got))]
    assert wrong == []
    assert len(tried) >= 70
    # The steps are among them after which nobody can know, both where it had gone and where it had not.
    unclear = [got[who] for one in tried for who, state in one["states"].items() if state == "unclear"]
    assert {0, 1} == set(unclear)


def wrong_with(one: dict[str, Any], got: Counter[str]) -> str:
    if len(one["states"]) != 3:
        return f"forgot somebody: {one['states']}"
    for who, state in one["states"].items():
        if got[who] > 1:
            return f"{who} got it {got[who]} times"
        if state in {"sent", "had"} and got[who] != 1:
            return f"{who} is said to have it and has not"
        if state == "unclear" and not any(who in note and "不知道是否送达" in note for note in one["told"]):
            return f"nobody is told of {who}: {one['told']}"
        if state not in {"sent", "had", "unclear"}:
            return f"{who} is {state}"
    return ""
