"""A clean room that cannot even start has seen no content: the mail fails for a reason of ours, and is read later."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from ingest.desk import Desk
from ingest.intake import take_in
from ingest.room import cleanroom
from ingest.room.cleanroom import CleanRoom, NotStartedError, RoomError, end_spare, why_not
from store import mail as kept
from tests.desks import assessed, take
from tests.inbox import Sent, list_files, mail
from tests.quick import quick_desk
from tests.sample import day

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
BROKEN = (sys.executable, "-P", "-c", "import no_such_module_of_ours")


@pytest.fixture
def opened() -> Iterator[Desk]:
    with quick_desk("") as one:
        end_spare()
        yield one
        end_spare()


def letter() -> bytes:
    files = list_files("浙江省物业管理协会", [CASE], scanned=False)
    return mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)


@pytest.mark.parametrize(
    "command",
    [BROKEN, (sys.executable, "-c", "print('{}')"), ("/no/such/python",)],
    ids=["cannot import", "says something else", "is not there"],
)
def test_a_room_that_cannot_start_is_a_fault_of_ours(
    opened: Desk, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(cleanroom, "_COMMAND", command)
    with pytest.raises(NotStartedError), structlog.testing.capture_logs() as logs:
        list(opened.room.ask("read", 1, path="/dev/null", size=0))
    assert [one["event"] for one in logs] == ["cleanroom.not_started"]


def test_it_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_not() == ""
    monkeypatch.setattr(cleanroom, "_COMMAND", BROKEN)
    assert why_not() == "ModuleNotFoundError: No module named 'no_such_module_of_ours'"


def test_no_mail_is_called_unsafe_then_and_all_is_read_once_it_is_mended(
    opened: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as broken, structlog.testing.capture_logs():
        broken.setattr(cleanroom, "_COMMAND", BROKEN)
        take(opened, tmp_path / "inbox", letter())
    ((_, reason),) = kept.failed(opened.store)
    assert "zhengji doctor" in reason
    assert assessed(opened).picture.files == ()
    take_in(opened)
    assert list(kept.failed(opened.store)) == []
    assert {file.status for file in assessed(opened).picture.files} == {"ok"}


def test_a_spare_process_that_has_ended_meanwhile_is_replaced(opened: Desk) -> None:
    first = opened.new_room("spared")
    assert list(first.ask("allot", 0, size=10)) == [{"bytes": 10}]
    first.close()
    (spare,) = cleanroom._SPARE["spared"]  # noqa: SLF001
    spare.popen.kill()
    second = opened.new_room("spared")
    assert list(second.ask("allot", 0, size=10)) == [{"bytes": 10}]
    assert second.pid not in (None, spare.popen.pid)
    second.close()


def test_a_reader_that_raises_what_it_should_not_is_still_told_by_its_name(opened: Desk) -> None:
    assert RoomError.reason == ""
    with pytest.raises(RoomError, match="KeyError"):
        list(CleanRoom(opened.room.setup).ask("juggle", 0))
