"""The campaign as of a moment: what came, from whom, for which case, and what of it counts.

Every report, the judge and every export look at one and the same `Picture`. Where a name stands in domain.md section 5
it is the attribute's name here, so that an export is a list of attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from config.associations import Association
from config.campaign import Campaign
from config.case_name import CaseName
from config.likeness import SURE
from config.sentences import Packed
from reports.mail_side import FolderTrouble, LinkView, MailboxHealth, MailGap
from reports.rulings import Rulings

_NO_RULINGS = Rulings()


@dataclass(frozen=True)
class Cell:
    """A value as it was read: raw text, normal form (None = cannot be read or blank), and where it stood."""

    raw: str
    value: Any
    place: str
    file: "FileView | None"
    method: str = ""
    confidence: float = 1.0
    page: int | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any], file: "FileView") -> "Cell":
        """Return a value of a file's reading as a cell."""
        sure, page = value.get("confidence", 1.0), (value.get("area") or {}).get("page")
        return cls(value["raw"], value["value"], value["place"], file, value.get("method", ""), sure, page)

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


@dataclass(frozen=True, eq=False)
class ListRow:
    """A row of a summary list that counts."""

    file: FileView
    cells: dict[str, Cell]


@dataclass(frozen=True)
class LeftOut:
    """How a case is left out: by which list, and the ids of the cases that this list names first (another name?)."""

    by: FileView
    came: frozenset[int]


@dataclass(frozen=True, eq=False)
class CaseView:
    """案例: one community with everything that is there for it. Values come from the form, else from the list row."""

    id: int
    # What it is called where persons decide of it; a corrected city or name is not in it.
    name: CaseName
    province: str
    city: str | None
    community: str
    rows: tuple[ListRow, ...]
    form: dict[str, Cell]
    # What persons corrected, before what form and list say.
    corrected: dict[str, Cell]
    files: tuple[FileView, ...]
    forms: tuple[FileView, ...]
    materials: tuple[FileView, ...]
    photo_files: tuple[FileView, ...]
    counted_photos: tuple[FileView, ...]
    video_files: tuple[FileView, ...]
    company: str | None
    address: str | None
    completed: str | None
    floor_area_m2: float | None
    delivered: str | None
    project_type: str | None
    fee_text: str | None
    fee_low: float | None
    fee_high: float | None
    collection_rate: float | None
    applicant_contact: str | None
    applicant_phone: str | None
    recommender: str | None
    recommender_contact: str | None
    recommender_phone: str | None
    reason: str | None
    applicant_signed: str | None
    recommender_signed: str | None
    remark: str | None
    list_number: str | None
    first_arrival: datetime | None
    title: str | None
    # Which of those selected before it is, or may be with the reasons; empty where none, None without a list of them.
    already_selected: str | None
    surely_selected: bool = True
    complete: bool = False
    form_stamped: bool | None = None
    # The captions of what is known from an OCR alone: to be compared with the scan (待核).
    to_verify: str = ""
    # Who says that it was withdrawn (撤回), when and why; such a case is shown and not judged.
    withdrawn: str | None = None

    @property
    def in_list(self) -> bool:
        """Whether the province's list names it."""
        return bool(self.rows)

    @property
    def has_form(self) -> bool:
        """Whether a recommendation form is there, as Word, PDF or scan."""
        return bool(self.forms)

    @property
    def has_material(self) -> bool:
        """Whether a case material is there."""
        return bool(self.materials)

    @property
    def photos(self) -> int:
        """How many photos count (domain.md section 6.5)."""
        return len(self.counted_photos)

    @property
    def videos(self) -> int:
        """How many videos are there."""
        return len(self.video_files)


@dataclass(frozen=True)
class Reuse:
    """A photo of a case that shows the same picture as a photo of another case."""

    file: FileView
    other: FileView
    other_case: CaseView


