"""Is every content what its hash says, and is everything there that the tables name? Looks, changes nothing."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import text

from store.contents.blobs import Blob, Vault
from store.database import Store
from store.errors import DamagedError
from store.safekeeping import dump
from store.safekeeping.backup import Backup, BackupError, Generation
from store.safekeeping.named import Named, named

_HASH = re.compile(r"[0-9a-f]{64}")
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Part:
    """One of `parts` equal parts of all contents, by the first two digits of their hashes; 1 of 1 is all of them."""

    number: int = 1
    parts: int = 1

    def holds(self, sha256: str) -> bool:
        """Tell whether a content is in this part."""
        return int(sha256[:2], 16) % self.parts == self.number - 1


@dataclass
class Checked:
    """What a look at contents found.

    `lost` are named and not there, `changed` are there and not what their hash says, `sized` are not as large as the
    tables say, `unread` could not be read; of `unnamed` no table speaks (killed writes leave them, they do no harm),
    `foreign` are names that are no hashes.
    """

    contents: int = 0
    bytes: int = 0
    lost: list[Named] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    sized: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unnamed: int = 0
    foreign: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing is other than it should be."""
        return not (self.lost or self.changed or self.sized or self.unread)


def check_vault(store: Store, part: Part, tell: Tell) -> Checked:
    """Hash the contents of a part, and look for everything that the tables name, whatever the part.

    What is named is looked up first and what is there second: what comes in between is not missing.
    """
    with dump.frozen(store.engine) as connection:
        wanted = {one.sha256: one for one in named(connection)}
    return _check(store.vault, wanted, part, tell)


def _check(vault: Vault, wanted: dict[str, Named], part: Part, tell: Tell) -> Checked:
    """Hash a part of a vault; what is wanted and there is taken out of `wanted`."""
    checked = Checked()
    for one in vault.kept():
        if not _HASH.fullmatch(one.sha256):
            checked.foreign.append(one.sha256)
            continue
        expected = wanted.pop(one.sha256, None)
        checked.unnamed += expected is None
        if expected is not None and expected.bytes not in {None, one.bytes}:
            checked.sized.append(one.sha256)
        if part.holds(one.sha256):
            _hash(vault, one, checked)
            tell(checked.contents)
    checked.lost.extend(wanted.values())
    return checked


def _hash(vault: Vault, one: Blob, checked: Checked) -> None:
    digest = hashlib.sha256()
    try:
        for chunk in vault.chunks(one.sha256):
            digest.update(chunk)
    except OSError:
        checked.unread.append(one.sha256)
        return
    checked.contents += 1
    checked.bytes += one.bytes
    if digest.hexdigest() != one.sha256:
        checked.changed.append(one.sha256)


def check_database(store: Store) -> str:
    """Return what SQLite finds wrong with its file, nothing where it is sound; PostgreSQL looks after its own."""
    if store.engine.dialect.name != "sqlite":
        return ""
    try:
        with store.reading() as session:
            found = session.execute(text("PRAGMA quick_check(3)")).scalars().all()
    except DamagedError as error:
        return str(error)
    return "" if found == ["ok"] else "；".join(map(str, found))


@dataclass(frozen=True)
class CheckedBackup:
    """What a look at a backup found: its generations with what is wrong with each, and its contents."""

    generations: tuple[tuple[Generation, str], ...]
    contents: Checked

    @property
    def is_whole(self) -> bool:
        """Whether every generation can be restored as it was made."""
        return self.contents.is_whole and all(not wrong for _, wrong in self.generations)


def check_backup(backup: Backup, tell: Tell) -> CheckedBackup:
    """Hash everything in a backup, and look for all that its generations name."""
    found = tuple((one, _wrong_with(one)) for one in backup.generations())
    wanted: dict[str, Named] = {}
    for generation, wrong in found:
        if not wrong:
            lost = generation.manifest().lost
            wanted.update(
                (one.sha256, Named(one.sha256, one.bytes, essential=True))
                for one in generation.contents()
                if one.sha256 not in lost
            )
    return CheckedBackup(found, _check(backup.blobs, wanted, Part(), tell))


def _wrong_with(generation: Generation) -> str:
    try:
        generation.check()
    except BackupError as error:
        return str(error)
    return ""
