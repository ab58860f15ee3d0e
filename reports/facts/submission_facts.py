"""The facts of one association's submission that rules judge: its list, its scan, and what its cases leave out."""

import re
from collections import Counter
from typing import TYPE_CHECKING

from config.campaign import Campaign
from reports.facts.case_facts import says_nothing
from reports.incoming import FileView
from reports.picture import AssociationView, CaseView

if TYPE_CHECKING:
    from reports.subjects import Subject

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
    return [captions[name] for name in ("contact", "phone") if says_nothing(head.get(name), campaign)]


def late_items(view: AssociationView) -> list[str]:
    """Return which of list and scan first came after the deadline."""
    limit = view.deadline
    items = {"汇总清单": view.all_lists, "汇总清单盖章扫描件": view.list_scans}
    return [label for label, files in items.items() if files and min(file.first_taken for file in files) > limit]


def missing_project_types(view: AssociationView, campaign: Campaign) -> list[str] | None:
    """Return the named project types that none of the province's cases has; None where no case's type is known."""
    known = {case.project_type for case in view.standing if case.project_type}
    if not known:
        return None
    return [kind.label for kind in campaign.project_type if kind.named and kind.name not in known]


def received(subject: "Subject") -> str:
    """Return which lists and scans came from a province: the evidence that something else did not."""
    view: AssociationView = subject.view
    names = [f"《{file.name}》" for file in (*view.all_lists, *view.list_scans)]
    came = f"已收到{'、'.join(names)}" if names else "没有收到清单或其扫描件"
    return f"报送来信 {view.messages} 封，{came}"


def types_told(view: AssociationView, campaign: Campaign) -> str:
    """Return how many cases there are of each project type that is known."""
    counts = Counter(campaign.type_labels[case.project_type] for case in view.standing if case.project_type)
    return "、".join(f"{label} {count} 个" for label, count in counts.most_common())


def nameless_rows(view: AssociationView) -> list[str]:
    """Return the places of list rows that say something but not which community they are of."""
    rows = (row for file in view.lists for row in file.facts.get("rows", ()))
    nameless = (row for row in rows if not (row.get("community") or {}).get("value"))
    places = (next((cell["place"] for cell in row.values() if cell.get("place")), "") for row in nameless)
    return [re.sub(r"第\d+列$", "", place) for place in places]


def removed_rows(subject: "Subject") -> list[str]:
    """Return the communities that an earlier list names and a newer one leaves out."""
    return [f"“{case.community}”" for case, _ in subject.view.removed]


def removed_evidence(subject: "Subject") -> str:
    """Return which list leaves them out and where they stood, and what it names that no earlier list did."""
    view: AssociationView = subject.view
    if not view.removed:
        return ""
    newest = view.removed[-1][1]
    stood = [case.rows[0].cells["community"].evidence for case, _ in view.removed if case.rows]
    came = [case.community for case in view.cases if case.id in newest.came]
    new = f"；该清单新列出{'、'.join(came)}" if came else ""
    return f"《{newest.by.name}》（{subject.clock(newest.by.first_arrival)} 到达）未列；先前{'；'.join(stood)}{new}"


def withdrawn_resent(subject: "Subject") -> list[str]:
    """Return the withdrawn cases for which something came after that was noted."""
    return [f"“{case.community}”" for case, _ in _resent(subject)]


def withdrawn_evidence(subject: "Subject") -> str:
    """Return what came, and who had noted the withdrawal."""
    return "；".join(
        f"《{file.name}》{subject.clock(file.arrival)} 到达，撤回由{case.withdrawn}" for case, file in _resent(subject)
    )


def _resent(subject: "Subject") -> list[tuple[CaseView, FileView]]:
    """Return the withdrawn cases with the first content of each that is new since."""
    found = []
    for case in subject.view.cases:
        decided = subject.picture.rulings.withdrawal_of(case.name) if case.withdrawn else None
        files = (*case.files, *(row.file for row in case.rows))
        new = [file for file in files if decided and file.first_arrival > decided.decided_at]
        if new:
            found.append((case, min(new, key=lambda file: file.first_arrival)))
    return found


def nothing_but_sent(subject: "Subject") -> bool:
    """Tell whether a province of which somebody noted that nothing will come has sent something."""
    view: AssociationView = subject.view
    return bool(view.nothing_to_send) and view.messages > 0
