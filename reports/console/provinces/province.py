"""One province: what came when, what of its list is there, what is still missing, and what was decided of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from config.campaign import Call
from config.errors import ConfigError
from reports.console.asked import Asked, Done, missing
from reports.console.board import Seen
from reports.console.leads import lead, province_page
from reports.console.overview.outlook import missing_of, outlook
from reports.console.provinces.provinces import NOBODY
from reports.console.route import Route, write
from reports.digest.provinces import lacking_in
from reports.facts.submission_facts import nameless_rows
from reports.finding import Finding
from reports.incoming import FileView, MessageView
from reports.letters.address import Contact, contacts, recipients
from reports.letters.outstanding import in_list_order
from reports.picture import AssociationView, CaseView, Picture
from reports.sources import source_of
from reports.tally import PLACES, place_of
from reports.wording import MESSAGE_KINDS, PHASES, SEVERITIES, month_and_day

# So much stands on the page itself; the rest on pages of its own.
_MAILS, _MISSING, _FILES, _CONTACTS = 5, 12, 6, 4
# Which cases of a province can be looked at.
_SHOWS: Mapping[str, tuple[str, Callable[[CaseView], bool]]] = {
    "": ("全部", lambda _case: True),
    "open": ("未齐的", lambda case: case.withdrawn is None and not case.complete),
    "unlisted": ("清单未列的", lambda case: not case.in_list),
    "withdrawn": ("已撤回的", lambda case: case.withdrawn is not None),
}


@dataclass(frozen=True)
class Came:
    """A mail with what became of it, by which way it came, and the first of its files, each with its page and kind."""

    message: MessageView
    became: str
    way: str
    files: Sequence[tuple[FileView, str, str]]
    rest: int


@dataclass(frozen=True)
class Lack:
    """What a case lacks, or the submission itself (without a case): its name, its page, and the words."""

    name: str
    address: str
    words: str
    count: int


@dataclass(frozen=True)
class Kind:
    """Open findings of one code: how grave, one of them as an example, and how many."""

    severity: str
    code: str
    example: str
    count: int


def province(asked: Asked) -> Response:
    """Return the page of a province; of what belongs to none, its mails."""
    name, seen = str(asked.path["province"]), asked.seen
    part = part_of(seen, name)
    if name not in seen.provinces:
        return mails(asked)
    view = seen.provinces[name]
    lacks, show = seen.once(lacks_of, name), asked.query("show")
    cases = seen.once(cases_of, name, show if show in _SHOWS else "")
    page, pages, shown = asked.paged(len(cases))
    return asked.show(
        "province.html",
        view=view,
        row=next(row for row in seen.once(outlook).rows if row.view is view),
        here=province_page(name),
        rulings=part.rulings,
        closes=last_day(view, part.campaign.call),
        phase=PHASES["missing" if part.closed else "outstanding"],
        lacks=lacks[:_MISSING],
        rest=sum(one.count for one in lacks[_MISSING:]),
        cases=[
            (one, seen.case_keys[one.id], seen.once(open_of, name)[one.city, one.community]) for one in cases[shown]
        ],
        counts=seen.once(counts_of, name),
        shows={name: word for name, (word, _) in _SHOWS.items()},
        chosen=show,
        page=page,
        pages=pages,
        total=len(cases),
        nameless=seen.once(nameless_of, name),
        removed=[(case, seen.case_keys[case.id], out.by) for case, out in view.removed],
        came=[came(message, asked) for message in part.messages[: -_MAILS - 1 : -1]],
        mails=len(part.messages),
        kinds=seen.once(kinds_of, name),
        found=seen.once(found_of, name),
        to=recipients(view, part),
        contacts=_contacts(view, part),
        records=asked.console.acts.reminded(seen.assessment, name),
        severity_words=SEVERITIES,
    )


def _contacts(view: AssociationView, part: Picture) -> list[Contact]:
    """Return whom to ring up, the newest first; who is named twice stands there once."""
    known: dict[tuple[str, str], Contact] = {}
    for one in contacts(view, part.campaign.call.zone):
        known.setdefault((one.name, one.phone), one)
    return list(known.values())[:_CONTACTS]


def last_day(view: AssociationView, call: Call) -> str:
    """Return until when a province may send, as people say it."""
    day = view.deadline.astimezone(call.zone).date()
    return f"{day.year}年{month_and_day(day)} 24:00"


def part_of(seen: Seen, name: str) -> Picture:
    """Return the picture of a province, or of what belongs to none; 404 where there is no such province."""
    part = seen.pictures.get("" if name == NOBODY else name) if name else None
    if part is None:
        raise missing(f"没有“{name}”这个省；请从“各省”里选")
    return part


def cases_of(seen: Seen, name: str, show: str) -> list[CaseView]:
    """Return a province's cases as its list numbers them, all or some."""
    _, fits = _SHOWS[show]
    return [case for case in in_list_order(part_of(seen, name).cases) if fits(case)]


