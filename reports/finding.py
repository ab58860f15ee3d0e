"""What the rules find in a picture: findings with their evidence, and both together as every report takes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.campaign import Rule
from reports.picture import Picture
from reports.rulings import RestsOn

if TYPE_CHECKING:
    from reports.subjects import Subject


@dataclass(frozen=True)
class Judgement:
    """What a finding came from: the rule, its subject and the limit it was held against."""

    rule: Rule
    subject: "Subject"
    value: Any


@dataclass(frozen=True)
class Finding:
    """问题: a rule that does not hold, on a subject, with the evidence in words (domain.md section 3)."""

    code: str
    severity: str
    phase: str | None
    province: str | None
    city: str | None
    community: str | None
    subject: str
    message: str
    evidence: str
    clause: str
    message_id: str | None
    file: str | None
    status: str = "open"
    # By what a person names it, and what a waiver of it must know.
    id: str = ""
    key: str = ""
    rests_on: Callable[[], RestsOn] | None = field(default=None, compare=False, repr=False)
    # For words to others than staff.
    judgement: Judgement | None = field(default=None, compare=False, repr=False)
    # Of a waived one: who waived it, when and why.
    waived: str = ""


@dataclass(frozen=True)
class Judged:
    """What the rules find in a part of the campaign: by the place of the rule in the campaign file, and by province."""

    by_rule: Mapping[int, tuple[Finding, ...]]
    by_province: Mapping[str, tuple[Finding, ...]]


@dataclass(frozen=True)
class Assessment:
    """A picture and what the rules say of it: what every report takes."""

    picture: Picture
    findings: tuple[Finding, ...]
    by_province: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
