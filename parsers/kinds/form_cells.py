"""Which cell of a form is the value of which label? Labels stand left of their value, above it, or in the same cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parsers.base import Area
from parsers.documents.tables import Cell, Labels, Match, Table, distinct, fresh, short_key
from parsers.kinds.cells import SEAL, compact, name_in, trimmed
from parsers.kinds.form_choices import choices_beside

_DIGIT = "[0-9０-９〇零○ＯOo一二三四五六七八九十廿]"
# A date at the foot of a form: 2026年6月1日, 2026.6.1, 二〇二六年六月一日, with or without spaces.
_DATE = re.compile(
    rf"(?:{_DIGIT}\s*){{2,4}}年\s*(?:(?:{_DIGIT}\s*){{1,3}}月\s*(?:(?:{_DIGIT}\s*){{1,3}}[日号])?)?"
    r"|(?:19|20)\d{2}\s*[./\-]\s*\d{1,2}(?:\s*[./\-]\s*\d{1,2})?"
)
# What an unfilled date leaves: 年 月 日, also where only the year was printed.
_UNFILLED = re.compile(rf"(?:{_DIGIT}\s*){{0,4}}年\s*(?:{_DIGIT}\s*){{0,3}}月\s*(?:{_DIGIT}\s*){{0,3}}日")
_DATE_LABEL = re.compile(r"(?:日\s*期|时\s*间|签章日期|盖章日期)\s*[:：]\s*")
_NO_MONTH = re.compile(r"年\s*月")
_NO_DAY = re.compile(r"月\s*日")
# Who signs beside the seal, with the name where it follows on the line: 法定代表人（签字）：张三.
_SIGNER = re.compile(
    r"(?:单位|企业|项目|主要)*(?:法定代表人|法人代表|负责人|授权代表|委托代理人|经办人|会长|秘书长)(?:或[^\s:：(（]{2,8})?"
    r"\s*(?:[(（][^()（）]{0,12}[)）]|签字|签名|签章)?\s*[:：]?(?:[ \t_]*[\u4e00-\u9fff·]{2,4}(?![\u4e00-\u9fff(（]))?"
    r"|[(（](?:签字|签名)[)）]"
)
# What a label leaves before a name: （市级协会）意见：
_LEAD = re.compile(
    r"^\s*(?:[(（][^()（）]*(?:协会|物协|市级|企业|单位|全称)[^()（）]*[)）]\s*)?(?:意\s*见|名\s*称)?\s*[:：]?\s*"
)
# An opinion is written where the name is to stand; the name is then a part of it.
_OPINION = re.compile("意见|同意|推荐|属实|特此|情况|审核|通过")
_PARTS = re.compile(r"[\s。；;，,：:!！]+")
_ORGANISATION = re.compile(r"(?:协会|学会|物协|商会|分会|委员会|公司|集团|中心|事务所|企业|站|局|处)$")
_IN_A_SENTENCE = re.compile(r"(?:经|由|^)([\u4e00-\u9fff]{2,20}?(?:协会|物协))")
_PERSONS = {
    "联系人": "contact",
    "联络人": "contact",
    "经办人": "contact",
    "手机": "phone",
    "电话": "phone",
    "联系": "phone",
}
_PERSON_LABEL = re.compile(
    r"(?P<who>联系人|联络人|经办人|手机|电话|联系(?=电话|手机|方式))(?:姓名|职务|职称|电话|手机|号码|联系方式|方式|及|和|与|或)*"
)
_LONG_LABEL = 30
# Longer texts are values that happen to begin with a label's word; only a reason is this long with its label in it.
_LONG_CELL = 200
_CONTACTS = ("applicant_contact", "recommender_contact")
# A label of a contact's name that asks for the number as well (联系人姓名及手机).
_AND_PHONE = re.compile(r"[及和与/]?(?:联系)?(?:电话|手机|方式|号码|手机号码?)+")
FOOT = ("applicant", "recommender")
# The row of the seals and that of the dates, where each has its own.
_FOOT_ROWS = 2


@dataclass(frozen=True)
class Entry:
    """A label with what stands beside it: `row` tells pairs apart, `group` is the text of the cell before.

    `label` is the label as written, which may hold the unit of its value: 建筑面积（万㎡）.
    """

    field: str
    raw: str
    place: str
    row: tuple[int, int]
    group: str
    label: str = ""
    confidence: float = 1.0
    area: Area | None = None

    def at(self, cell: Cell) -> "Entry":
        """Return the same entry, as sure as the cell that it stands in."""
        return replace(self, confidence=cell.confidence, area=cell.area)

    def named(self, field: str) -> "Entry":
        """Return the same entry under the field that it turned out to be."""
        return replace(self, field=field)


def entries(table: Table, labels: Labels) -> Iterator[Entry]:
    """Yield the labels of a form's table with their values, in reading order; each cell is read once."""
    seen: set[tuple[int, int]] = set()
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows, start=1):
        cells = distinct(row)
        new = {cell.origin for cell in fresh(row, seen)}
        for at, cell in enumerate(cells):
            if cell.origin not in new or cell.origin in taken or cell.holds_tables:
                continue
            group = cells[at - 1].text if at else ""
            row_of = (table.index, number)
            field = _label_of(cell.text, labels)
            if field is None:
                for inner, raw, label in _inside(cell, labels):
                    whole = "\n".join((raw, *_dates_below(table, number, cell))) if inner in FOOT else raw
                    name = _of_person(inner, group, labels)
                    yield Entry(name, whole, table.place(cell), row_of, group, label).at(cell)
            elif not (_holds_persons(field, cells, at, labels) or _heads_rows(table, number, cells, at, labels)):
                if field == "project_type" and (choices := choices_beside(table, number, cells, at, labels)):
                    taken.update(one.origin for one in choices.cells)
                    yield Entry(field, choices.text, table.place(choices.stands), row_of, group).at(choices.stands)
                    continue
                value = _value_cell(table, number, cells, at, labels)
                taken.update([value.origin] if value else [])
                raw = _own_value(value, field, labels) if value else ""
                beside = value is not None and value.row == cell.row
                name = _of_person(field, group, labels) if beside else field
                stands = value or cell
                if value and field in FOOT:
                    raw = "\n".join((raw, *_dates_below(table, number if beside else number + 1, value)))
                yield Entry(name, raw, table.place(stands), row_of, group, cell.text).at(stands)


