"""What many campaigns need, computed from what was measured: `python -m benchmarks.scaling_needs` prints the tables.

The measured numbers are those of `make bench ARGS=scaling` and of `make bench ARGS=judging`; what is assumed stands in
`Assumed`, and can be given anew on the command line (`cases=2000 pages_a_case=5`).
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

_DAY = 24 * 60 * 60
_MB, _GB, _TB = 1e6, 1e9, 1e12


@dataclass(frozen=True)
class Measured:
    """Costs of one mail (with a Word paper and a photo) and of one page that OCR reads; see `benchmarks.scaling`."""

    reader_cpu: float
    page_cpu: float
    database_cpu: float
    database_bytes: float
    wal_bytes: float
    commits: float
    objects: float
    object_bytes: float
    mail_bytes: float
    worker_mb: float
    # The picture of 100,000 cases, from scratch (docs/measured.md).
    picture_mb_a_case: float = 3_900 / 100_000
    picture_cpu_a_case: float = 130 / 100_000


# One worker: 120 mails without scans (CPU of a mail and of the database), and 8 with scans of 15 pages (all else).
MEASURED = Measured(
    reader_cpu=0.124, page_cpu=5.031, database_cpu=0.017, database_bytes=91_136, wal_bytes=61_790, commits=53.9,
    objects=4, object_bytes=13_067_286, mail_bytes=7_550_483, worker_mb=1_162,
)  # fmt: skip


@dataclass(frozen=True)
class Assumed:
    """What is assumed of a campaign, of when its mail comes, and of the machines; none of it was measured."""

    cases: float = 1_500
    mails_a_case: float = 2
    pages_a_case: float = 4
    # Half of all mail comes in the last days, and is read within them.
    peak_share: float = 0.5
    peak_days: float = 3
    # A core is planned to be busy for this share of the time.
    busy: float = 0.7
    # Requests for one new content: look, store, look; and one to fetch each mail for its reader.
    requests_an_object: float = 3
    reader_cores: float = 8
    database_cores: float = 16
    # AWS names 3,500 writes a second for a prefix; this program uses 256 of them.
    requests_a_second: float = 3_500 * 256
    report_gb: float = 16


# What each cost is called, and in which unit it is told.
_COSTS = (
    ("reader_cpu", "CPU of the reader, a mail without scans", "s"),
    ("page_cpu", "CPU of the reader, a page that OCR reads", "s"),
    ("database_cpu", "CPU of PostgreSQL, a mail", "s"),
    ("database_bytes", "database, a mail", "bytes"),
    ("wal_bytes", "write-ahead log, a mail", "bytes"),
    ("commits", "commits, a mail", ""),
    ("objects", "objects, a mail", ""),
    ("object_bytes", "object store, a mail", "bytes"),
    ("mail_bytes", "the mail itself", "bytes"),
    ("worker_mb", "memory of a reading worker, at most", "MB"),
    ("picture_mb_a_case", "picture of the report worker, a case", "MB"),
    ("picture_cpu_a_case", "CPU of the picture from scratch, a case", "s"),
)


def costs(measured: Measured = MEASURED) -> Iterator[str]:
    """Yield the lines of the table of what was measured, in Markdown."""
    yield "| cost | measured |"
    yield "| --- | --- |"
    for name, told, unit in _COSTS:
        value = getattr(measured, name)
        yield f"| {told} | {_bytes(value) if unit == 'bytes' else f'{_round(value, 3)} {unit}'.rstrip()} |"


def needs(count: float, assumed: Assumed, measured: Measured = MEASURED) -> Iterator[tuple[str, str]]:
    """Yield what so many campaigns at once need: a name, and a number in words."""
    cases = count * assumed.cases
    mails, pages = cases * assumed.mails_a_case, cases * assumed.pages_a_case
    rate = mails * assumed.peak_share / (assumed.peak_days * _DAY)
    words, ocr, database = _cores(rate, assumed, measured)
    requests = rate * (measured.objects * assumed.requests_an_object + 1)
    picture = assumed.cases * measured.picture_mb_a_case
    yield "campaigns", _round(count)
    yield "mails", _round(mails)
    yield "scanned pages", _round(pages)
    yield "mails a second at the peak", _round(rate)
    yield "cores that read Word papers and photos", _round(words)
    yield "cores for OCR", _round(ocr)
    yield f"machines of {assumed.reader_cores:.0f} cores to read", _round((words + ocr) / assumed.reader_cores)
    yield "memory of all reading processes", _bytes((words + ocr) * measured.worker_mb * _MB)
    yield "cores of PostgreSQL", _round(database)
    yield "commits a second", _round(rate * measured.commits)
    yield "database, at the end", _bytes(mails * measured.database_bytes)
    yield "write-ahead log, a day of the peak", _bytes(rate * _DAY * measured.wal_bytes)
    yield "objects, at the end", _round(mails * measured.objects)
    yield "object store, at the end", _bytes(mails * measured.object_bytes)
    yield "requests to the object store, a second", _round(requests)
    yield "bytes to the object store, a second", _bytes(rate * measured.object_bytes)
    yield "one mailbox, at the peak", f"{_bytes(rate / count * _DAY * measured.mail_bytes)} a day"
    yield "picture in the memory of a report worker, each campaign", _bytes(picture * _MB)
    yield "the same, where all were one campaign", _bytes(count * picture * _MB)


def _cores(rate: float, assumed: Assumed, measured: Measured) -> tuple[float, float, float]:
    pages = rate * assumed.pages_a_case / assumed.mails_a_case
    cpus = (rate * measured.reader_cpu, pages * measured.page_cpu, rate * measured.database_cpu)
    words, ocr, database = (cpu / assumed.busy for cpu in cpus)
    return words, ocr, database


def saturated(count: float, assumed: Assumed, measured: Measured = MEASURED) -> list[tuple[str, float]]:
    """Return how many times over its limit one of each part would be, the worst first."""
    rate = count * assumed.cases * assumed.mails_a_case * assumed.peak_share / (assumed.peak_days * _DAY)
    words, ocr, database = _cores(rate, assumed, measured)
    requests = rate * (measured.objects * assumed.requests_an_object + 1)
    picture = count * assumed.cases * measured.picture_mb_a_case * _MB
    found = {
        f"one machine of {assumed.reader_cores:.0f} cores that reads": (words + ocr) / assumed.reader_cores,
        f"one PostgreSQL of {assumed.database_cores:.0f} cores": database / assumed.database_cores,
        "one bucket": requests / assumed.requests_a_second,
        f"one report worker of {assumed.report_gb:.0f} GB for all campaigns": picture / (assumed.report_gb * _GB),
    }
    return sorted(found.items(), key=lambda one: -one[1])


def tables(assumed: Assumed, measured: Measured = MEASURED) -> Iterator[str]:
    """Yield the lines of the two tables in Markdown."""
    counts = (1.0, 1_000.0, 100_000_000 / (assumed.cases * assumed.mails_a_case))
    columns = [dict(needs(count, assumed, measured)) for count in counts]
    yield "| | one campaign | a thousand campaigns | a hundred million mails |"
    yield "| --- | --- | --- | --- |"
    for name in columns[0]:
        yield f"| {name} | {' | '.join(column[name] for column in columns)} |"
    yield ""
    yield "| how full one of each part would be | one campaign | a thousand campaigns | a hundred million mails |"
    yield "| --- | --- | --- | --- |"
    full = [dict(saturated(count, assumed, measured)) for count in counts]
    for name, _ in saturated(counts[1], assumed, measured):
        yield f"| {name} | {' | '.join(f'{_round(100 * column[name])} %' for column in full)} |"


def _round(value: float, digits: int = 2) -> str:
    """Return a number with so many digits that count."""
    whole = float(f"{value:.{digits}g}")
    return f"{whole:,.0f}" if whole >= 10 ** (digits - 1) else f"{whole:.10f}".rstrip("0").rstrip(".")


def _bytes(value: float) -> str:
    for unit, size in (("TB", _TB), ("GB", _GB), ("MB", _MB)):
        if value >= size:
            return f"{_round(value / size)} {unit}"
    return f"{_round(value / 1_000)} KB"


def given(arguments: Sequence[str]) -> Assumed:
    """Return what is assumed, with what the command line says otherwise."""
    names = {one.name for one in fields(Assumed)}
    told = dict(one.split("=", 1) for one in arguments)
    if unknown := told.keys() - names:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(names))}")
    return replace(Assumed(), **{name: float(value) for name, value in told.items()})


if __name__ == "__main__":
    print("\n".join([*costs(), "", *tables(given(sys.argv[1:]))]))
