"""A case: its fields beside their sources, what was found, its files and versions, and what persons decided of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from config.case_name import CaseName
from config.naming import company_key
from reports.console.asked import Asked, missing
from reports.console.board import Seen, file_key
from reports.console.cases.fields import COLUMNS, LONGEST, fields_shown
from reports.console.cases.files import GROUPS, Item, group_of, item, ordered
from reports.console.cases.made import names_of
from reports.console.cases.named import fields_named
from reports.console.cases.part import Part
from reports.console.leads import lead
from reports.console.route import Route
from reports.finding import Finding
from reports.history import case_history
from reports.incoming import FileView
from reports.letters.outstanding import in_list_order
from reports.picture import CaseView
from reports.telling import CALLED, described
from store.decisions import Decided

_SEVERITIES = ("error", "warning", "info")
# So many versions of an item, and so many decisions, are shown; the newest are those that matter.
_MOST = 30
# So many findings stand on the page.
_NAMED = 60
_GONE = "没有这个案例：可能已并入别的案例，或者没有材料再指向它"


@dataclass(frozen=True)
class Told:
    """A decision as the page tells it; `stands` where it can be undone."""

    row: Decided
    called: str
    said: str
    stands: bool


@dataclass(frozen=True)
class Arrival:
    """One arrival of a version: its file, and the subject of the mail that brought it."""

    file: FileView
    key: str
    subject: str


@dataclass(frozen=True)
class Step:
    """A version of an item as the page tells it, with its number among all of them."""

    number: int
    arrivals: Sequence[Arrival]
    current: bool
    changes: Sequence[str]


def case_of(asked: Asked) -> tuple[CaseView, Part]:
    """Return the case of an address, and its province by itself; the page that says so where there is none."""
    case = asked.seen.cases.get(asked.path["key"])
    if case is None:
        raise missing(_GONE)
    return case, asked.seen.parts[case.province]


def address_of(asked: Asked, case: CaseView) -> str:
    """Return the address of a case's page."""
    return lead(case, asked.seen)


def case_page(asked: Asked) -> Response:
    """Return the page of a case."""
    case, part = case_of(asked)
    files = ordered(case)
    page, pages, shown = asked.paged(len(files))
    items = [item(one, part, asked.console.campaign, case) for one in files[shown]]
    made, found = asked.console.made.about(case.name), _findings(case, part)
    return asked.show(
        "case.html",
        case=case,
        name=str(CaseName(case.province, case.city, case.community)),
        here=address_of(asked, case),
        fields=fields_shown(case, part.picture.rulings, asked.console.campaign),
        columns=COLUMNS,
        longest=LONGEST,
        findings=found,
        named={one.id: fields_named(one, asked.console.campaign) for one in found[:_NAMED]},
        **_beside(asked, case),
        groups=_groups(items),
        page=page,
        pages=pages,
        total=len(files),
        versions=_versions(asked, case, part, made),
        decisions=_told(asked, case, made),
        withdrawal=part.picture.rulings.withdrawal_of(case.name),
        companies=_companies(case),
    )


def places_of(seen: Seen, province: str) -> tuple[list[CaseView], dict[int, int]]:
    """Return the cases of a province as its page lists them, and the place of each among them by its id."""
    cases = in_list_order(seen.pictures[province].cases)
    return cases, {case.id: place for place, case in enumerate(cases)}


def _beside(asked: Asked, case: CaseView) -> dict[str, Any]:
    """Return where a case stands in its province, and which are before and after it with their addresses."""
    cases, places = asked.seen.once(places_of, case.province)
    place = places[case.id]
    before, after = cases[max(0, place - 1) : place], cases[place + 1 : place + 2]
    told = {"before": before, "after": after}
    found = {word: (address_of(asked, one[0]), one[0]) if one else None for word, one in told.items()}
    return {**found, "place": place + 1, "of": len(cases)}


def _findings(case: CaseView, part: Part) -> list[Finding]:
    """Return what was found on a case and its files, the open and the grave first."""
    found = part.on_case(case)
    for file in case.files:
        found += part.on_file(file)
    return sorted(found, key=lambda one: (one.status != "open", _SEVERITIES.index(one.severity)))


def _groups(items: Sequence[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {label: [] for label in GROUPS.values()}
    for one in items:
        found[GROUPS[group_of(one.file)]].append(one)
    return {label: own for label, own in found.items() if own}


def _versions(
    asked: Asked, case: CaseView, part: Part, made: Sequence[Decided]
) -> dict[str, tuple[int, int, list[Step]]]:
    """Return for each item how many versions there are, how many of them were replaced, and the newest."""
    history = case_history(part.picture, case, made, part.copies)
    told = {}
    for label, versions in history.items.items():
        replaced = sum(not one.current for one in versions)
        steps = [
            Step(number, [_arrival(asked, file) for file in one.arrivals[:_MOST]], one.current, one.changes)
            for number, one in list(enumerate(versions, start=1))[-_MOST:]
        ]
        told[label] = (len(versions), replaced, steps[::-1])
    return told


def _arrival(asked: Asked, file: FileView) -> Arrival:
    message = asked.seen.messages.get(file.message_pk)
    return Arrival(file, file_key(file), message.subject if message else "")


def _told(asked: Asked, case: CaseView, made: Sequence[Decided]) -> list[Told]:
    """Return what persons decided of a case, the newest first."""
    about = [row for row in made if any(name.means(case.name) for name in names_of(row))]
    return [Told(row, CALLED[row.what], described(row), asked.console.made.stands(row.id)) for row in about[::-1]]


def _companies(case: CaseView) -> list[str]:
    """Return the companies that lists and forms name for a case, where they are several."""
    cells = [row.cells["company"].value for row in case.all_rows if "company" in row.cells]
    said = ((file.facts.get("fields") or {}).get("company") for file in case.files)
    cells += [one["value"] for one in said if one]
    known = {company_key(str(one)): str(one) for one in cells if one}
    return list(known.values()) if len(known) > 1 else []


ROUTES = (Route("/cases/{key}", case_page),)
