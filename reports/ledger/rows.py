"""The rows of the ledger's sheets: those of the exports, with what only the ledger says, and where documents lie."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.export import Row, values
from reports.finding import Assessment
from reports.ledger.links import Links
from reports.picture import AssociationView, CaseView
from reports.stamps import seals_said
from reports.tally import PLACES, place_of
from reports.wording import SEVERITIES, clock


def page_head(assessment: Assessment) -> str:
    """Return what stands on top of each printed page."""
    call = assessment.picture.campaign.call
    return f"{call.title}　台账　截至 {clock(assessment.picture.as_of, call.zone)}"


def submission_rows(assessment: Assessment, links: Links) -> list[Row]:
    """Return the provinces, each with what the seals on its list's scans say."""
    table = zip(values(assessment, "submissions"), assessment.picture.associations, strict=True)
    return [
        {
            **row,
            "list_seals": seals_said(view.list_scans),
            "granted": _granted(view, assessment),
            "links": links.of_association(view),
        }
        for row, view in table
    ]


def _granted(view: AssociationView, assessment: Assessment) -> str:
    """Return the later deadline that was granted to an association, and by whom; empty where the campaign's holds."""
    if not view.deadline_note:
        return ""
    day = view.deadline.astimezone(assessment.picture.campaign.call.zone).date()
    return f"延至 {day.isoformat()}（{view.deadline_note}）"


def case_rows(assessment: Assessment, links: Links) -> list[Row]:
    """Return the cases, each with what its form's seals say, what a scan alone says, and what persons corrected."""
    captions = assessment.picture.campaign.recommendation_form.captions
    table = zip(values(assessment, "cases"), assessment.picture.cases, strict=True)
    return [
        {
            **row,
            "to_verify": case.to_verify,
            "form_seals": seals_said(case.forms),
            "corrections": _corrections(case, captions),
            "key": case_key(case),
            "links": links.of_case(case),
        }
        for row, case in table
    ]


def case_key(case: CaseView) -> str:
    """Return what names a case in a ledger whatever is corrected of it: 浙江|杭州市|春江花园."""
    return f"{case.name.province}|{case.name.city or ''}|{case.name.community}"


def _corrections(case: CaseView, captions: Mapping[str, str]) -> str:
    """Return which values persons corrected, who and when: 建筑面积（陈静 8月6日：电话核实）."""
    said = {name: cell.place.removeprefix("人工更正") for name, cell in case.corrected.items()}
    return "；".join(f"{captions.get(name, name)}{words}" for name, words in said.items())


def finding_rows(assessment: Assessment, links: Links) -> list[Row]:
    """Return the findings, waived ones last, those that must be put right first; else in the judge's order."""
    order: Sequence[str] = list(SEVERITIES)
    rows: list[dict[str, Any]] = [{**row, "links": links.of_finding(row)} for row in values(assessment, "findings")]
    return sorted(rows, key=lambda row: (row["status"] != "open", order.index(row["severity"])))


def message_rows(assessment: Assessment, links: Links) -> list[Row]:
    """Return the messages with what became of each and why."""
    table = zip(values(assessment, "messages"), assessment.picture.messages, strict=True)
    return [
        {
            **row,
            "place": PLACES[place_of(message)],
            "why": message.failure or message.kind_evidence,
            "links": links.of_mail(message.key),
        }
        for row, message in table
    ]
