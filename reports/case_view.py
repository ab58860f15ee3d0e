"""Puts one case together: its list rows, its form, its files that count, and the value of every field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.campaign import Campaign
from config.case_name import CaseName
from config.matching import Named
from config.naming import community_key
from config.selected import Match, Selection
from reports.facts import photo_facts
from reports.facts.case_facts import FORM_KINDS, says_nothing
from reports.incoming import Cell, FileView
from reports.picture import CaseView, ListRow
from reports.rulings import Rulings
from reports.same_pictures import first_copies
from reports.stamps import any_stamped
from reports.wording import decided_by
from store.models import Case

# The cells of a case by what goes before what: a person's corrections, the form, the list's row.
Sides = Sequence[Mapping[str, Cell]]


@dataclass(frozen=True)
class Judges:
    """What a case is seen by: the campaign, what was selected before, and what persons decided of the province."""

    campaign: Campaign
    selected: Selection | None
    rulings: Rulings


def case_view(case: Case, rows: Sequence[ListRow], files: Sequence[FileView], by: Judges, *, listed: bool) -> CaseView:
    """Return a case with its fields: a person's value, else the form's, else the list's (domain.md section 6.8)."""
    campaign, name = by.campaign, CaseName(case.province, case.city, case.community)
    current = [file for file in files if not file.superseded]
    form, corrected = _form(current), _corrected(name, by)
    withdrawn = by.rulings.withdrawal_of(name)
    row = rows[0].cells if rows else {}
    sides = (corrected, form, row)
    photos, counted = _photos([file for file in current if file.kind == "photo"], campaign)
    forms = tuple(file for file in current if file.kind in FORM_KINDS)
    materials = tuple(file for file in current if file.kind == "case_material")
    city = str(corrected["city"].value) if "city" in corrected else case.city
    community = _community(case, sides, campaign)
    before = _selected_before(Named(community, city, _text(sides, "company", campaign)), case.province, by.selected)
    whole = rows and listed and forms and materials and len(counted) >= campaign.call.photos_min
    return CaseView(
        id=case.id,
        name=name,
        province=case.province,
        city=city,
        community=community,
        rows=tuple(rows),
        form=form,
        corrected=corrected,
        files=tuple(files),
        forms=forms,
        materials=materials,
        photo_files=photos,
        counted_photos=counted,
        video_files=_once(file for file in current if file.kind == "video"),
        first_arrival=min((file.first_arrival for file in files), default=None),
        already_selected=None if before is None else "；".join(match.text for match in before),
        surely_selected=not any(match.doubt for match in before or ()),
        complete=bool(whole),
        form_stamped=any_stamped(forms),
        to_verify=_to_verify(sides, campaign),
        unlisted=bool(rows) and not listed,
        withdrawn=decided_by(withdrawn, campaign.call.zone) if withdrawn else None,
        **_fields(sides, materials, campaign),
    )


def _photos(files: Sequence[FileView], campaign: Campaign) -> tuple[tuple[FileView, ...], tuple[FileView, ...]]:
    """Return (a case's photos, those of them that count): what came by itself, and where that is too little the rest.

    What is pasted into papers otherwise only illustrates. A picture that came both ways is the one that came by itself.
    """
    attached = tuple(file for file in files if not file.pasted)
    counted = _counted(attached, campaign)
    pasted = tuple(file for file in files if file.pasted)
    if len(counted) >= campaign.call.photos_min or not pasted:
        return attached, counted
    return (*attached, *pasted), _counted((*attached, *pasted), campaign)


def _counted(photos: Iterable[FileView], campaign: Campaign) -> tuple[FileView, ...]:
    """Return the photos that count: readable JPEGs of at least the size asked for, each picture once (6.5)."""
    fit = [file for file in photos if photo_facts.fault(file, campaign) is None]
    copies = first_copies(fit)
    return tuple(file for file in fit if file.id not in copies)


