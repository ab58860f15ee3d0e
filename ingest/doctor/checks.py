"""What `zhengji doctor` looks at, in the order in which it is told, and how each is kept from stopping the others."""

import threading
from collections.abc import Iterator

from config.errors import ConfigError
from ingest.doctor import keeping, machine, papers, receiving, rooms, sending, staff, workers
from ingest.doctor.result import Check, Patient, Result, fail
from ingest.room.cleanroom import end_spare
from reports.console.enduring import endured
from store.errors import StoreError

CHECKS: tuple[Check, ...] = (
    Check("settings", papers.settings_file, "nothing"),
    Check("secrets", papers.secrets),
    Check("campaign", papers.campaign_file),
    Check("roster", papers.roster),
    Check("selected", papers.selected),
    Check("addresses", papers.addresses, "campaign"),
    Check("mail", receiving.mailbox, "campaign", 90, receiving.mailboxes_of),
    Check("folder", receiving.folder, each=receiving.folders_of),
    Check("smtp", sending.smtp, seconds=90),
    Check("chat", sending.chat, each=sending.chats_of),
    Check("database", keeping.database),
    Check("vault", keeping.vault),
    Check("objects", keeping.objects, each=keeping.object_stores_of),
    Check("folders", keeping.folders),
    Check("disk", keeping.disk),
    Check("backup", staff.backed_up, "campaign"),
    Check("clock", machine.clock, "campaign"),
    Check("calendar", machine.calendar, "campaign"),
    Check("memory", machine.memory, "nothing"),
    Check("room", rooms.room, "campaign", 150),
    Check("ocr", rooms.ocr, "campaign", 300),
    Check("office", machine.office, "nothing", 120),
    Check("unar", machine.unar, "nothing"),
    Check("fonts", machine.fonts, "nothing"),
    Check("console", staff.console),
    Check("people", staff.people),
    Check("jobs", workers.shared, each=workers.shared_of),
    Check("beat", staff.heartbeat, "campaign"),
)


def examine(patient: Patient) -> Iterator[tuple[Check, Result]]:
    """Yield what every check finds; one that fails, breaks or hangs leaves the others untouched."""
    try:
        for check in CHECKS:
            if _can_be_done(check, patient):
                for thing in check.each(patient):
                    yield from ((check, one) for one in in_its_time(check, patient, thing))
            else:
                yield check, Result("skipped", "check.skipped")
    finally:
        end_spare()


def _can_be_done(check: Check, patient: Patient) -> bool:
    if check.needs == "campaign":
        return patient.campaign_or_none is not None
    return check.needs == "nothing" or patient.settings_or_none is not None


def in_its_time(check: Check, patient: Patient, thing: object) -> Iterator[Result]:
    """Yield what a check finds, in a thread that is left behind where it takes longer than it may."""
    found: list[Result] = []
    fine: list[bool] = []
    work = threading.Thread(
        target=lambda: fine.append(endured(lambda: _look(check, patient, thing, found), "doctor.check_failed")),
        name=check.name,
        daemon=True,
    )
    work.start()
    work.join(check.seconds)
    yield from tuple(found)
    if work.is_alive():
        yield fail("check.too_long", seconds=f"{check.seconds:.0f}")
    elif fine != [True]:
        yield fail("check.broken")


def _look(check: Check, patient: Patient, thing: object, found: list[Result]) -> None:
    """Add what a check finds, and in its own words what kept it from looking further."""
    try:
        for one in check.work(patient) if thing is None else check.work(patient, thing):
            found.append(one)  # noqa: PERF402 (what came before an error counts)
    except (ConfigError, StoreError) as error:
        found.append(fail("check.said", why=error))
    except OSError as error:
        found.append(fail("check.os", what=error.filename or "—", why=error.strerror or type(error).__name__))
