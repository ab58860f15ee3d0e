"""What is placed, and where: a file with what was found in it, and the case that it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.cases.province_cases import PlacedCase

# Material kinds that belong to one case each; what the list's own files are about, the list says itself.
PAPERS = ("recommendation_form", "recommendation_form_scan", "case_material")
PICTURES = ("photo", "video")


@dataclass(frozen=True)
class Item:
    """A file to be placed: its id, message, path, kind, and what was found in it."""

    id: int
    message_pk: int
    path: str
    name: str
    kind: str
    found: Sequence[Mapping[str, Any]] = ()
    # Of a file of a watched folder: which folder, and which delivery it is of; `path` is below the province's folder.
    tree: str = ""
    delivery: str = ""
    # What its mail says: the subject, and how its text begins.
    subject: str = ""
    text: str = ""
    sha256: str | None = None

    @property
    def together(self) -> int | str:
        """What came together: the mail, or the delivery; a file put down by itself came with nothing."""
        return f"{self.tree}/{self.delivery}" if self.delivery else self.message_pk

    @property
    def shelf(self) -> int | str:
        """Whose folders its own folders are: the mail's, or the watched folder's, which fill over time."""
        return self.tree or self.message_pk

    @property
    def main(self) -> int:
        """The index of what was found that gave the file its kind; 0 where its name did."""
        return next((index for index, found in enumerate(self.found) if found["kind"] == self.kind), 0)


@dataclass(frozen=True)
class Place:
    """Where something in a file belongs: `found` and `row` as in store.models.Filing."""

    file_id: int
    found: int
    row: int
    case: PlacedCase
    confidence: float
    clues: tuple[str, ...]
