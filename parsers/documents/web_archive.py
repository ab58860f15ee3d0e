"""What does a page saved as one file (.mht) say? Its first part of HTML, read as any page; pictures are left."""

import email
from email.policy import compat32
from pathlib import Path

from parsers.base import ParseError
from parsers.charsets import decode_bytes
from parsers.documents.document import Document
from parsers.documents.web import document_of

MAX_BYTES = 50_000_000


def read_mht(path: Path) -> Document:
    """Return what a web archive says; ParseError `unsafe` or `corrupt` where it cannot be read."""
    if path.stat().st_size > MAX_BYTES:
        raise ParseError("unsafe", "网页存档大得反常，未打开，请人工看")
    message = email.message_from_bytes(path.read_bytes(), policy=compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            return document_of(decode_bytes(content if isinstance(content, bytes) else b"", part.get_content_charset()))
    raise ParseError("corrupt", "网页存档里没有正文，请人工看")
