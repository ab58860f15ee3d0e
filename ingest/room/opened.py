"""What comes out of the clean room, as plain values: contents that were kept, and letters."""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from parsers.letter import Letter
from parsers.naming_kinds import ATTACHED

_LETTERS = TypeAdapter(Letter)


@dataclass(frozen=True)
class Kept:
    """One file of a mail or an archive: `path` in it, bytes, and where it lies in the vault (None: nothing was had).

    `problem` is (status, Chinese reason) of what is wrong with it; a damaged one may still be kept in part. `is_mail`
    is what a mail says of its part.
    """

    path: str
    name: str
    bytes: int
    sha256: str | None
    problem: tuple[str, str] | None
    is_mail: bool = False
    # How it stood there: attached to a mail, embedded in its HTML, or packed in an archive or a watched folder.
    place: str = ATTACHED


def letter_from(values: dict[str, Any] | None) -> Letter | None:
    """Return a letter from its JSON values; None where there is none."""
    return _LETTERS.validate_python(values) if values else None


def kept_from(values: dict[str, Any]) -> Kept:
    """Return a kept file from its JSON values."""
    problem = values["problem"]
    own = {key: values[key] for key in ("path", "name", "bytes", "sha256", "is_mail", "place")}
    return Kept(**own, problem=(problem[0], problem[1]) if problem else None)
