"""What every parser takes and gives: a source to read, and a reading with what was found in it."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from config.campaign import Campaign


@dataclass(frozen=True)
class Source:
    """One file to read: where its bytes are, and the name it came under (bytes may lie under a hash)."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class Area:
    """A rectangle on a page (from 1): its edges as shares (0..1) of the page as it is shown upright."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Value:
    """A value read from a document: raw text, normal form (None = cannot be read), place, method, confidence 0..1.

    `place` is for people; `area` is where it stood, for a picture of it, in documents that have pages. `method` is
    the document's (see `parsers.documents.document`), or ditto where it was taken from the row above.
    """

    raw: str
    value: str | float | int | tuple[float, float] | None
    place: str
    method: str = ""
    confidence: float = 1.0
    area: Area | None = None


@dataclass(frozen=True)
class Found:
    """One thing found in a file: its material kind, how sure that is (0..1), and the facts measured of it.

    The facts are JSON values only; `facts_of_*` of each kind's module says which there are. `texts` are long ones, by
    the names of their sections: they are kept apart, where they make no look at the facts slower.
    """

    kind: str
    confidence: float
    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """All that reading a file's content gave; status is one of domain.md's file statuses, reason is for staff."""

    format: str
    found: tuple[Found, ...] = ()
    status: str = "ok"
    reason: str = ""
    # What must be done before it can be read whole: "convert" (by LibreOffice) or "scan" (by OCR); empty where it was.
    needs: str = ""
    # The pages (from 1) of a PDF that the scan is of.
    pages: tuple[int, ...] = ()


def pages_of(facts: dict[str, Any]) -> set[int]:
    """Return the pages that a form's or a list's values stand on, as far as that was told."""
    cells = [*facts.get("fields", {}).values(), *(cell for row in facts.get("rows", ()) for cell in row.values())]
    return {cell["area"]["page"] for cell in cells if cell and cell.get("area")}


class ParseError(Exception):
    """Content that cannot be read: a status of domain.md section 5 (`corrupt`, `encrypted` …) and a Chinese reason."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Parser(Protocol):
    """A material kind's reader: `read` gives nothing where the document is not of this kind; a false claim is wrong."""

    kind: str
    version: int

    def read(self, document: Any, campaign: Campaign) -> tuple[Found, ...]:  # noqa: ANN401 (each format has its own view)
        """Return what the document says of this kind, one for each (a file may hold several forms), else nothing."""


def as_json(value: object) -> Any:  # noqa: ANN401 (JSON)
    """Return a dataclass (or a container of them) as plain JSON values."""
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)  # type: ignore[call-overload]
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value
