"""Shared jobs: noted with what makes them due, done once, put off where something is away, and told to people."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from tests import sample
from tests.desks import desk
from tests.inbox import write_inbox
from tests.states import differences, state
from tests.workers import is_done, noted, shared_desk, work_off


@pytest.fixture
def shared(tmp_path: Path, postgres_url: str) -> Iterator[Desk]:
    with shared_desk(tmp_path / "one", postgres_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    write_inbox(folder, list(sample.mails()))
    return folder


def keep(opened: Desk, inbox: Path) -> int:
    return import_path(opened, inbox, datetime.now(UTC)).new


def test_a_worker_leaves_what_a_single_process_leaves(shared: Desk, inbox: Path, tmp_path: Path) -> None:
    new = keep(shared, inbox)
    assert [task for task, *_ in noted(shared)] == ["read"] * new
    work_off(shared)
    assert is_done(shared)
    with desk(tmp_path / "alone") as alone:
        keep(alone, inbox)
        take_in(alone)
        assert differences(state(alone), state(shared)) == {}
