"""All provinces in a table, by how they stand, and the cases of all provinces by what has come of them."""

from dataclasses import dataclass

from starlette.responses import Response

from reports.console.asked import Asked, missing
from reports.console.board import Seen
from reports.console.overview.outlook import CASES, STATES, outlook
from reports.console.route import Route
from reports.picture import CaseView, Picture
from reports.tally import place_of

# By what addresses name what belongs to no province.
NOBODY = "-"


@dataclass(frozen=True)
class Other:
    """What came of no association that reports: its place (empty where it is not known), its mails and cases."""

    place: str
    mails: int
    failed: int
    cases: int


def provinces(asked: Asked) -> Response:
    """Return the table of provinces; those in one state where the address names it."""
    out, state = asked.seen.once(outlook), asked.query("state")
    if state and state not in STATES:
        raise missing("没有这种状态；请从上方重新选")
    rows = out.of(state)
    others = [] if state else asked.seen.once(others_of)
    counts = {name: (word, len(out.of(name))) for name, word in STATES.items()}
    return asked.show("provinces.html", out=out, rows=rows, state=state, states=counts, others=others, nobody=NOBODY)


def others_of(seen: Seen) -> tuple[Other, ...]:
    """Return what came of places without an association, and of nobody who is known; nothing where there is none."""
    own = ((place, part) for place, part in seen.pictures.items() if place not in seen.provinces)
    return tuple(_other(place, part) for place, part in own if part.messages or part.cases)


def _other(place: str, part: Picture) -> Other:
    failed = sum(place_of(message) == "failed" for message in part.messages)
    return Other(place, len(part.messages), failed, len(part.cases))


def cases(asked: Asked) -> Response:
    """Return the cases of all provinces that are to come, have come, are whole or not."""
    name, province = asked.query("list") or "arrived", asked.query("province")
    # What is kept of a look is kept for names that there are, and for no others.
    if name not in CASES or (province and province not in asked.seen.provinces):
        raise missing("没有这份名单；请从总览重新选")
    listed = asked.seen.once(cases_of, name, province)
    page, pages, shown = asked.paged(len(listed))
    return asked.show(
        "cases.html",
        name=name,
        province=province,
        lists=CASES,
        shown=listed[shown],
        keys=asked.seen.case_keys,
        page=page,
        pages=pages,
        total=len(listed),
    )


def cases_of(seen: Seen, name: str, province: str) -> list[CaseView]:
    """Return a list of cases, of one province where it is named."""
    listed = seen.once(outlook).cases[name]
    return [case for case in listed if not province or case.province == province]


ROUTES = (Route("/provinces", provinces), Route("/cases", cases))
