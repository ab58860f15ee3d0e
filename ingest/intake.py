"""Takes one kept mail from waiting to filed: letter, files, kinds, sender, and then the province's filing.

The broad `except`s of the program are here: one bad mail stops one mail, one province that cannot be filed stops one
province. What failed is kept with a reason that the digest shows, and `zhengji retry` takes it up again.
"""

import errno
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from ingest import held
from ingest.desk import Desk
from ingest.filing import place_all
from ingest.placing import Item
from ingest.reading import read_message, telling_of
from reports.same_pictures import same_pairs
from store import cases, decisions, documents, drops, mail, pictures
from store.cases import CaseKey, FileRow, Placing
from store.documents import Beside
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
    pictures.compare_new(desk.store, same_pairs)
    return done


def read_one(desk: Desk, message_id: int) -> None:
    """Read one message; whatever is wrong with it, the others go on. Every line about it names it and its mailbox."""
    with bound_contextvars(message=message_id, mailbox=mail.mailbox(desk.store, message_id)):
        _read_one(desk, message_id)


def _read_one(desk: Desk, message_id: int) -> None:
    try:
        read = read_message(desk, message_id)
        letter, files = read.letter, read.files
        beside, telling = Beside(read.links, read.added), telling_of(desk, message_id, read)
        documents.keep_read(desk.store, message_id, letter, files, beside=beside, first_time=telling)
        log.info("message.read", kind=letter.kind, province=letter.province, files=len(files))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        log.exception("message.failed", error=type(error).__name__)
        mail.fail(desk.store, message_id, f"读信时出错（{type(error).__name__}），原信已保存，请看日志或人工处理")


def file_all(desk: Desk) -> None:
    """File the provinces that have newly read messages; after a crash the next run takes up what is left."""
    for province in cases.unfiled_provinces(desk.store):
        _file_one(desk, province)
    cases.file_unattributed(desk.store)


def _file_one(desk: Desk, province: str) -> None:
    """File one province; whatever is wrong with it, the others go on."""
    try:
        with bound_contextvars(province=province):
            cases.file_province(desk.store, province, partial(_placings, province, desk))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        log.exception("province.failed", province=province, error=type(error).__name__)
        reason = f"归档{province}的材料时出错（{type(error).__name__}），原信已保存，请看日志或人工处理"
        mail.fail_province(desk.store, province, reason)


def _item(row: FileRow, place: Dropped | None) -> Item:
    item = Item(
        id=row.file.id,
        message_pk=row.file.message_pk,
        path=row.file.path,
        name=row.file.name,
        kind=row.file.kind,
        found=row.reading.found if row.reading else (),
        subject=row.subject,
        text=row.text,
        sha256=row.file.sha256,
    )
    return held.shelved(item, place)


def _placings(province: str, desk: Desk, rows: Iterable[FileRow]) -> Iterator[Placing]:
    """Yield where everything of a province belongs."""
    places = drops.all_dropped(desk.store)
    items = [_item(row, places.get(row.file.message_pk)) for row in rows]
    decided = decisions.on_filing(desk.store, province)
    for place in place_all(items, province, desk.campaign, decided):
        case = CaseKey(place.case.key, place.case.city, place.case.community)
        yield Placing(place.file_id, place.found, place.row, case, place.confidence, place.clues)