def _once(files: Iterable[FileView]) -> tuple[FileView, ...]:
    """Return files, each content once: what came by mail and again by courier is one."""
    return tuple({file.sha256 or file.id: file for file in files}.values())


def _form(files: Iterable[FileView]) -> dict[str, Cell]:
    """Return the cells of the newest form that could be read, as Word where there is one."""
    readable = [file for file in reversed(list(files)) if file.kind in FORM_KINDS and file.facts.get("fields")]
    # The Word form is the truth, its scan the evidence: it speaks only where there is no other.
    newest = max(readable, key=lambda file: file.kind == "recommendation_form", default=None)
    if newest is None:
        return {}
    return {name: Cell.of(value, newest) for name, value in newest.facts["fields"].items()}


def _corrected(name: CaseName, by: Judges) -> dict[str, Cell]:
    """Return the values that persons corrected, each with who and when as its place."""
    zone = by.campaign.call.zone
    return {
        field: Cell(one.value["raw"], one.value["value"], f"人工更正（{decided_by(one, zone)}）", None, "person")
        for field, one in by.rulings.values_of(name).items()
    }


def _to_verify(sides: Sides, campaign: Campaign) -> str:
    """Return the captions of what an OCR alone says: a person compares it with the scan (待核)."""
    corrected, form, row = sides
    captions = campaign.recommendation_form.captions
    scanned = {name: cell for name, cell in form.items() if cell.is_scanned and cell.value is not None}
    others = {name for cells in (corrected, row) for name, cell in cells.items() if cell.value is not None}
    alone = (name for name in scanned if name not in others)
    return "、".join(f"{captions[name]}{'（把握不大）' if scanned[name].is_doubtful else ''}" for name in alone)


def _fields(sides: Sides, materials: Sequence[FileView], campaign: Campaign) -> dict[str, Any]:
    """Return the values of all fields of a case by their names in exports."""
    corrected, form, row = sides
    fee = _value((corrected, form), "fee") or (None, None)
    texts = ("company", "address", "applicant_contact", "recommender", "recommender_contact", "reason", "remark")
    values = ("completed", "delivered", "project_type", "collection_rate", "applicant_phone", "recommender_phone")
    return {
        **{name: _text(sides, name, campaign) for name in texts},
        **{name: _value(sides, name) for name in (*values, "applicant_signed", "recommender_signed")},
        "floor_area_m2": _value(sides, "floor_area"),
        "fee_text": _text(sides, "fee", campaign),
        "fee_low": fee[0],
        "fee_high": fee[1],
        "list_number": _text((row,), "number", campaign),
        "title": next((file.facts.get("title") for file in reversed(materials) if file.facts.get("title")), None),
    }


def _value(sides: Sides, name: str) -> Any:  # noqa: ANN401 (a JSON value)
    """Return a field's normal form: a person's, the form's, else the list's, else None."""
    for cells in sides:
        if name in cells and cells[name].value is not None:
            return cells[name].value
    return None


def _text(sides: Sides, name: str, campaign: Campaign) -> str | None:
    """Return a field's text, cleaned where its reader cleaned it; a blank one says nothing."""
    for cells in sides:
        if not says_nothing(cells.get(name), campaign):
            value = cells[name].value
            return value if isinstance(value, str) else cells[name].raw.strip()
    return None


def _community(case: Case, sides: Sides, campaign: Campaign) -> str:
    """Return what a case is called: as a person corrected it, else as form or list write its own name.

    A form that was filed to it under another name (merged, misspelt, by a person) does not rename it.
    """
    corrected, *papers = sides
    if said := _text((corrected,), "community", campaign):
        return said
    written = _text(papers, "community", campaign)
    return written if written and community_key(written) == community_key(case.community) else case.community


def _selected_before(named: Named, province: str, selected: Selection | None) -> tuple[Match, ...] | None:
    """Return those of the list of communities selected before that a case is, or may be; None without such a list."""
    return None if selected is None else selected.find(named, province)
