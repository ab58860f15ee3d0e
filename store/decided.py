"""Finds decisions for a list: the newest first, of one kind, person or province, with what has become of each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from store.database import Store
from store.decisions import Decided
from store.models import Decision, Letter

# How subjects begin: of decisions on a message (store.decisions.of_message), of files added to one (store.supplied).
_ON_MESSAGE, _BESIDE_MESSAGE = "message:", "attached:"


@dataclass(frozen=True)
class Wanted:
    """Which decisions are asked for; what is empty asks for nothing."""

    what: str = ""
    person: str = ""
    province: str = ""


@dataclass(frozen=True)
class Listed:
    """A decision, and the number of the later one of the same thing that counts instead of it."""

    decided: Decided
    replaced_by: int | None


def latest(store: Store, wanted: Wanted, at_most: int, skip: int = 0) -> tuple[list[Listed], int]:
    """Return decisions, the newest first, and how many there are in all."""
    conditions = list(_conditions(wanted))
    later = aliased(Decision)
    same = (later.what == Decision.what, later.subject == Decision.subject, later.id > Decision.id)
    replaced = select(func.max(later.id)).where(*same, later.undone_at.is_(None)).scalar_subquery()
    query = select(Decision, replaced).where(*conditions).order_by(Decision.id.desc()).offset(skip).limit(at_most)
    with store.reading() as session:
        found = [Listed(_decided(row), by) for row, by in session.execute(query)]
        return found, session.scalar(select(func.count()).select_from(Decision).where(*conditions)) or 0


def persons(store: Store) -> Sequence[str]:
    """Return who ever decided something, by name."""
    with store.reading() as session:
        return session.scalars(select(Decision.person).distinct().order_by(Decision.person)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.what:
        found.append(Decision.what == wanted.what)
    if wanted.person:
        found.append(Decision.person == wanted.person)
    if wanted.province:
        found.append(_in_province(wanted.province))
    return found


def _in_province(province: str) -> ColumnElement[bool]:
    """Tell whether a decision names a province, or is on a message of one."""
    value: Any = Decision.value
    number = cast(Letter.message_pk, String)
    on_message = Decision.subject == literal(_ON_MESSAGE) + number
    beside = Decision.subject.like(literal(_BESIDE_MESSAGE) + number + literal(":%"))
    mails = select(Letter.message_pk).where(Letter.province == province, or_(on_message, beside)).exists()
    return or_(value["province"].as_string() == province, mails)


def _decided(row: Decision) -> Decided:
    return Decided(**{own.name: getattr(row, own.name) for own in fields(Decided)})
