"""Answers which files a mail brings: attachments, inline pictures, nested mails and the files of those."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parsers import mime
from parsers.names import decode_header, part_name, safe_name, unique_path
from parsers.sniff import PROGRAM, format_of, is_program

_BODY_TYPES = {"text/plain", "text/html"}
_MAIL_TYPES = {"message/rfc822", "message/global"}
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


@dataclass(frozen=True)
class Part:
    """One file of a mail. `path` is unique inside it: files of a nested mail stand under "转发.eml!/"."""

    path: str
    name: str
    # What the header claims.
    media_type: str
    inline: bool
    data: bytes
    # (status of domain.md section 5, Chinese reason); None where nothing is wrong.
    problem: mime.Problem | None


@dataclass
class _Tree:
    """One mail with all that is nested in it: its limits, and what has been met so far."""

    limits: mime.Limits
    depth: int
    room: int
    taken: dict[str, int] = field(default_factory=dict)


def parts_of(data: mime.Buffer, limits: mime.Limits, depth: int, count: int) -> Iterator[Part]:
    """Yield a mail's files in order, at most `count` and nested mails at most `depth` deep; never raises.

    Where a limit is met, one last part says so in its `problem`.
    """
    yield from _parts(data, _Tree(limits, depth, count), "", 0)


def _parts(data: mime.Buffer, tree: _Tree, prefix: str, level: int) -> Iterator[Part]:
    leaves, _ = mime.walk(data, mime.top_header(data, tree.limits), tree.limits)
    for entity in leaves:
        if not entity.problem and not is_attachment(entity):
            continue
        if tree.room < 0:
            return
        part = _read(data, entity)
        if part is None:
            continue
        tree.room -= 1
        if tree.room < 0:
            part = _stopped(part, f"邮件中的文件超过上限，从《{part.name}》起未读取，请人工查看原邮件")
        part = replace(part, path=unique_path(prefix + part.name, tree.taken))
        nested = part.problem is None and _is_mail(part)
        if nested and level >= tree.depth:
            part = replace(part, problem=("unsafe", f"嵌套超过 {tree.depth} 层，其中内容未读取，请人工查看"))
        yield part
        if nested and level < tree.depth:
            yield from _parts(part.data, tree, f"{part.path}!/", level + 1)


def is_attachment(entity: mime.Entity) -> bool:
    """Tell a file from a body: bodies are text without a name that nobody called an attachment."""
    if entity.media_type not in _BODY_TYPES:
        return True
    return entity.header.disposition == "attachment" or _claimed_name(entity) is not None


def _claimed_name(entity: mime.Entity) -> str | None:
    header = entity.header
    return part_name(header.raw("content-disposition"), header.raw("content-type"))


def _read(data: mime.Buffer, entity: mime.Entity) -> Part | None:
    """Return a leaf as a file; None for signatures, mailing-list footers and nameless empty leaves."""
    claimed = _claimed_name(entity)
    if entity.problem:
        return _stopped(_part(entity, claimed or _made_up(entity, b""), b""), entity.problem[1])
    if entity.media_type in _NOISE_TYPES or (claimed and _NOISE.fullmatch(claimed)):
        return None
    content, problem = mime.content_of(data, entity)
    if not content and not claimed:
        return None
    part = _part(entity, claimed or _made_up(entity, content), content)
    if entity.media_type in _MAIL_TYPES and not part.name.lower().endswith(".eml"):
        part = replace(part, name=safe_name(f"{part.name}.eml"), path="")
    problem = problem or (None if content else _EMPTY)
    program = is_program(part.name, content[:4096])
    return replace(part, problem=PROGRAM if program else problem)


def _part(entity: mime.Entity, name: str, content: bytes) -> Part:
    return Part(name, name, entity.media_type, entity.header.disposition == "inline", content, None)


def _stopped(part: Part, reason: str) -> Part:
    return replace(part, data=b"", problem=("unsafe", reason))


def _made_up(entity: mime.Entity, content: bytes) -> str:
    """Name a nameless part by its place in the mail, a nested mail by its subject: the same at every reading."""
    if entity.media_type in _MAIL_TYPES:
        subject = decode_header(mime.top_header(content, mime.Limits()).raw("subject"))
        if subject:
            return safe_name(f"{subject}.eml")
    return f"未命名-{entity.number}{_EXTENSIONS.get(entity.media_type, '.bin')}"


def _is_mail(part: Part) -> bool:
    if part.media_type in _MAIL_TYPES:
        return True
    named = part.name.lower().endswith(".eml")
    return (named or part.media_type in _MAYBE_MAIL) and format_of(part.data[:4096]) == "eml"
