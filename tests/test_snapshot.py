"""The snapshot of the deadline: taken once, never changed, whole or said not to be; and what was learned since."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from config.campaign import campaign_bytes
from config.settings import load_settings
from ingest.cli import cli
from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk
from ingest.decisions.unlocking import set_password
from ingest.desk import Desk, open_desk
from ingest.intake import take_in
from ingest.telling import tracking
from ingest.telling.tracking import Frozen
from ingest.worker import Worker
from reports.tracker.page import as_html
from reports.tracker.snapshot_page import alerts, snapshot_page
from store import mail as mails
from store import snapshots
from store.database import Store
from store.decisions import Person
from store.models import Message
from store.outgoing import Snapshot
from tests.desks import desk, desk_on_copy, take, write_settings
from tests.inbox import mail
from tests.sample import day
from tests.servers import Account
from tests.test_architecture import ROOT
from tests.test_killed import mailbox
from tests.tracker_world import DEADLINE, arrive, case_of, sent, whole

RIGHT_AFTER = day("08-06T00:00:01")
LATER = day("08-06T09:00:00")
CHEN = Person("陈静", LATER, "电话核实")


def submission(province: str = "浙江", when: str = "07-20T10:00:00", **case: Any) -> bytes:
    return sent(province, when, f"{province}报送", whole(province, case_of(province, **{"photos": 0, **case})))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a desk that has one province's submission."""
    folder = tmp_path_factory.mktemp("built")
    with desk(folder / "desk") as one:
        take(one, folder / "inbox", submission())
    return folder / "desk"


