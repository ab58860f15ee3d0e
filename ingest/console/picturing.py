"""Makes the pictures of files that the console shows, in clean rooms of their own, and keeps them in a folder.

They lie there by the hash of the content, the kind of picture and the version that made them; whoever deletes them
loses time and nothing else. What could not be made is kept too, as the words that say why.
"""

import hashlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from ingest.desk import Desk
from ingest.room.cleanroom import CleanRoom, RoomError
from ingest.room.readers import all_of
from parsers.base import ParseError
from parsers.documents.legacy import Allowance, find_office
from parsers.documents.printing import MISSING, PRINTED, print_first_page
from parsers.showing import SHOWING_VERSION
from reports.console.files.pictures import PAGE, SMALL, SOURCE, NoPictureError, Wanted
from reports.incoming import FileView

log = structlog.get_logger()

_SIDES = {SMALL: 480, PAGE: 1_200}
_IMAGES = frozenset({"jpeg", "png", "gif", "bmp", "tiff", "webp", "heic", "avif"})
_VIDEOS = frozenset({"mp4", "mov", "3gp", "avi", "mkv", "wmv", "flv", "rm", "mpeg", "mpegts"})
_GONE, _NO_FORMAT, _NO_VIDEO = "原件不在库中", "这种文件没有页面图片，请下载查看", "视频没有预览，请下载观看"
_CANNOT, _NO_AREA = "图片做不出来，请下载查看", "这个值没有记下页面上的位置"
# What is not opened for a picture either.
_SHUT = ("encrypted", "unsafe", "volume_missing")
# What could not be made may have been the fault of a busy machine.
_REFUSED_SECONDS = 24 * 60 * 60
_IDLE_SECONDS = 300
# Of a full folder so much is kept.
_KEPT = 0.8
_NEW = ".new-"
# The texts that tell how a page lay are short and were read with certainty.
_HINTS, _SHORT, _LONG = 4, 4, 12


@dataclass
class _Maker:
    """The room in which one kind of pictures is made, one after the other, and when it was used last."""

    room: CleanRoom
    # Whoever makes a small picture of a page makes the page first.
    turn: threading.RLock = field(default_factory=threading.RLock)
    used: float = 0.0


class DeskPictures:
    """The pictures of a desk's files; `most` is how many bytes of them are kept."""

    def __init__(self, desk: Desk, folder: Path, most: int) -> None:
        self._vault, self._folder, self._most = desk.store.vault, folder, most
        limits = desk.settings.limits
        self._allowance = Allowance(limits.seconds, limits.scan_memory_bytes)
        rooms = {kind: desk.new_room(f"picture-{kind}", for_scans=kind == SOURCE) for kind in (SMALL, PAGE, SOURCE)}
        self._makers = {kind: _Maker(room) for kind, room in rooms.items()}
        self._counting = threading.Lock()
        self._bytes: int | None = None
        self._closed = False

    def find(self, wanted: Wanted) -> bytes | None:
        """Return a picture that was made before, None where it was not; NoPictureError where there can be none."""
        return self._find(self._place(wanted))

    def make(self, wanted: Wanted) -> bytes:
        """Return a picture, made where there is none yet; NoPictureError where it cannot be made."""
        place, maker = self._place(wanted), self._makers[wanted.queue]
        with maker.turn:
            # Whoever had the turn before may have made it.
            found = self._find(place)
            if found is None:
                found = self._made(wanted, place, maker)
                maker.used = time.monotonic()
        return found

    def rest(self) -> None:
        """End the processes that made nothing for a while."""
        for maker in self._makers.values():
            if maker.used and time.monotonic() - maker.used > _IDLE_SECONDS and maker.turn.acquire(blocking=False):
                try:
                    maker.room.close()
                    maker.used = 0.0
                finally:
                    maker.turn.release()

    def close(self) -> None:
        """End the processes, also in the middle of their work; nothing is made any more."""
        self._closed = True
        for maker in self._makers.values():
            maker.room.close()

    def _place(self, wanted: Wanted) -> Path:
        """Return where a picture lies; NoPictureError where none is tried."""
        file = wanted.file
        if why := _refusal(wanted):
            raise NoPictureError(why)
        sha256 = str(file.sha256)
        name = sha256
        if wanted.kind == SOURCE and wanted.cell:
            name += "-" + _mark(wanted.cell.area)
        return self._folder / f"{wanted.kind}-{SHOWING_VERSION}" / sha256[:2] / f"{name}.jpg"

    def _find(self, place: Path) -> bytes | None:
        try:
            return place.read_bytes()
        except FileNotFoundError:
            pass
        words = place.with_suffix(".txt")
        try:
            said = words.read_text(encoding="utf-8")
            age = time.time() - words.stat().st_mtime
        except FileNotFoundError:
            return None
        if age > _REFUSED_SECONDS:
            return None
        raise NoPictureError(said)

    def _made(self, wanted: Wanted, place: Path, maker: _Maker) -> bytes:
        """Make a picture and keep it, or the words that say why it could not be made."""
        if self._closed or self._vault.find(str(wanted.file.sha256)) is None:
            raise NoPictureError(_CANNOT if self._closed else _GONE)
        try:
            with self._beside(place) as out:
                self._paint(wanted, out, maker.room)
                data = out.read_bytes()
                out.replace(place)
        except ParseError as error:
            if error.reason != MISSING:
                self._keep_words(place, error.reason)
            raise NoPictureError(error.reason) from error
        except RoomError as error:
            log.warning("picture.fault", sha256=wanted.file.sha256, kind=wanted.kind, error=str(error))
            self._keep_words(place, _CANNOT)
            raise NoPictureError(_CANNOT) from error
        self._count(len(data))
        return data

    def _paint(self, wanted: Wanted, out: Path, room: CleanRoom) -> None:
        file = wanted.file
        path = self._vault.path(str(file.sha256))
        if wanted.kind == SOURCE and wanted.cell and wanted.cell.area:
            area = dict(wanted.cell.area)
            sheet = self._sheet(file, int(area["page"]), room)
            _ask(room, "cut", 0, path=str(sheet), area=area, out=str(out))
        elif wanted.kind == SMALL and file.format not in _IMAGES:
            large = Wanted(PAGE, file)
            self.make(large)
            _ask(room, "picture", 0, path=str(self._place(large)), longest=_SIDES[SMALL], out=str(out))
        elif file.format in PRINTED:
            with tempfile.TemporaryDirectory(prefix="zhengji-printed-") as folder:
                printed = print_first_page(path, file.format, Path(folder), self._allowance)
                size = printed.stat().st_size
                _ask(room, "picture", size, path=str(printed), longest=_SIDES[PAGE], out=str(out))
        else:
            upright = self._upright(file) if wanted.kind == PAGE else None
            _ask(room, "picture", file.bytes, path=str(upright or path), longest=_SIDES[wanted.kind], out=str(out))

    def _upright(self, file: FileView) -> Path | None:
        """Return the first page of a scan flat and upright, as it was read; None where that is not known of it."""
        if not any(one.get("method") == "ocr" and (one.get("area") or {}).get("page") == 1 for one in _values(file)):
            return None
        maker = self._makers[SOURCE]
        with maker.turn, suppress(ParseError, RoomError):
            maker.used = time.monotonic()
            return self._sheet(file, 1, maker.room)
        return None

    def _sheet(self, file: FileView, page: int, room: CleanRoom) -> Path:
        """Return the picture of a page as the areas of its values refer to it; all of them share it."""
        sha256 = str(file.sha256)
        place = self._folder / f"sheet-{SHOWING_VERSION}" / sha256[:2] / f"{sha256}-{page}.jpg"
        if not place.is_file():
            values = [value for value in _values(file) if (value.get("area") or {}).get("page") == page]
            known = _hints(values) if any(one.get("method") == "ocr" for one in _values(file)) else None
            with self._beside(place) as out:
                path = str(self._vault.path(sha256))
                _ask(room, "sheet", file.bytes, path=path, page=page, known=known, out=str(out))
                self._count(out.stat().st_size)
                out.replace(place)
        return place

    @contextmanager
    def _beside(self, place: Path) -> Iterator[Path]:
        """Give a new file beside a place, removed afterwards unless it was renamed to it."""
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f"{place.stem[:16]}{_NEW}")
        os.close(handle)
        out = Path(name)
        try:
            yield out
        finally:
            out.unlink(missing_ok=True)

    def _keep_words(self, place: Path, words: str) -> None:
        if self._closed:
            return
        with self._beside(place) as out:
            out.write_text(words, encoding="utf-8")
            out.replace(place.with_suffix(".txt"))

    def _count(self, size: int) -> None:
        """Count what was made; where it is more than may be kept, remove the oldest."""
        with self._counting:
            if self._bytes is None:
                self._bytes = sum(size for _, size, _ in _kept_in(self._folder))
            else:
                self._bytes += size
            if self._bytes > self._most:
                self._bytes = _trim(self._folder, int(self._most * _KEPT))


