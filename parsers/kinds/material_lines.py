"""Which lines does a case material consist of? Paragraphs and what stands in frames and tables, in reading order.

A form or a list inside the material is no part of it; a table of data is, each row a line, but holds no headings.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.campaign import Campaign
from config.campaign import Table as Annex
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Labels, Table, distinct
from parsers.kinds.material_names import Names, names_of
from parsers.kinds.material_numbering import without_number

# So many fields of annex 3 or 4 in one table are that annex, filled in or not.
_FORM_FIELDS, _LIST_FIELDS = 6, 4
_FORM_ONLY = ("applicant", "recommender", "reason")
# A list's head stands below its title and its sender's name.
_HEAD_ROWS = 8
# So many sections named in the first column: the table lays out the text.
_LAYOUT_ROWS = 3
_FEW_CELLS = 120
# A number may stand in a cell before the section's name.
_HEADING_CELLS, _NAME_CHARACTERS = 2, 30
# 图1 大门, 表 2-1, 图：大门 and 照片3, but not 表1个月 or 图12号楼.
_NUMBER = r"[一二三四五六七八九十\d]{1,3}(?:[-–—.－．]\d{1,2})?"
_MEASURE_WORDS = "月年日天周号栋期个家户条次张处名类项套份面层台部件块所岁米元小分万亿%"
_CAPTION = re.compile(
    rf"[\s(（【▲△]*(?:[附插配]?(?P<mark>图|表)[片格]?|照片)\s*(?:{_NUMBER}(?!\d|[{_MEASURE_WORDS}])|(?=[:：]))"
)
_CAPTION_CHARACTERS = 60
_SENTENCE = re.compile("[。；;！!]")


@dataclass(frozen=True)
class Line:
    """A line of text: `paragraph` counts the document's paragraphs outside tables from 0, None for a line of a table.

    A `row` of a data table is no heading; a `caption` is no text of a section.
    """

    text: str
    paragraph: int | None = None
    row: bool = False
    caption: str = ""


def lines_of(document: Document, campaign: Campaign) -> list[Line]:
    """Return the lines of a document that belong to its text, blank ones left out."""
    names = names_of(campaign.section)
    lines: list[Line] = []
    paragraph = 0
    for block in document.blocks:
        if isinstance(block, str):
            lines += (Line(line.strip(), paragraph, caption=caption_of(line)) for line in block.splitlines())
            paragraph += 1
        elif not block.nested and not _is_form(block, campaign):
            lines += _of_table(block, names)
    return [line for line in lines if line.text]


def caption_of(text: str) -> str:
    """Return 图 or 表 where a line is the caption of a picture or a table, else nothing."""
    if len(text) > _CAPTION_CHARACTERS:
        return ""
    match = _CAPTION.match(text)
    return (match["mark"] or "图") if match and not _SENTENCE.search(text) else ""


def _is_form(table: Table, campaign: Campaign) -> bool:
    """Tell whether a table is a recommendation form or a summary list."""
    cells = [cell for row in table.rows for cell in distinct(row)][:_FEW_CELLS]
    fields = _fields(campaign.recommendation_form, cells) if len(cells) >= _FORM_FIELDS else set()
    # A table that says of the community what annex 3 asks first is no form: that one names who applies and recommends.
    if len(fields) >= _FORM_FIELDS and any(field.startswith(_FORM_ONLY) for field in fields):
        return True
    rows = (distinct(row) for row in table.rows[:_HEAD_ROWS])
    return any(len(_fields(campaign.summary_list, row)) >= _LIST_FIELDS for row in rows if len(row) >= _LIST_FIELDS)


def _fields(kind: Annex, cells: Sequence[Cell]) -> set[str]:
    """Return which fields of an annex cells name."""
    labels = _labels(tuple(kind.labels.items()))
    found = (labels.field_of(cell.text) or labels.field_of(cell.text.partition("\n")[0]) for cell in cells)
    return {field for field in found if field and field != "other"}


@lru_cache(maxsize=8)
def _labels(writings: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
    return Labels(dict(writings))


def _section_in(cell: Cell, names: Names) -> str:
    """Return the section that a cell names, whatever its number; empty where it does not."""
    text = "".join(cell.text.split())
    named = names.named(without_number(text).text, weak=False) if len(text) <= _NAME_CHARACTERS else None
    return named[0] if named else ""


def _of_table(table: Table, names: Names) -> Iterator[Line]:
    """Yield the lines of a table: of one that lays out the text as its cells hold them, of data a row each."""
    rows = [[cell for cell in distinct(row) if cell.text.strip()] for row in table.rows]
    headed = {section for row in rows for cell in row[:_HEADING_CELLS] if (section := _section_in(cell, names))}
    layout = len(headed) >= _LAYOUT_ROWS or all(len(row) < 2 for row in rows)  # noqa: PLR2004 (one is a frame's)
    for row in rows:
        if not layout:
            yield Line("\t".join(cell.text.replace("\n", " ") for cell in row).strip(), row=True)
            continue
        for cell in row:
            if _section_in(cell, names):
                yield Line("".join(cell.text.split()))
            else:
                yield from (Line(line.strip(), caption=caption_of(line)) for line in cell.text.splitlines())