@dataclass(frozen=True)
class Shared:
    """Text of a case's material that also stands in another case's: how many characters, and its sentences.

    They are as this case writes them, the longest first.
    """

    file: FileView
    other: FileView
    other_case: CaseView
    characters: int
    passages: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AssociationView:
    """省级物协 with its submission."""

    association: Association
    messages_in: tuple[MessageView, ...]
    lists: tuple[FileView, ...]
    all_lists: tuple[FileView, ...]
    list_scans: tuple[FileView, ...]
    list_head: dict[str, Cell]
    cases: tuple[CaseView, ...]
    complete_cases: int
    status: str
    # The last moment for it: the campaign's, or a later one that was granted to it.
    deadline: datetime
    deadline_note: str = ""
    # Who says that it will send nothing (零报送), when and why.
    nothing_to_send: str = ""
    # The cases that an earlier list names and a newer one, which speaks for all, leaves out.
    removed: tuple[tuple[CaseView, LeftOut], ...] = ()

    @property
    def province(self) -> str:
        """The province's short name."""
        return self.association.province

    @property
    def standing(self) -> tuple[CaseView, ...]:
        """Its cases but those that were withdrawn."""
        return tuple(case for case in self.cases if case.withdrawn is None)

    @property
    def messages(self) -> int:
        """How many messages of kind submission came."""
        return len(self.messages_in)

    @property
    def first_arrival(self) -> datetime | None:
        """When its first submission arrived."""
        return min((message.arrival for message in self.messages_in), default=None)

    @property
    def last_arrival(self) -> datetime | None:
        """When its last submission arrived."""
        return max((message.arrival for message in self.messages_in), default=None)

    @property
    def late(self) -> bool:
        """Whether its first submission came after the deadline (domain.md section 6.1)."""
        return self.first_taken is not None and self.first_taken > self.deadline

    @property
    def first_taken(self) -> datetime | None:
        """When its first submission came, as lateness is judged."""
        return min((message.taken for message in self.messages_in), default=None)

    @property
    def cases_listed(self) -> int:
        """How many of its cases its list names."""
        return sum(case.in_list for case in self.standing)

    @property
    def cases_expected(self) -> int:
        """How many cases are to become complete: those its list names; without a list, those that material came for."""
        return self.cases_listed or len(self.standing)


@dataclass(frozen=True)
class CityView:
    """市级物协: how many cases a city recommends against its quota (三(二)1)."""

    province: str
    city: str
    cases: tuple[CaseView, ...]
    quota: int


@dataclass(frozen=True)
class Picture:
    """The campaign as of a moment, with everything in a stable order (provinces in GB/T 2260 order, then arrival)."""

    campaign: Campaign
    as_of: datetime
    associations: tuple[AssociationView, ...]
    cities: tuple[CityView, ...]
    cases: tuple[CaseView, ...]
    messages: tuple[MessageView, ...]
    files: tuple[FileView, ...]
    health: tuple[MailboxHealth, ...] = ()
    troubles: tuple[FolderTrouble, ...] = ()
    links: tuple[LinkView, ...] = ()
    gaps: tuple[MailGap, ...] = ()
    # Photos that serve more than one case, by the case's id.
    reused: Mapping[int, tuple[Reuse, ...]] = field(default_factory=dict)
    # Of the whole campaign: the pictures of its provinces, and of what belongs to none.
    parts: tuple["Picture", ...] = ()
    # Of a province: what persons decided of it.
    rulings: Rulings = _NO_RULINGS
    # Materials that have long passages in common with those of other cases, by the case's id.
    near_duplicates: Mapping[int, tuple[Shared, ...]] = field(default_factory=dict)

    @cached_property
    def submission_ids(self) -> frozenset[int]:
        """The ids of the messages that count as submissions."""
        return frozenset(message.id for message in self.messages if message.is_submission)

    @cached_property
    def photo_ids(self) -> frozenset[int]:
        """The ids of the files that are looked at as photos of a case."""
        return frozenset(file.id for case in self.cases for file in case.photo_files)

    @cached_property
    def open_links(self) -> tuple[LinkView, ...]:
        """The cloud links whose files nobody has brought in yet, the soonest to expire first."""
        far = datetime.max.replace(tzinfo=UTC)
        return tuple(sorted((link for link in self.links if link.is_open), key=lambda link: link.expires or far))

    @property
    def closed(self) -> bool:
        """Whether the deadline has passed: in a province's own picture the one that holds for it."""
        if self.parts or not self.associations:
            return self.as_of > self.campaign.call.last_moment
        return self.as_of > self.associations[0].deadline
