"""Reads the contents of files: in clean rooms, some at once; old Word files through LibreOffice first, scans by OCR.

What comes out does not depend on how many read at once, nor on the order in which they do.
"""

import os
import queue
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from ingest.room.cleanroom import Answer, CleanRoom, Setup
from parsers.base import Found, ParseError, Reading
from parsers.documents.legacy import Allowance, convert
from store.contents.blobs import Blob, Vault

# What stands for a file that could not be opened far enough to be told by its content.
UNREAD = "unknown"
# A process that scans grows (documents.md): after so many files another one takes over.
_SCANS_A_PROCESS = 50
_USUAL_PROCESSES = 2
Given = TypeVar("Given")
Got = TypeVar("Got")


class Readers:
    """Reads contents, `processes` at once; each has a room of its own, and one for scans that starts where needed."""

    def __init__(self, vault: Vault, light: Setup, heavy: Setup, processes: int | None) -> None:
        self.vault = vault
        self.allowance = Allowance(light.seconds, heavy.memory_bytes)
        self.count = processes or min(_USUAL_PROCESSES, os.cpu_count() or 1)
        self._rooms: queue.SimpleQueue[tuple[CleanRoom, CleanRoom]] = queue.SimpleQueue()
        self._all = [(CleanRoom(light), CleanRoom(heavy, "heavy", _SCANS_A_PROCESS)) for _ in range(self.count)]
        for pair in self._all:
            self._rooms.put(pair)

    def close(self) -> None:
        """Let the processes go; they are started again where they are needed."""
        for room in chain.from_iterable(self._all):
            room.close()

    def read(self, blobs: Sequence[Blob]) -> dict[str, Reading]:
        """Return the readings of contents by hash.

        OSError where the disk refuses, RoomError for a fault of a reader; what is wrong with a content is its reading.
        """
        readings = dict(self._each(blobs, lambda blob: self._read(blob, None)))
        readings |= self._converted([blob for blob in blobs if readings[blob.sha256].needs == "convert"], readings)
        scans = [blob for blob in blobs if readings[blob.sha256].needs == "scan"]
        return readings | dict(self._each(scans, lambda blob: self._scan(blob, readings[blob.sha256])))

    def _each(self, given: Sequence[Given], work: Callable[[Given], Got]) -> Iterator[Got]:
        """Do work for each, several at once where there are several; in order."""
        if self.count == 1 or len(given) < 2:  # noqa: PLR2004 (one is nothing to share out)
            return map(work, given)
        # What a log line of a mail bears goes along into the threads.
        with ThreadPoolExecutor(self.count) as pool:
            return iter([one.result() for one in [pool.submit(copy_context().run, work, each) for each in given]])

    @contextmanager
    def _room(self) -> Iterator[tuple[CleanRoom, CleanRoom]]:
        pair = self._rooms.get()
        try:
            yield pair
        finally:
            self._rooms.put(pair)

    def _read(self, blob: Blob, converted: Path | None) -> tuple[str, Reading]:
        """Read a content; one that takes too much is unsafe, of the format that was told before."""
        path = str(self.vault.path(blob.sha256))
        with self._room() as (room, _):
            made = str(converted) if converted else None
            answers, problem = all_of(room.ask("read", blob.bytes, path=path, size=blob.bytes, converted=made))
        format_ = answers[0]["format"] if answers else UNREAD
        return blob.sha256, Reading(format_, (), *problem) if problem else reading_from(answers[1])

    def _converted(self, blobs: Sequence[Blob], readings: Mapping[str, Reading]) -> dict[str, Reading]:
        """Return the readings of old Word files, which are converted in as few calls as there are processes."""
        if not blobs:
            return {}
        shares = [blobs[start :: self.count] for start in range(min(self.count, len(blobs)))]
        done: dict[str, Reading] = {}
        for share in self._each(shares, lambda share: self._converted_share(share, readings)):
            done |= share
        return done

    def _converted_share(self, blobs: Sequence[Blob], readings: Mapping[str, Reading]) -> dict[str, Reading]:
        paths = {self.vault.path(blob.sha256): blob for blob in blobs}
        done = {}
        with TemporaryDirectory(prefix="zhengji-converted-") as folder:
            formats = {path: readings[blob.sha256].format for path, blob in paths.items()}
            for path, made in convert(formats, Path(folder), self.allowance).items():
                blob = paths[path]
                if isinstance(made, ParseError):
                    done[blob.sha256] = Reading(formats[path], (), made.status, made.reason)
                else:
                    done[blob.sha256] = self._read(blob, made)[1]
        return done

    def _scan(self, blob: Blob, reading: Reading) -> tuple[str, Reading]:
        """Add what OCR finds to a reading; where it fails, the reading says so, stays as it was and needs it still."""
        path = str(self.vault.path(blob.sha256))
        with self._room() as (_, scanner):
            answers, problem = all_of(scanner.ask("scan", blob.bytes, path=path, pages=reading.pages))
        if problem or not answers:
            failed = f"扫描件没有识别出来（{problem[1] if problem else '没有回答'}）"
            return blob.sha256, replace(reading, reason=_both(reading.reason, failed), pages=())
        scanned = reading_from(answers[-1])
        found, reason = (*reading.found, *scanned.found), _both(reading.reason, scanned.reason)
        return blob.sha256, replace(reading, found=found, reason=reason, needs="", pages=())


def _both(*reasons: str) -> str:
    return "；".join(filter(None, reasons))


def all_of(answers: Iterator[Answer]) -> tuple[list[Answer], tuple[str, str] | None]:
    """Return all answers that come, and (status, reason) of what ended them early."""
    found = []
    try:
        for answer in answers:
            found.append(answer)  # noqa: PERF402 (what came before an error counts)
    except ParseError as error:
        return found, (error.status, error.reason)
    return found, None


def reading_from(values: Answer) -> Reading:
    """Return a reading from its JSON values."""
    found = tuple(Found(**one) for one in values["found"])
    needs, pages = values.get("needs", ""), tuple(values.get("pages", ()))
    return Reading(values["format"], found, values["status"], values["reason"], needs, pages)


def unique(blobs: Iterable[Blob]) -> list[Blob]:
    """Return contents, each once, in order."""
    return list({blob.sha256: blob for blob in blobs}.values())
