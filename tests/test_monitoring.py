"""What Prometheus and a watchdog ask: numbers without anything personal, in few queries; answers whatever hangs."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text

from config.monitoring import MonitoringSettings
from ingest.monitoring import monitor_of, monitored
from reports.console.asked import Console
from reports.watching.limited import Limited
from reports.watching.monitor import Monitor
from store import polls
from store.counts import counts
from store.database import Store, open_store
from store.polls import PollResult
from tests.consoles import AFTER, Running, empty_console, sample_console, sample_folder
from tests.desks import desk, desk_on_copy
from tests.servers import Account, end, free_port

BOX = "wzglzzh@ecpmi.org.cn"
MAILBOX = f'[[mailboxes]]\naddress = "{BOX}"\nhost = "127.0.0.1"\nsecurity = "none"\npassword = "secret"\n'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


def numbers(exposition: bytes | str) -> dict[str, float]:
    """Return the samples of an exposition by name and labels, read by Prometheus' own parser."""
    said = exposition.decode() if isinstance(exposition, bytes) else exposition
    return {
        f"{one.name}{{{','.join(f'{key}={value}' for key, value in sorted(one.labels.items()))}}}": one.value
        for family in text_string_to_metric_families(said)
        for one in family.samples
    }


def poll(store: Store, outcome: str, hours: float = 0.0) -> None:
    ended = AFTER - timedelta(hours=hours)
    polls.note(store, PollResult(BOX, ended - timedelta(seconds=12), ended, outcome))


# Numbers


def test_the_numbers_are_those_of_the_console(running: Running) -> None:
    seen = running.console.board.look()
    found = numbers(running.client().get("/metrics").text)
    mails = {name: value for name, value in found.items() if name.startswith("zhengji_mails{")}
    assert sum(mails.values()) == len(seen.picture.messages)
    for severity in ("error", "warning", "info"):
        own = sum(one.severity == severity and one.status == "open" for one in seen.assessment.findings)
        assert found[f"zhengji_findings_open{{severity={severity}}}"] == own > 0
    free = shutil.disk_usage(running.console.store.vault.folder).free
    assert found["zhengji_disk_free_bytes{disk=vault}"] == pytest.approx(free, rel=0.2)
    assert found["zhengji_database_up{}"] == 1
    assert found["process_resident_memory_bytes{}"] > 10_000_000
    assert sum(value for name, value in found.items() if name.startswith("zhengji_readings{")) > 20


def test_nothing_personal_is_in_the_numbers(running: Running) -> None:
    said = running.client().get("/metrics").text
    for message in running.console.board.seen.picture.messages:
        assert not message.from_address or message.from_address not in said
    for case in running.console.board.seen.picture.cases:
        assert case.community not in said
    labels = {key for family in text_string_to_metric_families(said) for one in family.samples for key in one.labels}
    own = {"mailbox", "place", "outcome", "status", "state", "severity", "disk", "version", "kind"}
    assert labels - own <= {"generation", "implementation", "major", "minor", "patchlevel"}


def test_a_mailbox_is_counted_from_its_polls(tmp_path: Path) -> None:
    with desk(tmp_path, MAILBOX) as opened:
        monitor = monitor_of(opened, lambda: AFTER)
        never = numbers(monitor.exposition())
        assert never[f"zhengji_poll_last_good_timestamp_seconds{{mailbox={BOX}}}"] == 0
        assert never[f"zhengji_mails{{mailbox={BOX},place=waiting}}"] == 0
        poll(opened.store, "ok", hours=2)
        poll(opened.store, "refused")
        found = numbers(monitor.exposition())
        assert (
            found[f"zhengji_poll_last_good_timestamp_seconds{{mailbox={BOX}}}"]
            == (AFTER - timedelta(hours=2)).timestamp()
        )
        outcomes = {
            name: found[f"zhengji_poll_outcome{{mailbox={BOX},outcome={name}}}"] for name in ("ok", "refused", "full")
        }
        assert outcomes == {"ok": 0, "refused": 1, "full": 0}
        assert found[f"zhengji_poll_seconds{{mailbox={BOX}}}"] == 12
        # A worker draws no picture between its polls: of findings it says nothing rather than none.
        assert not [name for name in found if "findings" in name]


