"""Which label was meant by one that an OCR misread? A cell or a line begins with it, a character or two off."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from parsers.documents.document import Document
from parsers.documents.tables import Cell, Table, key

# One character of four to seven may be misread, two of eight and more; shorter labels are each other's neighbours.
_SHORTEST, _LONG = 4, 8
_LONGEST = 40
_NAMES = ("协会", "物协")
_COLON = re.compile(r"[:：]")

Ways = Mapping[str, Sequence[str]]


def with_labels_mended(document: Document, *labels: Ways) -> Document:
    """Return a document that an OCR read, with its labels as they are written."""
    ways = (writing for one in labels for ways in one.values() for writing in ways)
    # 市物业管理协会 is a heading, and nearly the name of any association.
    known = _known(tuple(writing for writing in ways if not key(writing).endswith(_NAMES)))
    blocks = (_line(block, known) if isinstance(block, str) else _table(block, known) for block in document.blocks)
    return replace(document, blocks=tuple(blocks))


@lru_cache(maxsize=8)
def _known(writings: Iterable[str]) -> dict[str, str]:
    """Return key -> writing of all labels."""
    return {key(writing): writing for writing in writings}


def _table(table: Table, known: Mapping[str, str]) -> Table:
    made: dict[tuple[int, int], Cell] = {}
    return replace(table, rows=tuple(tuple(_cell(cell, known, made) for cell in row) for row in table.rows))


def _cell(cell: Cell, known: Mapping[str, str], made: dict[tuple[int, int], Cell]) -> Cell:
    """Return a cell mended, the same object wherever it was the same."""
    if cell.origin not in made:
        whole = _meant(cell.text, known)
        text = whole if whole is not None else "\n".join(_line(line, known) for line in cell.text.split("\n"))
        made[cell.origin] = cell if text == cell.text else replace(cell, text=text)
    return made[cell.origin]


def _line(line: str, known: Mapping[str, str]) -> str:
    """Return a line with the label put right that it is, or that stands before its colon."""
    colon = _COLON.search(line)
    label = line[: colon.start()] if colon else line
    meant = _meant(label, known)
    return line if meant is None else meant + line[len(label) :]


def _meant(text: str, known: Mapping[str, str]) -> str | None:
    """Return the one label that a text is off by a character or two; None where it is known, or none is near."""
    plain = key(text) if len(text) <= _LONGEST else ""
    if len(plain) < _SHORTEST or plain in known:
        return None
    most = 2 if len(plain) >= _LONG else 1
    near = process.extract(plain, known.keys(), scorer=Levenshtein.distance, score_cutoff=most, limit=2)
    return known[near[0][0]] if near and (len(near) == 1 or near[0][1] < near[1][1]) else None
