"""Reads what a picture needs, in as many queries as there are tables, however many rows there are.

Everything can be read at once, or only what belongs to some provinces: a mail changes one of them. Rows come as plain
tuples with the columns' names, for mapped objects take four times as long to make.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Select, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from store import decisions
from store.database import Store
from store.decisions import Decided
from store.drops import Dropped, Trouble, dropped, troubles_in
from store.models import Case, File, Filing, Letter, Link, Message, Reading, Sighting
from store.pictures import same_pictures
from store.sharing import SharedJSON
from store.supplied import answered_links


def _columns(table: type) -> Iterable[Any]:
    columns: Iterable[Any] = cast("Any", table).__table__.columns
    return columns


# Kinds whose facts a picture looks into; the readings of others need not be loaded.
_WITH_FACTS = (
    "summary_list", "summary_list_scan", "recommendation_form", "recommendation_form_scan", "case_material", "photo",
    "video",
)  # fmt: skip
# What belongs to no province: mails whose sender nobody knows, and those that were not read.
NOWHERE = ""
_AT_ONCE = 1000
# All of a reading but the texts of materials, which are many and long.
_READ = [column for column in _columns(Reading) if column.name not in ("texts", "found")]
_READ += [type_coerce(Reading.found, SharedJSON).label("found")]
_Row = TypeVar("_Row")
# How many messages of a province there are, the sum of their marks, and the newest arrival.
Mark = tuple[int, int, datetime]


@dataclass(frozen=True)
class Kept:
    """The rows that lie behind the picture of a province (or of NOWHERE), in the order of their arrival.

    Of the copies of one mail, such as those that came to both addresses, only the first is here; `copies` counts the
    others by its id. They hold the same letter and the same files.
    """

    messages: list[tuple[Message, Letter | None]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    cases: dict[int, Case] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    sightings: Mapping[int, Sighting] = field(default_factory=dict)

    @cached_property
    def file_counts(self) -> Counter[int]:
        """How many files each message holds, by the message's id."""
        return Counter(file.message_pk for file in self.files)


@dataclass(frozen=True)
class Span:
    """A stretch of time: after a moment, up to and including another."""

    after: datetime
    until: datetime

    def holds(self, moment: datetime | None) -> bool:
        """Tell whether a moment lies in it."""
        return moment is not None and self.after < moment <= self.until


class Look:
    """One consistent look at the store as of a moment: what belongs to no province, and each province on demand.

    What came to us, or was decided, within the span `unlearned` is left out: so the look is what was known before it.
    A mail may have arrived before that and be fetched later.
    """

    def __init__(self, session: Session, as_of: datetime, unlearned: Span | None = None) -> None:
        self.as_of = as_of
        self._session = session
        self._unlearned = unlearned
        self.decisions: dict[int, Decided] = {one.id: one for one in decisions.made(session)}
        self.drops: dict[int, Dropped] = dropped(session)
        self.troubles: Sequence[Trouble] = troubles_in(session, as_of)
        self.answered: set[str] = answered_links(session)
        self.same_pictures: Mapping[str, Collection[str]] = same_pictures(session)
        standing = decisions.current(_as_known(self.decisions.values(), unlearned))
        self._standing = {(row.what, row.subject): row for row in standing}
        self._decided = _by_province(self._standing.values())
        self.originals = _originals(session, self._there)
        self.copies = Counter(self.originals.values())

    def marks(self) -> dict[str, Mark]:
        """Return the mark of each province that something had arrived of, and of NOWHERE: another one, other rows."""
        place = func.coalesce(Letter.province, NOWHERE)
        query = select(place, func.count(Message.id), func.sum(Message.mark), func.max(Message.arrival))
        query = query.select_from(Message).outerjoin(Letter).where(self._there).group_by(place)
        return {
            province: (count, int(total), newest) for province, count, total, newest in self._session.execute(query)
        }

    def standing(self, what: str, subject: str) -> Decided | None:
        """Return the decision of a kind that counts on a subject."""
        return self._standing.get((what, subject))

    @cached_property
    def stamps_decided(self) -> tuple[int, ...]:
        """The ids of the decisions that count on which of a mail's two stamps counts."""
        return tuple(row.id for (what, _), row in self._standing.items() if what == decisions.ARRIVAL)

    def decided(self, province: str) -> tuple[Decided, ...]:
        """Return the decisions that count and speak of a province's cases, files, findings or submission, in order."""
        return self._decided.get(province, ())

    def kept(self, provinces: Collection[str] | None = None) -> dict[str, Kept]:
        """Return the rows of all provinces and of NOWHERE, or of those that are named."""
        own = self._of(provinces)
        parts: dict[str, Kept] = defaultdict(Kept)
        places = self._messages(own, parts)
        files = self._files(own, parts, places)
        self._filings(own, parts, {file.id: places[file.message_pk] for file in files})
        self._links(own, parts, places)
        self._cases(provinces, parts)
        loaded = _readings(self._session, files)
        sightings = self._sightings(own if provinces is not None else None)
        return {place: replace(part, readings=loaded, sightings=sightings) for place, part in parts.items()}

    @property
    def _there(self) -> ColumnElement[bool]:
        come = Message.arrival <= self.as_of
        if self._unlearned is None:
            return come
        return come & or_(Message.kept_at <= self._unlearned.after, Message.kept_at > self._unlearned.until)

    def _of(self, provinces: Collection[str] | None) -> ColumnElement[bool]:
        """Return the condition on messages that they had come, and belong to some provinces."""
        if provinces is None:
            return self._there
        known = Letter.province.in_([province for province in provinces if province != NOWHERE])
        return self._there & (or_(known, Letter.province.is_(None)) if NOWHERE in provinces else known)

    def _messages(self, own: ColumnElement[bool], parts: Mapping[str, Kept]) -> dict[int, str]:
        """Add the messages with their letters to their provinces; return the province of each by its id."""
        letters = _joined(select(*_columns(Letter)).join(Message, Message.id == Letter.message_pk), own, letter=False)
        of = {letter.message_pk: letter for letter in _rows(self._session, letters, Letter)}
        query = _joined(select(*_columns(Message)), own).order_by(Message.arrival, Message.kept_at, Message.id)
        places: dict[int, str] = {}
        for message in _rows(self._session, query, Message):
            if message.id not in self.originals:
                letter = of.get(message.id)
                places[message.id] = (letter.province if letter else None) or NOWHERE
                parts[places[message.id]].messages.append((message, letter))
        return places

    def _files(self, own: ColumnElement[bool], parts: Mapping[str, Kept], places: Mapping[int, str]) -> list[File]:
        query = _joined(select(*_columns(File)).join(Message, Message.id == File.message_pk), own)
        files = _rows(self._session, query.order_by(Message.arrival, Message.kept_at, Message.id, File.id), File)
        kept = [file for file in files if file.message_pk in places]
        for file in kept:
            parts[places[file.message_pk]].files.append(file)
        return kept

    def _filings(self, own: ColumnElement[bool], parts: Mapping[str, Kept], places: Mapping[int, str]) -> None:
        query = select(*_columns(Filing)).join(File, File.id == Filing.file_id)
        query = _joined(query.join(Message, Message.id == File.message_pk), own).order_by(Filing.id)
        for filing in _rows(self._session, query, Filing):
            if filing.file_id in places:
                parts[places[filing.file_id]].filings.append(filing)

    def _links(self, own: ColumnElement[bool], parts: Mapping[str, Kept], places: Mapping[int, str]) -> None:
        query = _joined(select(*_columns(Link)).join(Message, Message.id == Link.message_pk), own)
        for link in _rows(
            self._session, query.order_by(Message.arrival, Message.kept_at, Message.id, Link.number), Link
        ):
            if link.message_pk in places:
                parts[places[link.message_pk]].links.append(link)

    def _cases(self, provinces: Collection[str] | None, parts: Mapping[str, Kept]) -> None:
        query = select(*_columns(Case))
        if provinces is not None:
            query = query.where(Case.province.in_(provinces))
        for case in _rows(self._session, query, Case):
            if case.province in parts:
                parts[case.province].cases[case.id] = case

    def _sightings(self, own: ColumnElement[bool] | None) -> dict[int, Sighting]:
        """Return the place to name for each message: where it is no junk, in the inbox, and where it was seen first.

        Which folder was read first is chance: the others may have been closed just then.
        """
        query = select(*_columns(Sighting)).order_by(
            Sighting.junk.desc(), (Sighting.folder != "INBOX").desc(), Sighting.id.desc()
        )
        if own is not None:
            query = _joined(query.join(Message, Message.id == Sighting.message_id), own)
        # The last one of a message stays.
        return {row.message_id: row for row in _rows(self._session, query, Sighting)}


