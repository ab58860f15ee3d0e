"""Finds what is called so: provinces, communities, companies, people, mails and files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import TypeVar
from urllib.parse import urlencode

from config.divisions import divisions
from config.matching import Named, likeness, why
from config.naming import folded
from reports.console.board import Seen, file_key
from reports.console.leads import lead
from reports.console.search.index import Part, index_of
from reports.console.search.lines import Lines
from reports.console.search.sought import ALIKE, BEGINS, EXACT, HOLDS, Hit, Sought
from reports.export import contact_of
from reports.picture import AssociationView, CaseView
from reports.wording import STATUSES, clipped, one_line, short_clock

# From here on a name may be a slip of what was meant.
_SLIP = 0.4
_SHOWN = 60
_LEAST_OF_PHONE = 4
T = TypeVar("T")


@dataclass(frozen=True)
class Office:
    """An association with what it can be found by, as names are compared."""

    view: AssociationView
    names: Sequence[str]
    contact: str
    phone: str
    addresses: Sequence[str]


def offices_of(seen: Seen) -> tuple[Office, ...]:
    """Return the associations as they are searched; `Seen.once` keeps them."""
    campaign = seen.picture.campaign
    return tuple(
        Office(
            view,
            [folded(one) for one in (view.province, view.association.name, *view.association.aliases)],
            folded(contact_of(view, "contact", campaign) or ""),
            "".join(one for one in contact_of(view, "phone", campaign) or "" if one.isdecimal()),
            view.association.addresses,
        )
        for view in seen.provinces.values()
    )


def provinces(sought: Sought, seen: Seen) -> Iterator[Hit]:
    """Yield provinces by their names, their associations' names and people, and the cities that lie in them."""
    meant = divisions().find_province(sought.text)
    for office in seen.once(offices_of) if sought.key else ():
        if (sure := _of_office(office, sought, meant)) is not None:
            view = office.view
            yield Hit(view.province, f"/provinces/{view.province}", _said(view), sure)
    city = divisions().find_city(sought.text) if meant is None and sought.text else None
    if city is not None and city.province in seen.provinces:
        address = f"/queries?{urlencode({'show': 1, 'province': city.province, 'city': city.city})}"
        yield Hit(f"{city.province} {city.city}", address, "这个市的案例", EXACT)


def _said(view: AssociationView) -> str:
    return f"{view.association.name}，{STATUSES[view.status]}，案例 {view.cases_listed or len(view.standing)} 个"


def _of_office(office: Office, sought: Sought, meant: str | None) -> int | None:
    """Return how sure an association is meant; None where it is not."""
    key = sought.key
    if meant == office.view.province or key in office.names:
        return EXACT
    if len(key) > 1 and any(key in name for name in office.names):
        return HOLDS
    if key == office.contact or _is_phone(office.phone, sought):
        return BEGINS
    addresses = (one for one in office.addresses if len(key) > 1 and key in folded(one))
    return BEGINS if any(sought.is_seen(one) for one in addresses) else None


def _is_phone(phone: str, sought: Sought) -> bool:
    """Tell whether a number is meant: whole, or for those who may see it, by so many of its figures."""
    key = sought.key
    partly = sought.open and len(key) >= _LEAST_OF_PHONE and key in phone
    return key.isdecimal() and bool(phone) and (key == phone or partly)


def _best(sought: Sought, seen: Seen, of: Callable[[Part], Lines[T]]) -> list[tuple[int, str, T]]:
    """Return (how sure, text, thing) of the lines that fit, the surest and shortest first."""
    found: list[tuple[int, int, Lines[T], int]] = []
    for part in seen.once(index_of):
        lines = of(part)
        for key in dict.fromkeys((sought.key, sought.rest)):
            for sure, place in lines.find(key, sought.at_most * 3):
                if sought.is_seen(lines.texts[place]):
                    found.append((sure, len(lines.texts[place]), lines, place))
    best = nsmallest(sought.at_most * 3, found, key=lambda one: one[:2])
    return [(sure, lines.texts[place], lines.things[place]) for sure, _, lines, place in best]


def _within(sought: Sought, province: str | None) -> bool:
    """Tell whether what lies in a province may be meant, where one was said."""
    return sought.province is None or sought.province == province


