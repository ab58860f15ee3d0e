"""The archive's front page: by province, company and case what is there, with links, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from config.naming import folded
from reports.archive.layout import NO_COMPANY, Entry, Layout, links_of
from reports.archive.placing import RETIRED
from reports.finding import Assessment, Finding
from reports.making.templating import page_environment
from reports.picture import AssociationView, CaseView
from reports.wording import STATUSES, clock, size

# What a browser would run as a page of its own is named, and not linked.
_LIVE = (".html", ".htm", ".mht", ".mhtml", ".xml")


class Href(str):
    """A path of ours, percent-encoded: nothing in it is a sign of markup, and masking would break it."""

    __slots__ = ()

    @classmethod
    def of(cls, path: str) -> "Href":
        """Return a relative path as a link."""
        return cls(quote(path))

    def __html__(self) -> str:
        """Return it as it is."""
        return str(self)


@dataclass(frozen=True)
class Item:
    """A link to a file, or to nothing where it is only named."""

    label: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class CaseBlock:
    """A case with its items and what is missing."""

    community: str
    city: str
    title: str
    complete: bool
    items: Sequence[Item]
    photos: Sequence[Item]
    missing: Sequence[str]
    remark: str = ""


@dataclass(frozen=True)
class CompanyBlock:
    """A company with its cases."""

    name: str
    cases: Sequence[CaseBlock]


@dataclass(frozen=True)
class ProvinceBlock:
    """A province with its lists, companies, and what belongs to no case."""

    name: str
    association: str
    state: str
    status: str
    numbers: str
    items: Sequence[Item]
    missing: Sequence[str]
    companies: Sequence[CompanyBlock]
    others: Sequence[Item] = field(default_factory=tuple)
    mails: Sequence[Item] = field(default_factory=tuple)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing of it to be shown."""
        return not (self.items or self.companies or self.others or self.mails)


@dataclass(frozen=True)
class Front:
    """What stands around the provinces: where everything else lies, and how much there is."""

    retired: int
    strange: Sequence[str]
    links: Mapping[str, str] = field(default_factory=dict)


def index(assessment: Assessment, laid: Layout, where: Mapping[str, str], front: Front) -> bytes:
    """Return the page; `where` says under which path each entry lies in truth."""
    picture = assessment.picture
    provinces = [*_provinces(assessment, laid, where)]
    call = picture.campaign.call
    page = page_environment().get_template("archive.html").render(
        title=call.title,
        notice=call.notice,
        as_of=clock(picture.as_of, call.zone),
        provinces=provinces,
        cases=sum(view.cases_expected for view in picture.associations),
        complete=sum(view.complete_cases for view in picture.associations),
        files=len(where),
        bytes=size(sum(entry.bytes for entry in laid.entries)),
        links={label: Href.of(path) for label, path in front.links.items()},
        retired=front.retired,
        retired_href=Href.of(f"{RETIRED}/"),
        strange=front.strange,
    )  # fmt: skip
    return page.encode("utf-8")


def _provinces(assessment: Assessment, laid: Layout, where: Mapping[str, str]) -> Iterable[ProvinceBlock]:
    open_ones = [one for one in assessment.findings if one.status == "open" and one.phase]
    absent: dict[tuple[str | None, str | None, str | None], list[Finding]] = {}
    for one in open_ones:
        absent.setdefault((one.province, one.city if one.community else None, one.community), []).append(one)
    for view in assessment.picture.associations:
        yield _province(view, absent, laid, where)
    known = {view.province for view in assessment.picture.associations}
    for place in dict.fromkeys(entry.province for entry in laid.entries if entry.province not in known):
        own = laid.of_provinces.get(place, ())
        others, mails = _apart(own, where)
        yield ProvinceBlock(place or "未定省份", "看不出是哪个省的来件", "", "", "", (), (), (), others, mails)


def _province(
    view: AssociationView,
    absent: Mapping[tuple[str | None, str | None, str | None], Sequence[Finding]],
    laid: Layout,
    where: Mapping[str, str],
) -> ProvinceBlock:
    own = [entry for entry in laid.of_provinces.get(view.province, ()) if entry.path in where]
    lists = links_of(own, "summary_list", "summary_list_scan")
    others, mails = _apart([entry for entry in own if entry not in lists], where)
    companies: dict[str, tuple[str, list[CaseBlock]]] = {}
    for case in view.cases:
        entries = [entry for entry in laid.by_case.get(case.id, ()) if entry.path in where]
        missing = [one.message for one in absent.get((case.province, case.city, case.community), ())]
        if entries or case.is_judged or case.withdrawn:
            company = case.company or NO_COMPANY
            companies.setdefault(folded(company) or company, (company, []))[1].append(
                _case(case, entries, missing, where)
            )
    state = "零报送" if view.status == "none" and view.nothing_to_send else STATUSES[view.status]
    return ProvinceBlock(
        name=view.province,
        association=view.association.name,
        state=state + ("·迟报" if view.late else ""),
        status=view.status,
        numbers=f"{view.complete_cases}/{view.cases_expected}" if view.messages else "",
        items=[_item(entry, where) for entry in lists],
        missing=[one.message for one in absent.get((view.province, None, None), ())],
        companies=[CompanyBlock(name, cases) for name, cases in companies.values()],
        others=others,
        mails=mails,
    )


def _apart(entries: Iterable[Entry], where: Mapping[str, str]) -> tuple[list[Item], list[Item]]:
    """Return (other files, mails) of a province."""
    found = [entry for entry in entries if entry.path in where]
    others = [_named(entry, where) for entry in found if entry.kind != "mail"]
    return others, [_named(entry, where) for entry in found if entry.kind == "mail"]


def _case(case: CaseView, entries: Sequence[Entry], missing: Sequence[str], where: Mapping[str, str]) -> CaseBlock:
    photos = [entry for entry in entries if entry.kind == "photo"]
    remark = f"已撤回（{case.withdrawn}）" if case.withdrawn else "" if case.in_list else "汇总清单未列"
    return CaseBlock(
        community=case.community,
        city=case.city or "",
        title=case.title or "",
        complete=case.complete,
        items=[_item(entry, where) for entry in entries if entry.kind != "photo"],
        photos=[Item(_short(entry), _href(entry, where), entry.note) for entry in sorted(photos, key=_is_odd)],
        missing=missing,
        remark=remark,
    )


def _is_odd(entry: Entry) -> bool:
    return bool(entry.note)


def _short(entry: Entry) -> str:
    """Return what a photo is called behind the community's name: 照片1."""
    return entry.name.rpartition(".")[0].rpartition("+")[2]


def _item(entry: Entry, where: Mapping[str, str]) -> Item:
    old = "（旧版本）" if "旧版本" in entry.path.split("/")[1:2] else ""
    return Item(f"{entry.what}{old}", _href(entry, where), entry.note)


def _named(entry: Entry, where: Mapping[str, str]) -> Item:
    return Item(entry.name, _href(entry, where), entry.note)


def _href(entry: Entry, where: Mapping[str, str]) -> str:
    path = where[entry.path]
    return "" if path.lower().endswith(_LIVE) else Href.of(path)
