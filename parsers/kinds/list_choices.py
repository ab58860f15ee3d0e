"""Which columns of a list are choices of one field? 项目类型 above 商品住宅小区 | 安置房小区, a tick a row."""

from collections.abc import Mapping, Sequence

from config.campaign import Campaign
from parsers import values
from parsers.documents.tables import Cell, Table
from parsers.values import label_key

FIELD = "project_type"
# One column may be called 安置房 without being one of several to tick.
_LEAST_CHOICES = 2
_NO_TICK = frozenset(("×", "x", "X", "否", "0", "无", "/", "-", "—", "☐", "□", "○", "不是"))

Choices = Mapping[int, str]


def choices_of(table: Table, number: int, campaign: Campaign) -> tuple[Choices, int]:
    """Return (column -> type's words, rows that they add to the header) for a header that ends in a row (from 1)."""
    for more in (0, 1):
        if number + more <= len(table.rows):
            row, above = table.rows[number + more - 1], table.rows[number - 1]
            found = {column: cell.text for column, cell in enumerate(row) if _is_choice(cell, campaign)}
            if more and not _reaches_down(row, above, found):
                found = {}
            if len({row[column].origin for column in found}) >= _LEAST_CHOICES:
                return found, more
    return {}, 0


def chosen(row: Sequence[Cell], choices: Choices) -> Cell | None:
    """Return the one ticked cell of a row with its type's words for a text; None where none or several are ticked."""
    ticked = [
        (cell, words)
        for column, words in choices.items()
        if column < len(row) and (cell := row[column]).text.strip() and cell.text.strip() not in _NO_TICK
    ]
    if len({cell.origin for cell, _ in ticked}) != 1:
        return None
    cell, words = ticked[0]
    return Cell(" ".join(words.split()), cell.row, cell.col, confidence=cell.confidence, area=cell.area)


def _reaches_down(row: Sequence[Cell], above: Sequence[Cell], found: Choices) -> bool:
    """Tell whether a row belongs to the header above it: it says nothing but the choices."""
    rest = (cell for column, cell in enumerate(row) if column not in found)
    return all(not cell.text.strip() or any(cell is one for one in above) for cell in rest)


def _is_choice(cell: Cell, campaign: Campaign) -> bool:
    """Tell a heading that is a type and nothing else."""
    words = label_key(cell.text)
    named = {label_key(word) for kind in campaign.project_type for word in (kind.label, *kind.words)}
    return words in named and values.read_project_type(cell.text, campaign.project_type) is not None