def cases(sought: Sought, seen: Seen) -> list[Hit]:
    """Return cases by their names, also with slips, then by their titles."""
    hits: dict[int, Hit] = {}
    for sure, _, case in _best(sought, seen, lambda part: part.cases.names):
        if _within(sought, case.province) or sure == EXACT:
            hits.setdefault(case.id, _case(case, seen, sure))
    if not any(hit.sure == EXACT for hit in hits.values()):
        for case, reason in _alike(sought, seen, set(hits)):
            hits[case.id] = _case(case, seen, ALIKE, reason)
    for _, title, case in _best(sought, seen, lambda part: part.cases.titles):
        if _within(sought, case.province):
            hits.setdefault(case.id, _case(case, seen, HOLDS, f"标题：{clipped(one_line(title), _SHOWN)}"))
    return sorted(hits.values(), key=lambda hit: hit.sure)[: sought.at_most]


def _case(case: CaseView, seen: Seen, sure: int, reason: str = "") -> Hit:
    state = "已撤回" if case.withdrawn is not None else "材料齐全" if case.complete else "材料不齐"
    more = " · ".join(one for one in (case.province, case.city, case.company, state) if one)
    return Hit(case.community, lead(case, seen), more, sure, reason)


def _alike(sought: Sought, seen: Seen, known: set[int]) -> list[tuple[CaseView, str]]:
    """Return the cases whose names are nearly what was typed, and in what they differ; the likest first."""
    own = Named(sought.rest)
    found: dict[int, tuple[float, CaseView, str]] = {}
    for part in seen.once(index_of):
        names = part.cases.names
        for place in names.near(sought.rest):
            case, text = names.things[place], names.texts[place]
            if case.id in known or not _within(sought, case.province):
                continue
            sure = likeness(own, other := Named(text))
            if sure >= _SLIP and sure > found.get(case.id, (0.0,))[0]:
                found[case.id] = (sure, case, why(own, other).partition("，")[0])
    best = sorted(found.values(), key=lambda one: -one[0])[: sought.at_most]
    return [(case, reason) for _, case, reason in best]


def companies(sought: Sought, seen: Seen) -> list[Hit]:
    """Return companies by their names, each with its cases."""
    own: dict[str, tuple[int, list[CaseView]]] = {}
    for sure, text, (_, found) in _best(sought, seen, lambda part: part.cases.companies):
        if _within(sought, found[0].province):
            own.setdefault(text, (sure, []))[1].extend(found)
    return [_company(name, sure, found, seen) for name, (sure, found) in own.items()][: sought.at_most]


def _company(name: str, sure: int, found: Sequence[CaseView], seen: Seen) -> Hit:
    if len(found) == 1:
        return Hit(name, lead(found[0], seen), f"{found[0].province} {found[0].community}", sure)
    return Hit(name, f"/queries?{urlencode({'show': 1, 'company': name})}", f"{len(found)} 个案例", sure)


def people(sought: Sought, seen: Seen) -> list[Hit]:
    """Return those who answer for cases, by their names and numbers."""
    if len(sought.key) < (_LEAST_OF_PHONE if sought.key.isdecimal() else 2):
        return []
    hits: dict[tuple[str, int], Hit] = {}
    for sure, _, (name, phone, case) in _best(sought, seen, lambda part: part.cases.people):
        address, more = lead(case, seen), f"{case.province} {case.community}"
        if _within(sought, case.province):
            hits.setdefault((f"{name}{phone}", case.id), Hit(f"{name} {phone}", address, more, sure))
    return list(hits.values())[: sought.at_most]


def mails(sought: Sought, seen: Seen) -> list[Hit]:
    """Return mails by whom they are of, and by their subjects."""
    hits: dict[int, Hit] = {}
    zone = seen.picture.campaign.call.zone
    by_sender = _best(sought, seen, lambda part: part.mails.senders)
    for sure, _, mail in (*by_sender, *_best(sought, seen, lambda part: part.mails.subjects)):
        sender = mail.from_address or mail.from_name
        title = clipped(one_line(mail.subject), _SHOWN) or "无主题"
        more = f"{short_clock(mail.arrival, zone)} {sender} {mail.province or '来源不明'}"
        hits.setdefault(mail.id, Hit(title, lead(mail, seen), more, sure))
    return list(hits.values())[: sought.at_most]


def files(sought: Sought, seen: Seen) -> list[Hit]:
    """Return files by their names."""
    hits: dict[str, Hit] = {}
    for sure, text, file in _best(sought, seen, lambda part: part.files):
        more = f"{file.province or '来源不明'} {file.community or ''} · 来信 {file.message_pk}"
        key = file_key(file)
        hits.setdefault(key, Hit(one_line(text), f"/files/{key}", more, max(sure, HOLDS)))
    return list(hits.values())[: sought.at_most]
