"""Which of the items that the notice asks for were there by the deadline, which came later, which are missing.

An item is judged by two pictures: the province as it stood at its deadline, and as it is now.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.facts.case_facts import FORM_KINDS
from reports.facts.submission_facts import nameless_rows
from reports.incoming import FileView
from reports.picture import AssociationView, CaseView, Picture
from reports.subjects import FACTS, Subject
from reports.tracker.came import Arrivals, Came

THERE, LATE, MISSING = "there", "late", "missing"
LIST, SCAN, LISTED, ROWS = "汇总清单", "汇总清单盖章扫描件", "列入汇总清单", "清单所列案例"
FORM, MATERIAL, PHOTOS = "推荐表", "案例材料", "照片"


@dataclass(frozen=True)
class Item:
    """应报项目: what it is, whether it was there in time, came late or is missing, and the evidence.

    `note` says of what is missing what there is instead; `came` is when it came, None where nothing of it did.
    """

    what: str
    state: str
    note: str = ""
    came: Came | None = None


@dataclass(frozen=True)
class Sides:
    """A province now and as it stood at its deadline, and how its contents came."""

    now: Picture
    then: Picture
    deadline: datetime
    arrivals: Arrivals

    @property
    def view(self) -> AssociationView:
        """The association now."""
        return self.now.associations[0]

    @property
    def view_then(self) -> AssociationView:
        """The association as it stood at its deadline."""
        return self.then.associations[0]

    def item(self, what: str, then: Sequence[FileView], now: Sequence[FileView], note: Callable[[], str]) -> Item:
        """Return an item that a file is: `then` and `now` are the files that are it, also those replaced since."""
        if then:
            return Item(what, THERE, came=self._first(then))
        if now:
            return Item(what, LATE, came=self._first(now))
        return Item(what, MISSING, note())

    def _first(self, files: Iterable[FileView]) -> Came | None:
        return self.came(min(files, key=lambda file: file.first_taken))

    def came(self, file: FileView) -> Came | None:
        """Return when a file's content first came."""
        return self.arrivals.came(file, self.deadline)

    def fact(self, on: str, name: str, view: object) -> tuple[Any, str]:
        """Return a fact that rules judge with its evidence, of the province as it is now."""
        subject = Subject(view, self.now, self.view)
        fact = FACTS[on][name]
        return fact.of(subject), fact.evidence(subject)


def own_items(sides: Sides) -> tuple[Item, ...]:
    """Return the items of a submission itself: the editable list, its scan, and that the list names its cases."""
    now, then = sides.view, sides.view_then
    items = [
        sides.item(LIST, then.lists and then.all_lists, now.lists and now.all_lists, _absent(sides, "editable_lists")),
        sides.item(SCAN, then.list_scans, now.list_scans, _absent(sides, "list_scans")),
    ]
    if then.lists and (fault := _list_fault(then)):
        cured = not _list_fault(now)
        newest = sides.came(now.lists[-1]) if cured and now.lists else None
        items.append(Item(ROWS, LATE if cured else MISSING, fault, newest))
    return tuple(items)


def _absent(sides: Sides, fact: str) -> Callable[[], str]:
    """Return what says of a missing item of a submission what came instead, and where it may be hidden."""

    def note() -> str:
        locked, _ = sides.fact("association", "locked", sides.view)
        return f"{sides.fact('association', fact, sides.view)[1]}{locked}"

    return note


def _list_fault(view: AssociationView) -> str:
    """Return why a list that is there proves no submission complete; empty where it may."""
    if nameless := nameless_rows(view):
        return f"清单{'、'.join(nameless)}没有小区名称"
    return "" if view.cases_listed else "清单中读不出任何案例"


def case_items(sides: Sides, case: CaseView, then: CaseView | None, now: CaseView | None) -> tuple[Item, ...]:
    """Return the items of a case, which is None where it was not there then, or is no more; `case` is the newer one."""
    rows = _row_files(then) if then and then.in_list else (), _row_files(now) if now and now.in_list else ()
    return (
        sides.item(LISTED, *rows, lambda: "汇总清单没有列出"),
        sides.item(FORM, _forms(then), _forms(now), _absent_of(sides, "forms", case)),
        sides.item(MATERIAL, _materials(then), _materials(now), _absent_of(sides, "materials", case)),
        _photos(sides, case, then, now),
    )


def _row_files(case: CaseView) -> tuple[FileView, ...]:
    return tuple(row.file for row in case.all_rows or case.rows)


def _forms(case: CaseView | None) -> tuple[FileView, ...]:
    return tuple(file for file in case.files if file.kind in FORM_KINDS) if case and case.forms else ()


def _materials(case: CaseView | None) -> tuple[FileView, ...]:
    return tuple(file for file in case.files if file.kind == "case_material") if case and case.materials else ()


def _absent_of(sides: Sides, fact: str, case: CaseView) -> Callable[[], str]:
    """Return what says of a missing item of a case what came of it, and where it may be hidden."""

    def note() -> str:
        hidden = [sides.fact("case", name, case)[0] for name in ("locked", "unread_forms") if name in _HIDDEN[fact]]
        return f"{sides.fact('case', fact, case)[1]}{''.join(hidden)}"

    return note


# Where an item may be that is missing: in what cannot be opened, or in a form that nobody could read or place.
_HIDDEN = {"forms": ("locked", "unread_forms"), "materials": ("locked",), "photos": ("locked",)}


def _photos(sides: Sides, case: CaseView, then: CaseView | None, now: CaseView | None) -> Item:
    """Return how a case stands with its photos: the item is there once enough of them count."""
    wanted = sides.now.campaign.call.photos_min
    for state, one in ((THERE, then), (LATE, now)):
        if one and one.photos >= wanted:
            last = sorted(one.counted_photos, key=lambda file: file.first_taken)[wanted - 1]
            return Item(PHOTOS, state, came=sides.came(last))
    note = f"合格照片 {case.photos} 张，至少 {wanted} 张；{_absent_of(sides, 'photos', case)()}"
    return Item(PHOTOS, MISSING, note.rstrip("；"))