def counts_of(seen: Seen, name: str) -> dict[str, int]:
    """Return how many cases each of these lists holds."""
    return {show: len(seen.once(cases_of, name, show)) for show in _SHOWS}


def open_of(seen: Seen, name: str) -> Counter[tuple[str | None, str | None]]:
    """Return how many findings are open of each case of a province."""
    found = seen.assessment.by_province.get(name, ())
    return Counter((one.city, one.community) for one in found if one.status == "open" and one.community)


def lacks_of(seen: Seen, name: str) -> list[Lack]:
    """Return what a province lacks: what of the submission itself, then case by case, as the digest says it."""
    own, cases = lacking_in(missing_of(seen.assessment.by_province.get(name, ())))
    told = [Lack("", "", word, 1) for _, word in own]
    for found in cases.values():
        first: Finding = found[0][0]
        address = lead(first, seen)
        told.append(Lack(first.community or "", address, "、".join(word for _, word in found), len(found)))
    return told


def found_of(seen: Seen, name: str) -> Counter[str]:
    """Return how many findings of a province are open, by how grave they are, and how many are waived."""
    found = seen.assessment.by_province.get(name, ())
    return Counter("waived" if one.status == "waived" else one.severity for one in found)


def nameless_of(seen: Seen, name: str) -> list[str]:
    """Return the places of a province's list rows that name no community."""
    return nameless_rows(seen.provinces[name])


def kinds_of(seen: Seen, name: str) -> list[Kind]:
    """Return a province's open findings by their codes, the gravest first; what is only missing stands elsewhere."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for one in seen.assessment.by_province.get(name, ()):
        if one.status == "open" and not one.phase:
            found.setdefault((one.severity, one.code), []).append(one)
    order = list(SEVERITIES)
    kinds = [Kind(severity, code, same[0].message, len(same)) for (severity, code), same in found.items()]
    return sorted(kinds, key=lambda kind: order.index(kind.severity))


def came(message: MessageView, asked: Asked) -> Came:
    """Return a mail as the page shows it."""
    labels = {kind.name: kind.label for kind in asked.console.campaign.kind}
    files = [file for file in asked.seen.files_of.get(message.id, ()) if not file.pasted]
    place = place_of(message)
    became = MESSAGE_KINDS.get(message.kind, "") if place in ("filed", "aside") else PLACES[place]
    shown = [(file, lead(file, asked.seen), labels.get(file.kind, "")) for file in files[:_FILES]]
    return Came(message, became, source_of(message), shown, max(0, len(files) - _FILES))


def mails(asked: Asked) -> Response:
    """Return all mails of a province, or of nobody who is known, the newest first."""
    name = str(asked.path["province"])
    messages = part_of(asked.seen, name).messages
    page, pages, shown = asked.paged(len(messages))
    newest = messages[::-1][shown]
    return asked.show(
        "province_mails.html",
        name="" if name == NOBODY else name,
        known=name in asked.seen.provinces,
        came=[came(message, asked) for message in newest],
        page=page,
        pages=pages,
        total=len(messages),
    )


def lacks_page(asked: Asked) -> Response:
    """Return everything that a province lacks."""
    name, seen = str(asked.path["province"]), asked.seen
    if name not in seen.provinces:
        raise missing(f"没有“{name}”这个省；请从“各省”里选")
    lacks = seen.once(lacks_of, name)
    page, pages, shown = asked.paged(len(lacks))
    total = sum(one.count for one in lacks)
    phase = PHASES["missing" if seen.pictures[name].closed else "outstanding"]
    return asked.show(
        "province_lacks.html",
        name=name,
        here=province_page(name),
        phase=phase,
        lacks=lacks[shown],
        page=page,
        pages=pages,
        total=total,
        lines=len(lacks),
    )


def extend(asked: Asked) -> Done:
    """Grant a province a later last day."""
    name = _reporting(asked)
    if not asked.text("day"):
        raise ConfigError("请选一个新的截止日")
    if not asked.text("note"):
        raise ConfigError("延期要写明依据（谁同意的、哪份函）")
    lines = asked.console.acts.extend(asked.who, name, asked.text("day"))
    return Done(lines, province_page(name), f"省 {name}")


def send_nothing(asked: Asked) -> Done:
    """Record that a province sends nothing."""
    name = _reporting(asked)
    if not asked.text("note"):
        raise ConfigError("零报送要写明依据（谁说的、什么时候）")
    return Done(asked.console.acts.send_nothing(asked.who, name), province_page(name), f"省 {name}")


def _reporting(asked: Asked) -> str:
    name = str(asked.path["province"])
    if name not in asked.seen.provinces:
        raise missing(f"没有“{name}”这个省；请从“各省”里选")
    return name


ROUTES = (
    Route("/provinces/{province}", province),
    Route("/provinces/{province}/mails", mails),
    Route("/provinces/{province}/missing", lacks_page),
    write("/provinces/{province}/extend", extend, "批准延期"),
    write("/provinces/{province}/nothing", send_nothing, "登记零报送"),
)
