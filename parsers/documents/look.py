"""How does a document look? Fonts, sizes and spacing as they come out in the end, with None for what is not certain."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A piece of text that looks the same: the font of its Chinese characters, its size in points, whether bold."""

    text: str
    font: str | None
    size: float | None
    bold: bool


@dataclass(frozen=True)
class ParagraphLook:
    """How a paragraph looks.

    `line` is its line spacing in lines, None where it is fixed in points or not told. `before` and `after` tell whether
    the paragraph's own spacing leaves a gap there, None where that is not certain. `pictures` counts what it shows.
    `beside_table` says whether a table stands right "before" it, "after" it, on "both" sides or on none, and `numbered`
    whether Word numbers it.
    """

    spans: tuple[Span, ...] = ()
    line: float | None = None
    before: bool | None = None
    after: bool | None = None
    pictures: int = 0
    beside_table: str = ""
    numbered: bool = False

    @property
    def blank(self) -> bool:
        """Whether it shows nothing."""
        return not self.pictures and not any(span.text.strip() for span in self.spans)


@dataclass(frozen=True)
class Look:
    """How a document looks: its paragraphs outside tables in order, blank ones too.

    `page_numbers` is None where that cannot be told.
    """

    paragraphs: tuple[ParagraphLook, ...]
    page_numbers: bool | None
