"""What did staff write into a ledger? Its 处理意见 by the headings over them, wherever columns and rows went.

The workbook is opened in the clean room; nothing in it is evaluated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.case_name import CaseName
from ingest.decisions.returned import Rows, sheets_of
from ingest.decisions.settling import DecisionError
from ingest.desk import Desk
from reports.ledger.fields import CASE, CORRECTED, FINDING, OPINION, PERSON, REASON, VALUE
from reports.ledger.mark import SHEET, Mark, mark_of
from reports.wording import clipped, one_line

_WRITTEN = (OPINION, REASON, PERSON, CORRECTED, VALUE)
_LONGEST, _LONGEST_NAME = 500, 40
# Our findings are called by eight signs; one of digits alone may have lost its zeros as a number.
_ID_SIGNS = 8
_PLACE = ("省份", "小区名称")
_HEADINGS = 2


@dataclass(frozen=True)
class Opinion:
    """One row that staff filled in: where it stands, what it is of, and what they wrote.

    `shown` are the province and the community that stand in the same row, as far as they do.
    """

    place: str
    finding: str
    case: CaseName | None
    opinion: str
    reason: str
    person: str
    field: str
    value: str
    shown: tuple[str, str]

    @property
    def said(self) -> tuple[str, ...]:
        """What they wrote, to be compared with another row."""
        return self.opinion, self.reason, self.person, self.field, self.value


@dataclass(frozen=True)
class Written:
    """A ledger that came back: what it says of itself, the rows that staff filled in, and which headings it lacks."""

    mark: Mark
    opinions: tuple[Opinion, ...]
    lacking: tuple[str, ...]


def read_ledger(desk: Desk, path: Path) -> Written:
    """Return what staff wrote into a ledger; DecisionError where it is none of this campaign, or cannot be read."""
    sheets = sheets_of(desk, path, "台账")
    mark = mark_of({SHEET: [cells for _, cells in sheets.get(SHEET, ())]})
    if mark is None:
        raise DecisionError(f"{path.name} 不是 zhengji ledger 做的台账（或其中的“{SHEET}”表没有了），没有导入")
    if mark.campaign != desk.campaign.call.id:
        raise DecisionError(f"{path.name} 是另一次征集（{one_line(mark.campaign)}）的台账，没有导入")
    opinions = tuple(one for name, rows in sheets.items() for one in _opinions(name, rows))
    return Written(mark, opinions, tuple(line for name, rows in sheets.items() for line in _lacking(name, rows)))


def _lacking(sheet: str, rows: Rows) -> Iterator[str]:
    """Yield what is to be said of headings that were there when the ledger was made, and are gone or renamed."""
    for number, cells in rows:
        found = _headings(cells)
        # One of them may stand anywhere; two in a row are the headings.
        if len(found.keys() & {*_WRITTEN, FINDING, CASE}) < _HEADINGS:
            continue
        needed = [OPINION, REASON, PERSON, *([CORRECTED, VALUE] if {CASE, CORRECTED, VALUE} & found.keys() else [])]
        lost = [name for name in needed if name not in found]
        lost += [] if found.keys() & {FINDING, CASE} else [f"{FINDING}”或“{CASE}"]
        if lost:
            yield f"“{one_line(sheet)}”第 {number} 行的表头里没有“{'”“'.join(lost)}”（改名或删去了？），那一栏没有读"


def _opinions(sheet: str, rows: Rows) -> Iterator[Opinion]:
    """Yield the rows in which somebody wrote something below headings that tell what it is of."""
    columns: dict[str, int] = {}
    for number, cells in rows:
        headings = _headings(cells)
        if OPINION in headings and (FINDING in headings or CASE in headings):
            columns = headings
        elif columns and any(_text(cells, columns, name) for name in _WRITTEN):
            yield _opinion(f"“{one_line(sheet)}”第 {number} 行", cells, columns)


def _headings(cells: Iterable[str]) -> dict[str, int]:
    """Return the columns by their headings, without the spaces and line ends that somebody put into them."""
    found: dict[str, int] = {}
    for number, text in enumerate(cells):
        found.setdefault("".join(text.split()), number)
    return found


def _opinion(place: str, cells: Sequence[str], columns: Mapping[str, int]) -> Opinion:
    return Opinion(
        place=place,
        finding=_finding(_text(cells, columns, FINDING)),
        case=_case(_text(cells, columns, CASE)),
        opinion="".join(_text(cells, columns, OPINION).split()),
        reason=clipped(_text(cells, columns, REASON), _LONGEST),
        person=clipped(_text(cells, columns, PERSON), _LONGEST_NAME),
        field=_text(cells, columns, CORRECTED),
        value=_text(cells, columns, VALUE),
        shown=(_text(cells, columns, _PLACE[0]), _text(cells, columns, _PLACE[1])),
    )


def _text(cells: Sequence[str], columns: Mapping[str, int], name: str) -> str:
    number = columns.get(name)
    return one_line(cells[number]) if number is not None and number < len(cells) else ""


def _finding(text: str) -> str:
    plain = text.strip().lower()
    return plain.zfill(_ID_SIGNS) if plain.isascii() and plain.isdecimal() else plain


def _case(text: str) -> CaseName | None:
    province, _, rest = text.partition("|")
    city, bar, community = rest.partition("|")
    return CaseName(province, city or None, community) if bar and province and community else None
