"""The inside of the clean room: a process of its own that opens what strangers sent, one request at a time.

It reads requests as JSON lines and answers each with JSON lines, the last of which is `{"end": …}` or an error. It ends
when its input does, and so with the process that started it. See `ingest.room.cleanroom` for the outside.
"""

import json
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from ingest.room.cleanroom import READY, Setup
from ingest.room.opened import Kept
from parsers.archives import Member, Spent, members
from parsers.base import ParseError, Reading, as_json
from parsers.documents.pictures import pictures_in
from parsers.letter import LetterLimits, Part, Salvaged
from parsers.mails import open_mail
from parsers.naming_kinds import ATTACHED, EMBEDDED, PACKED
from parsers.reading import format_at, read_content
from store.contents.blobs import Vault

Answer = dict[str, Any]
# So many rows go into one answer, and of a cell what a workbook's cell may hold.
_CELL_CHARACTERS = 32_767


class Inside:
    """What requests are answered with: the vault that contents are kept in, the limits and the campaign."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.vault = Vault(setup.vault)

    def answers(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Yield what a request is answered with; ParseError where the content as a whole cannot be opened."""
        yield from _REQUESTS[request["do"]](self, **request["with"])

    def read(self, path: str, size: int, converted: str | None = None) -> Iterator[Answer]:
        """Read one content: first its format, which stands whatever happens next, then the reading."""
        yield {"format": format_at(Path(path))}
        made = Path(converted) if converted else None
        yield _told(read_content(Path(path), size, self.setup.campaign, made))

    def scan(self, path: str, pages: list[int]) -> Iterator[Answer]:
        """Read one content that is pictures of pages, of a PDF those of some pages."""
        # What OCR needs takes a second to import, and most contents need none.
        from parsers.scanning import read_scan

        yield _told(read_scan(Path(path), self.setup.campaign, pages))

    def letter(self, path: str, format_: str, most: int) -> Iterator[Answer]:
        """Read one mail: first its letter (a winmail.dat has none), then its parts, at most so many, each as kept."""
        letter, parts = open_mail(Path(path), format_, LetterLimits(parts=most))
        yield {"letter": asdict(letter) if letter else None}
        for part in parts:
            yield asdict(self._kept_part(part))

    def unpack(self, paths: list[str], spent: dict[str, int], passwords: list[str]) -> Iterator[Answer]:
        """Keep the members of an archive one by one, each with what was spent so far."""
        counted = Spent(**spent)
        for member in members([Path(path) for path in paths], self.setup.limits, counted, passwords):
            kept = self._kept_member(member)
            yield {**asdict(kept), "spent": vars(counted)}

    def pictures(self, path: str, spent: dict[str, int], bare: bool) -> Iterator[Answer]:  # noqa: FBT001 (JSON)
        """Keep the pictures that stand in a Word file one by one, as `unpack` keeps members."""
        counted = Spent(**spent)
        for member in pictures_in(Path(path), self.setup.limits, counted, bare=bare):
            kept = self._kept_member(member)
            yield {**asdict(kept), "spent": vars(counted)}

    def thumbnail(self, path: str, upright: str, turned: str) -> Iterator[Answer]:
        """Put a small clean picture of a photo in one of two places, by whether it had to be turned; tell which."""
        # Colour management takes a moment to import, and most requests need none.
        from parsers.thumbnail import thumbnail

        data, was_turned = thumbnail(Path(path))
        place = Path(turned if was_turned else upright)
        place.parent.mkdir(parents=True, exist_ok=True)
        with self.vault.temporary() as made:
            made.write_bytes(data)
            made.replace(place)
        yield {"turned": was_turned}

    def allot(self, size: int) -> Iterator[Answer]:
        """Tell whether so many bytes of memory could be taken: for whoever wants to know whether they are bounded."""
        try:
            yield {"bytes": len(bytearray(size))}
        except MemoryError:
            yield {"bytes": 0}

    def lines(self, path: str) -> Iterator[Answer]:
        """Read the lines of text on a picture: for whoever wants to know whether OCR works at all."""
        from parsers.scanning import lines_on

        yield {"lines": lines_on(Path(path))}

    def picture(self, path: str, longest: int, out: str) -> Iterator[Answer]:
        """Make a picture of the first page of a PDF or a picture file."""
        from parsers.showing import first_page

        yield _written(out, first_page(Path(path), longest))

    def sheet(self, path: str, page: int, known: list[dict[str, Any]] | None, out: str) -> Iterator[Answer]:
        """Make a picture of a page as the areas of its values refer to it; `known` are values, None for no scan."""
        from parsers.showing import sheet

        yield _written(out, sheet(Path(path), page, known))

    def cut(self, path: str, area: dict[str, float], out: str) -> Iterator[Answer]:
        """Cut an area out of a picture of a sheet."""
        from parsers.showing import cut_out

        yield _written(out, cut_out(Path(path), area))

    def cells(self, path: str) -> Iterator[Answer]:
        """Read all cells of a workbook, a row an answer; blank rows are left out."""
        # Few workbooks come back, and none while mail is read.
        from parsers.documents.sheets import read_cells

        for sheet, number, texts in read_cells(Path(path)):
            if any(texts):
                yield {"sheet": sheet, "row": number, "cells": [text[:_CELL_CHARACTERS] for text in texts]}

    def _kept_part(self, part: Part) -> Kept:
        if not part.head:
            return Kept(part.path, part.name, 0, None, part.problem)
        kept = self._keep(part.path, part.name, part.chunks)
        place = EMBEDDED if part.embedded else ATTACHED
        return replace(kept, problem=part.problem or kept.problem, is_mail=part.is_mail, place=place)

    def _kept_member(self, member: Member) -> Kept:
        if member.problem or member.chunks is None:
            return Kept(member.path, member.name, member.size, None, member.problem)
        kept = replace(self._keep(member.path, member.name, member.chunks), place=PACKED)
        return kept if kept.sha256 else replace(kept, bytes=member.size)

    def _keep(self, path: str, name: str, chunks: Callable[[], Iterator[bytes]]) -> Kept:
        """Keep a content: of a damaged one what could be had, of one that is a danger nothing."""
        content = Salvaged(chunks())
        try:
            blob = self.vault.keep(_harmless(content))
        except ParseError as error:
            return Kept(path, name, 0, None, (error.status, error.reason))
        return Kept(path, name, blob.bytes, blob.sha256 if blob.bytes else None, content.problem)


