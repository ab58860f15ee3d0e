"""How is a document of a format opened? One line a format; to add one: a reader beside this file, a line below."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from parsers.base import ParseError
from parsers.compound import Compound
from parsers.documents.csv_files import read_csv
from parsers.documents.document import Document
from parsers.documents.legacy import SUFFIXES
from parsers.documents.sheets import read_sheets
from parsers.documents.web import read_html
from parsers.documents.web_archive import read_mht
from parsers.documents.word import is_protected, read_docx

_OPENERS: dict[str, Callable[[Path], Document]] = {
    "docx": read_docx,
    "html": read_html,
    "mht": read_mht,
    **dict.fromkeys(("xlsx", "xls", "ods"), read_sheets),
    "text": read_csv,
}
# What LibreOffice must convert before it can be read.
CONVERTED = frozenset(SUFFIXES)
DOCUMENT_FORMATS = frozenset(_OPENERS) | CONVERTED
_COMPOUND = ("doc", "xls", "ppt", "ole")
# [MS-DOC] 2.5.2: the flag fEncrypted of the file's first block.
_FLAGS_AT, _ENCRYPTED = 11, 0x01
_LOCKED = "文件设了打开密码，请索要密码或未加密的文件"


def open_document(path: Path, format_: str, converted: Path | None) -> Document:
    """Return a document of one of DOCUMENT_FORMATS; `converted` is what LibreOffice made of one of CONVERTED.

    ParseError where it cannot be opened.
    """
    if format_ not in CONVERTED:
        return _OPENERS[format_](path)
    if converted is None:
        raise ValueError(f"a {format_} file must be converted first")
    return replace(read_docx(converted), method=format_)


def refuse_locked(path: Path, format_: str) -> None:
    """Raise ParseError `encrypted` where a compound file is a document behind a password."""
    if format_ in _COMPOUND and (is_protected(path) or (format_ == "doc" and _is_encrypted(path))):
        raise ParseError("encrypted", _LOCKED)


def _is_encrypted(path: Path) -> bool:
    """Tell an old Word file behind a password by its flag."""
    compound = Compound(path)
    head = compound.read(compound.root.children.get("WordDocument"), _FLAGS_AT + 1)
    return len(head) > _FLAGS_AT and bool(head[_FLAGS_AT] & _ENCRYPTED)
