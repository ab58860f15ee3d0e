"""Answers which files a mail brings: attachments, inline pictures and nested mails, whose files are theirs to tell."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from parsers import mime
from parsers.base import ParseError
from parsers.body_tables import NAME
from parsers.mail_bytes import Buffer
from parsers.names import decode_header, part_name, safe_name, unique_path
from parsers.sniff import HEAD_BYTES, PROGRAM, format_of, is_program
from parsers.uu_blocks import UuBlock, content_of_block, find_uu_blocks, without

_BODY_TYPES = {"text/plain", "text/html"}
MAIL_TYPES = {"message/rfc822", "message/global"}
# By content only where nothing more precise is claimed: a text that quotes a mail is no mail.
_MAYBE_MAIL = {"application/octet-stream", "application/x-eml", "application/eml", "application/vnd.ms-outlook"}
_NOISE = re.compile(r"smime\.p7[sm]|signature\.asc|ATT\d{5,}\.(txt|html?)", re.IGNORECASE)
_NOISE_TYPES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
# A table of our own: the system's would give other names on another machine.
_EXTENSIONS = {
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/ics": ".ics",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/heic": ".heic",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}
_EMPTY = ("corrupt", "附件是空的（0 字节），请对方重发")


# Enough of a nested mail to find its subject in.
_SUBJECT_BYTES = 64_000


@dataclass(frozen=True)
class Part:
    """One file of a mail. `path` is unique in it; `head` is its first 4096 bytes, empty where it has none.

    `chunks()` streams the content in pieces of at most 1 MiB, as often as it is called. Where only the end tells that
    it was cut off, ParseError comes last, after all that could be had: `Salvaged` keeps that and the problem.
    A part that `is_mail` is to be kept and opened again with `read_letter`.
    """

    path: str
    name: str
    # What the header claims.
    media_type: str
    inline: bool
    head: bytes
    # (status of domain.md section 5, Chinese reason); None where nothing is wrong as far as can be told before reading.
    problem: mime.Problem | None
    chunks: Callable[[], Iterator[bytes]]
    is_mail: bool = False
    # Shown inside the mail's HTML, not attached to it.
    embedded: bool = False


class Salvaged:
    """A stream that ends where it is damaged, instead of raising; `problem` then says (status, reason) why."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.problem: mime.Problem | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Yield what can be had."""
        try:
            yield from self._chunks
        except ParseError as error:
            self.problem = error.status, error.reason


@dataclass(frozen=True)
class Shown:
    """What the HTML of a mail's body shows: its tables as a file, and the Content-IDs of its pictures."""

    tables: bytes | None = None
    cids: frozenset[str] = frozenset()


def parts_of(data: Buffer, leaves: Iterable[mime.Entity], most: int, shown: Shown) -> Iterator[Part]:
    """Yield the files among a mail's leaves in order, at most `most`, and the body's tables last; raises OSError alone.

    Where a limit is met, one last part says so in its `problem`.
    """
    taken: dict[str, int] = {}
    for part in _files(data, leaves, shown.cids):
        most -= 1
        if most < 0:
            over = _stopped(part, f"邮件中的文件超过上限，从《{part.name}》起未读取，请人工查看原邮件")
            yield replace(over, path=unique_path(part.path, taken))
            return
        yield replace(part, path=unique_path(part.path, taken))
    if shown.tables:
        yield _table_part(shown.tables, unique_path(NAME, taken))


def _files(data: Buffer, leaves: Iterable[mime.Entity], cids: frozenset[str]) -> Iterator[Part]:
    for entity in leaves:
        if not entity.problem and not is_attachment(entity):
            yield from _uu_parts(data, entity)
        elif part := _read(data, entity):
            cid = entity.header.raw("content-id").decode("latin-1").strip(" \t<>")
            yield replace(part, embedded=bool(cid) and cid in cids)


