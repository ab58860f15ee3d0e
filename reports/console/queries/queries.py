"""The query of `zhengji cases` as a form: its list, its file to take along, and queries kept under names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from config.errors import ConfigError
from reports.console.asked import UNPROCESSABLE, Asked, Done
from reports.console.findings.findings import rule_words
from reports.console.handing_out import attachment
from reports.console.leads import lead
from reports.console.roles import EDITOR
from reports.console.route import Route, write
from reports.queries import items, said
from reports.queries.cases import Listed, listed, shown
from reports.queries.columns import DEFAULT, FIELDS, WITH_TEXT, View
from reports.queries.columns import said as cell_said
from reports.queries.fulltext import Library
from reports.queries.said import Said
from reports.queries.saving import SavedError, kept
from store import documents, saved, searching
from store.saved import Saved

# What the command line says of its options, and what a page says instead; the first that fits.
_OPTIONS = (
    (re.compile(r"（--[^（）]*）"), ""),
    (re.compile(r"请一并写明 --province"), "请一并选省份"),
    (re.compile(r"--text：?\s*"), "文字："),
    (re.compile(r"“?--[a-z-]+”?\s*"), ""),
)
_LONGEST_QUERY = 4_000


@dataclass(frozen=True)
class Kept:
    """A saved query: its address where a page can run it, else which of its words only the command line understands."""

    saved: Saved
    address: str = ""
    strange: str = ""


@dataclass(frozen=True)
class Table:
    """A page of a list of cases: headings, and of each case its key and its cells, each with an address or none."""

    headings: Sequence[str]
    rows: Sequence[Sequence[tuple[str, str]]]
    total: int
    page: int
    pages: int
    notes: Sequence[str]


def queries(asked: Asked) -> Response:
    """Return the form, and below it the cases that it asks for, once it asks for any."""
    table, trouble, asks = None, "", bool(asked.query("show"))
    try:
        wanted = _said(asked)
        asks = asks or bool(wanted)
        table = _table(_listed(asked, wanted), asked) if asks else None
    except ConfigError as error:
        wanted, trouble = {}, on_page(str(error))
    return asked.show(
        "queries.html",
        UNPROCESSABLE if trouble else 200,
        said=asked.request.query_params,
        trouble=trouble,
        table=table,
        query=urlencode(said.as_fields(wanted)),
        kept=list(_kept(asked)),
        provinces=list(asked.seen.provinces),
        types=asked.console.campaign.project_type,
        items=items.ITEMS,
        codes=rule_words(asked.console.campaign),
        fields=FIELDS,
        chosen_columns=_columns(wanted),
    )


def _said(asked: Asked) -> Said:
    return said.from_fields(asked.request.query_params.multi_items())


def _columns(wanted: Said) -> Sequence[str]:
    return wanted.get("columns") or (WITH_TEXT if wanted.get("text") else DEFAULT)


def _listed(asked: Asked, wanted: Said) -> Listed:
    """Return the cases that are asked for; ConfigError where something is not known."""
    console = asked.console
    library = Library(
        partial(searching.search, console.store), partial(documents.texts, console.store), console.campaign
    )
    wish = said.wish_of(wanted, console.campaign.call.zone)
    return listed(asked.seen.assessment, wish, said.text_of(wanted), library, said.manner_of(wanted))


def _table(told: Listed, asked: Asked) -> Table:
    page, pages, shown = asked.paged(len(told.views))
    rows = [[_cell(name, view, asked) for name in told.columns] for view in told.views[shown]]
    headings = [FIELDS[name].heading for name in told.columns]
    return Table(headings, rows, told.total, page, pages, [on_page(note) for note in told.notes])


def _cell(name: str, view: View, asked: Asked) -> tuple[str, str]:
    """Return what stands in a cell, and where it leads."""
    leads = {
        "province": f"/provinces/{view.case.province}",
        "community": lead(view.case, asked.seen),
    }
    return cell_said(name, view), leads.get(name, "")


def on_page(text: str) -> str:
    """Return a sentence of the command line without its options."""
    for option, word in _OPTIONS:
        text = option.sub(word, text)
    return text


def _kept(asked: Asked) -> Iterator[Kept]:
    for one in saved.every(asked.console.store):
        if one.words[:1] == (said.COMMAND,):
            wanted, strange = said.from_words(one.words)
            address = "" if strange else f"/queries?{urlencode([('show', '1'), *said.as_fields(wanted)])}"
            yield Kept(one, address, "、".join(strange))


def export_cases(asked: Asked) -> Response:
    """Return all cases that are asked for as a file, with the columns that are shown."""
    kind = asked.query("format")
    told = _listed(asked, _said(asked))
    return attachment(lambda: shown(told, kind), "案例", kind, asked)


def save(asked: Asked) -> Done:
    """Keep a query under a name, for all and for the command line too."""
    text = asked.text("query")
    if len(text) > _LONGEST_QUERY:
        raise ConfigError("条件太长，存不下")
    wanted = said.from_fields(parse_qsl(text))
    # What could not be run is not worth keeping.
    _listed(asked, wanted)
    one = kept(asked.console.store, asked.text("name"), said.as_words(wanted), asked.who.name, asked.now)
    return Done([f"已保存“{one.name}”"], asked.back, one.name)


def forget(asked: Asked) -> Done:
    """Let go of a saved query."""
    name = asked.text("name")
    if not saved.forget(asked.console.store, name):
        raise SavedError(f"没有名为“{name[:60]}”的查询")
    return Done([f"已删去“{name}”"], asked.back, name)


ROUTES = (
    Route("/queries", queries),
    Route("/queries/export", export_cases, EDITOR),
    write("/queries/save", save, "保存查询"),
    write("/queries/forget", forget, "删去查询"),
)
