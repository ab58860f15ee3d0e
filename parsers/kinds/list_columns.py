"""Which column of a summary list is which? Its header in one row or in two, also where two lists stand side by side."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from parsers.documents.tables import Cell, Labels, Table, distinct, key
from parsers.kinds import list_head

CORE = ("company", "delivered", "project_type", "recommender")
_FIELDS = ("community", *CORE)
# The community and so many of the core columns make a header.
_LEAST_CORE = 2
# A row of cases may hold labels among other words (杭州市物业管理协会), but none that stand alone.
_LEAST_EXACT = 2
# With so many columns known, a heading that holds a word of a missing one is that one.
_LEAST_KNOWN = 3
# So many rows that begin with 1, 2, 3 … number themselves, and so many are looked at.
_LEAST_COUNTED, _COUNTED = 2, 5
_SHORT_WORD, _LONG_WORD = 2, 4
# A heading with one of these is about something else than the label in it.
_ANOTHER_THING = re.compile(
    "联系人|电话|手机|负责人|经理|地址|面积|数量|户数|楼栋|人数|金额|意见|编码|代码|性别|职务|资质|等级|星级|荣誉|收缴|收费|单价|"
    "率|简介|概况|亮点|特色|理由|总数|序号|(?:企业|单位|公司)(?:性质|类型|类别)"
)
# Columns that none but other lists have: people, goods, money.
_FOREIGN = frozenset((
    "姓名", "性别", "职务", "身份证号", "身份证号码", "数量", "单价", "金额", "规格", "型号", "签名", "签到", "得分",
    "分数", "评分", "评委", "评委签字", "拟报案例数",
))  # fmt: skip

Columns = Mapping[str, int]
# The rank of a heading that only holds a label among other words.
_VAGUE = 10_000


@dataclass(frozen=True)
class Strip:
    """The columns of one list: field -> grid column; side by side, another list begins at `end`.

    `heads` says of each of its grid columns how many cells of the header stand before the one over it; `choices` are
    columns to tick, with the type that each stands for.
    """

    columns: Columns
    start: int = 0
    end: int | None = None
    heads: tuple[int, ...] = ()
    choices: Mapping[int, str] = field(default_factory=dict)

    def of(self, row: Sequence[Cell]) -> Sequence[Cell]:
        """Return the part of a row that is this list's."""
        return row[self.start : self.end]

    def aligned(self, row: Sequence[Cell]) -> Sequence[Cell]:
        """Return a row with its cells under those of the header, where it has as many.

        Word lets the borders of rows stand a little apart, and each such place makes a grid column of its own.
        """
        cells, part = distinct(self.of(row)), self.of(row)
        if len(part) != len(self.heads) or len(cells) != max(self.heads, default=-1) + 1:
            return row
        return [*row[: self.start], *(cells[head] for head in self.heads), *row[self.start + len(part) :]]


@dataclass(frozen=True)
class Header:
    """A header: its strips from left to right, field -> heading, and how many rows of the table it takes."""

    strips: tuple[Strip, ...]
    captions: Mapping[str, str]
    height: int = 1


@dataclass(frozen=True)
class _Heading:
    """A heading that names a field; a low `rank` names it better."""

    field: str
    rank: int
    column: int
    text: str


def find_header(table: Table, number: int, labels: Labels) -> Header | None:
    """Return the header that begins in a row (numbered from 1); None where the row is none."""
    row = table.rows[number - 1]
    if any(key(cell.text) in _FOREIGN for cell in row):
        return None
    one = _headings(row, labels)
    two = _two_rows(table, number, labels)
    # Two rows are one header where they say more together than either by itself.
    if two and len(_exact(two)) > max(len(_exact(one)), len(_exact(_headings(table.rows[number], labels)))):
        return _numbered(_header(two, 2, table.rows[number]), table.rows[number + 1 :])
    return _numbered(_header(one, 1, row), table.rows[number:])


def _numbered(header: Header | None, rows: Sequence[Sequence[Cell]]) -> Header | None:
    """Return a header with the number's column, also where its heading says another word: below it stand 1, 2, 3."""
    if header is None or "number" in header.strips[0].columns or 0 in header.strips[0].columns.values():
        return header
    counted = [row[0].text.strip() for row in rows[:_COUNTED]]
    if len(counted) < _LEAST_COUNTED or counted != [str(number) for number in range(1, len(counted) + 1)]:
        return header
    first, *others = header.strips
    return replace(header, strips=(replace(first, columns={"number": 0, **first.columns}), *others))


def _exact(headings: Iterable[_Heading]) -> set[str]:
    return {heading.field for heading in headings if heading.rank < _VAGUE}


def joined(strips: Sequence[Strip], more: Sequence[Strip]) -> tuple[Strip, ...]:
    """Return the strips of a header whose cells reach into the next row, with what that row adds."""
    if len(strips) != len(more):
        return tuple(more)
    pairs = zip(strips, more, strict=True)
    return tuple(replace(two, columns={**one.columns, **two.columns}) for one, two in pairs)


