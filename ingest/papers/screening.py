"""Hands out screening workbooks, one a reviewer, and takes filled copies back in as decisions, shown before kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.decisions.returned import sheets_of
from ingest.decisions.settling import DecisionError, place_named
from ingest.desk import Desk
from reports.finding import Assessment
from reports.making.writing import write_beside
from reports.picture import CaseView, Picture
from reports.screening.assignment import assigned
from reports.screening.dossier import Dossier, dossiers
from reports.screening.filled import Copy, NotACopyError, Review, understood
from reports.screening.key import CaseKey, named_by
from reports.screening.summary import Standing, screened_cases, standing
from reports.screening.words import review_said
from reports.screening.workbook import file_name, reviewer_workbook
from reports.wording import clock, one_line
from store import decisions, documents
from store.decisions import ASSIGNED, SCREENED, Decided, Ground, Person

_LONGEST_NAME, _LONGEST_SUBJECT = 20, 400
# So many names, and things not understood, are listed one by one.
_MOST_NAMES, _MOST_TROUBLES = 20, 100
# What a file's name may not hold on one system or another.
_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|.~]|^(?:con|prn|aux|nul|com\d|lpt\d)$', re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """What is to be handed out: to whom, of which provinces, how many reviewers see a case (None: all), by what draw.

    A workbook that is there already is only replaced where `overwrite`: it may be filled in.
    """

    reviewers: Sequence[str]
    provinces: Sequence[str] = ()
    each: int | None = None
    seed: str = ""
    overwrite: bool = False


@dataclass(frozen=True)
class Handed:
    """A workbook that was made: where it lies, whose it is, how many cases are in it."""

    path: Path
    reviewer: str
    cases: int


def hand_out(desk: Desk, order: Order, folder: Path, as_of: datetime, person: Person) -> list[Handed]:
    """Write a workbook for each reviewer, and remember who was given what; DecisionError where that cannot be done."""
    campaign = desk.campaign
    if not campaign.screening.criterion:
        raise DecisionError("这次征集的活动文件里没有选树参考标准（[[screening.criterion]]），不能做筛选表")
    reviewers = _reviewers(order.reviewers)
    assessment = desk.keeper.assessment(as_of)
    cases = _wanted(desk, assessment.picture, order.provinces)
    drawn = assigned(cases, reviewers, order.each, order.seed or campaign.call.id)
    laid = _dossiers(desk, assessment, cases)
    books = {
        name: (
            folder / file_name(name, as_of, campaign),
            reviewer_workbook([laid[one.id] for one in own], name, campaign, as_of),
        )
        for name, own in drawn.items()
    }
    _spare_filled(dict(books.values()), overwrite=order.overwrite)
    for name, (path, data) in books.items():
        write_beside(path, data)
        _remember(desk, name, drawn[name], order, person)
    return [Handed(path, name, len(drawn[name])) for name, (path, _) in books.items()]


def _dossiers(desk: Desk, assessment: Assessment, cases: Sequence[CaseView]) -> dict[int, Dossier]:
    """Return what is shown of each case, by its id."""
    hashes = [case.material.sha256 for case in cases if case.material and case.material.sha256]
    made = dossiers(assessment, documents.texts(desk.store, hashes), cases)
    return {case.id: one for case, one in zip(cases, made, strict=True)}


def _reviewers(names: Sequence[str]) -> list[str]:
    """Return the reviewers' names, in which no file name and no other reviewer is hidden."""
    known: dict[str, str] = {}
    for text in names:
        name = " ".join(text.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or _NO_FILE_NAME.search(name):
            raise DecisionError(
                f"评阅人“{one_line(text)[:_LONGEST_NAME]}”不能用作文件名，请写不超过 {_LONGEST_NAME} 字的姓名"
            )
        if name.casefold() in known:
            raise DecisionError(f"评阅人“{name}”写了两次；同名的请加以区别，如“{name}（江苏）”")
        known[name.casefold()] = name
    return list(known.values())


def _wanted(desk: Desk, picture: Picture, provinces: Sequence[str]) -> list[CaseView]:
    places = {place_named(desk, {"province": one})["province"] for one in provinces}
    cases = [case for case in screened_cases(picture) if not places or case.province in places]
    if not cases:
        raise DecisionError(f"{'、'.join(sorted(places)) or '到这一刻为止'}还没有案例，没有做筛选表")
    return cases


def _spare_filled(made: Mapping[Path, bytes], *, overwrite: bool) -> None:
    """Stop before a workbook is replaced that says something else: a reviewer may have filled it in."""
    there = [path for path, data in made.items() if path.exists() and path.read_bytes() != data]
    if there and not overwrite:
        names = "、".join(path.name for path in there)
        raise DecisionError(f"已经有 {names}，也许已填过，没有覆盖；确要重做请加 --overwrite，或用 -o 换个文件夹")


def _remember(desk: Desk, reviewer: str, cases: Sequence[CaseView], order: Order, person: Person) -> None:
    """Keep who was given which cases; what the same reviewer was given before of the same provinces goes with it."""
    only = "、".join(order.provinces)
    keys = [CaseKey.of(case, desk.campaign.call.id) for case in cases]
    value = {
        "reviewer": reviewer,
        "province_only": only,
        "seed": order.seed,
        "cases": [
            {"province": one.province, "city": one.city, "community": one.community, "company": one.company}
            for one in keys
        ],
    }
    _decide(desk, ASSIGNED, f"reviewer:{reviewer}{f'@{only}' if only else ''}"[:_LONGEST_SUBJECT], value, person)


def _decide(desk: Desk, what: str, subject: str, value: dict[str, Any], person: Person) -> decisions.Kept:
    """Keep a decision; whoever runs the command has seen what it replaces."""
    now = decisions.current(decisions.every(desk.store))
    seen = next((row.id for row in now if (row.what, row.subject) == (what, subject)), None)
    return decisions.decide(desk.store, what, subject, value, person, Ground(seen))


# ---------------------------------------------------------------- copies that come back


@dataclass(frozen=True)
class Change:
    """A review of a copy, what stands of the same reviewer and case so far, and when the very same stood before."""

    review: Review
    before: Decided | None
    earlier: Decided | None = None

    @property
    def is_same(self) -> bool:
        """Whether the same was taken in before."""
        return self.before is not None and self.before.value == self.review.value

    @property
    def is_stale(self) -> bool:
        """Whether the very same was taken in before, and has been undone or replaced since."""
        return self.earlier is not None and not self.is_same


@dataclass(frozen=True)
class Plan:
    """What a copy would change: reviews to be taken, those that are blank, and what was not understood."""

    path: Path
    changes: tuple[Change, ...]
    blank: tuple[Change, ...]
    # What was not understood as a whole, where the same reviewer's earlier word stands.
    held: tuple[Change, ...]
    troubles: tuple[str, ...]
    # Whether what was undone or replaced since is to be taken once more.
    again: bool = False

    @property
    def news(self) -> tuple[Change, ...]:
        """What is to be kept: all but what was taken in before."""
        return tuple(one for one in self.changes if not one.is_same and (self.again or not one.is_stale))

    @property
    def stale(self) -> tuple[Change, ...]:
        """What an old copy says over again, and is not taken."""
        return tuple(one for one in self.changes if one.is_stale and not self.again)


def plan(desk: Desk, path: Path, now: datetime, *, again: bool = False) -> Plan:
    """Return what a copy would change; DecisionError where it cannot be read, or is none of ours.

    An old copy that comes once more does not bring back what was undone or replaced since, but where `again`.
    """
    cases = screened_cases(desk.keeper.assessment(now).picture)
    copy = _copy(desk, path, cases)
    every = decisions.every(desk.store)
    ever = [row for row in every if row.what == SCREENED]
    made = [row for row in decisions.current(every) if row.what == SCREENED]
    changes = [Change(one, _standing(made, one, cases), _same_before(ever, one)) for one in copy.reviews]
    held = [one for one in changes if one.review.unclear and one.before]
    clear = [one for one in changes if one not in held]
    return Plan(
        path,
        tuple(one for one in clear if not one.review.is_blank),
        tuple(one for one in clear if one.review.is_blank and not one.review.unclear),
        tuple(held),
        copy.troubles,
        again,
    )


def _copy(desk: Desk, path: Path, cases: Sequence[CaseView]) -> Copy:
    try:
        return understood(sheets_of(desk, path, "筛选表").values(), desk.campaign, cases)
    except NotACopyError as error:
        raise DecisionError(f"{path.name} {error}") from None


def _standing(made: Sequence[Decided], review: Review, cases: Sequence[CaseView]) -> Decided | None:
    own = (row for row in made if row.value["reviewer"] == review.reviewer)
    return next((row for row in own if [one.id for one in named_by(row.value, cases)] == [review.case.id]), None)


def _same_before(ever: Sequence[Decided], review: Review) -> Decided | None:
    """Return the last decision, standing or not, that says the very same of the same case."""
    return next((row for row in reversed(ever) if row.value == review.value), None)


def told(one: Plan, desk: Desk) -> Iterator[str]:
    """Yield what a copy would change, case by case, and what must be looked at; fit for a terminal."""
    for line in _told(one, desk):
        text = line.lstrip(" ")
        yield " " * (len(line) - len(text)) + one_line(text)


def _told(one: Plan, desk: Desk) -> Iterator[str]:
    zone = desk.campaign.call.zone
    new, same = len(one.news), sum(change.is_same for change in one.changes)
    yield f"{one.path.name}：要收 {new} 个案例的意见" + (f"；另有 {same} 个与已收的相同" if same else "")
    for change in one.news:
        review, before = change.review, change.before
        yield f"  {review.case.name}（{review.reviewer}）　{review_said(review.value)}"
        if before:
            yield f"      取代编号 {before.id}（{clock(before.decided_at, zone)}）：{review_said(before.value)}"
        if review.is_outdated:
            yield "      请注意：制表之后案例材料有了新版，评阅的是旧版"
    for change in one.stale:
        if change.earlier:
            known = f"同样的意见先前收过（编号 {change.earlier.id}）"
            fate = "已被撤销" if change.earlier.undone_at else "已被后来的意见取代"
            yield f"  {change.review.case.name}：{known}，{fate}，没有再收；要收请加 --again"
    yield from _blank_lines(one)
    yield from (f"  没有读懂：{line}" for line in one.troubles[:_MOST_TROUBLES])
    if len(one.troubles) > _MOST_TROUBLES:
        yield f"  没有读懂的还有 {len(one.troubles) - _MOST_TROUBLES} 处"
    for change in one.held:
        yield f"  {change.review.case.name}：没有全部读懂，先前收的{change.review.reviewer}的意见不动"


def _blank_lines(one: Plan) -> Iterator[str]:
    if one.blank:
        names = "、".join(str(change.review.case.name) for change in one.blank[:_MOST_NAMES])
        yield f"  没有填的 {len(one.blank)} 个：{names}{' 等' if len(one.blank) > _MOST_NAMES else ''}"
    for change in one.blank:
        if change.before:
            kept = f"先前收过意见（编号 {change.before.id}），仍然保留"
            yield f"      {change.review.case.name} {kept}；不要了请用 zhengji undo {change.before.id}"


def take_back(desk: Desk, one: Plan, person: Person) -> int:
    """Keep the reviews of a copy as decisions; return how many are new."""
    kept = 0
    for change in one.news:
        review = change.review
        subject = change.before.subject if change.before else _subject(review)
        ground = Ground(change.before.id if change.before else None)
        kept += decisions.decide(desk.store, SCREENED, subject, review.value, person, ground).new
    return kept


def _subject(review: Review) -> str:
    """Return what a review is kept under; of cases of one name the company tells which."""
    return f"screened:{review.reviewer}:{review.case.name}@{review.case.company or ''}"[:_LONGEST_SUBJECT]


def reviewed(desk: Desk, as_of: datetime) -> Standing:
    """Return how the reviews stood at a moment."""
    return standing(desk.keeper.assessment(as_of).picture, decisions.every(desk.store))