def _dates_below(table: Table, number: int, cell: Cell) -> Iterator[str]:
    """Yield what stands below a foot cell that has no date of its own: a date in a row of its own, or past a page."""
    for row in table.rows[number : number + _FOOT_ROWS] if not split_foot(cell.text)[1] else ():
        below = row[cell.col - 1] if cell.col <= len(row) else cell
        if below.origin == cell.origin:
            continue
        text = compact(_DATE_LABEL.sub("", SEAL.sub("", below.text))).strip()
        if text and not (_DATE.fullmatch(text) or _UNFILLED.fullmatch(text)):
            return
        yield below.text


def is_label(text: str, labels: Labels) -> bool:
    """Tell whether a text is a form's label and nothing else."""
    return _label_of(text, labels) is not None


def _label_of(text: str, labels: Labels) -> str | None:
    """Return the field of a label, also of one that the campaign has only in parts: 申报单位 and 联系人姓名、职务."""
    field = labels.field_of(text)
    if field or len(text) > _LONG_LABEL:
        return field
    start = labels.start_of(text)
    if start and start.field in _CONTACTS and _AND_PHONE.fullmatch(short_key(text[start.end :])):
        return start.field
    person = _PERSON_LABEL.fullmatch(short_key(text[start.end :])) if start and start.field in FOOT else None
    return f"{start.field}_{_PERSONS[person['who']]}" if start and person else None


def _of_person(field: str, group: str, labels: Labels) -> str:
    """Return the field of what stands under 联系人 or 手机: there 申报单位 means its contact, not its name."""
    of = labels.field_of(group)
    return f"{field}_{of}" if field in FOOT and of in {"contact", "phone"} else field


def _heads_rows(table: Table, number: int, cells: Sequence[Cell], at: int, labels: Labels) -> bool:
    """Tell a caption at the side of several rows (联系方式) that is no label though it is called like one."""
    if at + 1 >= len(cells) or number == len(table.rows) or labels.field_of(cells[at + 1].text) is None:
        return False
    return any(one.origin == cells[at].origin for one in table.rows[number])


def _holds_persons(field: str, cells: Sequence[Cell], at: int, labels: Labels) -> bool:
    """Tell whether the cell right of 联系人 or 手机 says by itself whose each of its values is."""
    inner = _inside(cells[at + 1], labels) if field in {"contact", "phone"} and at + 1 < len(cells) else []
    return any(name in FOOT and raw for name, raw, _ in inner)


def _value_cell(table: Table, number: int, cells: Sequence[Cell], at: int, labels: Labels) -> Cell | None:
    """Return the cell that holds a label's value: right of it, else below it; None where both are labels."""
    field = _label_of(cells[at].text, labels)
    beside = cells[at + 1] if at + 1 < len(cells) and not _is_label(cells[at + 1], labels, but=field) else None
    # Where the foot has no lines, what is below is not beside.
    if beside and (beside.text.strip() or field not in FOOT):
        return beside
    return _value_below(table, number, cells[at], labels) or beside


