"""The two moments that a mail's header holds, read without the rest of the mail."""

from datetime import datetime
from mmap import ACCESS_READ, mmap
from pathlib import Path

from parsers import mime
from parsers.letter_dates import find_moment
from parsers.names import decode_header


def stamps(path: Path) -> tuple[datetime | None, datetime | None]:
    """Return (stamp of the topmost Received header, Date header) of a raw mail, each aware or None."""
    with path.open("rb") as file:
        data: mime.Buffer = mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""
    header = mime.top_header(data, mime.Limits())
    return received(header), find_moment(decode_header(header.raw("date")))


def received(header: mime.Header) -> datetime | None:
    """Return the stamp of the topmost Received header; one without a zone is not guessed at."""
    stamp = decode_header(header.raw("received")).rpartition(";")[2]
    return find_moment(stamp, need_zone=True)
