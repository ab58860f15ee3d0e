"""What does a page saved as one file (.mht) say? Its first part of HTML that holds a table, else the first of all.

Excel's first one only lists its sheets. Pictures are left.
"""

import email
from email.message import Message
from email.policy import compat32
from itertools import islice
from pathlib import Path

from parsers.base import ParseError
from parsers.charsets import decode_bytes
from parsers.documents.document import Document
from parsers.documents.web import document_of

MAX_BYTES = 50_000_000
_MOST_PARTS = 20


def read_mht(path: Path) -> Document:
    """Return what a web archive says; ParseError `unsafe` or `corrupt` where it cannot be read."""
    if path.stat().st_size > MAX_BYTES:
        raise ParseError("unsafe", "网页存档大得反常，未打开，请人工看")
    first: Document | None = None
    message = email.message_from_bytes(path.read_bytes(), policy=compat32)
    for part in islice((one for one in message.walk() if one.get_content_type() == "text/html"), _MOST_PARTS):
        document = _document(part)
        if document.tables:
            return document
        first = first or document
    if first is None:
        raise ParseError("corrupt", "网页存档里没有正文，请人工看")
    return first


def _document(part: Message) -> Document:
    content = part.get_payload(decode=True)
    return document_of(decode_bytes(content if isinstance(content, bytes) else b"", part.get_content_charset()))
