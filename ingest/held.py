"""What is read beside a mail's own parts: files of watched folders, and files that people added to a message.

Their bytes are in the vault already. A file of a folder is a message of its own, which says nothing but where it lay.
"""

from dataclasses import dataclass, replace

from ingest.folder_names import delivery_of
from ingest.placing import Item
from ingest.sender import Sender
from parsers.letter import Letter
from store import mail
from store import supplied as added
from store.database import Store
from store.drops import Dropped

# The folder, inside a message, of what people added to it.
SUPPLIED = "补充"


@dataclass(frozen=True)
class Held:
    """A content of the vault that is read as a file of a message, under this path."""

    path: str
    sha256: str
    bytes: int


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


def sender_of(place: Dropped) -> Sender:
    """Return the association in whose folder a file was put."""
    return Sender(place.province, None, "provincial", (_clue(place),))


def kind_of(place: Dropped) -> tuple[str, str]:
    """Return (kind, evidence) of a file that somebody put into a province's folder."""
    return "submission", _clue(place)


def sender_by_place(sender: Sender, place: Dropped | None) -> Sender:
    """Return who sent a mail that lies in a province's folder: where it cannot be told otherwise, that province."""
    if place is None or place.province is None or sender.province is not None:
        return sender
    return replace(sender, province=place.province, level="provincial", clues=(_clue(place), *sender.clues))


def shelved(item: Item, place: Dropped) -> Item:
    """Return a file of a watched folder as it is to be filed: among what else was put into that folder."""
    path = item.path.removeprefix(place.path)
    return replace(item, path=place.inside + path, tree=place.mailbox, delivery=delivery_of(place.inside))


def _clue(place: Dropped) -> str:
    folder = place.path.removesuffix(place.inside).rstrip("/")
    return f"放在文件夹 {folder or place.path}/ 下"
