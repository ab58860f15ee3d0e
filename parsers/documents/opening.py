"""How is a document of a format opened? One line a format; to add one: a reader beside this file, a line below."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from parsers.base import ParseError
from parsers.compound import Compound
from parsers.documents.csv_files import read_csv
from parsers.documents.document import Document
from parsers.documents.legacy import SUFFIXES
from parsers.documents.package import BROKEN_ZIP, Package
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
# What an old document's text stands in.
_STREAMS = ("WordDocument", "0Table", "1Table", "Workbook", "Book")
_ODF = ("odt", "ods")
_MANIFEST, _MANIFEST_BYTES, _ODF_LOCK = "meta-inf/manifest.xml", 1_000_000, b"encryption-data"
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
    """Raise ParseError `encrypted` where a compound file or an OpenDocument is behind a password."""
    if format_ in _COMPOUND and (is_protected(path) or (format_ == "doc" and _is_encrypted(path))):
        raise ParseError("encrypted", _LOCKED)
    if format_ in _ODF and _ODF_LOCK in _manifest(path):
        raise ParseError("encrypted", _LOCKED)


def refuse_cut(path: Path, format_: str) -> None:
    """Raise ParseError `corrupt` where a compound file makes no sense, or what holds its text is not all there.

    LibreOffice and others give what is left of it, as if that were all.
    """
    if format_ not in _COMPOUND:
        return
    compound = Compound(path)
    for node in (compound.root.children.get(name) for name in _STREAMS):
        for _ in compound.stream(node) if node is not None and node.is_stream else ():
            pass


def _manifest(path: Path) -> bytes:
    """Return what an OpenDocument says of its parts; nothing where that cannot be had."""
    try:
        package = Package(path)
        info = package.members.get(_MANIFEST)
        return package.read(_MANIFEST) if info and info.file_size <= _MANIFEST_BYTES else b""
    except BROKEN_ZIP:
        return b""


def _is_encrypted(path: Path) -> bool:
    """Tell an old Word file behind a password by its flag."""
    compound = Compound(path)
    head = compound.read(compound.root.children.get("WordDocument"), _FLAGS_AT + 1)
    return len(head) > _FLAGS_AT and bool(head[_FLAGS_AT] & _ENCRYPTED)