def _uu_parts(data: Buffer, entity: mime.Entity) -> Iterator[Part]:
    """Yield the files that stand uuencoded in a body's text."""
    for block in uu_blocks_of(data, entity):
        chunks = partial(_uu_content, data, entity, block)
        head = b"".join(islice(Salvaged(chunks()), 2))[:HEAD_BYTES]
        kind = "application/octet-stream"
        yield _judged(Part(block.name, block.name, kind, inline=False, head=head, problem=None, chunks=chunks))


def _uu_content(data: Buffer, entity: mime.Entity, block: UuBlock) -> Iterator[bytes]:
    return content_of_block(mime.content_of(data, entity), block)


def uu_blocks_of(data: Buffer, entity: mime.Entity) -> list[UuBlock]:
    """Return the uuencoded files in a body; HTML has none. What is damaged of the body itself is passed over."""
    return [] if entity.media_type == "text/html" else find_uu_blocks(Salvaged(mime.content_of(data, entity)))


def body_of(data: Buffer, entity: mime.Entity, limit: int) -> bytes:
    """Return at most `limit` bytes of a body's text, the files that stand uuencoded in it left out."""
    found = b""
    for piece in without(Salvaged(mime.content_of(data, entity)), uu_blocks_of(data, entity)):
        found += piece
        if len(found) >= limit:
            break
    return found[:limit]


def _table_part(content: bytes, path: str) -> Part:
    return Part(
        path, path, "text/html", inline=True, head=content[:HEAD_BYTES], problem=None, chunks=lambda: iter([content])
    )


def is_attachment(entity: mime.Entity) -> bool:
    """Tell a file from a body: bodies are text without a name that nobody called an attachment."""
    if entity.media_type not in _BODY_TYPES:
        return True
    return entity.header.disposition == "attachment" or _claimed_name(entity) is not None


def _claimed_name(entity: mime.Entity) -> str | None:
    header = entity.header
    return part_name(header.raw("content-disposition"), header.raw("content-type"))


def _read(data: Buffer, entity: mime.Entity) -> Part | None:
    """Return a leaf as a file; None for signatures, mailing-list footers and nameless empty leaves."""
    claimed = _claimed_name(entity)
    if entity.problem:
        return _stopped(_part(data, entity, claimed or _made_up(data, entity), b""), entity.problem[1])
    if entity.media_type in _NOISE_TYPES or (claimed and _NOISE.fullmatch(claimed)):
        return None
    head = mime.beginning_of(data, entity, HEAD_BYTES)
    if not head and not claimed:
        return None
    return _judged(_part(data, entity, claimed or _made_up(data, entity), head))


def _judged(part: Part) -> Part:
    """Return a part with what its name and first bytes say of it."""
    if is_program(part.name, part.head):
        return replace(part, problem=PROGRAM)
    return replace(part, is_mail=_is_mail(part), problem=None if part.head else _EMPTY)


def _part(data: Buffer, entity: mime.Entity, name: str, head: bytes) -> Part:
    if entity.media_type in MAIL_TYPES and not name.lower().endswith(".eml"):
        name = safe_name(f"{name}.eml")
    inline = entity.header.disposition == "inline"
    return Part(name, name, entity.media_type, inline, head, None, partial(mime.content_of, data, entity))


def _stopped(part: Part, reason: str) -> Part:
    return replace(part, head=b"", problem=("unsafe", reason), chunks=_nothing, is_mail=False)


def _nothing() -> Iterator[bytes]:
    return iter(())


def _made_up(data: Buffer, entity: mime.Entity) -> str:
    """Name a nameless part by its place in the mail, a nested mail by its subject: the same at every reading."""
    if entity.media_type in MAIL_TYPES and not entity.problem:
        inner = mime.beginning_of(data, entity, _SUBJECT_BYTES)
        subject = decode_header(mime.top_header(inner, mime.Limits()).raw("subject"))
        if subject:
            return safe_name(f"{subject}.eml")
    return f"未命名-{entity.number}{_EXTENSIONS.get(entity.media_type, '.bin')}"


def _is_mail(part: Part) -> bool:
    if part.media_type in MAIL_TYPES:
        return True
    named = part.name.lower().endswith(".eml")
    return (named or part.media_type in _MAYBE_MAIL) and format_of(part.head) == "eml"
