"""Which pictures stand in a Word file? Each is given as a member, in the order of the text, like those of an archive.

They are named 图1.jpeg and so on. Icons, drawings of lines (EMF, WMF) and what headers and footers hold are left out;
a picture that is shown twice is given once.
"""

import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from parsers.archives.guard import guarded
from parsers.archives.model import BROKEN_MEMBER, CHUNK, Item, Member, Opened, Spent, Tally, UnpackLimits
from parsers.base import ParseError, Reading
from parsers.documents.old_pictures import old_pictures
from parsers.documents.package import BROKEN_ZIP, Package
from parsers.documents.wordtree import attribute, local_name, pictures_of, text_of
from parsers.sniff import HEAD_BYTES, format_of

_HOLDERS = ("docx", "doc")
# A paper with no more text than this is nothing but its pictures and what they are called.
_BARE_CHARACTERS = 300
# An icon: so few bytes, or shown so small (2 cm; 360,000 units are one).
_LEAST_BYTES, _LEAST_SHOWN = 3_000, 720_000
# No seal has more.
_MOST_BYTES = 20_000_000
_SUFFIXES = {"jpeg": "jpeg", "png": "png", "gif": "gif", "bmp": "bmp", "tiff": "tiff", "webp": "webp"}
_FRAMES = ("inline", "anchor")


def shows_pictures(reading: Reading) -> bool:
    """Tell whether a file's pictures may be more than decoration: a material, or a paper that nothing is known of."""
    known = {found.kind for found in reading.found} - {"case_material"}
    return reading.status == "ok" and reading.format in _HOLDERS and not known


def pictures_in(path: Path, limits: UnpackLimits, spent: Spent, *, bare: bool) -> Iterator[Member]:
    """Yield the pictures of a Word file that was read before; where `bare`, only of one that has next to no text.

    ParseError where more comes out than the limits allow, as of an archive.
    """
    opened = Opened([path], Tally(limits, spent, path.stat().st_size))
    with path.open("rb") as file:
        old = format_of(file.read(HEAD_BYTES), path) != "docx"
    found = old_pictures(path, bare=bare) if old else _pictures(path, bare=bare)
    yield from guarded(opened, (item for number, item in enumerate(found, start=1) for item in [_named(item, number)]))


def pasted_pictures(path: Path) -> Iterator[bytes]:
    """Yield the bytes of all pictures in a .docx, however small, in the order of the text; broken ones are empty."""
    package = Package(path)
    tree = package.tree(package.main)
    relations = package.relations(package.main) if tree is not None else {}
    shown = (_identity(element) for element in (pictures_of(tree) if relations else ()))
    for target in dict.fromkeys(relations[one].target for one in shown if one in relations):
        info = package.members.get(target)
        yield b"".join(_whole(path, info)) if info and info.file_size <= _MOST_BYTES else b""


def _whole(path: Path, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with suppress(ParseError):
        yield from _pieces(path, info)


def _named(item: Item, number: int) -> Item:
    return Item(f"图{number}.{item.name}", item.size, item.pieces, packed=item.packed)


def _pictures(path: Path, *, bare: bool) -> Iterator[Item]:
    """Yield the pictures of a .docx, each named by its suffix alone."""
    package = Package(path)
    tree = package.tree(package.main)
    if tree is None or (bare and len("".join(text_of(tree).split())) > _BARE_CHARACTERS):
        return
    relations = package.relations(package.main)
    shown = (relations[one] for element in pictures_of(tree) for one in _references(element) if one in relations)
    for target in dict.fromkeys(relation.target for relation in shown if relation.type == "image"):
        info = package.members.get(target)
        if info is None or info.file_size < _LEAST_BYTES:
            continue
        suffix = _SUFFIXES.get(_format(path, info))
        if suffix:
            yield Item(suffix, info.file_size, partial(_pieces, path, info), packed=info.compress_size)


def _references(element: Any) -> Iterator[str]:  # noqa: ANN401 (an lxml element)
    """Yield the relationship that an element shows a picture of, unless it is shown as small as an icon."""
    if local_name(element) == "imagedata":
        yield _identity(element)
        return
    frame = next((one for one in element.iterancestors() if local_name(one) in _FRAMES), ())
    extent = next((one for one in frame if local_name(one) == "extent"), None)
    sides = [attribute(extent, side) for side in ("cx", "cy")] if extent is not None else []
    if not any(side.isdigit() and int(side[:12]) < _LEAST_SHOWN for side in sides):
        yield _identity(element)


def _identity(element: Any) -> str:  # noqa: ANN401 (an lxml element)
    return attribute(element, "id" if local_name(element) == "imagedata" else "embed")


def _format(path: Path, info: zipfile.ZipInfo) -> str:
    """Return the format of a picture by its first bytes; empty where they cannot be had."""
    try:
        with zipfile.ZipFile(path) as package, package.open(info) as member:
            return format_of(member.read(HEAD_BYTES))
    except BROKEN_ZIP:
        return ""


def _pieces(path: Path, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as package, package.open(info) as member:
            while piece := member.read(CHUNK):
                yield piece
    except BROKEN_ZIP as error:
        raise ParseError("corrupt", BROKEN_MEMBER) from error
