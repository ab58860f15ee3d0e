"""Which cases do the reviewers adopt? Those of which nobody says otherwise; where they differ, a person decides.

No majority is counted: who wants a disputed case names it in a list of their own, beside the adopted ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.screening.summary import CaseReviews, Standing
from reports.screening.words import VERDICTS, boxes_said

_ADOPT = "adopt"


@dataclass(frozen=True)
class Adopted:
    """The ids of the cases that are adopted, and of each where something is to be known a line that says what."""

    ids: frozenset[int]
    disputed: tuple[str, ...]
    remarks: tuple[str, ...]


def adopted(standing: Standing) -> Adopted:
    """Return which cases were adopted by a moment: 采用 by at least one reviewer, and by all who came to a verdict.

    A veto item that anybody ticked 是 or 待核 keeps a case out until a person has looked at it.
    """
    wanted = [one for one in standing.cases if one.verdicts[_ADOPT]]
    doubts = {one.case.id: "；".join(_doubts(one)) for one in wanted}
    agreed = [one for one in wanted if not doubts[one.case.id]]
    return Adopted(
        frozenset(one.case.id for one in agreed),
        tuple(f"{one.case.name}：{doubts[one.case.id]}" for one in wanted if doubts[one.case.id]),
        tuple(f"{one.case.name}：{'；'.join(told)}" for one in agreed if (told := list(_remarks(one)))),
    )


def _doubts(one: CaseReviews) -> Iterator[str]:
    """Yield why a case that somebody would adopt is not adopted."""
    if len(one.verdicts) > 1:
        yield f"意见不一致（{one.by_reviewer(lambda value: VERDICTS.get(value['verdict'], ''))}）"
    if boxes := one.by_reviewer(lambda value: "、".join(boxes_said(value, "yes", "check"))):
        yield f"一票否决项待定（{boxes}）"


def _remarks(one: CaseReviews) -> Iterator[str]:
    """Yield what is to be known of a case that is adopted all the same."""
    if one.awaiting:
        yield f"{'、'.join(one.awaiting)} 还没有评阅"
    if one.outdated:
        yield f"{'、'.join(one.outdated)} 评阅之后材料有新版"
