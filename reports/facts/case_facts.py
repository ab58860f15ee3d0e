"""The facts of one case that rules judge: what is blank, unreadable or late."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from config.campaign import Campaign, Table
from config.matching import Named, likeness, why
from config.naming import community_key, folded
from reports.facts.photo_facts import fault
from reports.incoming import Cell, FileView
from reports.picture import CaseView
from reports.rulings import Rulings
from reports.same_pictures import first_copies
from reports.versions import item_of

if TYPE_CHECKING:
    from reports.subjects import Subject

# Cells of annex 3 that hold a date, an area, a rate or a phone: form.field_invalid says which cannot be read.
_MEASURED = ("completed", "floor_area", "delivered", "collection_rate", "applicant_phone", "recommender_phone")
# What stands for a letter that could not be told: no cell that holds one is read as anything.
_LOST = "\ufffd"
_LOCKED = ("encrypted", "corrupt", "unsupported", "volume_missing", "unsafe")
_WORD_FORMATS = ("docx", "ole", "doc", "wps")
# From here on a name is near enough to be told.
_NEAR = 0.1
FORM_KINDS = ("recommendation_form", "recommendation_form_scan")


def is_blank(raw: str, campaign: Campaign) -> bool:
    """Tell whether a cell says nothing: empty, only punctuation, or one of the words people put there (/, 无 …)."""
    text = folded(raw)
    return not text or text in {folded(word) for word in campaign.mail.blanks} or text in {"年月日", "/"}


def says_nothing(cell: Cell | None, campaign: Campaign) -> bool:
    """Tell whether a cell is missing or blank; 同上 says something where its reader knew what stood above."""
    return cell is None or (cell.value is None and is_blank(cell.raw, campaign))


def blank_list_cells(case: CaseView, campaign: Campaign) -> list[str] | None:
    """Return the captions of required list cells that are blank; None where no list names the case."""
    if not case.in_list:
        return None
    table = campaign.summary_list
    return [
        _caption(table, name, seen=any(name in row.cells for row in case.rows))
        for name in table.required
        if all(says_nothing(row.cells.get(name), campaign) for row in case.rows) and name not in case.corrected
    ]


def _caption(table: Table, name: str, *, seen: bool) -> str:
    """Return a cell's caption; where its label was not seen at all, it may be there under another one."""
    return table.captions[name] if seen else f"{table.captions[name]}（没有认出这一栏）"


def blank_form_cells(case: CaseView, campaign: Campaign) -> list[str] | None:
    """Return the captions of required form cells that are blank; None where no form could be read."""
    if not case.form:
        return None
    table = campaign.recommendation_form
    # A label that an OCR did not find may stand there all the same: that is no blank cell.
    scanned = any(cell.is_scanned for cell in case.form.values())
    return [
        _caption(table, name, seen=name in case.form)
        for name in table.required
        if says_nothing(case.form.get(name), campaign)
        and not (scanned and name not in case.form)
        and name not in case.corrected
    ]


def unreadable_form_cells(case: CaseView, campaign: Campaign) -> list[tuple[str, Cell]]:
    """Return (caption, cell) of form cells that say something which cannot be read as what it should be."""
    captions = campaign.recommendation_form.captions
    read = ((name, cell) for name, cell in case.form.items() if name not in case.corrected)
    found = ((name, cell) for name, cell in read if name in _MEASURED or _LOST in cell.raw)
    return [(captions[name], cell) for name, cell in found if cell.value is None and not is_blank(cell.raw, campaign)]


def raw_of(case: CaseView, name: str) -> str:
    """Return what the form says in a field, else the list; empty where neither does."""
    for cells in (case.corrected, case.form, *(row.cells for row in case.rows)):
        if name in cells and cells[name].raw:
            return cells[name].raw
    return ""


def materials_not_word(case: CaseView) -> list[str]:
    """Return the names of materials in other formats, where none is in Word."""
    if any(file.format in _WORD_FORMATS for file in case.materials):
        return []
    return [f"《{file.name}》" for file in case.materials]


