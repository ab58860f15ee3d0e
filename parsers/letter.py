"""Answers who wrote a mail, when, to whom and what it says; the only door to mail-parser.

mail-parser reads the addresses, the Received chain and the defects of the header; names, bodies and parts come from
our own walk, because mail-parser 4.8 loses characters of Chinese names and nameless parts, and needs six times a
mail's size in memory. It is given the header alone, within its limits, so no body of a stranger can upset it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.errors import MessageError
from pathlib import Path

import mailparser

from parsers import mime
from parsers.addresses import addresses_in, addresses_shown, display_name, lower_addresses
from parsers.authentication import Authentication, authentication_of
from parsers.body_tables import find_body_tables
from parsers.forwarded import Forwarded, find_forwarded
from parsers.letter_dates import find_moment
from parsers.letter_parts import Part, Salvaged, Shown, body_of, is_attachment, parts_of
from parsers.letter_text import Body, cids_in, decode_body, readable_text
from parsers.links import CloudLink, find_links
from parsers.mail_bytes import FileBytes
from parsers.names import decode_header
from parsers.stamps import received, received_by

__all__ = ["Letter", "LetterLimits", "Part", "Salvaged", "read_letter"]

_ENVELOPE = ("from", "to", "cc", "reply-to", "date", "received")
_HEADER_CHARACTERS = 1_000
_RECEIVED = 50
_DEFECTS = 50
_RECIPIENTS = 500
# What is read of all bodies of a mail together.
_BODY_BYTES = 4_000_000

# The header by which a machine says that no person wrote: (name, what its value must hold for that).
_MACHINE = (
    ("auto-submitted", re.compile(r"^(?!no\b).", re.IGNORECASE)),
    ("precedence", re.compile(r"^\W*(bulk|list|junk|auto_reply)\b", re.IGNORECASE)),
    ("list-unsubscribe", re.compile(r"")),
    ("list-id", re.compile(r"")),
    ("x-autoreply", re.compile(r"^(?!no\b)", re.IGNORECASE)),
    ("x-autorespond", re.compile(r"")),
    ("x-auto-response-suppress", re.compile(r"")),
    ("return-path", re.compile(r"^<\s*>$")),
    ("return-path", re.compile(r"^<?mailer-daemon\b", re.IGNORECASE)),
    ("from", re.compile(r"(^|<)\s*(mailer-daemon|postmaster)@", re.IGNORECASE)),
    ("content-type", re.compile(r"^multipart/report\b", re.IGNORECASE)),
)


# What mail-parser may raise on a hard mail: the mail is read without it then.
_MAIL_PARSER_FAILS = (MessageError, AttributeError, TypeError, ValueError, LookupError, RecursionError, AssertionError)


@dataclass(frozen=True)
class LetterLimits:
    """Caps on reading one mail: the MIME tree's own, files, characters of the body."""

    tree: mime.Limits = field(default_factory=mime.Limits)
    parts: int = 2_000
    text_characters: int = 200_000


@dataclass(frozen=True)
class Letter:
    """What a mail's header and body say; its parts come apart from it."""

    # As it stands; None where there is none.
    message_id: str | None
    subject: str
    # In lower case; None where no address could be read.
    from_address: str | None
    from_name: str
    to: tuple[str, ...]
    # The sender's clock: for display only, it decides nothing.
    date: datetime | None
    # The stamp of the topmost Received header: the clock of the server that took the mail.
    received: datetime | None
    text: str
    # The header that says a machine sent it ("Auto-Submitted: auto-replied"); None for a person's mail.
    automatic: str | None
    defects: tuple[str, ...]
    # What lies behind cloud links, each file once.
    links: tuple[CloudLink, ...] = ()
    # The mails that it quotes or passes on inside its own text, outermost first.
    forwarded: tuple[Forwarded, ...] = ()
    # Every address that the From shows, in the name too; more than one are no honest sender's.
    from_shown: tuple[str, ...] = ()
    # Where answers are to go, and who sent it for the From (代发), in lower case; None where the header names nobody.
    reply_to: str | None = None
    sent_by: str | None = None
    # The server that took the mail, as the topmost Received header names it, in lower case.
    received_by: str = ""
    # What the topmost Authentication-Results says; to be believed only of the server that keeps the mailbox.
    authentication: tuple[Authentication, ...] = ()


