"""Keeps which cases a province has and what in its files belongs to them; filing a province again replaces both."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from store.database import Store, hold, still
from store.decisions import filing_lock
from store.documents import readings
from store.models import Case, File, Filing, Letter, Message, Reading
from store.personal import closing

_AT_ONCE = 1000
# So much of a mail's text may name the case that its files are of.
_TEXT = 1_000


@dataclass(frozen=True)
class FileRow:
    """A file of a province's submissions with the reading of its content."""

    file: File
    reading: Reading | None
    # Of the message that it came in: the subject, and how its text begins.
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class CaseKey:
    """What tells a case from the others of its province, and its names as they were written."""

    key: str
    city: str | None
    community: str


@dataclass(frozen=True)
class Placing:
    """What is to be kept of a place: see `store.models.Filing`."""

    file_id: int
    found: int
    row: int
    case: CaseKey
    confidence: float
    clues: Sequence[str]


def unfiled_provinces(store: Store) -> list[str]:
    """Return the provinces that have messages which are read but not filed."""
    with store.reading() as session:
        query = select(Letter.province).join(Message).where(Message.state == "read", Letter.province.is_not(None))
        return sorted(province for province in session.scalars(query.distinct()) if province)


def file_province(store: Store, province: str, place: Callable[[list[FileRow]], Iterable[Placing]]) -> None:
    """File everything of a province anew by `place`, and mark its messages filed: all or nothing, one at a time.

    What is read meanwhile is not looked at, and not marked; what was looked at and is read anew makes it begin again.
    """

    def work(session: Session) -> None:
        still(session)
        hold(session.connection(), filing_lock(province))
        closing.refuse(session)
        rows = _files(session, province)
        placings = list(place(rows))
        ids = _keep_cases(session, province, {placing.case for placing in placings})
        _keep_filings(session, province, {_slot(placing): _filed(placing, ids) for placing in placings})
        _mark_filed(session, province)

    store.noted(work)


_Slot = tuple[int, int, int]
_Filed = tuple[int, float, list[str]]


def _slot(placing: Placing) -> _Slot:
    return placing.file_id, placing.found, placing.row


def _filed(placing: Placing, ids: dict[CaseKey, int]) -> _Filed:
    return ids[placing.case], placing.confidence, list(placing.clues)


def _keep_filings(session: Session, province: str, wanted: dict[_Slot, _Filed]) -> None:
    """Keep what belongs where, and touch only what is otherwise than before: one mail changes little of a province."""
    query = select(Filing.id, Filing.file_id, Filing.found, Filing.row, Filing.case_id, Filing.confidence, Filing.clues)
    there = session.execute(query.join(File, File.id == Filing.file_id).where(File.province == province)).all()
    stale = [one.id for one in there if wanted.get(tuple(one[1:4])) != (one.case_id, one.confidence, one.clues)]
    gone = set(stale)
    for start in range(0, len(stale), _AT_ONCE):
        session.execute(delete(Filing).where(Filing.id.in_(stale[start : start + _AT_ONCE])))
    standing = {tuple(one[1:4]) for one in there if one.id not in gone}
    names = ("file_id", "found", "row", "case_id", "confidence", "clues")
    new = [dict(zip(names, (*slot, *filed), strict=True)) for slot, filed in wanted.items() if slot not in standing]
    if new:
        session.execute(insert(Filing), new)


def file_unattributed(store: Store) -> None:
    """Mark the messages that belong to no province filed: there is nothing to file them under yet."""
    with store.session() as session:
        _mark_filed(session, None)


def _files(session: Session, province: str) -> list[FileRow]:
    """Return the files of a province's submissions in the order of their arrival."""
    query = (
        select(File, Letter.subject, func.substr(Letter.text, 1, _TEXT))
        .select_from(File)
        .join(Message, Message.id == File.message_pk)
        .join(Letter, Letter.message_pk == Message.id)
        .where(File.province == province, Letter.kind == "submission")
        .order_by(Message.arrival, Message.kept_at, Message.id, File.id)
    )
    files = session.execute(query).all()
    found = readings(session, (file.sha256 for file, *_ in files if file.sha256))
    return [FileRow(file, found.get(file.sha256 or ""), subject, text or "") for file, subject, text in files]


def _keep_cases(session: Session, province: str, wanted: set[CaseKey]) -> dict[CaseKey, int]:
    """Keep the cases that are wanted, those that were there with their ids, and drop the others; return the ids."""
    there = {(case.key, case.city_key): case for case in session.scalars(select(Case).where(Case.province == province))}
    ids: dict[CaseKey, int] = {}
    for one in sorted(wanted, key=lambda case: (case.key, case.city or "")):
        key, city_key = _bounded(one.key, 200), _bounded(one.city or "", 100)
        case = there.pop((key, city_key), None)
        if case is None:
            case = Case(province=province, key=key, city_key=city_key, community=one.community, city=one.city)
            session.add(case)
            session.flush()
        case.community, case.city = one.community, one.city
        ids[one] = case.id
    session.execute(delete(Case).where(Case.id.in_([case.id for case in there.values()])))
    return ids


def _bounded(key: str, most: int) -> str:
    """Return a key of at most `most` characters: PostgreSQL refuses to index what is much longer."""
    if len(key) <= most:
        return key
    return key[: most - 33] + "…" + hashlib.sha256(key.encode()).hexdigest()[:32]


def _mark_filed(session: Session, province: str | None) -> None:
    mails = select(Letter.message_pk).where(
        Letter.province.is_(None) if province is None else Letter.province == province
    )
    session.execute(update(Message).where(Message.state == "read", Message.id.in_(mails)).values(state="filed"))
