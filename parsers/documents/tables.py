"""How are tables of labels and values told? Cells and tables as plain data, and the labels that head or precede values.

Labels are compared without spaces, widths, punctuation and brackets, so that 联 系 人： and 联系人 are the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from parsers.base import Area
from parsers.values.text import clean
from parsers.values.traditional import simplified

# Longer than the longest label with what people write into its brackets.
_LONGEST_LABEL = 40
_BRACKETED = re.compile(r"[(\[〔【][^)\]〕】]*[)\]〕】]")
_NO_LETTERS = re.compile(r"[\s_:;,.。、，；：·*#“”\"'‘’《》<>/\\|~～\-—…()\[\]〔〕【】]+")
# What people add to a label for another value of the same cell.
_TAIL = re.compile(r"(?:及|和|与|/)?(?:职务|职称|签字|签名|必填|如实填写)+$")
_GAP = r"[\s_＿　]*"
# What numbers a label: 1.小区名称, （二）联系地址, 3）建成时间; a year (2025年收缴率) is a part of it.
_FIGURES = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_NUMBER = rf"(?:[(（]\s*{_FIGURES}\s*[)）]|{_FIGURES}\s*[、.．:：)）])"
_NUMBERED = re.compile(rf"^\s*{_NUMBER}\s*(?=\D|20\d\d年)")


@dataclass(frozen=True)
class Cell:
    """A cell as it is shown: its text and where it begins (row and grid column from 1).

    `confidence` is below 1 where an OCR read it; `area` says where on which page it stood, where there are pages.
    """

    text: str
    row: int
    col: int
    holds_tables: bool = False
    confidence: float = 1.0
    area: Area | None = None

    @property
    def origin(self) -> tuple[int, int]:
        """Where the cell begins: the same for all places that a merged cell covers."""
        return self.row, self.col


@dataclass(frozen=True)
class Table:
    """A table unfolded to its grid: a merged cell is the same object in all places that it covers. `index` from 1."""

    index: int
    rows: tuple[tuple[Cell, ...], ...]
    nested: bool = False

    @cached_property
    def text(self) -> str:
        """Its text, a row a line, each cell once."""
        seen: set[tuple[int, int]] = set()
        return "\n".join("\t".join(cell.text for cell in fresh(row, seen)) for row in self.rows)

    def place(self, cell: Cell) -> str:
        """Return where a cell stands, for people."""
        return f"表{self.index}第{cell.row}行第{cell.col}列"


def fresh(row: Iterable[Cell], seen: set[tuple[int, int]]) -> Iterator[Cell]:
    """Yield the cells of a row that were not seen before, and note them as seen."""
    for cell in row:
        if cell.origin not in seen:
            seen.add(cell.origin)
            yield cell


def distinct(row: Iterable[Cell]) -> list[Cell]:
    """Return the cells of a row, each once."""
    return list(fresh(row, set()))


def key(text: str) -> str:
    """Return a label's key: NFKC, without white space and punctuation, brackets taken away but not what is in them."""
    return _NO_LETTERS.sub("", clean(text))


def short_key(text: str) -> str:
    """Return a label's key without what stands in brackets: 推荐单位（市级协会）名称 is 推荐单位名称."""
    return _NO_LETTERS.sub("", _BRACKETED.sub("", clean(text)))


@lru_cache(maxsize=8_192)
def _keys(text: str) -> tuple[str, ...]:
    """Return the keys under which a short text may be known as a label; the same cells are asked for many times."""
    plain = _NUMBERED.sub("", text)
    ways = (key(text), short_key(text), *((key(plain), short_key(plain)) if plain != text else ()))
    return (*ways, *(_TAIL.sub("", way) for way in ways))


def labels_of(labels: Mapping[str, Sequence[str]]) -> "Labels":
    """Return the labels of a table of the campaign; made once, for it costs more than reading a document."""
    return _labels_of(tuple((field, tuple(writings)) for field, writings in labels.items()))


@lru_cache(maxsize=16)
def _labels_of(labels: tuple[tuple[str, tuple[str, ...]], ...]) -> "Labels":
    return Labels(dict(labels))


