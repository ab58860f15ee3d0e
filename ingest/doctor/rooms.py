"""Checks whether what strangers send can be opened: the clean room starts, is bounded, and reads Chinese by OCR."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

from ingest.doctor.result import Patient, Result, fail, ok, warn
from ingest.room.cleanroom import CleanRoom, NotStartedError, RoomError, Setup, why_not
from parsers.archives import UnpackLimits
from parsers.base import ParseError

# What is written on the picture.
WRITTEN = "征集案例汇总清单"
# A few characters misread are no broken installation.
_ENOUGH = 6
_TEXT = "征集"
_PICTURE_SECONDS = 60


def room(patient: Patient) -> Iterator[Result]:
    """Start a clean room, let it read a tiny text, and ask it for more memory than it may take."""
    limits = patient.settings.limits
    with tempfile.TemporaryDirectory(prefix="zhengji-doctor-") as folder:
        tiny = Path(folder) / "tiny"
        tiny.write_text(_TEXT, encoding="utf-8")
        with closing(_room(patient, Path(folder), limits.seconds, limits.memory_bytes)) as opened:
            try:
                list(opened.ask("read", tiny.stat().st_size, path=str(tiny), size=tiny.stat().st_size))
            except NotStartedError:
                yield fail("room.not_started", why=why_not() or "—", python=sys.executable)
                return
            except (RoomError, ParseError) as error:
                yield fail("room.fails", why=getattr(error, "reason", "") or error)
                return
            bounded = _is_bounded(opened, limits.memory_bytes)
    yield ok("room.ok", memory=limits.memory_bytes // 1_000_000) if bounded else warn("room.unbounded")


def _is_bounded(opened: CleanRoom, memory_bytes: int) -> bool:
    """Tell whether a room can take no more than its memory."""
    try:
        (answer,) = opened.ask("allot", 0, size=memory_bytes + 1)
    except ParseError:
        return True
    return bool(answer["bytes"] == 0)


def ocr(patient: Patient) -> Iterator[Result]:
    """Read a tiny picture of Chinese text in a clean room with the memory of scans."""
    picture = (resources.files("ingest") / "doctor" / "picture.png").read_bytes()
    limits = patient.settings.limits
    with tempfile.TemporaryDirectory(prefix="zhengji-doctor-") as folder:
        tiny = Path(folder) / "tiny.png"
        tiny.write_bytes(picture)
        seconds = min(limits.scan_seconds, _PICTURE_SECONDS)
        with closing(_room(patient, Path(folder), seconds, limits.scan_memory_bytes, "heavy")) as opened:
            try:
                (answer,) = opened.ask("lines", len(picture), path=str(tiny))
            except NotStartedError:
                yield fail("room.not_started", why=why_not() or "—", python=sys.executable)
                return
            except (RoomError, ParseError, OSError) as error:
                yield fail("ocr.fails", why=getattr(error, "reason", "") or error)
                return
    read = "".join(answer["lines"])
    known = len(set(read) & set(WRITTEN))
    yield ok("ocr.ok", read=read) if known >= _ENOUGH else fail("ocr.misread", read=read or "—", written=WRITTEN)


def _room(patient: Patient, folder: Path, seconds: float, memory_bytes: int, family: str = "light") -> CleanRoom:
    """Return a clean room whose vault is a folder of its own: nothing comes into the real one."""
    limits = patient.settings.limits
    caps = UnpackLimits(limits.members, limits.member_bytes, limits.archive_bytes, limits.ratio)
    return CleanRoom(Setup(folder, patient.campaign, caps, seconds, memory_bytes), f"doctor-{family}")
