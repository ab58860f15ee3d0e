"""What other programs read: the rows of domain.md section 5 and their bytes as JSON, CSV or xlsx.

The names are stable: a column may be added, never renamed or taken away.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from config.campaign import Campaign
from reports.facts.case_facts import is_blank
from reports.facts.submission_facts import word_lists
from reports.finding import Assessment
from reports.incoming import MessageView
from reports.making.tables import Column, Sheet, csv_text, json_text, workbook
from reports.picture import AssociationView
from reports.sources import source_of
from reports.stamps import any_stamped
from reports.wording import sound

COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": (
        "province", "city", "community", "company", "address", "completed", "floor_area_m2", "delivered",
        "project_type", "fee_text", "fee_low", "fee_high", "collection_rate", "applicant_contact", "applicant_phone",
        "recommender", "recommender_contact", "recommender_phone", "reason", "applicant_signed", "recommender_signed",
        "remark", "list_number", "in_list", "has_form", "form_stamped", "has_material", "photos", "videos",
        "first_arrival", "complete", "title", "withdrawn",
    ),
    "submissions": (
        "province", "association", "status", "messages", "first_arrival", "last_arrival", "contact", "phone",
        "has_list_word", "has_list_scan", "list_stamped", "cases_listed", "cases_complete", "late", "errors",
        "warnings", "deadline", "nothing_to_send",
    ),
    "findings": (
        "code", "severity", "phase", "province", "city", "community", "subject", "message", "evidence", "clause",
        "message_id", "file", "status", "id", "waived",
    ),
    "messages": (
        "id", "mailbox", "folder", "uid", "message_id", "from_address", "from_name", "subject", "arrival", "province",
        "sender_level", "files", "bytes", "kind", "sender_basis", "sender_decided_by", "kind_decided_by", "came",
    ),
    "files": (
        "message", "path", "sha256", "bytes", "kind", "province", "community", "status", "superseded",
        "confidence", "filing_basis",
    ),
    "links": (
        "province", "message_pk", "message", "number", "provider", "name", "size", "bytes", "expires", "expires_text",
        "code", "url", "is_open",
    ),
}  # fmt: skip
FORMATS = ("json", "csv", "xlsx")
# Attributes that are empty where nothing is known of them; a value not known is null.
_UNKNOWN_IF_EMPTY = {"waived", "mailbox", "folder", "kind", "sha256"}

Row = dict[str, Any]


def export(assessment: Assessment, what: str, format: str) -> bytes:  # noqa: A002 (the word of the command line)
    """Return one of COLUMNS as bytes in one of FORMATS; KeyError where there is no such table or format."""
    return _WRITERS[format](what, rows(assessment, what))


def rows(assessment: Assessment, what: str) -> list[Row]:
    """Return the rows of one of COLUMNS as JSON values: moments in ISO 8601 with the campaign zone's offset."""
    zone = assessment.picture.campaign.call.zone
    return [{name: _json(value, zone) for name, value in row.items()} for row in values(assessment, what)]


def values(assessment: Assessment, what: str) -> list[Row]:
    """Return the rows of one of COLUMNS with moments as datetimes; KeyError where there is no such table."""
    picture, columns = assessment.picture, COLUMNS[what]
    if what == "submissions":
        return list(_submissions(assessment))
    views: Mapping[str, Iterable[object]] = {
        "cases": picture.cases,
        "findings": assessment.findings,
        "messages": picture.messages,
        "files": picture.files,
        "links": (*picture.open_links, *(link for link in picture.links if not link.is_open)),
    }
    return [{name: _attribute(view, name) for name in columns} for view in views[what]]


def _attribute(view: object, name: str) -> Any:  # noqa: ANN401 (a JSON value or a moment)
    value = source_of(view) if name == "came" and isinstance(view, MessageView) else getattr(view, name)
    return None if value == "" and name in _UNKNOWN_IF_EMPTY else value


def _submissions(assessment: Assessment) -> Iterable[Row]:
    """Yield one row a provincial association, in the picture's order."""
    counts = open_counts(assessment)
    for view in assessment.picture.associations:
        yield {
            "province": view.province,
            "association": view.association.name,
            "status": view.status,
            "messages": view.messages,
            "first_arrival": view.first_arrival,
            "last_arrival": view.last_arrival,
            "contact": contact_of(view, "contact", assessment.picture.campaign),
            "phone": contact_of(view, "phone", assessment.picture.campaign),
            "has_list_word": bool(word_lists(view)),
            "has_list_scan": bool(view.list_scans),
            "list_stamped": any_stamped(view.list_scans),
            "cases_listed": view.cases_listed,
            "cases_complete": view.complete_cases,
            "late": view.late,
            "errors": counts[view.province, "error"],
            "warnings": counts[view.province, "warning"],
            "deadline": view.deadline,
            "nothing_to_send": view.nothing_to_send or None,
        }


def open_counts(assessment: Assessment) -> Counter[tuple[str | None, str]]:
    """Return how many findings are open, by (province, severity)."""
    return Counter((finding.province, finding.severity) for finding in assessment.findings if finding.status == "open")


def contact_of(view: AssociationView, name: str, campaign: Campaign) -> str | None:
    """Return `contact` or `phone` as the association's own list states it, else as the roster knows it."""
    cell = view.list_head.get(name)
    if cell and not is_blank(cell.raw, campaign):
        return cell.value if isinstance(cell.value, str) else cell.raw.strip()
    return getattr(view.association, name) or None


def _json(value: object, zone: Any) -> Any:  # noqa: ANN401 (a JSON value)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return sound(value) if isinstance(value, str) else value


def _as_json(_what: str, table: list[Row]) -> bytes:
    return json_text(table).encode("utf-8")


def _as_csv(what: str, table: list[Row]) -> bytes:
    return csv_text(COLUMNS[what], ([row[name] for name in COLUMNS[what]] for row in table)).encode("utf-8")


def _as_xlsx(what: str, table: list[Row]) -> bytes:
    columns = tuple(Column(name, width=max(10, len(name) + 2)) for name in COLUMNS[what])
    return workbook((Sheet(what, columns, [[row[name] for name in COLUMNS[what]] for row in table]),))


_WRITERS: Mapping[str, Callable[[str, list[Row]], bytes]] = {"json": _as_json, "csv": _as_csv, "xlsx": _as_xlsx}
