"""Which columns has a page of a list that began on another picture? It has no header: what stands in them tells."""

import re
from collections.abc import Callable, Sequence

from config.campaign import Campaign
from parsers.documents.tables import Cell, Table
from parsers.kinds.cells import value_of
from parsers.kinds.list_columns import Columns

# In so many of its rows a column must say what it is.
_LEAST = 0.5
_NUMBER = re.compile(r"\d{1,3}[.、]?")
_COMPANY = re.compile("公司|物业服务|集团|企业$")


def columns_of(table: Table, campaign: Campaign) -> Columns | None:
    """Return field -> grid column of a table whose rows read as cases; None where not all core columns are there."""
    columns = list(zip(*(row for row in table.rows if len(row) == len(table.rows[0])), strict=True))
    found: dict[str, int] = {}
    for name, says in _signs(campaign).items():
        at = next((n for n, cells in enumerate(columns) if n not in found.values() and _mostly(cells, says)), None)
        if at is None:
            return None
        found[name] = at
    before = [at for at in range(found["company"]) if at not in found.values() and _is_said(columns[at])]
    names = [at for at in before if not _mostly(columns[at], _NUMBER.fullmatch)]
    if not names:
        return None
    numbers = [at for at in before if at not in names]
    return {**({"number": numbers[0]} if numbers else {}), "community": names[-1], **found}


def _signs(campaign: Campaign) -> dict[str, Callable[[str], object]]:
    """Return for each core column what tells that a text stands in it, the surest first."""
    bodies = tuple(campaign.mail.associations)
    return {
        "project_type": lambda text: value_of("project_type", text, "", campaign).value not in {None, "other"},
        "recommender": lambda text: text.endswith(bodies),
        "company": _COMPANY.search,
        "delivered": lambda text: value_of("delivered", text, "", campaign).value,
    }


def _mostly(cells: Sequence[Cell], says: Callable[[str], object]) -> bool:
    texts = ["".join(cell.text.split()) for cell in cells]
    return bool(texts) and sum(bool(text and says(text)) for text in texts) >= _LEAST * len(texts)


def _is_said(cells: Sequence[Cell]) -> bool:
    return any(cell.text.strip() for cell in cells)
