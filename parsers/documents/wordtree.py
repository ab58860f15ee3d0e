"""How is the XML of a Word file walked? Texts and grids as a person sees them, in one pass, at linear cost.

The rules were found on documents as they come: what Word does not show is skipped, all else is descended into.
Names are compared without namespace, so that strict and transitional files read alike.
"""

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from parsers.base import ParseError
from parsers.documents.tables import Cell, Table

# What Word does not show: deleted and moved-away text, field codes, the old half of alternatives, ruby, properties.
_SKIPPED = frozenset((
    "del", "moveFrom", "instrText", "delInstrText", "delText", "Fallback", "rt", "pPr", "rPr", "tblPr", "tblGrid",
    "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "ctrlPr", "docPr", "cNvPr",
))  # fmt: skip
_WRAPPED = frozenset((
    "sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent", "Choice", "body", "document",
))  # fmt: skip
_PICTURES = frozenset(("blip", "imagedata"))
_HIDDEN_PICTURES = frozenset(("Fallback", "del", "moveFrom"))
_OFF = frozenset(("0", "false", "off", "none"))
# Check marks of the symbol fonts (w:sym), by the low byte of their code.
_SYMBOLS = {
    "wingdings": {0xFC: "√", 0xFB: "×", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0x6E: "■"},
    "wingdings 2": {0x50: "√", 0x4F: "×", 0x52: "☑", 0x51: "☒", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x2A: "☐"},
}
MAX_CELLS = 300_000
# Word allows 63 columns; a span beyond that is an attack on memory.
_MAX_SPAN = 63
# Deeper ones are read as text of the cell that holds them.
_NESTED_TABLES = 3


class TooBigError(Exception):
    """The tables unfold to more cells than any honest file has."""


def local_name(element: Any) -> str:  # noqa: ANN401 (an lxml element)
    """Return an element's name without namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:  # noqa: ANN401 (an lxml element)
    """Return an attribute by its name without namespace; empty where it is missing."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def parsed(data: bytes) -> Any:  # noqa: ANN401 (an lxml element)
    """Return the root of an XML part; nothing is fetched or expanded. ParseError where it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        # libxml2 tells a want of memory as one more fault of the text; the file is not at fault.
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise ParseError("corrupt", "文件打不开，内容已损坏，请人工看") from error
    if root is None:
        raise ParseError("corrupt", "文件打不开，内容是空的，请人工看")
    return root


class Walk:
    """One walk over a main part: `blocks` are paragraph texts and tables in reading order.

    `shown` are the elements that they came from, one each, but for tables inside others.
    """

    def __init__(self, heading_styles: frozenset[str] = frozenset()) -> None:
        self.blocks: list[str | Table] = []
        self.shown: list[Any] = []
        self.headings: list[str] = []
        self.pictures = 0
        self._heading_styles = heading_styles
        self._tables = 0
        self._cells = 0

    def body(self, element: Any) -> None:  # noqa: ANN401 (an lxml element)
        """Add everything that stands under an element."""
        for child in element:
            name = local_name(child)
            if name == "p":
                self.shown.append(child)
                self._paragraph(child)
            elif name == "tbl":
                self.shown.append(child)
                self._table(child, 0)
            elif name in _WRAPPED:
                self.body(child)

    def _paragraph(self, element: Any) -> None:  # noqa: ANN401
        text = text_of(element)
        self.blocks.append(text)
        if text.strip() and _is_heading(element, self._heading_styles):
            self.headings.append(text.strip())
        self.pictures += sum(1 for _ in pictures_of(element))
        for table in _tables_in(element):
            self._table(table, 1)

    def _table(self, element: Any, depth: int) -> None:  # noqa: ANN401
        """Add a table and, after it, the tables that stand in its cells."""
        self._tables += 1
        at = len(self.blocks)
        inner: list[Any] = []
        index = self._tables
        rows = tuple(self._rows(element, inner))
        if depth == 0:
            self.pictures += sum(1 for _ in pictures_of(element))
        self.blocks.insert(at, Table(index, rows, nested=depth > 0))
        if depth < _NESTED_TABLES:
            for table in inner:
                self._table(table, depth + 1)

    def _rows(self, element: Any, inner: list[Any]) -> Iterator[tuple[Cell, ...]]:  # noqa: ANN401
        """Yield the rows of a table unfolded to its grid; a merged cell stands in all places that it covers."""
        above: dict[int, Cell] = {}
        for number, row in enumerate(_shown_rows(element), start=1):
            grid = [Cell("", number, column + 1) for column in range(_offset(row))]
            continued: dict[int, Cell] = {}
            for element_cell in _children(row, "tc"):
                column = len(grid)
                span, merge = _span(element_cell)
                tables = _tables_in(element_cell)
                inner.extend(tables)
                cell = above.get(column) if merge == "continue" else None
                if cell is None:
                    cell = Cell(text_of(element_cell), number, column + 1, holds_tables=bool(tables))
                grid.extend([cell] * span)
                if merge:
                    continued[column] = cell
            above = continued
            self._cells += len(grid)
            if self._cells > MAX_CELLS:
                raise TooBigError
            yield tuple(grid)


def text_of(element: Any) -> str:  # noqa: ANN401 (an lxml element)
    """Return the text that Word shows of an element, each paragraph a line, blank paragraphs left out."""
    parts: list[str] = []
    _gather(element, parts)
    return "".join(parts).strip("\n")


def _gather(element: Any, parts: list[str]) -> None:  # noqa: ANN401
    """Append the shown text of an element; recursion is bounded by the parser's own limit of 256 levels."""
    name = local_name(element)
    if name in _SKIPPED or not name or (name == "r" and _is_hidden(element)):
        return
    if name in _LEAVES:
        parts.append(_LEAVES[name](element))
        return
    if name == "sdt":
        if box := _content_check_box(element):
            parts.append(box)
            return
        if _shows_placeholder(element):
            return
    if name in {"p", "tr"}:
        _new_line(parts)
    for child in element:
        _gather(child, parts)
    if name in {"p", "tr"}:
        _new_line(parts)