def _ask(room: CleanRoom, do: str, cost: int, **arguments: Any) -> None:  # noqa: ANN401 (JSON)
    """Let a picture be made; ParseError where the content does not allow it."""
    _, problem = all_of(room.ask(do, cost, **arguments))
    if problem:
        raise ParseError(*problem)


def _refusal(wanted: Wanted) -> str:
    """Return why no picture is tried; empty where one is."""
    file = wanted.file
    if file.sha256 is None:
        return file.reason or _GONE
    if file.status in _SHUT:
        return file.reason or _CANNOT
    if wanted.kind == SOURCE:
        return "" if wanted.cell and wanted.cell.area else _NO_AREA
    if file.format in PRINTED:
        return "" if find_office() else MISSING
    if file.format in _IMAGES or file.format == "pdf":
        return ""
    return _NO_VIDEO if file.format in _VIDEOS else _NO_FORMAT


def _mark(area: Mapping[str, Any] | None) -> str:
    return hashlib.sha256(json.dumps(area, sort_keys=True).encode()).hexdigest()[:16]


def _values(file: FileView) -> list[dict[str, Any]]:
    """Return the values that were read from a file."""
    rows = (value for row in file.facts.get("rows", ()) for value in row.values())
    return [value for value in (*file.facts.get("fields", {}).values(), *rows) if value]


def _hints(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a few of a page's values that tell how it lay when it was read."""
    short = [one for one in values if one.get("method") == "ocr" and _SHORT <= len(one["raw"]) <= _LONG]
    short.sort(key=lambda one: -one.get("confidence", 1.0))
    return [{"area": one["area"], "raw": one["raw"]} for one in short[:_HINTS]]


def _trim(folder: Path, most: int) -> int:
    """Remove the oldest files of a folder until so many bytes are left; return how many are."""
    found = sorted(_kept_in(folder))
    left = sum(size for _, size, _ in found)
    for _, size, path in found:
        if left <= most:
            break
        path.unlink(missing_ok=True)
        left -= size
    return left


def _kept_in(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield when each file of a folder was made, its bytes and its path; one that goes meanwhile is none."""
    for path in folder.rglob("*.*"):
        with suppress(FileNotFoundError):
            told = path.stat()
            yield told.st_mtime, told.st_size, path
