"""Which cases are asked for? Filters that combine; what cannot be told of a case is counted apart, never as a yes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.campaign import Campaign
from config.naming import folded
from reports.finding import Assessment, Finding
from reports.picture import CaseView, Picture
from reports.queries import items, places
from reports.queries.errors import AskedWrongError, perhaps
from reports.queries.late import is_late

# Whether a case fits; None where that cannot be told.
Test = Callable[[CaseView], bool | None]
_ITEMS = f"（可用的有：{'、'.join(f'{one.name} {one.label}' for one in items.ITEMS)}、any）"


@dataclass(frozen=True)
class Wish:
    """What a command line asks for, as it was written; empty where nothing was said."""

    province: Sequence[str] = ()
    city: Sequence[str] = ()
    company: Sequence[str] = ()
    community: Sequence[str] = ()
    type: Sequence[str] = ()
    missing: Sequence[str] = ()
    has: Sequence[str] = ()
    complete: bool | None = None
    late: bool = False
    unstamped: bool = False
    finding: Sequence[str] = ()
    withdrawn: bool = False
    every: bool = False
    arrived_since: datetime | None = None
    arrived_before: datetime | None = None
    delivered_since: date | None = None
    delivered_before: date | None = None


@dataclass(frozen=True)
class Filter:
    """One condition, and what is said of the cases of which it cannot be told: 项目类型未知."""

    fits: Test
    unknown: str = ""


@dataclass(frozen=True)
class Chosen:
    """The cases that fit, and lines on those that may fit as well."""

    cases: tuple[CaseView, ...]
    notes: tuple[str, ...]


def choose(assessment: Assessment, wish: Wish) -> Chosen:
    """Return the cases that fit all that is asked for, in the provinces' order; AskedWrongError for wrong words."""
    filters = [*_standing(wish), *_places(assessment.picture, wish), *_state(assessment, wish), *_times(wish)]
    chosen, unknown = [], dict.fromkeys((one.unknown for one in filters), 0)
    for case in assessment.picture.cases:
        told = [(one, one.fits(case)) for one in filters]
        if any(answer is False for _, answer in told):
            continue
        if doubts := [one.unknown for one, answer in told if answer is None]:
            for doubt in doubts:
                unknown[doubt] += 1
        else:
            chosen.append(case)
    notes = [f"另有 {count} 个案例{what}，没有列入" for what, count in unknown.items() if count]
    return Chosen(tuple(_in_order(chosen, assessment.picture)), (*notes, *_left_aside(assessment.picture, wish)))


def _in_order(cases: Iterable[CaseView], picture: Picture) -> list[CaseView]:
    order = {view.province: number for number, view in enumerate(picture.associations)}
    return sorted(cases, key=lambda case: (order.get(case.province, len(order)), case.city or "\uffff", case.community))


def _standing(wish: Wish) -> Iterable[Filter]:
    if wish.withdrawn:
        yield Filter(lambda case: case.withdrawn is not None)
    elif not wish.every:
        yield Filter(lambda case: case.is_judged)


def _left_aside(picture: Picture, wish: Wish) -> Iterable[str]:
    if wish.withdrawn or wish.every:
        return
    withdrawn = sum(case.withdrawn is not None for case in picture.cases)
    dropped = sum(case.withdrawn is None and not case.is_judged for case in picture.cases)
    if withdrawn:
        yield f"全部案例中有 {withdrawn} 个已撤回，不在查询之列（--withdrawn 只列这些，--all 一并列出）"
    if dropped:
        yield f"全部案例中有 {dropped} 个是新清单不再列出、也没有材料的，不在查询之列（--all 一并列出）"


def _places(picture: Picture, wish: Wish) -> Iterable[Filter]:
    provinces = {places.province_named(text, picture) for text in wish.province}
    if provinces:
        yield Filter(lambda case: case.province in provinces)
    if wish.city:
        cities = frozenset().union(*(places.cities_named(text, sorted(provinces), picture) for text in wish.city))
        yield Filter(_in_cities(cities), "的城市还没有认定")
    if wish.company:
        yield Filter(_any_of(places.is_company, wish.company), "没有写明物业服务企业")
    if wish.community:
        yield Filter(lambda case: any(places.is_community(case, text) for text in wish.community))


def _in_cities(cities: frozenset[places.City]) -> Test:
    provinces = {province for province, _ in cities}

    def fits(case: CaseView) -> bool | None:
        if case.city is None:
            return None if case.province in provinces else False
        return (case.province, case.city) in cities

    return fits


def _any_of(test: Callable[[CaseView, str], bool | None], texts: Sequence[str]) -> Test:
    """Return a test that one of several texts fits; None where that cannot be told of any."""

    def fits(case: CaseView) -> bool | None:
        told = [test(case, text) for text in texts]
        return True if True in told else None if None in told else False

    return fits


