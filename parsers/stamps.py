"""The two moments that a mail's header holds, read without the rest of the mail."""

import re
from datetime import datetime
from pathlib import Path

from parsers import mime
from parsers.letter_dates import find_moment
from parsers.mail_bytes import FileBytes
from parsers.names import decode_header

_BY = re.compile(r"\bby\s+([^\s;()]{1,255})", re.IGNORECASE)
_RECEIVED_CHARACTERS = 2_000


def stamps(path: Path) -> tuple[datetime | None, datetime | None]:
    """Return (stamp of the topmost Received header, Date header) of a raw mail, each aware or None."""
    header = mime.top_header(FileBytes(path), mime.Limits())
    return received(header), find_moment(decode_header(header.raw("date")))


def received(header: mime.Header) -> datetime | None:
    """Return the stamp of the topmost Received header; one without a zone is not guessed at."""
    stamp = decode_header(header.raw("received")).rpartition(";")[2]
    return find_moment(stamp, need_zone=True)


def received_by(header: mime.Header) -> str:
    """Return the server that the topmost Received header says took the mail, in lower case; "" where it names none."""
    stamp = decode_header(header.raw("received"))[:_RECEIVED_CHARACTERS]
    match = _BY.search(stamp)
    return match[1].lower() if match else ""
