"""Writes what each run makes anew (index, manifest, ledger): never over a file that a person put or changed there."""

import hashlib
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reports.archive.placing import beside
from reports.archive.state import State
from reports.making.writing import hash_of, write_beside

_NEW = "（新）"


@dataclass
class Pages:
    """The pages of a folder: under which names they can be written, and which ones persons have changed."""

    root: Path
    state: State
    strange: list[str] = field(default_factory=list)

    def name(self, wanted: str) -> str:
        """Return the name that a page can have: another one where a person's file has its own."""
        name = wanted
        while not self._is_ours(name):
            self.strange.append(name)
            name = beside(name, _NEW)
        return name

    def _is_ours(self, name: str) -> bool:
        path = self.root / name
        try:
            found = path.lstat()
        except FileNotFoundError:
            return True
        return stat.S_ISREG(found.st_mode) and hash_of(path) in self.state.pages.get(name, ())

    def forget(self, names: Iterable[str]) -> None:
        """Take away pages that an earlier run wrote under other names, as far as nobody has changed them."""
        for name in set(self.state.pages) - set(names):
            if self._is_ours(name):
                (self.root / name).unlink(missing_ok=True)
            del self.state.pages[name]

    def write(self, pages: Mapping[str, bytes]) -> None:
        """Write pages by their names; what they will be is noted first, so that a killed run's are known as ours."""
        made = {name: hashlib.sha256(data).hexdigest() for name, data in pages.items()}
        self._note(lambda name, known: [*known, made[name]] if name in made else known, made)
        for name, data in pages.items():
            path = self.root / name
            if not path.exists() or hash_of(path) != made[name]:
                write_beside(path, data)
        self._note(lambda name, known: [made[name]] if name in made else known, made)

    def _note(self, hashes: Callable[[str, list[str]], list[str]], made: Mapping[str, str]) -> None:
        known = {**dict.fromkeys(made, ()), **self.state.pages}
        self.state.pages = {name: hashes(name, list(own)) for name, own in known.items()}
        self.state.save(self.root)