@contextmanager
def looking(store: Store, as_of: datetime, unlearned: Span | None = None) -> Iterator[Look]:
    """Give a look at what had arrived by a moment, without what we learned within a span."""
    with store.reading() as session:
        yield Look(session, as_of, unlearned)


def _as_known(rows: Iterable[Decided], unlearned: Span | None) -> Iterable[Decided]:
    """Yield the decisions as they stood before a span; those that filing and reading have followed stay as they are."""
    for row in rows:
        if unlearned is None or row.what not in decisions.ON_LOOKING:
            yield row
        elif not unlearned.holds(row.decided_at):
            yield replace(row, undone_at=None) if unlearned.holds(row.undone_at) else row


def _joined(query: Select[Any], own: ColumnElement[bool], *, letter: bool = True) -> Select[Any]:
    """Return a query on messages with the condition on their provinces."""
    return (query.outerjoin(Letter, Letter.message_pk == Message.id) if letter else query).where(own)


def _rows(session: Session, query: Select[Any], _table: type[_Row]) -> list[_Row]:
    """Return the rows of a query: tuples with the names of the table's columns."""
    return cast("list[_Row]", session.execute(query).all())


def _originals(session: Session, there: ColumnElement[bool]) -> dict[int, int]:
    """Return for each message that is a copy of an earlier one the id of that one."""
    came = select(Letter.soft_key, Message.id).join(Message).where(there)
    several = select(Letter.soft_key).where(Letter.soft_key.is_not(None)).group_by(Letter.soft_key)
    query = came.where(Letter.soft_key.in_(several.having(func.count() > 1)))
    first: dict[str | None, int] = {}
    found: dict[int, int] = {}
    for key, id_ in session.execute(query.order_by(Message.arrival, Message.kept_at, Message.id)):
        original = first.setdefault(key, id_)
        if original != id_:
            found[id_] = original
    return found


def _readings(session: Session, files: Iterable[File]) -> dict[str, Reading]:
    """Return what was read of the files of which a picture looks at the facts, by content."""
    wanted = sorted({file.sha256 for file in files if file.sha256 and file.kind in _WITH_FACTS})
    found: dict[str, Reading] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(*_READ).where(Reading.sha256.in_(wanted[start : start + _AT_ONCE]))
        found.update((row.sha256, row) for row in _rows(session, query, Reading))
    return found


def _by_province(standing: Iterable[Decided]) -> dict[str, tuple[Decided, ...]]:
    """Return the decisions that count by the provinces they name, in the order they were made."""
    found: dict[str, list[Decided]] = defaultdict(list)
    for one in standing:
        if (province := one.value.get("province")) is not None:
            found[province].append(one)
    return {province: tuple(own) for province, own in found.items()}
