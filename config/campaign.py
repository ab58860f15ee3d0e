"""One call for cases as data: what the notice fixes, the words it uses, and the rules that follow from it.

Everything here is read from `campaigns/<id>.toml`; next year's call is one new file of that kind.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.criteria import Screening
from config.errors import ConfigError, nearest
from config.letters import Letters
from config.toml import load

Severity = Literal["error", "warning", "info"]
Scalar = Annotated[bool | int | float | date | str, Field(union_mode="left_to_right")]


# The material kinds of domain.md section 1, and the clues that `ingest.senders.sender` looks for.
KINDS = (
    "summary_list", "summary_list_scan", "recommendation_form", "recommendation_form_scan", "case_material",
    "photo", "video", "archive", "message", "other",
)  # fmt: skip
CLUES = (
    "address", "shared_address", "learned", "shared_learned", "earlier", "domain", "list_header", "list_rows",
    "form_recommender", "organisation", "reply_to", "inner", "province", "city",
    "lookalike", "borrowed", "unauthenticated",
)  # fmt: skip


# How a file shows its case: the clues of `ingest.cases.filing` and `ingest.cases.file_clues`.
FILING_CLUES = (
    "row", "form", "form_scan", "misread", "material", "twins", "decided", "same_file", "holder", "name", "folder",
    "beside", "company", "subject", "text", "delivery", "mail",
)  # fmt: skip


def _same_names(where: str, given: Sequence[str], known: Sequence[str]) -> None:
    """Raise ValueError where a name is not known, or one that is needed is not there."""
    for name in given:
        if name not in known:
            raise ValueError(f"{where}: 没有 {name}{nearest(name, list(known))}")
    if missing := [name for name in known if name not in given]:
        raise ValueError(f"{where}: 缺少 {'、'.join(missing)}")


def _fits(where: str, say: str) -> None:
    """Raise ValueError where a clue's sentence has a placeholder that it cannot fill."""
    try:
        say.format(value="", where="", association="", province="", person="", day="")
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"{where}: 占位符只能是 value、where、association、province、person、day（{error}）") from None


class Part(BaseModel):
    """A table of a campaign file: fixed once read, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call(Part):
    """The facts of the notice: addresses, dates, quotas and thresholds, named as rules refer to them (`@quota`)."""

    id: str
    title: str
    notice: str
    organiser: str
    notice_date: date
    deadline: date
    timezone: str
    addresses: tuple[str, ...]
    quota: int = Field(ge=0)
    quota_capital: int = Field(ge=0)
    delivered_before: date
    collection_rate: float
    photos_min: int
    photos_max: int
    photo_bytes: int
    section_tolerance: float
    passage_characters: int = Field(ge=1)
    passage_documents: int = Field(ge=2)
    shared_characters: int = Field(ge=1)
    filing_threshold: float
    name_threshold: float
    sender_threshold: float
    sample_share: float = Field(gt=0, le=1)
    milestones: tuple[Annotated[int, Field(gt=0)], ...]
    tracked_after_days: int = Field(ge=0)

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"没有名为 {name} 的时区{nearest(name, ['Asia/Shanghai', 'Asia/Urumqi'])}")
        return name

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which the notice counts days."""
        return ZoneInfo(self.timezone)

    @cached_property
    def last_moment(self) -> datetime:
        """The last moment in time: the notice gives a day, so it is that day's last second (三(二)1)."""
        return datetime.combine(self.deadline, time(23, 59, 59), self.zone)


class Kind(Part):
    """A material kind: its Chinese name, and the words by which a file's title or name shows it."""

    name: str
    label: str
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Table(Part):
    """A table of the annexes: field name -> labels that head it, and the fields that may not be blank."""

    required: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    captions: Mapping[str, str]

    @model_validator(mode="after")
    def _fields_have_captions(self) -> "Table":
        for name in self.required:
            if name not in self.captions:
                raise ValueError(f"required: 没有 {name}{nearest(name, list(self.captions))}")
        return self