def _value_below(table: Table, number: int, cell: Cell, labels: Labels) -> Cell | None:
    """Return the cell below a label; None where that or another one of its row is a label."""
    if number == len(table.rows):
        return None
    below = table.rows[number]
    column = cell.col - 1
    if column >= len(below) or below[column].origin == cell.origin or any(_is_label(one, labels) for one in below):
        return None
    return below[column]


def _own_value(cell: Cell, field: str, labels: Labels) -> str:
    """Return a value without its label where the cell repeats it: 物业费：2.5元 beside 物业费."""
    inner = _inside(cell, labels)
    own = bool(inner) and all(name == field for name, _, _ in inner)
    # Of several phones in a cell the first counts; several prices are one value.
    return inner[0][1] if own and (len(inner) == 1 or field == "phone") else cell.text


def _is_label(cell: Cell, labels: Labels, but: str | None = None) -> bool:
    """Tell whether a cell is a label, or begins with one of another field than `but`; a reason may begin anyhow."""
    if _label_of(cell.text, labels) is not None or but == "reason":
        return _label_of(cell.text, labels) is not None
    inner = _inside(cell, labels)
    return bool(inner) and inner[0][0] != but


def _inside(cell: Cell, labels: Labels) -> list[tuple[str, str, str]]:
    """Return (field, raw, label) of the labels that stand with their values in one cell; the first begins the cell.

    Further ones need a colon: a word that only looks like a label belongs to the value before it.
    """
    text = cell.text
    matches = labels.matches(text)
    first = matches[0] if matches and not trimmed(text[: matches[0].start]) else _foot_label(text, labels)
    if first is None or (len(text) > _LONG_CELL and first.field != "reason"):
        return []
    kept = [first, *(match for match in matches if match.colon and match.start > first.start)]
    ends = [match.start for match in kept[1:]] + [len(text)]
    return [
        (match.field, trimmed(text[match.end : end]), text[match.start : match.end])
        for match, end in zip(kept, ends, strict=True)
    ]


def _foot_label(text: str, labels: Labels) -> Match | None:
    """Return the label that a foot cell begins with, where the name follows it without a space."""
    found = labels.start_of(text)
    stamped = found is not None and found.field in FOOT and (_UNFILLED.search(text) or SEAL.search(text))
    return found if stamped else None


def split_foot(raw: str) -> tuple[str, str | None]:
    """Return (name, date) of a foot cell such as “XX公司（盖章） 2026年6月1日”; date None where there is none.

    An unfilled date is given as it stands (年月日): it is no date, but its line is there.
    """
    raw = compact(raw)
    blank = _UNFILLED.search(raw)
    dates = list(_DATE.finditer(raw))
    match = blank or (dates[-1] if dates else None)
    if match is None:
        return _name(raw), None
    return _name(raw[: match.start()] + " " + raw[match.end() :]), "".join(match[0].split())


def signed_text(date: str) -> str:
    """Return what a foot's date says: nothing where the month is unfilled (2026年月日), the month where the day is."""
    return "" if _NO_MONTH.search(date) else _NO_DAY.sub("月", date)


def is_date(text: str) -> bool:
    """Tell whether a line of a foot is its date, filled in or not."""
    line = compact(_DATE_LABEL.sub("", SEAL.sub("", text))).strip()
    return bool(_DATE.fullmatch(line) or _UNFILLED.fullmatch(line))


def is_organisation(text: str) -> bool:
    """Tell whether a line is the name of an organisation and nothing else."""
    line = trimmed(SEAL.sub("", text)).strip()
    return len(line) <= _LONG_LABEL and bool(_ORGANISATION.search(line)) and not _PARTS.search(line)


def _name(raw: str) -> str:
    """Return the organisation's name in a foot cell, without its seal, who signs, and the opinion around it."""
    text = _LEAD.sub("", _SIGNER.sub(" ", SEAL.sub(" ", _DATE_LABEL.sub(" ", raw))))
    if not _OPINION.search(text):
        return name_in(text) or ""
    parts = [part.strip("()（）") for part in _PARTS.split(text)]
    names = [part for part in parts if _ORGANISATION.search(part) and not _OPINION.search(part)]
    if names:
        return names[-1]
    said = next((match for part in parts if (match := _IN_A_SENTENCE.search(part))), None)
    return said[1] if said else ""
