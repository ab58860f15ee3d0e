"""How the provinces stand: the matrix of tiles, what is outstanding in each, who is silent, and what came late."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.digest.parts import Group, finding_item, group
from reports.digest.todo import is_about
from reports.finding import Assessment, Finding
from reports.links import behind_links
from reports.picture import AssociationView
from reports.wording import STATUSES, joined

_LISTED = 10
_COMMUNITIES = 6
# What is absent, in a word; a code that is not here is said by its whole sentence.
_ABSENT: Mapping[str, str] = {
    "list.word_missing": "可编辑的汇总清单",
    "list.scan_missing": "汇总清单盖章扫描件",
    "form.missing": "推荐表",
    "material.missing": "案例材料",
    "photo.too_few": "照片",
}


@dataclass(frozen=True)
class Tile:
    """A province in the matrix: its state (none, partial, complete, late) and the word and numbers that say it."""

    province: str
    state: str
    word: str
    numbers: str


@dataclass(frozen=True)
class Outstanding:
    """What one province's submission still lacks: how many items, and in words."""

    province: str
    count: int
    text: str


_NOTHING = "零报"
_TILE_WORDS = {"none": "未报", "partial": "部分", "complete": "齐全", "late": "迟报"}


def tiles(assessment: Assessment) -> tuple[Tile, ...]:
    """Return a tile for every provincial association."""
    return tuple(_tile(view) for view in assessment.picture.associations)


def _tile(view: AssociationView) -> Tile:
    state = "late" if view.late else view.status
    word = _NOTHING if view.status == "none" and view.nothing_to_send else _TILE_WORDS[state]
    numbers = f"{view.complete_cases}/{view.cases_expected}" if view.messages else "–"
    return Tile(view.province, state, word, numbers)


def sums(assessment: Assessment) -> str:
    """Return how many provinces are in which state, and how many cases are complete."""
    views = assessment.picture.associations
    states = [view.status for view in views]
    late = sum(view.late for view in views)
    parts = [f"{STATUSES[state]} {states.count(state)}" for state in ("complete", "partial", "none")]
    cases = f"案例齐全 {sum(view.complete_cases for view in views)}／应报 {sum(view.cases_expected for view in views)}"
    nothing = sum(bool(view.nothing_to_send) and view.status == "none" for view in views)
    noted = f"（其中零报送 {nothing}）" if nothing else ""
    return f"共 {len(views)} 个：{'，'.join(parts)}{noted}{f'；迟报 {late}' if late else ''}；{cases}"


def silent(assessment: Assessment) -> tuple[str, ...]:
    """Return the provinces that have sent nothing, but those that said they will not."""
    views = assessment.picture.associations
    return tuple(view.province for view in views if view.status == "none" and not view.nothing_to_send)


def outstanding(assessment: Assessment) -> tuple[Outstanding, ...]:
    """Return what is still to come, province by province in the picture's order; silent provinces are not here."""
    quiet = set(silent(assessment))
    by_province: dict[str, list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.phase and finding.status == "open" and finding.province and finding.province not in quiet:
            by_province[finding.province].append(finding)
    order = [view.province for view in assessment.picture.associations]
    known = [*order, *(province for province in by_province if province not in order)]
    return tuple(
        Outstanding(
            province,
            len(by_province[province]),
            _lacking(by_province[province]) + behind_links(assessment.picture, province),
        )
        for province in known
        if by_province[province]
    )


def _lacking(findings: Iterable[Finding]) -> str:
    """Return what a province lacks: its own items first, then case by case."""
    own: list[str] = []
    by_case: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for finding in findings:
        word = _ABSENT.get(finding.code, finding.message)
        if finding.community:
            by_case[finding.city, finding.community].append(word)
        else:
            own.append(word)
    cases = [f"{community}：{joined(words)}" for (_, community), words in by_case.items()]
    rest = len(cases) - _COMMUNITIES
    parts = [*own, *cases[:_COMMUNITIES], *([f"另有 {rest} 个小区，见台账"] if rest > 0 else [])]
    return "；".join(parts)


def late_items(assessment: Assessment) -> Group:
    """Return what came after the deadline."""
    found = [finding for finding in assessment.findings if is_about(finding, "late") and finding.status == "open"]
    return group("迟报", (finding_item(finding) for finding in found), _LISTED, "error")
