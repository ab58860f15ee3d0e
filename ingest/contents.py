"""Keeps and reads what a mail holds: every part and every member of its archives, whatever is wrong with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from ingest.desk import Desk
from ingest.held import Held
from ingest.sender import Written
from parsers.base import ParseError, as_json
from parsers.letter import LetterLimits, Part, Salvaged
from parsers.links import CloudLink
from parsers.mails import open_mail
from parsers.names import bounded_path
from parsers.reading import Found, Reading, kind_of, read_content
from parsers.unpack import Member, Spent, UnpackLimits, members
from store import documents
from store.blobs import Blob
from store.documents import CachedReading, ReadFile

# What stands for a file that could not be opened far enough to be told by its content.
_UNREAD = "unknown"
_EMPTY = ("corrupt", "文件是空的（0 字节），请对方重发")


@dataclass
class _Pile:
    """The files of one mail as they come, and what their documents say of the sender."""

    files: list[ReadFile] = field(default_factory=list)
    submitters: list[str] = field(default_factory=list)
    list_recommenders: list[str] = field(default_factory=list)
    form_recommenders: list[str] = field(default_factory=list)
    links: list[CloudLink] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)


def read_parts(
    desk: Desk, parts: Iterable[Part], held: Iterable[Held] = ()
) -> tuple[list[ReadFile], Written, list[CloudLink]]:
    """Keep and read all parts of a mail, and what is held already beside them; return its files in order.

    With them comes what they say of who sent them, and what mails among them leave behind cloud links.
    """
    pile = _Pile()
    for part in parts:
        pile.spent = Spent()
        _add_part(desk, pile, part, part.path, desk.settings.limits.depth)
    for one in held:
        pile.spent = Spent()
        _add(desk, pile, Blob(one.sha256, one.bytes), one.path, desk.settings.limits.depth)
    return pile.files, Written(pile.submitters, pile.list_recommenders, pile.form_recommenders), pile.links


def _add_part(desk: Desk, pile: _Pile, part: Part, path: str, depth: int) -> None:
    """Add one part of a mail; what could be had of a damaged one is kept."""
    if not part.head:
        pile.files.append(_unopened(path, part.name, 0, *(part.problem or _EMPTY)))
        return
    content = Salvaged(part.chunks())
    blob = desk.store.vault.keep(content)
    _add(desk, pile, blob, path, depth, replace(part, problem=part.problem or content.problem))


def _add(desk: Desk, pile: _Pile, blob: Blob, path: str, depth: int, part: Part | None = None) -> None:
    """Add one kept content and, where it is an archive or a mail, its files after it; `part` says what cut it off."""
    reading = read_blob(desk, blob)
    name = PurePosixPath(path).name
    kind, _, evidence = kind_of(reading, name, path, desk.campaign)
    file = ReadFile(path, name, blob.sha256, blob.bytes, reading.format, kind, evidence, reading.status, reading.reason)
    at = len(pile.files)
    pile.files.append(file)
    _note_names(pile, reading)
    problem = part.problem if part else None
    if kind == "message" or (part and part.is_mail):
        problem = _open_mail(desk, pile, file, depth) or problem
    elif kind == "archive" and reading.status == "ok":
        problem = _unpack(desk, pile, blob, path, depth) or problem
    if problem and file.status == "ok":
        pile.files[at] = replace(file, status=problem[0], reason=problem[1])


def _open_mail(desk: Desk, pile: _Pile, file: ReadFile, depth: int) -> tuple[str, str] | None:
    """Add the files of a mail inside a mail or an archive; return what stopped it, if anything did."""
    if depth == 0:
        return "unsafe", f"邮件嵌套超过 {desk.settings.limits.depth} 层，里面的没有再打开"
    limits = LetterLimits(parts=max(desk.settings.limits.members - pile.spent.members, 0))
    try:
        letter, parts = open_mail(desk.store.vault.path(file.sha256 or ""), file.format, limits)
        pile.links.extend(letter.links if letter else ())
        for part in parts:
            pile.spent.members += 1
            _add_part(desk, pile, part, bounded_path(f"{file.path}!/{part.path}"), depth - 1)
    except ParseError as error:
        return error.status, error.reason
    return None


def _unpack(desk: Desk, pile: _Pile, blob: Blob, path: str, depth: int) -> tuple[str, str] | None:
    """Add an archive's members; return what stopped it, if anything did. What was read until then is kept."""
    if depth == 0:
        return "unsafe", f"压缩包嵌套超过 {desk.settings.limits.depth} 层，里面的没有再打开"
    try:
        for member in members(desk.store.vault.path(blob.sha256), _limits(desk), pile.spent):
            _add_member(desk, pile, member, bounded_path(f"{path}!/{member.path}"), depth - 1)
    except ParseError as error:
        return error.status, error.reason
    return None


def _add_member(desk: Desk, pile: _Pile, member: Member, path: str, depth: int) -> None:
    """Add one member of an archive; one that cannot be read is named with the reason, and the others go on."""
    if member.problem or member.chunks is None:
        pile.files.append(_unopened(path, member.name, member.size, *(member.problem or _EMPTY)))
        return
    try:
        blob = desk.store.vault.keep(member.chunks())
    except ParseError as error:
        pile.files.append(_unopened(path, member.name, member.size, error.status, error.reason))
        return
    _add(desk, pile, blob, path, depth)


def _unopened(path: str, name: str, size: int, status: str, reason: str) -> ReadFile:
    return ReadFile(path, name, None, size, _UNREAD, "other", "", status, reason)


def _limits(desk: Desk) -> UnpackLimits:
    limits = desk.settings.limits
    return UnpackLimits(
        members=limits.members,
        member_bytes=limits.member_bytes,
        archive_bytes=limits.archive_bytes,
        ratio=limits.ratio,
    )


def read_blob(desk: Desk, blob: Blob) -> Reading:
    """Return the reading of a content, from what is kept of it where this version has read it before."""
    cached = documents.cached_reading(desk.store, blob.sha256, desk.reading_version)
    if cached is not None:
        found = tuple(Found(**one) for one in cached.found)
        return Reading(cached.format, found, cached.status, cached.reason)
    reading = read_content(desk.store.vault.path(blob.sha256), blob.bytes, desk.campaign)
    found_json = [as_json(one) for one in reading.found]
    documents.keep_reading(
        desk.store,
        CachedReading(blob.sha256, desk.reading_version, reading.format, reading.status, reading.reason, found_json),
    )
    return Reading(reading.format, tuple(Found(**one) for one in found_json), reading.status, reading.reason)


def _note_names(pile: _Pile, reading: Reading) -> None:
    """Note the organisations that lists and forms name: clues to the sender."""
    for found in reading.found:
        if found.kind == "summary_list":
            pile.submitters.extend(_texts([found.facts.get("submitter")]))
            pile.list_recommenders.extend(_texts(row.get("recommender") for row in found.facts.get("rows", ())))
        elif found.kind == "recommendation_form":
            pile.form_recommenders.extend(_texts([found.facts.get("fields", {}).get("recommender")]))


def _texts(cells: Iterable[dict[str, Any] | None]) -> Iterator[str]:
    return (str(cell["value"]) for cell in cells if cell and cell.get("value"))
