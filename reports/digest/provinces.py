"""How the provinces stand: the matrix of tiles, what is outstanding in each, who is silent, and what came late."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.digest.parts import Chapter, Group, Item, Number, finding_item, group, told
from reports.digest.todo import is_about
from reports.elsewhere import beside_lacking
from reports.finding import Assessment, Finding
from reports.links import behind_links
from reports.picture import AssociationView, Picture
from reports.wording import PHASES, STATUSES, joined, month_and_day

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


# Where in the mail the provinces are seen.
HERE = "tiles"
_ORDER = ("complete", "partial", "none")
_NOTHING = "零报"
_TILE_WORDS = {"none": "未报", "partial": "部分", "complete": "齐全", "late": "迟报"}


def tiles(assessment: Assessment) -> tuple[Tile, ...]:
    """Return a tile for every provincial association."""
    return tuple(tile_of(view) for view in assessment.picture.associations)


def tile_of(view: AssociationView) -> Tile:
    """Return the tile of an association."""
    state = "late" if view.late else view.status
    word = _NOTHING if view.status == "none" and view.nothing_to_send else _TILE_WORDS[state]
    numbers = f"{view.complete_cases}/{view.cases_expected}" if view.messages else "–"
    return Tile(view.province, state, word, numbers)


def by_status(assessment: Assessment) -> Chapter:
    """Return all provinces by how they stand; every province is in one of the groups."""
    views = assessment.picture.associations
    groups = [
        group(word, (Item("", _noted(view)) for view in views if view.status == state), 0, unit="个")
        for state, word in sorted(STATUSES.items(), key=lambda one: _ORDER.index(one[0]))
    ]
    return Chapter("各省报送情况", tuple(groups), "个")


def _noted(view: AssociationView) -> str:
    """Return a province with what is to be known of it beside its state."""
    cases = f"：案例齐全 {view.complete_cases}／应报 {view.cases_expected}" if view.messages else ""
    nothing = f"（零报送，{view.nothing_to_send}）" if view.status == "none" and view.nothing_to_send else ""
    return f"{view.province}{nothing}{cases}{'，迟报' if view.late else ''}"


def late_provinces(assessment: Assessment) -> Chapter:
    """Return the provinces whose first mail came after their deadline."""
    late = (Item("", view.province) for view in assessment.picture.associations if view.late)
    return Chapter("迟报的省", (group("迟报的省", late, 0, unit="个"),), "个")


def sums(assessment: Assessment, chapter: Chapter, late: Chapter) -> tuple[Number, ...]:
    """Return how many provinces are in which state: 31 is the sum of what follows it."""
    views = assessment.picture.associations
    nothing = sum(bool(view.nothing_to_send) and view.status == "none" for view in views)
    numbers = [Number("共", chapter, unit="个", here=HERE)]
    for number, one in enumerate(chapter.groups):
        noted = f"（其中零报送 {nothing}）" if nothing and one.title == STATUSES["none"] else ""
        numbers.append(Number(f"{'，' if number else '：'}{one.title}", one, noted, here=HERE))
    return (*numbers, *([Number("；其中迟报", late, here=HERE)] if late.count else []))


def silent(assessment: Assessment) -> tuple[str, ...]:
    """Return the provinces that have sent nothing, but those that said they will not."""
    views = assessment.picture.associations
    return tuple(view.province for view in views if view.status == "none" and not view.nothing_to_send)


def silent_names(assessment: Assessment) -> tuple[str, ...]:
    """Return the same as they are shown: beside who got a later deadline that still runs, until when."""
    picture, names = assessment.picture, set(silent(assessment))
    own = [view for view in picture.associations if view.province in names]
    return tuple(f"{view.province}{_until(view, picture)}" for view in own)


def _until(view: AssociationView, picture: Picture) -> str:
    if not picture.closed or picture.as_of > view.deadline:
        return ""
    return f"（已批准延期至{month_and_day(view.deadline.astimezone(picture.campaign.call.zone).date())}）"


def outstanding(assessment: Assessment) -> Group:
    """Return what is still to come, a line a province in the picture's order; silent provinces are not here.

    The mail names the first communities of each, the whole page all of them.
    """
    phase = PHASES["missing" if assessment.picture.closed else "outstanding"]
    tone = "error" if assessment.picture.closed else "plain"
    whole = group(f"{phase}项目", _outstanding(assessment, None), 0, tone)
    return told(whole, _outstanding(assessment, _COMMUNITIES), len(whole.every))


def _outstanding(assessment: Assessment, communities: int | None) -> Iterable[Item]:
    quiet = set(silent(assessment))
    by_province: dict[str, list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.phase and finding.status == "open" and finding.province and finding.province not in quiet:
            by_province[finding.province].append(finding)
    order = [view.province for view in assessment.picture.associations]
    for province in (*order, *(other for other in by_province if other not in order)):
        if found := by_province.get(province, ()):
            hidden = behind_links(assessment.picture, province) + beside_lacking(assessment.picture, province)
            text = _lacking(found, communities) + hidden
            yield Item(f"{province}（{len(found)} 项）", text, count=len(found))


def _lacking(findings: Iterable[Finding], communities: int | None) -> str:
    own, cases = lacking(findings)
    rest = len(cases) - len(cases[:communities])
    parts = [*own, *cases[:communities], *([f"另有 {rest} 个小区"] if rest else [])]
    return "；".join(parts)


def lacking(findings: Iterable[Finding]) -> tuple[list[str], list[str]]:
    """Return what a province lacks by the findings that say so: its own items, and a line a case."""
    own, cases = lacking_in(findings)
    told = [f"{community}：{joined(word for _, word in found)}" for (_, community), found in cases.items()]
    return [word for _, word in own], told


# A finding by which something is absent, and what that is called.
Lacking = tuple[Finding, str]


def lacking_in(findings: Iterable[Finding]) -> tuple[list[Lacking], dict[tuple[str | None, str], list[Lacking]]]:
    """Return the same with the findings, of the submission itself, and case by case (city, community)."""
    own: list[Lacking] = []
    by_case: dict[tuple[str | None, str], list[Lacking]] = defaultdict(list)
    for finding in findings:
        told = finding, _ABSENT.get(finding.code, finding.message)
        if finding.community:
            by_case[finding.city, finding.community].append(told)
        else:
            own.append(told)
    return own, by_case


def late_items(assessment: Assessment) -> Group:
    """Return what came after the deadline."""
    found = [finding for finding in assessment.findings if is_about(finding, "late") and finding.status == "open"]
    return group("迟报", (finding_item(finding) for finding in found), _LISTED, "error")
