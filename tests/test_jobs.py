"""Shared jobs: noted with what makes them due, done once, put off where something is away, and told to people."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from config.errors import ConfigError
from config.settings import load_settings
from ingest import intake
from ingest.cli import cli
from ingest.desk import Desk
from ingest.doctor import workers
from ingest.doctor.result import patient_at
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.sharing import duties
from ingest.sharing.jobs import every
from ingest.telling.tracking import due_snapshots
from store import cases, documents, jobs, mail
from store.database import Store, open_store
from store.errors import AwayError, StoreError
from tests import sample
from tests.archive_builders import locked_zip
from tests.desks import desk, write_settings
from tests.inbox import Sent, list_files, write_inbox
from tests.inbox import mail as make_mail
from tests.states import differences, state
from tests.test_second_look import volumes
from tests.workers import is_done, noted, shared_desk, shared_settings, work_off


@pytest.fixture
def shared(tmp_path: Path, postgres_url: str) -> Iterator[Desk]:
    with shared_desk(tmp_path / "one", postgres_url) as opened:
        yield opened


def light_mails() -> list[bytes]:
    """Return mails that are read in no time, those among them that need each other, and two of one association."""
    at = sample.day
    case = Sent("西湖人家", "杭州西湖物业服务有限公司", "杭州市物业管理协会", photos=0)
    files = list_files("江苏省物业管理协会", [Sent("金陵", "南京物业有限公司", "南京市物业管理协会")], scanned=False)
    return [
        *volumes(),
        make_mail(
            "zjwyxh@example.cn", "加密", at("07-21T10:00:00"), {"材料.zip": locked_zip(case.files(), "zhejiang2026")}
        ),
        make_mail("zjwyxh@example.cn", "补充说明", at("07-22T10:00:00"), text="解压密码：zhejiang2026"),
        make_mail("js@example.cn", "江苏省报送", at("07-23T10:00:00"), files),
        make_mail("js@example.cn", "补充", at("07-24T10:00:00"), text="材料已寄出。"),
        make_mail("expo@fair.example", "停车展邀请函", at("07-24T11:00:00"), text="诚邀参展，展位优惠。"),
    ]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    write_inbox(folder, light_mails())
    return folder


@pytest.fixture(scope="module")
def alone(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what a single process leaves that shares nothing."""
    with desk(tmp_path_factory.mktemp("alone") / "desk") as opened:
        keep(opened, inbox)
        take_in(opened)
        return state(opened)


def keep(opened: Desk, inbox: Path) -> int:
    return import_path(opened, inbox, datetime.now(UTC)).new


def run(opened: Desk, *arguments: str) -> tuple[int, str]:
    config = opened.settings.base / "zhengji.toml"
    done = CliRunner().invoke(cli, ["--config", str(config), *arguments])
    return done.exit_code, done.output if done.exit_code == 0 else f"{done.output}{done.exception}"


