"""Are the pages of a Word file numbered? A PAGE field stands in a header or footer that a section of it shows."""

import re
from collections.abc import Iterator
from typing import Any

from parsers.documents.package import Package
from parsers.documents.wordtree import attribute, local_name, text_of

_PAGE = re.compile(r"(?<![A-Z])PAGE(?![A-Z])", re.IGNORECASE)
_REFERENCES = ("headerReference", "footerReference")
_TYPED = re.compile(r"\d|第.{0,4}页")
# A file has three of each a section; nobody has so many sections.
_MAX_PARTS = 60


def has_page_numbers(tree: Any, package: Package) -> bool | None:  # noqa: ANN401 (an lxml element)
    """Tell whether pages are numbered; None where a header or footer cannot be had, or holds a figure typed by hand."""
    relations = package.relations(package.main)
    wanted = dict.fromkeys(_references(tree))
    certain = len(wanted) <= _MAX_PARTS
    for identity in list(wanted)[:_MAX_PARTS]:
        part = package.tree(relations[identity].target) if identity in relations else None
        if part is not None and _holds_page_field(part):
            return True
        certain = certain and part is not None and not _TYPED.search(text_of(part))
    return False if certain else None


def _references(tree: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the ids of the headers and footers that the sections show."""
    for section in tree.iter("{*}sectPr"):
        # The reference's `id` is the relationship's; it has no other.
        yield from (attribute(one, "id") for one in section if local_name(one) in _REFERENCES)


def _holds_page_field(part: Any) -> bool:  # noqa: ANN401
    """Tell whether a header or footer holds a page number: a field, simple or in pieces, or the old element."""
    pieces = []
    for element in part.iter():
        name = local_name(element)
        if name == "pgNum":
            return True
        if name == "fldSimple":
            pieces.append(f" {attribute(element, 'instr')} ")
        elif name == "instrText":
            pieces.append(element.text or "")
        elif name == "fldChar":
            pieces.append(" ")
    return bool(_PAGE.search("".join(pieces)))