def misnamed_materials(case: CaseView) -> list[str]:
    """Return the names of materials that are not “小区+标题” (附件2 二(二)); brackets and widths do not matter."""
    wanted = community_key(case.community)
    return [f"《{file.name}》" for file in case.materials if not _is_named_after(file.name, wanted)]


def _is_named_after(name: str, wanted: str) -> bool:
    community, plus, title = name.rpartition(".")[0].replace("＋", "+").partition("+")
    return bool(plus and title.strip()) and community_key(community) == wanted


def late_items(case: CaseView, limit: datetime, campaign: Campaign) -> list[str]:
    """Return the required items of a case whose first arrival lies after the deadline."""
    forms = (file for file in case.files if file.kind in FORM_KINDS)
    materials = (file for file in case.files if file.kind == "case_material")
    items = {"推荐表": _first(forms), "案例材料": _first(materials)}
    late = [label for label, arrival in items.items() if arrival is not None and arrival > limit]
    return [*late, "照片"] if _photos_are_late(case, limit, campaign) else late


def _first(files: Iterable[FileView]) -> datetime | None:
    return min((file.first_taken for file in files), default=None)


def _photos_are_late(case: CaseView, limit: datetime, campaign: Campaign) -> bool:
    """Tell whether enough photos came, but not by the deadline; one that was renewed since was there in time."""
    wanted = campaign.call.photos_min
    if len(case.counted_photos) < wanted:
        return False
    photos = (file for file in case.files if file.kind == "photo" and fault(file, campaign) is None)
    known = {file.id: file for file in (*case.counted_photos, *photos)}
    in_time = sorted((file for file in known.values() if file.first_taken <= limit), key=lambda file: file.first_taken)
    # Of the versions of one photo the last in time counts.
    newest = list({item_of(file) or file.id: file for file in in_time}.values())
    return len(newest) - len(first_copies(newest)) < wanted


def received(subject: "Subject") -> str:
    """Return what came for a case: the evidence that something else did not."""
    names = [f"《{file.name}》" for file in subject.view.files if not file.superseded]
    return f"已收到{'、'.join(names[:8])}{' 等' if len(names) > 8 else ''}" if names else "尚未收到该小区的任何文件"  # noqa: PLR2004


def locked_note(subject: "Subject") -> str:
    """Return a note where the association sent something that cannot be opened: the item may be in there (6.7)."""
    locked = [
        file.name
        for file in subject.picture.files
        if file.province == subject.view.province and file.status in _LOCKED and not file.case_ids
    ]
    return f"（《{locked[0]}》打不开，材料可能在其中）" if locked else ""


def outdated_corrections(case: CaseView, rulings: Rulings, campaign: Campaign) -> list[str]:
    """Return the corrected values of which the papers now say neither what they said then nor what a person said."""
    captions = {**campaign.recommendation_form.captions, "remark": "备注"}
    told = []
    for name, one in rulings.values_of(case.name).items():
        cell = case.form.get(name) or next((row.cells[name] for row in case.rows if name in row.cells), None)
        if cell is None or says_nothing(cell, campaign):
            continue
        if cell.raw == one.value["was"] or cell.value == one.value.get("was_value", cell.raw):
            continue
        if cell.value is not None and cell.value != one.value["value"]:
            told.append(f"{captions[name]}更正为“{one.value['raw']}”，现写“{cell.raw}”")
    return told


def near_names(subject: "Subject") -> str:
    """Return which listed cases of the province are called nearly like a case that no list names; empty where none."""
    case: CaseView = subject.view
    own = Named(case.community, case.city, case.company)
    listed = (one for one in subject.picture.cases if one.in_list and one.withdrawn is None)
    others = ((one, Named(one.community, one.city, one.company)) for one in listed)
    alike = sorted(((likeness(own, named), one.community, why(own, named)) for one, named in others), reverse=True)
    told = [f"“{name}”（{reason}）" for sure, name, reason in alike[:2] if sure >= _NEAR]
    return f"（清单中相近的有{'、'.join(told)}）" if told else ""
