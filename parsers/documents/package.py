"""Which parts does an Office package hold, and how do they hang together? Read from its zip, whatever is wrong with it.

What the package as a whole may cost, `parsers.documents.word` has checked before.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from parsers.base import ParseError
from parsers.documents.wordtree import attribute, parsed

BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError,
)  # fmt: skip
_MAIN = "word/document.xml"
_MAIN_RELATION = "officeDocument"


@dataclass(frozen=True)
class Relation:
    """What a part refers to: the last word of the relationship's type, and the part's name (empty where outside)."""

    type: str
    target: str


class Package:
    """A package by its path; parts go by their names in lower case, with slashes, from its root."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def members(self) -> Mapping[str, zipfile.ZipInfo]:
        """The members of the zip; names with backslashes and other cases are the same."""
        with zipfile.ZipFile(self._path) as package:
            return {_plain(info.filename): info for info in package.infolist()}

    @cached_property
    def main(self) -> str:
        """The main part's name by the package's relationships, else as it usually is; empty where there is none."""
        named = (one.target for one in self.relations("").values() if one.type == _MAIN_RELATION)
        return next((name for name in (*named, _MAIN) if name in self.members), "")

    def read(self, name: str) -> bytes:
        """Return a part's bytes; BROKEN_ZIP where it cannot be had."""
        with zipfile.ZipFile(self._path) as package:
            return package.read(self.members[name])

    def tree(self, name: str) -> Any:  # noqa: ANN401 (an lxml element or None)
        """Return a part's tree, None where there is none that can be read."""
        if name not in self.members:
            return None
        try:
            return parsed(self.read(name))
        except (ParseError, *BROKEN_ZIP):
            return None

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to by the ids of its relationships; the package's own go by an empty name."""
        folder, base = posixpath.split(name)
        root = self.tree(posixpath.join(folder, "_rels", f"{base}.rels"))
        found = {}
        for one in root if root is not None else ():
            inside = attribute(one, "TargetMode").lower() != "external"
            target = _resolved(folder, attribute(one, "Target")) if inside else ""
            found[attribute(one, "Id")] = Relation(attribute(one, "Type").rpartition("/")[2], target)
        return found


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _resolved(folder: str, target: str) -> str:
    """Return the name of a part that another in a folder refers to; one from the root begins with a slash."""
    plain = target.replace("\\", "/").lower()
    return posixpath.normpath(plain.lstrip("/") if plain.startswith("/") else posixpath.join(folder, plain))
