"""The sheet 催办记录: what was sent to whom, when, by whom, by which channel, and what has become of it."""

from collections.abc import Sequence

from reports.letters.history import HEADINGS, Record
from reports.making.tables import Column, Sheet

NAME = "催办记录"
# Width and style by heading; numbers only name a record, and recipients may be phone numbers: both are text.
_STYLES = {
    "编号": (7, "text"),
    "时间": (16, "text"),
    "省份": (8, "text"),
    "函件": (10, "word"),
    "渠道": (7, "word"),
    "收件人": (26, "long"),
    "经办人": (10, "long"),
    "事项": (7, "number"),
    "现状": (40, "long"),
    "备注": (24, "long"),
}


def reminded_sheet(records: Sequence[Record], page_head: str) -> Sheet:
    """Return the sheet with every record, also of what did not go and of what was undone; the newest first."""
    columns = [Column(heading, *_STYLES[heading]) for heading in HEADINGS]
    rows = [[str(one.id), *one.cells[1:]] for one in records]
    return Sheet(NAME, columns, rows, page_head)
