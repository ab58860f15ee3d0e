"""The two moments that a mail's header holds, read without the rest of the mail."""

from datetime import datetime
from pathlib import Path

from parsers import mime
from parsers.letter_dates import find_moment
from parsers.mail_bytes import FileBytes
from parsers.names import decode_header


def stamps(path: Path) -> tuple[datetime | None, datetime | None]:
    """Return (stamp of the topmost Received header, Date header) of a raw mail, each aware or None."""
    header = mime.top_header(FileBytes(path), mime.Limits())
    return received(header), find_moment(decode_header(header.raw("date")))


def received(header: mime.Header) -> datetime | None:
    """Return the stamp of the topmost Received header; one without a zone is not guessed at."""
    stamp = decode_header(header.raw("received")).rpartition(";")[2]
    return find_moment(stamp, need_zone=True)
