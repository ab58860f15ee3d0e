"""What several workers share is noted here: jobs in PostgreSQL, put there within the transaction that makes them due.

The tables are Procrastinate's, and `ingest.sharing.jobs` runs its workers. A job that waits already is not put there
twice; one that just runs is, since what it has seen may be older. Where the store is not shared, nothing is ever noted.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

# Under which name a session knows that its store is shared.
SHARED = "shared"
# The queues, which are the roles of workers; what belongs to the queue of all is done by whichever is there.
POLL, READ, REPORT, ALL = "poll", "read", "report", "all"
# What a person waits for goes before new mail, and what is merely to be read anew comes after it.
URGENT, USUAL, LATER = 10, 0, -10
# A job whose worker was killed so often is let go: it may be what kills them.
MOST_TAKEN_OVER = 5


@dataclass(frozen=True)
class Job:
    """A job to be noted: what is to be done, with what; `lock` is what no two running jobs hold at once.

    Of those that wait only one has the same `name`.
    """

    task: str
    queue: str
    name: str
    lock: str
    args: dict[str, Any] = field(default_factory=dict)
    priority: int = USUAL


@dataclass(frozen=True)
class Noted:
    """A job as it stands: `state` is todo, doing or failed; `worker_seen` is when its worker was last heard of."""

    id: int
    task: str
    state: str
    args: dict[str, Any]
    attempts: int
    since: datetime | None
    due: datetime | None
    worker_seen: datetime | None


_LIVE = "('todo', 'doing')"
# Waits for whoever just takes the job there, and then finds that it runs: so none is missed between two looks.
_PUT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, priority)
SELECT queue, task, lock, name, args::jsonb, priority
FROM unnest(CAST(:queues AS text[]), CAST(:tasks AS text[]), CAST(:locks AS text[]), CAST(:names AS text[]),
            CAST(:args AS text[]), CAST(:priorities AS int[])) WITH ORDINALITY
     AS job (queue, task, lock, name, args, priority, number)
ORDER BY number
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE
SET priority = GREATEST(procrastinate_jobs.priority, EXCLUDED.priority),
    scheduled_at = CASE WHEN EXCLUDED.priority > 0 THEN NULL ELSE procrastinate_jobs.scheduled_at END
"""


def put(session: Session, jobs: Iterable[Job]) -> None:
    """Note jobs within a transaction; nothing where the store is not shared."""
    # In one order: two transactions that note the same jobs do not wait for each other in a ring.
    wanted = [job for _, job in sorted({job.name: job for job in jobs}.items())]
    if not wanted or not session.info.get(SHARED):
        return
    session.execute(
        text(_PUT),
        {
            "queues": [job.queue for job in wanted],
            "tasks": [job.task for job in wanted],
            "locks": [job.lock for job in wanted],
            "names": [job.name for job in wanted],
            "args": [json.dumps(job.args, ensure_ascii=False) for job in wanted],
            "priorities": [job.priority for job in wanted],
        },
    )


def want_reading(session: Session, ids: Iterable[int], priority: int = USUAL) -> None:
    """Note that messages are to be read."""
    put(session, (Job("read", READ, f"read-{id_}", f"read-{id_}", {"message": id_}, priority) for id_ in ids))


def want_filing(session: Session, province: str | None) -> None:
    """Note that a province is to be filed (None: whatever is of nobody known); one association's are never two."""
    name = f"association-{province or ''}"
    put(session, [Job("file", READ, name, name, {"province": province}, URGENT)])


def want_comparing(session: Session) -> None:
    """Note that new pictures are to be compared with all others."""
    put(session, [Job("compare", READ, "compare", "compare")])


def waiting_unnoted(session: Session) -> list[int]:
    """Return the messages that wait to be read and of which no job is noted."""
    query = """
    SELECT id FROM messages WHERE state = 'waiting'
    AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = 'read-' || messages.id AND status = 'todo')
    AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = 'read-' || messages.id AND status = 'doing')
    ORDER BY arrival
    """
    return list(session.scalars(text(query)))


def urgent(session: Session) -> list[int]:
    """Return the messages that a person waits for."""
    query = f"""
    SELECT CAST(args ->> 'message' AS bigint) FROM procrastinate_jobs
    WHERE task_name = 'read' AND priority > 0 AND status IN {_LIVE}
    """  # noqa: S608 (our own words)
    return list(session.scalars(text(query)))


_STALLED = """
SELECT job.id FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
ORDER BY job.id FOR UPDATE OF job SKIP LOCKED
"""


def take_over(session: Session, seconds: float) -> list[int]:
    """Let the jobs wait again of workers that were not heard of for so long; return which."""
    stalled = list(session.scalars(text(_STALLED), {"seconds": seconds}))
    for id_ in stalled:
        session.execute(
            text(
                "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{taken_over}',"
                " to_jsonb(COALESCE(CAST(args ->> 'taken_over' AS int), 0) + 1)) WHERE id = :id AND task_name = 'read'"
            ),
            {"id": id_},
        )
        give_back(session, id_)
    return stalled


