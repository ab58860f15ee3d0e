"""Takes one kept mail from waiting to filed: letter, files, kinds, sender, and then the province's filing.

The broad `except`s of the program are here: one bad mail stops one mail, one province that cannot be filed stops one
province. What failed is kept with a reason that the digest shows, and `zhengji retry` takes it up again.
"""

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from ingest import contents
from ingest.contents import Pile
from ingest.desk import Desk
from ingest.filing import Item, place_all
from ingest.mail_kind import decided_kind, mail_kind
from ingest.origin import Origin, origin_of, quoted
from ingest.second_look import Own, is_locked, join_volumes, passwords_elsewhere
from ingest.sender import Sender, sender_of
from parsers.letter import Letter
from parsers.letter_identity import soft_key
from parsers.passwords import find_passwords
from store import cases, decisions, documents, mail, siblings
from store.cases import CaseKey, FileRow, Placing
from store.decisions import Speaking
from store.documents import ReadFile, ReadLetter

log = structlog.get_logger()

# A disk without room: the mail is safe in the mailbox, and everything stops until there is room again.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
Tell = Callable[[int, int], None]


def take_in(desk: Desk, tell: Tell = lambda _done, _all: None, stop: Callable[[], bool] = lambda: False) -> int:
    """Read and file every message that waits; return how many. Raises OSError where the disk is full.

    `tell(done, all)` is called after each; where `stop()` turns true, the rest waits for the next time.
    """
    mail.wait_where_stale(desk.store, desk.letter_version)
    decisions.wait_where_changed(desk.store)
    mail.wait_again(desk.store)
    done = 0
    # A mail may help to open an earlier one, which waits again then.
    while (ids := mail.waiting(desk.store)) and not stop():
        for message_id in ids:
            if stop():
                break
            read_one(desk, message_id)
            done += 1
            tell(done, done + len(ids))
    file_all(desk)
    return done


def read_one(desk: Desk, message_id: int) -> None:
    """Read one message; whatever is wrong with it, the others go on."""
    try:
        letter, files = _read(desk, Own(message_id, mail.arrival(desk.store, message_id)))
        documents.keep_read(desk.store, message_id, letter, files, _telling(message_id, letter, files))
        log.info("message.read", message=message_id, kind=letter.kind, province=letter.province, files=len(files))
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


def _read(desk: Desk, own: Own) -> tuple[ReadLetter, list[ReadFile]]:
    """Return a message's letter and files with kind and sender; contents are kept in the vault as they come."""
    raw = mail.raw(desk.store, own.id)
    letter, pile = contents.read_mail(desk, raw)
    speaking, sender = _sender(desk, own, letter, pile)
    same = siblings.Sender(letter.from_address, sender.province)
    if is_locked(pile) and (words := passwords_elsewhere(desk, own, same)):
        letter, pile = contents.read_mail(desk, raw, words)
    join_volumes(desk, own, same, pile)
    # What was locked or split may say more of the sender.
    speaking, sender = _sender(desk, own, letter, pile)
    read = _letter(letter, sender, _kind(desk, letter, pile, sender, speaking), desk.letter_version)
    hashes = [file.sha256 or f"{file.path} {file.status}" for file in pile.files]
    return replace(
        read,
        sender_address=_origin(desk, letter, pile).address,
        decided=speaking.key,
        soft_key=soft_key(letter, hashes),
    ), pile.files


def _origin(desk: Desk, letter: Letter, pile: Pile) -> Origin:
    return origin_of(letter, [*pile.inner, *quoted(letter)], desk.register)


def _sender(desk: Desk, own: Own, letter: Letter, pile: Pile) -> tuple[Speaking, Sender]:
    """Return what persons decided that concerns a mail, and who sent it."""
    origin = _origin(desk, letter, pile)
    speaking = decisions.speaking(desk.store, own.id, origin.address)
    return speaking, sender_of(letter, pile.written, desk.register, origin, speaking)


def _kind(desk: Desk, letter: Letter, pile: Pile, sender: Sender, speaking: Speaking) -> tuple[str, str]:
    """Return what kind of mail it is, with the evidence; a person's word goes before ours."""
    if speaking.kind:
        return decided_kind(speaking.kind, desk.campaign)
    return mail_kind(
        letter,
        {_kind_for_mail(file) for file in pile.files},
        sender_known=sender.level in {"provincial", "city"},
        campaign=desk.campaign,
        own=desk.register.is_own(letter.from_address) and not _origin(desk, letter, pile).forwarded,
    )


def _telling(message_id: int, letter: ReadLetter, files: Sequence[ReadFile]) -> Callable[[Any], None]:
    """Return what tells the sender's other mails of this one, where it may help to open them."""
    return siblings.telling(
        siblings.Sender(letter.from_address, letter.province),
        message_id,
        {file.volume_stem for file in files if file.volume_stem},
        has_password=bool(find_passwords(f"{letter.subject}\n{letter.text}")),
    )


def _kind_for_mail(file: ReadFile) -> str:
    """Return what a file says of its mail's kind: see `ingest.mail_kind`."""
    if file.kind == "other" and (file.status != "ok" or not file.kind_evidence):
        return "unread"
    by_name = file.format == "docx" and not file.kind_evidence.startswith("内容")
    return "named" if by_name and file.kind != "other" else file.kind


def _letter(letter: Letter, sender: Sender, kind: tuple[str, str], version: str) -> ReadLetter:
    return ReadLetter(
        message_id=letter.message_id,
        from_address=letter.from_address,
        from_name=letter.from_name,
        to=letter.to,
        subject=letter.subject,
        date=letter.date,
        text=letter.text,
        automatic=letter.automatic,
        kind=kind[0],
        kind_evidence=kind[1],
        province=sender.province,
        city=sender.city,
        sender_level=sender.level,
        sender_clues=sender.clues,
        candidates=sender.candidates,
        suspicions=sender.suspicions,
        defects=letter.defects,
        version=version,
        forwarded=[_plain(one) for one in letter.forwarded],
        authentication=[_plain(one) for one in letter.authentication],
    )


def _plain(value: Any) -> dict[str, Any]:  # noqa: ANN401 (any dataclass)
    """Return a dataclass as JSON values, its moments as ISO text."""
    return {name: item.isoformat() if isinstance(item, datetime) else item for name, item in asdict(value).items()}


def _placings(province: str, desk: Desk, rows: Iterable[FileRow]) -> Iterator[Placing]:
    """Yield where everything of a province belongs."""
    items = [
        Item(
            id=row.file.id,
            message_pk=row.file.message_pk,
            path=row.file.path,
            name=row.file.name,
            kind=row.file.kind,
            found=row.reading.found if row.reading else (),
        )
        for row in rows
    ]
    for place in place_all(items, province, desk.campaign):
        case = CaseKey(place.case.key, place.case.city, place.case.community)
        yield Placing(place.file_id, place.found, place.row, case, place.confidence, place.clues)
