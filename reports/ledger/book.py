"""The workbook that staff work with (台账): sheets 汇总, 案例, 问题 and 来信, with the same numbers as every report.

A sheet 催办记录 where its records are given; on request a sheet for each province, or that of one province alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.export import Row
from reports.finding import Assessment
from reports.ledger.fields import CASES, CORRECTED, FINDING, FINDINGS, MESSAGES, SUMMARY, Field
from reports.ledger.links import Links
from reports.ledger.mark import mark_sheet
from reports.ledger.provinces import province_pages
from reports.ledger.reminded import reminded_sheet
from reports.ledger.rows import case_rows, finding_rows, message_rows, page_head, submission_rows
from reports.letters.history import Record
from reports.making.tables import Sheet, workbook


@dataclass(frozen=True)
class Book:
    """What is asked of a ledger: where its links lead, the newest decision, a sheet a province, or one province.

    `reminded` are the records of reminders; None where they are not asked for.
    """

    links: Links = Links()  # noqa: RUF009 (frozen)
    decided: int = 0
    by_province: bool = False
    province: str | None = None
    reminded: Sequence[Record] | None = None


def ledger(assessment: Assessment, book: Book = Book()) -> bytes:
    """Return the workbook (.xlsx)."""
    picture, links = assessment.picture, book.links
    sheets = []
    if book.province is None:
        fields = _with_choices(CASES, assessment)
        # As wide as it is, it prints on two pages beside each other; on one it could not be read.
        cases = _printed(_sheet("案例", fields, case_rows(assessment, links), assessment), "撤回")
        cases = replace(cases, pages_wide=2, repeated_columns=3)
        findings = _sheet("问题", FINDINGS, finding_rows(assessment, links), assessment)
        sheets = [
            _sheet("汇总", SUMMARY, submission_rows(assessment, links), assessment),
            cases,
            _printed(findings, FINDING),
            _sheet("来信", MESSAGES, message_rows(assessment, links), assessment),
        ]
        if book.reminded is not None:
            sheets.append(reminded_sheet(book.reminded, page_head(assessment)))
    pages = province_pages(assessment, links, book.province) if book.by_province or book.province else []
    mark = mark_sheet(picture, picture.campaign.call.id, book.decided)
    made = picture.as_of.astimezone(picture.campaign.call.zone).replace(tzinfo=None)
    return workbook([*sheets, *pages, mark], made)


def _sheet(name: str, fields: Sequence[Field], rows: Sequence[Row], assessment: Assessment) -> Sheet:
    campaign = assessment.picture.campaign
    cells = [[one.cell(row, campaign) for one in fields] for row in rows]
    return Sheet(name, [one.column for one in fields], cells, page_head(assessment))


def _printed(sheet: Sheet, last: str) -> Sheet:
    """Return a sheet of which the columns up to a heading are printed: what stands behind it is for the screen."""
    return replace(sheet, printed_columns=1 + [column.heading for column in sheet.columns].index(last))


def _with_choices(fields: Sequence[Field], assessment: Assessment) -> list[Field]:
    """Return the fields with the campaign's captions to choose from where a value is corrected."""
    captions = (*assessment.picture.campaign.recommendation_form.captions.values(), "城市", "备注")
    return [replace(one, choices=captions) if one.heading == CORRECTED else one for one in fields]
