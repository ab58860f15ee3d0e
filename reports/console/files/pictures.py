"""What pictures of files the console asks for; whoever starts it makes them, of what strangers sent, in clean rooms."""

from dataclasses import dataclass
from typing import Protocol

from reports.incoming import Cell, FileView

# A small picture of a photo or a first page, a first page to be read, and the piece of a page about a value.
SMALL, PAGE, SOURCE = "small", "page", "source"


class NoPictureError(Exception):
    """There can be no picture; says why in Chinese."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A picture that is asked for, of a file; where it is a SOURCE, of the place that `cell` was read from."""

    kind: str
    file: FileView
    cell: Cell | None = None

    @property
    def queue(self) -> str:
        """Where it waits for its turn: small photos are quick, and wait for no document."""
        return PAGE if self.kind == SMALL and self.file.kind != "photo" else self.kind


class Pictures(Protocol):
    """Makes pictures as JPEG and keeps them; for several threads at once."""

    def find(self, wanted: Wanted) -> bytes | None:
        """Return a picture that was made before, None where it was not; NoPictureError where there can be none."""

    def make(self, wanted: Wanted) -> bytes:
        """Return a picture, made where there is none yet, once whoever else asks; NoPictureError where it cannot be."""

    def rest(self) -> None:
        """Let go of what takes memory, where nothing was made for a while."""

    def close(self) -> None:
        """End what is being made."""
