"""Where does a value of a case stand? The places it was read from, and those of the scans that bear it out."""

from collections.abc import Iterator

from config.naming import community_key
from reports.console.board import Seen
from reports.facts.case_facts import FORM_KINDS
from reports.incoming import Cell, FileView
from reports.picture import CaseView


def places_of(seen: Seen, case: CaseView, name: str) -> Iterator[Cell]:
    """Yield the places of a value, what counts first: form, list rows, other versions of the form, scans of the list.

    Those with an `area` stand on a page that can be shown.
    """
    if own := case.form.get(name):
        yield own
    yield from (row.cells[name] for row in case.rows if name in row.cells)
    counted = own.file if own else None
    for file in reversed(case.files):
        value = file.facts.get("fields", {}).get(name) if file.kind in FORM_KINDS and file is not counted else None
        if value:
            yield Cell.of(value, file)
    view = seen.provinces.get(case.province)
    for scan in reversed(view.list_scans if view else ()):
        yield from _in_list_scan(scan, case, name)


def _in_list_scan(scan: FileView, case: CaseView, name: str) -> Iterator[Cell]:
    """Yield a value of the rows of a list's scan that name a case."""
    wanted = community_key(case.community)
    for row in scan.facts.get("rows", ()):
        named = row.get("community")
        if named and name in row and community_key(str(named["value"] or named["raw"])) == wanted:
            yield Cell.of(row[name], scan)
