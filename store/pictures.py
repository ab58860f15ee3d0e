"""Keeps by what pictures are known again, and which of them are the same: each is compared once, when it comes."""

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from store.database import Store, hold, still
from store.models import Fingerprint, SamePicture

# Pairs of contents, each given as (hash, fingerprint).
Known = tuple[str, str]
Compare = Callable[[Sequence[Known], Sequence[Known]], Iterable[tuple[str, str]]]
_LOCK = zlib.crc32(b"same pictures")


def note_fingerprint(session: Session, sha256: str, found: Iterable[Mapping[str, Any]]) -> None:
    """Keep the fingerprint that a reading gave a content; another one than before is compared anew."""
    mark = next((one["facts"].get("fingerprint") for one in found if one["facts"].get("fingerprint")), None)
    there = session.get(Fingerprint, sha256)
    if there is not None and there.mark != mark:
        session.execute(delete(SamePicture).where(or_(SamePicture.one == sha256, SamePicture.other == sha256)))
        session.delete(there)
        session.flush()
        there = None
    if mark is not None and there is None:
        session.add(Fingerprint(sha256=sha256, mark=mark))


def compare_new(store: Store, compare: Compare) -> int:
    """Compare the pictures that are new with each other and with all others; return how many were new.

    `compare(new, others)` gives the pairs of contents that show the same picture. All is noted at once, or nothing.
    """

    def work(session: Session) -> int:
        # A picture that comes meanwhile is neither compared nor marked.
        still(session)
        hold(session.connection(), _LOCK)
        new = _known(session, compared=False)
        if new:
            pairs = {(min(pair), max(pair)) for pair in compare(new, _known(session, compared=True))}
            if pairs:
                session.execute(insert(SamePicture), [{"one": one, "other": other} for one, other in sorted(pairs)])
            session.execute(update(Fingerprint).where(Fingerprint.compared.is_(False)).values(compared=True))
        return len(new)

    return store.noted(work)


def has_new(session: Session) -> bool:
    """Tell whether there are pictures that were not compared yet."""
    return session.scalar(select(Fingerprint.sha256).where(Fingerprint.compared.is_(False)).limit(1)) is not None


def _known(session: Session, *, compared: bool) -> list[Known]:
    query = select(Fingerprint.sha256, Fingerprint.mark).where(Fingerprint.compared.is_(compared))
    return [(sha256, mark) for sha256, mark in session.execute(query.order_by(Fingerprint.sha256))]


def same_pictures(session: Session) -> dict[str, Collection[str]]:
    """Return for each content that shows the same picture as another one those others."""
    found: dict[str, set[str]] = {}
    for one, other in session.execute(select(SamePicture.one, SamePicture.other)):
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return dict(found)
