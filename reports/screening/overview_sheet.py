"""The sheet 总表: a row a case with its facts, open findings and lengths, and what a reviewer writes beside them."""

from collections.abc import Sequence
from typing import Any

from config.campaign import Campaign
from reports.screening import words
from reports.screening.book import Book, Heading, Print, height
from reports.screening.dossier import Dossier
from reports.wording import yes_no

SHEET = "总表"
_NAME_COLUMNS = 4


def headings(campaign: Campaign) -> tuple[Heading, ...]:
    """Return the columns: those that tell, those to be filled in, and the hidden one by which a copy is understood."""
    return (*_TOLD, *_boxes(campaign), *_WRITTEN, Heading(words.CASE_KEY, 10, "grey", hidden=True))


_TOLD = (
    Heading(words.NUMBER, 5, "word"),
    Heading(words.PROVINCE, 7, "word"),
    Heading(words.CITY, 9),
    Heading(words.COMMUNITY, 15, "name"),
    Heading(words.COMPANY, 20),
    Heading(words.TYPE, 12),
    Heading(words.DELIVERED, 10, "word"),
    Heading(words.RATE, 8, "percent"),
    Heading(words.AREA, 10, "number"),
    Heading(words.COMPLETE, 6, "word"),
    Heading(words.FINDINGS, 30),
    Heading(words.LENGTHS, 19),
)
_WRITTEN = (
    Heading(words.VERDICT, 10, "choice", tuple(words.VERDICTS.values())),
    Heading(words.MERIT, 28, "fill"),
    Heading(words.REASON, 28, "fill"),
    Heading(words.REVIEWER, 8, "choice"),
)


def _boxes(campaign: Campaign) -> tuple[Heading, ...]:
    choices = (*words.VETOES.values(), words.BOX)
    return tuple(Heading(veto.name.replace(" ", "\n"), 8.5, "box", choices) for veto in campaign.screening.veto)


def write_overview(
    book: Book, dossiers: Sequence[Dossier], reviewer: str, campaign: Campaign, head: str, first_rows: Sequence[int]
) -> None:
    """Write the sheet; `first_rows` say where each case's rows begin on the sheet of the points."""
    columns = headings(campaign)
    to = Print(head, _NAME_COLUMNS, before_columns=(len(_TOLD),))
    page = book.table(SHEET, columns, len(dossiers), to)
    page.freeze_panes(1, _NAME_COLUMNS)
    for number, (one, target) in enumerate(zip(dossiers, first_rows, strict=True), start=1):
        cells = _cells(one, number, reviewer, len(campaign.screening.veto))
        texts = [(text, column.width) for text, column in zip(cells, columns, strict=True) if isinstance(text, str)]
        page.set_row(number, height(texts[:-1], least=3))
        for place, (value, column) in enumerate(zip(cells, columns, strict=True)):
            _write(book, page, (number, place), value, column.style)
        _link(book, page, number, one.facts["community"], target)


def _cells(one: Dossier, number: int, reviewer: str, boxes: int) -> list[Any]:
    """Return a row: what a reviewer decides is left open, the veto boxes above all."""
    facts = one.facts
    return [
        str(number),
        *(facts[name] for name in ("province", "city", "community", "company", "project_type", "delivered")),
        facts["collection_rate"],
        facts["floor_area_m2"],
        yes_no(facts["complete"]),
        "\n".join(one.findings) or "无",
        "\n".join(one.lengths),
        *[words.BOX] * boxes,
        "",
        "",
        "",
        reviewer,
        one.key.cell,
    ]


def _write(book: Book, page: Any, at: tuple[int, int], value: Any, style: str) -> None:  # noqa: ANN401
    if value is None or value == "":
        page.write_blank(*at, None, book.style(style))
    elif isinstance(value, str):
        page.write_string(*at, value, book.style(style))
    else:
        page.write_number(*at, value, book.style(style))


def _link(book: Book, page: Any, number: int, community: str, target: int) -> None:  # noqa: ANN401
    """Lead from a case's name to its rows on the sheet of the points."""
    where = f"internal:'{POINTS}'!A{target + 1}"
    place = [one.text for one in _TOLD].index(words.COMMUNITY)
    page.write_url(number, place, where, book.style("name"), string=community, tip="点开看逐条对照")


POINTS = "逐条对照"
