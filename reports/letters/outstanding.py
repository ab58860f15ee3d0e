"""What is an association to be asked for? Every open finding that it can do something about, each once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.naming import folded
from reports.finding import Assessment, Finding
from reports.incoming import FileView
from reports.letters.asking import Asked, asked, together
from reports.picture import AssociationView, CaseView, Picture
from reports.wording import clipped, one_line

_NAME = 80
# What of the province itself comes before its cases, and what belongs to no case after them.
_FIRST, _LAST = -1, 1_000_000
_ORDER: Mapping[str, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Place:
    """Of what something is asked: the association's own list, a case, or files of no case."""

    order: int
    title: str
    short: str


@dataclass(frozen=True)
class Item:
    """One thing that an association is asked for; `ids` are the findings that it rests on.

    `kind` is `missing` for what has not come, `amend` for what came and does not do, `hint` for what would be good.
    """

    ids: tuple[str, ...]
    code: str
    kind: str
    place: Place
    text: str


_OWN = Place(_FIRST, "汇总清单及整体情况", "")
_FILES = Place(_LAST, "来信与附件", "")


def outstanding(assessment: Assessment, view: AssociationView) -> tuple[Item, ...]:
    """Return what an association is to be asked for now, in the order in which a letter says it.

    Nothing where it said that it will send nothing, and nothing of what is waived, withdrawn or there by now.
    """
    if view.nothing_to_send:
        return ()
    campaign = assessment.picture.campaign
    places = _Places(view)
    groups: dict[tuple[int, str, str], list[tuple[Finding, Asked, Place]]] = {}
    for finding in assessment.by_province.get(view.province, ()):
        words = asked(finding, campaign) if _stands(finding) else None
        if words is not None and words.sentence:
            place = places.of(finding)
            # Findings on several files of one case become one sentence, all others stay what they are.
            key = (place.order, finding.code, finding.key if not words.each else "")
            groups.setdefault(key, []).append((finding, words, place))
    items = [_item(found) for found in groups.values()]
    return tuple(sorted(items, key=lambda item: item.place.order))


def _item(found: Sequence[tuple[Finding, Asked, Place]]) -> Item:
    first, _, place = found[0]
    ids = tuple(dict.fromkeys(finding.id for finding, _, _ in found))
    return Item(ids, first.code, _kind(first), place, together(words for _, words, _ in found))


def _kind(finding: Finding) -> str:
    if finding.phase:
        return "missing"
    return "hint" if finding.severity == "info" else "amend"


def in_order(items: Iterable[Item], kind: str) -> list[Item]:
    """Return the items of a kind, in the order of their places."""
    return [item for item in items if item.kind == kind]


def _stands(finding: Finding) -> bool:
    """Tell whether a finding is still to be asked about: open, of no withdrawn case, and not sent again since."""
    if finding.status != "open" or finding.judgement is None:
        return False
    file, picture = finding.judgement.subject.view, finding.judgement.subject.picture
    if not isinstance(file, FileView):
        return True
    gone = file.id in picture.withdrawn_files or _names_withdrawn(file, picture)
    return not (file.superseded or gone or _came_again(file, picture))


def _names_withdrawn(file: FileView, picture: Picture) -> bool:
    """Tell whether a file that could not be opened bears the name of a withdrawn case, and of none that stands."""
    name = folded(file.name)
    cases = [case for case in picture.cases if case.province == file.province and folded(case.community) in name]
    return file.status != "ok" and bool(cases) and all(case.withdrawn for case in cases)


def _came_again(file: FileView, picture: Picture) -> bool:
    """Tell whether a file that could not be opened came later under the same name, and opened."""
    return file.status != "ok" and any(
        other.name == file.name and other.status == "ok" and other.arrival > file.arrival
        for other in picture.files
        if other.province == file.province
    )


class _Places:
    """Of what findings are, in the order of the province's cases."""

    def __init__(self, view: AssociationView) -> None:
        self._order = {case.id: at for at, case in enumerate(in_list_order(view.cases))}
        self._standing = {case.id: (at, case) for at, case in enumerate(view.standing)}

    def of(self, finding: Finding) -> Place:
        """Return of what a finding is."""
        judged = finding.judgement
        subject = judged.subject.view if judged else None
        if isinstance(subject, CaseView):
            return self._of_case(subject)
        if isinstance(subject, FileView):
            own = [self._standing[number] for number in subject.case_ids if number in self._standing]
            return self._of_case(min(own, key=lambda one: one[0])[1]) if own else _FILES
        return _FILES if finding.subject == "message" else _OWN

    def _of_case(self, case: CaseView) -> Place:
        return Place(self._order.get(case.id, _LAST - 1), called(case), clipped(one_line(case.community), _NAME))


def in_list_order(cases: Sequence[CaseView]) -> list[CaseView]:
    """Return cases as their list numbers them, those without a number after them."""
    return sorted(cases, key=lambda case: int(number) if _is_number(number := case.list_number or "") else _LAST)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4  # noqa: PLR2004 (a place in a list)


def called(case: CaseView) -> str:
    """Return a case as a letter names it: 杭州市春江花园（杭州春江物业服务有限公司）."""
    name = clipped(one_line(case.community), _NAME)
    company = f"（{clipped(one_line(case.company), _NAME)}）" if case.company else ""
    return f"{case.city or ''}{name}{company}"
