"""The facts of one association's submission that rules judge: its list, its scan, and what its cases leave out."""

from config.campaign import Campaign
from reports.case_facts import is_blank
from reports.picture import AssociationView, FileView

_WORD_FORMATS = ("docx", "ole", "doc", "wps")


def has_rows(file: FileView) -> bool:
    """Tell whether a list could be read."""
    return "rows" in file.facts


def word_lists(view: AssociationView) -> tuple[FileView, ...]:
    """Return the lists that are in Word (domain.md section 6.2)."""
    return tuple(file for file in view.lists if file.format in _WORD_FORMATS)


def lists_not_word(view: AssociationView) -> list[str]:
    """Return the names of editable lists in other formats, where none is in Word."""
    return [] if word_lists(view) else [f"《{file.name}》" for file in view.lists]


def blank_contact_cells(view: AssociationView, campaign: Campaign) -> list[str] | None:
    """Return which of 联系人 and 联系电话 are blank in the list; None where no list could be read."""
    if not any(has_rows(file) for file in view.lists):
        return None
    captions = campaign.summary_list.captions
    head = view.list_head
    return [captions[name] for name in ("contact", "phone") if name not in head or is_blank(head[name].raw, campaign)]


def late_items(view: AssociationView, campaign: Campaign) -> list[str]:
    """Return which of list and scan first came after the deadline."""
    limit = campaign.call.last_moment
    items = {"汇总清单": view.all_lists, "汇总清单盖章扫描件": view.list_scans}
    return [label for label, files in items.items() if files and min(file.first_arrival for file in files) > limit]


def missing_project_types(view: AssociationView, campaign: Campaign) -> list[str] | None:
    """Return the named project types that none of the province's cases has; None where no case's type is known."""
    known = {case.project_type for case in view.cases if case.project_type}
    if not known:
        return None
    return [kind.label for kind in campaign.project_type if kind.named and kind.name not in known]
