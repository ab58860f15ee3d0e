"""What a mail can only be read with the help of its sender's other mails: locked archives and split ones.

Which mail opens a split archive depends on when its volumes came, never on the order in which mails were read here: it
is the mail that made the set complete. Until then, each volume says what is missing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from ingest.contents import Pile, open_volumes
from ingest.desk import Desk
from parsers.archives import Volume, is_complete, missing_volumes, order_volumes
from parsers.passwords import NOTE_BYTES, find_passwords, passwords_in_note
from store import siblings
from store.documents import ReadFile
from store.siblings import Sender, VolumeFile

Answer = TypeVar("Answer")


class Asked:
    """What was asked of a sender's other mails while one was read, with the answers that its reading stands on."""

    def __init__(self) -> None:
        self._asked: list[tuple[Callable[[], object], object]] = []

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return the answer to a question, and remember both."""
        answer = question()
        self._asked.append((question, answer))
        return answer

    def holds(self) -> bool:
        """Tell whether all questions are still answered in the same way."""
        return all(question() == answer for question, answer in self._asked)


@dataclass(frozen=True)
class Own:
    """The message in hand: its id, when it came, and what its sender's other mails told."""

    id: int
    arrival: datetime
    asked: Asked = field(default_factory=Asked)


def is_locked(pile: Pile) -> bool:
    """Tell whether something in a mail needs a password that was not found in it."""
    return any(file.status == "encrypted" for file in pile.files)


def passwords_elsewhere(desk: Desk, own: Own, sender: Sender) -> list[str]:
    """Return the passwords that the sender's other mails name, those of the newest first, then those in text files."""
    return own.asked.ask(lambda: _passwords(desk, own, sender))


def _passwords(desk: Desk, own: Own, sender: Sender) -> list[str]:
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
    found: dict[str, list[VolumeFile]] = defaultdict(list)
    for one in [*own.asked.ask(lambda: _others(desk, own, sender, stems)), *_own_volumes(own, pile)]:
        found[one.stem].append(one)
    for stem in sorted(stems):
        for volumes in _sets(found[stem]):
            _join(pile, own, volumes)


def _others(desk: Desk, own: Own, sender: Sender, stems: Collection[str]) -> list[VolumeFile]:
    return [one for one in siblings.volumes(desk.store, sender, own.id) if one.stem in stems]


def _own_volumes(own: Own, pile: Pile) -> list[VolumeFile]:
    return [
        VolumeFile(own.id, own.arrival, file.path, file.name, file.sha256, file.bytes, file.volume_stem, file.volume)
        for file in pile.files
        if file.volume_stem and file.volume and file.sha256
    ]


def _sets(found: Iterable[VolumeFile]) -> list[list[VolumeFile]]:
    """Return the sets that volumes of one name make, in the order of their arrival, whatever was read first.

    The same volume again changes nothing; another one of a number that is there begins a new set: the archive was sent
    anew under its old name. A volume joins the set that others of its mail are in, else the first that lacks it.
    """
    sets: list[list[VolumeFile]] = []
    for one in sorted(found, key=lambda one: (one.arrival, one.message_pk, one.volume["number"], one.path)):
        home = next((own for own in sets if any(_is_copy(one, other) for other in own)), None) or _lacking(one, sets)
        if home is None:
            sets.append([one])
        else:
            home.append(one)
    return sets


def _is_copy(one: VolumeFile, other: VolumeFile) -> bool:
    return one.sha256 == other.sha256 and one.volume["number"] == other.volume["number"]


def _lacking(one: VolumeFile, sets: Iterable[list[VolumeFile]]) -> list[VolumeFile] | None:
    """Return the set that a volume completes or goes on with."""
    number = one.volume["number"]
    lacking = [own for own in sets if all(other.volume["number"] != number for other in own)]
    beside = (own for own in lacking if any(other.message_pk == one.message_pk for other in own))
    return next(beside, lacking[0] if lacking else None)


def _join(pile: Pile, own: Own, found: Sequence[VolumeFile]) -> None:
    """Open one set where it is complete and this mail brought the last of it."""
    chosen = _first_of_each(found)
    volumes = [Volume(one.stem, **one.volume) for one in chosen]
    mine = {one.path for one in found if one.message_pk == own.id}
    if not is_complete(volumes):
        _mark(pile, mine, "volume_missing", _missing(volumes))
        return
    _mark(pile, mine, "ok", "")
    last = max(chosen, key=lambda one: (one.arrival, one.message_pk))
    if last.message_pk == own.id:
        by_volume = dict(zip(volumes, chosen, strict=True))
        open_volumes(pile, [by_volume[volume] for volume in order_volumes(volumes)])


def _first_of_each(found: Iterable[VolumeFile]) -> list[VolumeFile]:
    """Return the earliest of each number: a volume that was sent again changes nothing."""
    first: dict[int, VolumeFile] = {}
    for one in found:
        first.setdefault(int(one.volume["number"]), one)
    return list(first.values())


def _missing(volumes: Sequence[Volume]) -> str:
    missing = "、".join(missing_volumes(volumes))
    return f"分卷压缩包不完整，已收到 {len(volumes)} 卷，还缺{missing or '最后几卷'}，各卷到齐后自动打开"


def _mark(pile: Pile, paths: Collection[str], status: str, reason: str) -> None:
    pile.files[:] = [_marked(file, status, reason) if file.path in paths else file for file in pile.files]


def _marked(file: ReadFile, status: str, reason: str) -> ReadFile:
    return replace(file, status=status, reason=reason)