def test_a_mail_and_its_job_are_one_transaction(shared: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.arrivals.advance", fail)
    with pytest.raises(RuntimeError):
        keep(shared, inbox)
    assert (mail.count(shared.store), noted(shared)) == (0, [])
    monkeypatch.undo()
    assert keep(shared, inbox) == len(light_mails())
    assert noted(shared) == [("read", "todo", {"message": id_}) for id_ in sorted(mail.waiting(shared.store))]
    # Seen once more it is nothing new, and no other job.
    assert keep(shared, inbox) == 0
    assert len(noted(shared)) == len(light_mails())


def fail(*_: object) -> None:
    raise RuntimeError


def test_workers_leave_what_a_single_process_leaves_and_a_rebuild_too(shared: Desk, inbox: Path, alone: Any) -> None:
    keep(shared, inbox)
    work_off(shared)
    assert is_done(shared)
    # What is done leaves no row behind.
    assert [one for one in noted(shared) if one[0] in {"read", "file", "compare"}] == []
    assert differences(alone, state(shared)) == {}
    assert mail.forget_conclusions(shared.store) == len(light_mails())
    assert [one[0] for one in noted(shared)].count("read") == len(light_mails())
    work_off(shared)
    assert differences(alone, state(shared)) == {}


def test_two_who_read_one_mail_at_once_leave_one_reading(shared: Desk, inbox: Path, alone: Any) -> None:
    keep(shared, inbox)
    ids = mail.waiting(shared.store)
    both = [threading.Thread(target=read_all, args=(shared.slot(), order)) for order in (ids, list(reversed(ids)))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    work_off(shared)
    assert differences(alone, state(shared)) == {}


def read_all(slot: Desk, ids: list[int]) -> None:
    for id_ in ids:
        intake.read_one(slot, id_)


def test_one_association_is_never_filed_twice_at_once(
    shared: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch, alone: Any
) -> None:
    spans: list[tuple[str, float, float]] = []
    original = cases.file_province

    def watched(store: Store, province: str, place: Callable[..., Any]) -> None:
        began = time.monotonic()
        time.sleep(0.2)
        original(store, province, place)
        spans.append((province, began, time.monotonic()))

    monkeypatch.setattr(cases, "file_province", watched)
    keep(shared, inbox)
    work_off(shared)
    for province, began, ended in spans:
        others = [one for one in spans if one[0] == province and one != (province, began, ended)]
        assert all(ended <= one[1] or one[2] <= began for one in others)
    assert {one[0] for one in spans} == {"浙江", "江苏"}
    assert differences(alone, state(shared)) == {}


def test_ten_mails_of_an_association_make_one_filing(shared: Desk, inbox: Path) -> None:
    keep(shared, inbox)
    for message_id in mail.waiting(shared.store):
        intake.read_one(shared, message_id)
    filings = [one[2]["province"] for one in noted(shared) if one[0] == "file"]
    assert sorted(filings, key=str) == [None, "江苏", "浙江"]


def test_what_is_read_anew_while_its_province_is_filed_makes_the_filing_begin_again(
    shared: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch, alone: Any
) -> None:
    keep(shared, inbox)
    ids = mail.waiting(shared.store)
    for message_id in ids:
        intake.read_one(shared, message_id)
    placed, tried, left = intake._placings, [], list(ids)  # noqa: SLF001 (watched at work)

    def meanwhile(province: str, opened: Desk, rows: Any) -> Any:
        tried.append(province)
        if left:
            for one in left:
                intake.read_one(opened, one)
            left.clear()
        return placed(province, opened, rows)

    monkeypatch.setattr(intake, "_placings", meanwhile)
    intake.file_one(shared, "江苏")
    assert tried == ["江苏", "江苏"]
    work_off(shared)
    assert differences(alone, state(shared)) == {}


def test_an_outage_puts_a_job_off_and_does_not_count_against_the_mail(
    shared: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(shared, inbox)
    away = [True]
    original = documents.keep_read

    def flaky(*given: Any, **named: Any) -> None:
        if away.pop() if away else False:
            raise AwayError("数据库暂时用不了")
        original(*given, **named)

    monkeypatch.setattr(documents, "keep_read", flaky)
    work_off(shared)
    assert is_done(shared)
    assert list(mail.failed(shared.store)) == []


def test_what_is_wrong_with_a_mail_is_its_failure_and_tried_three_times(
    shared: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(shared, inbox)
    monkeypatch.setattr(intake, "read_message", fail)
    for _ in range(4):
        work_off(shared)
        duties.sweep(shared)
    assert len(list(mail.failed(shared.store))) == len(light_mails())
    assert [one for one in noted(shared) if one[0] == "read"] == []
    monkeypatch.undo()
    assert mail.wait_again(shared.store, every_attempt=True) == len(light_mails())
    work_off(shared)
    assert list(mail.failed(shared.store)) == []


def test_what_waits_and_has_no_job_gets_one_by_the_sweep(shared: Desk, inbox: Path) -> None:
    keep(shared, inbox)
    with shared.store.session() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    duties.sweep(shared)
    duties.sweep(shared)
    assert sorted(one[2]["message"] for one in noted(shared) if one[0] == "read") == sorted(mail.waiting(shared.store))


def test_processes_that_read_otherwise_do_not_read_each_others_mails_anew_without_end(
    shared: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(shared, inbox)
    work_off(shared)
    with shared.store.session() as session:
        jobs.note_worker(session, "another", "without LibreOffice")
    monkeypatch.setitem(vars(shared), "letter_version", "newer")
    duties.sweep(shared)
    assert mail.waiting(shared.store) == []
    with shared.store.session() as session:
        jobs.forget_worker(session, "another")
    duties.sweep(shared)
    assert len(mail.waiting(shared.store)) == len(light_mails())


def test_a_mail_at_which_workers_die_again_and_again_is_set_aside(shared: Desk, inbox: Path) -> None:
    keep(shared, inbox)
    first, *_ = mail.waiting(shared.store)
    for _ in range(jobs.MOST_TAKEN_OVER):
        doing = "UPDATE procrastinate_jobs SET status = 'doing' WHERE args ->> 'message' = :id AND status = 'todo'"
        with shared.store.session() as session:
            session.execute(text(doing), {"id": str(first)})
        duties.take_over(shared)
    work_off(shared)
    assert dict(mail.failed(shared.store)) == {first: "读这封信的进程中断了 5 次，原信已保存，请看日志或人工处理"}


def test_a_recurring_duty_is_noted_once_whoever_notes_it(shared: Desk) -> None:
    sql = (
        "SELECT procrastinate_defer_periodic_job_v2('all', 'sweep', 'sweep', 'sweep', 0, '', 60, '{\"timestamp\": 60}')"
    )
    for _ in range(3):
        with shared.store.session() as session:
            session.execute(
                text(sql.replace(":", "\\:").replace('\\:"', ":").replace('"timestamp"\\:', '"timestamp"\\:'))
            )
    assert [one[0] for one in noted(shared)] == ["sweep"]


@pytest.mark.parametrize(
    ("seconds", "cron"), [(0.5, "*/1"), (3, "*/2"), (30, "*/30"), (59, "*/30"), (60, "0"), (600, "0")]
)
def test_what_recurs_does_so_at_least_as_often_as_is_wanted(seconds: float, cron: str) -> None:
    assert every(seconds) == f"* * * * * {cron}"


def test_a_deadline_long_past_waits_for_mail_that_queues_but_not_for_ever(shared: Desk, inbox: Path) -> None:
    keep(shared, inbox)
    last, began = shared.campaign.call.last_moment, datetime.now(UTC)
    duties.report(shared, began)
    assert last in due_snapshots(shared, datetime.now(UTC))
    assert not list((shared.settings.base / "data" / "digests").glob("*"))
    duties.report(shared, began - timedelta(hours=1))
    assert last not in due_snapshots(shared, datetime.now(UTC))


def test_people_see_what_waits_and_let_go_again_what_was_given_up(shared: Desk, inbox: Path) -> None:
    keep(shared, inbox)
    with shared.store.session() as session:
        session.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM procrastinate_jobs)")
        )
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'doing'"))
    code, said = run(shared, "jobs")
    assert code == 0
    assert f"等待 {len(light_mails()) - 1} 件：读信 {len(light_mails()) - 1}" in said
    assert "没有做成 1 件：读信 1" in said
    assert "没有正在运行的 zhengji worker" in said
    assert "读信（来信 " in said
    assert run(shared, "jobs", "retry") == (0, "1 件没有做成的工作重新排队\n")
    assert {one[1] for one in noted(shared)} == {"todo"}


def test_the_doctor_knows_who_shares_the_work_and_what_was_given_up(shared: Desk, inbox: Path) -> None:
    one = patient_at(shared.settings.base / "zhengji.toml")
    assert workers.shared_of(one) == (None,)
    keep(shared, inbox)
    count = str(len(light_mails()))
    (nobody,) = workers.shared(one)
    assert (nobody.key, nobody.fields["todo"]) == ("jobs.nobody", count)
    with shared.store.session() as session:
        for name, version in (("a", "1"), ("b", "2")):
            jobs.note_worker(session, name, version)
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    assert [found.key for found in workers.shared(one)] == ["jobs.differ", "jobs.failed", "jobs.ok"]


def test_every_worker_that_runs_is_counted_once_whatever_its_roles(shared: Desk) -> None:
    with shared.store.session() as session:
        for name in ("host-1-a", "host-2-b"):
            jobs.note_worker(session, name, "1")
        # What the library keeps: one row for each queue that a process serves.
        session.execute(text("INSERT INTO procrastinate_workers SELECT FROM generate_series(1, 4)"))
        session.execute(text("INSERT INTO job_workers VALUES ('host-3-gone', '1', now() - interval '1 hour')"))
    assert "正在运行的 zhengji worker：2 个" in run(shared, "jobs")[1]


def test_whoever_starts_a_rebuild_without_workers_is_told_who_will_read(shared: Desk, inbox: Path) -> None:
    keep(shared, inbox)
    code, said = run(shared, "rebuild")
    assert code == 0
    assert "没有正在运行的 zhengji worker，请启动 zhengji worker --role read" in said


def test_roles_are_refused_where_nothing_is_shared(tmp_path: Path) -> None:
    with desk(tmp_path / "desk") as opened:
        for given in (["worker", "--role", "read"], ["worker", "--until-idle"], ["jobs"], ["jobs", "retry"]):
            code, said = run(opened, *given)
            assert code != 0
            assert 'jobs = "' in said
        assert run(opened, "worker", "--role", "boss")[0] != 0


def test_sharing_needs_postgresql(tmp_path: Path) -> None:
    config = write_settings(tmp_path, '[worker]\njobs = "postgresql"\n')
    with pytest.raises(ConfigError, match="要求"):
        load_settings(config, {})


def test_a_database_in_which_another_program_keeps_its_jobs_is_refused(postgres_url: str, tmp_path: Path) -> None:
    opened = open_store(postgres_url, tmp_path / "vault", shared=True)
    with opened.session() as session:
        session.execute(text("DELETE FROM job_migrations"))
    opened.close()
    with pytest.raises(StoreError, match="单独建一个库"):
        open_store(postgres_url, tmp_path / "vault", shared=True)


def test_a_newer_version_of_the_jobs_tables_is_applied_once(postgres_url: str, tmp_path: Path) -> None:
    newest = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
    opened = open_store(postgres_url, tmp_path / "vault", shared=True)
    with opened.session() as session:
        session.execute(text("DELETE FROM job_migrations WHERE name = :name"), {"name": newest})
        session.execute(text("DROP FUNCTION procrastinate_retry_job_v2"))
    opened.close()
    for _ in range(2):
        opened = open_store(postgres_url, tmp_path / "vault", shared=True)
        with opened.session() as session:
            assert session.scalar(text("SELECT count(*) FROM job_migrations WHERE name = :name"), {"name": newest}) == 1
        opened.close()


def test_the_settings_of_sharing_are_read(tmp_path: Path, postgres_url: str) -> None:
    config = write_settings(tmp_path, shared_settings(postgres_url, tmp_path / "vault"))
    assert load_settings(config, {}).worker.jobs == "postgresql"
