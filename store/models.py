"""The tables. Facts are only ever added; conclusions can be dropped and computed again from the facts.

Facts: messages, sightings, folder marks, withheld mails, drops, polls, decisions, supplied files (and the vault); what
left the house has tables of its own (`store.outgoing`).
Conclusions: letters, links, files, cases, filings, readings, fingerprints and which pictures are the same.
"""

import secrets
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from store.times import Moment

# Sums of so many bits fit into a database's 64-bit numbers, however many messages there are.
_MARK_BITS = 40


def fresh_mark() -> int:
    """Return a number that no mark had before, as good as certainly."""
    return secrets.randbits(_MARK_BITS)


class Base(DeclarativeBase):
    """All tables; named constraints, so that migrations can speak of them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON, str: Text}


class Message(Base):
    """来信: one e-mail as received (a fact). Its bytes lie in the vault under `sha256`.

    `state` is what changes: waiting → read → filed, or failed with a Chinese `failure`. An earlier arrival of the same
    bytes, learned later, goes before a later one. `mark` is another number whenever the row, or what was concluded of
    it, has changed: so whoever looks again knows what to look at.
    """

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    arrival: Mapped[datetime] = mapped_column(index=True)
    arrival_source: Mapped[str]
    kept_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    failure: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    mark: Mapped[int] = mapped_column(BigInteger, default=fresh_mark, onupdate=fresh_mark)

    letter: Mapped["Letter | None"] = relationship(back_populates="message", passive_deletes=True)
    files: Mapped[list["File"]] = relationship(back_populates="message", passive_deletes=True)
    sightings: Mapped[list["Sighting"]] = relationship(back_populates="message", passive_deletes=True)


class Sighting(Base):
    """Where a message was seen (a fact): a place in a mailbox, or a file that was imported."""

    __tablename__ = "sightings"
    __table_args__ = (UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    mailbox: Mapped[str]
    folder: Mapped[str]
    uidvalidity: Mapped[int] = mapped_column(BigInteger, default=0)
    uid: Mapped[int] = mapped_column(BigInteger, default=0)
    place: Mapped[str] = mapped_column(default="")
    junk: Mapped[bool] = mapped_column(default=False)
    arrival: Mapped[datetime]
    seen_at: Mapped[datetime]

    message: Mapped[Message] = relationship(back_populates="sightings")


class FolderMark(Base):
    """How far a folder has been taken in: only what need not be fetched again, and when it was last compared whole."""

    __tablename__ = "folder_marks"

    mailbox: Mapped[str] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)
    # How many mails of this UIDVALIDITY were seen here: counted along, so that no poll has to count them.
    sighted: Mapped[int] = mapped_column(default=0)
    reconciled_at: Mapped[datetime | None]


class Withheld(Base):
    """A mail that the server names and does not give (a fact): tried again at every poll, and never holds up others.

    `given_at` is when it came after all, or was gone from the server; until then it is an alarm.
    """

    __tablename__ = "withheld"
    __table_args__ = (UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[str]
    folder: Mapped[str]
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    given_at: Mapped[datetime | None]


class Decision(Base):
    """人工处理 (a fact): what a person decided, when and why; undone ones stay, and no longer count.

    `what` is one of those named in store.decisions; `subject` says of what (an address, `message:12`, `case:…`,
    `file:12:…`, `finding:…`, `province:…`), `value` holds the decision itself. It names cases, files and findings by
    what they are called, since their rows are conclusions; `ingest.decisions` writes it.
    """

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_what_subject", "what", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(400))
    value: Mapped[dict[str, Any]]
    person: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class Supplied(Base):
    """A file that a person added to a message (a fact), such as one downloaded from its cloud link.

    `link` is the key of the link that it answers; its bytes lie in the vault under `sha256`. It counts as long as
    the decision that put it there is not undone.
    """

    __tablename__ = "supplied"
    __table_args__ = (UniqueConstraint("message_pk", "sha256", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_pk: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    link: Mapped[str | None]
    person: Mapped[str]
    added_at: Mapped[datetime]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))


class Drop(Base):
    """A file in a watched folder (a fact): one path with one size and time of change, as a look found it.

    `sha256` is set once its bytes are taken in, and leads to its message. `reason` says in Chinese what keeps it from
    counting; `gone_at` is when a look no longer found it there. `inside` is the path below the province's folder.
    What a person added has the `decision_id` of that, and lies in no real folder; it is gone once that is undone.
    """

    __tablename__ = "drops"
    __table_args__ = (UniqueConstraint("mailbox", "path", "bytes", "modified_ns"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(500))
    bytes: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    province: Mapped[str | None] = mapped_column(String(16))
    inside: Mapped[str] = mapped_column(String(500))
    is_mail: Mapped[bool]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    reason: Mapped[str] = mapped_column(default="")
    first_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))


class Poll(Base):
    """One look into one mailbox (a fact): when, how many were seen there and new, and why it failed if it did.

    `held` is how many mails the server said it holds in the folders read, `known` how many of those we hold, `gaps`
    what is on the server and not here: [{folder, uids}]. They are null where nothing was compared.
    """

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[str] = mapped_column(index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))  # ok | refused | unreachable | full
    reason: Mapped[str] = mapped_column(default="")
    seen: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    held: Mapped[int | None]
    known: Mapped[int | None]
    reconciled: Mapped[bool] = mapped_column(default=False)
    gaps: Mapped[list[Any] | None]


class Letter(Base):
    """What a message says of itself (a conclusion): envelope, text, sender and kind, each with its evidence.

    `soft_key` is equal for the copies of one mail that differ in their transport only. `forwarded` and
    `authentication` are lists of small tables. `sender_address` is the address that speaks for the sender: that of the
    inner mail where one of us forwarded it; `sender_confidence` (0 to 1) is how sure its clues are. `candidates` are
    the provinces that clues speak for where none is concluded, `suspicions` what speaks against the From, `decided` the
    ids of the decisions that spoke ("3,7").
    """

    __tablename__ = "letters"

    message_pk: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[str | None]
    from_address: Mapped[str | None]
    from_name: Mapped[str]
    to: Mapped[list[Any]]
    subject: Mapped[str]
    date: Mapped[datetime | None]
    # The stamp of the topmost Received header, as it stands there.
    received: Mapped[datetime | None]
    text: Mapped[str]
    automatic: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(12))
    kind_evidence: Mapped[str]
    province: Mapped[str | None] = mapped_column(String(16), index=True)
    city: Mapped[str | None]
    sender_level: Mapped[str | None] = mapped_column(String(12))
    sender_clues: Mapped[list[Any]]
    sender_address: Mapped[str | None] = mapped_column(index=True)
    sender_confidence: Mapped[float | None]
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    suspicions: Mapped[list[Any]] = mapped_column(default=list)
    decided: Mapped[str] = mapped_column(default="")
    defects: Mapped[list[Any]]
    soft_key: Mapped[str | None] = mapped_column(String(64), index=True)
    forwarded: Mapped[list[Any]] = mapped_column(default=list)
    authentication: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[str] = mapped_column(String(64), index=True)

    message: Mapped[Message] = relationship(back_populates="letter")


class Link(Base):
    """A cloud link in a message (a conclusion): what lies behind it, until when, and whether a person brought it in."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("message_pk", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_pk: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    number: Mapped[int]
    provider: Mapped[str] = mapped_column(String(16))
    key: Mapped[str]
    url: Mapped[str]
    name: Mapped[str | None]
    size_text: Mapped[str | None]
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    expires: Mapped[datetime | None]
    expires_text: Mapped[str | None]
    code: Mapped[str | None]
    answered: Mapped[bool] = mapped_column(default=False)


