"""Keeps what persons decided: facts that are added and undone, never changed, and that outlive every reread.

A decision on a message speaks of it alone; one on an address, or learned from a message, speaks of all its mail.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from store.database import Store, hold
from store.jobs import URGENT, want_filing
from store.models import Decision, Letter, Message
from store.personal import closing
from store.waiting import let_wait
from store.withdrawing import withdraw

SENDER, MAIL_KIND, PASSWORD = "sender", "mail_kind", "password"
# On a case: one of its values, that it was withdrawn, that two names are one case, or that they are not.
VALUE, WITHDRAWN, MERGED, APART = "value", "withdrawn", "merged", "apart"
# Where a file belongs; a finding that needs nothing more; an association's own deadline, and that it sends nothing.
FILED, WAIVED, DEADLINE, NOTHING = "filed", "waived", "deadline", "nothing"
# What filing asks for.
ON_FILING = (FILED, MERGED, APART)
# Files that persons brought, and which of a mail's two stamps counts.
ADDED, ATTACHED, ARRIVAL = "added", "attached", "arrival"
# What a reviewer says of a case, and which cases a reviewer was given.
SCREENED, ASSIGNED = "screened", "assigned"
# What a look at the store follows at once; the others were followed by reading and filing, whose rows are of today.
ON_LOOKING = (VALUE, WITHDRAWN, WAIVED, DEADLINE, NOTHING, ARRIVAL)
# What reading a mail asks for.
_ON_MAIL = (SENDER, MAIL_KIND, PASSWORD, ADDED)
_PREFIX = "message:"


@dataclass(frozen=True)
class Person:
    """Who decides, when, and what is to be remembered of it."""

    name: str
    now: datetime
    note: str = ""


@dataclass(frozen=True)
class Decided:
    """A decision as it stands: see `store.models.Decision` for the fields."""

    id: int
    what: str
    subject: str
    value: dict[str, Any]
    person: str
    note: str
    decided_at: datetime
    undone_at: datetime | None
    undone_by: str | None

    @property
    def is_on_message(self) -> bool:
        """Whether it was made on one message."""
        return self.subject.startswith(_PREFIX)

    @property
    def address(self) -> str | None:
        """The address of which it speaks beyond one message; None where it speaks of that message alone."""
        if self.what not in _ON_MAIL:
            return None
        return self.value.get("learned") if self.is_on_message else self.subject


@dataclass(frozen=True)
class Speaking:
    """The decisions that speak on one message: its own on sender and kind, those learned of its address, passwords."""

    sender: Decided | None = None
    kind: Decided | None = None
    learned: tuple[Decided, ...] = ()
    passwords: tuple[Decided, ...] = ()
    # Where a person added it.
    added: Decided | None = None

    @property
    def words(self) -> list[str]:
        """The passwords that persons gave for it."""
        return [word for row in self.passwords for word in row.value["words"]]

    @property
    def key(self) -> str:
        """What a letter keeps of them: their ids."""
        own = [row for row in (self.sender, self.kind, self.added) if row]
        return ",".join(str(row.id) for row in (*own, *self.learned, *self.passwords))


def of_message(message_id: int) -> str:
    """Return the subject of a decision on a message."""
    return f"{_PREFIX}{message_id}"


def add(store: Store, what: str, subject: str, value: dict[str, Any], person: Person) -> int:
    """Keep a decision and return its id; it goes before earlier ones of the same kind on the same subject."""
    with store.session() as session:
        closing.refuse(session)
        row = Decision(
            what=what, subject=subject, value=value, person=person.name, note=person.note, decided_at=person.now
        )
        session.add(row)
        session.flush()
        return row.id


class AlreadyDecided(Exception):  # noqa: N818 (it is no fault: somebody was there first)
    """Somebody has decided of the same thing, and whoever decides now has not seen that."""

    def __init__(self, standing: Decided) -> None:
        super().__init__(f"decision {standing.id} stands")
        self.standing = standing


@dataclass(frozen=True)
class Ground:
    """What a decision is made on: which earlier one of another person was seen, and which ones are of the same thing.

    A case may have been called otherwise when it was first decided of: without its city, say.
    """

    seen: int | None = None
    is_of: Callable[[Decided], bool] = lambda _row: False


NO_GROUND = Ground()


@dataclass(frozen=True)
class Kept:
    """What became of a decision: its number, whether it is new (the same stands already), and which one it replaces."""

    id: int
    new: bool
    replaced: Decided | None = None


@dataclass(frozen=True)
class Wanted:
    """A decision that somebody wants to make: on what, how, and what of it was seen."""

    subject: str
    value: dict[str, Any]
    ground: Ground = NO_GROUND


def decide(
    store: Store, what: str, subject: str, value: dict[str, Any], person: Person, ground: Ground = NO_GROUND
) -> Kept:
    """Keep a decision, which goes before the earlier one of that person, or the one of another that was seen.

    AlreadyDecided where another person's stands that was not seen.
    """
    kept = decide_each(store, what, [Wanted(subject, value, ground)], person)[0]
    if isinstance(kept, AlreadyDecided):
        raise kept
    return kept


def decide_each(store: Store, what: str, wanted: Sequence[Wanted], person: Person) -> list[Kept | AlreadyDecided]:
    """Keep several decisions of one kind, as `decide` does one after the other, but looking and writing once."""
    with store.session() as session:
        closing.refuse(session)
        hold(session.connection(), zlib.crc32(b"decide"))
        if what in ON_FILING:
            # Whoever is filing it just now has not seen this decision, and marks it filed before we mark it again.
            for province in sorted({one.value["province"] for one in wanted}):
                hold(session.connection(), filing_lock(province))
        known = current(made(session, what))
        return [_decide(session, what, one, person, known) for one in wanted]


def _decide(session: Session, what: str, wanted: Wanted, person: Person, known: list[Decided]) -> Kept | AlreadyDecided:
    """Keep one decision beside those that are `known`, and add it to them."""
    standing = next((row for row in known if row.subject == wanted.subject or wanted.ground.is_of(row)), None)
    # What is decided again for a better reason is decided anew.
    if standing and standing.value == wanted.value and person.note in ("", standing.note):
        return Kept(standing.id, new=False)
    if standing and standing.person != person.name and standing.id != wanted.ground.seen:
        return AlreadyDecided(standing)
    subject = standing.subject if standing else wanted.subject
    row = Decision(
        what=what,
        subject=subject,
        value=wanted.value,
        person=person.name,
        note=person.note,
        decided_at=person.now,
    )
    session.add(row)
    if what in ON_FILING:
        _file_again(session, wanted.value["province"])
    session.flush()
    known[:] = [*(one for one in known if one is not standing), _decided(row)]
    return Kept(row.id, new=True, replaced=standing)


def _file_again(session: Session, province: str) -> None:
    """Let a province be filed anew: a decision on filing came or went."""
    mails = select(Letter.message_pk).where(Letter.province == province)
    session.execute(update(Message).where(Message.state == "filed", Message.id.in_(mails)).values(state="read"))
    want_filing(session, province)


def undo(store: Store, decision_id: int, person: Person) -> bool:
    """Undo a decision, which stays to be seen; False where there is none that still counts."""
    query = update(Decision).where(Decision.id == decision_id, Decision.undone_at.is_(None))
    with store.session() as session:
        closing.refuse(session)
        row = session.get(Decision, decision_id)
        if row is not None and row.what in ON_FILING:
            hold(session.connection(), filing_lock(row.value["province"]))
        done = session.execute(query.values(undone_at=person.now, undone_by=person.name))
        if row is not None and row.what in ON_FILING:
            _file_again(session, row.value["province"])
        withdraw(session, decision_id, person.now)
        return bool(getattr(done, "rowcount", 0))


def find(store: Store, decision_id: int | None) -> Decided | None:
    """Return a decision by its id, also an undone one."""
    if decision_id is None:
        return None
    with store.reading() as session:
        row = session.get(Decision, decision_id)
        return _decided(row) if row else None


def every(store: Store) -> list[Decided]:
    """Return all decisions, also those undone, in the order they were made."""
    with store.reading() as session:
        return made(session)


def about_mail(store: Store, message_id: int, address: str | None, spoke: Sequence[int] = ()) -> list[Decided]:
    """Return the decisions on a message, its files and its address, and those named in `spoke`, also undone ones."""
    conditions = [
        Decision.subject == of_message(message_id),
        Decision.subject.like(f"file:{message_id}:%"),
        Decision.subject.like(f"attached:{message_id}:%"),
        Decision.id.in_(spoke),
    ]
    if address:
        learned = Decision.value["learned"].as_string() == address
        conditions += [Decision.subject == address, (Decision.what == SENDER) & learned]
    query = select(Decision).where(or_(*conditions)).order_by(Decision.id)
    with store.reading() as session:
        return [_decided(row) for row in session.scalars(query)]


def last_id(store: Store, by: datetime | None = None) -> int:
    """Return the number of the newest decision (made by a moment), 0 where there is none.

    Who knows it has seen all before it; who looks at an earlier moment has not seen what came after that.
    """
    query = select(func.max(Decision.id))
    with store.reading() as session:
        return session.scalar(query if by is None else query.where(Decision.decided_at <= by)) or 0


def mark(store: Store) -> tuple[object, ...]:
    """Return what is another whenever a decision was made or undone."""
    query = select(func.max(Decision.id), func.count(Decision.undone_at), func.max(Decision.undone_at))
    with store.reading() as session:
        return tuple(session.execute(query).one())


def current(rows: Iterable[Decided]) -> list[Decided]:
    """Return those that count: not undone, and on each subject the last of its kind."""
    last = {(row.what, row.subject): row for row in rows if row.undone_at is None}
    return sorted(last.values(), key=lambda row: row.id)


def standing_at(rows: Iterable[Decided], moment: datetime) -> list[Decided]:
    """Return those that counted at a moment, for what is an event of its own and no better knowledge of a fact."""
    made_by_then = (row for row in rows if row.decided_at <= moment)
    then = (row for row in made_by_then if row.undone_at is None or row.undone_at > moment)
    return sorted({(row.what, row.subject): row for row in then}.values(), key=lambda row: row.id)


def speaking(store: Store, message_id: int, address: str | None) -> Speaking:
    """Return the decisions on a message, and those learned of the address it comes from."""
    with store.reading() as session:
        return _speaking(current(made(session, *_ON_MAIL)), message_id, address)


def on_filing(store: Store, province: str) -> list[Decided]:
    """Return the decisions on filing that count for a province, in the order they were made."""
    with store.reading() as session:
        return [row for row in current(made(session, *ON_FILING)) if row.value["province"] == province]


class Shelf:
    """The decisions on where files belong: found for a file itself, else for the same content in a folder of that name.

    So a file that comes again, as from the other address, need not be decided again.
    """

    def __init__(self, rows: Iterable[Decided]) -> None:
        own = [row for row in rows if row.what == FILED]
        self._exact = {(row.value["message"], row.value["path"]): row for row in own}
        self._alike = {(row.value["sha256"], _tail(row.value["path"])): row for row in own if row.value["sha256"]}

    def of(self, message_pk: int, path: str, sha256: str | None) -> Decided | None:
        """Return the decision on a file; None where there is none."""
        return self._exact.get((message_pk, path)) or self._alike.get((sha256, _tail(path)))


def _tail(path: str) -> str:
    """Return a file's name with its folder."""
    return "/".join(path.replace("!/", "/").split("/")[-2:])


