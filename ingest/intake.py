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
from ingest.cases.filing import place_all
from ingest.cases.placing import Item
from ingest.desk import Desk
from ingest.reading import read_message, retelling_of, telling_of
from ingest.room.cleanroom import RoomError
from ingest.sharing import shared
from reports.same_pictures import same_pairs
from store import cases, decisions, documents, drops, mail, pictures
from store.cases import CaseKey, FileRow, Placing
from store.documents import Beside
from store.drops import Dropped
from store.errors import AwayError
from store.personal import closing

log = structlog.get_logger()

# A disk without room: the mail is safe in the mailbox, and everything stops until there is room again.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
Tell = Callable[[int, int], None]


def _nobody(_done: int, _all: int) -> None:
    """Tell nobody how far it has come."""


def take_in(desk: Desk, tell: Tell = _nobody, stop: Callable[[], bool] = lambda: False) -> int:
    """Read and file every message that waits; return how many.

    Raises OSError where the disk is full, AwayError where database or object store do not answer: what waits, waits.

    `tell(done, all)` is called after each; where `stop()` turns true, or the disk comes near to being full, the rest
    waits for the next time. Where the personal data was removed, there is nothing left to be read.
    """
    if closing.find(desk.store):
        return 0
    if not desk.store.shared:
        mail.wait_where_stale(desk.store, desk.letter_version)
    let_wait_what_changed(desk)
    if desk.store.shared:
        return shared.wait(desk, None if tell is _nobody else tell, stop)
    done = 0
    # A mail may help to open an earlier one, which waits again then.
    while (ids := mail.waiting(desk.store)) and not (stop() or _no_room(desk)):
        for message_id in ids:
            if stop() or _no_room(desk):
                break
            read_one(desk, message_id)
            done += 1
            tell(done, done + len(ids))
    file_all(desk)
    pictures.compare_new(desk.store, same_pairs)
    return done


def let_wait_what_changed(desk: Desk) -> None:
    """Let wait what is to be read anew because other decisions speak of it now, or reading it had failed."""
    decisions.wait_where_changed(desk.store)
    mail.wait_again(desk.store)


def _no_room(desk: Desk) -> bool:
    """Tell whether there is no room for what reading unpacks: what is kept waits, and is read once there is."""
    if why := desk.floor.lacks():
        log.warning("intake.no_room", reason=why)
    return bool(why)


def read_one(desk: Desk, message_id: int) -> None:
    """Read one message; whatever is wrong with it, the others go on. Every line about it names it and its mailbox."""
    with bound_contextvars(message=message_id, mailbox=mail.mailbox(desk.store, message_id)):
        _read_one(desk, message_id)


def _read_one(desk: Desk, message_id: int) -> None:
    try:
        mark = mail.mark(desk.store, message_id)
        read = read_message(desk, message_id)
        letter, files = read.letter, read.files
        telling, otherwise = telling_of(desk, message_id, read), retelling_of(desk, message_id, read)
        beside = Beside(read.links, read.added, mark, read.holds, otherwise)
        documents.keep_read(desk.store, message_id, letter, files, beside=beside, first_time=telling)
        log.info("message.read", kind=letter.kind, province=letter.province, files=len(files))
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("message.failed", error=type(error).__name__)
        reason = f"读信时出错（{type(error).__name__}），原信已保存，请看日志或人工处理"
        mail.fail(desk.store, message_id, (isinstance(error, RoomError) and error.reason) or reason)


def file_all(desk: Desk) -> None:
    """File the provinces that have newly read messages; after a crash the next run takes up what is left."""
    if desk.store.shared:
        shared.wait(desk)
        return
    for province in cases.unfiled_provinces(desk.store):
        file_one(desk, province)
    cases.file_unattributed(desk.store)


def is_outage(error: BaseException) -> bool:
    """Tell whether an error says nothing of the mail in hand: the next one would meet it as well."""
    return isinstance(error, AwayError) or (isinstance(error, OSError) and error.errno in DISK_FULL)


def file_one(desk: Desk, province: str) -> None:
    """File one province; whatever is wrong with it, the others go on."""
    try:
        with bound_contextvars(province=province):
            cases.file_province(desk.store, province, partial(_placings, province, desk))
    except Exception as error:
        if is_outage(error):
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
