"""Answers whether two raw mails are one: both addresses may get a copy, and a move or a relay may add headers."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from datetime import UTC

from parsers.letter import Letter


def soft_key(letter: Letter, hashes_of_parts: Iterable[str]) -> str | None:
    """Return a SHA-256 over what all copies of a mail share, in hexadecimal; None where nothing tells a copy apart.

    What it shares: Message-ID, sender, date, subject, the text but for white space, and the contents of its files
    (`hashes_of_parts`, in any order). Without Message-ID and Date a second sending would look like a copy.
    """
    if letter.message_id is None and letter.date is None:
        return None
    shared = [
        (letter.message_id or "").strip("<> "),
        letter.from_address or "",
        letter.date.astimezone(UTC).isoformat() if letter.date else "",
        _plain(letter.subject),
        _plain(letter.text),
        sorted(hashes_of_parts),
    ]
    return hashlib.sha256(json.dumps(shared, ensure_ascii=True).encode("ascii")).hexdigest()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
