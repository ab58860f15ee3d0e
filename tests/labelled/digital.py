"""How does a draft become a .docx, a workbook, a CSV or a page of HTML? Each written by other means than it is read."""

import csv
import io
import re
from datetime import date
from html import escape
from random import Random

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.docx_writer import LEFT, UP, Block, Grid, docx_bytes
from tests.labelled.truth import Draft

# Debian's fonts-noto-cjk, fonts-wqy-zenhei, fonts-wqy-microhei, fonts-arphic-uming, -ukai, -gbsn00lp, -gkai00mp and
# fonts-lxgw-wenkai; where one is missing, LibreOffice takes another.
FONTS = (
    "Noto Serif CJK SC", "AR PL UMing CN", "AR PL SungtiL GB", "Noto Sans CJK SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "AR PL UKai CN", "AR PL KaitiM GB", "LXGW WenKai",
)  # fmt: skip
SIZES = (9, 10.5, 10.5, 12, 14)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CHARSETS = ("gb18030", "utf-8-sig", "utf-8", "utf-16")


def docx_of(draft: Draft, random: Random) -> bytes:
    """Return a draft as .docx in one of the fonts and sizes, a list perhaps on a page that lies."""
    document = docx.Document(io.BytesIO(docx_bytes(*draft.blocks, footer_page_number=draft.wide)))
    normal = document.styles["Normal"]
    normal.font.size = Pt(random.choice(SIZES))
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    font = random.choice(FONTS)
    for place in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(place), font)
    section = document.sections[0]
    if draft.wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def xlsx_of(draft: Draft, random: Random) -> bytes:
    """Return a draft as .xlsx: paragraphs merged over the table's width, days sometimes as real dates."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    width = max((len(row) for block in draft.blocks if not isinstance(block, str) for row in block), default=1)
    real_dates, at = random.random() < 0.5, 1
    for block in draft.blocks:
        if isinstance(block, str):
            sheet.cell(at, 1, block)
            sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=width)
            at += 1
        else:
            _put_table(sheet, block, at, real_dates=real_dates)
            at += len(block)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _put_table(sheet: Worksheet, grid: Grid, top: int, *, real_dates: bool) -> None:
    for row, cells in enumerate(grid):
        for column, text in enumerate(cells):
            if text not in {LEFT, UP}:
                sheet.cell(top + row, column + 1, _typed(text, real_dates=real_dates))
                _merge(sheet, grid, (row, column), top)


def _merge(sheet: Worksheet, grid: Grid, at: tuple[int, int], top: int) -> None:
    row, column = at
    right, down = spans(grid, row, column)
    if right > 1 or down > 1:
        sheet.merge_cells(
            start_row=top + row, start_column=column + 1, end_row=top + row + down - 1, end_column=column + right
        )


def spans(grid: Grid, row: int, column: int) -> tuple[int, int]:
    """Return how many columns and rows a cell of a grid covers."""
    right = down = 1
    while column + right < len(grid[row]) and grid[row][column + right] == LEFT:
        right += 1
    while row + down < len(grid) and column < len(grid[row + down]) and grid[row + down][column] == UP:
        down += 1
    return right, down


def _typed(text: str, *, real_dates: bool) -> str | int | float | date:
    """Return a cell's text as a person's spreadsheet would keep it: figures as numbers, days as dates."""
    if real_dates and (day := _DAY.fullmatch(text)):
        return date(int(day[1]), int(day[2]), int(day[3]))
    if text.isascii() and text.isdigit() and not text.startswith("0"):
        return int(text)
    return float(text) if re.fullmatch(r"\d{1,3}\.\d*[1-9]", text) else text


def csv_of(draft: Draft, random: Random) -> bytes:
    """Return a draft as CSV in one of the encodings that programs write."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=random.choice(",,\t"))
    for block in draft.blocks:
        rows = [[block]] if isinstance(block, str) else block
        width = max((len(row) for one in draft.blocks if not isinstance(one, str) for row in one), default=1)
        for row in rows:
            cells = ["" if cell in {LEFT, UP} else cell for cell in row]
            writer.writerow([*cells, *[""] * (width - len(cells))])
    return text.getvalue().encode(random.choice(_CHARSETS))


def html_of(draft: Draft, random: Random) -> bytes:
    """Return a draft as HTML, as Word pastes it into a mail or saves it as a page."""
    body = "\n".join(_html_block(block) for block in draft.blocks)
    charset = random.choice(("utf-8", "gb2312"))
    head = f'<html><head><meta http-equiv=Content-Type content="text/html; charset={charset}"><title>x</title></head>'
    page = f"{head}<body lang=ZH-CN><div class=WordSection1>{body}</div></body></html>"
    return page.encode("gb18030" if charset == "gb2312" else charset)


def _html_block(block: Block) -> str:
    if isinstance(block, str):
        return f"<p class=MsoNormal>{_lines(block)}</p>"
    rows = "".join(f"<tr>{_html_row(block, number)}</tr>" for number in range(len(block)))
    return f"<table class=MsoTableGrid border=1 cellspacing=0>{rows}</table>"


def _html_row(grid: Grid, row: int) -> str:
    cells = ""
    for column, text in enumerate(grid[row]):
        if text not in {LEFT, UP}:
            right, down = spans(grid, row, column)
            cells += f"<td colspan={right} rowspan={down}><p class=MsoNormal>{_lines(text) or '&nbsp;'}</p></td>"
    return cells


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
