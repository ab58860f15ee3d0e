"""What a mail can only be read with the help of its sender's other mails: locked archives and split ones.

Which mail opens a split archive depends on when its volumes came, never on the order in which mails were read here: it
is the mail that made the set complete. Until then, each volume says what is missing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.contents import Pile, open_volumes
from ingest.desk import Desk
from parsers.archives import Volume, is_complete, missing_volumes, order_volumes
from parsers.passwords import NOTE_BYTES, find_passwords, passwords_in_note
from store import siblings
from store.documents import ReadFile
from store.siblings import Sender, VolumeFile


@dataclass(frozen=True)
class Own:
    """The message in hand: its id, and when it came."""

    id: int
    arrival: datetime


def is_locked(pile: Pile) -> bool:
    """Tell whether something in a mail needs a password that was not found in it."""
    return any(file.status == "encrypted" for file in pile.files)


def passwords_elsewhere(desk: Desk, own: Own, sender: Sender) -> list[str]:
    """Return the passwords that the sender's other mails name, those of the newest first, then those in text files."""
    texts = siblings.texts(desk.store, sender, own.id)
    written = [word for text in texts for word in find_passwords(text)]
    notes = siblings.notes(desk.store, sender, own.id, NOTE_BYTES)
    noted = [word for name, sha in notes for word in passwords_in_note(name, desk.store.vault.path(sha).read_bytes())]
    return list(dict.fromkeys([*written, *noted]))


def join_volumes(desk: Desk, own: Own, sender: Sender, pile: Pile) -> None:
    """Open the split archives that this mail made complete; say of its other volumes what is missing."""
    stems = {file.volume_stem for file in pile.files if file.volume_stem}
    if not stems:
        return
    sets: dict[str, list[VolumeFile]] = defaultdict(list)
    for one in [*siblings.volumes(desk.store, sender, own.id), *_own_volumes(own, pile)]:
        sets[one.stem].append(one)
    for stem in sorted(stems):
        _join(pile, own, sets[stem], stem)


def _own_volumes(own: Own, pile: Pile) -> list[VolumeFile]:
    return [
        VolumeFile(own.id, own.arrival, file.path, file.name, file.sha256, file.bytes, file.volume_stem, file.volume)
        for file in pile.files
        if file.volume_stem and file.volume and file.sha256
    ]


def _join(pile: Pile, own: Own, found: Sequence[VolumeFile], stem: str) -> None:
    """Open one set where it is complete and this mail brought the last of it."""
    chosen = _first_of_each(found)
    volumes = [Volume(one.stem, **one.volume) for one in chosen]
    if not is_complete(volumes):
        _mark(pile, stem, "volume_missing", _missing(volumes))
        return
    _mark(pile, stem, "ok", "")
    last = max(chosen, key=lambda one: (one.arrival, one.message_pk))
    if last.message_pk == own.id:
        by_volume = dict(zip(volumes, chosen, strict=True))
        open_volumes(pile, [by_volume[volume] for volume in order_volumes(volumes)])


def _first_of_each(found: Sequence[VolumeFile]) -> list[VolumeFile]:
    """Return the earliest of each number: a volume that was sent again changes nothing."""
    first: dict[int, VolumeFile] = {}
    for one in sorted(found, key=lambda one: (one.arrival, one.message_pk, one.path)):
        first.setdefault(int(one.volume["number"]), one)
    return list(first.values())


def _missing(volumes: Sequence[Volume]) -> str:
    missing = "、".join(missing_volumes(volumes))
    return f"分卷压缩包不完整，已收到 {len(volumes)} 卷，还缺{missing or '最后几卷'}，各卷到齐后自动打开"


def _mark(pile: Pile, stem: str, status: str, reason: str) -> None:
    pile.files[:] = [_marked(file, status, reason) if file.volume_stem == stem else file for file in pile.files]


def _marked(file: ReadFile, status: str, reason: str) -> ReadFile:
    return replace(file, status=status, reason=reason)