class Section(Part):
    """One section of the case material (附件2 一): headings it goes by, and its length in characters.

    `words` tell a chapter that stands in the section's place, headed in words of its own (直面痛点，找准病根).
    `asks` is what the annex says of it: found in a material, it is a hint that nobody has replaced.
    `compared` says whether its text must be of this case alone.
    """

    name: str
    label: str
    headings: tuple[str, ...]
    words: tuple[str, ...] = ()
    asks: str = ""
    at_most: int | None = None
    about: int | None = None
    compared: bool = True


class Lettering(Part):
    """How one part of the case material is to be set: size in points, spacing in lines; None is not asked for."""

    size: float
    bold: bool | None = None
    line_spacing: float | None = None
    blank_lines: bool = False


class Layout(Part):
    """How the case material is to be set (附件2 二): the names of the font that is asked for, the first its own.

    `share` is how much of a part's text must be otherwise before that is said.
    """

    fonts: tuple[str, ...] = Field(min_length=1)
    share: float
    page_numbers: bool
    title: Lettering
    heading: Lettering
    body: Lettering
    caption: Lettering


class ProjectType(Part):
    """A project type (二(一)): its Chinese name, the words that mean it, and whether the notice names it.

    One that may hold `beside` others says how a community is served, not what houses it has.
    """

    name: str
    label: str
    words: tuple[str, ...]
    named: bool = True
    beside: bool = False


class MailWords(Part):
    """The words by which mails are told apart; headers come first, these only where no header speaks."""

    campaign: tuple[str, ...]
    automatic: tuple[str, ...]
    robots: tuple[str, ...]
    notices: tuple[str, ...]
    recalls: tuple[str, ...]
    inquiry: tuple[str, ...]
    replaces: tuple[str, ...]
    adds: tuple[str, ...]
    withdraws: tuple[str, ...]
    stays: tuple[str, ...]
    associations: tuple[str, ...]
    enterprises: tuple[str, ...]
    blanks: tuple[str, ...]
    cloud: tuple[str, ...]
    handed: tuple[str, ...]
    public_domains: tuple[str, ...]
    junk_folders: tuple[str, ...]
    skipped_folders: tuple[str, ...]


class Clue(Part):
    """What a sign of the sender is worth, 0 to 1, and how it is said in the evidence.

    Of a doubt (lookalike, borrowed, unauthenticated) the weight is what the clues beside it are worth at most.
    """

    weight: float
    say: str


