"""What is a labelled document? Its content before it takes a format, and what whoever reads it must find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.docx_writer import Block

Normal = str | float | tuple[float, float] | None
Fields = Mapping[str, Normal]

LIST, FORM, MATERIAL = "summary_list", "recommendation_form", "case_material"


@dataclass(frozen=True)
class Said:
    """A value as somebody wrote it, and its normal form (domain.md section 4); None where it says no one value."""

    raw: str
    value: Normal


@dataclass(frozen=True)
class Truth:
    """What a document says: a list's head in `fields` and its rows, a form's fields, a material's title and names.

    `sections` are those of a material in order, each with the characters of its text as Word counts them.
    """

    fields: Fields = field(default_factory=dict)
    rows: Sequence[Fields] = ()
    sections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A document before it takes a format: its blocks, how it lies, and the words beside which its seals stand."""

    kind: str
    layout: str
    blocks: Sequence[Block]
    truth: Truth
    wide: bool = False
    seals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Labelled:
    """A document of the set. `seals` is how many are on it; None where grey leaves open whether there is one."""

    path: Path
    channel: str
    kind: str
    layout: str
    truth: Truth
    seals: int | None = 0
    notes: str = ""

    def at(self, path: Path) -> "Labelled":
        """Return the same document under another path."""
        return replace(self, path=path)

    @property
    def stamped(self) -> bool | None:
        """Whether it bears a seal; None where the colours cannot tell."""
        return None if self.seals is None else self.seals > 0