@pytest.fixture
def opened(built: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_on_copy(built, tmp_path / "desk") as one:
        yield one


def frozen(opened: Desk) -> Frozen:
    return tracking.lay_down(opened, DEADLINE, RIGHT_AFTER)


def vault_bytes(opened: Desk, one: Frozen) -> bytes:
    return snapshots.content(opened.store, one.kept) or b""


def test_it_holds_numbers_lists_cases_files_mails_decisions_and_what_it_rests_on(opened: Desk) -> None:
    deciding.send_nothing(Clerk(opened, CHEN, None), "西藏")
    set_password(opened, "zjwyxh@example.cn", "hunter2-secret", CHEN)
    one = frozen(opened)
    made = one.content
    assert made is not None
    assert made["moment"] == "2026-08-05T23:59:59+08:00"
    assert made["lists"]["incomplete"] == ["浙江"]
    assert len(made["lists"]["nothing"]) == made["numbers"]["provinces_nothing"] == 30
    (case,) = next(row for row in made["provinces"] if row["province"] == "浙江")["cases"]
    assert {item["what"]: item["state"] for item in case["items"]} == {
        "列入汇总清单": "there", "推荐表": "there", "案例材料": "there", "照片": "missing",
    }  # fmt: skip
    (message,) = made["messages"]
    raw = opened.store.vault.path(message["sha256"]).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == message["sha256"]
    assert message["arrival"] == "2026-07-20T10:00:00+08:00"
    assert {(file["path"], file["arrival"]) for file in made["files"]} >= {("汇总清单.docx", message["arrival"])}
    assert all(opened.store.vault.has(file["sha256"]) for file in made["files"])
    assert [row["what"] for row in made["decisions"]] == ["nothing", "password"]
    assert "hunter2" not in vault_bytes(opened, one).decode()
    own = campaign_bytes("2026-haofuwu")
    assert made["campaign"]["file_sha256"] == hashlib.sha256(own).hexdigest()
    assert made["program"]


def test_its_bytes_are_canonical_and_lie_beside_as_files_with_the_hash(opened: Desk) -> None:
    one = frozen(opened)
    data = vault_bytes(opened, one)
    made = json.loads(data)
    assert data == (json.dumps(made, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    assert hashlib.sha256(data).hexdigest() == one.kept.sha256
    content, page, text = tracking.snapshot_paths(opened, one.kept)
    assert (content.name, content.parent.name) == ("截止快照-2026-08-05.json", "截止时刻")
    assert content.read_bytes() == data
    assert one.kept.sha256 in page.read_text(encoding="utf-8")
    assert one.kept.sha256 in text.read_text(encoding="utf-8")
    assert [path.name for path in content.parent.iterdir() if path.name.endswith(".part")] == []


def test_the_same_facts_give_the_same_bytes_whenever_they_are_laid_down(opened: Desk) -> None:
    first = tracking.content_of(opened, DEADLINE, RIGHT_AFTER)
    mails.forget_conclusions(opened.store)
    take_in(opened)
    again = tracking.content_of(opened, DEADLINE, RIGHT_AFTER + timedelta(days=30))
    assert tracking.snapshot.canonical(first) == tracking.snapshot.canonical(again)


def test_a_second_taking_returns_the_first(store: Store) -> None:
    first = snapshots.keep(store, "2026", DEADLINE, b'{"a": 1}\n', {"a": 1}, RIGHT_AFTER)
    again = snapshots.keep(store, "2026", DEADLINE, b'{"a": 2}\n', {"a": 2}, LATER)
    assert again == first
    assert snapshots.content(store, again) == b'{"a": 1}\n'
    assert snapshots.every(store, "2026") == [first]
    other = snapshots.keep(store, "2026", DEADLINE + timedelta(days=7), b'{"a": 2}\n', {"a": 2}, LATER)
    assert [one.id for one in snapshots.every(store, "2026")] == [first.id, other.id]


def test_it_is_taken_and_whole_on_both_databases(database_url: str, tmp_path: Path) -> None:
    config = write_settings(tmp_path / "desk", f'[database]\nurl = "{database_url}"\n')
    opened = open_desk(load_settings(config, {}))
    take(opened, tmp_path / "inbox", submission())
    tracking.track(opened, RIGHT_AFTER)
    tracking.track(opened, LATER)
    (one,) = tracking.every_snapshot(opened)
    assert (tracking.faults_of(opened, one), one.kept.moment) == ([], DEADLINE)
    assert [(row.day.isoformat(), row.name) for row in tracking.noted.every(opened.store, "2026-haofuwu")] == [
        ("2026-08-05", "截止"),
        ("2026-08-06", "T+1"),
    ]
    opened.close()


def test_corrections_decisions_and_a_rebuild_change_nothing_and_are_said(opened: Desk) -> None:
    one = frozen(opened)
    before = vault_bytes(opened, one)
    assert tracking.learned(opened, one, LATER) == []
    clerk = Clerk(opened, CHEN, None)
    deciding.correct(clerk, "春江花园", "物业服务企业", "杭州另一物业服务有限公司")
    deciding.withdraw(clerk, "春江花园")
    deciding.extend(clerk, "浙江", "2026-08-12")
    mails.forget_conclusions(opened.store)
    take_in(opened)
    said = tracking.learned(opened, one, LATER)
    assert said[0] == (
        "此后人工处理 3 项：更正数值（春江花园），陈静，编号 1、登记撤回（春江花园），陈静，编号 2、延期（浙江），陈静，编号 3"
    )
    assert said[1] == "浙江：清单所列案例由“不计”变为“缺”、少了案例“春江花园”"
    assert frozen(opened).kept == one.kept
    assert vault_bytes(opened, one) == before
    settling.undo(opened, 2, CHEN)
    take_in(opened)
    assert len(tracking.learned(opened, one, LATER)) == 1
    assert tracking.faults_of(opened, tracking.every_snapshot(opened)[0]) == []


def test_an_undone_decision_that_it_rested_on_is_said(opened: Desk) -> None:
    deciding.send_nothing(Clerk(opened, CHEN, None), "西藏")
    one = frozen(opened)
    settling.undo(opened, 1, CHEN)
    assert tracking.learned(opened, one, LATER) == ["快照所依据的人工处理撤销了 1 项：登记零报送（西藏），陈静，编号 1"]


def test_mail_that_had_arrived_but_is_fetched_later_is_said_and_not_put_in(opened: Desk) -> None:
    one = frozen(opened)
    before = vault_bytes(opened, one)
    arrive(opened, submission("江苏", "08-05T20:11:00"), day("08-05T20:11:00"), LATER)
    arrive(opened, submission("湖南", "08-06T08:00:00"), day("08-06T08:00:00"), LATER, uid=2)
    said = tracking.learned(opened, one, LATER)
    assert said[0] == "此后收到 1 封在该时刻之前已经到达的来信：江苏“江苏报送”（来信 2，08-05 20:11）"
    assert said[1] == "江苏：快照为“未报送”，按现在所知应为“按时未齐全”"
    assert not any("湖南" in line for line in said)
    assert vault_bytes(opened, tracking.every_snapshot(opened)[0]) == before


def test_a_mailbox_that_could_not_be_read_at_the_deadline_is_said_loudly(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is down at the deadline and back the next morning, with a mail of the evening before."""
    port = account.server.port
    down = mailbox(account).replace(f"port = {port}", "port = 1")
    path = write_settings(tmp_path / "desk", mailbox(account))
    account.append(submission(), day("07-20T10:00:00"))
    clock = iter([day("08-05T18:00:00")] * 9)
    monkeypatch.setattr("ingest.worker.now", lambda: next(clock))
    opened = open_desk(load_settings(path, {}))
    Worker(opened).poll()
    assert tracking.every_snapshot(opened) == []
    opened.close()
    path.write_text(path.read_text(encoding="utf-8").replace(mailbox(account), down), encoding="utf-8")
    opened = open_desk(load_settings(path, {}))
    monkeypatch.setattr("ingest.worker.now", lambda: RIGHT_AFTER)
    with capture_logs() as logged:
        Worker(opened).deadline()
    (one,) = tracking.every_snapshot(opened)
    assert [line["log_level"] for line in logged if line["event"] == "snapshot.incomplete"] == ["error"]
    assert one.content is not None
    assert one.content["mail"]["seen_until_the_moment"] is False
    assert one.content["lists"]["incomplete"] == ["浙江"]
    (alert,) = alerts(one.content)
    assert alert.startswith(f"留底时邮箱 {account.user} 没有收到截止时刻（连不上")
    assert alert.endswith("：只收到 2026-08-05 18:00:00 为止的来信，快照可能不全")
    assert alert in tracking.snapshot_paths(opened, one.kept)[1].read_text(encoding="utf-8")
    assert alert in tracking.notes_for_digest(opened, LATER)
    opened.close()
    account.append(submission("江苏", "08-05T20:11:00"), day("08-05T20:11:00"))
    path.write_text(path.read_text(encoding="utf-8").replace(down, mailbox(account)), encoding="utf-8")
    opened = open_desk(load_settings(path, {}))
    monkeypatch.setattr("ingest.worker.now", lambda: LATER)
    Worker(opened).poll()
    (again,) = tracking.every_snapshot(opened)
    assert (again.kept, again.content) == (one.kept, one.content)
    assert tracking.learned(opened, again, LATER)[0].startswith("此后收到 1 封在该时刻之前已经到达的来信：江苏")
    opened.close()


def test_with_the_mailbox_read_it_says_that_nothing_is_missing(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_desk(load_settings(write_settings(tmp_path / "desk", mailbox(account)), {}))
    monkeypatch.setattr("ingest.worker.now", lambda: RIGHT_AFTER)
    Worker(opened).deadline()
    (one,) = tracking.every_snapshot(opened)
    assert one.content is not None
    assert (one.content["mail"]["seen_until_the_moment"], alerts(one.content)) == (True, [])
    assert (tracking.folder_of(opened) / "截止时刻" / "日报-2026-08-05.html").exists()
    assert (tracking.folder_of(opened) / "截止进度-截止-2026-08-05.html").exists()
    opened.close()


def test_a_program_that_never_read_a_mail_freezes_nothing_by_catching_up(tmp_path: Path) -> None:
    box = '[[mailboxes]]\naddress = "down@example.cn"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n'
    with desk(tmp_path / "desk", box) as opened:
        tracking.track(opened, LATER)
        assert tracking.every_snapshot(opened) == []


def test_a_later_deadline_that_passes_has_a_snapshot_of_its_own(opened: Desk, tmp_path: Path) -> None:
    deciding.extend(Clerk(opened, Person("陈静", day("08-04T09:00:00"), "函"), None), "江苏", "2026-08-12")
    tracking.track(opened, LATER)
    (first,) = tracking.every_snapshot(opened)
    assert first.content is not None
    (row,) = [row for row in first.content["provinces"] if row["province"] == "江苏"]
    assert (row["place"], row["closed"]) == ("nothing", False)
    assert row["note"] == "已批准延期至8月12日，尚未截止（陈静 8月4日：函）"
    take(opened, tmp_path / "more", submission("江苏", "08-12T23:59:59"))
    tracking.track(opened, day("08-12T23:59:59"))
    assert len(tracking.every_snapshot(opened)) == 1
    tracking.track(opened, day("08-13T00:00:00"))
    again, second = tracking.every_snapshot(opened)
    assert (again.kept, again.content) == (first.kept, first.content)
    assert second.content is not None
    assert second.content["moment"] == "2026-08-12T23:59:59+08:00"
    assert second.content["lists"]["incomplete"] == ["江苏", "浙江"]
    assert tracking.snapshot_paths(opened, second.kept)[0].name == "截止快照-2026-08-12.json"


def test_whoever_is_killed_anywhere_leaves_it_taken_once_and_whole(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "desk")
    command = [sys.executable, "-m", "tests.tracking_killed", str(tmp_path), RIGHT_AFTER.isoformat()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True, env=dict(os.environ))
    told = json.loads(done.stdout)
    assert told["steps"] >= 20
    assert (told["survived"], told["wrong"]) == ([], {})
    snapshot, report, files, faults = told["wanted"]
    assert (len(snapshot), len(report), len(files), faults) == (1, 1, 5, [])


def verify(opened: Desk) -> tuple[int, str]:
    return said(opened, "verify")


def said(opened: Desk, *arguments: str) -> tuple[int, str]:
    config = opened.settings.base / "zhengji.toml"
    done = CliRunner().invoke(cli, ["--config", str(config), "deadline", *arguments])
    return done.exit_code, done.output


def test_verify_tells_whole_from_tampered(opened: Desk) -> None:
    assert verify(opened) == (0, "还没有截止快照\n")
    code, text = said(opened, "snapshot")
    assert (code, "留底，SHA-256" in text, "截止快照-2026-08-05.html" in text) == (0, True, True)
    one = frozen(opened)
    assert said(opened, "snapshot") == (0, text)
    assert verify(opened) == (0, f"截止快照 2026-08-05 23:59（SHA-256 {one.kept.sha256}）：完好，与留底时一致\n")
    path = opened.store.vault.path(one.kept.sha256)
    data = path.read_bytes()
    path.write_bytes(data.replace("按时未齐全".encode(), "按时且齐全".encode()))
    code, text = verify(opened)
    assert code == 1
    assert "内容与登记的 SHA-256 不符" in text
    path.write_bytes(data)
    assert verify(opened)[0] == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sha256": "0" * 64}, "文件库中找不到快照的内容"),
        ({"numbers": {"provinces_complete": 31}}, "登记的数字与内容不符"),
        ({"moment": DEADLINE + timedelta(days=1)}, "登记的时刻与内容不符"),
        ({"sha256": "vault"}, "登记所指的内容不是快照"),
    ],
)
def test_a_row_that_was_changed_is_told(opened: Desk, changed: dict[str, Any], said: str) -> None:
    frozen(opened)
    if changed.get("sha256") == "vault":
        changed = {"sha256": snapshots.kept_mails(opened.store)[0].sha256}
    with opened.store.session() as session:
        session.execute(update(Snapshot).values(**changed))
    (one,) = tracking.every_snapshot(opened)
    assert said in "；".join(one.faults)
    assert tracking.learned(opened, one, LATER) == []


def test_a_file_or_a_row_that_was_taken_away_is_told(opened: Desk) -> None:
    one = frozen(opened)
    path = tracking.snapshot_paths(opened, one.kept)[0]
    data = path.read_bytes()
    path.write_bytes(data + b" ")
    assert "截止快照-2026-08-05.json 与登记的 SHA-256 不符" in "".join(tracking.faults_of(opened, one))
    tracking.lay_down(opened, DEADLINE, LATER)
    assert path.read_bytes() == data
    with opened.store.session() as session:
        session.execute(delete(Snapshot))
    assert verify(opened) == (1, "截止快照-2026-08-05.json 是快照文件，数据库里却没有它的登记：登记被删过\n")
    with opened.store.reading() as session:
        assert session.scalar(select(Snapshot.id)) is None


def test_what_others_wrote_cannot_act_in_the_page(tmp_path: Path) -> None:
    with desk(tmp_path / "desk") as opened:
        case = case_of("浙江", "<script>alert(1)</script>小区", photos=0)
        raw = mail("zjwyxh@example.cn", "浙江 <img src=x> 13812345678", day("07-20T10:00:00"), whole("浙江", case))
        take(opened, tmp_path / "inbox", raw)
        one = tracking.lay_down(opened, DEADLINE, RIGHT_AFTER)
        assert one.content is not None
        page = as_html(snapshot_page(one.content, one.kept.sha256))
    assert "<script" not in page
    assert "<img" not in page
    assert "13812345678" not in page


def test_a_mail_that_was_not_read_by_then_is_said(opened: Desk) -> None:
    with opened.store.session() as session:
        session.execute(update(Message).values(state="failed", failure="读信时出错"))
    one = frozen(opened)
    assert one.content is not None
    assert alerts(one.content) == ["留底时有 1 封来信没有读出（来信 1），其中的材料没有计入"]
