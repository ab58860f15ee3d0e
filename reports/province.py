"""The picture of one province: its association with its cases and cities, its messages and files, as of a moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from config.associations import Association, raised_quota_cities
from config.campaign import Campaign
from config.selected import Selection
from reports import versions, views
from reports.case_view import Judges, case_view
from reports.facts.submission_facts import has_rows, nameless_rows
from reports.incoming import Cell, FileView, MessageView
from reports.picture import AssociationView, CaseView, CityView, Picture
from reports.rulings import rulings_of
from reports.versions import Placed
from reports.views import Rows
from reports.wording import decided_by
from store.models import Case
from store.queries import Kept, Look


@dataclass(frozen=True)
class Call:
    """What pictures are drawn by: the campaign, who reports, and what was selected before."""

    campaign: Campaign
    associations: Sequence[Association]
    selected: Selection | None

    @property
    def provincial(self) -> Iterable[Association]:
        """The associations that report, in the order of their table."""
        return (association for association in self.associations if association.level == "provincial")


def province_picture(place: str, kept: Kept, look: Look, association: Association | None, call: Call) -> Picture:
    """Return the picture of an association's province, or of what belongs to none (None)."""
    campaign, rulings = call.campaign, rulings_of(look.decided(place))
    rows = Rows(kept, look, campaign, rulings)
    messages = views.message_views(rows)
    files = views.file_views(rows, messages)
    placed = versions.placed(files, views.aspects(files, rows), kept, messages, campaign)
    cases = _cases(kept.cases, placed, Judges(campaign, call.selected, rulings))
    own = [_association(association, messages.values(), placed, cases, rows)] if association else []
    return Picture(
        campaign=campaign,
        as_of=look.as_of,
        associations=tuple(own),
        cities=tuple(_cities(cases, placed, campaign, raised_quota_cities(call.associations))),
        cases=tuple(cases),
        messages=tuple(messages.values()),
        files=placed.files,
        links=tuple(views.link_views(rows, messages)),
        rulings=rulings,
    )


def _cases(known: Mapping[int, Case], placed: Placed, by: Judges) -> list[CaseView]:
    """Return every case that a counting list names or that a file belongs to, by province, city and name."""
    ids = {*placed.rows_by_case, *placed.files_by_case}
    rows, files, every = placed.rows_by_case, placed.files_by_case, placed.every_row
    unlisted = {id_ for id_, left in placed.removed.items() if not left.counts}
    views = [
        replace(
            case_view(known[id_], rows.get(id_, ()), files.get(id_, ()), by, listed=id_ not in unlisted),
            all_rows=tuple(every.get(id_, ())),
        )
        for id_ in ids
    ]
    return sorted(views, key=lambda case: (case.province, case.city or "", case.community, case.id))


def _association(
    association: Association,
    messages: Iterable[MessageView],
    placed: Placed,
    cases: list[CaseView],
    rows: Rows,
) -> AssociationView:
    """Return an association with its submission: what its lists and scans are, and how far its cases are complete."""
    files = placed.files_by_province.get(association.province, ())
    lists = tuple(file for file in files if file.kind == "summary_list" and not file.superseded)
    rulings, call = rows.rulings, rows.campaign.call
    view = AssociationView(
        association=association,
        messages_in=tuple(message for message in messages if message.is_submission),
        lists=lists,
        all_lists=tuple(file for file in files if file.kind == "summary_list"),
        list_scans=tuple(file for file in files if _is_list_scan(file)),
        list_head=_list_head(lists),
        cases=tuple(cases),
        complete_cases=sum(case.complete for case in cases if case.in_list and case.withdrawn is None),
        status="none",
        deadline=rulings.last_moment(call.zone) or call.last_moment,
        deadline_note=decided_by(rulings.deadline, call.zone) if rulings.deadline else "",
        nothing_to_send=decided_by(rulings.nothing, call.zone) if rulings.nothing else "",
        removed=tuple((case, placed.removed[case.id]) for case in cases if _is_left_out(case, placed)),
    )
    return replace(view, status=_status(view))


def _is_left_out(case: CaseView, placed: Placed) -> bool:
    return case.id in placed.removed and case.withdrawn is None


def _is_list_scan(file: FileView) -> bool:
    """Tell whether a file is the stamped list: a scan, or a PDF of text that bears the seal as it was printed."""
    sealed = file.kind == "summary_list" and file.format == "pdf" and bool(file.facts.get("stamped"))
    return sealed or file.kind == "summary_list_scan"


def _status(view: AssociationView) -> str:
    """Return none, partial or complete (domain.md section 6.6); a list that cannot be read proves nothing complete."""
    if not view.messages:
        return "none"
    # A row that names no community may stand for a case that nobody can look for.
    everything = (
        not nameless_rows(view)
        and view.lists
        and view.list_scans
        and view.cases_listed
        and view.complete_cases == view.cases_listed
    )
    return "complete" if everything else "partial"


def _list_head(lists: Sequence[FileView]) -> dict[str, Cell]:
    """Return submitter, contact and phone of the newest list that states each of them."""
    head: dict[str, Cell] = {}
    for file in reversed(lists):
        for name in ("submitter", "contact", "phone"):
            cell = file.facts.get(name)
            if cell and (name not in head or not head[name].raw.strip()):
                head[name] = Cell.of(cell, file)
    return head


def _cities(
    cases: Iterable[CaseView], placed: Placed, campaign: Campaign, raised: frozenset[str]
) -> Iterable[CityView]:
    """Yield each city with the cases it recommends; where a list can be read, only those that it names."""
    readable = {
        province
        for province, files in placed.files_by_province.items()
        if any(file.kind == "summary_list" and not file.superseded and has_rows(file) for file in files)
    }
    by_city: dict[tuple[str, str], list[CaseView]] = defaultdict(list)
    for case in cases:
        if case.city and case.withdrawn is None and (case.in_list or case.province not in readable):
            by_city[case.province, case.city].append(case)
    call = campaign.call
    for (province, city), own in sorted(by_city.items()):
        yield CityView(province, city, tuple(own), call.quota_capital if city in raised else call.quota)
