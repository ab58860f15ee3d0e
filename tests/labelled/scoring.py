"""What of a document was read right? Every field of its truth beside what was found, exactly."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parsers.base import Found, Reading
from tests.labelled.truth import FORM, LIST, MATERIAL, Fields, Labelled, Normal

_HEAD = ("submitter", "contact", "phone")


@dataclass(frozen=True)
class Judged:
    """A field of a document: what it says, what was read, and the raw text that was read."""

    document: Labelled
    field: str
    truth: Normal
    got: Any
    raw: str = ""

    @property
    def right(self) -> bool:
        """Whether normal form and truth are equal; texts without white space, widths aside."""
        return _plain(self.truth) == _plain(self.got)


def judged(document: Labelled, reading: Reading) -> Iterator[Judged]:
    """Yield every field of a document, the kind and the seal first."""
    kinds = [found.kind for found in reading.found if found.kind != "photo"]
    yield Judged(document, "(kind)", document.kind, "+".join(kinds), reading.reason)
    found = next((one for one in reading.found if one.kind == document.kind), None)
    facts = found.facts if found else {}
    if document.kind.endswith("_scan"):
        yield Judged(document, "(stamped)", str(document.stamped), str(facts.get("stamped", "not read")))
    yield from _FIELDS[document.kind.removesuffix("_scan")](document, facts)


def _of_list(document: Labelled, facts: Mapping[str, Any]) -> Iterator[Judged]:
    for name in _HEAD:
        yield _cell(document, name, document.truth.fields[name], facts.get(name))
    rows = facts.get("rows", [])
    yield Judged(document, "(rows)", float(len(document.truth.rows)), float(len(rows)))
    for truth, row in zip(document.truth.rows, _beside(document.truth.rows, rows), strict=True):
        for name, value in truth.items():
            yield _cell(document, f"row.{name}", value, row.get(name))


def _beside(truths: Sequence[Fields], rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield for each true row the row that was read: the one in its place, or where rows are lost, the one so named."""
    named = {_plain((row.get("community") or {}).get("value")): row for row in rows}
    for number, truth in enumerate(truths):
        in_place = rows[number] if len(rows) == len(truths) else {}
        yield in_place or named.get(_plain(truth["community"]), {})


def _of_form(document: Labelled, facts: Mapping[str, Any]) -> Iterator[Judged]:
    fields = facts.get("fields", {})
    for name, value in document.truth.fields.items():
        yield _cell(document, name, value, fields.get(name))


def _of_material(document: Labelled, facts: Mapping[str, Any]) -> Iterator[Judged]:
    for name, value in document.truth.fields.items():
        yield Judged(document, name, value, facts.get(name))
    sections = [one["name"] if isinstance(one, dict) else one for one in facts.get("sections", [])]
    yield Judged(document, "(sections)", " ".join(document.truth.sections), " ".join(sections))


_FIELDS = {LIST: _of_list, FORM: _of_form, MATERIAL: _of_material}


def _cell(document: Labelled, name: str, truth: Normal, cell: Mapping[str, Any] | None) -> Judged:
    return Judged(document, name, truth, cell["value"] if cell else None, cell["raw"] if cell else "(not found)")


def _plain(value: Any) -> Any:
    """Return a value to compare: texts in NFKC without white space, numbers and pairs as they are."""
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split())
    return list(value) if isinstance(value, tuple) else value


def kinds_of(found: Sequence[Found]) -> list[str]:
    """Return the kinds that were found, without what every picture is."""
    return [one.kind for one in found if one.kind != "photo"]
