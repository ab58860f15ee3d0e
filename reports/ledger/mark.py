"""What a workbook says of itself on a hidden sheet: its campaign, as of when it is, and which decisions it knew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from reports.making.tables import Column, Sheet
from reports.picture import Picture

SHEET = "台账信息"
_FORMAT = "1"
_CAMPAIGN, _AS_OF, _DECIDED, _PROGRAM, _KIND = "征集", "截至", "已知人工处理编号", "程序版本", "台账格式"


@dataclass(frozen=True)
class Mark:
    """Of which campaign a workbook is, as of when, and the number of the newest decision that it could know."""

    campaign: str
    as_of: str
    decided: int


def mark_sheet(picture: Picture, campaign: str, decided: int) -> Sheet:
    """Return the hidden sheet by which a workbook that comes back is known."""
    as_of = picture.as_of.astimezone(picture.campaign.call.zone).isoformat(timespec="seconds")
    rows = [
        (_KIND, _FORMAT),
        (_CAMPAIGN, campaign),
        (_AS_OF, as_of),
        (_DECIDED, str(decided)),
        (_PROGRAM, version("zhengji")),
    ]
    return Sheet(SHEET, (Column("项目", 18), Column("内容", 40)), rows, hidden=True)


def mark_of(sheets: Mapping[str, Iterable[Sequence[str]]]) -> Mark | None:
    """Return what a workbook says of itself; None where it has no such sheet, or one that says too little."""
    said = {row[0]: row[1] for row in sheets.get(SHEET, ()) if len(row) > 1}
    decided = said.get(_DECIDED, "")
    if said.get(_KIND) != _FORMAT or not said.get(_CAMPAIGN) or not (decided.isascii() and decided.isdecimal()):
        return None
    return Mark(said[_CAMPAIGN], said.get(_AS_OF, ""), int(decided))