def runs_of(element: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the runs that Word shows of a paragraph, not those in its text boxes."""
    for child in element:
        name = local_name(child)
        if name == "r":
            if not _is_hidden(child):
                yield child
        elif name and name not in _SKIPPED:
            yield from runs_of(child)


def pictures_of(element: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the elements that show a picture under an element, each once: old halves of alternatives repeat them."""
    name = local_name(element)
    if name in _PICTURES:
        yield element
    elif name not in _HIDDEN_PICTURES:
        for child in element:
            yield from pictures_of(child)


def _new_line(parts: list[str]) -> None:
    if parts and parts[-1] != "\n":
        parts.append("\n")


def _is_hidden(run: Any) -> bool:  # noqa: ANN401
    for properties in run:
        if local_name(properties) == "rPr":
            return any(local_name(one) == "vanish" and attribute(one, "val") not in _OFF for one in properties)
    return False


def _symbol(element: Any) -> str:  # noqa: ANN401
    """Return the character of a w:sym: check marks of the symbol fonts, else nothing that could be misread."""
    try:
        code = int(attribute(element, "char") or "0", 16)
    except ValueError:
        return ""
    marks = _SYMBOLS.get(attribute(element, "font").lower())
    if marks is not None:
        return marks.get(code & 0xFF, "")
    return chr(code) if 0x20 <= code < 0xD800 else ""  # noqa: PLR2004 (printable and no surrogate)


def _form_check_box(field: Any) -> str:  # noqa: ANN401
    """Return the mark of an old form field's check box, empty for every other field."""
    box = next((one for one in field.iter() if local_name(one) == "checkBox"), None)
    if box is None:
        return ""
    states = {local_name(one): attribute(one, "val") not in _OFF for one in box}
    return "☑" if states.get("checked", states.get("default", False)) else "☐"


def _shows_placeholder(control: Any) -> bool:  # noqa: ANN401
    """Tell a control that nobody filled in: what it shows (单击或点击此处输入文字) is Word's own hint."""
    properties = next((one for one in control if local_name(one) == "sdtPr"), ())
    return any(local_name(one) == "showingPlcHdr" and attribute(one, "val") not in _OFF for one in properties)


def _content_check_box(control: Any) -> str:  # noqa: ANN401
    """Return the mark of a check box content control, empty for every other control."""
    properties = next((one for one in control if local_name(one) == "sdtPr"), ())
    box = next((one for one in properties if local_name(one) == "checkbox"), None)
    if box is None:
        return ""
    checked = any(local_name(one) == "checked" and attribute(one, "val") not in _OFF for one in box)
    return "☑" if checked else "☐"


_LEAVES: dict[str, Callable[[Any], str]] = {
    "t": lambda element: element.text or "",
    "tab": lambda _: "\t",
    "ptab": lambda _: "\t",
    "br": lambda _: "\n",
    "cr": lambda _: "\n",
    "noBreakHyphen": lambda _: "-",
    "sym": _symbol,
    "fldChar": _form_check_box,
}


def _is_heading(paragraph: Any, heading_styles: frozenset[str]) -> bool:  # noqa: ANN401
    properties = next((one for one in paragraph if local_name(one) == "pPr"), ())
    return any(
        (local_name(one) == "pStyle" and attribute(one, "val") in heading_styles) or local_name(one) == "outlineLvl"
        for one in properties
    )


def _tables_in(element: Any) -> list[Any]:  # noqa: ANN401
    """Return the outermost tables under an element, in order."""
    found = []
    for child in element:
        name = local_name(child)
        if name == "tbl":
            found.append(child)
        elif name and name not in _SKIPPED:
            found.extend(_tables_in(child))
    return found


def _children(element: Any, wanted: str) -> Iterator[Any]:  # noqa: ANN401
    """Yield the children of a name, also those inside content controls and tracked insertions."""
    for child in element:
        name = local_name(child)
        if name == wanted:
            yield child
        elif name in _WRAPPED:
            yield from _children(child, wanted)


def _shown_rows(table: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the rows of a table that were not deleted with changes tracked."""
    for row in _children(table, "tr"):
        properties = next((one for one in row if local_name(one) == "trPr"), ())
        if not any(local_name(one) == "del" for one in properties):
            yield row


def _offset(row: Any) -> int:  # noqa: ANN401
    """Return how many grid columns a row leaves out at its start."""
    properties = next((one for one in row if local_name(one) == "trPr"), ())
    return next((_count(one, 0) for one in properties if local_name(one) == "gridBefore"), 0)


def _span(cell: Any) -> tuple[int, str]:  # noqa: ANN401
    """Return how many grid columns a cell covers, and its part in a vertical merge: restart, continue or none."""
    span, merge = 1, ""
    for one in next((part for part in cell if local_name(part) == "tcPr"), ()):
        name = local_name(one)
        if name == "gridSpan":
            span = _count(one, 1)
        elif name == "vMerge":
            merge = attribute(one, "val") or "continue"
    return span, merge


def _count(element: Any, least: int) -> int:  # noqa: ANN401
    value = attribute(element, "val")
    return min(max(int(value), least), _MAX_SPAN) if value.isascii() and value.isdigit() and len(value) < 6 else least  # noqa: PLR2004
