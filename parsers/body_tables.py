"""Answers whether a mail's body holds a table worth reading: a list pasted into the body is a file like any other."""

import re

from parsers.base import ParseError
from parsers.documents.tables import Table, distinct
from parsers.documents.web import document_of

NAME = "正文表格.html"
_STEM = "正文表格"
_ROWS, _CELLS = 2, 3
_CHARACTERS = 4_000_000
_REPLY = re.compile(r"^\s*(?:re|回复|回覆|答复)\s*[:：]", re.IGNORECASE)
# Where the answered mail begins in a reply: its tables are ours, or came before.
_ANSWERED = re.compile(
    r"<blockquote\b|原始邮件|邮件原件|original message|isReplyContent|<b>\s*(?:发件人|from)\b|(?:写道|wrote)\s*[:：]",
    re.IGNORECASE,
)
_PAGE = '<!DOCTYPE html><html><meta charset="utf-8"><body>\n{}\n</body></html>\n'


def find_body_tables(html: str, subject: str) -> bytes | None:
    """Return a body as an HTML file in UTF-8 where it holds a table of two rows and three columns or more, else None.

    All of the body is given, since title and contact stand around the table. Of a reply only what was written anew.
    """
    answered = _ANSWERED.search(html) if _REPLY.match(subject) else None
    html = html[: answered.start() if answered else _CHARACTERS]
    if "<table" not in html.lower() or not _holds_table(html):
        return None
    return _PAGE.replace("{}", html).encode("utf-8", "replace")


def is_body_table(name: str) -> bool:
    """Tell the file that stands for a body's tables by its name."""
    return name.startswith(_STEM) and name.endswith(".html")


def _holds_table(html: str) -> bool:
    try:
        return any(_is_data(table) for table in document_of(html).tables)
    except ParseError:
        # What cannot be read shall be seen: reading the file says why.
        return True


def _is_data(table: Table) -> bool:
    """Tell data from layout and signatures: rows that have several cells with words."""
    rows = (sum(bool(cell.text.strip()) for cell in distinct(row)) >= _CELLS for row in table.rows)
    return sum(rows) >= _ROWS