def read_letter(path: Path, limits: LetterLimits | None = None) -> tuple[Letter, Iterator[Part]]:
    """Return a mail's letter and its parts, one at a time and in order; raises OSError alone, whatever the bytes.

    A mail nested in it is one part: keep it to a file and read that as a letter of its own.
    """
    limits = limits or LetterLimits()
    data = FileBytes(path)
    header = mime.top_header(data, limits.tree)
    leaves, defects = mime.walk(data, header, limits.tree)
    entities = list(leaves)
    bodies = list(_bodies(data, entities))
    letter = letter_of(header, bodies, limits, automatic=_automatic(header, entities))
    noticed = tuple(dict.fromkeys([*letter.defects, *defects]))[:_DEFECTS]
    tables = find_body_tables(_joined(bodies, html=True), letter.subject)
    return replace(letter, defects=noticed), parts_of(data, entities, limits.parts, Shown(tables, cids_in(bodies)))


def letter_of(header: mime.Header, bodies: Sequence[Body], limits: LetterLimits, automatic: str | None) -> Letter:
    """Return the letter that a header and bodies make, wherever they stood."""
    addresses, noticed = _envelope(header)
    arrival = received(header)
    plain, html = _joined(bodies, html=False), _joined(bodies, html=True)
    text = readable_text(bodies, limits.text_characters)
    return Letter(
        message_id=_text(header, "message-id") or None,
        subject=_text(header, "subject"),
        from_address=next(iter(addresses["from"]), None),
        from_name=display_name(header.raw("from"))[:_HEADER_CHARACTERS],
        to=tuple(addresses["to"][:_RECIPIENTS]),
        date=find_moment(_text(header, "date")),
        received=arrival,
        text=text,
        automatic=automatic,
        defects=tuple(noticed),
        from_shown=addresses_shown(value for name, value in header.fields if name == "from"),
        reply_to=_first_address(header, "reply-to"),
        sent_by=_first_address(header, "sender"),
        received_by=received_by(header),
        links=find_links(html, plain, arrival),
        forwarded=find_forwarded(text),
        authentication=authentication_of(header.raw("authentication-results")),
    )


def _joined(bodies: Iterable[Body], *, html: bool) -> str:
    return "\n".join(body.text for body in bodies if body.html == html)


def _text(header: mime.Header, name: str) -> str:
    return decode_header(header.raw(name))[:_HEADER_CHARACTERS]


def _first_address(header: mime.Header, name: str) -> str | None:
    return next(iter(addresses_in(decode_header(header.raw(name)))), None)


def _envelope(header: mime.Header) -> tuple[dict[str, list[str]], list[str]]:
    """Return the addresses of From and To and the header's defects, by mail-parser, else by their looks.

    mail-parser raises AttributeError and others on hard mails (3 of 420 measured): no mail is lost for that.
    """
    try:
        mail = mailparser.parse_from_bytes(_envelope_bytes(header))
        found = {
            "from": lower_addresses(pair[1] for pair in mail.from_),
            "to": lower_addresses(pair[1] for pair in mail.to),
        }
        defects = [str(text) for group in mail.defects for texts in group.values() for text in texts]
    except _MAIL_PARSER_FAILS as error:
        found, defects = {"from": [], "to": []}, [f"mail-parser failed: {type(error).__name__}"]
    for name, addresses in found.items():
        if not addresses:
            addresses.extend(addresses_in(decode_header(header.raw(name))))
    return found, defects


def _envelope_bytes(header: mime.Header) -> bytes:
    """Return the fields that mail-parser is asked about, within bounds on their number."""
    kept: dict[str, int] = {}
    lines = []
    for name, value in header.fields:
        kept[name] = kept.get(name, 0) + 1
        if name in _ENVELOPE and kept[name] <= (_RECEIVED if name == "received" else 1):
            lines.append(name.encode("ascii") + b": " + value + b"\r\n")
    return b"".join(lines) + b"\r\n"


def _bodies(data: FileBytes, entities: Iterable[mime.Entity]) -> Iterator[Body]:
    room = _BODY_BYTES
    for entity in entities:
        if entity.problem or is_attachment(entity) or room <= 0:
            continue
        html = entity.media_type == "text/html"
        content = body_of(data, entity, room)
        room -= len(content)
        yield Body(html, decode_body(content, mime.charset_of(entity.header), html=html), entity.alternative)


def _automatic(header: mime.Header, entities: Iterable[mime.Entity]) -> str | None:
    for name, pattern in _MACHINE:
        value = header.find(name)
        if value is not None and pattern.search(decode_header(value)):
            return f"{name.title()}: {decode_header(value)}"[:200]
    files = {entity.media_type for entity in entities if is_attachment(entity)}
    return "Content-Type: text/calendar" if files and files <= {"text/calendar", "application/ics"} else None
