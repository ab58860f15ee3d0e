"""What an IMAP server answers about mails: FETCH items, the hits of a SEARCH, and names in modified UTF-7."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BODY = re.compile(r"BODY(?:\.PEEK)?\[(HEADER|TEXT)?\](?:<(\d+)\.(\d+)>)?")
_TEXT_KEYS = {"FROM", "TO", "SUBJECT", "BODY", "TEXT"}


@dataclass
class Mail:
    """A mail in a folder: its bytes, the moment it arrived, and its flags."""

    raw: bytes
    when: datetime
    flags: set[str]

    def all(self) -> tuple[bytes, datetime, frozenset[str]]:
        """Return everything that a reader could have changed."""
        return self.raw, self.when, frozenset(self.flags)


def utf7(name: str) -> str:
    """Return a folder's name as it goes over the line (RFC 3501, 5.1.3)."""

    def shifted(run: re.Match[str]) -> str:
        packed = base64.b64encode(run[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-"))


def internaldate(when: datetime) -> str:
    """Return a moment as IMAP writes it."""
    return f'"{when.day:2d}-{_MONTHS[when.month - 1]}-{when:%Y %H:%M:%S %z}"'


def in_set(uid: int, which: str, uids: Sequence[int]) -> bool:
    """Tell whether a UID is in a set; `*` is the last one there, whatever stands before it."""
    last = max(uids, default=0)
    for part in which.split(","):
        ends = [last if end == "*" else int(end) for end in part.split(":")]
        if min(ends) <= uid <= max(ends):
            return True
    return False


def found(keys: Iterable[str], uids: Sequence[int], mails: dict[int, Mail], *, ignore_text: bool) -> list[int]:
    """Return the UIDs that match all keys; a day is one of UTC, as with real servers."""
    words, hits = iter(keys), list(uids)
    for word in words:
        key = word.upper()
        if key == "CHARSET":
            next(words)
        elif key == "UID" or re.fullmatch(r"[\d:,*]+", key):
            which = next(words) if key == "UID" else key
            hits = [uid for uid in hits if in_set(uid, which, uids)]
        elif key == "UNSEEN":
            hits = [uid for uid in hits if "\\Seen" not in mails[uid].flags]
        elif key == "SINCE":
            day = datetime.strptime(next(words), "%d-%b-%Y").replace(tzinfo=UTC).date()
            hits = [uid for uid in hits if mails[uid].when.astimezone(UTC).date() >= day]
        elif key in _TEXT_KEYS:
            text = next(words).encode()
            hits = hits if ignore_text else [uid for uid in hits if text in mails[uid].raw]
    return hits


def fetched(number: int, uid: int, mail: Mail, items: Sequence[str], *, laconic: bool) -> list[bytes]:
    """Return the answers of FETCH for one mail.

    A laconic server gives each item in an answer of its own, the last first, leaves out the size of every third mail,
    and says NIL for the body of every fourth where all of it is asked for at once.
    """
    given = [(item, _item(item, uid, mail, laconic=laconic)) for item in items]
    pairs = [pair for item, pair in given if pair and not (laconic and item == "RFC822.SIZE" and uid % 3 == 0)]
    if not laconic:
        return [b"* %d FETCH (UID %d %b)" % (number, uid, b" ".join(pairs))]
    return [b"* %d FETCH (%b UID %d)" % (number, pair, uid) for pair in reversed(pairs)]


def _item(item: str, uid: int, mail: Mail, *, laconic: bool) -> bytes:
    """Return one item with its name, or nothing for one that is not known."""
    if item == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % len(mail.raw)
    if item == "INTERNALDATE":
        return b"INTERNALDATE " + internaldate(mail.when).encode()
    if item == "FLAGS":
        return b"FLAGS (%b)" % " ".join(sorted(mail.flags)).encode()
    asked = _BODY.fullmatch(item)
    if asked is None:
        return b""
    if ".PEEK" not in item:
        mail.flags.add("\\Seen")
    section, start, length = asked.groups()
    content = _section(mail.raw, section)
    name = f"BODY[{section or ''}]{f'<{start}>' if start else ''}".encode()
    if laconic and uid % 4 == 0 and not start:
        return name + b" NIL"
    piece = content[int(start) : int(start) + int(length)] if start else content
    return b"%b {%d}\r\n%b" % (name, len(piece), piece)


def _section(raw: bytes, section: str | None) -> bytes:
    head, gap, body = raw.partition(b"\r\n\r\n")
    return {"HEADER": head + gap, "TEXT": body}.get(section or "", raw)