def _state(assessment: Assessment, wish: Wish) -> Iterable[Filter]:
    picture, campaign = assessment.picture, assessment.picture.campaign
    if wish.type:
        types = {_type_named(text, campaign) for text in wish.type}
        yield Filter(lambda case: None if case.project_type is None else case.project_type in types, "的项目类型未知")
    for text in wish.missing:
        yield _missing(text, campaign)
    for text in wish.has:
        yield _there(_item(text, items.NAMES), campaign)
    if wish.complete is not None:
        yield Filter(lambda case: case.complete is wish.complete)
    if wish.late:
        yield Filter(lambda case: is_late(case, picture), "还没有来过材料，说不上迟报")
    if wish.unstamped:
        yield Filter(_is_unstamped, "的推荐表看不出是否盖章（灰度件，或没有读出）")
    for code in wish.finding:
        yield _with_finding(code, assessment)


def _missing(text: str, campaign: Campaign) -> Filter:
    if text.strip().lower() in items.ANY:
        return Filter(lambda case: bool(items.lacking(case, campaign)))
    item = _item(text, items.NAMES)

    def fits(case: CaseView) -> bool | None:
        there = item.there(case, campaign)
        # Without a form nobody can say that it bears no seal.
        return None if there is None else not there

    return Filter(fits, f"说不上缺不缺{item.label}")


def _there(item: items.Item, campaign: Campaign) -> Filter:
    return Filter(lambda case: item.there(case, campaign), f"说不上有没有{item.label}")


def _item(text: str, known: Mapping[str, items.Item]) -> items.Item:
    found = known.get(text.strip().lower())
    if found is None:
        raise AskedWrongError(f"没有“{text}”这一项{perhaps(text, [*known, *items.ANY]) or _ITEMS}")
    return found


def _is_unstamped(case: CaseView) -> bool | None:
    if not case.has_form:
        return False
    return None if case.form_stamped is None else not case.form_stamped


def _type_named(text: str, campaign: Campaign) -> str:
    """Return a project type by its name, its Chinese one or a word that means it."""
    wanted = folded(text)
    for kind in campaign.project_type:
        if wanted in {folded(word) for word in (kind.name, kind.label, *kind.words)}:
            return kind.name
    known = [word for kind in campaign.project_type for word in (kind.name, kind.label)]
    raise AskedWrongError(f"没有“{text}”这种项目类型{perhaps(text, known) or _listed(known)}")


def _listed(known: Iterable[str]) -> str:
    return f"（可用的有：{'、'.join(known)}）"


def findings_of(assessment: Assessment) -> Mapping[tuple[str | None, str | None], tuple[Finding, ...]]:
    """Return the open findings of each community: by province and name."""
    found: dict[tuple[str | None, str | None], list[Finding]] = {}
    for one in assessment.findings:
        if one.status == "open" and one.community:
            found.setdefault((one.province, one.community), []).append(one)
    return {key: tuple(own) for key, own in found.items()}


def own_findings(
    case: CaseView, found: Mapping[tuple[str | None, str | None], tuple[Finding, ...]]
) -> tuple[Finding, ...]:
    """Return the open findings of a case; of two of one name each has those of its city."""
    own = found.get((case.province, case.community), ())
    return tuple(one for one in own if one.city is None or case.city is None or one.city == case.city)


def _with_finding(code: str, assessment: Assessment) -> Filter:
    """Return the filter of a rule's code, or of its family (form, late)."""
    wanted = code.strip().lower()
    codes = {rule.code for rule in assessment.picture.campaign.rule}
    families = {one.partition(".")[0] for one in codes}
    if wanted not in codes | families:
        raise AskedWrongError(f"没有规则 {code}{perhaps(wanted, sorted(codes | families))}")
    found = findings_of(assessment)
    return Filter(
        lambda case: any(wanted in (one.code, one.code.partition(".")[0]) for one in own_findings(case, found))
    )


def _times(wish: Wish) -> Iterable[Filter]:
    since, before = wish.arrived_since, wish.arrived_before
    if since or before:
        yield Filter(lambda case: _arrived(case.first_arrival, since, before), "还没有来过材料")
    if wish.delivered_since or wish.delivered_before:
        yield Filter(
            lambda case: _delivered(case.delivered, wish.delivered_since, wish.delivered_before),
            "的交付时间未知，或不够精确",
        )


def _arrived(first: datetime | None, since: datetime | None, before: datetime | None) -> bool | None:
    if first is None:
        return None
    return (since is None or first >= since) and (before is None or first < before)


def _delivered(value: str | None, since: date | None, before: date | None) -> bool | None:
    """Tell whether a date lies within bounds as precisely as it was given: 2015 may lie before and after 2015-06."""
    span = _span(value)
    if span is None:
        return None
    first, last = span
    if (since and last < since) or (before and first >= before):
        return False
    return None if (since and first < since) or (before and last >= before) else True


def _span(value: str | None) -> tuple[date, date] | None:
    """Return the first and last day that a date of domain.md section 4 may mean."""
    parts = [int(part) for part in (value or "").split("-") if part.isdecimal()]
    if not parts:
        return None
    try:
        year, month, day = [*parts, 0, 0][:3]
        if day:
            return date(year, month, day), date(year, month, day)
        first = date(year, month or 1, 1)
        after = date(year + 1, 1, 1) if month in {0, 12} else date(year, month + 1, 1)
        return first, date.fromordinal(after.toordinal() - 1)
    except ValueError:
        return None