class Labels:
    """The labels of a table: field -> the ways of writing it. Where two fields share a label, the first has it."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        self._fields: dict[str, str] = {}
        self._ranks: dict[str, int] = {}
        for short in (False, True):
            for field, writings in labels.items():
                for rank, writing in enumerate(writings):
                    written = short_key(writing) if short else key(writing)
                    self._fields.setdefault(written, field)
                    self._ranks.setdefault(written, rank)
        self._best = {field: writings[0] for field, writings in labels.items() if writings}
        self._writings = sorted(((writing, field) for field, ways in labels.items() for writing in ways), key=_longest)

    def field_of(self, text: str) -> str | None:
        """Return the field that a cell heads; None where the cell is no label."""
        written = self._known(text)
        return self._fields[written] if written else None

    def best_of(self, field: str) -> str:
        """Return the best way of writing a field's label."""
        return self._best[field]

    def rank_of(self, text: str) -> int:
        """Return how well a label names its field: its place among the field's writings, the best first."""
        written = self._known(text)
        return self._ranks[written] if written else len(self._ranks)

    def _known(self, text: str) -> str | None:
        """Return the key under which a cell's label is known."""
        if len(text) > _LONGEST_LABEL:
            return None
        return next((way for way in _keys(text) if way in self._fields), None)

    def similar(self, text: str, least: int = 4) -> str | None:
        """Return the field of the label (of `least` characters or more) that a cell holds among other words.

        Of several the last one, for that is what is meant (推荐项目类型 is a 类型); of those the longest.
        """
        if len(text) > _LONGEST_LABEL:
            return None
        plain = _keys(text)[1]
        if not self._any.search(plain):
            return None
        held = [(plain.rfind(way) + len(way), len(way), field) for way, field in self._shortened if way in plain]
        held = [one for one in held if one[1] >= least]
        return max(held, key=lambda one: one[:2])[2] if held else None

    @cached_property
    def _shortened(self) -> list[tuple[str, str]]:
        return [(short_key(writing), field) for writing, field in self._writings]

    @cached_property
    def _any(self) -> re.Pattern[str]:
        """What tells at once that a text holds no label: most cells of a long table are none."""
        return re.compile("|".join(re.escape(way) for way, _ in self._shortened) or "(?!)")

    @cached_property
    def _ways(self) -> str:
        return "|".join(_loose(writing) for writing, _ in self._writings)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        bracket = r"(?:\s*[(（〔\[][^()（）]{0,16}[)）〕\]])?"
        before = rf"(?:^[\s_＿]*{_NUMBER}\s*|^|(?<=[\s_＿，,；;。、|｜)）]))"
        return re.compile(rf"{before}({self._ways}){bracket}(\s*[:：]|(?=[\s_＿])|$)", re.MULTILINE)

    @cached_property
    def _start(self) -> re.Pattern[str]:
        return re.compile(rf"[\s_＿]*{_NUMBER}?\s*({self._ways})")

    def matches(self, text: str) -> list["Match"]:
        """Return every label that stands in a text before a colon, a space or a line end, in order."""
        found = []
        for match in self._pattern.finditer(simplified(text)):
            field = self.field_of(match[1])
            if field is not None:
                found.append(Match(field, match.start(), match.end(), bool(match[2].strip())))
        return found

    def start_of(self, text: str) -> "Match | None":
        """Return the label that a text begins with, whatever follows it."""
        match = self._start.match(simplified(text))
        field = self.field_of(match[1]) if match else None
        return Match(field, match.start(1), match.end(), colon=False) if match and field else None

    def pairs(self, text: str) -> list[tuple[str, str, bool]]:
        """Return (field, value, colon) of the labels in a text; a value ends where the next label begins."""
        matches = self.matches(text)
        ends = [*(match.start for match in matches[1:]), len(text)]
        return [(one.field, text[one.end : end], one.colon) for one, end in zip(matches, ends, strict=False)]


@dataclass(frozen=True)
class Match:
    """A label found in a text: its field, where it begins, where its value begins, whether a colon stood between."""

    field: str
    start: int
    end: int
    colon: bool


def _longest(entry: tuple[str, str]) -> int:
    return -len(entry[0])


def _loose(writing: str) -> str:
    """Return a pattern of a label that allows spaces between its characters and brackets of either width."""
    widths = {"(": "[(（]?", ")": "[)）]?"}
    return _GAP.replace("_＿", "").join(widths.get(char, re.escape(char)) for char in writing if not char.isspace())