def filing_lock(province: str) -> int:
    """Return the number of the lock under which a province is filed, and decisions on its filing are made."""
    return zlib.crc32(f"file {province}".encode())


def wait_where_changed(store: Store) -> int:
    """Let every read message wait on which other decisions speak now than when it was read; return how many."""
    with store.session() as session:
        rows = current(made(session, *_ON_MAIL))
        changed = [
            pk
            for pk, address, decided in session.execute(_concerned(rows))
            if _speaking(rows, pk, address).key != decided
        ]
        states = ("read", "filed")
        return let_wait(session, Message.id.in_(changed), Message.state.in_(states), priority=URGENT)


def _concerned(rows: Sequence[Decided]) -> Any:  # noqa: ANN401 (a statement)
    """Return the query for the letters on which decisions speak or have spoken."""
    ids = [int(row.subject.removeprefix(_PREFIX)) for row in rows if row.is_on_message]
    addresses = [row.address for row in rows if row.address]
    return select(Letter.message_pk, Letter.sender_address, Letter.decided).where(
        or_(Letter.decided != "", Letter.message_pk.in_(ids), Letter.sender_address.in_(addresses))
    )


def _speaking(rows: Iterable[Decided], message_id: int, address: str | None) -> Speaking:
    own: dict[str, Decided] = {}
    learned: list[Decided] = []
    passwords: list[Decided] = []
    for row in rows:
        if row.what == PASSWORD:
            if row.subject in {of_message(message_id), address}:
                passwords.append(row)
        elif row.subject == of_message(message_id):
            own[row.what] = row
        elif address and row.subject == address:
            # What is said of the address itself goes before what was learned of it until then.
            learned = [row]
        elif address and row.address == address:
            learned.append(row)
    return Speaking(own.get(SENDER), own.get(MAIL_KIND), tuple(learned), tuple(passwords), own.get(ADDED))


def made(session: Session, *kinds: str) -> list[Decided]:
    """Return all decisions of these kinds, or of every kind, in the order they were made."""
    query = select(Decision).order_by(Decision.id)
    if kinds:
        query = query.where(Decision.what.in_(kinds))
    return [_decided(row) for row in session.scalars(query)]


_NAMES = [field.name for field in fields(Decided)]


def _decided(row: Decision) -> Decided:
    return Decided(**{name: getattr(row, name) for name in _NAMES})
