"""Checks whether this machine is as it should be: clock, zone, memory, cores, fonts, LibreOffice and unar."""

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from ingest.doctor.keeping import gigabytes
from ingest.doctor.result import Patient, Result, fail, ok, warn
from parsers.base import ParseError
from parsers.documents.legacy import Allowance, convert, find_office
from reports.deadline import knows_year
from reports.making.pdf import FontError, Fonts
from store.condition import Stamps, examine, looked_into, newest_stamps

_AHEAD = timedelta(minutes=2)
_YEAR = timedelta(days=366)
# A process that reads scans needs so much (docs/measured.md).
_SCAN_BYTES = 2_000_000_000
_USUAL_PROCESSES = 2
# Where containers are told how much memory they may take: of cgroups of the second and the first kind.
_CAPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_RTF = r"{\rtf1\ansi\ansicpg936\uc1 \u24449?\u38598?}"


def clock(patient: Patient) -> Iterator[Result]:
    """Tell the clock and the zone, and compare the clock with the newest moments that we hold."""
    call, now = patient.campaign.call, patient.now()
    local = now.astimezone(call.zone)
    held = _held(patient)
    if held.server and held.server > now + _AHEAD:
        minutes = round((held.server - now).total_seconds() / 60)
        yield fail("clock.slow", minutes=minutes, newest=_shown(held.server, call.zone))
    elif held.own and held.own > now + _AHEAD:
        yield fail("clock.backwards", newest=_shown(held.own, call.zone), now=_shown(now, call.zone))
    elif not call.notice_date - _YEAR < local.date() < call.deadline + 2 * _YEAR:
        yield warn("clock.year", now=_shown(now, call.zone), deadline=call.deadline)
    else:
        yield ok("clock.ok", now=_shown(now, call.zone), zone=call.timezone)


def _shown(moment: datetime, zone: object) -> str:
    return moment.astimezone(zone).isoformat(" ", "minutes")  # type: ignore[arg-type] # (a zone of the campaign)


def _held(patient: Patient) -> Stamps:
    """Return the newest moments that we hold; none where there is no store yet."""
    url, path = patient.settings.database_url, patient.settings.at(patient.settings.vault.path)
    if not examine(url).is_migrated:
        return Stamps(None, None)
    with looked_into(url, path) as store:
        return newest_stamps(store)


def calendar(patient: Patient) -> Iterator[Result]:
    """Tell whether the official calendar of working days is known for the years of the campaign."""
    call = patient.campaign.call
    years = sorted({call.notice_date.year, call.deadline.year, patient.now().astimezone(call.zone).year})
    unknown = [str(year) for year in years if not knows_year(year)]
    if unknown:
        yield warn("calendar.unknown", years="、".join(unknown))
    else:
        yield ok("calendar.ok", years="、".join(map(str, years)))


def memory(patient: Patient) -> Iterator[Result]:
    """Compare memory and cores with how many processes are to read at once."""
    cores = os.cpu_count() or 1
    processes = patient.usual_settings.limits.processes or min(_USUAL_PROCESSES, cores)
    there = _memory_bytes()
    needed = max(_SCAN_BYTES, patient.usual_settings.limits.scan_memory_bytes) * processes
    told = {"cores": cores, "processes": processes, "needed": gigabytes(needed)}
    if there is None:
        yield ok("memory.untold", **told)
    elif there < needed:
        yield warn("memory.short", there=gigabytes(there), **told)
    elif processes > cores:
        yield warn("memory.cores", there=gigabytes(there), **told)
    else:
        yield ok("memory.ok", there=gigabytes(there), **told)


def _memory_bytes() -> int | None:
    """Return how much memory this machine, or the container we are in, has; None where nobody can tell (Windows)."""
    found = []
    with suppress(ValueError, OSError, AttributeError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for cap in _CAPS:
        with suppress(OSError, ValueError):
            found.append(int(cap.read_text(encoding="ascii")))
    return min(found, default=None)


def office(patient: Patient) -> Iterator[Result]:
    """Let LibreOffice convert a tiny old document, as it converts those of mails."""
    program = find_office()
    if program is None:
        yield fail("office.missing")
        return
    limits = patient.usual_settings.limits
    allowance = Allowance(limits.seconds, limits.scan_memory_bytes)
    with tempfile.TemporaryDirectory(prefix="zhengji-doctor-") as folder:
        tiny = Path(folder) / "tiny"
        tiny.write_text(_RTF, encoding="ascii")
        made = convert({tiny: "rtf"}, Path(folder), allowance)[tiny]
    if isinstance(made, ParseError):
        yield fail("office.fails", program=program, why=made.reason)
    else:
        yield ok("office.ok", program=program)


def unar(_patient: Patient) -> Iterator[Result]:
    """Let unar unpack a tiny archive."""
    program = shutil.which("unar")
    if program is None:
        yield fail("unar.missing")
        return
    with tempfile.TemporaryDirectory(prefix="zhengji-doctor-") as folder:
        tiny = Path(folder) / "tiny.zip"
        with zipfile.ZipFile(tiny, "w") as archive:
            archive.writestr("tiny.txt", "zhengji")
        command = [program, "-quiet", "-no-directory", "-output-directory", folder, str(tiny)]
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
        except subprocess.TimeoutExpired:
            yield fail("unar.fails", program=program)
            return
        unpacked = (Path(folder) / "tiny.txt").is_file()
    yield ok("unar.ok", program=program) if unpacked else fail("unar.fails", program=program)


def fonts(patient: Patient) -> Iterator[Result]:
    """Tell whether there is a Chinese font that can be embedded into PDFs."""
    named = patient.usual_settings.reports.font
    try:
        found = Fonts(patient.usual_settings.at(named) if named else None)
    except FontError as error:
        yield fail("fonts.bad", why=error)
        return
    yield ok("fonts.ok") if found.is_embedded and found.of("征") else warn("fonts.none")
