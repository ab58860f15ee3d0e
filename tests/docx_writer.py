"""Writes real .docx files for tests: paragraphs and tables with merged cells, the same bytes for the same arguments.

A table is rows of texts, in which LEFT and UP stand for a cell merged with the one left of it or above it.
"""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LEFT, UP = "←", "↑"
# A column's width in twentieths of a point: LibreOffice tells spans by widths.
_COLUMN = 1_400
_FIXED_TIME = (2026, 6, 1, 8, 0, 0)


class Raw(str):
    """XML that goes into the document as it is."""

    __slots__ = ()


Grid = Sequence[Sequence[str]]
Block = str | Grid


def docx_bytes(*blocks: Block, footer_page_number: bool = False) -> bytes:
    """Return a .docx of paragraphs (texts) and tables (rows of texts), in order."""
    document = docx.Document()
    body = document.element.body
    section = body.sectPr
    for child in list(body):
        if child is not section:
            body.remove(child)
    for block in blocks:
        section.addprevious(parse_xml(paragraph(block) if isinstance(block, str) else table(block)))
        if not isinstance(block, str):
            # Word joins tables that touch, and wants a paragraph after the last.
            section.addprevious(parse_xml(paragraph("")))
    if footer_page_number:
        field = f'<w:fldSimple {W} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        document.sections[0].footer.paragraphs[0]._p.append(parse_xml(field))  # noqa: SLF001 (no API for fields)
    return _saved(document)


def with_picture(content: bytes, picture: bytes) -> bytes:
    """Return a .docx with a picture at its end."""
    document = docx.Document(io.BytesIO(content))
    document.add_picture(io.BytesIO(picture))
    return _saved(document)


def _saved(document: "docx.document.Document") -> bytes:
    """Return a document's bytes with a fixed time, so that the same document has the same hash every time."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            target.writestr(info, source.read(name), zipfile.ZIP_DEFLATED, 6)
    return fixed.getvalue()


def paragraph(
    text: str, size: float | None = None, *, bold: bool = False, spacing: str = "", center: bool = False
) -> str:
    """Return a paragraph's XML; size in points in 宋体, spacing the attributes of w:spacing."""
    if isinstance(text, Raw):
        return str(text)
    look = f'<w:b w:val="{int(bold)}"/>' if bold else ""
    if size:
        look = f'<w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>{look}<w:sz w:val="{round(size * 2)}"/>'
    place = (f"<w:spacing {spacing}/>" if spacing else "") + ('<w:jc w:val="center"/>' if center else "")
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(line) for line in text.split("\n"))
    run = f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{lines}</w:t></w:r>'
    return f"<w:p {W}><w:pPr>{place}</w:pPr>{run}</w:p>"


def table(grid: Grid) -> Raw:
    """Return a table's XML; LEFT and UP merge cells."""
    rows = "".join(f"<w:tr>{_row(grid, number)}</w:tr>" for number in range(len(grid)))
    columns = f'<w:gridCol w:w="{_COLUMN}"/>' * max(len(row) for row in grid)
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    look = f'<w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{border}</w:tblBorders>'
    return Raw(f"<w:tbl {W}><w:tblPr>{look}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>")


def _row(grid: Grid, number: int) -> str:
    row, cells, column = grid[number], [], 0
    while column < len(row):
        span = 1
        while column + span < len(row) and row[column + span] == LEFT:
            span += 1
        below = number + 1 < len(grid) and column < len(grid[number + 1]) and grid[number + 1][column] == UP
        merge = "<w:vMerge/>" if row[column] == UP else '<w:vMerge w:val="restart"/>' if below else ""
        properties = (
            f'<w:tcW w:w="{span * _COLUMN}" w:type="dxa"/>'
            + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
            + merge
        )
        text = "" if row[column] == UP else row[column]
        content = text if isinstance(text, Raw) else "".join(paragraph(line) for line in text.split("\n"))
        cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>")
        column += span
    return "".join(cells)
