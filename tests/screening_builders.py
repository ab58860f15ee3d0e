"""Cases as reviewers are to see them, workbooks made of them, and copies filled in as people fill them in."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from parsers.documents.sheets import read_sheets
from reports.finding import Assessment, Finding
from reports.picture import CaseView
from reports.screening.dossier import dossiers
from reports.screening.filled import Copy, Table, understood
from reports.screening.workbook import reviewer_workbook
from tests.picture_builders import assessment, association, campaign, case, file_of, message

AS_OF = datetime.fromisoformat("2026-08-20T10:00:00+08:00")
MEASURES = (
    "社区党委牵头成立联合党支部，居委会、业委会和物业每月议事。物业帮业主更新电梯八台，联系张三 138 1234 5678。\n"
    "2025 年物业服务费收缴率达到 96%，公共收益明细按季公示，服务热线 0571-86012345。"
)
TEXTS = {"introduction": "房" * 120, "problems": "企业曾受到行政处罚，也有过负面舆情。", "measures": MEASURES}
SECTIONS = [
    {"name": "introduction", "characters": 120, "shared": False, "blank": False, "hint": ""},
    {"name": "problems", "characters": 17, "shared": False, "blank": False, "hint": ""},
    {"name": "measures", "characters": 90, "shared": False, "blank": False, "hint": ""},
    {"name": "insights", "characters": 0, "shared": False, "blank": True, "hint": ""},
]
VETOES = tuple(one.name.replace(" ", "\n") for one in campaign().screening.veto)


def told(community: str, province: str = "浙江", city: str = "杭州市", **changed: Any) -> CaseView:
    """Return a case with a material that was read; any field may be changed."""
    mail = message(province)
    file = file_of(
        mail, f"{community}+红色管家.docx", "case_material", facts={"section_facts": SECTIONS, "method": "docx"}
    )
    fields: dict[str, Any] = {"has": ("row", "form"), "photos": 0, "materials": (file,), **changed}
    return case(mail, community, city, **fields)


def assessed(cases: Sequence[CaseView], findings: Sequence[Finding] = ()) -> Assessment:
    """Return a campaign of these cases."""
    places: dict[str, list[CaseView]] = {}
    for one in cases:
        places.setdefault(one.province, []).append(one)
    views = [association(province, [message(province)], own) for province, own in places.items()]
    return assessment(views, findings, as_of=AS_OF)


def made(
    cases: Sequence[CaseView],
    findings: Sequence[Finding] = (),
    texts: Mapping[str, str] = TEXTS,
    reviewer: str = "张三丰",
) -> bytes:
    """Return the workbook of a reviewer who sees all of these cases."""
    by_hash = {one.material.sha256 or "": texts for one in cases if one.material}
    shown = dossiers(assessed(cases, findings), by_hash, cases)
    return reviewer_workbook(shown, reviewer, campaign(), AS_OF)


def book_of(data: bytes, **options: bool) -> Workbook:
    return load_workbook(io.BytesIO(data), **options)


def place(page: Worksheet, heading: str) -> int:
    """Return the column of a heading."""
    return next(cell.column for cell in page[1] if cell.value == heading)


def column(page: Worksheet, heading: str) -> list[Any]:
    return [page.cell(row, place(page, heading)).value for row in range(2, page.max_row + 1)]


def write(book: Workbook, sheet: str, row: int, heading: str, value: Any) -> None:
    """Write into a cell as a reviewer does; rows count from 2."""
    page = book[sheet]
    put(page, row, place(page, heading), value)


def put(page: Worksheet, row: int, number: int, value: Any) -> None:
    """Put a value into a cell; these are text cells, in which nothing that is typed is a formula."""
    cell = page.cell(row, number)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def tables(path: Path) -> list[Table]:
    """Return the sheets of a workbook as the clean room tells them."""
    return [[(row[0].row, [cell.text for cell in row]) for row in one.rows] for one in read_sheets(path).tables]


def read(data: bytes | Path, cases: Sequence[CaseView], folder: Path) -> Copy:
    """Return what a copy says of these cases."""
    path = data if isinstance(data, Path) else folder / "copy.xlsx"
    if isinstance(data, bytes):
        path.write_bytes(data)
    return understood(tables(path), campaign(), cases)


def edited(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """Return a workbook that somebody has changed and saved."""
    book, out = book_of(data), io.BytesIO()
    change(book)
    book.save(out)
    return out.getvalue()
