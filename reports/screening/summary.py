"""How do the reviews stand? Of each case who says what, where they differ, and whose copies have not come back.

Cases stand in the picture's order: nothing is ranked, and no score is made of what persons said.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.picture import CaseView, Picture
from reports.screening.key import material_mark, named_by
from reports.screening.words import SHOWN, VERDICTS, boxes_said, points_said
from store.decisions import ASSIGNED, SCREENED, Decided, standing_at

Value = Mapping[str, Any]


@dataclass(frozen=True)
class CaseReviews:
    """A case with its reviews, the oldest first, and who has yet to review it."""

    case: CaseView
    reviews: tuple[Value, ...]
    awaiting: tuple[str, ...]

    @property
    def verdicts(self) -> Counter[str]:
        """How many reviewers came to which verdict; those who came to none are not counted."""
        return Counter(one["verdict"] for one in self.reviews if one["verdict"])

    @property
    def agreement(self) -> str:
        """Whether those who came to a verdict agree; empty where fewer than two did."""
        if sum(self.verdicts.values()) < 2:  # noqa: PLR2004 (nobody to agree with)
            return ""
        return "一致" if len(self.verdicts) == 1 else "不一致"

    def by_reviewer(self, say: Callable[[Value], str], between: str = "；") -> str:
        """Return what is to be said of each review, with whose it is: 张三：采用；李四：待议."""
        said = ((one["reviewer"], say(one)) for one in self.reviews)
        return between.join(f"{reviewer}：{text}" for reviewer, text in said if text)

    @property
    def outdated(self) -> tuple[str, ...]:
        """Who reviewed a material that is no longer the one that counts."""
        now = material_mark(self.case)
        return tuple(one["reviewer"] for one in self.reviews if one["material"] is not None and one["material"] != now)


@dataclass(frozen=True)
class Reviewer:
    """A reviewer: how many cases were given, how many of these were reviewed, and when a copy last came."""

    name: str
    given: int
    done: int
    last: datetime | None

    @property
    def outstanding(self) -> int:
        """How many cases are yet to be reviewed."""
        return self.given - self.done


@dataclass(frozen=True)
class Standing:
    """All cases with their reviews, the reviewers, and reviews whose case is not there any more."""

    picture: Picture
    cases: tuple[CaseReviews, ...]
    reviewers: tuple[Reviewer, ...]
    idle: tuple[Value, ...]

    @property
    def unreviewed(self) -> tuple[CaseView, ...]:
        """The cases that nobody has reviewed."""
        return tuple(one.case for one in self.cases if not one.reviews)


def standing(picture: Picture, made: Iterable[Decided]) -> Standing:
    """Return how the reviews stood at the picture's moment."""
    rows = standing_at(made, picture.as_of)
    reviews = [row for row in rows if row.what == SCREENED]
    cases = screened_cases(picture)
    found = [(row, named_by(row.value, cases)) for row in reviews]
    own: dict[int, list[Decided]] = {}
    for row, named in found:
        if len(named) == 1:
            own.setdefault(named[0].id, []).append(row)
    given = _given([row for row in rows if row.what == ASSIGNED], cases)
    return Standing(
        picture,
        tuple(_case(case, [row.value for row in own.get(case.id, [])], given) for case in cases),
        tuple(_reviewers(given, own)),
        tuple(row.value for row, named in found if len(named) != 1),
    )


def screened_cases(picture: Picture) -> list[CaseView]:
    """Return the cases that are screened: neither withdrawn, nor only once named by an older list."""
    return [case for case in picture.cases if case.is_judged]


def _given(rows: Iterable[Decided], cases: Sequence[CaseView]) -> dict[str, set[int]]:
    """Return the ids of the cases that each reviewer was given, of those that are still there."""
    given: dict[str, set[int]] = {}
    for row in rows:
        ids = given.setdefault(row.value["reviewer"], set())
        for value in row.value["cases"]:
            ids.update(case.id for case in named_by(value, cases))
    return given


def _case(case: CaseView, reviews: Sequence[Value], given: Mapping[str, set[int]]) -> CaseReviews:
    done = {one["reviewer"] for one in reviews}
    return CaseReviews(
        case, tuple(reviews), tuple(name for name, ids in given.items() if case.id in ids and name not in done)
    )


def _reviewers(given: Mapping[str, set[int]], own: Mapping[int, Sequence[Decided]]) -> Iterable[Reviewer]:
    """Yield the reviewers: those who were given cases, then those whose copies came without that."""
    done: dict[str, set[int]] = {}
    last: dict[str, datetime] = {}
    for case_id, rows in own.items():
        for row in rows:
            name = row.value["reviewer"]
            done.setdefault(name, set()).add(case_id)
            last[name] = max(last.get(name, row.decided_at), row.decided_at)
    for name in dict.fromkeys((*given, *sorted(done))):
        ids, reviewed = given.get(name, set()), done.get(name, set())
        yield Reviewer(name, len(ids | reviewed), len(reviewed), last.get(name))


def row_of(one: CaseReviews, between: str = "；") -> dict[str, Any]:
    """Return a case as other programs read it; `between` stands between what several reviewers say."""
    case = one.case

    def said(say: Callable[[Value], str]) -> str | None:
        return one.by_reviewer(say, between) or None

    return {
        "province": case.province,
        "city": case.city,
        "community": case.community,
        "company": case.company,
        "project_type": case.project_type,
        "reviews": len(one.reviews),
        **{code: one.verdicts[code] for code in VERDICTS},
        "agreement": one.agreement or None,
        "verdicts": said(lambda value: VERDICTS.get(value["verdict"], "未下结论")),
        "vetoed": said(lambda value: "、".join(boxes_said(value, "yes"))),
        "to_check": said(lambda value: "、".join(boxes_said(value, "check"))),
        **{code: _count(one.reviews, code) for code in SHOWN},
        "points": said(points_said),
        "merit": said(lambda value: value["merit"]),
        "reason": said(lambda value: value["reason"]),
        "awaiting": "、".join(one.awaiting) or None,
        "outdated": "、".join(one.outdated) or None,
    }


def _count(reviews: Iterable[Value], code: str) -> int:
    """Return how often reviewers say so of points, over all reviewers."""
    return sum(own["shown"] == code for value in reviews for own in value["points"].values())