def test_the_numbers_take_few_queries_however_many_mails(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    def asked(store: Store) -> int:
        statements: list[str] = []
        event.listen(store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        counts(store)
        return len([one for one in statements if one.startswith("SELECT")])

    with desk(tmp_path / "empty") as empty, desk_on_copy(sample_folder(tmp_path_factory), tmp_path / "full") as full:
        assert asked(empty.store) == asked(full.store) <= 8


def test_the_numbers_are_counted_on_both_databases(store: Store) -> None:
    poll(store, "ok")
    found = counts(store)
    assert found.polls[BOX].outcome == "ok"
    assert found.jobs == {}


def test_jobs_that_workers_share_are_counted_where_they_are_kept(postgres_url: str, tmp_path: Path) -> None:
    opened = open_store(postgres_url, tmp_path / "vault")
    with opened.session() as session:
        session.execute(text("CREATE TABLE procrastinate_jobs (id int, status varchar)"))
        session.execute(text("INSERT INTO procrastinate_jobs VALUES (1, 'todo'), (2, 'todo'), (3, 'failed')"))
    assert counts(opened).jobs == {"todo": 2, "failed": 1}
    opened.close()


# Who may read them


def test_the_numbers_are_for_this_machine_a_proxy_itself_and_admins(running: Running) -> None:
    assert running.client().get("/metrics").status_code == 200
    assert running.client(address="::1").get("/metrics").status_code == 200
    for headers in (
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 x"},
        {"x-real-ip": "::1"},
    ):
        assert running.client().get("/metrics", headers=headers).status_code == 403
    for stranger in ("192.0.2.7", "testclient", "10.0.0.1"):
        answer = running.client(address=stranger).get("/metrics")
        assert answer.status_code == 403
        assert "zhengji_" not in answer.text
    away = {
        role: running.client(role, address="192.0.2.8").get("/metrics").status_code
        for role in ("reader", "editor", "admin")
    }
    assert away == {"reader": 403, "editor": 403, "admin": 200}


def test_a_proxy_that_is_named_may_read_the_numbers_for_itself() -> None:
    with empty_console('[console]\nproxies = ["192.0.2.9"]\n') as made:
        assert made.client(address="192.0.2.9").get("/metrics").status_code == 200
        assert (
            made.client(address="192.0.2.9").get("/metrics", headers={"x-forwarded-for": "1.2.3.4"}).status_code == 403
        )


# Ready or not


def checks(answer: str) -> dict[str, bool]:
    return {one["name"]: one["ok"] for one in json.loads(answer)["checks"]}


def test_it_is_ready_when_mail_comes_in_and_not_when_polling_is_old() -> None:
    with empty_console(MAILBOX) as made:
        store = made.console.store
        assert (made.client().get("/readyz").status_code, made.client().get("/healthz").status_code) == (503, 200)
        poll(store, "ok")
        answer = made.client().get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.text
        made.clock.move(hours=3)
        poll(store, "unreachable")
        late = made.client().get("/readyz")
        assert (late.status_code, checks(late.text)) == (503, {"database": True, "vault": True, "poll": False})
        assert f"{BOX} 已有 3 小时没有成功收信" in late.text


def test_it_is_not_ready_while_the_vault_cannot_be_written(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        monitor = monitor_of(opened, lambda: AFTER)
        assert monitor.ready()[0]
        incoming = opened.store.vault.incoming
        incoming.rename(incoming.with_name("elsewhere"))
        ready, told = monitor.ready()
        assert not ready
        assert [one["name"] for one in told["checks"] if not one["ok"]] == ["vault"]
        assert str(tmp_path) not in json.dumps(told, ensure_ascii=False)


def test_a_disk_that_cannot_be_looked_at_says_nothing_of_the_database(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        monitor = monitor_of(opened, lambda: AFTER)
        assert "zhengji_disk_free_bytes{disk=vault}" in numbers(monitor.exposition())
        opened.store.vault.folder.rename(tmp_path / "elsewhere")
        found = numbers(monitor.exposition())
        assert found["zhengji_database_up{}"] == 1
        assert "zhengji_disk_free_bytes{disk=vault}" not in found
        assert "zhengji_disk_free_bytes{disk=database}" in found


def test_it_is_not_ready_while_the_object_store_is_away(tmp_path: Path) -> None:
    away = f'endpoint = "http://127.0.0.1:{free_port()}"\nbucket = "mails"\ntimeout_seconds = 1\n'
    secrets = 'access_key = "a"\nsecret_key = "b"\n'
    with desk(tmp_path, f"[vault.s3]\n{away}{secrets}") as opened:
        ready, told = monitor_of(opened, lambda: AFTER).ready()
        assert not ready
        assert [one["said"] for one in told["checks"] if not one["ok"]] == [
            "对象存储暂时用不了：连不上服务器，请核对 endpoint 和网络"
        ]


def test_it_is_not_ready_on_a_database_of_another_version(store: Store) -> None:
    from reports.watching.ready import Readiness

    with store.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    found = {one.name: one for one in Readiness(store, (), 1, lambda: AFTER).checks()}
    assert not found["database"].ok
    assert "版本" in found["database"].said


@contextmanager
def hanging(url: str) -> Iterator[None]:
    """Let a database take connections and answer no question about its tables."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE alembic_version, polls, messages, sightings IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def hurried(monitor: Monitor) -> None:
    """Let a monitor wait for a moment only."""
    for one in (monitor.checks, monitor.metrics.limited):
        one.seconds = 0.2


def test_it_answers_in_time_while_the_database_hangs(postgres_url: str, tmp_path: Path) -> None:
    with desk(tmp_path, f'[database]\nurl = "{postgres_url}"\n') as opened:
        monitor = monitor_of(opened, lambda: AFTER)
        assert monitor.ready()[0]
        hurried(monitor)
        threads = threading.active_count()
        with hanging(postgres_url):
            for _ in range(5):
                ready, told = monitor.ready()
                assert not ready
                assert "没有回答" in told["checks"][0]["said"]
                found = numbers(monitor.exposition())
                assert found["zhengji_database_up{}"] == 0
                assert found["process_resident_memory_bytes{}"] > 0
            assert threading.active_count() <= threads + 2, "questions pile up"
        for one in (monitor.checks, monitor.metrics.limited):
            one.seconds = 60
            one.begin().exception(60)
        assert monitor.ready()[0], "it goes on when the database does"
        assert numbers(monitor.exposition())["zhengji_database_up{}"] == 1


def test_a_question_that_fails_is_told_to_whoever_asked() -> None:
    def broken() -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Limited(broken, 5).answer()


def test_while_pages_wait_for_the_database_healthz_answers(running: Running) -> None:
    """It asks for nobody's session and takes no thread of those that pages wait in."""
    client = running.client("reader")
    console: Console = running.console
    console.store.engine.dispose()
    taken = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.console.app._session", lambda *_: taken.append(1))
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
        assert taken == []


# A worker's own


def get(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request(method, path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def test_a_worker_shows_three_addresses_and_nothing_else(tmp_path: Path) -> None:
    port = free_port()
    with desk(tmp_path) as opened, monitored(MonitoringSettings(port=port), monitor_of(opened, lambda: AFTER)):
        assert get(port, "/healthz") == (200, '{"status": "ok"}')
        assert get(port, "/readyz?x=1")[0] == 200
        assert "zhengji_disk_free_bytes" in get(port, "/metrics")[1]
        assert get(port, "/healthz", "HEAD") == (200, "")
        assert get(port, "/")[0] == get(port, "/../etc/passwd")[0] == 404
        assert get(port, "/metrics", "POST")[0] == 501
    with pytest.raises(OSError, match="refused"):
        get(port, "/healthz")


def test_callers_that_say_nothing_hold_up_nobody_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("ingest.monitoring._Handler.timeout", 0.3)
    port = free_port()
    with desk(tmp_path) as opened, monitored(MonitoringSettings(port=port), monitor_of(opened, lambda: AFTER)):
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if get(port, "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.05)
        else:
            pytest.fail("silent callers keep everybody out")
        for one in silent:
            one.close()


def test_a_port_that_is_taken_is_one_chinese_sentence(tmp_path: Path) -> None:
    port = free_port()
    path = tmp_path / "zhengji.toml"
    path.write_text(f"[monitoring]\nport = {port}\n", encoding="utf-8")
    with (
        desk(tmp_path / "other") as opened,
        monitored(MonitoringSettings(port=port), monitor_of(opened, lambda: AFTER)),
    ):
        command = [sys.executable, "-m", "ingest.cli", "--config", str(path), "worker"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300)
    assert done.returncode == 2
    assert re.fullmatch(
        r"zhengji: \[monitoring\] 在 127.0.0.1 的端口 \d+ 上打不开（.*）：端口可能已被占用，.*\n", done.stderr
    )


def test_a_real_worker_becomes_ready_and_counts_what_it_took_in(account: Account, tmp_path: Path) -> None:
    from tests.sample import mails

    account.append(next(iter(mails())), AFTER)
    port = free_port()
    box = f'[[mailboxes]]\naddress = "{account.user}"\nhost = "127.0.0.1"\nport = {account.server.port}\nsecurity = "none"\npassword = "secret"\n'
    path = tmp_path / "zhengji.toml"
    path.write_text(f"{box}[monitoring]\nport = {port}\n", encoding="utf-8")
    command = [sys.executable, "-m", "ingest.cli", "--config", str(path), "worker"]
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(command, stderr=log, cwd=tmp_path)
    try:
        until = time.monotonic() + 120
        while not _is_ready(port) and time.monotonic() < until:
            assert worker.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
            time.sleep(0.1)
        found = numbers(get(port, "/metrics")[1])
        assert (
            sum(
                found[f"zhengji_mails{{mailbox={account.user},place={place}}}"]
                for place in ("waiting", "read", "filed", "aside", "failed")
            )
            == 1
        )
        assert found[f"zhengji_poll_outcome{{mailbox={account.user},outcome=ok}}"] == 1
    finally:
        end(worker)
    assert worker.returncode == 0


def _is_ready(port: int) -> bool:
    try:
        return get(port, "/readyz")[0] == 200
    except OSError:
        return False


def test_every_number_is_explained_to_the_operator_and_every_alert_speaks_of_one(running: Running) -> None:
    page = (Path(__file__).parent.parent / "docs" / "operator.md").read_text(encoding="utf-8")
    said = {
        name.partition("{")[0] for name in numbers(running.client().get("/metrics").text) if name.startswith("zhengji_")
    }
    source = (Path(__file__).parent.parent / "reports" / "watching" / "metrics.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"(zhengji_\w+)"', source))
    assert said <= named
    assert sorted(name for name in named if f"`{name}`" not in page) == []
    alerts = [word for line in re.findall(r"expr: (.*)", page) for word in re.findall(r"zhengji_\w+", line)]
    assert len(alerts) >= 7
    assert set(alerts) <= named
