"""What came, as reports see it: mails, the files in them, and the values that were read from these.

Where a name stands in domain.md section 5 it is the attribute's name here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.likeness import SURE
from config.sentences import Packed


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it was read: raw text, normal form (None = cannot be read or blank), and where it stood."""

    raw: str
    value: Any
    place: str
    file: "FileView | None"
    method: str = ""
    confidence: float = 1.0
    page: int | None = None
    # The rectangle on its page, where there are pages: {page, left, top, right, bottom}, in shares of the page.
    area: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, value: Mapping[str, Any], file: "FileView") -> "Cell":
        """Return a value of a file's reading as a cell."""
        sure, area = value.get("confidence", 1.0), value.get("area") or None
        page = area["page"] if area else None
        return cls(value["raw"], value["value"], value["place"], file, value.get("method", ""), sure, page, area)

    @property
    def is_scanned(self) -> bool:
        """Whether an OCR read it: a person should compare it with the picture before relying on it."""
        return self.method == "ocr"

    @property
    def is_doubtful(self) -> bool:
        """Whether the OCR that read it was not sure itself."""
        return self.is_scanned and self.confidence < SURE

    @property
    def evidence(self) -> str:
        """Where it stood and what it said, for people."""
        if self.file is None:
            return f"{self.place}：“{self.raw}”"
        read = f"（扫描识别{'，把握不大' if self.is_doubtful else ''}，待核）" if self.is_scanned else ""
        page = f"第{self.page}页" if self.page and self.file.facts.get("pages", 1) > 1 else ""
        return f"《{self.file.name}》{page}{self.place}：“{self.raw}”{read}"


@dataclass(frozen=True, eq=False)
class FileView:
    """文件: one piece of content with its kind and place.

    `arrival` is its message's; `first_arrival` the moment the same content first came in any message.
    """

    id: int
    message_pk: int
    message: str
    path: str
    name: str
    sha256: str | None
    bytes: int
    format: str
    kind: str
    kind_evidence: str
    status: str
    reason: str
    province: str | None
    community: str | None
    case_ids: tuple[int, ...]
    arrival: datetime
    first_arrival: datetime
    facts: dict[str, Any]
    # How it was placed: the clues and how sure they make it; where that is too little, the case that it may be of.
    filing_clues: tuple[str, ...] = ()
    confidence: float | None = None
    guess: str = ""
    # Who said where it belongs, when and why.
    filed_by: str = ""
    superseded: bool = False
    city: str | None = None
    # A picture that stands in a Word file.
    pasted: bool = False
    # What the sentences of a material are known by (see `config.sentences`).
    sentences: Packed = field(default=b"", repr=False)
    # The moment that lateness is judged by, where it is another than `first_arrival`, and by whom it was brought then.
    judged: datetime | None = None
    brought: str = ""

    @property
    def filing_basis(self) -> str | None:
        """The clues by which it was placed, in one text; None where it was not."""
        return "；".join(self.filing_clues) or None

    @property
    def first_taken(self) -> datetime:
        """When the same content first came as lateness is judged: by the earlier of the server's two stamps."""
        return self.judged or self.first_arrival


@dataclass(frozen=True, eq=False)
class MessageView:
    """来信: one mail with what became of it."""

    id: int
    mailbox: str
    folder: str
    uid: int | None
    junk: bool
    message_id: str | None
    from_address: str | None
    from_name: str
    subject: str
    arrival: datetime
    arrival_source: str
    province: str | None
    city: str | None
    sender_level: str | None
    sender_clues: tuple[str, ...]
    kind: str
    kind_evidence: str
    state: str
    failure: str | None
    files: int
    bytes: int
    text: str
    candidates: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()
    # How a person settled the sender: "message" for this mail alone, "address" for all mail of its address.
    sender_decided: str | None = None
    sender_decided_by: str | None = None
    kind_decided_by: str | None = None
    # How sure (0 to 1) the clues make the province, or the likeliest one; None where a person or a place said it.
    sender_confidence: float | None = None

    @property
    def sender_basis(self) -> str:
        """All clues of the sender in one text."""
        return "；".join(self.sender_clues)

    # When it came to us, whatever its arrival.
    kept_at: datetime | None = None
    # Of a file of a watched folder: its path there, and the delivery that it lies in (the folder below the province's).
    place: str = ""
    delivery: str = ""
    # What was put into one folder of a province on one day; empty for a mail, which is complete in itself.
    batch: str = ""

    # The server's second stamp, that of its Received header, where it says another moment than `arrival`; and what a
    # person decided of the two: "late", "in_time" or nothing.
    received: datetime | None = None
    arrival_decided: str = ""
    arrival_decided_by: str | None = None
    # Where a person added it: by which way it came, who says so and when.
    added: str = ""

    @property
    def taken(self) -> datetime:
        """When the server took it, as lateness is judged: late only where both stamps are, or a person said so."""
        stamps = (self.arrival, self.received or self.arrival)
        return max(stamps) if self.arrival_decided == "late" else min(stamps)

    @property
    def key(self) -> str:
        """What findings and files name it by: its Message-ID header, ours where there is none."""
        return self.message_id or str(self.id)

    @property
    def together(self) -> str:
        """What came together: the mail, or what was put into a folder."""
        return self.batch or str(self.id)

    @property
    def is_submission(self) -> bool:
        """Whether it counts as (a part of) a submission."""
        return self.kind == "submission"
