"""Takes one kept mail from waiting to filed: letter, files, kinds, sender, and then the province's filing.

The broad `except`s of the program are here: one bad mail stops one mail, one province that cannot be filed stops one
province. What failed is kept with a reason that the digest shows, and `zhengji retry` takes it up again.
"""

import errno
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog

from ingest import contents, held
from ingest.desk import Desk
from ingest.filing import Item, place_all
from ingest.linked import read_links
from ingest.mail_kind import mail_kind
from ingest.sender import Written, sender_of
from parsers.letter import Letter, read_letter
from store import cases, documents, drops, mail
from store.cases import CaseKey, FileRow, Placing
from store.documents import Beside, ReadFile, ReadLetter, ReadLink
from store.drops import Dropped

log = structlog.get_logger()

# A disk without room: the mail is safe in the mailbox, and everything stops until there is room again.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
Tell = Callable[[int, int], None]


def take_in(desk: Desk, tell: Tell = lambda _done, _all: None, stop: Callable[[], bool] = lambda: False) -> int:
    """Read and file every message that waits; return how many. Raises OSError where the disk is full.

    `tell(done, all)` is called after each; where `stop()` turns true, the rest waits for the next time.
    """
    mail.wait_where_stale(desk.store, desk.letter_version)
    mail.wait_again(desk.store)
    ids = mail.waiting(desk.store)
    done = 0
    for message_id in ids:
        if stop():
            break
        read_one(desk, message_id)
        done += 1
        tell(done, len(ids))
    file_all(desk)
    return done


def read_one(desk: Desk, message_id: int) -> None:
    """Read one message; whatever is wrong with it, the others go on."""
    try:
        read = _read(desk, message_id)
        beside = Beside(read.links, read.added)
        documents.keep_read(desk.store, message_id, read.letter, read.files, beside=beside)
        letter, count = read.letter, len(read.files)
        log.info("message.read", message=message_id, kind=letter.kind, province=letter.province, files=count)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        log.exception("message.failed", message=message_id, error=type(error).__name__)
        mail.fail(desk.store, message_id, f"读信时出错（{type(error).__name__}），原信已保存，请看日志或人工处理")


def file_all(desk: Desk) -> None:
    """File the provinces that have newly read messages; after a crash the next run takes up what is left."""
    for province in cases.unfiled_provinces(desk.store):
        _file_one(desk, province)
    cases.file_unattributed(desk.store)


def _file_one(desk: Desk, province: str) -> None:
    """File one province; whatever is wrong with it, the others go on."""
    try:
        cases.file_province(desk.store, province, partial(_placings, province, desk))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        log.exception("province.failed", province=province, error=type(error).__name__)
        reason = f"归档{province}的材料时出错（{type(error).__name__}），原信已保存，请看日志或人工处理"
        mail.fail_province(desk.store, province, reason)


@dataclass(frozen=True)
class _Read:
    """A message as it was read: letter, files and links, and how many files people had added to it."""

    letter: ReadLetter
    files: list[ReadFile]
    links: list[ReadLink]
    added: int


def _read(desk: Desk, message_id: int) -> _Read:
    """Return a message as it reads, with kind and sender; contents are kept in the vault as they come."""
    place, added = drops.find_dropped(desk.store, message_id), held.supplied(desk.store, message_id)
    if place and not place.is_mail:
        files, _, links = contents.read_parts(desk, (), [held.file_of(desk.store, message_id, place), *added])
        told = (held.sender_of(place), *held.kind_of(place), desk.letter_version)
        return _Read(_letter(held.letter_of(place), *told), files, read_links(links), len(added))
    letter, parts = read_letter(mail.raw(desk.store, message_id))
    files, written, inner = contents.read_parts(desk, parts, added)
    sender = held.sender_by_place(sender_of(letter, written, desk.associations, desk.campaign), place)
    letter = replace(letter, links=(*letter.links, *inner))
    kind, evidence = mail_kind(
        letter,
        {_kind_for_mail(file) for file in files},
        sender_known=sender.level in {"provincial", "city"},
        campaign=desk.campaign,
    )
    return _Read(
        _letter(letter, sender, kind, evidence, desk.letter_version), files, read_links(letter.links), len(added)
    )


def _kind_for_mail(file: ReadFile) -> str:
    """Return what a file says of its mail's kind: see `ingest.mail_kind`."""
    if file.kind == "other" and (file.status != "ok" or not file.kind_evidence):
        return "unread"
    by_name = file.format == "docx" and not file.kind_evidence.startswith("内容")
    return "named" if by_name and file.kind != "other" else file.kind


def _letter(letter: Letter, sender: Any, kind: str, evidence: str, version: str) -> ReadLetter:  # noqa: ANN401
    return ReadLetter(
        message_id=letter.message_id,
        from_address=letter.from_address,
        from_name=letter.from_name,
        to=letter.to,
        subject=letter.subject,
        date=letter.date,
        text=letter.text,
        automatic=letter.automatic,
        kind=kind,
        kind_evidence=evidence,
        province=sender.province,
        city=sender.city,
        sender_level=sender.level,
        sender_clues=sender.clues,
        defects=letter.defects,
        version=version,
    )


def _item(row: FileRow, place: Dropped | None) -> Item:
    item = Item(
        id=row.file.id,
        message_pk=row.file.message_pk,
        path=row.file.path,
        name=row.file.name,
        kind=row.file.kind,
        found=row.reading.found if row.reading else (),
    )
    return item if place is None or place.is_mail else held.shelved(item, place)


def _placings(province: str, desk: Desk, rows: Iterable[FileRow]) -> Iterator[Placing]:
    """Yield where everything of a province belongs."""
    places = drops.all_dropped(desk.store)
    items = [_item(row, places.get(row.file.message_pk)) for row in rows]
    for place in place_all(items, province, desk.campaign):
        case = CaseKey(place.case.key, place.case.city, place.case.community)
        yield Placing(place.file_id, place.found, place.row, case, place.confidence, place.clues)


__all__ = ["Written", "file_all", "read_one", "take_in"]
