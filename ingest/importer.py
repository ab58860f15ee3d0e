"""Takes in mail from files: an `.eml`, a folder (walked as a tree), a Maildir or an mbox.

Arrival is the topmost Received header, else the Date header, else the file's own time (domain.md section 2).
"""

import mailbox
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from config.errors import ConfigError
from ingest.desk import Desk
from parsers.sniff import format_of
from parsers.stamps import stamps
from store import arrivals
from store.arrivals import Seen

log = structlog.get_logger()

_HEAD = 4096
# A stamp beyond now by more than this is of a wrong clock and decides nothing.
_AHEAD = timedelta(days=1)
# What a file says of the time it came; the earliest year that any mail of a campaign can have.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MBOX = b"From "
# What editors put before the first mail of an mbox: a byte order mark, blank lines.
_LEAD = b"\xef\xbb\xbf\r\n"


@dataclass
class Imported:
    """What an import did: mails found, those new to us, and files that are no mail."""

    seen: int = 0
    new: int = 0
    skipped: list[str] = field(default_factory=list)


def import_path(desk: Desk, path: Path, now: datetime, tell: Callable[[int], None] = lambda _done: None) -> Imported:
    """Accept every mail at or below a path; ConfigError where there is nothing. Reading comes afterwards.

    NoRoomError before a file for which the disk has no room: what was accepted until then is safe.
    """
    if not path.exists():
        raise ConfigError(f"{path}: 文件或文件夹不存在")
    done = Imported()
    for file in _files(path):
        desk.floor.check(file.stat().st_size)
        kind = _kind(file)
        if kind == "other":
            done.skipped.append(shown(file))
            log.info("import.skipped", file=shown(file))
            continue
        for place, raw in _mails(desk, file, kind):
            accepted = _accept(desk, raw, place, file, now)
            done.seen += 1
            done.new += accepted
            tell(done.seen)
    return done


def _files(path: Path) -> Iterator[Path]:
    """Yield the files of a tree in a stable order, what a mail program writes half left out; no link is followed."""
    if path.is_file():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        is_maildir = {"cur", "new"} <= set(subfolders)
        subfolders[:] = sorted(name for name in subfolders if not (is_maildir and name == "tmp"))
        for name in sorted(names):
            file = Path(folder) / name
            if file.is_file() and not file.is_symlink() and not name.startswith("."):
                yield file


def _kind(file: Path) -> str:
    """Return mbox, mail or other, by the content; an `.eml` is a mail whatever it holds, so that none is lost."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if head.lstrip(_LEAD).startswith(_MBOX):
        return "mbox"
    if file.suffix.lower() == ".eml" or format_of(head, None) == "eml":
        return "mail"
    return "other"


def _mails(desk: Desk, file: Path, kind: str) -> Iterator[tuple[str, Path]]:
    """Yield (place, temporary file of raw bytes) for each mail of a file."""
    if kind == "mail":
        with desk.store.vault.temporary() as raw:
            shutil.copyfile(file, raw)
            yield shown(file), raw
        return
    with desk.store.vault.temporary() as clean:
        _copy_from_first_mail(file, clean)
        yield from _mbox_mails(desk, file, clean)


def _mbox_mails(desk: Desk, file: Path, clean: Path) -> Iterator[tuple[str, Path]]:
    box = mailbox.mbox(clean, create=False)
    try:
        for key in box.iterkeys():
            with desk.store.vault.temporary() as raw:
                raw.write_bytes(box.get_bytes(key))
                yield f"{shown(file)}#{key}", raw
    finally:
        box.close()


def _copy_from_first_mail(file: Path, clean: Path) -> None:
    """Copy an mbox without what stands before its first mail: a byte order mark there would hide that mail."""
    with file.open("rb") as source, clean.open("wb") as target:
        head = source.read(_HEAD)
        target.write(head.lstrip(_LEAD))
        shutil.copyfileobj(source, target)


def shown(path: Path) -> str:
    """Return a path as text; names in another encoding, as a USB stick brings them, are read as GBK or escaped."""
    raw = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("utf-8", "backslashreplace")


def _accept(desk: Desk, raw: Path, place: str, file: Path, now: datetime) -> bool:
    arrival, source = arrival_of(raw, file, now)
    seen = Seen(mailbox="import", folder=shown(file.parent), place=place)
    return arrivals.accept(desk.store, raw, seen, arrival, source, now).new


def arrival_of(raw: Path, file: Path, now: datetime) -> tuple[datetime, str]:
    """Return (arrival, which stamp it is); a stamp that cannot be (before 2000, after tomorrow) is passed over."""
    modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return stamped_arrival(raw, now) or next(_plausible([(modified, "file")], now), (now, "kept"))


def stamped_arrival(raw: Path, now: datetime) -> tuple[datetime, str] | None:
    """Return (arrival, which stamp it is) as the mail itself says it; None where it says nothing that can be."""
    return first_stamp(*stamps(raw), now)


def first_stamp(received: datetime | None, date: datetime | None, now: datetime) -> tuple[datetime, str] | None:
    """Return the first of a mail's two stamps that can be, with which it is; None where neither can."""
    return next(_plausible([(received, "received"), (date, "date")], now), None)


def _plausible(stamped: Iterable[tuple[datetime | None, str]], now: datetime) -> Iterator[tuple[datetime, str]]:
    for moment, source in stamped:
        if moment is not None and _EARLIEST <= moment <= now + _AHEAD:
            yield moment, source
