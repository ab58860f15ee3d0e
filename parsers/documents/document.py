"""What is a document to the parsers of kinds? Paragraphs and tables in reading order, whatever format they came in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from parsers.documents.look import Look
from parsers.documents.tables import Table
from parsers.documents.typed_columns import with_typed_tables


@dataclass(frozen=True)
class Document:
    """A document in reading order: paragraph texts and tables; `headings` are paragraphs in a heading style.

    A table inside a cell stands after the one that holds it, marked `nested`; its text is also in that cell. `method`
    says how it was read: docx, doc, rtf, html, sheet, csv, pdf (its own text) or ocr (a picture of the page). Of what
    an OCR read, labels may be misread and values are sure only as far as their cells' confidence says. `look` measures
    how it looks, where its format tells that. `loose` is a second look at its blocks, in which also lines that only
    stand in columns are tables; where a format has none, `aligned` finds those that were typed with tabs.
    """

    blocks: tuple[str | Table, ...]
    headings: tuple[str, ...] = ()
    pictures: int = 0
    method: str = "docx"
    look: Callable[[], Look] | None = field(default=None, compare=False, repr=False)
    loose: tuple[str | Table, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def layout(self) -> Look | None:
        """How it looks, measured when first asked for; its paragraphs are the texts among `blocks`."""
        return self.look() if self.look else None

    @cached_property
    def aligned(self) -> "Document":
        """The same document with lines that stand in columns as tables: for what no real table says."""
        return replace(self, blocks=self.loose or with_typed_tables(self.blocks), look=None, loose=())

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs outside tables, blank ones left out."""
        return tuple(block for block in self.blocks if isinstance(block, str) and block.strip())

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All tables, nested ones too."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @cached_property
    def text(self) -> str:
        """All the text, each table row a line."""
        parts = [
            block if isinstance(block, str) else block.text
            for block in self.blocks
            if isinstance(block, str) or not block.nested
        ]
        return "\n".join(part for part in parts if part.strip())
