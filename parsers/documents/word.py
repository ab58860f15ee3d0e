"""What does a Word file say? Opens a .docx (python-docx) and gives its paragraphs and tables as plain data.

python-docx opens, our own walk over the tree reads: its `.text` loses content controls, tracked insertions, text boxes
and check boxes, and its cell access is quadratic. Where it refuses a package, the main part is taken from the zip.
This is the one door to python-docx.
"""

import mmap
import zipfile
import zlib
from functools import partial
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import docx
from docx.opc.exceptions import OpcError
from lxml import etree

from parsers.base import ParseError
from parsers.documents.document import Document
from parsers.documents.package import BROKEN_ZIP, Package
from parsers.documents.wordstyle import MAX_SHOWN, look_of
from parsers.documents.wordtree import TooBigError, Walk, attribute, local_name, parsed
from parsers.zip_directory import find_names

MAX_MEMBERS = 2_000
MAX_INFLATED_BYTES = 200_000_000
MAX_MAIN_BYTES = 50_000_000
MAX_STYLES_BYTES = 10_000_000
# A DOCTYPE stands before the first element; nobody writes this much before it in good faith.
_PROLOG_BYTES = 16_384
_OLE = b"\xd0\xcf\x11\xe0"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 0x1
# All that python-docx and what is under it were seen to raise on broken packages.
_REFUSED = (
    AttributeError, AssertionError, ExpatError, KeyError, IndexError, TypeError, ValueError, NotImplementedError,
    EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error, OpcError, etree.LxmlError,
)  # fmt: skip


def read_docx(path: Path) -> Document:
    """Return what a .docx says; ParseError `encrypted`, `unsafe`, `unsupported` or `corrupt` where it cannot."""
    _refuse_ole(path)
    try:
        _check_package(path)
        tree, styles = _tree(path)
    except BROKEN_ZIP as error:
        raise ParseError("corrupt", "文件打不开，可能已损坏，请人工看") from error
    walk = Walk(_heading_styles(styles))
    try:
        walk.body(tree)
    except (TooBigError, RecursionError) as error:
        raise ParseError("unsafe", "文件里的表格大得反常，未打开，请人工看") from error
    look = partial(look_of, walk.shown, styles, tree, Package(path)) if len(walk.shown) <= MAX_SHOWN else None
    return Document(tuple(walk.blocks), tuple(walk.headings), walk.pictures, look=look)


def _refuse_ole(path: Path) -> None:
    """Raise where the file is an OLE container: a password-protected .docx, or an old .doc under another name."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) != _OLE:
            return
    if is_protected(path):
        raise ParseError("encrypted", "Word 文件设了打开密码，请索要密码或未加密的文件")
    raise ParseError("unsupported", "内容是旧版 .doc，本版尚不能读取，请人工看或另存为 .docx")


def is_protected(path: Path) -> bool:
    """Tell whether an OLE container (a file that is not empty) holds an Office document behind a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_PROTECTED) >= 0


def has_macros(path: Path) -> bool:
    """Tell whether an Office package holds a VBA project; only its directory is looked at."""
    names = find_names(path, MAX_MEMBERS) or ()
    return any(name.lower().endswith("vbaproject.bin") for name in names)


def _check_package(path: Path) -> None:
    """Raise ParseError where opening the package would cost too much, or where a part declares a DTD."""
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_INFLATED_BYTES:
            raise ParseError("unsafe", "文件解开后大得反常，未打开，请人工看")
        for member in members:
            if member.flag_bits & _ENCRYPTED_FLAG:
                raise ParseError("encrypted", "Word 文件加了密，请索要未加密的文件")
            _check_part(package, member)


def _check_part(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise ParseError on an XML part that is too big or declares a DTD; parts that cannot be inflated are left."""
    name = member.filename.lower()
    if not name.endswith((".xml", ".rels")):
        return
    if member.file_size > MAX_MAIN_BYTES:
        raise ParseError("unsafe", "文件正文大得反常，未打开，请人工看")
    try:
        with package.open(member) as part:
            prolog = part.read(_PROLOG_BYTES)
    except BROKEN_ZIP:
        # A broken part that is not the main one does not keep the file from being read.
        return
    if b"<!DOCTYPE" in prolog.replace(b"\0", b"") or b"<!ENTITY" in prolog.replace(b"\0", b""):
        raise ParseError("unsafe", "文件带有外部实体声明，未打开，请人工看")


def _tree(path: Path) -> tuple[Any, Any]:
    """Return the main part's tree and the styles' tree (None where there is none) of a package."""
    try:
        opened = docx.Document(str(path))
        trees = opened.element, opened.styles.element
    except _REFUSED:
        return _trees_from_zip(path)
    return trees


def _trees_from_zip(path: Path) -> tuple[Any, Any]:
    """Return the trees of a package that python-docx refuses: strict OOXML, .docm, a NULL relationship, odd names."""
    package = Package(path)
    if not package.main:
        raise ParseError("corrupt", "文件里没有 Word 正文，打不开，请人工看")
    return parsed(package.read(package.main)), package.tree("word/styles.xml")


def _heading_styles(styles: Any) -> frozenset[str]:  # noqa: ANN401 (an lxml element or None)
    """Return the ids of the paragraph styles that are headings: by name, or by their outline level."""
    found = set()
    for style in styles if styles is not None else ():
        if local_name(style) != "style":
            continue
        # Only the two levels that can say it: a style sheet holds ten thousand elements.
        name = next((attribute(part, "val").lower() for part in style if local_name(part) == "name"), "")
        outlined = (local_name(inner) == "outlineLvl" for part in style if local_name(part) == "pPr" for inner in part)
        if name.startswith(("heading", "标题")) or any(outlined):
            found.add(attribute(style, "styleId"))
    return frozenset(found)
