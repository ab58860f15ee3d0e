"""A list of cases as it is asked for: chosen, searched, sorted, and shown as table, JSON, CSV or workbook."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports import elsewhere
from reports.finding import Assessment
from reports.making.tables import Column, Sheet, csv_text, json_text, workbook
from reports.picture import CaseView
from reports.queries import fulltext, words
from reports.queries.columns import DEFAULT, FIELDS, WITH_TEXT, View, column_named, said, value_of, whole_of
from reports.queries.filters import Wish, choose, findings_of, own_findings
from reports.queries.fulltext import Library
from reports.queries.sorting import sorted_by
from reports.status import as_table
from reports.wording import clock, joined, sound

FORMATS = ("table", "json", "csv", "xlsx")
_NAMED = 5


@dataclass(frozen=True)
class Manner:
    """How a list is to be shown: its columns, its order, and how many at most."""

    columns: Sequence[str] = ()
    sort: Sequence[str] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Listed:
    """The cases that are shown, of how many, in which columns, and what must be said beside them."""

    views: tuple[View, ...]
    total: int
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    assessment: Assessment


def listed(assessment: Assessment, wish: Wish, text: str | None, library: Library, manner: Manner) -> Listed:
    """Return the cases that are asked for; AskedWrongError where something that was asked for is not known."""
    default = WITH_TEXT if text else DEFAULT
    columns = tuple(column_named(name) for name in manner.columns) or default
    # What is wrong is said before anything is searched.
    for name in manner.sort:
        column_named(name.strip().lstrip("-－"))
    asked = words.asked(text) if text else None
    chosen = choose(assessment, wish)
    cases, notes = list(chosen.cases), list(chosen.notes)
    hits: Mapping[int, fulltext.Hits] = {}
    if asked:
        found = fulltext.find(cases, asked, library)
        hits, cases = found.hits, sorted(
            (case for case in cases if case.id in found.hits), key=lambda case: found.hits[case.id].rank
        )  # fmt: skip
        notes += _unread(found.unread)
    if wish.missing or wish.complete is False:
        notes += elsewhere.notes(assessment.picture, (case.province for case in cases))
    views = _views(assessment, cases, hits, columns)
    views = sorted_by(views, manner.sort) if manner.sort else views
    return Listed(tuple(views[: manner.limit]), len(views), columns, tuple(notes), assessment)


def _unread(cases: Sequence[CaseView]) -> list[str]:
    names = joined([str(case.name) for case in cases], _NAMED)
    return [f"另有 {len(cases)} 个案例的材料没有读出，搜不到：{names}"] if cases else []


def _views(
    assessment: Assessment, cases: Sequence[CaseView], hits: Mapping[int, fulltext.Hits], columns: Sequence[str]
) -> list[View]:
    found = findings_of(assessment)
    provinces = {case.province for case in cases} if "elsewhere" in columns else set()
    hidden = {province: elsewhere.of_province(assessment.picture, province) for province in provinces}
    return [
        View(case, assessment, own_findings(case, found), hits.get(case.id), hidden.get(case.province, ()))
        for case in cases
    ]


def shown(told: Listed, format: str) -> bytes:  # noqa: A002 (the word of the command line)
    """Return a list in one of FORMATS; KeyError where there is no such format."""
    return _SHOWN[format](told)


def _table(told: Listed) -> bytes:
    if not told.views:
        return "没有这样的案例\n".encode()
    headings = [FIELDS[name].heading for name in told.columns]
    drawn = as_table(headings, [[said(name, view) for name in told.columns] for view in told.views])
    more = f"，以上是前 {len(told.views)} 个" if len(told.views) < told.total else ""
    return f"{drawn}共 {told.total} 个案例{more}\n".encode("utf-8", "replace")


def _json(told: Listed) -> bytes:
    rows = [{name: _plain(whole_of(name, view), told) for name in told.columns} for view in told.views]
    return json_text(rows).encode("utf-8")


def _csv(told: Listed) -> bytes:
    rows = ([_plain(value_of(name, view), told) for name in told.columns] for view in told.views)
    return csv_text(told.columns, rows).encode("utf-8")


def _plain(value: Any, told: Listed) -> Any:  # noqa: ANN401 (a JSON value)
    if isinstance(value, datetime):
        return value.astimezone(told.assessment.picture.campaign.call.zone).isoformat(timespec="seconds")
    if isinstance(value, list):
        return [_plain(one, told) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one, told) for name, one in value.items()}
    return sound(value) if isinstance(value, str) else value


def _xlsx(told: Listed) -> bytes:
    campaign = told.assessment.picture.campaign
    fields = [FIELDS[name] for name in told.columns]
    columns = [Column(one.heading, one.width, one.style, one.colours or {}) for one in fields]
    rows = [
        [_cell(field.say(value_of(field.name, view), campaign), field.style) for field in fields] for view in told.views
    ]
    head = f"{campaign.call.title}　查询　截至 {clock(told.assessment.picture.as_of, campaign.call.zone)}"
    return workbook([Sheet("案例", columns, rows, head)])


def _cell(value: Any, style: str) -> Any:  # noqa: ANN401 (a cell)
    return str(value) if style == "text" and value is not None else value


_SHOWN: Mapping[str, Callable[[Listed], bytes]] = {"table": _table, "json": _json, "csv": _csv, "xlsx": _xlsx}