class File(Base):
    """文件 (a conclusion): one piece of content found in a message, its kind, its place, and why it was put there."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("message_pk", "path"), Index("ix_files_province_kind", "province", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    message_pk: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(String(12), default="")
    kind: Mapped[str] = mapped_column(String(32))
    kind_evidence: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(default="")
    # Of a nested mail: {from_name, from_address, date, subject}.
    letter: Mapped[dict[str, Any] | None]
    # Of a volume of a split archive: {number, last, scheme}; the stem is what its set has in common.
    volume: Mapped[dict[str, Any] | None]
    volume_stem: Mapped[str | None] = mapped_column(String(400))
    province: Mapped[str | None] = mapped_column(String(16))

    message: Mapped[Message] = relationship(back_populates="files")
    filings: Mapped[list["Filing"]] = relationship(back_populates="file", passive_deletes=True)


class Case(Base):
    """案例 (a conclusion): one community of one province, known by its names as they were written."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("province", "city_key", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    province: Mapped[str] = mapped_column(String(16), index=True)
    city_key: Mapped[str] = mapped_column(String(100), default="")
    # At most 200 characters: what is longer is cut and carries its hash, since PostgreSQL bounds what it indexes.
    key: Mapped[str] = mapped_column(String(200))
    community: Mapped[str]
    city: Mapped[str | None]


class Filing(Base):
    """归档 (a conclusion): what in a file belongs to which case, and by which clues.

    `found` is the index of the thing found in the file's reading, `row` the row of a summary list (0 elsewhere).
    """

    __tablename__ = "filings"
    __table_args__ = (UniqueConstraint("file_id", "found", "row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    found: Mapped[int] = mapped_column(default=0)
    row: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[float]
    clues: Mapped[list[Any]]

    file: Mapped[File] = relationship(back_populates="filings")


class Reading(Base):
    """What reading a content gave (a conclusion, kept by content: the same bytes are never read twice).

    `texts` are those of a material's sections by name, loaded only where they are asked for (`store.documents.texts`);
    `sentences` is what its sentences are known by (`config.sentences`), to be compared.
    """

    __tablename__ = "readings"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str]
    format: Mapped[str] = mapped_column(String(12))
    found: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    texts: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True, deferred_raiseload=True)
    sentences: Mapped[bytes | None]


class Fingerprint(Base):
    """By what a picture is known again (a conclusion, by content), and whether it was compared with all others."""

    __tablename__ = "fingerprints"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    compared: Mapped[bool] = mapped_column(default=False, index=True)


class SamePicture(Base):
    """Two contents that show the same picture (a conclusion): each pair once, the lesser hash first."""

    __tablename__ = "same_pictures"

    one: Mapped[str] = mapped_column(String(64), primary_key=True)
    other: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