def _headings(row: Sequence[Cell], labels: Labels) -> list[_Heading]:
    """Return the headings of a row from left to right; those that only hold a label among other words rank last."""
    found: list[_Heading] = []
    seen: set[tuple[int, int]] = set()
    for column, cell in enumerate(row):
        if cell.origin in seen:
            continue
        seen.add(cell.origin)
        if heading := _heading(cell.text, column, labels, _LONG_WORD):
            found.append(heading)
    known = {heading.field for heading in found if heading.field in _FIELDS}
    if _LEAST_KNOWN <= len(known) < len(_FIELDS):
        taken = {heading.column for heading in found}
        rest = (_heading(cell.text, at, labels, _SHORT_WORD) for at, cell in enumerate(row) if at not in taken)
        found += [heading for heading in rest if heading and heading.field not in known]
    return sorted(found, key=lambda heading: heading.column)


def _heading(text: str, column: int, labels: Labels, least: int) -> _Heading | None:
    name = labels.field_of(text)
    if name:
        return None if name in list_head.HEAD else _Heading(name, labels.rank_of(text), column, text)
    name = None if _ANOTHER_THING.search(text) else labels.similar(text, least)
    return _Heading(name, _VAGUE, column, text) if name in _FIELDS else None


def _two_rows(table: Table, number: int, labels: Labels) -> list[_Heading]:
    """Return the headings of two rows read together (项目 above 类型); none where the lower row is no heading."""
    if number == len(table.rows):
        return []
    upper, lower = table.rows[number - 1 : number + 1]
    if len(upper) != len(lower) or len({cell.origin for cell in upper}) <= _LEAST_CORE:
        return []
    found: list[_Heading] = []
    seen = set()
    for column, (above, below) in enumerate(zip(upper, lower, strict=True)):
        same = above.origin == below.origin
        text = above.text if same else above.text + below.text
        if not same and below.text.strip() and not (labels.field_of(text) or labels.field_of(below.text)):
            return []
        text = text if labels.field_of(text) else below.text
        heading = _heading(text, column, labels, _LONG_WORD) if labels.field_of(text) else None
        if heading and (above.origin, below.origin) not in seen:
            found.append(heading)
        seen.add((above.origin, below.origin))
    return found


def _header(headings: Sequence[_Heading], height: int, row: Sequence[Cell]) -> Header | None:
    """Return the header of headings: several strips where they repeat themselves, None where they are too few.

    `row` is its last row.
    """
    groups = _groups(headings)
    strips = [_best(group) for group in groups]
    if len(groups) > 1 and not all(_enough(columns) for columns in strips):
        groups, strips = [list(headings)], [_best(headings)]
    if not _enough(strips[0]) or len(_exact(headings)) < _LEAST_EXACT or _is_of_a_form(headings):
        return None
    starts = [0, *(group[0].column for group in groups[1:])]
    ends = [*starts[1:], None]
    captions = {name: _text_at(headings, column) for columns in reversed(strips) for name, column in columns.items()}
    parts = zip(_shared(strips), starts, ends, strict=True)
    made = (Strip(columns, start, end, _heads(row[start:end])) for columns, start, end in parts)
    return Header(tuple(made), captions, height)


def _is_of_a_form(headings: Sequence[_Heading]) -> bool:
    """Tell a row of a form (交付时间 | 2011年 | 项目类型 | 商品住宅小区): it only reminds of a heading."""
    exact = _exact(headings)
    return "community" not in exact and sum(name in exact for name in CORE) < _LEAST_KNOWN


def _heads(part: Sequence[Cell]) -> tuple[int, ...]:
    order = {cell.origin: number for number, cell in enumerate(distinct(part))}
    return tuple(order[cell.origin] for cell in part)


def _groups(headings: Sequence[_Heading]) -> list[list[_Heading]]:
    """Return the headings cut where one of them comes again."""
    groups: list[list[_Heading]] = [[]]
    for heading in headings:
        if any(key(one.text) == key(heading.text) for one in groups[-1]):
            groups.append([])
        groups[-1].append(heading)
    return groups


def _best(headings: Iterable[_Heading]) -> dict[str, int]:
    """Return field -> column, of several that name a field the one that names it best, then the first."""
    best: dict[str, int] = {}
    for heading in sorted(headings, key=lambda one: (one.rank, one.column)):
        best.setdefault(heading.field, heading.column)
    return best


def _shared(strips: Sequence[Columns]) -> list[Columns]:
    """Return the strips, each with the core columns that only one of the others has."""
    common = {name: column for columns in strips for name, column in columns.items() if name in CORE}
    return [{**columns, **{name: at for name, at in common.items() if name not in columns}} for columns in strips]


def _enough(columns: Columns) -> bool:
    return "community" in columns and sum(name in columns for name in CORE) >= _LEAST_CORE


def _text_at(headings: Iterable[_Heading], column: int) -> str:
    return next("".join(heading.text.split()) for heading in headings if heading.column == column)
