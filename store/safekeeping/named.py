"""Which contents of the vault do the tables name? What a backup must hold, and what `zhengji verify` looks for.

An essential content is a fact, and nothing brings it back where it is lost. The others were taken out of kept mails,
and are made again where these are read once more.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Integer, Select, cast, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from store.models import File, Message, Supplied
from store.outgoing import AlarmNotice, Milestone, Reminder, SentDigest, Snapshot
from store.personal.privacy import Removal

# Rows are asked of the server so many at a time.
_AT_ONCE = 2_000
# The columns that name a content of the vault, the size beside them where there is one, and whether it is essential.
NAMING: tuple[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any] | None, bool], ...] = (
    (Message.sha256, Message.bytes, True),
    (Supplied.sha256, Supplied.bytes, True),
    (SentDigest.sha256, None, True),
    (Reminder.sha256, None, True),
    (AlarmNotice.sha256, None, True),
    (Milestone.sha256, None, True),
    (Snapshot.sha256, None, True),
    (File.sha256, File.bytes, False),
)
# Hashes that are no contents of the vault, or of such as are named above: what a reading or a picture is of, the page
# within a mail that went, the message that a dropped file became, the token of a session.
OTHER_HASHES = {
    "readings.sha256", "fingerprints.sha256", "searched.sha256", "digests.html_sha256", "drops.sha256",
    "sign_ins.token_sha256",
}  # fmt: skip


class Named(NamedTuple):
    """A content that a table names: its hash, its size where a table says it (else None), whether it is essential."""

    sha256: str
    bytes: int | None
    essential: bool


def named(connection: Connection) -> Iterator[Named]:
    """Yield every content that is named, once each, in the order of the hashes; none once personal data is removed.

    Then the hashes stay as evidence of what there was, and the contents are gone.
    """
    if connection.scalar(select(Removal.id).limit(1)) is not None:
        return
    every = union_all(*(_naming(column, size, essential) for column, size, essential in NAMING)).subquery()
    query = select(every.c.sha256, func.max(every.c.bytes), func.max(every.c.essential)).group_by(every.c.sha256)
    for sha256, size, essential in connection.execution_options(yield_per=_AT_ONCE).execute(
        query.order_by(_by_bytes(connection, every.c.sha256))
    ):
        yield Named(sha256, size, bool(essential))


def _naming(
    column: InstrumentedAttribute[Any],
    size: InstrumentedAttribute[Any] | None,
    essential: bool,  # noqa: FBT001
) -> Select[Any]:
    told = cast(size if size is not None else null(), BigInteger).label("bytes")
    rows = select(column.label("sha256"), told, literal(int(essential), Integer).label("essential"))
    # A day on which there was nothing to report has an empty name.
    return rows.where(column.is_not(None), column != "")


def _by_bytes(connection: Connection, column: Any) -> Any:  # noqa: ANN401 (a column)
    """Order as Python orders: a database's language might put letters before figures."""
    return column.collate("C") if connection.dialect.name == "postgresql" else column
