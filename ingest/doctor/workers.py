"""Checks whether the work that several machines share is done: are workers there, alike, and was nothing given up."""

from collections.abc import Iterator, Sequence

from ingest.doctor.result import Patient, Result, fail, ok, warn
from store import jobs
from store.condition import examine, looked_into


def shared_of(patient: Patient) -> Sequence[object]:
    """Return one thing to look at where the work is shared, else none."""
    return (None,) if patient.settings.worker.jobs == "postgresql" else ()


def shared(patient: Patient) -> Iterator[Result]:
    """Tell how many workers were heard of, whether they read alike, and what waits or was given up."""
    settings = patient.settings
    seconds = settings.worker.stalled_seconds
    if not examine(settings.database_url).is_migrated:
        yield warn("jobs.none")
        return
    with looked_into(settings.database_url, settings.at(settings.vault.path)) as store, store.reading() as session:
        if not jobs.are_kept(session):
            yield warn("jobs.none")
            return
        there, versions = jobs.processes(session, seconds), jobs.versions(session, seconds)
        counts = jobs.counted(session)
    told = {
        state: sum(count for (_, one), count in counts.items() if one == state) for state in ("todo", "doing", "failed")
    }
    if len(versions) > 1:
        yield fail("jobs.differ", count=len(versions))
    if told["failed"]:
        yield warn("jobs.failed", count=told["failed"])
    yield ok("jobs.ok", there=there, **told) if there else warn("jobs.nobody", **told)
