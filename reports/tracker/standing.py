"""How does every province stand against its deadline? On time and complete, on time but not, late, or with nothing.

Each of them stands in exactly one of the four. Complete on time is what was complete by the province's own deadline:
what only a later form made complete was not, and that form is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.associations import Association
from reports.moments import first_taken
from reports.picture import AssociationView, CaseView, Picture
from reports.province import Call
from reports.tracker.came import Arrivals, Came, mail_came
from reports.tracker.items import LATE, THERE, Item, Sides, case_items, own_items
from reports.tracker.stood import parts_of, stood
from store.database import Store

COMPLETE, INCOMPLETE, OVERDUE, NOTHING = PLACES = ("complete", "incomplete", "late", "nothing")
LABELS: Mapping[str, str] = {COMPLETE: "按时且齐全", INCOMPLETE: "按时未齐全", OVERDUE: "迟报", NOTHING: "未报送"}
# The same before the deadline, when nobody can say yet what will have been in time.
EARLY: Mapping[str, str] = {COMPLETE: "已齐全", INCOMPLETE: "尚未齐全", OVERDUE: "迟报", NOTHING: "尚未报送"}


@dataclass(frozen=True)
class CaseStanding:
    """How a case stands: its items, and whether it was complete by the deadline, was not, or came late as a whole."""

    city: str | None
    community: str
    place: str
    listed: bool
    complete_now: bool
    items: tuple[Item, ...]
    # Of a case that a later list leaves out.
    note: str = ""

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The items that were not there in time."""
        return tuple(item for item in self.items if item.state != THERE)


@dataclass(frozen=True)
class ProvinceStanding:
    """How a province stands, by which deadline, and why.

    `closed` tells whether that deadline has passed, `granted` whose word a later one than the campaign's is.
    """

    association: Association
    place: str
    deadline: datetime
    granted: str
    closed: bool
    nothing_to_send: str
    messages: int
    first: Came | None
    complete_now: bool
    items: tuple[Item, ...]
    cases: tuple[CaseStanding, ...]

    @property
    def province(self) -> str:
        """The province's short name."""
        return self.association.province

    @property
    def lacks(self) -> bool:
        """Whether something is still to come from it now."""
        return not self.complete_now and not (self.nothing_to_send and not self.messages)

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The items of the submission itself that were not there in time."""
        return tuple(item for item in self.items if item.state != THERE)


@dataclass(frozen=True)
class Standing:
    """All provinces as of a moment, in the picture's order, against the campaign's deadline or their own."""

    picture: Picture
    as_of: datetime
    provinces: tuple[ProvinceStanding, ...]
    # Each province's picture as of that moment.
    parts: Mapping[str, Picture]

    @property
    def closed(self) -> bool:
        """Whether the campaign's deadline has passed; its last moment counts as passed, for nothing follows it."""
        return self.as_of >= self.picture.campaign.call.last_moment

    @property
    def labels(self) -> Mapping[str, str]:
        """What the four lists are called: before the deadline otherwise than after."""
        return LABELS if self.closed else EARLY

    def of(self, place: str) -> tuple[ProvinceStanding, ...]:
        """Return the provinces that stand in one of PLACES."""
        return tuple(one for one in self.provinces if one.place == place)

    @property
    def numbers(self) -> dict[str, int]:
        """The sums: provinces by list, cases by how they stand, and what came."""
        cases = Counter(case.place for one in self.provinces for case in one.cases)
        return {
            **{f"provinces_{place}": len(self.of(place)) for place in PLACES},
            **{f"cases_{place}": cases[place] for place in (COMPLETE, INCOMPLETE, OVERDUE)},
            "nothing_to_send": sum(bool(one.nothing_to_send and not one.messages) for one in self.provinces),
            "submissions": sum(one.messages for one in self.provinces),
            "cases_listed": sum(case.listed for one in self.provinces for case in one.cases),
        }


def standing(store: Store, call: Call, picture: Picture) -> Standing:
    """Return how all provinces stand in a picture, each against its own deadline."""
    return standing_at(store, call, picture, picture.as_of)


def standing_at(store: Store, call: Call, picture: Picture, moment: datetime) -> Standing:
    """Return how all provinces stood at a moment (aware), by what is known in a picture of that moment or later."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment}")
    parts = parts_of(picture)
    now = stood(store, call, parts, dict.fromkeys(parts, moment)) if moment != picture.as_of else parts
    limits = {place: min(part.associations[0].deadline, moment) for place, part in now.items()}
    return Standing(picture, moment, tuple(compared(now, stood(store, call, now, limits))), now)


def compared(now: Mapping[str, Picture], then: Mapping[str, Picture]) -> Iterator[ProvinceStanding]:
    """Yield how each province stands, from its picture now and as it stood at its deadline."""
    for place, part in now.items():
        view = part.associations[0]
        sides = Sides(part, then[place], view.deadline, Arrivals.of(part.messages, part.files))
        yield _province(sides)


def _province(sides: Sides) -> ProvinceStanding:
    view, call = sides.view, sides.now.campaign.call
    first = min(view.messages_in, key=lambda message: message.taken, default=None)
    return ProvinceStanding(
        association=view.association,
        place=_place(view, sides.view_then),
        deadline=view.deadline,
        granted=view.deadline_note if view.deadline > call.last_moment else "",
        closed=sides.now.as_of >= view.deadline,
        nothing_to_send=view.nothing_to_send,
        messages=view.messages,
        first=mail_came(first, view.deadline) if first else None,
        complete_now=view.status == "complete",
        items=own_items(sides) if view.messages else (),
        cases=tuple(_cases(sides)),
    )


def _place(now: AssociationView, then: AssociationView) -> str:
    """Return in which of the four lists a province stands."""
    if not now.messages:
        return NOTHING
    if now.late:
        return OVERDUE
    return COMPLETE if then.status == "complete" else INCOMPLETE


def _cases(sides: Sides) -> Iterator[CaseStanding]:
    """Yield the cases that stand now, then those that stood at the deadline and that a later list leaves out."""
    then = {case.id: case for case in sides.view_then.standing if case.is_judged}
    now = {case.id: case for case in sides.view.standing if case.is_judged}
    for id_, case in now.items():
        yield _case(sides, case, then.get(id_), case)
    for id_, case in then.items():
        if id_ not in now:
            yield _case(sides, case, case, None)


def _case(sides: Sides, case: CaseView, then: CaseView | None, now: CaseView | None) -> CaseStanding:
    items = case_items(sides, case, then, now)
    return CaseStanding(
        city=case.city,
        community=case.community,
        place=_case_place(sides, then, now, items),
        listed=case.in_list,
        complete_now=bool(now and now.complete),
        items=items,
        note="截止之后的清单不再列出" if then and then.in_list and not (now and now.in_list) else "",
    )


def _case_place(sides: Sides, then: CaseView | None, now: CaseView | None, items: tuple[Item, ...]) -> str:
    """Return how a case stands: late is one of which the first of its material came late (domain.md section 3)."""
    first = first_taken(now) if now else None
    if then is not None and not (first and first > sides.deadline):
        return COMPLETE if then.complete else INCOMPLETE
    return OVERDUE if any(item.state == LATE for item in items) else INCOMPLETE
