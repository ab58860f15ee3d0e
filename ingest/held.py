"""What is read beside a mail's own parts: files of watched folders, and files that people added to a message.

Their bytes are in the vault already. A file of a folder is a message of its own, which says nothing but where it lay;
so is a file that a person added because it came by other ways, and of it she said whose it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from ingest.cases.placing import Item
from ingest.senders.sender import Sender
from ingest.watched.folder_names import delivery_of
from parsers.letter import Letter
from store import decisions, drops, mail
from store import supplied as added
from store.database import Store
from store.decisions import Decided
from store.documents import ReadFile
from store.drops import Dropped

# The folder, inside a message, of what people added to it.
SUPPLIED = "补充"


@dataclass(frozen=True)
class Held:
    """A content of the vault that is read as a file of a message, under this path."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Lying:
    """Where a message lies, and the decision that put it there where a person did; `zone` is the clock of her day."""

    place: Dropped
    put: Decided | None
    zone: ZoneInfo

    @property
    def withdrawn(self) -> bool:
        """Whether a person put it there and that was undone: it is to be seen, and counts nowhere."""
        return self.place.withdrawn

    @property
    def clue(self) -> str:
        """Why it is of that province."""
        if self.put is None:
            folder = self.place.path.removesuffix(self.place.inside).rstrip("/")
            return f"放在文件夹 {folder or self.place.path}/ 下"
        day = self.put.decided_at.astimezone(self.zone).date()
        note = f"，{self.put.note}" if self.put.note else ""
        return f"{self.put.value['way']}补入（{self.put.person}，{day}{note}）"

    @property
    def kind(self) -> tuple[str, str]:
        """What (kind, evidence) a message is that somebody put into a province's place, and that holds no mail."""
        return self.aside or ("submission", self.clue)

    @property
    def aside(self) -> tuple[str, str] | None:
        """What (kind, evidence) sets it aside; None where it counts."""
        if not self.withdrawn or self.put is None or self.put.undone_at is None:
            return None
        return "unrelated", f"补入已由{self.put.undone_by}撤销（{self.put.undone_at.astimezone(self.zone).date()}）"


def find_lying(store: Store, message_id: int, zone: ZoneInfo) -> Lying | None:
    """Return where a message lies that came by no mail; None for one that did."""
    place = drops.find_dropped(store, message_id)
    return Lying(place, decisions.find(store, place.decision), zone) if place else None


def supplied(store: Store, message_id: int) -> list[Held]:
    """Return the files that people added to a message, each under a path of its own."""
    return [Held(f"{SUPPLIED}/{one.name}", one.sha256, one.bytes) for one in added.supplied(store, message_id)]


def file_of(store: Store, message_id: int, place: Dropped) -> Held:
    """Return a message that is a file of a watched folder as that file."""
    blob = mail.blob(store, message_id)
    return Held(place.path, blob.sha256, blob.bytes)


def letter_of(place: Dropped) -> Letter:
    """Return the letter of a file that came without one: its path stands for the subject."""
    return Letter(
        message_id=None,
        subject=place.path,
        from_address=None,
        from_name="",
        to=(),
        date=None,
        received=None,
        text="",
        automatic=None,
        defects=(),
    )


def sender_of(lying: Lying) -> Sender:
    """Return the association in whose folder a file was put, or whose a person said it is."""
    place, said = lying.place, lying.put.value if lying.put else {}
    return Sender(place.province, said.get("city"), said.get("level") or "provincial", (lying.clue,))


def sender_by_place(sender: Sender, lying: Lying | None, *, decided: bool) -> Sender:
    """Return who sent a mail that lies in a province's place.

    A folder speaks where it cannot be told otherwise; a person who added the mail said whose it is, and only what was
    `decided` of the mail itself goes before that.
    """
    if lying is None or lying.place.province is None or decided:
        return sender
    if lying.put:
        own = sender_of(lying)
        return replace(own, clues=(*own.clues, *sender.clues), suspicions=sender.suspicions)
    if sender.province is not None:
        return sender
    clues = (lying.clue, *sender.clues)
    return replace(sender, province=lying.place.province, level="provincial", clues=clues, confidence=None)


def alone(files: Iterable[ReadFile]) -> list[ReadFile]:
    """Return the files of a message that was withdrawn: no volume of it helps to open what others sent."""
    return [replace(file, volume=None, volume_stem=None) for file in files]


def shelved(item: Item, place: Dropped | None) -> Item:
    """Return a file as it is to be filed: one of a watched folder among what else was put into that folder.

    What a person added at once came together, and lies in the folder of the case that she named.
    """
    if place is None:
        return item
    delivery = delivery_of(place.inside)
    if place.is_mail:
        return replace(item, path=f"{delivery}/{item.path}") if place.decision is not None and delivery else item
    path = place.inside + item.path.removeprefix(place.path)
    if place.decision is None:
        return replace(item, path=path, tree=place.mailbox, delivery=delivery)
    return replace(item, path=path, tree=f"{place.mailbox} {place.at.isoformat()}", delivery=delivery or place.mailbox)