def give_back(session: Session, job_id: int) -> None:
    """Let a running job wait again; where one of its name waits already, that one is enough."""
    done = """
    DELETE FROM procrastinate_jobs AS own WHERE id = :id AND status IN ('doing', 'failed') AND EXISTS (
        SELECT 1 FROM procrastinate_jobs AS other
        WHERE other.queueing_lock = own.queueing_lock AND other.status = 'todo'
    )
    """
    again = """
    SELECT procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL) FROM procrastinate_jobs
    WHERE id = :id AND status IN ('doing', 'failed')
    """
    session.execute(text(done), {"id": job_id})
    session.execute(text(again), {"id": job_id})


def retry_failed(session: Session) -> int:
    """Let the jobs wait again that were given up; return how many."""
    failed = list(session.scalars(text("SELECT id FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id")))
    for id_ in failed:
        give_back(session, id_)
    # What waits for a better moment need not wait any longer.
    session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
    return len(failed)


_LISTED = """
SELECT job.id, job.task_name, CAST(job.status AS text) AS state, job.args, job.attempts,
       (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type <> 'scheduled') AS since,
       job.scheduled_at AS due, worker.last_heartbeat AS worker_seen
FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status IN ('todo', 'doing', 'failed')
ORDER BY job.status DESC, job.priority DESC, job.id
"""


def listed(session: Session, most: int | None = None) -> Sequence[Noted]:
    """Return the jobs that wait, run, or were given up, those first that go first."""
    query = _LISTED if most is None else f"{_LISTED} LIMIT {most:d}"
    return [Noted(*row) for row in session.execute(text(query))]


def are_kept(session: Session) -> bool:
    """Tell whether jobs are kept in this database."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    return session.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None


def counted(session: Session) -> dict[tuple[str, str], int]:
    """Return how many jobs there are by (task, state)."""
    query = "SELECT task_name, CAST(status AS text), count(*) FROM procrastinate_jobs GROUP BY 1, 2 ORDER BY 1, 2"
    return {(task, state): count for task, state, count in session.execute(text(query))}


def live(session: Session, queue: str) -> int:
    """Return how many jobs of a queue wait or run."""
    query = f"SELECT count(*) FROM procrastinate_jobs WHERE queue_name = :queue AND status IN {_LIVE}"  # noqa: S608
    return int(session.scalar(text(query), {"queue": queue}) or 0)


def workers(session: Session, seconds: float) -> int:
    """Return how many workers were heard of within so many seconds; a process counts once for each of its roles."""
    query = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
    return int(session.scalar(text(query), {"seconds": seconds}) or 0)


def processes(session: Session, seconds: float) -> int:
    """Return how many processes said within so many seconds that they are there, whatever their roles."""
    query = "SELECT count(*) FROM job_workers WHERE seen_at > now() - make_interval(secs => :seconds)"
    return int(session.scalar(text(query), {"seconds": seconds}) or 0)


def note_worker(session: Session, name: str, version: str) -> None:
    """Note that a process is there, and what a mail that it reads depends on; forget those of yesterday."""
    put_ = """
    INSERT INTO job_workers (name, version) VALUES (:name, :version)
    ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, seen_at = now()
    """
    session.execute(text(put_), {"name": name, "version": version})
    session.execute(text("DELETE FROM job_workers WHERE seen_at < now() - interval '1 day'"))


def forget_worker(session: Session, name: str) -> None:
    """Forget a process that has ended in order."""
    session.execute(text("DELETE FROM job_workers WHERE name = :name"), {"name": name})


def versions(session: Session, seconds: float) -> set[str]:
    """Return what mails depend on by the processes that were heard of within so many seconds: one, if all is well."""
    query = "SELECT DISTINCT version FROM job_workers WHERE seen_at > now() - make_interval(secs => :seconds)"
    return set(session.scalars(text(query), {"seconds": seconds}))


_OWN = """
CREATE TABLE IF NOT EXISTS job_migrations (
    name text PRIMARY KEY, applied_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS job_workers (
    name text PRIMARY KEY, version text NOT NULL, seen_at timestamp with time zone NOT NULL DEFAULT now()
);
"""


class UnknownJobsError(Exception):
    """There are tables of Procrastinate of which nobody knows how old they are."""


def migrate_jobs(engine: Engine, lock: int) -> None:
    """Make Procrastinate's tables, or apply those of its migrations that were not yet; one process at a time."""
    wanted = sorted(one.name for one in resources.files("procrastinate.sql").joinpath("migrations").iterdir())
    wanted = [name for name in wanted if name.endswith(".sql")]
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})
        _run(connection, _OWN)
        applied = set(connection.scalars(text("SELECT name FROM job_migrations")))
        missing = [name for name in wanted if name not in applied]
        if not applied:
            _make(connection)
        else:
            for name in missing:
                _run(connection, _migration(name))
        if missing:
            connection.execute(text("INSERT INTO job_migrations (name) VALUES (:name)"), [{"name": x} for x in missing])


def _make(connection: Connection) -> None:
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")):
        raise UnknownJobsError("这个库里已有别的程序建的 Procrastinate 表，请给征集单独建一个库")
    # Only where jobs are shared, and once: whoever shares none need not wait for its import.
    from procrastinate.schema import SchemaManager

    _run(connection, SchemaManager.get_schema())


def _migration(name: str) -> str:
    return resources.files("procrastinate.sql").joinpath("migrations", name).read_text(encoding="utf-8")


def _run(connection: Connection, script: str) -> None:
    """Run a script of many statements, as it is."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute(script)
