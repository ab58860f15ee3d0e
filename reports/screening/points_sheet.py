"""The sheet 逐条对照: a row for each case and point of annex 1, with the passages located and room for a reviewer."""

from collections.abc import Sequence
from typing import Any

from reports.screening import words
from reports.screening.book import Book, Heading, Print, height, marked
from reports.screening.dossier import Dossier, Point
from reports.screening.overview_sheet import POINTS

COLUMNS = (
    Heading(words.PROVINCE, 6, "word"),
    Heading(words.COMMUNITY, 13, "bold"),
    Heading(words.DIRECTION, 10, "word"),
    Heading(words.POINT, 30),
    Heading(words.PASSAGES, 66),
    Heading(words.IS_SHOWN, 9, "choice", tuple(words.SHOWN.values())),
    Heading(words.NOTE, 19, "fill"),
    Heading(words.POINT_KEY, 8, "grey", hidden=True),
    Heading(words.CASE_KEY, 10, "grey", hidden=True),
)
_PASSAGES = 4


def first_rows(dossiers: Sequence[Dossier]) -> list[int]:
    """Return the row (from 0) in which each case begins."""
    rows, at = [], 1
    for one in dossiers:
        rows.append(at)
        at += len(one.points)
    return rows


def write_points(book: Book, dossiers: Sequence[Dossier], head: str) -> None:
    """Write the sheet; in print each case begins on a page of its own."""
    begins = first_rows(dossiers)
    page = book.table(POINTS, COLUMNS, sum(len(one.points) for one in dossiers), Print(head, before_rows=begins[1:]))
    page.freeze_panes(1, 2)
    for one, begin in zip(dossiers, begins, strict=True):
        for row, point in enumerate(one.points, start=begin):
            _write_row(book, page, row, one, point)


def _write_row(book: Book, page: Any, row: int, one: Dossier, point: Point) -> None:  # noqa: ANN401
    shown = _shown(point)
    place = (one.facts["province"], one.facts["community"], point.criterion.name, point.criterion.text)
    page.set_row(row, height([(shown, COLUMNS[_PASSAGES].width), (place[-1], COLUMNS[_PASSAGES - 1].width)]))
    for number, text in enumerate(place):
        page.write_string(row, number, text, book.style(COLUMNS[number].style))
    _write_passages(book, page, row, point)
    for number in (_PASSAGES + 1, _PASSAGES + 2):
        page.write_blank(row, number, None, book.style(COLUMNS[number].style))
    page.write_string(row, _PASSAGES + 3, point.criterion.id, book.style("grey"))
    page.write_string(row, _PASSAGES + 4, one.key.cell, book.style("grey"))


def _shown(point: Point) -> str:
    return "\n".join(f"【{one.section}】{one.text}" for one in point.passages) or point.note


def _write_passages(book: Book, page: Any, row: int, point: Point) -> None:  # noqa: ANN401
    """Write the passages, each behind its section's name, with the words that located it marked."""
    if not point.passages:
        page.write_string(row, _PASSAGES, point.note, book.style("grey"))
        return
    pieces: list[Any] = []
    for number, one in enumerate(point.passages):
        line = "\n" if number else ""
        pieces += [book.style("place"), f"{line}【{one.section}】"]
        pieces += marked(one.text, one.spans, book.style("mark"), book.style("plain"))
    page.write_rich_string(row, _PASSAGES, *pieces, book.style("text"))
