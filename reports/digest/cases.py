"""Which cases have come, which of them are whole, and which are to become so, by their provinces."""

from collections.abc import Iterable, Sequence

from reports.changes import counts
from reports.digest.parts import Chapter, Group, Number, named
from reports.finding import Assessment
from reports.picture import AssociationView, CaseView, Picture

_ARRIVED, _WHOLE, _PARTLY = "已到案例", "材料齐全的案例", "材料未齐的案例"


def arrived(picture: Picture) -> Chapter:
    """Return the cases of which anything came, whole or not; those that were withdrawn are not among them."""
    own = [case for case in picture.cases if counts(case)]
    whole = _by_province(_WHOLE, (case for case in own if case.complete), picture)
    partly = _by_province(_PARTLY, (case for case in own if not case.complete), picture)
    return Chapter(_ARRIVED, (whole, partly), "个")


def expected(assessment: Assessment) -> Chapter:
    """Return the cases that are to become whole: those that lists name, and without a list those that came."""
    views = assessment.picture.associations
    made = named("应报案例", ((view.province, [case.community for case in expected_of(view)]) for view in views))
    return Chapter("应报案例", (made,), "个")


def expected_of(view: AssociationView) -> Sequence[CaseView]:
    """Return the cases of an association that are to become whole."""
    listed = [case for case in view.standing if case.in_list]
    return listed or view.standing


def sums(come: Chapter, due: Chapter) -> tuple[Number, ...]:
    """Return how many cases are to come, have come and are whole."""
    return Number("案例应报", due), Number("，已到", come), Number("，材料齐全", come.groups[0])


def _by_province(title: str, cases: Iterable[CaseView], picture: Picture) -> Group:
    found: dict[str, list[str]] = {view.province: [] for view in picture.associations}
    for case in cases:
        found.setdefault(case.province, []).append(case.community)
    return named(title, found.items())
