"""What does a filled copy say? Understood by its headings, wherever its rows and columns stand by now.

What cannot be understood is told with its place and not taken; nothing is guessed, and what is blank stays blank.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.campaign import Campaign
from reports.picture import CaseView
from reports.screening import words
from reports.screening.discretion import contacts_of, fact_of
from reports.screening.key import CaseKey, material_mark, named_by
from reports.screening.overview_sheet import POINTS, SHEET
from reports.wording import clipped, one_line

# The rows of a sheet, each with its number there.
Table = Sequence[tuple[int, Sequence[str]]]
_HEADING_ROWS = 15
_SHOWN, _LONGEST = 20, 5_000
_REVIEWER = re.compile(r"评阅人[:：]\s*(.{1,20}?)\s*(?:　|$)", re.MULTILINE)


class NotACopyError(Exception):
    """A workbook is no screening table of ours; its text is a Chinese sentence."""


@dataclass
class Review:
    """What a reviewer says of a case; codes are those of `reports.screening.words`, "" and absence mean blank."""

    case: CaseView
    # The end of the hash of the material that it was made of; None where the copy does not tell.
    material: str | None
    reviewer: str = ""
    verdict: str = ""
    veto: dict[str, str] = field(default_factory=dict)
    # What the veto items are called to whoever reads the decision.
    names: dict[str, str] = field(default_factory=dict)
    merit: str = ""
    reason: str = ""
    points: dict[str, dict[str, str]] = field(default_factory=dict)
    # Whether something of it was not understood, or a column of it is gone.
    unclear: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.verdict or self.veto or self.merit or self.reason or self.points)

    @property
    def is_outdated(self) -> bool:
        """Whether another material counts by now than the one that was laid before the reviewer."""
        return self.material is not None and self.material != material_mark(self.case)

    @property
    def value(self) -> dict[str, Any]:
        """What is kept of it."""
        name = self.case.name
        place = {"province": name.province, "city": name.city, "community": name.community}
        said = {
            one: getattr(self, one) for one in ("reviewer", "verdict", "veto", "names", "merit", "reason", "points")
        }
        return {**place, "company": self.case.company or "", **said, "material": self.material}


@dataclass(frozen=True)
class Copy:
    """A filled copy: the reviews in it, also blank ones, and in sentences what could not be understood."""

    reviews: tuple[Review, ...]
    troubles: tuple[str, ...]


def understood(tables: Iterable[Table], campaign: Campaign, cases: Sequence[CaseView]) -> Copy:
    """Return what the sheets of a copy say of these cases; NotACopyError where they are none of ours."""
    sheets = list(tables)
    reading = _Reading(campaign, cases, _reviewer_in(sheets))
    overviews = [one for one in (_headed(sheet, _is_overview) for sheet in sheets) if one]
    points = [one for one in (_headed(sheet, _is_points) for sheet in sheets) if one]
    if not overviews and not points:
        raise NotACopyError(f"不是筛选表：没有找到“{SHEET}”（有“{words.VERDICT}”一栏）或“{POINTS}”")
    reading.lacking(SHEET, overviews)
    reading.lacking(POINTS, points)
    for table in overviews:
        reading.overview(table)
    for table in points:
        reading.points(table)
    return reading.done()


@dataclass(frozen=True)
class _Headed:
    """A table with its headings: column by what is compared of the heading, and the rows below."""

    columns: Mapping[str, int]
    rows: Table

    def cell(self, row: Sequence[str], heading: str) -> str:
        """Return what stands in a row under a heading; nothing where there is no such column."""
        place = self.columns.get(words.plain(heading))
        return row[place].strip() if place is not None and place < len(row) else ""

    def has(self, *headings: str) -> bool:
        """Tell whether there are columns of these headings."""
        return all(words.plain(heading) in self.columns for heading in headings)


def _headed(sheet: Table, is_wanted: Callable[[_Headed], bool]) -> _Headed | None:
    for at, (_, row) in enumerate(sheet[:_HEADING_ROWS]):
        columns: dict[str, int] = {}
        for place, text in enumerate(row):
            columns.setdefault(words.plain(text), place)
        table = _Headed(columns, [one for one in sheet[at + 1 :] if any(text.strip() for text in one[1])])
        if is_wanted(table):
            return table
    return None


def _is_overview(table: _Headed) -> bool:
    return table.has(words.VERDICT) and (table.has(words.CASE_KEY) or table.has(words.PROVINCE, words.COMMUNITY))


def _is_points(table: _Headed) -> bool:
    named = table.has(words.CASE_KEY) or table.has(words.PROVINCE, words.COMMUNITY)
    return table.has(words.IS_SHOWN) and named and (table.has(words.POINT_KEY) or table.has(words.POINT))


def _reviewer_in(sheets: Iterable[Table]) -> str:
    """Return the reviewer whom the first sheet names; empty where none does."""
    texts = (text for sheet in sheets for _, row in sheet[:_HEADING_ROWS] for text in row)
    return next((match[1] for text in texts if (match := _REVIEWER.search(text))), "")


class _Reading:
    """A copy in the making: reviews by case, and troubles in the order of the sheets."""

    def __init__(self, campaign: Campaign, cases: Sequence[CaseView], reviewer: str) -> None:
        self.campaign = campaign
        self.cases = cases
        self.reviewer = reviewer
        self.reviews: dict[int, Review] = {}
        self.whole = True
        self.torn: set[int] = set()
        self.troubles: list[str] = []

    def lacking(self, name: str, tables: Sequence[_Headed]) -> None:
        """Tell that a sheet is gone, where it is."""
        self._lacks([] if tables else [f"没有找到“{name}”，其中的意见没有取"])

    def overview(self, table: _Headed) -> None:
        """Take the rows of the cases."""
        headings = [*(veto.name for veto in self.campaign.screening.veto), words.MERIT, words.REASON, words.REVIEWER]
        missing = [one for one in headings if not table.has(one)]
        self._lacks([f"“{SHEET}”缺少“{one}”一栏" for one in missing])
        for number, row in table.rows:
            where = f"“{SHEET}”第 {number} 行"
            review = self._begun(table, row, where)
            if review is None:
                continue
            self._fill(review, table, row, where)
            before = self.reviews.setdefault(review.case.id, review)
            if before.value != review.value:
                self.torn.add(review.case.id)

    def _lacks(self, lines: Sequence[str]) -> None:
        """Tell what a copy lacks that was in it when it was handed out."""
        self.whole = self.whole and not lines
        self.troubles += lines

    def _fill(self, review: Review, table: _Headed, row: Sequence[str], where: str) -> None:
        where = f"{where}（{review.case.name}）"
        review.reviewer = self._reviewer(table.cell(row, words.REVIEWER))
        review.verdict = self._code(review, "verdict", table.cell(row, words.VERDICT), f"{where}“{words.VERDICT}”")
        for veto in self.campaign.screening.veto:
            if code := self._code(review, "veto", table.cell(row, veto.name), f"{where}“{veto.name}”"):
                review.veto[veto.id] = code
                review.names[veto.id] = veto.name
        review.merit = self._text(table.cell(row, words.MERIT), f"{where}“{words.MERIT}”")
        review.reason = self._text(table.cell(row, words.REASON), f"{where}“{words.REASON}”")

    def _reviewer(self, text: str) -> str:
        """Return who wrote a row; 张 三 is whom the copy was handed to as 张三."""
        own = one_line(text)
        return own if own and words.plain(own) != words.plain(self.reviewer) else self.reviewer

    def points(self, table: _Headed) -> None:
        """Take the rows of the points that somebody has written in."""
        for number, row in table.rows:
            shown, note = table.cell(row, words.IS_SHOWN), table.cell(row, words.NOTE)
            if words.is_blank(shown) and words.is_blank(note):
                continue
            where = f"“{POINTS}”第 {number} 行"
            begun = self._begun(table, row, where)
            if begun is None:
                continue
            point = self._point(table, row)
            if point is None:
                self.troubles.append(f"{where}（{begun.case.name}）：认不出是哪个要点，没有取")
                continue
            review = self.reviews.setdefault(begun.case.id, begun)
            review.reviewer = review.reviewer or self.reviewer
            said = {
                "shown": self._code(review, "shown", shown, f"{where}（{begun.case.name}）“{words.IS_SHOWN}”"),
                "note": self._text(note, f"{where}“{words.NOTE}”"),
            }
            if any(said.values()) and review.points.setdefault(point, said) != said:
                self.torn.add(begun.case.id)

    def _point(self, table: _Headed, row: Sequence[str]) -> str | None:
        """Return the id of the point of a row, by its hidden cell, else by its text."""
        key, text = table.cell(row, words.POINT_KEY), words.plain(table.cell(row, words.POINT))
        known = self.campaign.screening.criterion
        return next((one.id for one in known if key == one.id or (not key and words.plain(one.text) == text)), None)

    def _begun(self, table: _Headed, row: Sequence[str], where: str) -> Review | None:
        """Return a review of the case of a row; None, and told, where it is of none that can be told."""
        key = CaseKey.read(table.cell(row, words.CASE_KEY))
        if key and key.campaign != self.campaign.call.id:
            self.troubles.append(f"{where}：属于另一个征集活动（{clipped(one_line(key.campaign), _SHOWN)}），没有取")
            return None
        value = vars(key) if key else self._visible(table, row)
        found = named_by(value, self.cases) if value["province"] and value["community"] else []
        if len(found) == 1 and self._is_shown(found[0], value, table, row):
            return Review(found[0], key.material if key else None)
        if len(found) == 1:
            self.troubles.append(f"{where}：小区名称与隐藏的标识不是同一个案例（也许只排序了几栏），没有取")
            return None
        name = one_line("/".join(str(value[part]) for part in ("province", "community") if value[part]))
        why = "不止一个案例叫这个名字" if found else "现在没有这个案例" if name else "认不出是哪个案例"
        self.troubles.append(f"{where}{f'（{clipped(name, 2 * _SHOWN)}）' if name else ''}：{why}，没有取")
        return None

    def _is_shown(self, case: CaseView, value: Mapping[str, Any], table: _Headed, row: Sequence[str]) -> bool:
        """Tell whether the names that a person sees in a row are the case's that its hidden cell means."""
        names = {words.PROVINCE: {case.province}, words.COMMUNITY: {case.community, value["community"]}}
        contacts = contacts_of(case)
        for heading, own in names.items():
            seen = words.plain(table.cell(row, heading))
            if seen and seen not in {words.plain(one) for name in own for one in (name, fact_of(name, contacts))}:
                return False
        return True

    def _visible(self, table: _Headed, row: Sequence[str]) -> dict[str, Any]:
        """Return what names the case of a row whose hidden cell is gone."""
        names = {
            "province": words.PROVINCE, "city": words.CITY, "community": words.COMMUNITY, "company": words.COMPANY,
        }  # fmt: skip
        said = {name: table.cell(row, heading) for name, heading in names.items()}
        return {**said, "city": said["city"] or None}

    def _code(self, review: Review, what: str, text: str, where: str) -> str:
        code = words.code_of(what, text)
        if code is None:
            review.unclear = True
            self.troubles.append(f"{where}写的是“{clipped(one_line(text), _SHOWN)}”，不能确定是什么意思，没有取")
        return code or ""

    def _text(self, text: str, where: str) -> str:
        if words.is_blank(text):
            return ""
        if len(text) > _LONGEST:
            self.troubles.append(f"{where}超过 {_LONGEST} 字，只取了前面的")
        return "\n".join(one_line(line) for line in text[:_LONGEST].splitlines()).strip()

    def done(self) -> Copy:
        """Return the copy, without cases of which it says two things, or of which nobody can tell whose they are."""
        kept = []
        for one in self.reviews.values():
            one.unclear = one.unclear or not self.whole
            if one.case.id in self.torn:
                self.troubles.append(f"{one.case.name} 出现不止一次，内容不同，没有取")
            elif not one.reviewer and not one.is_blank:
                self.troubles.append(f"{one.case.name} 没有写评阅人，没有取")
            else:
                kept.append(one)
        return Copy(tuple(kept), tuple(self.troubles))
