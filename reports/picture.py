"""The campaign as of a moment: what came, from whom, for which case, and what of it counts.

Every report, the judge and every export look at one and the same `Picture`. Where a name stands in domain.md section 5
it is the attribute's name here, so that an export is a list of attributes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from config.associations import Association
from config.campaign import Campaign
from config.case_name import CaseName
from reports.facts.file_facts import is_unfiled
from reports.incoming import Cell, FileView, MessageView
from reports.mail_side import FolderTrouble, LinkView, MailboxHealth, MailGap
from reports.rulings import Rulings

_NO_RULINGS = Rulings()
# How documents were read that are Word's.
WORD_METHODS = ("docx", "doc", "rtf", "odt", "wordml")


@dataclass(frozen=True, eq=False)
class ListRow:
    """A row of a summary list that counts."""

    file: FileView
    cells: dict[str, Cell]


@dataclass(frozen=True)
class LeftOut:
    """How a case is left out: by which list, and the ids of the cases that this list names first (another name?).

    Its old row `counts` where that list does not speak for all.
    """

    by: FileView
    came: frozenset[int]
    counts: bool


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
    # Its rows in all lists, also those that count no more, the oldest first.
    all_rows: tuple[ListRow, ...] = ()
    # Whether a newer list that speaks for all leaves it out: its rows tell of it, and list it no more.
    unlisted: bool = False
    # Who says that it was withdrawn (撤回), when and why; such a case is shown and not judged.
    withdrawn: str | None = None

    @cached_property
    def material(self) -> FileView | None:
        """The material that counts: the newest that could be read, in Word before other formats."""
        read = [file for file in self.materials if "section_facts" in file.facts]
        if len(read) < 2:  # noqa: PLR2004 (nothing to choose from)
            return read[0] if read else None
        return read[max(range(len(read)), key=lambda at: (read[at].facts.get("method") in WORD_METHODS, at))]

    @property
    def in_list(self) -> bool:
        """Whether the province's list names it."""
        return bool(self.rows) and not self.unlisted

    @property
    def is_judged(self) -> bool:
        """Whether rules speak of it: neither where it was withdrawn, nor where it was only a row of an older list."""
        return self.withdrawn is None and (self.in_list or bool(self.files))

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

    @cached_property
    def standing(self) -> tuple[CaseView, ...]:
        """Its cases but those that were withdrawn."""
        return tuple(case for case in self.cases if case.withdrawn is None)

    @property
    def messages(self) -> int:
        """How many messages of kind submission came."""
        return len(self.messages_in)

    @cached_property
    def first_arrival(self) -> datetime | None:
        """When its first submission arrived."""
        return min((message.arrival for message in self.messages_in), default=None)

    @cached_property
    def last_arrival(self) -> datetime | None:
        """When its last submission arrived."""
        return max((message.arrival for message in self.messages_in), default=None)

    @property
    def late(self) -> bool:
        """Whether its first submission came after the deadline (domain.md section 6.1)."""
        return self.first_taken is not None and self.first_taken > self.deadline

    @cached_property
    def first_taken(self) -> datetime | None:
        """When its first submission came, as lateness is judged."""
        return min((message.taken for message in self.messages_in), default=None)

    @cached_property
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
    def unfiled(self) -> Mapping[int, Sequence[FileView]]:
        """The files that belong to a case and have none, by their messages."""
        found: dict[int, list[FileView]] = {}
        for file in self.files:
            if is_unfiled(file):
                found.setdefault(file.message_pk, []).append(file)
        return found

    @cached_property
    def withdrawn_files(self) -> frozenset[int]:
        """The ids of the files that only belong to cases that were withdrawn."""
        own = {file.id for case in self.cases if case.withdrawn is not None for file in case.files}
        return frozenset(own - {file.id for case in self.cases if case.withdrawn is None for file in case.files})

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
