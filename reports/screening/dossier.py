"""What does a reviewer get to see of a case: its facts, open findings, how long its sections are, and passages.

Of what could not be read it is said so; that is never “not found”.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.campaign import Campaign, Section
from config.criteria import Criterion
from reports.finding import Assessment, Finding
from reports.incoming import FileView
from reports.picture import CaseView
from reports.screening.discretion import contacts_of, fact_of, guarded
from reports.screening.key import CaseKey
from reports.screening.passages import Passage, Prose, located
from reports.screening.words import NOTHING_FOUND
from reports.wording import SEVERITIES, clipped

_MOST_FINDINGS, _FINDING_CHARACTERS = 5, 42
_NO_MATERIAL = "未收到案例材料"
_UNREAD = "案例材料未能读出，请看原件"
_CUT = "（材料过长，只查了前面部分）"
_BROKEN_LINES = {"ocr": "（扫描件识别，字数为约数，个别字可能有误）", "pdf": "（PDF，字数为约数）"}
# Findings that tell the office which command to give, or speak of its own filing.
_OURS = "zhengji "

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Point:
    """A point of annex 1 with the passages located; where there are none, `note` says why."""

    criterion: Criterion
    passages: tuple[Passage, ...]
    note: str


@dataclass(frozen=True)
class Dossier:
    """A case as it is laid before a reviewer: all texts are fit to be shown outside the house."""

    key: CaseKey
    facts: Mapping[str, Any]
    findings: tuple[str, ...]
    lengths: tuple[str, ...]
    points: tuple[Point, ...]


def dossiers(assessment: Assessment, texts: Texts, cases: Iterable[CaseView]) -> list[Dossier]:
    """Return what is shown of these cases; `texts` are the sections of materials by the hash of their content."""
    by_case: dict[tuple[str | None, ...], list[Finding]] = {}
    for one in assessment.findings:
        if one.status == "open" and one.community and _OURS not in one.message:
            by_case.setdefault((one.province, one.city, one.community), []).append(one)
    campaign = assessment.picture.campaign
    return [
        _dossier(case, by_case.get((case.province, case.city, case.community), []), texts, campaign) for case in cases
    ]


def _dossier(case: CaseView, findings: list[Finding], texts: Texts, campaign: Campaign) -> Dossier:
    contacts = contacts_of(case)
    return Dossier(
        key=CaseKey.of(case, campaign.call.id),
        facts=_facts(case, contacts, campaign),
        findings=tuple(_findings(findings, contacts)),
        lengths=tuple(_lengths(case, campaign)),
        points=tuple(_points(case, contacts, texts, campaign)),
    )


def _facts(case: CaseView, contacts: Collection[str], campaign: Campaign) -> dict[str, Any]:
    """Return the facts by their names in exports; size and company are shown to tell cases apart, not to be judged."""
    names = ("province", "city", "community", "company", "delivered")
    told = {name: fact_of(getattr(case, name), contacts) for name in names}
    kind = campaign.type_labels.get(case.project_type or "", "")
    numbers = {name: getattr(case, name) for name in ("collection_rate", "floor_area_m2", "complete")}
    return {**told, "project_type": kind, **numbers}


def _findings(findings: list[Finding], contacts: Collection[str]) -> Iterable[str]:
    """Yield the open findings in short, those that must be put right first."""
    order = list(SEVERITIES)
    ranked = sorted(findings, key=lambda one: order.index(one.severity))
    lines = dict.fromkeys(f"{SEVERITIES[one.severity]}：{guarded(one.message, contacts)}" for one in ranked)
    yield from (clipped(line, _FINDING_CHARACTERS) for line in list(lines)[:_MOST_FINDINGS])
    if len(lines) > _MOST_FINDINGS:
        yield f"……另有 {len(lines) - _MOST_FINDINGS} 条"


def _lengths(case: CaseView, campaign: Campaign) -> Iterable[str]:
    """Yield how long each section of the material is, and how long it is asked to be."""
    file = case.material
    if file is None:
        yield _absence(case)
        return
    facts = {one["name"]: one for one in file.facts["section_facts"]}
    for section in campaign.section:
        if asked := _asked(section):
            yield f"{section.label} {_actual(facts.get(section.name))}/{asked}"
    if note := _BROKEN_LINES.get(file.facts.get("method", "")):
        yield note


def _actual(own: Mapping[str, Any] | None) -> str:
    if own is None:
        return "未找到"
    if own["blank"]:
        return "空白"
    return f"{own['characters']}{'（与他节合写）' if own['shared'] else ''}"


def _asked(section: Section) -> str:
    if section.at_most is not None:
        return f"≤{section.at_most}"
    return f"约{section.about}" if section.about is not None else ""


def _points(case: CaseView, contacts: Collection[str], texts: Texts, campaign: Campaign) -> Iterable[Point]:
    file = case.material
    own = texts.get(file.sha256 or "", {}) if file else {}
    labels = {section.name: section.label for section in campaign.section}
    shown = {labels.get(name, name): guarded(text, contacts) for name, text in own.items() if text.strip()}
    note = _note(case, file, own, shown)
    prose = Prose.of(shown)
    for criterion in campaign.screening.criterion:
        passages = located(prose, criterion)
        yield Point(criterion, passages, "" if passages else note)


def _note(case: CaseView, file: FileView | None, own: Mapping[str, str], shown: Mapping[str, str]) -> str:
    """Return what is said where no passage is located."""
    if file is None:
        return _absence(case)
    if not shown:
        return _UNREAD
    return NOTHING_FOUND + (_CUT if _is_cut(file, own) else "")


def _is_cut(file: FileView, own: Mapping[str, str]) -> bool:
    """Tell whether the kept texts end before the material does: a section has fewer signs than it has characters."""
    counted = (one for one in file.facts["section_facts"] if not one["blank"])
    return any(len(own.get(one["name"], "")) < one["characters"] for one in counted)


def _absence(case: CaseView) -> str:
    return _UNREAD if case.has_material else _NO_MATERIAL