class FilingClue(Part):
    """How sure a sign makes it that a file is of a case, 0 to 1, and how it is said in the evidence."""

    weight: float = Field(ge=0, le=1)
    say: str

    @field_validator("say")
    @classmethod
    def _says_what_it_can(cls, say: str) -> str:
        try:
            say.format(value="", community="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"占位符只能是 value、community（{error}）") from None
        return say


class Rule(Part):
    """A rule of the notice: a fact of a subject, a check, and what is said where it does not hold."""

    code: str
    on: str
    fact: str
    check: str
    value: Scalar | tuple[Scalar, ...] | None = None
    when: tuple[str, ...] = ()
    severity: Severity
    phase: bool = False
    say: str
    clause: str
    passes: tuple[Any, ...]
    fails: tuple[Any, ...]


class Expectation(Part):
    """How many cases are expected by when: an estimate of the staff's own, with the experience that it rests on.

    `shares` are (days before the deadline, share of all cases that have come by then), the earliest first.
    """

    cases_each: int = Field(ge=1)
    source: str = Field(min_length=1)
    shares: tuple[tuple[int, float], ...] = Field(min_length=2)

    @field_validator("shares")
    @classmethod
    def _shares_rise(cls, shares: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
        days, parts = [day for day, _ in shares], [share for _, share in shares]
        if days != sorted(set(days), reverse=True) or parts != sorted(parts):
            raise ValueError("从最早的一天写起：天数一个比一个小，份额一个不比一个小")
        if days[-1] != 0 or parts[0] < 0 or parts[-1] != 1:
            raise ValueError("最后一项必须是截止当天：[0, 1.0]；份额在 0 和 1 之间")
        return shares

    def share(self, days: int) -> float:
        """Return the share that is expected so many days before the deadline, straight between two points of it."""
        for (early, less), (late, more) in zip(self.shares, self.shares[1:], strict=False):
            if late <= days <= early:
                return less + (more - less) * (early - days) / (early - late)
        return 1.0 if days < 0 else self.shares[0][1]


class Campaign(Part):
    """A whole campaign file."""

    campaign: Call
    expectation: Expectation | None = None
    kind: tuple[Kind, ...]
    summary_list: Table
    recommendation_form: Table
    section: tuple[Section, ...]
    layout: Layout
    project_type: tuple[ProjectType, ...]
    mail: MailWords
    sender: Mapping[str, Clue]
    filing: Mapping[str, FilingClue]
    letters: Letters = Letters()
    rule: tuple[Rule, ...]
    screening: Screening = Screening()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "Campaign":
        codes = [f"{rule.code}（{rule.on}）" for rule in self.rule]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"规则编号重复：{'、'.join(twice)}")
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> "Campaign":
        _same_names("[[kind]] name", [kind.name for kind in self.kind], KINDS)
        _same_names("[sender]", list(self.sender), CLUES)
        _same_names("[filing]", list(self.filing), FILING_CLUES)
        for name, clue in self.sender.items():
            _fits(f"[sender.{name}] say", clue.say)
        return self

    @property
    def call(self) -> Call:
        """The facts of the notice."""
        return self.campaign

    def kind_of(self, name: str) -> Kind:
        """Return the kind called `name`; KeyError where the campaign knows no such kind."""
        return self._kinds[name]

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {kind.name: kind for kind in self.kind}

    @cached_property
    def type_labels(self) -> dict[str, str]:
        """Project type -> its Chinese name."""
        return {kind.name: kind.label for kind in self.project_type}

    def value_of(self, rule: Rule) -> Any:  # noqa: ANN401 (a TOML value, or a key of [campaign])
        """Return the rule's value, with `@key` looked up in [campaign]; ConfigError where there is no such key."""
        return self._resolved(rule.value)

    def _resolved(self, value: Any) -> Any:  # noqa: ANN401 (a TOML value)
        if isinstance(value, tuple):
            return tuple(self._resolved(item) for item in value)
        if not (isinstance(value, str) and value.startswith("@")):
            return value
        key = value.removeprefix("@")
        if key not in Call.model_fields:
            raise ConfigError(f"[campaign] 中没有 {key}{nearest(key, list(Call.model_fields))}")
        return getattr(self.call, key)


def campaign_ids() -> list[str]:
    """Return the ids of the campaigns that the package ships."""
    folder = resources.files("config") / "campaigns"
    return sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".toml"))


def campaign_bytes(name: str, beside: Path | None = None) -> bytes:
    """Return the bytes of a campaign's file, named as in `load_campaign`."""
    if name.endswith(".toml"):
        return ((beside or Path.cwd()) / name).read_bytes()
    return (resources.files("config") / "campaigns" / f"{name}.toml").read_bytes()


def load_campaign(name: str, beside: Path | None = None) -> Campaign:
    """Return a campaign by the id of a shipped one, or by the path of a file (relative to `beside`).

    Raises ConfigError where there is none, or where the file is wrong.
    """
    if name.endswith(".toml"):
        return load((beside or Path.cwd()) / name, Campaign)
    if name not in campaign_ids():
        raise ConfigError(f"[campaign] id: 没有名为 {name} 的征集活动{nearest(name, campaign_ids())}")
    with resources.as_file(resources.files("config") / "campaigns" / f"{name}.toml") as path:
        return load(path, Campaign)