def _written(place: str, data: bytes) -> Answer:
    Path(place).write_bytes(data)
    return {"bytes": len(data)}


def _told(reading: Reading) -> Answer:
    return {**vars(reading), "found": [as_json(one) for one in reading.found]}


_REQUESTS: dict[str, Callable[..., Iterator[Answer]]] = {
    "read": Inside.read,
    "scan": Inside.scan,
    "letter": Inside.letter,
    "unpack": Inside.unpack,
    "pictures": Inside.pictures,
    "thumbnail": Inside.thumbnail,
    "cells": Inside.cells,
    "picture": Inside.picture,
    "sheet": Inside.sheet,
    "cut": Inside.cut,
    "allot": Inside.allot,
    "lines": Inside.lines,
}


def _harmless(content: Salvaged) -> Iterator[bytes]:
    """Yield a content; where it ended as what must not be kept (over a limit, a program, locked), ParseError."""
    yield from content
    if content.problem and content.problem[0] != "corrupt":
        raise ParseError(*content.problem)


def respond(inside: Inside, request: dict[str, Any]) -> Iterator[Answer]:
    """Yield the answers to a request and how it ended; whatever a reader raises is told, for the log, as its fault."""
    try:
        yield from inside.answers(request)
        yield {"end": "done"}
    except ParseError as error:
        yield {"end": "refused", "status": error.status, "reason": error.reason}
    except MemoryError:
        yield {"end": "memory"}
    except OSError as error:
        yield {"end": "os", "errno": error.errno or 0, "text": str(error)}
    except Exception as error:  # noqa: BLE001 (the outside raises it again: there it stops one mail)
        yield {"end": "fault", "type": type(error).__name__, "text": str(error)[:2000]}


def main() -> None:
    """Answer requests until the input ends."""
    requests, answers = sys.stdin.buffer, _private_output()
    inside: Inside | None = None
    for line in requests:
        request = json.loads(line)
        if "setup" in request:
            inside = _entered(requests.read(request["setup"]))
            answers.write(READY)
            answers.flush()
            continue
        _limit_time(request["seconds"])
        for answer in respond(inside, request) if inside else ():
            answers.write(json.dumps(answer, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n")
            answers.flush()


def _entered(setup: bytes) -> Inside:
    """Return what answers for a room, within its limits; the setup is written by the process that started this one."""
    told: Setup = pickle.loads(setup)  # noqa: S301 (see above)
    _limit_memory(told.memory_bytes)
    return Inside(told)


def _private_output() -> BinaryIO:
    """Return our output under another number: whatever a library prints must not stand among the answers."""
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private


def _limit_memory(most: int) -> None:
    """Bound what this process may allocate; where the system knows no such limit, time alone is bounded."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """Let this request take so much processor time from now on; the kernel ends the process after it."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        spent = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime + seconds) + 1, hard))


if __name__ == "__main__":
    main()
